"""A picture without a camera and without an encoder: H.264 whose macroblocks are plain samples (I_PCM).

Source: ITU-T H.264, 7.3 (syntax), 7.4.1 (emulation prevention), 9.1 (Exp-Golomb); RFC 6184, 5.6 and 5.8 (packets).
"""

import re
from typing import Final

WIDTH, HEIGHT = 176, 144
RATE: Final = 10
"""Pictures a second."""
KEY_EVERY: Final = 5
"""Pictures from one whole one to the next; those between repeat it and take a few bytes."""
PROFILE: Final = "42e01e"
"""Constrained baseline, level 3."""
MOST_PAYLOAD: Final = 1_200
_SIDE: Final = 16
_CHROMA: Final = _SIDE // 2
_FORBIDDEN: Final = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_PLAIN_SAMPLES: Final = 25
_SLICE_I, _SLICE_P = 7, 5
_SPS, _PPS, _KEY, _REPEAT = 0x67, 0x68, 0x65, 0x41


class _Bits:
    def __init__(self) -> None:
        self._data = bytearray()
        self._bits = 0
        self._count = 0

    def put(self, value: int, width: int) -> None:
        self._bits = self._bits << width | value
        self._count += width
        while self._count >= 8:
            self._count -= 8
            self._data.append(self._bits >> self._count & 0xFF)
        self._bits &= (1 << self._count) - 1

    def golomb(self, *values: int) -> None:
        """Unsigned Exp-Golomb; a signed 0 is written alike."""
        for value in values:
            self.put(value + 1, 2 * (value + 1).bit_length() - 1)

    def align(self) -> None:
        if self._count:
            self.put(0, 8 - self._count)

    def samples(self, data: bytes) -> None:
        self.align()
        self._data += data

    def unit(self, head: int) -> bytes:
        """The NAL unit with these bits."""
        self.put(1, 1)
        self.align()
        return bytes((head,)) + _FORBIDDEN.sub(b"\x00\x00\x03", bytes(self._data))


class Clip:
    """Pictures one after the other, as lists of NAL units. `shade`: of the colour, 0 to 255, so that doors differ."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, *, shade: int = 128) -> None:
        """Raises ValueError unless both are multiples of 16 of at most 1,920."""
        for side in (width, height):
            if side % _SIDE or not 0 < side <= 1_920:
                raise ValueError("width and height are multiples of 16, at most 1920")
        self.width, self.height = width, height
        self._blocks = (width // _SIDE, height // _SIDE)
        self._shade = shade & 0xFF
        self._count = 0
        self._since_key = 0
        ramp = bytes(16 + at * 219 // width for at in range(width))
        self._ramp = ramp + ramp
        self._image: bytes | None = None
        self._parameters = [self._sequence(), self._pictures()]

    def put(self, image: bytes) -> None:
        """An external picture in I420, shown from the next one on. Raises ValueError for another size."""
        if len(image) != self.width * self.height * 3 // 2:
            raise ValueError(
                f"a picture of {self.width} x {self.height} has {self.width * self.height * 3 // 2} bytes"
            )
        self._image, self._since_key = bytes(image), 0

    def next(self) -> list[bytes]:
        """The next picture's NAL units."""
        at = self._since_key
        self._since_key = (at + 1) % KEY_EVERY
        if at:
            return [self._repeat(at)]
        self._count += 1
        return [*self._parameters, self._key(self._image or self._drawn())]

    def _drawn(self) -> bytes:
        """A ramp that moves, with a darker bar that moves the other way."""
        shift = self._count * 8 % self.width
        row = self._ramp[shift : shift + self.width]
        bar = (self.height - self._count * 4 % self.height) // _SIDE * _SIDE % self.height
        dark = bytes(16 + (value - 16) // 3 for value in row)
        light = row * bar + dark * min(_SIDE, self.height - bar)
        luma = light + row * (self.height - len(light) // self.width)
        quarter = self.width * self.height // 4
        return luma + bytes((self._shade,)) * quarter + bytes((255 - self._shade,)) * quarter

    def _sequence(self) -> bytes:
        bits = _Bits()
        for value in bytes.fromhex(PROFILE):
            bits.put(value, 8)
        bits.golomb(0, 0, 2, 1)  # id, frame numbers of 4 bits, order as sent, one reference
        bits.put(0, 1)
        bits.golomb(self._blocks[0] - 1, self._blocks[1] - 1)
        for flag in (1, 1, 0, 0):  # whole frames, 8x8, not cropped, nothing more
            bits.put(flag, 1)
        return bits.unit(_SPS)

    def _pictures(self) -> bytes:
        bits = _Bits()
        bits.golomb(0, 0)
        bits.put(0, 2)  # CAVLC
        bits.golomb(0, 0, 0)
        bits.put(0, 3)
        bits.golomb(0, 0, 0)
        bits.put(0b100, 3)  # slices say how edges are smoothed
        return bits.unit(_PPS)

    def _slice(self, kind: int, number: int) -> _Bits:
        bits = _Bits()
        bits.golomb(0, kind, 0)
        bits.put(number, 4)
        return bits

    def _key(self, image: bytes) -> bytes:
        bits = self._slice(_SLICE_I, 0)
        bits.golomb(self._count % 2)  # two key pictures in a row differ in this
        bits.put(0, 2)
        bits.golomb(0, 1)  # as it is, no smoothing
        for samples in self._macroblocks(image):
            bits.golomb(_PLAIN_SAMPLES)
            bits.samples(samples)
        return bits.unit(_KEY)

    def _repeat(self, number: int) -> bytes:
        bits = self._slice(_SLICE_P, number)
        bits.put(0, 3)
        bits.golomb(0, 1)
        bits.golomb(self._blocks[0] * self._blocks[1])  # every macroblock is skipped
        return bits.unit(_REPEAT)

    def _macroblocks(self, image: bytes) -> list[bytes]:
        width, half = self.width, self.width // 2
        blue = width * self.height
        red = blue + blue // 4
        blocks = []
        for row in range(self._blocks[1]):
            for column in range(self._blocks[0]):
                at = row * _SIDE * width + column * _SIDE
                parts = [image[at + line * width : at + line * width + _SIDE] for line in range(_SIDE)]
                for plane in (blue, red):
                    at = plane + row * _CHROMA * half + column * _CHROMA
                    parts += [image[at + line * half : at + line * half + _CHROMA] for line in range(_CHROMA)]
                blocks.append(b"".join(parts))
        return blocks


def payloads(units: list[bytes]) -> list[bytes]:
    """What packets carry of one picture: a unit each, large ones in pieces (FU-A)."""
    parts: list[bytes] = []
    for unit in units:
        if len(unit) <= MOST_PAYLOAD:
            parts.append(unit)
            continue
        indicator, kind = unit[0] & 0xE0 | 28, unit[0] & 0x1F
        for at in range(1, len(unit), MOST_PAYLOAD):
            piece = unit[at : at + MOST_PAYLOAD]
            begins, ends = at == 1, at + MOST_PAYLOAD >= len(unit)
            parts.append(bytes((indicator, begins << 7 | ends << 6 | kind)) + piece)
    return parts
