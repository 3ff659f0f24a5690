"""Slowing down who guesses: wrong words of one address close the door to it for a while, longer each time."""

from collections import OrderedDict
from typing import Final

from linli.kernel.callers import network_of
from linli.kernel.clock import Clock

FREE: Final = 5
"""Wrong tries that cost nothing."""
FIRST_MS: Final = 10_000
MOST_MS: Final = 600_000
KEPT: Final = 1000


class Throttle:
    """By address, of IPv6 by its /64. Held in memory: a restart forgives."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: OrderedDict[str, tuple[int, int]] = OrderedDict()
        """Wrong tries, and until when (UTC ms) the door is closed."""

    def closed(self, address: str) -> int:
        """Seconds until it may try again; 0: now."""
        _, until = self._wrong.get(network_of(address), (0, 0))
        return max(0, -(-(until - self._clock.now_ms()) // 1000))

    def failed(self, address: str) -> None:
        address = network_of(address)
        count = self._wrong.pop(address, (0, 0))[0] + 1
        wait = 0 if count < FREE else min(FIRST_MS << min(count - FREE, 10), MOST_MS)
        self._wrong[address] = count, self._clock.now_ms() + wait
        while len(self._wrong) > KEPT:
            self._wrong.popitem(last=False)

    def passed(self, address: str) -> None:
        self._wrong.pop(network_of(address), None)
