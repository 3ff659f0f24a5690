"""A community with one building and a door in it, on the whole platform; a partner, and the property's desk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.app.platform import Platform
from linli.domains.access.service import doors
from linli.domains.communities.service import applications, pois
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.http import HttpServer
from linli.kernel.scope import Caller, Scope
from linli.kernel.settings import Settings
from linli.sim import models
from linli.sim.door import SimulatedDoor
from linli.sim.lift import SimulatedLift
from linli.sim.link import Triple
from linli.things.mqtt.listen import listen
from linli.things.service import devices, products
from tests.domains.access.conftest import TSL
from tests.domains.communities.builders import POI_CSV, add_upload, application
from tests.openapi.house import Partner

HOUR = 3_600_000
PASSWORD = "correct horse battery"


@dataclass
class Estate:
    platform: Platform
    clock: ManualClock
    client: httpx.AsyncClient
    mqtt_port: int
    url: str = ""
    partner: Any = None
    token: str = ""
    community: int = 0
    building: int = 0
    house: int = 0
    other_house: int = 0
    desk: Any = None
    doors: list[SimulatedDoor] = field(default_factory=list)

    @property
    def db(self):
        return self.platform.db

    async def call(self, path: str, version: str, params: Any) -> dict[str, Any]:
        return await self.partner.call(path, version, params, cloudToken=self.token)

    async def ok(self, path: str, version: str, params: Any) -> Any:
        told = await self.call(path, version, params)
        assert told["code"] == 200, told
        return told.get("data")

    def jump(self, ms: int) -> None:
        """Later, at once: waking every worker of a platform for each minute of a day takes half a minute."""
        self.clock._now_ms += ms

    async def space(self, parent: int, kind: str, name: str) -> int:
        params = {"parentId": parent, "typeCode": kind, "name": name}
        return int((await self.ok("/solution/community/paas/space/sub/create", "1.0.1", params))["spaceId"])

    async def door(self, name: str, space_id: int | None) -> SimulatedDoor:
        """A door on line, as it stands in a space."""
        triple = await self._registered(name, space_id, TSL, "")
        return await self._started(
            SimulatedDoor(triple, "127.0.0.1", self.mqtt_port, now_ms=self.clock.now_ms)
        )

    async def lift(self, name: str, space_id: int) -> SimulatedLift:
        """A lift on line with a reader in its car."""
        triple = await self._registered(name, space_id, models.tsl("lift"), "community/people/elevator")
        lift = SimulatedLift(triple, "127.0.0.1", self.mqtt_port, floors=18, now_ms=self.clock.now_ms)
        return await self._started(lift)

    async def _started[D: SimulatedDoor](self, door: D) -> D:
        self.doors.append(door)
        await door.start()
        await door.link.wait_online()
        return door

    async def _registered(self, name: str, space_id: int | None, tsl: str, category: str) -> Triple:
        platform = self.platform
        async with platform.db.begin() as tx:
            product = await products.create_product(
                self.partner.owner,
                tx,
                values=products.ProductValues(name=name, tsl=tsl, category_code=category),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            made = await devices.create_device(
                self.partner.owner,
                tx,
                values=devices.DeviceValues(
                    product_key=product.product_key, device_name=f"door-{len(self.doors)}"
                ),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            await doors.register_door(
                self.partner.owner,
                tx,
                new=doors.NewDoor(
                    community_id=self.community, name=name, iot_id=made.iot_id, space_id=space_id
                ),
                keys=platform.door_keys,
                now_ms=self.clock.now_ms(),
            )
        return Triple(made.product_key, made.device_name, made.device_secret)

    async def texts(self) -> list[str]:
        """Messages to phones, as the operator's page shows them, newest first."""
        return [row["text"] for row in (await self.desk.get("/sms-outbox")).json()["messages"]]


async def until(met, seconds: float = 30) -> None:
    """Return once `met()` is true; fail when it does not become so."""
    async with asyncio.timeout(seconds):
        while not (await found if asyncio.iscoroutine(found := met()) else found):
            await asyncio.sleep(0.01)


async def _community(estate: Estate) -> None:
    platform, partner = estate.platform, estate.partner
    app = Scope(partner.tenant_id, Caller("app", partner.app_key), frozenset(), partner.project_id)
    proof = platform.ids.upload_id()
    async with platform.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        await add_upload(app, tx, proof)
        asked = application(name="桂花城", certificates=[("certificateUploadId", proof)])
        estate.community = await applications.apply(app, tx, application=asked, now_ms=estate.clock.now_ms())
        operator = Scope(None, Caller("operator", "root"))
        await applications.approve(
            operator, tx, community_id=estate.community, reviewer="root", ids=platform.ids,
            now_ms=estate.clock.now_ms(),
        )  # fmt: skip
    estate.token = await partner.token(estate.community)
    told = await partner.call(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": estate.community}
    )
    estate.building = await estate.space(int(told["data"]["spaceId"]), "building", "3幢")
    unit = await estate.space(estate.building, "unit", "1单元")
    estate.house = await estate.space(unit, "house", "502")
    estate.other_house = await estate.space(unit, "house", "503")


async def _desk(estate: Estate, login: str, role: Role, tenant_id: str) -> httpx.AsyncClient:
    platform, now_ms = estate.platform, estate.clock.now_ms()
    hashed = await accounts.hash_password(PASSWORD)
    async with platform.db.begin() as tx:
        account = await accounts.create_account(
            tx, login=login, password_hash=hashed, proven=True, name=login, ids=platform.ids, now_ms=now_ms
        )
        await accounts.grant_role(tx, account_id=account, role=role, tenant_id=tenant_id, now_ms=now_ms)
        await accounts.grant_role(tx, account_id=account, role=Role.OPERATOR, now_ms=now_ms)
    browser = httpx.AsyncClient(
        base_url=f"{estate.url}/api/console",
        headers={"x-linli-request": "1", "accept-language": "en"},
        trust_env=False,
        timeout=100,
    )
    answer = await browser.post("/session", json={"login": login, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return browser


@pytest.fixture
async def estate(database_url: str, clock: ManualClock, tmp_path: Path) -> AsyncIterator[Estate]:
    platform = await Platform.open(Settings(data_dir=str(tmp_path), database_url=database_url), clock)
    async with AsyncExitStack() as parts:
        await platform.start(listeners=False)
        parts.push_async_callback(platform.stop)
        server = HttpServer(platform.router())
        await server.start()
        parts.push_async_callback(server.stop, grace_seconds=1)
        url = f"http://127.0.0.1:{server.port}"
        platform.objects.base_url = platform.visitors.links.base_url = url
        listener = await listen(platform.things.front.connection, "127.0.0.1", 0)
        parts.callback(listener.close)
        client = await parts.enter_async_context(httpx.AsyncClient(base_url=url, trust_env=False))
        made = Estate(platform, clock, client, listener.sockets[0].getsockname()[1], url)
        async with platform.db.begin() as tx:
            tenant = await tenancy.create_tenant(tx, name="和美物业", ids=platform.ids)
            owner = Scope.system(tenant)
            project = await tenancy.create_project(owner, tx, name="应用", ids=platform.ids)
            key, secret = await tenancy.create_app_key(
                owner, tx, project_id=project, ids=platform.ids, secrets=platform.secrets
            )
        made.partner = Partner(made, tenant, project, key, secret)  # type: ignore[arg-type]
        await _community(made)
        made.desk = await _desk(made, "13800138000", Role.TENANT_ADMIN, tenant)
        parts.push_async_callback(made.desk.aclose)
        yield made
        for door in made.doors:
            await door.stop()
