"""Time that runs faster, so that a simulator's three missed heartbeats take a second."""

import asyncio
import time


class FastClock:
    """A Clock that is right when it is made and then runs `speed` times as fast."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began_ms = time.time_ns() // 1_000_000
        self._began = time.monotonic()

    def now_ms(self) -> int:
        return self._began_ms + round((time.monotonic() - self._began) * 1000 * self._speed)

    def steady_ms(self) -> int:
        return self.now_ms() - self._began_ms

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)
