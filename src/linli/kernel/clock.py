"""Time is injected, so that rules and workers are tested without waiting."""

import asyncio
import heapq
import time
from collections import deque
from datetime import datetime
from itertools import count
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo


@runtime_checkable
class Clock(Protocol):
    def now_ms(self) -> int:
        """Milliseconds since the epoch, UTC."""
        ...

    def steady_ms(self) -> int:
        """Milliseconds from any beginning, going on evenly while the clock of the machine is set to another time."""
        ...

    async def sleep(self, seconds: float) -> None: ...


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def steady_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that moves only when a test moves it. Sleepers wake in the order of their due times."""

    def __init__(self, now_ms: int = 1_795_500_000_000) -> None:
        self._now_ms = now_ms
        self._set_by_ms = 0
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    def now_ms(self) -> int:
        return self._now_ms + self._set_by_ms

    def steady_ms(self) -> int:
        return self._now_ms

    def jump(self, ms: int) -> None:
        """The machine's clock is set to another time; no time passes."""
        self._set_by_ms += ms

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._now_ms + round(seconds * 1000), next(self._order), waiter))
        await waiter

    async def advance(self, ms: int) -> None:
        """Move on by `ms`, waking each sleeper at its own time and letting it run before the next."""
        end = self._now_ms + ms
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, waiter = heapq.heappop(self._sleepers)
            self._now_ms = due
            if not waiter.done():
                waiter.set_result(None)
            for _ in range(5):
                await asyncio.sleep(0)
        self._now_ms = end
        await asyncio.sleep(0)


class Past:
    """Times that are over by both clocks. The machine's clock may be set ahead for a moment; entries forgotten then
    would count as new later.

    Keeps what the machine's clock said, and when by the steady one.
    """

    def __init__(self, clock: Clock, lasting_ms: int) -> None:
        """`lasting_ms`: a time is over once the machine's clock has shown so for that long without a break."""
        self._clock = clock
        self._lasting_ms = lasting_ms
        self._since: int | None = None
        self._looks: deque[tuple[int, int]] = deque()
        """(steady, wall) of looks, both rising: the least wall time since each look. The first is `lasting_ms` old."""

    def until_ms(self) -> int | None:
        """UTC ms before which everything is over; None while this process has not looked for long enough."""
        steady, wall = self._clock.steady_ms(), self._clock.now_ms()
        if self._since is None:
            self._since = steady
        while self._looks and self._looks[-1][1] >= wall:
            self._looks.pop()
        self._looks.append((steady, wall))
        while len(self._looks) > 1 and self._looks[1][0] <= steady - self._lasting_ms:
            self._looks.popleft()
        return self._looks[0][1] if steady - self._since >= self._lasting_ms else None


def local_day(now_ms: int, zone: str) -> str:
    """The day (yyyy-MM-dd) that it is in a time zone."""
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)).date().isoformat()
