"""Work after a commit: done at least once, in order per key, put back when it fails, parked with its reason."""

import asyncio

import msgspec
import pytest

from linli.kernel import events, outbox
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import NotYet
from linli.kernel.outbox import Jobs, Worker


class Note(msgspec.Struct, frozen=True):
    text: str


class Moved(events.Event, frozen=True):
    name = "test.moved"
    who: str


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def worker(database: Database, clock: ManualClock, done: list[str]) -> Worker:
    async def note(payload: Note) -> None:
        if payload.text.startswith("bad"):
            raise ValueError("this one is bad")
        if payload.text.startswith("soon"):
            raise NotYet()
        done.append(payload.text)

    jobs = Jobs()
    jobs.on("note", Note, note)
    database.clock = clock
    return Worker(database, clock, jobs)


async def add(database: Database, *texts: str, key: str = "", due_ms: int = 0) -> None:
    async with database.begin() as tx:
        for text in texts:
            await outbox.add(tx, "note", Note(text), key=key, due_ms=due_ms)


async def test_rows_are_done_once_and_forgotten(database: Database, worker: Worker, done: list[str]) -> None:
    await add(database, "a", "b")
    assert await worker.run_once() == 2
    assert sorted(done) == ["a", "b"]
    assert await worker.run_once() == 0
    assert await outbox.counts(database) == {}


async def test_what_a_killed_process_had_in_hand_is_free_for_the_next_at_once(
    database: Database, worker: Worker, done: list[str]
) -> None:
    await add(database, "a")
    assert [row.attempts for row in await worker._lease()] == [1]  # and then it is killed
    assert await worker.run_once() == 0
    assert await outbox.free_leases(database) == 1
    assert await worker.run_once() == 1
    assert done == ["a"]
    assert await outbox.free_leases(database) == 0


async def test_nothing_is_left_by_a_unit_that_rolled_back(
    database: Database, worker: Worker, done: list[str]
) -> None:
    with pytest.raises(RuntimeError):
        async with database.begin() as tx:
            await outbox.add(tx, "note", Note("a"))
            raise RuntimeError
    assert await worker.run_once() == 0


async def test_work_waits_for_its_time(
    database: Database, worker: Worker, clock: ManualClock, done: list[str]
) -> None:
    await add(database, "later", due_ms=clock.now_ms() + 5000)
    assert await worker.run_once() == 0
    await clock.advance(5000)
    assert await worker.run_once() == 1


async def test_a_failing_row_holds_back_its_key_only_and_is_parked_in_the_end(
    database: Database, worker: Worker, clock: ManualClock, done: list[str]
) -> None:
    await add(database, "bad", "after bad", key="k")
    await add(database, "other")
    await worker.run_once()
    assert done == ["other"]
    for _ in range(outbox.MAX_ATTEMPTS):
        await clock.advance(5_000_000)
        await worker.run_once()
    assert done == ["other", "after bad"]
    [row] = await outbox.parked(database)
    assert row.reason == "ValueError: this one is bad"
    assert await outbox.counts(database) == {"parked": 1}
    assert await outbox.retry(database, row.id)
    assert await outbox.counts(database) == {"ready": 1}


async def test_work_whose_turn_has_not_come_has_not_failed(
    database: Database, worker: Worker, clock: ManualClock, done: list[str]
) -> None:
    await add(database, "soon", due_ms=outbox.URGENT_MS)
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        assert await worker.run_once() == 1, "it is tried each time, and not parked"
        await clock.advance(1_500)  # a second, a little more or less
    assert [row.attempts for row in await worker._lease()] == [1]


async def test_a_dead_workers_rows_are_taken_over(
    database: Database, worker: Worker, clock: ManualClock, done: list[str]
) -> None:
    await add(database, "a")
    assert len(await worker._lease()) == 1  # and then this worker dies
    assert await worker.run_once() == 0
    await clock.advance(outbox.LEASE_MS)
    assert await worker.run_once() == 1
    assert done == ["a"]


async def test_a_running_worker_is_woken_by_the_commit(
    database: Database, worker: Worker, done: list[str]
) -> None:
    worker._poll = 600  # so that nothing but the commit wakes it
    await worker.start()
    try:
        await asyncio.sleep(0.05)
        await add(database, "a")
        async with asyncio.timeout(30):
            while not done:
                await asyncio.sleep(0.005)
    finally:
        await worker.stop()


async def test_events_run_inline_in_the_transaction_and_after_it(
    database: Database, worker: Worker, done: list[str]
) -> None:
    async def inline(tx: Tx, event: Moved) -> None:
        done.append(f"inline {event.who}")

    async def after(event: Moved) -> None:
        done.append(f"after {event.who}")

    database.handlers.inline(Moved, inline)
    database.handlers.after(Moved, after, name="test.after")
    async with database.begin() as tx:
        await events.emit(tx, Moved("li"))
        assert done == ["inline li"]
    await worker.run_once()
    assert done == ["inline li", "after li"]


async def test_what_is_urgent_comes_before_all_that_waits(
    database: Database, worker: Worker, done: list[str]
) -> None:
    many = [str(number) for number in range(2 * outbox.BATCH)]
    await add(database, *many)
    await add(database, "first", due_ms=outbox.URGENT_MS)
    assert await worker.run_once() == len(many) + 1
    assert done.index("first") < outbox.BATCH, "in the first batch, however many wait"
    assert sorted(done) == sorted(["first", *many])
