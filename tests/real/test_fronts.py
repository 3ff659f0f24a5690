"""Three `linli serve` and one `linli work` on one PostgreSQL behind HAProxy, with clients that we did not write.

The device is the vendor's SDK (`aliyun-iot-linkkit` on paho), the integrator signs as the public clients do. Whatever
process holds the device, everything reaches it; when that process is killed, everything goes on within 10 s.
"""

import asyncio
import random
import statistics
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import bindparam, select

from linli.databus.models import changes
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel.db import Database, Query, open_database
from linli.kernel.scope import Scope
from linli.sim import models
from linli.things.models import devices, inbox
from linli.things.queries.devices import get_device
from tests.campaigns.caller import Caller, wall_ms
from tests.campaigns.publisher import Publisher
from tests.campaigns.receiver import Receiver
from tests.campaigns.site import PASSWORD, Site, make_site
from tests.engines import PostgreSQL
from tests.real.door import SdkDoor
from tests.real.fronts import Fronts, fronts_running
from tests.real.line import Line
from tests.real.platform import Installation

pytestmark = pytest.mark.xdist_group("three fronts")

INVOKE = ("/app/thing/service/invoke", "1.0.3")
"""Answers within 3 s, whatever the device does."""
SET = ("/app/thing/properties/set", "1.0.3")
STATUS = ("/app/thing/status/get", "1.0.3")
LIMITED = (
    "/solution/community/paas/community/detail/get",
    "/solution/community/paas/space/sub/create",
    "/solution/community/paas/space/sub/query",
)
"""Methods that nothing else here calls."""
GONE_SECONDS = 10.0
"""Within which a killed process's work goes on elsewhere."""

_front = Query(
    select(devices.c.front, devices.c.online).where(devices.c.iot_id == bindparam("iot_id")),
    unscoped="a test looks",
)
_payloads = Query(
    select(inbox.c.payload).where(inbox.c.device_no == bindparam("no"), inbox.c.kind == "property")
)


_changes = Query(select(changes.c.id).where(changes.c.kind == "data"), unscoped="a test looks")
"""Of records: what a webhook takes that asked for nothing else."""


class House:
    """The fronts, the community that lives on them, and one caller at each front."""

    def __init__(self, fronts: Fronts, site: Site, hook: Receiver, db: Database) -> None:
        self.fronts = fronts
        self.site = site
        self.hook = hook
        self.db = db
        self.callers: dict[str, Caller] = {}

    async def caller_at(self, front: Installation, client: httpx.AsyncClient) -> Caller:
        caller = Caller(client, self.site.app_key, self.site.secret)
        token = await caller.ok(
            "/solution/community/paas/token/get", "1.0.0", {"communityId": self.site.community_id}
        )
        caller.cloud_token = token["cloudToken"]
        self.callers[front.name] = caller
        return caller

    async def front_of(self, name: str) -> Installation:
        """The living front that holds a device."""
        async with asyncio.timeout(GONE_SECONDS):
            while True:
                row = await _front.one(self.db, iot_id=self.site.iot_ids[name])
                held = [one for one in self.fronts.fronts if row and row[0].startswith(f"{one.name}-")]
                if held and row[1]:
                    return held[0]
                await asyncio.sleep(0.05)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    if reason := PostgreSQL.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("fronts") / "data"
    async with Receiver(random.Random(1), calm=True) as hook:
        with fronts_running(
            folder, more={"LINLI_WEBHOOKS_TIMEOUT_SECONDS": "2", "LINLI_PROCESS_DRAIN_SECONDS": "1"}
        ) as fronts:
            site = await make_site(fronts.fronts[0], meters=3, doors=1, taps=1, hook=hook.url)
            hook.secret = site.hook_secret
            await asyncio.to_thread(fronts.start_all)
            db = await open_database(fronts.database)
            made = House(fronts, site, hook, db)
            clients = []
            for front in fronts.fronts:
                client = httpx.AsyncClient(base_url=front.url, trust_env=False, timeout=60)
                clients.append(client)
            for front, client in zip(fronts.fronts, clients, strict=True):
                # One token a key and community: the last one is everybody's.
                caller = await made.caller_at(front, client)
                for other in made.callers.values():
                    other.cloud_token = caller.cloud_token
            yield made
            for client in clients:
                await client.aclose()
            await db.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def everybody_serves(house: House) -> None:
    """The front that the test before killed or stopped serves again."""
    for front in house.fronts.fronts:
        if front.process is None or front.process.poll() is not None:
            await asyncio.to_thread(front.start)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def door(house: House, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[SdkDoor]:
    """The vendor's SDK, connected through the balancer."""
    tsl = tmp_path_factory.mktemp("tsl") / "smart_door.json"
    tsl.write_text(models.tsl("smart_door"), "utf-8")
    triple = house.site.triples["door-0"]
    made = SdkDoor(
        Line(house.fronts.mqtt_port),
        {"productKey": triple.product_key, "deviceName": triple.device_name, "deviceSecret": triple.device_secret},
        tsl,
    )  # fmt: skip
    await asyncio.to_thread(made.wait_ready)
    yield made
    await asyncio.to_thread(made.close)


async def until(check: Any, what: str, seconds: float = 30) -> float:
    began = time.monotonic()
    while not await check():
        assert time.monotonic() - began < seconds, f"not within {seconds} s: {what}"
        await asyncio.sleep(0.02)
    return time.monotonic() - began


@pytest.mark.asyncio(loop_scope="module")
async def test_every_process_reaches_a_device_wherever_it_is(house: House, door: SdkDoor) -> None:
    address = {"iotId": house.site.iot_ids["door-0"]}
    held = await house.front_of("door-0")
    opened, took = door.opened, {}
    for front in house.fronts.fronts:
        caller = house.callers[front.name]
        assert (await caller.ok(*STATUS, address))["status"] == 1
        times = []
        for _ in range(20):
            began = time.perf_counter()
            await caller.ok(*INVOKE, {**address, "identifier": "remoteOpen", "args": {}})
            times.append((time.perf_counter() - began) * 1000)
        took[front.name] = statistics.median(times)
        await caller.ok(*SET, {**address, "items": {"RSAPublicKey": ""}})
    assert door.opened == opened + 60
    here = took.pop(held.name)
    print(f"sync call: at the device's front {here:.1f} ms, at the others {took}")
    assert min(took.values()) < here + 100


@pytest.mark.asyncio(loop_scope="module")
async def test_a_second_connection_takes_over_across_fronts(house: House) -> None:
    first, second = (
        Publisher(house.site.triples["meter-2"], front.mqtt_port) for front in house.fronts.fronts[:2]
    )
    first.start()
    assert await house.front_of("meter-2") is house.fronts.fronts[0]
    first_connections = first.connections
    await asyncio.sleep(0.1)
    assert first_connections == 1
    # The first one does not come back by itself: its reconnecting would take the device over again.
    assert first._transport is not None
    first_gone = first._gone
    first._port = 9  # nobody listens there
    second.start()

    async def closed() -> bool:
        return first_gone.is_set()

    await until(closed, "the old connection is closed")

    async def moved() -> bool:
        return await house.front_of("meter-2") is house.fronts.fronts[1]

    await until(moved, "the device is at the second front")
    await first.stop()
    await second.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.slow
async def test_a_killed_front_loses_nothing_and_its_work_goes_on(house: House, door: SdkDoor) -> None:
    site, address = house.site, {"iotId": house.site.iot_ids["door-0"]}
    acknowledged: list[bytes] = []
    meters = [
        Publisher(site.triples[f"meter-{n}"], house.fronts.mqtt_port, on_ack=acknowledged.append)
        for n in (0, 1)
    ]
    tap_acks: list[bytes] = []
    tap = Publisher(site.triples["tap-0"], house.fronts.mqtt_port, on_ack=tap_acks.append)
    for device in (*meters, tap):
        device.start()
    stop = asyncio.Event()
    posted: list[bytes] = []
    taps: list[str] = []

    async def load() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            posted.extend(meter.post({"Energy": number}, number=str(number)) for meter in meters)
            if number % 10 == 0:
                content = f"tap{number}"
                taps.append(content)
                passed = {"code": 101, "message": "", "type": "tradCard", "content": content, "extInfo": ""}
                tap.post(passed, tail="thing/event/passEvent/post", number=content)
            await asyncio.sleep(0.02)

    before = {number for (number,) in await _changes.all(house.db)}
    running = asyncio.create_task(load())
    await asyncio.sleep(1)
    held = await house.front_of("door-0")
    others = [one for one in house.fronts.fronts if one is not held]
    held.kill()
    killed = time.monotonic()

    async def reached() -> bool:
        opened = door.opened
        asked = {**address, "identifier": "remoteOpen", "args": {}}
        answers = await asyncio.gather(*(house.callers[one.name].call(*INVOKE, asked) for one in others))
        return all(answer.ok for answer in answers) and door.opened == opened + 2

    took = await until(reached, "the door is reached through the other fronts", GONE_SECONDS)

    async def nobody_at_the_dead() -> bool:
        rows = [await _front.one(house.db, iot_id=iot_id) for iot_id in site.iot_ids.values()]
        return not any(row and row[0].startswith(f"{held.name}-") for row in rows)

    await until(nobody_at_the_dead, "no device is said to be at the dead front", GONE_SECONDS - took)
    print(
        f"killed {held.name}: the door again after {took:.1f} s, all after {time.monotonic() - killed:.1f} s"
    )
    stop.set()
    await running

    async def all_taken() -> bool:
        return not any(device.backlog for device in (*meters, tap))

    await until(all_taken, "everything is acknowledged", 60)
    stored: set[bytes] = set()
    for name in ("meter-0", "meter-1"):
        row = await get_device(Scope.system(site.tenant_id), house.db, iot_id=site.iot_ids[name])
        stored |= {bytes(payload) for (payload,) in await _payloads.all(house.db, no=row.device_no)}
    assert set(posted) <= stored, "an acknowledged post is lost"

    async def unheard() -> set[int]:
        return {number for (number,) in await _changes.all(house.db)} - before - house.hook.received.keys()

    async def pushed() -> bool:
        return len(house.hook.received) >= len(taps) and not await unheard()

    try:
        await until(pushed, "the webhook hears of all passes", 60)
    except AssertionError:
        said = f"{len(taps)} passes, {len(house.hook.received)} pushed, unheard: {await unheard()}"
        raise AssertionError(f"{said}\n{house.fronts.logs()}") from None
    statuses = {
        name: (await house.callers[others[0].name].ok(*STATUS, {"iotId": site.iot_ids[name]}))["status"]
        for name in ("meter-0", "meter-1", "tap-0", "door-0")
    }
    assert set(statuses.values()) == {1}, statuses
    for device in (*meters, tap):
        await device.stop()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.slow
async def test_a_front_that_stops_sends_its_devices_elsewhere_first(house: House, door: SdkDoor) -> None:
    address = {"iotId": house.site.iot_ids["door-0"]}
    held = await house.front_of("door-0")
    other = next(one for one in house.fronts.fronts if one is not held)
    assert held.process is not None
    held.process.terminate()

    async def unready() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return (await client.get(f"{held.url}/readyz")).status_code == 503
        except httpx.HTTPError:
            return True

    await until(unready, "it says that it is stopping")

    async def moved() -> bool:
        asked = {**address, "identifier": "remoteOpen", "args": {}}
        row = await _front.one(house.db, iot_id=house.site.iot_ids["door-0"])
        elsewhere = bool(row and row[1] and not row[0].startswith(f"{held.name}-"))
        return elsewhere and (await house.callers[other.name].call(*INVOKE, asked)).ok

    await until(moved, "the door is at another front", GONE_SECONDS)
    assert await asyncio.to_thread(held.process.wait, 60) == 0


async def _operator(house: House, client: httpx.AsyncClient) -> None:
    """Sign the community's administrator in, who is the operator of the installation from now on."""
    account = await accounts.find_account(house.db, house.site.login)
    assert account is not None
    async with house.db.begin() as tx:
        await accounts.grant_role(tx, account_id=account.id, role=Role.OPERATOR, now_ms=wall_ms())
    said = {"login": house.site.login, "password": PASSWORD}
    assert (await client.post("/session", json=said)).is_success


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.covers("H-67")
async def test_a_limit_set_on_one_front_holds_for_all_of_them_together(house: House) -> None:
    """A day's quota is exact; in no second do the three let more through than one may alone."""
    fronts, key = house.fronts.fronts, house.site.app_key
    callers = [house.callers[front.name] for front in fronts]
    day, second, seen = LIMITED
    async with httpx.AsyncClient(
        base_url=f"{fronts[0].url}/api/console", headers={"x-linli-request": "1"}, trust_env=False
    ) as page:
        await _operator(house, page)
        for path, limit in ((day, {"perDay": 120}), (second, {"perSecond": 12}), (seen, {"perDay": 1})):
            form = {"kind": "key", "subject": key, "path": path, **limit}
            assert (await page.put("/call-limits", json=form)).is_success
    set_at = time.monotonic()
    for caller in callers:

        async def refused(caller: Caller = caller) -> bool:
            return bool((await caller.call(seen, "1.0.1", {})).code == 429)

        await until(refused, "the limit is seen there", 60)
    print(f"seen by all after {time.monotonic() - set_at:.2f} s")

    async def within_day(caller: Caller) -> int:
        answers = [
            await caller.call(day, "1.0.3", {"communityId": house.site.community_id}) for _ in range(80)
        ]
        assert {answer.code for answer in answers} <= {200, 429}
        return sum(answer.ok for answer in answers)

    assert sum(await asyncio.gather(*(within_day(caller) for caller in callers))) == 120

    async def within_second(caller: Caller, until_ms: int) -> int:
        count = 0
        while wall_ms() < until_ms:
            count += (await caller.call(second, "1.0.1", {})).code != 429
        return count

    first = wall_ms() // 1000
    counts = await asyncio.gather(
        *(within_second(caller, (first + 3) * 1000) for caller in callers for _ in range(2))
    )
    windows = wall_ms() // 1000 - first + 1
    print(f"{counts} let through in {windows} seconds")
    assert 12 <= sum(counts) <= 12 * windows
