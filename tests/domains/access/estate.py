"""A community with two buildings, residents, an administrator at the desk, and simulated doors over MQTT."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from linli.console.parts import Parts
from linli.console.sources import SERVICES
from linli.databus.scopes import register_community
from linli.domains.access.queries.card_holders import CardNumbers
from linli.domains.accounts import setup_code
from linli.domains.communities.queries import spaces
from linli.domains.communities.service import pois
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people import person_rules as rules
from linli.domains.people.queries.person_names import PersonNames
from linli.domains.people.schemas import Profile
from linli.domains.people.service import residents, sms_outbox
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.sim.door import SimulatedDoor
from linli.sim.link import Triple
from linli.things.service import products
from tests.console.conftest import SETUP, Browser
from tests.domains.access.conftest import TSL
from tests.domains.access.platform import LOOPBACK, AccessPlatform, until
from tests.domains.communities.builders import POI_CSV, approve_new, make_space
from tests.openapi import sample_methods
from tests.openapi.house import Targets
from tests.resident.conftest import Phone

OWNER_PHONE, NEIGHBOUR_PHONE = "13800000101", "13800000201"


@dataclass
class Estate:
    """Building 1 with house 101 (王伟), building 2 with house 201 (李雷); nobody else."""

    platform: AccessPlatform
    parts: Parts
    desk: Browser
    tenant: Scope
    community: int
    root: int
    buildings: tuple[int, int]
    houses: tuple[int, int]
    owner: str
    neighbour: str
    product_key: str

    @property
    def path(self) -> str:
        return f"/communities/{self.community}"

    @property
    def now(self) -> int:
        return self.platform.clock.now_ms()

    async def new_door(
        self, sn: str, name: str, *, online: bool = True, kind: type[SimulatedDoor] = SimulatedDoor
    ) -> tuple[str, SimulatedDoor]:
        wanted = {"communityId": self.community, "sn": sn, "name": name, "productKey": self.product_key}
        answer = await self.desk.post("/doors", json=wanted)
        assert answer.status_code == 201, answer.text
        told = answer.json()
        triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
        door = kind(triple, LOOPBACK, self.platform.mqtt_port, now_ms=self.platform.clock.now_ms)
        self.platform.doors.append(door)
        if online:
            await door.start()
            await door.link.wait_online()
            await self._take_key(door)
        return told["iotId"], door

    async def _take_key(self, door: SimulatedDoor) -> None:
        """A call that met the door while it connected is tried again after its time is up, which the clock tells."""
        for _ in range(5):
            try:
                await until(lambda: door.public_key, 3)
            except TimeoutError:
                await self.platform.clock.advance(11_000)
            else:
                return

    async def take_back(self, credential_id: str) -> int:
        """End a credential that the desk gave, from the list of all; the status of the answer."""
        listed = await self.desk.get(f"{self.path}/held-credentials", params={"pageSize": 100})
        row = next(row for row in listed.json()["data"] if row["ref"] == str(credential_id))
        named = {"origin": row["origin"], "ref": row["ref"], "personId": row["personId"]}
        return (await self.desk.post(f"{self.path}/held-credentials/end", json=named)).status_code

    async def serve(self, iot_id: str, *space_ids: int, groups: tuple[str, ...] = ()) -> None:
        body = {"spaceIds": list(space_ids), "groupIds": list(groups)}
        answer = await self.desk.put(f"/doors/{iot_id}/scope", json=body)
        assert answer.status_code == 204, answer.text

    async def switch(self, **changed: Any) -> None:
        body = {
            "provider": "邻里样机",
            "productKeys": [self.product_key],
            "serviceOn": True,
            "freezeDoors": False,
        }
        answer = await self.desk.put(f"{self.path}/door-settings", json=body | changed)
        assert answer.status_code == 204, answer.text

    async def move_in(self, house: int, name: str, phone: str) -> str:
        db = self.platform.db
        async with db.begin() as tx:
            return await residents.move_in(
                self.tenant, tx, SpaceHouses(), house_id=house, profile=Profile(name=name, phone=phone),
                type=rules.OWNER, ids=self.platform.ids, now_ms=self.now,
            )  # fmt: skip

    @asynccontextmanager
    async def phone(self, number: str = OWNER_PHONE) -> AsyncIterator[Phone]:
        async with Phone(self.parts, address=f"192.0.2.{number[-2:]}") as made:
            assert (await made.post("/session/code", json={"phone": number})).status_code == 202
            code = ""

            async def sent() -> bool:
                nonlocal code
                waiting = await sms_outbox.waiting(self.parts.db, secrets=self.parts.secrets)
                found = [re.search(r"\d{6}", text) for row, text in waiting if row.phone == number]
                code = found[0][0] if found and found[0] else ""
                return bool(code)

            await until(sent)
            answer = await made.post("/session/code/verify", json={"phone": number, "code": code})
            assert answer.status_code == 200, answer.text
            yield made


@asynccontextmanager
async def open_estate(
    database: Database,
    clock: ManualClock,
    ids: Ids,
    tmp_path: Path,
    settings: Settings | None = None,
    *,
    tsl: str = TSL,
) -> AsyncIterator[Estate]:
    database.clock = clock
    secrets = Secrets.random()
    platform = AccessPlatform(
        database,
        clock,
        ids,
        secrets,
        settings or Settings(),
        Targets(),
        sample_methods,
        folder=tmp_path / "files",
    )
    await platform.start()
    services = dict.fromkeys(SERVICES) | {
        "invoker": platform.things.invoker, "door_keys": platform.keys, "plate_readings": platform.plate_readings,
    }  # fmt: skip
    services["card_holders"] = CardNumbers()
    services["subject_names"] = PersonNames()
    parts = Parts(
        db=database, clock=clock, ids=ids, secrets=secrets, objects=platform.store,
        settings=msgspec.structs.replace(settings or Settings(), data_dir=str(tmp_path)), services=services,
    )  # fmt: skip
    try:
        async with Browser(parts) as desk:
            code = setup_code.ensure(setup_code.file_of(parts.settings))
            answer = await desk.post("/setup", json={**SETUP, "code": code})
            assert answer.status_code == 201, answer.text
            tenant = Scope.system((await desk.get("/session")).json()["tenant"]["id"])
            async with database.begin() as tx:
                await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
                community = await approve_new(tenant, tx, name="桂花里", ids=ids, now_ms=clock.now_ms())
                await register_community(
                    tx, tenant_id=tenant.tenant, community_id=community, scope_id=ids.scope_id()
                )
                product = await products.create_product(
                    tenant, tx, values=products.ProductValues(name="门", tsl=tsl), ids=ids, secrets=secrets
                )
            root = await spaces.require_root(tenant, database, community)
            buildings = [await make_space(database, tenant, ids, root, "building", f"{n}幢") for n in (1, 2)]
            houses = [
                await make_space(database, tenant, ids, one, "house", f"{n}01")
                for n, one in enumerate(buildings, 1)
            ]
            made = Estate(
                platform, parts, desk, tenant, community, root, (buildings[0], buildings[1]),
                (houses[0], houses[1]), "", "", product.product_key,
            )  # fmt: skip
            made.owner = await made.move_in(houses[0], "王伟", OWNER_PHONE)
            made.neighbour = await made.move_in(houses[1], "李雷", NEIGHBOUR_PHONE)
            yield made
    finally:
        await platform.stop()
