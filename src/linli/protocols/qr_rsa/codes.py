"""The text inside a door QR code: `<qrCode>:<epoch seconds>`, padded, raised to the private power, Base64.

Block layout before the RSA operation, `k` bytes in all (k = 64 for a 512-bit key):

    00 01 FF FF .. FF 00 <payload>        at least eight FF, so the payload is at most k - 11 bytes

Source: spec A 4.3 and GV-6 to GV-8, spec B 4.4; RFC 8017 8.2.1 and 9.2 for the padding, without a DigestInfo.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass

from linli.protocols.qr_rsa.keys import PrivateKey, PublicKey

_OVERHEAD = 11
_TIME_DIGITS = 10
"""Epoch seconds have ten digits until the year 2286."""


class CodeError(ValueError):
    """The text is not a code made with this key pair, or such a code cannot be made."""


@dataclass(frozen=True, slots=True)
class SealedCode:
    """A code as a door reads it."""

    code: str
    """The qrCode to look up in the door's permission list."""
    expires_s: int
    """Last second, UTC epoch, in which this picture of the code may be used."""


def longest_code(key: PublicKey) -> int:
    """Longest qrCode, in bytes, that fits a code of this key: 42 at 512 bits."""
    return key.size - _OVERHEAD - 1 - _TIME_DIGITS


def seal_code(key: PrivateKey, code: str, expires_s: int) -> str:
    """The text to show as a QR picture: 88 characters at 512 bits.

    `expires_s` is UTC epoch seconds. Raises CodeError when `code` is empty, not printable ASCII, holds a
    colon, or is longer than `longest_code`.
    """
    size = key.public.size
    if not code or not code.isascii() or not code.isprintable() or ":" in code:
        raise CodeError("a QR code is printable ASCII without a colon")
    if expires_s < 0:
        raise CodeError("a QR code cannot expire before 1970")
    payload = f"{code}:{expires_s}".encode("ascii")
    if len(payload) > size - _OVERHEAD:
        raise CodeError(f"a QR code has at most {longest_code(key.public)} characters with this key")
    block = b"\x00\x01" + b"\xff" * (size - len(payload) - 3) + b"\x00" + payload
    return b64encode(key.power(block)).decode("ascii")


def open_code(key: PublicKey, text: str) -> SealedCode:
    """Read a scanned text. Raises CodeError for anything that was not sealed by the key's owner."""
    try:
        block = key.power(b64decode(text.strip(), validate=True))
    except (binascii.Error, ValueError) as error:
        raise CodeError("not a code of this key") from error
    end = block.find(b"\x00", 2)
    if block[:2] != b"\x00\x01" or end < 10 or block[2:end].strip(b"\xff"):
        raise CodeError("the padding is wrong: another key, or not a code")
    code, _, seconds = block[end + 1 :].decode("latin-1").rpartition(":")
    if (
        not code
        or not code.isascii()
        or not code.isprintable()
        or not (seconds.isascii() and seconds.isdigit())
    ):
        raise CodeError("the payload is not code:seconds")
    return SealedCode(code, int(seconds))
