"""Domain events: inline handlers in order in the emitter's transaction, after handlers once it is committed."""

import msgspec
import pytest

from linli.kernel import outbox
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Tx
from linli.kernel.events import DeferredEvent, Event, emit
from linli.kernel.outbox import Jobs, Worker


class Moved(Event, frozen=True):
    name = "test.events.moved"
    who: str


class Left(Event, frozen=True):
    name = "test.events.left"
    who: str


@pytest.fixture
def worker(database: Database, clock: ManualClock) -> Worker:
    database.clock = clock
    return Worker(database, clock, Jobs())


async def test_order(database: Database, worker: Worker, clock: ManualClock) -> None:
    seen: list[str] = []

    def inline(name: str):
        async def handler(tx: Tx, event: Moved) -> None:
            seen.append(f"{name} {event.who}")

        return handler

    failing = True

    async def first(event: Moved) -> None:
        if failing and event.who == "b":
            raise ValueError("not yet")
        seen.append(f"after {event.who}")

    async def second(event: Moved) -> None:
        seen.append(f"other {event.who}")

    database.handlers.inline(Moved, inline("one"))
    database.handlers.inline(Moved, inline("two"))
    database.handlers.after(Moved, first, name="first")
    database.handlers.after(Moved, second, name="second")
    async with database.begin() as tx:
        for who in "abc":
            await emit(tx, Moved(who), key="house")
        assert seen == ["one a", "two a", "one b", "two b", "one c", "two c"]
    seen.clear()
    await worker.run_once()
    assert [s for s in seen if s.startswith("after")] == ["after a"]  # c waits for b, which failed
    assert [s for s in seen if s.startswith("other")] == ["other a", "other b", "other c"]
    failing = False
    await clock.advance(10_000)
    await worker.run_once()
    assert [s for s in seen if s.startswith("after")] == ["after a", "after b", "after c"]


async def test_an_inline_handler_that_fails_undoes_the_unit(database: Database, worker: Worker) -> None:
    async def refuse(tx: Tx, event: Left) -> None:
        raise ValueError("no")

    async def after(event: Left) -> None: ...

    database.handlers.after(Left, after, name="after")
    async with database.begin() as tx:
        await emit(tx, Left("kept"))
    database.handlers.inline(Left, refuse)
    with pytest.raises(ValueError, match="no"):
        async with database.begin() as tx:
            await emit(tx, Left("undone"))
    assert await outbox.counts(database) == {"ready": 1}


async def test_a_handler_that_is_gone_holds_up_nobody(database: Database, worker: Worker) -> None:
    gone = DeferredEvent("test.events.renamed", "nobody", msgspec.Raw(b"{}"))
    async with database.begin() as tx:
        await outbox.add(tx, "event", gone)
        await emit(tx, Moved("nobody listens"))
    assert await worker.run_once() == 1
    assert await outbox.counts(database) == {}
