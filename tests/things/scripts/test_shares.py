"""One company's scripts take its own time: others' answers come as ever while they loop."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.things.inbox import requests
from linli.things.scripts.errors import SandboxBusy, ScriptFailed, ShareSpent
from linli.things.scripts.queries import failures_of
from linli.things.scripts.sandbox import Sandbox, Script
from linli.things.service import devices
from tests.things.conftest import Site
from tests.things.device import Device, Platform, until
from tests.things.scripts.test_translation import SCRIPT, UP, raw, reply, send, use

SUM = "function f(a, b) { return a + b }"
LOOP = "function f(x) { while (true) {} }"
LOOPS_ON_WIRE = (
    "function rawDataToProtocol(b) { while (b[0] % 4) {} return {} }"
    "function protocolToRawData(m) { return [] }"
)
MOST_MS = 300
"""At nine of ten: the rest may wait for the processor, where the machine has other work."""


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    made = Sandbox(clock)
    yield made
    await made.stop()


def p90(seconds: list[float]) -> float:
    """In milliseconds."""
    return 1000 * sorted(seconds)[int(len(seconds) * 0.9) - 1]


@pytest.mark.engines("sqlite")
async def test_a_company_with_many_looping_scripts_slows_no_other(sandbox: Sandbox) -> None:
    """Each of its scripts is new, so that none is suspended yet."""
    good = Script("good", SUM, "b")
    await sandbox.call(good, "f", 1, 1)

    async def attack(number: int) -> None:
        with contextlib.suppress(ScriptFailed, SandboxBusy):
            await sandbox.call(Script(f"loop {number}", LOOP, "a"), "f", number)

    attackers = [asyncio.create_task(attack(number)) for number in range(60)]
    waits = []
    for number in range(100):
        began = time.perf_counter()
        assert (await sandbox.call(good, "f", number, 1)).value == number + 1
        waits.append(time.perf_counter() - began)
    running = sum(not one.done() for one in attackers)
    for one in attackers:
        one.cancel()
    await asyncio.gather(*attackers, return_exceptions=True)
    assert running, "the attack outlasted the calls"
    assert p90(waits) < MOST_MS, sorted(waits)[-5:]


@pytest.mark.engines("sqlite")
async def test_further_calls_of_a_company_that_has_spent_its_share_are_refused(sandbox: Sandbox) -> None:
    answers = await asyncio.gather(
        *(sandbox.call(Script(str(n), LOOP, "a"), "f", n) for n in range(3)), return_exceptions=True
    )
    assert all(isinstance(one, ScriptFailed) for one in answers)
    waiting = [
        asyncio.create_task(sandbox.call(Script(f"w{n}", LOOP, "a"), "f", n)) for n in range(200)
    ]  # fmt: skip
    await asyncio.sleep(0)
    with pytest.raises(ShareSpent):
        await sandbox.call(Script("more", SUM, "a"), "f", 1, 1)
    assert (await sandbox.call(Script("good", SUM, "b"), "f", 1, 1)).value == 2
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


@pytest.mark.engines("sqlite")
async def test_a_script_that_loops_now_and_then_is_suspended_too(
    sandbox: Sandbox, clock: ManualClock
) -> None:
    sometimes = Script("s", "function f(x) { while (x % 3 === 0) {} return x }", "a")
    reasons = []
    for number in range(40):
        try:
            await sandbox.call(sometimes, "f", number)
        except ScriptFailed as failed:
            reasons.append(failed)
            if failed.kind == "paused":
                break
    assert reasons[-1].kind == "paused", "every third call was ended by its limits"
    assert "is suspended for 60 s" in reasons[-1].reason
    await clock.advance(60_000)
    assert (await sandbox.call(sometimes, "f", 1)).value == 1


async def connect_many(
    platform: Platform, database: Database, site: Site, ids: Ids, secrets: Secrets, count: int
) -> list[Device]:
    made = []
    for number in range(count):
        async with database.begin() as tx:
            triple = await devices.create_device(
                site.tenant,
                tx,
                values=devices.DeviceValues(product_key=site.product_key, device_name=f"loop-{number}"),
                ids=ids,
                secrets=secrets,
            )
        made.append(await platform.connect(triple))
    return made


async def test_devices_of_others_are_answered_while_one_companys_scripts_loop(
    platform: Platform, site: Site, other: Site, database: Database, ids: Ids, secrets: Secrets
) -> None:
    await use(database, site, SCRIPT)
    await use(database, other, LOOPS_ON_WIRE)
    mine = await platform.connect(site.device)
    await send(mine, raw(0, 1, "hB", 1, 1))
    await reply(mine)
    attackers = await connect_many(platform, database, other, ids, secrets, 8)
    attack = [
        asyncio.create_task(one.publish(one.topic(UP), bytes([n]))) for one in attackers for n in range(9, 49)
    ]  # fmt: skip
    waits = []
    for number in range(2, 52):
        began = time.perf_counter()
        await send(mine, raw(0, number, "hB", number, 1))
        await reply(mine)
        waits.append(time.perf_counter() - began)
    for one in attack:
        one.cancel()
    await asyncio.gather(*attack, return_exceptions=True)
    assert p90(waits) < MOST_MS, sorted(waits)[-5:]

    async def told() -> bool:
        entry = platform.things.fleet.named(other.product_key, "loop-0")
        assert entry is not None
        return any(one.kind == "time" for one in await failures_of(database, device_no=entry.device_no))

    await until(told)


@pytest.mark.engines("sqlite")
async def test_what_waits_for_scripts_is_bounded_for_each_company(
    platform: Platform, site: Site, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "OUTSIDE_EACH", 3)
    await use(database, site, LOOPS_ON_WIRE)
    device = await platform.connect(site.device)
    sending = [asyncio.create_task(device.publish(device.topic(UP), bytes([n]))) for n in range(8, 20)]
    assert await device.closed(), "it is to come again"
    for one in sending:
        one.cancel()
    await asyncio.gather(*sending, return_exceptions=True)
