"""Whole pictures from packets: H.264 and VP8. Bounded; what is broken is left out up to the next whole picture.

Source: RFC 6184, 5.6 to 5.8 (single units, STAP-A, FU-A); RFC 7741, 4.2 (VP8's descriptor); RFC 6386, 9.1 (its head).
"""

from typing import Final, NamedTuple

from .packets import Head

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one picture."""
_UNIT, _SPS, _PPS, _KEY = 0x1F, 7, 8, 5
_STAP_A, _FU_A = 24, 28
_SINGLE: Final = range(1, 24)
_VP8_HEAD: Final = 10
_VP8_START: Final = b"\x9d\x01\x2a"


class Picture(NamedTuple):
    """One that can be decoded if those before it were."""

    timestamp: int
    """In units of 1/90,000 s."""
    key: bool
    """It needs no other one."""
    data: bytes
    """H.264: its units, each behind its length in four bytes. VP8: the frame."""


class _Pictures:
    """Packets in order give pictures; after a gap nothing is given before the next key picture."""

    def __init__(self) -> None:
        self._next: int | None = None
        self._timestamp: int | None = None
        self._broken = True
        """Nothing can be shown before a key picture."""
        self._torn = False
        """The picture that is being put together lacks something."""
        self._size = 0

    def take(self, head: Head, body: bytes) -> Picture | None:
        if self._next is not None and head.sequence != self._next:
            if (head.sequence - self._next) & 0xFFFF > 0x8000:
                return None  # late or doubled
            self._torn = self._broken = True
        self._next = (head.sequence + 1) & 0xFFFF
        if head.timestamp != self._timestamp:
            torn = self._torn and head.timestamp == self._timestamp
            self._clear()
            self._timestamp, self._torn, self._size = head.timestamp, torn, 0
        self._size += len(body)
        if self._size > MOST_BYTES:
            self._clear()
            self._torn = self._broken = True
        elif not self._add(body):
            self._torn = self._broken = True
        if not head.marker:
            return None
        picture, torn = self._whole(head.timestamp), self._torn
        self._clear()
        self._torn, self._size = False, 0
        if picture is None or torn or (self._broken and not picture.key):
            return None
        self._broken = False
        return picture

    def _add(self, body: bytes) -> bool:
        raise NotImplementedError

    def _whole(self, timestamp: int) -> Picture | None:
        raise NotImplementedError

    def _clear(self) -> None:
        raise NotImplementedError


class H264Pictures(_Pictures):
    """`parameters`: the SPS and the PPS that came last, empty before the first ones."""

    def __init__(self) -> None:
        super().__init__()
        self.parameters = (b"", b"")
        self._units: list[bytes] = []
        self._part: bytearray | None = None

    def know(self, unit: bytes) -> None:
        """A unit that the description told (`sprop-parameter-sets`)."""
        kind = unit[0] & _UNIT if unit else 0
        if kind == _SPS:
            self.parameters = (unit, self.parameters[1])
        elif kind == _PPS:
            self.parameters = (self.parameters[0], unit)

    def _add(self, body: bytes) -> bool:
        kind = body[0] & _UNIT if body else 0
        if kind in _SINGLE:
            self._units.append(body)
        elif kind == _STAP_A:
            at = 1
            while at + 2 < len(body):
                size = int.from_bytes(body[at : at + 2])
                if not size or at + 2 + size > len(body):
                    return False
                self._units.append(body[at + 2 : at + 2 + size])
                at += 2 + size
        elif kind == _FU_A and len(body) > 2:
            if body[1] & 0x80:
                self._part = bytearray((body[0] & 0xE0 | body[1] & _UNIT,))
            if self._part is None:
                return False
            self._part += body[2:]
            if body[1] & 0x40:
                self._units.append(bytes(self._part))
                self._part = None
        else:
            return False
        return True

    def _whole(self, timestamp: int) -> Picture | None:
        kinds = []
        for unit in self._units:
            self.know(unit)
            kinds.append(unit[0] & _UNIT)
        if self._part is not None or not any(1 <= kind <= _KEY for kind in kinds):
            return None
        key = _KEY in kinds and all(self.parameters)
        return Picture(timestamp, key, b"".join(len(unit).to_bytes(4) + unit for unit in self._units if unit))

    def _clear(self) -> None:
        self._units.clear()
        self._part = None


class Vp8Pictures(_Pictures):
    """`size`: width and height of the last key picture."""

    def __init__(self) -> None:
        super().__init__()
        self.size = (0, 0)
        self._data = bytearray()
        self._begun = False

    def _add(self, body: bytes) -> bool:
        if not body:
            return False
        at = 1
        if body[0] & 0x80:  # X
            if len(body) < 2:
                return False
            more, at = body[1], 2
            if more & 0x80:  # I
                at += 2 if len(body) > at and body[at] & 0x80 else 1
            at += bool(more & 0x40) + bool(more & 0x30)  # L; T or K
        if at >= len(body):
            return False
        if body[0] & 0x1F == 0x10:  # the first packet of the frame
            self._begun = True
        self._data += body[at:]
        return self._begun

    def _whole(self, timestamp: int) -> Picture | None:
        data = bytes(self._data)
        key = bool(data) and not data[0] & 1
        if key:
            if len(data) < _VP8_HEAD or data[3:6] != _VP8_START:
                return None
            self.size = (
                int.from_bytes(data[6:8], "little") & 0x3FFF,
                int.from_bytes(data[8:10], "little") & 0x3FFF,
            )
        return Picture(timestamp, key, data) if data else None

    def _clear(self) -> None:
        self._data.clear()
        self._begun = False
