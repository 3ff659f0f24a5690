"""Waiting for whatever comes first, and rounds of work that begin when something changed or a time is over."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from linli.kernel import telemetry
from linli.kernel.clock import Clock

log: Final = telemetry.logger(__name__)


async def first_of(clock: Clock, seconds: float, *wanted: "asyncio.Future[Any]") -> None:
    """Return when one of `wanted` is done or `seconds` of the clock are over. Unfinished tasks go on."""
    timer = asyncio.ensure_future(clock.sleep(seconds))
    try:
        await asyncio.wait((*wanted, timer), return_when=asyncio.FIRST_COMPLETED)
    finally:
        timer.cancel()


async def set_within(clock: Clock, seconds: float, event: asyncio.Event) -> bool:
    """Whether the event was set before `seconds` of the clock were over. It stays set."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await first_of(clock, seconds, waiting)
    finally:
        waiting.cancel()
    return event.is_set()


async def end_tasks(*tasks: "asyncio.Task[Any] | None") -> None:
    """Cancel tasks and wait until they have ended. Raises what one of them raised.

    Whoever calls this may be cancelled meanwhile, and is: an `await` of each task could not tell whose end it heard.
    """
    running = [task for task in tasks if task is not None]
    for task in running:
        task.cancel()
    if running:
        await asyncio.wait(running)
    for task in running:
        if not task.cancelled():
            task.result()


class Rounds:
    """Work that is done every so often, and at once when `changed` is set."""

    def __init__(
        self,
        clock: Clock,
        seconds: float,
        work: Callable[[bool], Awaitable[None]],
        *,
        name: str,
        trouble: str,
    ) -> None:
        """`work` gets whether the round was asked for. `trouble`: logged once while rounds fail."""
        self.changed = asyncio.Event()
        self._clock = clock
        self._seconds = seconds
        self._work = work
        self._name = name
        self._trouble = trouble
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._go_on(), name=self._name)

    async def stop(self) -> None:
        await end_tasks(self._task)

    async def _go_on(self) -> None:
        failed = False
        while True:
            asked = await set_within(self._clock, self._seconds, self.changed)
            self.changed.clear()
            try:
                await self._work(asked)
                failed = False
            except Exception:
                if not failed:
                    log.exception(self._trouble)
                failed = True
