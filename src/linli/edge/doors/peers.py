"""The addresses from which door machines may call, and calls from others. The protocol itself has no proof of identity.

A machine calls from the address of its form or from a confirmed address. An installer confirms an address, or a token
that the machine brings from its old address to a new one. If it ran before addresses were checked, its first call
afterwards confirms its address. Every other call is refused, and counted here as an incident until somebody confirms or
dismisses it.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from linli.kernel.clock import Clock
from linli.protocols.edge_link import STRANGERS_MOST, Stranger

MOST: Final = 200
"""Incidents that are kept; the one that is silent longest makes room."""
CONFIRMED_EACH: Final = 4
"""Addresses of one machine beside that of its form."""
TELL_MS: Final = 600_000
"""Between two tellings of incidents to the cloud, but for the first."""
OLD_MS: Final = 7 * 86_400_000
"""For how long a machine that ran before addresses were checked may be bound to where it calls from."""

type How = Literal["installer", "token", "upgrade"]


class Confirmed(msgspec.Struct, frozen=True):
    address: str
    how: How
    at_ms: int


class _Kept(msgspec.Struct):
    """The state that outlives a restart. Keys are `ip sn` of machines."""

    confirmed: dict[str, list[Confirmed]] = {}
    strangers: list[Stranger] = []
    old: list[str] = []
    old_until_ms: int = 0
    names: dict[str, str] = {}
    """The number that each machine reports of itself. It identifies a machine with a new address."""


class Peers:
    """Of one box. `tell` is called when the cloud should hear of something."""

    def __init__(self, clock: Clock, tell: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._kept = _Kept()
        self._sent: list[Stranger] = []
        self._sent_ms: int | None = None
        """When the strangers were sent last; None: never."""
        self._tell = tell
        self.changed = asyncio.Event()
        """Set whenever there is something to keep."""
        self.unchecked: set[str] = set()
        """Listeners (`host:port`) whose check an installer switched off."""

    # what is kept

    def load(self, data: bytes) -> None:
        """Raises MsgspecError."""
        self._kept = msgspec.json.decode(data, type=_Kept)

    def dump(self) -> bytes:
        return msgspec.json.encode(self._kept)

    def ran_before(self, machines: Iterable[tuple[str, str]]) -> None:
        """These worked while addresses were not checked: (ip, sn)."""
        self._kept.old = sorted({key_of(ip, sn) for ip, sn in machines})
        self._kept.old_until_ms = self._clock.now_ms() + OLD_MS
        self.changed.set()

    # deciding

    def may_call(self, ip: str, sn: str, peer: str) -> bool:
        return peer == ip or any(entry.address == peer for entry in self.confirmed(ip, sn))

    def confirmed(self, ip: str, sn: str) -> list[Confirmed]:
        return self._kept.confirmed.get(key_of(ip, sn), [])

    def is_old(self, ip: str, sn: str) -> bool:
        """Whether it may still be bound to the address of its next call."""
        return self._clock.now_ms() < self._kept.old_until_ms and key_of(ip, sn) in self._kept.old

    def called_from_its_own(self, ip: str, sn: str) -> None:
        """It calls from the address of its form: from now on no other one is taken for it."""
        if (key := key_of(ip, sn)) in self._kept.old:
            self._kept.old.remove(key)
            self.changed.set()

    def calls_itself(self, ip: str, sn: str, name: str) -> None:
        if self._kept.names.get(key := key_of(ip, sn)) != name:
            self._kept.names[key] = name
            self.changed.set()

    def has_name(self, ip: str, sn: str, name: str) -> bool:
        """Whether it is this machine that calls itself so."""
        return self._kept.names.get(key_of(ip, sn)) == name

    # changing

    def bind(self, ip: str, sn: str, address: str, how: How) -> None:
        key, now = key_of(ip, sn), self._clock.now_ms()
        entries = [entry for entry in self.confirmed(ip, sn) if entry.address != address]
        self._kept.confirmed[key] = [*entries, Confirmed(address, how, now)][-CONFIRMED_EACH:]
        if key in self._kept.old:
            self._kept.old.remove(key)
        self.changed.set()

    def note(self, device: str, ip: str, sn: str, peer: str, outcome: Literal["refused", "moved"]) -> None:
        """An incident of a machine: a call from `peer`, refused or (`moved`) taken as its new address."""
        now = self._clock.now_ms()
        stranger = next(
            (entry for entry in self._kept.strangers if (entry.device, entry.peer) == (device, peer)), None
        )
        newest = Stranger(
            device=device,
            ip=ip,
            sn=sn,
            peer=peer,
            outcome=outcome,
            first_ms=stranger.first_ms if stranger else now,
            last_ms=now,
            count=stranger.count + 1 if stranger else 1,
        )
        others = [entry for entry in self._kept.strangers if entry is not stranger]
        self._kept.strangers = [*others, newest][-MOST:]
        self.changed.set()
        if (stranger is None or stranger.outcome != outcome) and self._may_tell():
            self._tell()

    def settle(self, device: str, peer: str, *, confirm: bool) -> bool:
        """A person confirms the address (`confirm`), or states that it is not the machine's; False: no such incident."""
        stranger = next(
            (entry for entry in self._kept.strangers if (entry.device, entry.peer) == (device, peer)), None
        )
        if stranger is None:
            return False
        self._kept.strangers.remove(stranger)
        if confirm:
            self.bind(stranger.ip, stranger.sn, peer, "installer")
        else:
            key = key_of(stranger.ip, stranger.sn)
            self._kept.confirmed[key] = [
                entry for entry in self.confirmed(stranger.ip, stranger.sn) if entry.address != peer
            ]
        self.changed.set()
        self._sent_ms = None
        self._tell()
        return True

    # telling

    @property
    def strangers(self) -> list[Stranger]:
        """The newest last."""
        return list(self._kept.strangers)

    def for_cloud(self) -> list[Stranger]:
        """The incidents for a heartbeat. They stay the same for ten minutes, so that a flood of forged calls makes no
        flood of messages."""
        fresh = self._kept.strangers[-STRANGERS_MOST:]
        if fresh != self._sent and self._may_tell():
            self._sent, self._sent_ms = list(fresh), self._clock.now_ms()
        return self._sent

    def _may_tell(self) -> bool:
        return self._sent_ms is None or not 0 <= self._clock.now_ms() - self._sent_ms < TELL_MS


def key_of(ip: str, sn: str) -> str:
    return f"{ip} {sn}".strip()
