"""Limits on open connections, and which one is closed for a newcomer when a limit is reached.

A holder is an IPv4 address or an IPv6 /64, because an IPv6 subscriber has a whole /64. One holder may have `each`
connections, all holders together `most`. At either limit a connection that waits for its client is closed for the
newcomer: the longest-waiting one, of the newcomer's own holder or of the holder with the most connections. A busy
connection is closed only if its holder has more connections than the newcomer's holder will have. Otherwise the
newcomer is refused.

Trusted proxies have no limit of their own: they carry the connections of everybody behind them.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from functools import lru_cache
from itertools import islice
from typing import Final, Protocol

from linli.kernel import telemetry
from linli.kernel.callers import network_of

_LOOKED_AT: Final = 64
"""Connections of one holder looked at for the one that waited longest; the oldest come first."""


_displaced = telemetry.counter(
    "connections_displaced", "Connections closed to make room for others", ("listener",)
)
_refused = telemetry.counter("connections_refused", "Connections turned away for want of room", ("listener",))


class Standing(IntEnum):
    """The state of a connection, in the order in which connections are closed for newcomers."""

    IDLE = 0
    """Nothing was asked of us that is not answered."""
    UNFINISHED = 1
    """The client is slow to say the whole of what it wants, or to take an answer."""
    BUSY = 2
    """We are at work for it."""


class Open(Protocol):
    """A connection as its listener knows it."""

    def standing(self) -> tuple[Standing, float]:
        """Its state, and since when, in any unit that grows."""
        ...

    def displace(self) -> None:
        """Close it now: its room is given to another."""
        ...


holder_of = lru_cache(4096)(network_of)


class Connections[Member: Open]:
    """The open connections of one listener. Entering and leaving take the same few steps however many there are."""

    def __init__(self, most: int, each: int = 0, *, proxies: Iterable[str] = (), name: str = "other") -> None:
        """`each`: of one holder, 0 for as many as there is room. `name`: in the metrics."""
        self.most = most
        self.each = each
        self.proxies = frozenset(proxies)
        self._displaced = _displaced.labels(name)
        self._refused = _refused.labels(name)
        self._holders: dict[Member, str] = {}
        self._members: dict[str, dict[Member, None]] = {}
        self._by_count: dict[int, dict[str, None]] = {}
        """Holders by how many they have."""
        self._largest = 0
        self._shareless = frozenset(holder_of(address) for address in self.proxies)

    def __len__(self) -> int:
        return len(self._holders)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._holders)

    def __contains__(self, member: Member) -> bool:
        return member in self._holders

    def of(self, address: str) -> int:
        """How many an address has."""
        return len(self._members.get(holder_of(address), ()))

    def enter(self, member: Member, address: str) -> bool:
        """Give `member` room. False: there is none for it, and it did not enter."""
        holder = holder_of(address)
        own = self._members.get(holder)
        if own is not None and 0 < self.each <= len(own) and holder not in self._shareless:
            if not self._displace_of(holder, Standing.UNFINISHED):
                self._refused.inc()
                return False
        elif len(self._holders) >= self.most and not self._make_room(holder):
            self._refused.inc()
            return False
        self._add(member, holder)
        return True

    def leave(self, member: Member) -> None:
        """It is closed. Does nothing for one that did not enter or left before."""
        holder = self._holders.pop(member, None)
        if holder is None:
            return
        own = self._members[holder]
        del own[member]
        self._recount(holder, len(own) + 1, len(own))
        if not own:
            del self._members[holder]

    def move(self, member: Member, address: str) -> bool:
        """It speaks for another address from now on. False: that one has its share; then it left."""
        self.leave(member)
        return self.enter(member, address)

    def _add(self, member: Member, holder: str) -> None:
        own = self._members.setdefault(holder, {})
        own[member] = None
        self._holders[member] = holder
        self._recount(holder, len(own) - 1, len(own))

    def _recount(self, holder: str, before: int, now: int) -> None:
        if before:
            those = self._by_count[before]
            del those[holder]
            if not those:
                del self._by_count[before]
        if now:
            self._by_count.setdefault(now, {})[holder] = None
        if now > self._largest or (before == self._largest and before not in self._by_count):
            self._largest = now

    def _make_room(self, newcomer: str) -> bool:
        """Close one of the largest holder's. A newcomer's own holder takes no other's busy ones while it is as large."""
        largest = next(iter(self._by_count[self._largest]))
        if self._displace_of(largest, Standing.UNFINISHED):
            return True
        have = len(self._members.get(newcomer, ()))
        if self._largest > have + 1:
            return self._displace_of(largest, Standing.BUSY)
        return bool(have) and self._displace_of(newcomer, Standing.UNFINISHED)

    def _displace_of(self, holder: str, most: Standing) -> bool:
        """Close the one of this holder that waited longest, none that does more than `most`."""
        (standing, _), chosen = min(
            ((member.standing(), member) for member in islice(self._members[holder], _LOOKED_AT)),
            key=lambda each: each[0],
        )
        if standing > most:
            return False
        self.leave(chosen)
        self._displaced.inc()
        chosen.displace()
        return True
