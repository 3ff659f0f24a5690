"""Processes over one database: signs of life, take-over, leases, mail, numbers. Each Database stands for a process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import msgspec
import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, open_database
from linli.kernel.ids import Ids
from linli.kernel.processes import Lease, Mail, Processes
from linli.kernel.processes.registry import DEAD_MS

type Enter = Callable[[str], Awaitable[Processes]]


@pytest.fixture
async def enter(database_url: str, clock: ManualClock) -> AsyncIterator[Enter]:
    """Starts a process of its own; `take` of its `taken` is what it took over."""
    made: list[tuple[Processes, Database]] = []

    async def start(name: str) -> Processes:
        db = await open_database(database_url, clock=clock)
        process = Processes(db, clock, name=name)
        await process.enter()
        process.watch()
        made.append((process, db))
        return process

    yield start
    for process, db in made:
        await process.stop()
        await db.close()


async def beat(clock: ManualClock, seconds: float) -> None:
    """Let time pass, and the processes' real database work with it."""
    for _ in range(round(seconds)):
        await clock.advance(1000)
        await asyncio.sleep(0.05)


async def die(process: Processes) -> None:
    """As by kill -9: no further sign of life."""
    assert process._task is not None
    process._task.cancel()
    await asyncio.gather(process._task, return_exceptions=True)
    process._task = None


def watched(process: Processes) -> list[str]:
    taken: list[str] = []

    async def take_over(name: str) -> None:
        taken.append(name)

    process.on_gone(take_over)
    return taken


@pytest.mark.engines("sqlite")
async def test_on_sqlite_a_process_is_alone(enter: Enter) -> None:
    process = await enter("any")
    assert (process.name, process.shared, process.others()) == ("main", False, [])
    assert process.alive("main")


@pytest.mark.engines("postgresql")
async def test_a_dead_process_is_taken_over_once_and_not_too_soon(enter: Enter, clock: ManualClock) -> None:
    one, two, three = await enter("one"), await enter("two"), await enter("three")
    assert sorted((one.slot, two.slot, three.slot)) == [0, 1, 2]
    takes = [watched(two), watched(three)]
    await beat(clock, 2)
    assert two.alive(one.name)
    assert three.in_slot(one.slot) == one.name
    await die(one)
    await beat(clock, DEAD_MS / 1000 - 2)
    assert takes == [[], []]
    await beat(clock, 4)
    assert sorted(takes) == [[], [one.name]]
    assert not two.alive(one.name)
    assert (await enter("four")).slot == one.slot, "its slot is free again"


@pytest.mark.engines("postgresql")
async def test_who_leaves_in_order_is_taken_over_at_once(enter: Enter, clock: ManualClock) -> None:
    one, two = await enter("one"), await enter("two")
    taken = watched(two)
    await one.stop()
    one._task = None
    async with asyncio.timeout(30):
        while not taken:
            await asyncio.sleep(0.01)
    assert taken == [one.name]


@pytest.mark.engines("postgresql")
async def test_a_take_over_that_fails_is_tried_again(enter: Enter, clock: ManualClock) -> None:
    one, two = await enter("one"), await enter("two")
    tries: list[str] = []

    async def take_over(name: str) -> None:
        tries.append(name)
        if len(tries) == 1:
            raise RuntimeError("not now")

    two.on_gone(take_over)
    await beat(clock, 1)
    await die(one)
    await beat(clock, 9)
    assert len(tries) == 1
    await beat(clock, 18)
    assert tries == [one.name] * 2


@pytest.mark.engines("postgresql")
async def test_who_was_taken_for_dead_stops(enter: Enter, clock: ManualClock) -> None:
    one, two = await enter("one"), await enter("two")
    watched(two)
    fenced: list[bool] = []
    one.on_fenced = lambda: fenced.append(True)
    assert one._task is not None
    one._task.cancel()  # it stands still …
    await beat(clock, 10)
    one._task = asyncio.create_task(one._loop())  # … and goes on
    await beat(clock, 2)
    assert fenced
    assert two.others() == []


@pytest.mark.engines("postgresql")
async def test_an_outage_of_the_database_kills_nobody(enter: Enter, clock: ManualClock) -> None:
    one, two = await enter("one"), await enter("two")
    taken = watched(one) + watched(two)
    await beat(clock, 2)
    clock._now_ms += 60_000  # nobody could read or write for a minute
    await beat(clock, 3)
    assert taken == []
    assert one.alive(two.name)


async def test_one_process_at_a_time_holds_a_lease(database: Database, clock: ManualClock) -> None:
    one = Lease(database, clock, "housekeeping", holder="one", lasts_ms=5000)
    two = Lease(database, clock, "housekeeping", holder="two", lasts_ms=5000)
    assert await one.hold()
    assert not await two.hold()
    await clock.advance(4000)
    assert await one.hold()
    await clock.advance(4000)
    assert not await two.hold()
    await clock.advance(1000)
    assert await two.hold()
    await two.free()
    assert await one.hold()


class Note(msgspec.Struct):
    text: str


async def test_mail_arrives_in_order(database: Database, clock: ManualClock, database_url: str) -> None:
    elsewhere = await open_database(database_url) if database.engine == "postgresql" else database
    here, there = Mail(database, clock, "here"), Mail(elsewhere, clock, "there")
    got: list[str] = []
    answers: list[str] = []
    there.on("note", Note, lambda note: (got.append(note.text), there.send("here", "note", note)))
    here.on("note", Note, lambda note: answers.append(note.text))
    await here.start()
    await there.start()
    wanted = [str(number) for number in range(100)]
    for text in wanted:
        here.send("there", "note", Note(text))
    async with asyncio.timeout(30):
        while len(answers) < 100:
            await asyncio.sleep(0.005)
    assert got == answers == wanted
    await here.stop()
    await there.stop()
    if elsewhere is not database:
        await elsewhere.close()


def test_numbers_of_different_slots_never_meet(clock: ManualClock) -> None:
    makers = [Ids(now_ms=clock.now_ms) for _ in range(8)]
    for slot, ids in enumerate(makers):
        ids.take_slot(slot * 9)
    made = [[ids.number() for _ in range(500)] for ids in makers]
    everything = [number for numbers in made for number in numbers]
    assert len(set(everything)) == len(everything)
    for slot, numbers in enumerate(made):
        assert numbers == sorted(numbers)
        assert {Ids.slot_of(number) for number in numbers} == {slot * 9}
        assert Ids.number_ms(numbers[0]) == clock.now_ms()
