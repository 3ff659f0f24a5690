"""Bluetooth between a phone and a door: names, advertisement, key, frames. Source: spec G 4.2-4.4 (3.5.1.2.3).

The key proves nobody: its fixed part is the same for a whole project, and the random part is sent in clear. It is as in
the source byte for byte, since doors and phones in the field use it.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PIECE_BYTES: Final = 20
"""Bytes of one GATT write: the smallest ATT packet's content."""
MOST_PLAIN: Final = 31
RANDOM_BYTES: Final = 4

_IV: Final = b"1234567890abcdef"
_HEAD: Final = 0x24
_ADVERT_HEAD = bytes.fromhex("0201061109")
_ADVERT_MIDDLE = bytes.fromhex("0302fffa05ff")


class Result(IntEnum):
    OK = 0
    BAD_CHECKSUM = 1
    BAD_FORMAT = 2
    NO_PERMISSION = 3


class FrameError(ValueError):
    """`result` is what the door answers."""

    def __init__(self, result: Result, why: str) -> None:
        super().__init__(why)
        self.result = result


class OpenRequest(NamedTuple):
    permission: bytes
    """Encrypted, 16 or 32 bytes."""
    checks_first: bool = True
    """False (0x01): the door answers once the frame is well-formed. It still opens only to a valid card."""


def fixed_key(order_number: str) -> bytes:
    """The project's key: its order number, up to 16 ASCII characters, filled with `0`. Raises ValueError."""
    if not order_number.isascii() or not 0 < len(order_number) <= 16:
        raise ValueError("order number: 1 to 16 ASCII characters")
    return order_number.ljust(16, "0").encode()


def session_key(fixed: bytes, random: bytes) -> bytes:
    """Spec G 4.4, step 2. `random` is the advertisement's, new after every disconnection."""
    a, b, c, d = random
    key = bytearray(fixed)
    for at in range(0, 16, 4):
        key[at] &= a
        key[at + 1] = (key[at + 1] + b) & 0xFF
        key[at + 2] |= c
        key[at + 3] ^= d
    return bytes(key)


def encrypt(key: bytes, card: str) -> bytes:
    """AES-128-CBC with always at least one zero byte of padding: 0-15 bytes become 16, 16-31 become 32."""
    plain = card.encode("ascii")
    if len(plain) > MOST_PLAIN:
        raise ValueError(f"card number: at most {MOST_PLAIN} bytes")
    padded = plain + b"\0" * (16 - len(plain) % 16)
    encryptor = Cipher(algorithms.AES128(key), modes.CBC(_IV)).encryptor()
    return encryptor.update(padded) + encryptor.finalize()


def decrypt(key: bytes, permission: bytes) -> str:
    """The card number; one that decrypts to no ASCII text comes back empty, as no card has that number."""
    decryptor = Cipher(algorithms.AES128(key), modes.CBC(_IV)).decryptor()
    plain = (decryptor.update(permission) + decryptor.finalize()).rstrip(b"\0")
    return plain.decode("ascii") if plain.isascii() else ""


def checksum(data: bytes) -> int:
    return sum(data) & 0xFF


def write_request(request: OpenRequest) -> bytes:
    head = bytes((_HEAD, 0 if request.checks_first else 1, len(request.permission)))
    frame = head + request.permission
    return frame + bytes((checksum(frame),))


def take_request(buffer: bytes) -> tuple[OpenRequest | None, bytes]:
    """Split the first request off `buffer`: (request, rest), or (None, buffer) while bytes are missing.

    `24 | resultType | length | permission | checksum`. Raises FrameError: head and length first, then the checksum.
    """
    if buffer and buffer[0] != _HEAD:
        raise FrameError(Result.BAD_FORMAT, "head is not 0x24")
    if len(buffer) > 1 and buffer[1] > 1:
        raise FrameError(Result.BAD_FORMAT, "resultType is neither 0 nor 1")
    if len(buffer) > 2 and buffer[2] not in (16, 32):
        raise FrameError(Result.BAD_FORMAT, "length is neither 16 nor 32")
    if len(buffer) < 3 or len(buffer) < 4 + buffer[2]:
        return None, buffer
    end = 3 + buffer[2]
    if checksum(buffer[:end]) != buffer[end]:
        raise FrameError(Result.BAD_CHECKSUM, "checksum differs")
    return OpenRequest(bytes(buffer[3:end]), buffer[1] == 0), buffer[end + 1 :]


def write_response(result: Result) -> bytes:
    frame = bytes((_HEAD, 0, 0, result))
    return frame + bytes((checksum(frame),))


def read_response(frame: bytes) -> Result:
    """Raises FrameError."""
    if len(frame) != 5 or frame[0] != _HEAD:
        raise FrameError(Result.BAD_FORMAT, "not a response")
    if checksum(frame[:4]) != frame[4]:
        raise FrameError(Result.BAD_CHECKSUM, "checksum differs")
    try:
        return Result(frame[3])
    except ValueError:
        raise FrameError(Result.BAD_FORMAT, f"result {frame[3]} is unknown") from None


def pieces(frame: bytes, size: int = PIECE_BYTES) -> Iterator[bytes]:
    """The GATT writes of one frame."""
    return (frame[at : at + size] for at in range(0, len(frame), size))


def door_name(
    *, phase: int = 1, building: int, unit: int, number: int = 0, floor: int = 1, below_ground: bool = False
) -> str:
    """`SRE` + phase(1) building(3) unit(4) number(2) floor(3). `number` 0 is the main door. Raises ValueError."""
    return _name(
        f"{_digits('phase', phase, 1)}{_digits('building', building, 3)}{_digits('unit', unit, 4)}",
        number,
        floor,
        below_ground,
    )


def wall_name(*, phase: int = 1, number: int = 0, floor: int = 1, below_ground: bool = False) -> str:
    """A machine in the outer wall (围墙机) belongs to no building."""
    return _name(f"{_digits('phase', phase, 1)}0000000", number, floor, below_ground)


def _name(place: str, number: int, floor: int, below_ground: bool) -> str:
    return f"SRE{place}{_digits('number', number, 2)}{int(below_ground)}{_digits('floor', floor, 2)}"


def _digits(field: str, value: int, width: int) -> str:
    if not 0 <= value < 10**width:
        raise ValueError(f"{field}: 0 to {10**width - 1}")
    return f"{value:0{width}d}"


def write_advertisement(name: str, random: bytes) -> bytes:
    """31 bytes. The service's number stands in the source's order, which other libraries read as 0xFAFF."""
    if len(name) != 16 or not name.isascii() or len(random) != RANDOM_BYTES:
        raise ValueError("an advertisement has a name of 16 ASCII characters and 4 random bytes")
    return _ADVERT_HEAD + name.encode() + _ADVERT_MIDDLE + random


def read_advertisement(data: bytes) -> tuple[str, bytes]:
    """(name, random). Raises FrameError. Either order of the service's number is read."""
    swapped = _ADVERT_MIDDLE.replace(b"\xff\xfa", b"\xfa\xff")
    if len(data) != 31 or data[:5] != _ADVERT_HEAD or data[21:27] not in (_ADVERT_MIDDLE, swapped):
        raise FrameError(Result.BAD_FORMAT, "not the advertisement of a door")
    if not data[5:21].isascii():
        raise FrameError(Result.BAD_FORMAT, "the name is not ASCII")
    return data[5:21].decode(), data[27:]
