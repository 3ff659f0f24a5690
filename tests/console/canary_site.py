"""A running platform with one door behind real MQTT, and codes planted there by the surfaces that people and apps use."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from linli.app.platform import Platform
from linli.domains.communities.service import applications, pois
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.scope import Caller as Who
from linli.kernel.scope import Scope
from linli.kernel.settings import Disk, Http, Mqtt, Settings
from linli.sim import models
from linli.sim.door import SimulatedDoor
from linli.sim.link import Triple
from linli.things.service import products
from tests.campaigns.caller import Caller
from tests.domains.access.platform import until
from tests.domains.communities.builders import POI_CSV, add_upload, application

LOOPBACK = "127.0.0.1"
PASSWORD = "correct horse battery"
ROLES = {"guard": Role.STAFF, "manager": Role.COMMUNITY_MANAGER, "administrator": Role.TENANT_ADMIN}
CARD, TYPED, ORDER = "7700112233", "66554433", "ORDERCANARY1"
PHONE, NAME = "13987654321", "欧阳机密"
HOUR = 3_600_000


@dataclass
class Site:
    platform: Platform
    caller: Caller
    tenant_id: str
    community: int
    house: int = 0
    iot_id: str = ""
    product_key: str = ""
    person: str = ""
    apply_id: str = ""
    door: Any = None
    browsers: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    links: list[str] = field(default_factory=list)
    """Permission files, as the door was told of them."""
    canaries: dict[str, str] = field(default_factory=dict)
    """What must not be read → what it is."""

    async def post(self, who: str, path: str, body: dict[str, Any]) -> Any:
        answer = await self.browsers[who].post(path, json=body)
        assert answer.is_success, (path, answer.text)
        return answer.json() if answer.content else None


@asynccontextmanager
async def running_site(database_url: str, folder: Path) -> AsyncIterator[Site]:
    settings = Settings(
        data_dir=str(folder / "data"), database_url=database_url, http=Http(port=0), mqtt=Mqtt(port=0),
        disk=Disk(reserve_mb=0),
    )  # fmt: skip
    platform = await Platform.open(settings)
    await platform.start()
    platform.objects.base_url = f"http://{LOOPBACK}:{platform.http.port}"
    async with contextlib.AsyncExitStack() as parts:
        parts.push_async_callback(platform.stop)
        client = await parts.enter_async_context(
            httpx.AsyncClient(base_url=platform.objects.base_url, trust_env=False, timeout=100)
        )
        site = await _found(platform, client)
        await _sign_in(site, parts)
        await _furnish(site)
        parts.push_async_callback(site.door.stop)
        yield site


async def _found(platform: Platform, client: httpx.AsyncClient) -> Site:
    now_ms, ids = platform.clock.now_ms(), platform.ids
    async with platform.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
        tenant_id = await tenancy.create_tenant(tx, name="甲物业", ids=ids)
        owner = Scope(tenant_id, Who("staff", "1"))
        project_id = await tenancy.create_project(owner, tx, name="项目", ids=ids)
        key, secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=ids, secrets=platform.secrets
        )
        app = Scope(tenant_id, Who("app", key), frozenset(), project_id)
        proof = ids.upload_id()
        await add_upload(app, tx, proof)
        asked = application(name="花园", certificates=[("certificateUploadId", proof)])
        community = await applications.apply(app, tx, application=asked, now_ms=now_ms)
        await applications.approve(
            Scope(None, Who("operator", "test")), tx, community_id=community, reviewer="test", ids=ids,
            now_ms=now_ms,
        )  # fmt: skip
        product = await products.create_product(
            owner,
            tx,
            values=products.ProductValues(name="门", tsl=models.tsl("smart_door")),
            ids=ids,
            secrets=platform.secrets,
        )
        hashed = await accounts.hash_password(PASSWORD)
        for number, (name, role) in enumerate(ROLES.items()):
            account_id = await accounts.create_account(
                tx,
                login=f"1380000000{number}",
                password_hash=hashed,
                proven=True,
                name=name,
                ids=ids,
                now_ms=now_ms,
            )
            await accounts.grant_role(
                tx, account_id=account_id, role=role, tenant_id=tenant_id, now_ms=now_ms,
                community_id=0 if role is Role.TENANT_ADMIN else community,
            )  # fmt: skip
    site = Site(platform, Caller(client, key, secret), tenant_id, community, product_key=product.product_key)
    said = await site.caller.ok(
        "/solution/community/paas/token/get", "1.0.0", {"communityId": community}, cloudToken=""
    )
    site.caller.cloud_token = said["cloudToken"]
    return site


async def _sign_in(site: Site, parts: contextlib.AsyncExitStack) -> None:
    for number, name in enumerate(ROLES):
        browser = await parts.enter_async_context(
            httpx.AsyncClient(
                base_url=f"{site.platform.objects.base_url}/api/console",
                trust_env=False,
                timeout=100,
                headers={"x-linli-request": "1", "accept-language": "en"},
            )
        )
        answer = await browser.post("/session", json={"login": f"1380000000{number}", "password": PASSWORD})
        assert answer.is_success, answer.text
        site.browsers[name] = browser


async def _furnish(site: Site) -> None:
    """A house with a resident, and a door that is online."""
    ok, paas = site.caller.ok, "/solution/community/paas"
    detail = await ok(f"{paas}/community/detail/get", "1.0.3", {"communityId": site.community})
    parent = int(detail["spaceId"])
    for kind, name in (("building", "1"), ("unit", "1"), ("house", "101")):
        made = await ok(
            f"{paas}/space/sub/create", "1.0.1", {"parentId": parent, "typeCode": kind, "name": name}
        )
        parent = int(made["spaceId"])
    site.house = parent
    member = {"houseSpaceId": site.house, "name": NAME, "phone": PHONE, "type": 1}
    site.person = str((await ok(f"{paas}/house/member/save", "1.0.5", member))["identityId"])
    told = await site.post(
        "manager", "/doors",
        {"communityId": site.community, "sn": "SN-0001", "name": "北门", "productKey": site.product_key},
    )  # fmt: skip
    site.iot_id = told["iotId"]
    triple = Triple(told["productKey"], told["deviceName"], told["deviceSecret"])
    door = SimulatedDoor(triple, LOOPBACK, site.platform.mqtt_port, now_ms=site.platform.clock.now_ms)
    fetch = door._download

    async def noted(url: str) -> bytes:
        site.links.append(url)
        return await fetch(url)

    door._download = noted  # type: ignore[method-assign]
    site.door = door
    await door.start()
    await door.link.wait_online()
    await until(lambda: door.public_key)


async def plant(site: Site) -> None:
    """Give and use codes of every kind, and note what nobody may read afterwards."""
    platform, door, here = site.platform, site.door, f"/communities/{site.community}"
    ends_ms = platform.clock.now_ms() + 5 * HOUR
    right = {
        "communityId": site.community,
        "personId": site.person,
        "iotIds": [site.iot_id],
        "endsMs": ends_ms,
    }
    given = await site.post("manager", "/qr-codes", right)
    shown = await site.post(
        "manager", f"/qr-codes/{given['ref']}/picture",
        {"communityId": site.community, "personId": site.person, "expiresMs": ends_ms},
    )  # fmt: skip
    own = await site.caller.ok("/homelink/common/qrcode/generate", "1.0.1", {"identityId": site.person})
    until_wall = (datetime.now(UTC) + timedelta(hours=13)).strftime("%Y-%m-%d %H:%M:%S")
    await site.caller.ok(
        "/entrance/paas/perm/qrcode/config", "1.0.1",
        {"qrCode": own, "iotIds": [site.iot_id], "identityId": site.person, "expiryTime": until_wall},
    )  # fmt: skip
    picture = await site.caller.ok(
        "/entrance/paas/perm/qrcode/encrypt", "1.0.0",
        {"identityId": site.person, "qrCode": own, "expiryTime": until_wall},
    )  # fmt: skip
    answer = await site.browsers["manager"].put(f"{here}/door-readings/bluetooth", json={"bleOrder": ORDER})
    assert answer.is_success, answer.text
    kinds = {"personId": site.person, "reach": "all"}
    await site.post("manager", f"{here}/credentials", {**kinds, "kind": "card", "number": CARD})
    pin = (await site.post("manager", f"{here}/credentials", {**kinds, "kind": "pin"}))["pin"]
    window = {"startsMs": platform.clock.now_ms(), "endsMs": ends_ms}
    guest = {"houseId": site.house, **window, "guests": [{"name": "访客", "phone": "13700001234"}]}
    (site.apply_id,) = (await site.post("guard", f"{here}/visits", guest))["ids"]
    visit = await site.post("guard", f"{here}/visits/{site.apply_id}/pass", {})
    await until(
        lambda: len(door.permissions.qr) >= 3 and door.permissions.cards and door.permissions.passwords
    )

    door.scan(picture)
    door.scan(shown["text"])
    door.swipe(CARD)
    door.press(pin)
    door.press(TYPED)
    door.link.queue_event("passEvent", {"code": "no number", "type": "tradCard", "content": CARD})
    await site.browsers["manager"].post(
        f"/devices/{site.iot_id}/debug/call",
        json={"kind": "service", "identifier": "syncPermissions", "args": {"permissionUrl": site.links[-1]}},
    )
    site.canaries = {
        given["qrCode"]: "a code of the console", shown["text"]: "its picture", own: "an integrator's code",
        picture: "its picture", pin: "a PIN", TYPED: "a PIN that somebody typed",
        urlsplit(visit["passUrl"]).path.rpartition("/")[2]: "a visitor's link",
        **{link.rpartition("signature=")[2]: "a permission file's link" for link in site.links},
        **dict.fromkeys(door.permissions.qr, "a code on the door"),
        **dict.fromkeys(door.permissions.passwords, "what the door keeps of a PIN"),
    }  # fmt: skip

    async def told() -> bool:
        passes = (await site.browsers["guard"].get("/passes")).json()["total"]
        refused = (await site.browsers["guard"].get("/refused-uplinks")).json()["total"]
        waiting = (
            await site.browsers["guard"].get("/deliveries", params={"status": "toBeTransferred"})
        ).json()
        return passes >= 5 and refused >= 1 and not waiting["total"]

    await until(told)
    await platform.openapi.journal.flush()


async def listened(site: Site, who: str, heard: list[str]) -> None:
    """Everything that the live stream tells, until cancelled."""
    topics = {"topics": "pass,delivery,message,device,visit"}
    async with site.browsers[who].stream("GET", "/live", params=topics, timeout=None) as stream:
        assert stream.status_code == 200
        async for piece in stream.aiter_text():
            heard.append(piece)  # noqa: PERF401 - read while it grows


async def gone(site: Site, url: str) -> int:
    """What somebody else gets who asks for a file that a door was given."""
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as thief:
        return (await thief.get(url)).status_code
