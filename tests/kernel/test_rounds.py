"""Waiting for the first of several things, and rounds that begin by a signal or a timer."""

import asyncio
import logging

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.rounds import Rounds, end_tasks, first_of, set_within


async def turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_time_or_what_was_waited_for(clock: ManualClock) -> None:
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(first_of(clock, 2, never))
    await turns()
    await clock.advance(1999)
    assert not waiting.done()
    await clock.advance(1)
    await waiting
    assert not never.done()  # it goes on


async def test_an_event_that_is_set_in_time(clock: ManualClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(set_within(clock, 2, event))
    await turns()
    event.set()
    assert await waiting
    event.clear()
    waiting = asyncio.create_task(set_within(clock, 2, event))
    await turns()
    await clock.advance(2000)
    assert not await waiting


async def test_rounds_by_signal_and_timer(clock: ManualClock) -> None:
    done: list[bool] = []

    async def work(asked: bool) -> None:
        done.append(asked)

    rounds = Rounds(clock, 5, work, name="test", trouble="no")
    rounds.start()
    await turns()
    rounds.changed.set()
    await turns()
    await clock.advance(5000)
    await turns()
    assert done == [True, False]
    await rounds.stop()
    rounds.changed.set()
    await clock.advance(60_000)
    assert done == [True, False]


async def test_trouble_is_told_once_until_it_is_over(
    clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    answers = iter([False, False, True, False])

    async def work(asked: bool) -> None:
        if not next(answers):
            raise RuntimeError("away")

    rounds = Rounds(clock, 1, work, name="test", trouble="it cannot be read")
    rounds.start()
    await turns()
    with caplog.at_level(logging.ERROR):
        for _ in range(4):
            await clock.advance(1000)
            await turns()
    assert [record.getMessage() for record in caplog.records] == ["it cannot be read"] * 2
    await rounds.stop()


async def test_tasks_end_before_who_ended_them_goes_on() -> None:
    ended = asyncio.Event()

    async def slow() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            ended.set()

    task = asyncio.create_task(slow())
    await asyncio.sleep(0)
    await end_tasks(task, None)
    assert ended.is_set()


async def test_who_ends_tasks_is_ended_too() -> None:
    """A task that was cancelled while it waited for another one's end went on for ever."""
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            began.set()
            await may_end.wait()

    async def keeper() -> None:
        while True:
            child = asyncio.create_task(slow())
            await asyncio.sleep(0)  # it begins
            await end_tasks(child)

    task = asyncio.create_task(keeper())
    await began.wait()
    task.cancel()
    may_end.set()
    async with asyncio.timeout(10):
        await asyncio.wait([task])
    assert task.cancelled()


async def test_what_an_ended_task_raised_is_raised() -> None:
    async def broken() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("broken")

    task = asyncio.create_task(broken())
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="broken"):
        await end_tasks(task, None)
