"""A picture packed once for all players of one kind; and key pictures encrypted for one player.

Encryption (`encryptType` 0): of each unit of kind 5 all bytes behind the first are AES-128-CBC with PKCS #7 padding,
always from the same IV. Units stand behind their lengths, so nothing in them must be escaped.
"""

from typing import Final, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from linli.media.cameras.wire import Frame
from linli.protocols import flv, fmp4
from linli.protocols.h26x import KEY, sized_units
from linli.protocols.websocket import binary_frame

_BLOCK: Final = 128
_SIZE: Final = 4


class Keys(NamedTuple):
    key: bytes
    iv: bytes


class Packed:
    """A picture of a stream. `duration`: in units of 1/90,000 s."""

    __slots__ = ("_flv", "_frame", "data", "dts", "duration", "key", "number", "shift")

    def __init__(self, frame: Frame, *, number: int, dts: int, duration: int) -> None:
        self.key, self.shift, self.data = frame.key, frame.shift, frame.data
        self.number = number
        self.dts = dts
        self.duration = duration
        self._frame: bytes | None = None
        self._flv: bytes | None = None

    def sample(self, keys: Keys | None = None) -> fmp4.Sample:
        data = self.data if keys is None or not self.key else encrypted(self.data, keys)
        return fmp4.Sample(self.duration, self.key, self.shift, data)

    def frame(self, keys: Keys | None = None) -> bytes:
        """A fragment of MP4 as a WebSocket carries it."""
        if keys is not None and self.key:
            return binary_frame(fmp4.fragment(self.number, self.dts, [self.sample(keys)]))
        if self._frame is None:
            self._frame = binary_frame(fmp4.fragment(self.number, self.dts, [self.sample()]))
        return self._frame

    @property
    def time_ms(self) -> int:
        return self.dts // 90

    def flv_body(self, keys: Keys | None = None) -> bytes:
        if keys is not None and self.key:
            return flv.picture(encrypted(self.data, keys), key=True, shift_ms=self.shift // 90)
        if self._flv is None:
            self._flv = flv.picture(self.data, key=self.key, shift_ms=self.shift // 90)
        return self._flv

    def flv(self, keys: Keys | None = None) -> bytes:
        return flv.tag(flv.VIDEO, self.time_ms, self.flv_body(keys))


def encrypted(data: bytes, keys: Keys) -> bytes:
    """Units behind their lengths, those of key pictures encrypted."""
    parts: list[bytes] = []
    for unit in sized_units(data):
        if unit[0] & 31 == KEY:
            padder = PKCS7(_BLOCK).padder()
            plain = padder.update(unit[1:]) + padder.finalize()
            cipher = Cipher(algorithms.AES128(keys.key), modes.CBC(keys.iv)).encryptor()
            unit = unit[:1] + cipher.update(plain) + cipher.finalize()
        parts.append(len(unit).to_bytes(_SIZE) + unit)
    return b"".join(parts)
