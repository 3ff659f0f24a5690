"""The box's time: taken from the cloud, and kept by the monotonic clock between two answers.

Boxes without a battery come up in 1970, and installers set clocks wrong; records and windows must not care. Time never
goes back while the box runs: a clock that is ahead goes slower until it fits.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

STEP_MS: Final = 60_000
"""A clock that is further behind than this is set at once."""
SLEW: Final = 0.1
"""How much slower a clock goes that is ahead."""
TRUSTED_RTT_MS: Final = 10_000
"""An answer that took longer says too little about the time."""


class BoxClock:
    """`linli.kernel.clock.Clock` of a box. `floor_ms`: the last time that an earlier run knew."""

    def __init__(
        self,
        floor_ms: int = 0,
        *,
        machine_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
        steady_ms: Callable[[], int] = lambda: time.monotonic_ns() // 1_000_000,
    ) -> None:
        self._machine_ms = machine_ms
        self._steady_ms = steady_ms
        self._base_ms = max(machine_ms(), floor_ms)
        self._base_steady = steady_ms()
        self._ahead_ms = 0
        """To be lost by going slower."""
        self._last_ms = self._base_ms
        self.told_at_ms: int | None = None
        """When the cloud last gave the time; None: not since the box started."""

    def now_ms(self) -> int:
        passed = self._steady_ms() - self._base_steady
        lost = min(self._ahead_ms, int(passed * SLEW))
        self._last_ms = max(self._last_ms, self._base_ms + passed - lost)
        return self._last_ms

    def steady_ms(self) -> int:
        return self._steady_ms()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    @property
    def machine_offset_ms(self) -> int:
        """How far the machine's own clock is ahead of this one."""
        return self._machine_ms() - self.now_ms()

    def raise_to(self, floor_ms: int) -> None:
        """It cannot be earlier than this: an earlier run knew it."""
        if self.told_at_ms is None and floor_ms > self.now_ms():
            self._rebase(floor_ms, ahead=0)

    def hinted(self, about_ms: int) -> bool:
        """Takes a rough time, such as an answer's `Date`, until the cloud gave a better one. Whether it was taken."""
        if self.told_at_ms is not None:
            return False
        self._last_ms = about_ms
        self._rebase(about_ms, ahead=0)
        return True

    def correct(self, cloud_ms: int, rtt_ms: int) -> int:
        """The cloud's time, from an answer that took `rtt_ms`; how far this clock was ahead of it."""
        now = self.now_ms()
        right = cloud_ms + max(rtt_ms, 0) // 2
        ahead = now - right
        if rtt_ms > TRUSTED_RTT_MS:
            return ahead
        if abs(ahead) <= max(rtt_ms, 50) // 2:
            self.told_at_ms = now
            return ahead
        if ahead > 0 and self.told_at_ms is None and ahead > STEP_MS:
            # The cloud has confirmed no report of this run yet: one step back is better than hours of slewing.
            self._last_ms = right
            self._rebase(right, ahead=0)
        elif ahead > 0:
            self._rebase(now, ahead=ahead)
        else:
            self._rebase(right, ahead=0)
        self.told_at_ms = self.now_ms()
        return ahead

    def _rebase(self, now_ms: int, *, ahead: int) -> None:
        self._base_ms, self._base_steady, self._ahead_ms = now_ms, self._steady_ms(), ahead
