"""Key presses within a call. Source: RFC 2833, 3.5 (the same in RFC 4733, 2.3).

|     event     |E|R| volume    |          duration             |
"""

import struct
from typing import Final, NamedTuple

from .packets import Head

KEYS: Final = "0123456789*#ABCD"
_EVENT: Final = struct.Struct("!BBH")


class Event(NamedTuple):
    key: str
    """One of `KEYS`."""
    ended: bool
    duration: int
    """In units of the clock rate, from the packet's timestamp."""


def read_event(body: bytes) -> Event | None:
    """The first event of a payload; None for one that is no key."""
    if len(body) < 4:
        return None
    code, flags, duration = _EVENT.unpack_from(body)
    return Event(KEYS[code], bool(flags & 0x80), duration) if code < len(KEYS) else None


def build_event(key: str, *, ended: bool, duration: int) -> bytes:
    """Raises ValueError for what is no key."""
    return _EVENT.pack(KEYS.index(key), 0x8A if ended else 0x0A, duration)


class Digits:
    """The keys of one sender, each once: a press comes as many packets of one timestamp, the last three times."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: tuple[int, int] | None = None

    def take(self, head: Head, body: bytes) -> str | None:
        """The key, with the first packet of its press that comes."""
        event = read_event(body)
        if event is None:
            return None
        press = (head.ssrc, head.timestamp)
        if press == self._last:
            return None
        if self._last is not None and self._last[0] == head.ssrc:
            behind = (self._last[1] - head.timestamp) & 0xFFFFFFFF
            if behind < 1 << 31:
                return None  # of an earlier press, late
        self._last = press
        return event.key
