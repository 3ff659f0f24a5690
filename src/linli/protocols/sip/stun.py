"""The one STUN exchange of a SIP port: a Binding request that keeps a way through NAT open.

Source: RFC 5389, 6, 7.3.1 and 15.2; RFC 5626, 4.4.2.
"""

import ipaddress
import struct
from typing import Final

MAGIC: Final = 0x2112A442
_HEAD: Final = struct.Struct("!HHI12s")
_REQUEST: Final = 0x0001
_SUCCESS: Final = 0x0101
_XOR_MAPPED_ADDRESS: Final = 0x0020
_MAX_BYTES: Final = 548
"""A request of this purpose fits into the smallest datagram that all networks carry."""


def is_stun(data: bytes) -> bool:
    """Whether a datagram is STUN rather than SIP: two zero bits first, and the cookie."""
    return len(data) >= 20 and data[0] < 4 and data[4:8] == b"\x21\x12\xa4\x42"


def answer_binding(data: bytes, host: str, port: int) -> bytes | None:
    """The answer to a Binding request from this address; None for anything else, which gets silence."""
    if not is_stun(data) or len(data) > _MAX_BYTES:
        return None
    kind, length, _, transaction = _HEAD.unpack_from(data)
    if kind != _REQUEST or length != len(data) - 20 or length % 4:
        return None
    address = ipaddress.ip_address(host)
    key = struct.pack("!I", MAGIC) + transaction
    mapped = bytes(a ^ b for a, b in zip(address.packed, key, strict=False))
    family = 1 if address.version == 4 else 2
    value = struct.pack("!BBH", 0, family, port ^ (MAGIC >> 16)) + mapped
    attribute = struct.pack("!HH", _XOR_MAPPED_ADDRESS, len(value)) + value
    return _HEAD.pack(_SUCCESS, len(attribute), MAGIC, transaction) + attribute
