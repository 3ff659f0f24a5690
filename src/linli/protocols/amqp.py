"""The part of AMQP 1.0 that a proxy between client and broker needs: which deliveries are not settled.

    frame:  size u32 | doff u8 | type u8 | channel u16 | (doff-2)*4 bytes | performative | payload
    performative:  0x00 0x53 code  list        code: 0x11 begin, 0x14 transfer, 0x15 disposition, 0x17 end

Before the first frame, and again after SASL, each side sends the eight bytes `AMQP` id major minor revision.
Source: OASIS AMQP Version 1.0, part 1 (types, 1.2), part 2 (transport, 2.2, 2.3, 2.7).
"""

import struct
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

BEGIN: Final = 0x11
TRANSFER: Final = 0x14
DISPOSITION: Final = 0x15
END: Final = 0x17
WATCHED: Final = {BEGIN: 1, TRANSFER: 5, DISPOSITION: 3, END: 0}
"""Code -> the number of its fields to read; later fields may be long."""

MOST_FRAME: Final = 16 * 1024 * 1024
"""Larger frames are refused; brokers agree on far less."""

_HEAD: Final = struct.Struct(">IBBH")
_WIDTHS: Final = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
_NUMBERS: Final = {
    0x43: ">x",
    0x44: ">x",
    0x50: ">B",
    0x52: ">B",
    0x53: ">B",
    0x60: ">H",
    0x70: ">I",
    0x80: ">Q",
}
_BOOLEANS: Final = {0x41: True, 0x42: False}


class FrameError(ValueError):
    """The bytes are no AMQP 1.0."""


class Performative(NamedTuple):
    """One of the WATCHED performatives and its first fields; those that are no number or boolean are None."""

    channel: int
    code: int
    fields: tuple[int | bool | None, ...]

    def field(self, place: int) -> int | bool | None:
        return self.fields[place] if place < len(self.fields) else None


class Stream:
    """One direction of a connection, split into frames. Data may come in any pieces."""

    def __init__(self) -> None:
        self._rest = b""
        self._skip = 0
        """Remaining bytes of a frame that is skipped."""

    def feed(self, data: bytes) -> Iterator[Performative]:
        """The watched performatives that `data` completes. Raises FrameError."""
        if self._skip:
            taken = min(self._skip, len(data))
            self._skip -= taken
            data = data[taken:]
        rest, at = self._rest + data, 0
        while len(rest) - at >= 8:
            if rest[at : at + 4] == b"AMQP":
                at += 8
                continue
            size, doff, kind, channel = _HEAD.unpack_from(rest, at)
            if not 8 <= doff * 4 <= size <= MOST_FRAME:
                raise FrameError(f"a frame of {size} bytes with a header of {doff * 4}")
            if len(rest) - at < size and len(rest) - at < min(size, doff * 4 + 256):
                break  # the performative stands at the beginning; the payload is not waited for
            whole = rest[at + doff * 4 : at + size]
            if kind == 0 and whole and (performative := _performative(whole, channel)) is not None:
                yield performative
            at += size
            if at > len(rest):
                self._skip = at - len(rest)
                at = len(rest)
        self._rest = rest[at:]


def _performative(body: bytes, channel: int) -> Performative | None:
    """The performative at the start of a frame's body; None if it is not a watched one. Raises FrameError."""
    try:
        if body[0] != 0:
            raise FrameError("a frame that does not begin with a described list")
        code, at = _value(body, 1)
        if code not in WATCHED:
            return None
        kind = body[at]
        if kind == 0x45:
            return Performative(channel, int(code), ())
        if kind == 0xC0:
            count, at = body[at + 2], at + 3
        elif kind == 0xD0:
            count, at = struct.unpack_from(">I", body, at + 5)[0], at + 9
        else:
            raise FrameError(f"a list of constructor {kind:#x}")
        fields = []
        for _ in range(min(count, WATCHED[code])):
            value, at = _value(body, at)
            fields.append(value)
    except (IndexError, struct.error) as error:
        raise FrameError("a performative that breaks off") from error
    return Performative(channel, int(code), tuple(fields))


def _value(data: bytes, at: int) -> tuple[Any, int]:
    """(a number, a boolean or None; where the next value begins)."""
    kind, at = data[at], at + 1
    if kind == 0x00:
        _, at = _value(data, at)
        return None, _value(data, at)[1]
    if kind in _BOOLEANS:
        return _BOOLEANS[kind], at
    if kind == 0x56:
        return data[at] == 1, at + 1
    if kind in (0x43, 0x44):
        return 0, at
    if kind in _NUMBERS:
        form = _NUMBERS[kind]
        return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)
    family = kind >> 4
    if family in _WIDTHS:
        return None, at + _WIDTHS[family]
    if family in (0xA, 0xC, 0xE):
        return None, at + 1 + data[at]
    if family in (0xB, 0xD, 0xF):
        return None, at + 4 + int(struct.unpack_from(">I", data, at)[0])
    raise FrameError(f"a value of constructor {kind:#x}")


class Unsettled:
    """The deliveries that one client has not settled, read off both directions of its connection.

    The time of a session's oldest delivery counts from its delivery, or from the settlement of the one before it: a
    client may fetch several messages and settle them one by one.
    """

    def __init__(self) -> None:
        self._sessions: dict[int, dict[int, int]] = {}
        """By the broker's channel: the time each delivery was given, by its id, oldest first."""
        self._turn: dict[int, tuple[int, int]] = {}
        """By the broker's channel: (oldest delivery, start of its time)."""
        self._channels: dict[int, int] = {}
        """The broker's channel by the client's."""

    def given(self, sent: Performative, now_ms: int) -> None:
        """The broker sent something."""
        if sent.code == BEGIN:
            if (remote := sent.field(0)) is not None:
                self._channels[int(remote)] = sent.channel
        elif sent.code == END:
            self._end(sent.channel)
        elif sent.code == TRANSFER:
            number, settled = sent.field(1), sent.field(4)
            if number is not None and not settled:
                self._sessions.setdefault(sent.channel, {}).setdefault(int(number), now_ms)
                self._next(sent.channel, now_ms)

    def answered(self, performative: Performative, now_ms: int) -> None:
        """The client sent something."""
        channel = self._channels.get(performative.channel, performative.channel)
        if performative.code == END:
            self._end(channel)
        elif performative.code == DISPOSITION and performative.field(0) is True:
            first = performative.field(1)
            last = performative.field(2)
            if first is None:
                return
            sessions = self._sessions.get(channel, {})
            end = int(first if last is None else last)
            for number in [n for n in sessions if int(first) <= n <= end]:
                del sessions[number]
            self._next(channel, now_ms)

    def oldest_ms(self) -> int | None:
        """The earliest start of an oldest delivery's time, of all sessions; None without deliveries."""
        return min((since for _, since in self._turn.values()), default=None)

    def __len__(self) -> int:
        return sum(len(session) for session in self._sessions.values())

    def _next(self, channel: int, now_ms: int) -> None:
        sessions = self._sessions.get(channel)
        if not sessions:
            self._turn.pop(channel, None)
            return
        first = next(iter(sessions))
        if channel not in self._turn or self._turn[channel][0] != first:
            self._turn[channel] = (first, now_ms)

    def _end(self, channel: int) -> None:
        self._sessions.pop(channel, None)
        self._turn.pop(channel, None)
