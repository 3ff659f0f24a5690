"""What came of each device's registrations, and which codes that nobody knows asked. In memory, and bounded."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_MOST_HOSTS: Final = 8
_MOST_STRANGERS: Final = 256
_MOST_STRANGERS_EACH: Final = 8
_CLOSE: Final = 2
"""Digits in which a mistyped code differs from the right one at most."""
_LATELY_MS: Final = 3_600_000


class Wrong(NamedTuple):
    """Wrong passwords from one address."""

    times: int
    last_ms: int


@dataclass
class Visits:
    """Of one device since this process began. Times of day, ms."""

    asked: int = 0
    """Registrations without a log-in: the first half of each."""
    asked_ms: int = 0
    asked_host: str = ""
    proofs: int = 0
    """Registrations with a log-in, right or wrong."""
    wrong: OrderedDict[str, Wrong] = field(default_factory=OrderedDict)
    password_ms: int = 0
    """A new one was set here, and it has not registered since."""
    left_ms: int = 0
    """It logged out by itself."""
    moved_ms: int = 0
    moved_from: str = ""
    other_server: str = ""
    """The code of a platform that it is set up with, where that is not ours."""
    other_domain: str = ""
    alive_ms: int = 0
    """Of its last keepalive."""
    alive_each_ms: int = 0
    """Between its last two; 0: there were not two."""
    fault: str = ""
    """Status of its last keepalive, where that is not OK."""

    def note_wrong(self, host: str, now_ms: int) -> None:
        before = self.wrong.pop(host, Wrong(0, 0))
        self.wrong[host] = Wrong(before.times + 1, now_ms)
        if len(self.wrong) > _MOST_HOSTS:
            self.wrong.popitem(last=False)

    def note_good(self, host: str) -> None:
        self.wrong.pop(host, None)
        self.password_ms = self.left_ms = 0

    def note_password(self, now_ms: int) -> None:
        self.wrong.clear()
        self.password_ms = now_ms

    def note_alive(self, now_ms: int, status: str) -> None:
        if self.alive_ms:
            self.alive_each_ms = now_ms - self.alive_ms
        self.alive_ms = now_ms
        self.fault = "" if status.upper() in ("", "OK", "ON") else status[:16]


class Stranger(NamedTuple):
    gb_id: str
    host: str
    last_ms: int


class Strangers:
    """Codes that asked to register and are nobody's. The oldest go first; one address has a few at most."""

    def __init__(self) -> None:
        self._seen: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._each: dict[str, int] = {}

    def note(self, gb_id: str, host: str, now_ms: int) -> None:
        key = (host, gb_id)
        if key in self._seen:
            self._seen.move_to_end(key)
        elif self._each.get(host, 0) >= _MOST_STRANGERS_EACH:
            return
        else:
            self._each[host] = self._each.get(host, 0) + 1
        self._seen[key] = now_ms
        if len(self._seen) > _MOST_STRANGERS:
            (gone, _), _ = self._seen.popitem(last=False)
            self._each[gone] -= 1
            if not self._each[gone]:
                del self._each[gone]

    def like(self, gb_id: str, now_ms: int) -> Stranger | None:
        """The last one whose code is nearly this one. Nothing else of strangers is shown: they may be another's."""
        for (host, other), last_ms in reversed(self._seen.items()):
            digits = zip(other, gb_id, strict=False)
            close = len(other) == len(gb_id) and 0 < sum(a != b for a, b in digits) <= _CLOSE
            if close and now_ms - last_ms < _LATELY_MS:
                return Stranger(other, host, last_ms)
        return None
