"""Paying at a lane without a line: the code that a box signs, and the receipt that the cloud answers (ADR 0122).

    code      base64url of: version, key number, node, order, fen, until, nonce, lane, plate; 12 bytes of MAC
    receipt   "LR1" and base64url of: nonce, 16 bytes of MAC over the whole code
    digits    8, from another MAC over the whole code

Box and cloud share the key. Whole numbers are unsigned LEB128; texts are UTF-8 after one byte of length.
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final, NamedTuple

LONGEST: Final = 400
"""Characters of a code."""
NONCE_BYTES: Final = 8
DIGITS: Final = 8
RECEIPT: Final = "LR1"
_VERSION: Final = 1
_CODE_MAC, _RECEIPT_MAC = 12, 16
_ORDER: Final = re.compile(r"([0-9a-f]{32})(R{0,99})")
_RECEIPT: Final = re.compile(rf"{RECEIPT}([A-Za-z0-9_-]{{32}})")


class PayCodeBad(ValueError):
    """A text that is no code."""


class PayCode(NamedTuple):
    """What a driver is asked to pay, as the box says it."""

    key_no: int
    node: int
    """The box, by its number in the cloud."""
    order: str
    """32 hex digits, and an R for each earlier order of the stay."""
    fen: int
    until_s: int
    """UTC seconds by the box's clock: until when it may be paid."""
    nonce: bytes
    lane: str
    """The barrier's id."""
    plate: str


def write_code(code: PayCode, key: bytes) -> str:
    """Raises ValueError for an order's number or a text that has no room."""
    number = _ORDER.fullmatch(code.order)
    if number is None or len(code.nonce) != NONCE_BYTES:
        raise PayCodeBad("order")
    body = b"".join(
        (
            bytes((_VERSION,)),
            _number(code.key_no),
            _number(code.node),
            bytes.fromhex(number[1]) + bytes((len(number[2]),)),
            _number(code.fen),
            _number(code.until_s),
            code.nonce,
            _text(code.lane),
            _text(code.plate),
        )
    )
    return _base64(body + _mac(key, "code", body)[:_CODE_MAC])


def read_code(text: str) -> PayCode:
    """What it says, whoever signed it. Raises PayCodeBad."""
    raw = _raw(text, LONGEST)
    cut = _Cut(raw[:-_CODE_MAC])
    if cut.take(1) != bytes((_VERSION,)):
        raise PayCodeBad("version")
    key_no, node = cut.number(), cut.number()
    order = cut.take(16).hex() + "R" * cut.take(1)[0]
    code = PayCode(
        key_no, node, order, cut.number(), cut.number(), cut.take(NONCE_BYTES), cut.text(), cut.text()
    )
    if cut.left:
        raise PayCodeBad("length")
    return code


def is_signed(text: str, key: bytes) -> bool:
    """Whether a code that `read_code` reads was signed with this key."""
    raw = _raw(text, LONGEST)
    body, mac = raw[:-_CODE_MAC], raw[-_CODE_MAC:]
    return hmac.compare_digest(mac, _mac(key, "code", body)[:_CODE_MAC])


def receipt_of(text: str, key: bytes) -> str:
    """For the lane's camera or scanner. Raises PayCodeBad."""
    nonce = read_code(text).nonce
    return RECEIPT + _base64(nonce + _mac(key, "receipt", text.encode())[:_RECEIPT_MAC])


def nonce_of_receipt(receipt: str) -> bytes | None:
    """None: it is no receipt."""
    parts = _RECEIPT.fullmatch(receipt)
    return _raw(parts[1], LONGEST)[:NONCE_BYTES] if parts else None


def digits_of(text: str, key: bytes) -> str:
    """For a keypad or a guard's ear."""
    number = int.from_bytes(_mac(key, "digits", text.encode())[:16])
    return f"{number % 10**DIGITS:0{DIGITS}}"


def _mac(key: bytes, purpose: str, content: bytes) -> bytes:
    return hmac.digest(key, purpose.encode() + b"\0" + content, hashlib.sha256)


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(text: str, most: int) -> bytes:
    """Only as we write it: one text for each content. Raises PayCodeBad."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise PayCodeBad("base64") from None
    if len(text) > most or _base64(raw) != text:
        raise PayCodeBad("base64")
    return raw


def _number(value: int) -> bytes:
    """Raises PayCodeBad below zero."""
    if value < 0:
        raise PayCodeBad("number")
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _text(text: str) -> bytes:
    raw = text.encode()
    if len(raw) > 64:
        raise PayCodeBad("text")
    return bytes((len(raw),)) + raw


class _Cut:
    """Takes parts off the front. Each raises PayCodeBad where there is too little."""

    def __init__(self, raw: bytes) -> None:
        self.left = raw

    def take(self, count: int) -> bytes:
        if len(self.left) < count:
            raise PayCodeBad("length")
        part, self.left = self.left[:count], self.left[count:]
        return part

    def number(self) -> int:
        value = 0
        for shift in range(0, 63, 7):
            (byte,) = self.take(1)
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
        raise PayCodeBad("number")

    def text(self) -> str:
        try:
            return self.take(self.take(1)[0]).decode()
        except UnicodeDecodeError:
            raise PayCodeBad("text") from None
