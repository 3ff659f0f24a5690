"""H.264 as cameras send it: units out of a byte stream, whole pictures, and what an SPS says. H.265 is told apart.

Source: ITU-T H.264, 7.3.1, 7.3.2.1.1, 7.4.1.2.3 (where a picture begins) and Annex B (byte stream); H.265, 7.3.1.2.
"""

from dataclasses import dataclass
from typing import Final, NamedTuple

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one picture; of more it is left out."""
SPS, PPS, SEI, DELIMITER, KEY = 7, 8, 6, 9, 5
_START: Final = b"\x00\x00\x01"
_MOST_MARKS: Final = 64
_SLICES: Final = range(1, 6)
_HIGH: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
_H265_VPS, _H265_SPS = 32, 33


class Unreadable(ValueError):
    """An SPS that is none."""


class Picture(NamedTuple):
    """One whole picture. Times in units of 1/90,000 s, as the stream has them."""

    key: bool
    pts: int
    dts: int
    units: tuple[bytes, ...]
    """Without start codes; parameter sets too."""

    @property
    def sized(self) -> bytes:
        """The units, each behind its length in four bytes, without delimiters."""
        return b"".join(len(unit).to_bytes(4) + unit for unit in self.units if unit[0] & 31 != DELIMITER)


@dataclass(frozen=True, slots=True)
class Shape:
    width: int
    height: int
    codec: str
    """As browsers ask for it: `avc1.64001f`."""


def is_h265(unit: bytes) -> bool:
    """Whether this is a VPS or SPS of H.265: no unit of H.264 that a camera sends begins so."""
    return len(unit) > 2 and unit[1] == 1 and unit[0] >> 1 in (_H265_VPS, _H265_SPS) and not unit[0] & 0x81


class Pictures:
    """Cuts a byte stream into pictures. `parameters`: SPS and PPS that came last; `h265`: units of H.265 came."""

    def __init__(self) -> None:
        self.parameters = (b"", b"")
        self.h265 = False
        self.dropped = 0
        self._buffer = bytearray()
        self._searched = 0
        self._units: list[bytes] = []
        self._size = 0
        self._sliced = False
        self._times: tuple[int, int] | None = None
        self._marks: list[tuple[int, tuple[int, int]]] = []
        """Where in the buffer something with these times begins."""

    def feed(self, data: bytes, times: tuple[int, int] | None) -> list[Picture]:
        """Take bytes in, give pictures that are whole. `times`: pts and dts of what begins in these bytes."""
        pictures: list[Picture] = []
        if times is not None:
            self._marks.append((len(self._buffer), times))
        self._buffer += data
        if len(self._buffer) > MOST_BYTES:
            self.lost()
            return pictures
        buffer = self._buffer
        begin = buffer.find(_START)
        if begin < 0:
            self._cut(len(buffer) - 2)
            return pictures
        at = buffer.find(_START, max(begin + 3, self._searched))
        while at >= 0:
            self._take(bytes(buffer[begin + 3 : at]).rstrip(b"\x00"), self._times_at(begin), pictures)
            begin = at
            at = buffer.find(_START, begin + 3)
        self._cut(begin)
        self._searched = max(3, len(buffer) - 2)
        return pictures

    def _cut(self, at: int) -> None:
        if at > 0:
            del self._buffer[:at]
            self._marks = [(max(0, place - at), times) for place, times in self._marks[-_MOST_MARKS:]]

    def _times_at(self, begin: int) -> tuple[int, int] | None:
        times = None
        while self._marks and self._marks[0][0] <= begin + 2:
            times = self._marks.pop(0)[1]
        return times

    def flush(self) -> list[Picture]:
        """The sender says that the picture ends here."""
        pictures: list[Picture] = []
        if self._buffer[:3] == _START and len(self._buffer) > 3:
            self._take(bytes(self._buffer[3:]).rstrip(b"\x00"), self._times_at(0), pictures)
            self._buffer.clear()
            self._marks.clear()
            self._searched = 0
        if self._sliced:
            self._end(pictures)
        return pictures

    def lost(self) -> None:
        """Something is missing: drop what has begun."""
        self._buffer.clear()
        self._marks.clear()
        self._units.clear()
        self._searched = self._size = 0
        self._sliced = False
        self._times = None
        self.dropped += 1

    def _take(self, unit: bytes, times: tuple[int, int] | None, pictures: list[Picture]) -> None:
        if not unit:
            return
        if is_h265(unit):
            self.h265 = True
        if self.h265:
            return
        kind = unit[0] & 31
        if self._sliced and (
            kind in (SPS, PPS, SEI, DELIMITER)
            or (kind in _SLICES and len(unit) > 1 and unit[1] & 0x80)  # first_mb_in_slice is 0
        ):
            self._end(pictures)
        if self._times is None:
            self._times = times
        if kind == SPS:
            self.parameters = (unit, self.parameters[1])
        elif kind == PPS:
            self.parameters = (self.parameters[0], unit)
        self._size += len(unit)
        if self._size > MOST_BYTES:
            self.lost()
            return
        self._units.append(unit)
        self._sliced = self._sliced or kind in _SLICES

    def _end(self, pictures: list[Picture]) -> None:
        times = self._times or (-1, -1)
        key = any(unit[0] & 31 == KEY for unit in self._units) and all(self.parameters)
        pictures.append(Picture(key, *times, tuple(self._units)))
        self._units.clear()
        self._size = 0
        self._sliced = False
        self._times = None


def sized_units(data: bytes) -> list[bytes]:
    """The units of a picture that stand each behind its length in four bytes."""
    units: list[bytes] = []
    at = 0
    while at + 4 <= len(data):
        end = at + 4 + int.from_bytes(data[at : at + 4])
        if end > at + 4:
            units.append(data[at + 4 : end])
        at = end
    return units


class _Bits:
    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data)
        self._left = len(data) * 8

    def take(self, number: int) -> int:
        if number > self._left:
            raise Unreadable
        self._left -= number
        return self._value >> self._left & (1 << number) - 1

    def golomb(self) -> int:
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 31:
                raise Unreadable
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def read_shape(sps: bytes) -> Shape:
    """Raises Unreadable."""
    if not 4 <= len(sps) <= 1024 or sps[0] & 31 != SPS:
        raise Unreadable
    bits = _Bits(sps[1:].replace(b"\x00\x00\x03", b"\x00\x00"))
    profile, compatible, level = bits.take(8), bits.take(8), bits.take(8)
    bits.golomb()
    chroma = 1
    if profile in _HIGH:
        chroma = bits.golomb()
        if chroma == 3:
            bits.take(1)
        bits.golomb()
        bits.golomb()
        bits.take(1)
        if bits.take(1):
            for index in range(8 if chroma != 3 else 12):
                if bits.take(1):
                    _skip_scaling(bits, 16 if index < 6 else 64)
    bits.golomb()
    order = bits.golomb()
    if order == 0:
        bits.golomb()
    elif order == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(min(bits.golomb(), 255)):
            bits.signed()
    bits.golomb()
    bits.take(1)
    width, rows = 16 * (bits.golomb() + 1), bits.golomb() + 1
    frames = bits.take(1)
    height = 16 * rows * (2 - frames)
    if not frames:
        bits.take(1)
    bits.take(1)
    if bits.take(1):
        left, right, top, bottom = (bits.golomb() for _ in range(4))
        across, down = (2 if chroma in (1, 2) else 1), (2 if chroma == 1 else 1) * (2 - frames)
        width -= across * (left + right)
        height -= down * (top + bottom)
    if not (0 < width <= 16_384 and 0 < height <= 16_384):
        raise Unreadable
    return Shape(width, height, f"avc1.{profile:02x}{compatible:02x}{level:02x}")


def _skip_scaling(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) & 255
        last = following or last


def configuration(sps: bytes, pps: bytes) -> bytes:
    """The decoder's configuration (ISO/IEC 14496-15, 5.2.4.1), as MP4 and FLV have it."""
    return b"".join(
        (b"\x01", sps[1:4], b"\xff\xe1", len(sps).to_bytes(2), sps, b"\x01", len(pps).to_bytes(2), pps)
    )
