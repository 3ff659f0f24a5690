"""How often strangers may ask for what writes a row before anybody is signed in: codes to scan, sign-ins elsewhere.

Counted in memory, for counting these in the database would write what is to be prevented. A process that starts again
forgets, and several processes allow several times as much: the figures bound rows, not guesses (`throttle` counts those).
"""

from typing import Final, NamedTuple

from linli.kernel.errors import TooMany
from linli.kernel.http import network_of

KEYS_MAX: Final = 10_000
"""Addresses remembered; the one that was heard longest ago is forgotten first."""


class AskedTooOften(TooMany):
    """`seconds` until it is heard again."""

    code = "console.asked_too_often"


class Rate(NamedTuple):
    """So many at once, and one more after each `every_ms`."""

    name: str
    burst: int
    every_ms: int


class Flood(NamedTuple):
    of_address: Rate
    in_all: Rate


SCANS: Final = Flood(Rate("scan", 60, 1_000), Rate("scan", 600, 100))
"""An open sign-in page asks once a minute: 60 desks behind one address, 600 in all. A row lives for two minutes, so
there are at most 600 + 1,200."""
PROVIDERS: Final = Flood(Rate("provider", 60, 2_000), Rate("provider", 600, 200))
"""Sign-ins begun at others'. A row lives for ten minutes: at most 600 + 3,000."""


TERMINALS: Final = Flood(Rate("terminal", 30, 10_000), Rate("terminal", 600, 500))
"""An indoor terminal that waits to be bound asks every five minutes. Its rows live for an hour: at most 600 + 7,200."""


class _Level(NamedTuple):
    asked: int
    since_ms: int


class Floods:
    def __init__(self) -> None:
        self._levels: dict[str, _Level] = {}

    def count(self, flood: Flood, address: str, *, now_ms: int) -> None:
        """Count one request. Raises AskedTooOften, and counts nothing then."""
        keys = (
            (f"{flood.of_address.name} of {network_of(address)}", flood.of_address),
            (f"{flood.in_all.name} in all", flood.in_all),
        )
        levels = [(key, self._now(key, rate, now_ms), rate) for key, rate in keys]
        for _, level, rate in levels:
            if level.asked >= rate.burst:
                wait_ms = level.since_ms + rate.every_ms - now_ms
                raise AskedTooOften(seconds=max(1, -(-wait_ms // 1000)))
        for key, level, _ in levels:
            self._levels.pop(key, None)
            self._levels[key] = level._replace(asked=level.asked + 1)
        while len(self._levels) > KEYS_MAX:
            del self._levels[next(iter(self._levels))]

    def _now(self, key: str, rate: Rate, now_ms: int) -> _Level:
        level = self._levels.get(key)
        if level is None or now_ms < level.since_ms:
            return _Level(0, now_ms)
        gone = (now_ms - level.since_ms) // rate.every_ms
        if gone >= level.asked:
            return _Level(0, now_ms)
        return _Level(level.asked - gone, level.since_ms + gone * rate.every_ms)
