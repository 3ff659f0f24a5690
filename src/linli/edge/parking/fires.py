"""Fire: every barrier of the box goes up and stays up until a person says that it is over. Source: spec F 5.13."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from linli.edge.framework.device_logs import DeviceLog
from linli.edge.parking.places import CLOSE, KEEP_OPEN, OPEN
from linli.edge.parking.refusals import BARRIER_FAILED, BUSY, ParkingRefused
from linli.kernel.clock import Clock
from linli.kernel.rounds import set_within
from linli.protocols.parking_site import Barrier, Lot, Site

AGAIN_S: Final = 5.0
"""Before a barrier is tried again that could not be reached."""

type Moves = Callable[[str, str], Awaitable[None]]
"""(device, command). Raises ParkingRefused."""


class Fires:
    """`burns` and `site` as they are now; `raised` keeps that a barrier went up."""

    def __init__(
        self,
        *,
        burns: Callable[[], bool],
        site: Callable[[], Site],
        move: Moves,
        raised: Callable[[Lot, Barrier], Awaitable[None]],
        clock: Clock,
        log: DeviceLog,
    ) -> None:
        self._burns, self._site, self._move, self._raised = burns, site, move, raised
        self._clock, self._log = clock, log
        self.news = asyncio.Event()
        """It may have begun or ended."""
        self._up: set[str] = set()

    async def run(self) -> None:
        while True:
            self.news.clear()
            if self._burns():
                waits = await self._raise()
            else:
                waits = await self._lower()
            if waits:
                await set_within(self._clock, AGAIN_S, self.news)
            else:
                await self.news.wait()

    def _barriers(self) -> Iterator[tuple[Lot, Barrier]]:
        return (place for place in self._site().barriers.values() if place[1].device)

    async def _raise(self) -> bool:
        """Whether one could not be reached."""
        waits = False
        for lot, barrier in list(self._barriers()):
            if barrier.barrier_id in self._up:
                continue
            try:
                await self._open(barrier.device)
            except ParkingRefused as refused:
                waits = True
                self._log.now_and_then(
                    "fire: a barrier does not go up", barrier=barrier.barrier_id, why=str(refused)
                )
                continue
            self._up.add(barrier.barrier_id)
            self._log.warning("fire: a barrier is up", barrier=barrier.barrier_id)
            await self._raised(lot, barrier)
        return waits

    async def _open(self, device: str) -> None:
        """Held open; one that cannot be held is opened, and again for each car. Raises ParkingRefused."""
        try:
            await self._move(device, KEEP_OPEN)
        except ParkingRefused as refused:
            if refused.number not in (BARRIER_FAILED, BUSY):
                raise
            await self._move(device, OPEN)

    async def _lower(self) -> bool:
        waits = False
        for _, barrier in list(self._barriers()):
            if barrier.barrier_id not in self._up:
                continue
            try:
                await self._move(barrier.device, CLOSE)
            except ParkingRefused as refused:
                waits = True
                self._log.now_and_then("a barrier stays up", barrier=barrier.barrier_id, why=str(refused))
                continue
            self._up.discard(barrier.barrier_id)
            self._log.info("the fire is over: a barrier is closed", barrier=barrier.barrier_id)
        return waits
