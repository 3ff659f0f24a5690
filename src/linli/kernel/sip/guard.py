"""Who asks too often or guesses: slowed, and named to the operator.

What proved itself lately goes on, so that one bad phone does not silence the others behind the same address.
"""

from collections import OrderedDict
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final

SCANNERS: Final = (
    "friendly-scanner",
    "friendly-request",
    "sipvicious",
    "sipcli",
    "sundayddr",
    "vaxsip",
    "pplsip",
    "sipsak",
)
"""Parts of the names under which known scanners come, in lower case. They get no answer."""
BURST: Final = 2_000
"""Messages of one address at once: a building behind one address comes back after a power cut."""
PER_SECOND: Final = 500
MOST_WRONG: Final = 10
"""Wrong passwords of one address within a window before it is left alone."""
WINDOW_MS: Final = 300_000
FIRST_REST_MS: Final = 60_000
LONGEST_REST_MS: Final = 3_600_000
MOST_ADDRESSES: Final = 20_000
NAMED: Final = 5
"""Addresses named to the operator."""


class Visitor:
    """What is remembered of an address."""

    __slots__ = (
        "allowance",
        "flooded_ms",
        "rest_ms",
        "resting_until_ms",
        "seen_ms",
        "wrong",
        "wrong_since_ms",
    )

    def __init__(self, now_ms: int) -> None:
        self.allowance = float(BURST)
        self.seen_ms = now_ms
        self.wrong = 0
        self.wrong_since_ms = now_ms
        self.rest_ms = FIRST_REST_MS
        self.resting_until_ms = 0
        self.flooded_ms: int | None = None


class Guard:
    """Times are those of a steady clock, ms."""

    def __init__(self) -> None:
        self._visitors: OrderedDict[str, Visitor] = OrderedDict()

    def allowed(self, host: str, now_ms: int) -> bool:
        """Count a message; False: it is not looked at."""
        visitor = self._visitor(host, now_ms)
        visitor.allowance = min(
            float(BURST), visitor.allowance + (now_ms - visitor.seen_ms) * PER_SECOND / 1000
        )
        visitor.seen_ms = now_ms
        if visitor.allowance < 1:
            visitor.flooded_ms = now_ms
            return False
        visitor.allowance -= 1
        return True

    def may_try(self, host: str, now_ms: int) -> bool:
        """Whether passwords from this address are looked at now."""
        visitor = self._visitors.get(network_of(host))
        return visitor is None or visitor.resting_until_ms <= now_ms

    def rest_ms(self, host: str, now_ms: int) -> int:
        """How long passwords from this address are not looked at any more."""
        visitor = self._visitors.get(network_of(host))
        return 0 if visitor is None else max(0, visitor.resting_until_ms - now_ms)

    def wrong(self, host: str, now_ms: int) -> None:
        """Note a password that was wrong, or a number that nobody has: the two count alike."""
        visitor = self._visitor(host, now_ms)
        if now_ms - visitor.wrong_since_ms > WINDOW_MS:
            visitor.wrong, visitor.wrong_since_ms = 0, now_ms
        visitor.wrong += 1
        if visitor.wrong >= MOST_WRONG:
            visitor.resting_until_ms = now_ms + visitor.rest_ms
            visitor.rest_ms = min(visitor.rest_ms * 2, LONGEST_REST_MS)
            visitor.wrong, visitor.wrong_since_ms = 0, now_ms

    def scanner(self, host: str, agent: str, now_ms: int) -> bool:
        """Whether this is a scanner that says so; it is left alone at once."""
        lower = agent.lower()
        if not any(name in lower for name in SCANNERS):
            return False
        visitor = self._visitor(host, now_ms)
        if visitor.resting_until_ms <= now_ms:
            visitor.resting_until_ms = now_ms + visitor.rest_ms
            visitor.rest_ms = min(visitor.rest_ms * 2, LONGEST_REST_MS)
        return True

    def notice(self, now_ms: int) -> str:
        """For the operator: who is slowed now; empty when nobody is."""
        guessing = [host for host, visitor in self._visitors.items() if visitor.resting_until_ms > now_ms]
        flooding = [
            host
            for host, visitor in self._visitors.items()
            if visitor.flooded_ms is not None and now_ms - visitor.flooded_ms < FIRST_REST_MS
        ]
        parts = []
        if guessing:
            parts.append(f"passwords are guessed or scanned from {_some(guessing)}")
        if flooding:
            parts.append(f"too many messages come from {_some(flooding)}")
        return "; ".join(parts)

    def _visitor(self, host: str, now_ms: int) -> Visitor:
        host = network_of(host)
        visitor = self._visitors.get(host)
        if visitor is None:
            while len(self._visitors) >= MOST_ADDRESSES:
                self._visitors.popitem(last=False)
            visitor = self._visitors[host] = Visitor(now_ms)
        else:
            self._visitors.move_to_end(host)
        return visitor


def network_of(host: str) -> str:
    """Whose address this is: a line with IPv6 has a whole /64 of them."""
    return _network_of_v6(host) if ":" in host else host


@lru_cache(maxsize=4_096)
def _network_of_v6(host: str) -> str:
    try:
        address = IPv6Address(host)
    except ValueError:
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{IPv6Address(int(address) >> 64 << 64)}/64"


def _some(hosts: list[str]) -> str:
    shown = ", ".join(hosts[-NAMED:])
    return shown if len(hosts) <= NAMED else f"{shown} and {len(hosts) - NAMED} more"
