"""Exits that open for a car that paid, or stay shut: then the cloud is told, for a person (ADR 0127)."""

import sqlite3
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, Protocol

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.parking import lifts, passes, places
from linli.edge.parking.refusals import NotSent, ParkingRefused
from linli.edge.parking.work import Lift, Work
from linli.kernel.clock import Clock
from linli.protocols.parking_site import Site

PAID_SHUT: Final = "paid_shut"
"""The car paid and was told of as gone, but the barrier did not move."""
DRIVER_UP_MS: Final = 20_000
"""An opening waits so long for its driver."""


class Reads(Protocol):
    async def __call__[T](self, run: Callable[[sqlite3.Connection], T], /) -> T: ...


class PaidOpenings:
    """What is kept of one outlives the box."""

    def __init__(
        self,
        *,
        site: Callable[[], Site],
        move: Callable[[str, str], Awaitable[None]],
        write: Callable[[Callable[[Work], None]], Awaitable[None]],
        read: Reads,
        clock: Clock,
        log: DeviceLog,
    ) -> None:
        self._site, self._move, self._write, self._read = site, move, write, read
        self._clock, self._log = clock, log

    async def open(self, lift: Lift) -> None:
        _, barrier = self._site().barriers[lift.barrier]
        try:
            opened = await self._opened(barrier.device, lift)
        except ParkingRefused as refused:
            self._log.error(
                "a barrier does not open for a car that paid", barrier=lift.barrier, why=str(refused)
            )
            await self._write(partial(shut, lift=lift))
            return
        if opened:
            await self._write(partial(lifts.moved, lift=lift))

    async def _opened(self, device: str, lift: Lift) -> bool:
        """Drivers start after the room does, and a receipt may come first: it waits for its driver, unless meanwhile the
        car is gone or for a person. Raises ParkingRefused.
        """
        until_ms = self._clock.now_ms() + DRIVER_UP_MS
        while True:
            try:
                await self._move(device, places.OPEN)
            except NotSent:
                if self._clock.now_ms() > until_ms or not device:
                    raise
            else:
                return True
            await self._clock.sleep(0.5)
            if not await self._read(partial(lifts.is_to_open, lift=lift)):
                return False


def shut(work: Work, lift: Lift) -> None:
    """The barrier did not move."""
    place = work.site.barriers.get(lift.barrier)
    if place is None:
        lifts.over(work, lift.barrier)
    elif lifts.note_shut(work, lift.barrier):
        passes.report_paid(work, *place, lift, PAID_SHUT, opened=False)


def after_an_end(work: Work) -> None:
    """What was to open when the box ended: it may have moved or not, so a person looks."""
    for lift in lifts.unknown(work):
        shut(work, lift)
