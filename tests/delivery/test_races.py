"""Rounds with devices that meet other units of work: a right reaches its door at once, and once."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlalchemy import func, select

from linli.delivery import service
from linli.delivery.models import desired_history, grant_history
from linli.delivery.ports import Carriers
from linli.delivery.reconciler import Reconciler
from linli.delivery.schemas import DeliverySettled, DesiredRow
from linli.kernel import telemetry
from linli.kernel.db import Database, Query, Tx, open_database
from linli.kernel.outbox.rows import outbox
from tests.delivery.conftest import House
from tests.delivery.shelf import KIND
from tests.losing import losing, meeting

pytestmark = pytest.mark.engines("postgresql")

DOORS = ("door-1", "door-2", "door-3")
_steps = Query(select(func.count()).select_from(desired_history), unscoped="a test counts everything")
_grants = Query(select(func.count()).select_from(grant_history), unscoped="a test counts everything")
_jobs = Query(select(func.count()).select_from(outbox))


async def ignore(event: DeliverySettled) -> None:
    """An after handler: each transition leaves one row in the outbox."""


async def effects(house: House) -> tuple[int, ...]:
    """History lines of rows and grants, outbox rows, calls of devices."""
    counts = [await query.scalar(house.db) for query in (_steps, _grants, _jobs)]
    return (*counts, len(house.shelf.batches))


def deadlocks() -> float:
    return telemetry.REGISTRY.get_sample_value("linli_database_refused_total", {"why": "deadlock"}) or 0


async def test_whichever_statement_of_a_round_is_lost_the_right_is_at_the_door_at_once(house: House) -> None:
    house.db.handlers.after(DeliverySettled, ignore, name="test")

    async def whole(device: str) -> tuple[int, ...]:
        before = await effects(house)
        wish = house.wish(device=device)
        await house.db.run(lambda tx: service.grant(house.scope, tx, wish, now_ms=house.clock.now_ms()))
        assert await house.reconciler.run_once() == 1
        assert await house.status(device=device) == "transferred"
        assert house.shelf.held_by(device) == {"A"}
        after = await effects(house)
        return tuple(new - old for new, old in zip(after, before, strict=True))

    with losing() as counted:
        once = await whole("door")
    assert len(counted.seen) > 15
    for at in range(1, len(counted.seen) + 1):
        with losing(at) as state:
            assert await whole(f"door-{at}") == once, state.lost
        assert state.lost


async def test_whichever_statement_of_a_comparison_is_lost_it_is_whole(house: House) -> None:
    async def whole(device: str) -> list[DesiredRow]:
        await house.grant(house.wish(device=device))
        await house.reconciler.run_once()
        house.shelf.stored.pop((device, "A"))
        house.shelf.stored[device, "stray"] = "?"
        with losing(at):
            assert await house.comparing.compare(device, house.scope.tenant) == 2
        assert await house.reconciler.run_once() == 2
        assert house.shelf.held_by(device) == {"A"}
        return await house.rows(device=device)

    at = 0
    with losing() as counted:
        once = await whole("door")
    statements = len(counted.seen)
    for at in range(1, statements + 1):
        rows = await whole(f"door-{at}")
        assert [row.status for row in rows] == [row.status for row in once]


async def test_whoever_asks_to_compare_and_grants_does_not_lock_a_round_out(house: House) -> None:
    """One unit asks the device what it holds and then grants; the round of the same device ends meanwhile."""
    before = deadlocks()
    asked, settling = asyncio.Event(), asyncio.Event()

    async def ask_and_grant(tx: Tx) -> None:
        now = house.clock.now_ms()
        await service.compare_soon(tx, device="door-1", now_ms=now)
        asked.set()
        await settling.wait()
        await service.grant(house.scope, tx, house.wish(ends_ms=now + 1000), now_ms=now)

    async def begins(statement: str) -> None:
        if asked.is_set() and statement.startswith("UPDATE delivery_devices"):
            settling.set()

    carry = house.shelf.carry

    async def carry_and_meet(device: str, batch: list) -> dict:
        if not asked.is_set():
            others.append(asyncio.create_task(house.db.run(ask_and_grant)))
            await asked.wait()
        return await carry(device, batch)

    others: list[asyncio.Task[None]] = []
    house.shelf.carry = carry_and_meet
    await house.grant()
    with meeting(begins):
        assert await asyncio.wait_for(house.reconciler.run_once(), 30) >= 1
        await asyncio.gather(*others)
    await house.reconciler.run_once()
    assert await house.status() == "transferred"
    assert str(house.clock.now_ms() + 1000) in house.shelf.stored["door-1", "A"]
    assert deadlocks() == before


async def test_a_right_taken_back_while_its_door_is_compared_stays_taken_back(house: House) -> None:
    """What was read of a row before another unit changed it must not be written over that."""
    await house.grant()
    await house.reconciler.run_once()
    house.shelf.stored.clear()
    met = False

    async def take_back(statement: str) -> None:
        """Between the reading of the device's rows and what is written of them."""
        nonlocal met
        if "delivery_desired" in statement and "UPDATE" in statement and not met:
            met = True
            await house.revoke()

    with meeting(take_back):
        await house.comparing.compare("door-1", house.scope.tenant)
    assert met
    await house.reconciler.run_once()
    assert house.shelf.held_by("door-1") == set()
    assert await house.status() == "transferDeleted"


@pytest.fixture
async def hasty(database_url: str, house: House) -> AsyncIterator[Database]:
    """A second pool on the same database, as of another process, where deadlocks are found after 10 ms."""
    name = database_url.rpartition("/")[2]
    await house.db.run_script([f"ALTER DATABASE \"{name}\" SET deadlock_timeout = '10ms'"])
    other = await open_database(database_url, clock=house.clock)
    try:
        yield other
    finally:
        await other.close()
        await house.db.run_script([f'ALTER DATABASE "{name}" RESET deadlock_timeout'])


async def test_many_grants_ends_and_rounds_of_the_same_doors_lose_nothing(
    house: House, hasty: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """The clock stands still: what a lost round left behind would never be sent."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    chance = random.Random(seed)
    carriers = Carriers()
    carriers.add(house.shelf)
    workers = [Reconciler(db, house.clock, carriers, poll_seconds=0.05) for db in (house.db, hasty)]
    wanted: dict[tuple[str, str], bool] = {}
    before = deadlocks()

    async def change(tx: Tx, credential: str, doors: list[str], live: bool) -> None:
        now = house.clock.now_ms()
        if chance.random() < 0.6:
            await service.compare_soon(tx, device=doors[0], now_ms=now)
        for door in doors:
            write = service.grant if live else service.revoke
            await write(house.scope, tx, house.wish(credential, door), now_ms=now)
        if chance.random() < 0.3:
            await service.device_online(tx, device=doors[-1], now_ms=now)

    async def person(number: int, db: Database) -> None:
        """Somebody who gives and ends rights at several doors, in an order of their own."""
        for _ in range(20):
            doors, live = chance.sample(DOORS, 2), chance.random() < 0.6
            credential = f"{number}-{chance.randrange(2)}"
            await db.run(partial(change, credential=credential, doors=doors, live=live))
            wanted.update({(door, credential): live for door in doors})

    for worker in workers:
        await worker.start()
    try:
        with caplog.at_level(logging.INFO):
            async with asyncio.timeout(120):
                await asyncio.gather(*(person(n, chance.choice((house.db, hasty))) for n in range(12)))
                expected = {key for key, live in wanted.items() if live}
                while set(house.shelf.stored) != expected or await _open_rows(house):
                    await asyncio.sleep(0.02)
    finally:
        for worker in workers:
            await worker.stop()
    assert deadlocks() > before, "nobody met: the test shows nothing"
    assert not [r for r in caplog.records if r.exc_info], "a round failed"


async def _open_rows(house: House) -> bool:
    rows = [row for device in DOORS for row in await house.rows(device=device, kinds=(KIND,))]
    return any(row.next_try_ms is not None for row in rows)
