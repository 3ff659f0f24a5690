"""STUN without I/O: messages, their integrity and fingerprint, and the checks that an ICE-lite end answers.

Source: RFC 5389, 6, 7.3, 15.2 to 15.6; RFC 8445, 7.3 and 8; RFC 8489 for sizes.
"""

import hmac
import ipaddress
import struct
import zlib
from typing import Final, NamedTuple

COOKIE: Final = b"\x21\x12\xa4\x42"
REQUEST: Final = 0x0001
SUCCESS: Final = 0x0101
REFUSAL: Final = 0x0111
MAX_BYTES: Final = 1280
"""Of a message: what fits into one datagram on all networks."""
MAX_ATTRIBUTES: Final = 32
HEAD_BYTES: Final = 20

_HEAD: Final = struct.Struct("!HH4s12s")
_ATTRIBUTE: Final = struct.Struct("!HH")
_USERNAME, _INTEGRITY, _ERROR, _UNKNOWN = 0x0006, 0x0008, 0x0009, 0x000A
_XOR_MAPPED, _PRIORITY, _USE_CANDIDATE = 0x0020, 0x0024, 0x0025
_FINGERPRINT: Final = 0x8028
_KNOWN: Final = {_USERNAME, _INTEGRITY, _ERROR, _UNKNOWN, _XOR_MAPPED, _PRIORITY, _USE_CANDIDATE}
_TAG_BYTES: Final = 20
_CRC_MASK: Final = 0x5354554E


class Message(NamedTuple):
    kind: int
    """Method and class, such as `REQUEST`."""
    transaction: bytes
    attributes: tuple[tuple[int, bytes], ...]
    """Those before the integrity, and the integrity itself; what follows it was protected by nothing."""
    data: bytes
    """As it came."""
    tag_at: int
    """Where the attribute of the integrity begins; 0: there is none."""

    def get(self, kind: int) -> bytes | None:
        """The first attribute of a kind; later ones of the same kind do not count (RFC 5389, 15)."""
        return next((value for name, value in self.attributes if name == kind), None)

    @property
    def username(self) -> str | None:
        value = self.get(_USERNAME)
        return None if value is None else value.decode("utf-8", "replace")

    @property
    def nominated(self) -> bool:
        """Whether the other end takes this pair of addresses."""
        return self.get(_USE_CANDIDATE) is not None

    def proves(self, password: bytes) -> bool:
        """Whether who sent it knows the short-term password."""
        if not self.tag_at:
            return False
        length = self.tag_at + 4 + _TAG_BYTES - HEAD_BYTES
        head = self.data[:2] + length.to_bytes(2) + self.data[4 : self.tag_at]
        tag = self.data[self.tag_at + 4 : self.tag_at + 4 + _TAG_BYTES]
        return hmac.compare_digest(hmac.digest(password, head, "sha1"), tag)


def is_stun(data: bytes) -> bool:
    """Whether a datagram is STUN rather than SIP, DTLS or RTP: two zero bits first, and the cookie."""
    return len(data) >= HEAD_BYTES and data[0] < 4 and data[4:8] == COOKIE


def read(data: bytes) -> Message | None:
    """A whole message; None for what is none, is broken, or carries a wrong fingerprint."""
    if not is_stun(data) or len(data) > MAX_BYTES:
        return None
    kind, length, _, transaction = _HEAD.unpack_from(data)
    if length != len(data) - HEAD_BYTES or length % 4:
        return None
    attributes: list[tuple[int, bytes]] = []
    at, end, tag_at, seen = HEAD_BYTES, len(data), 0, 0
    while at < end:
        name, size = _ATTRIBUTE.unpack_from(data, at)
        after = at + 4 + (size + 3 & ~3)
        seen += 1
        if after > end or seen > MAX_ATTRIBUTES:
            return None
        if name == _FINGERPRINT:
            if size != 4 or after != end or int.from_bytes(data[at + 4 : after]) != _checksum(data[:at]):
                return None
        elif not tag_at:
            if name == _INTEGRITY:
                if size != _TAG_BYTES:
                    return None
                tag_at = at
            attributes.append((name, data[at + 4 : at + 4 + size]))
        at = after
    return Message(kind, transaction, tuple(attributes), data, tag_at)


def build(
    kind: int, transaction: bytes, attributes: list[tuple[int, bytes]], password: bytes | None = None
) -> bytes:
    """A message; with a password it has integrity and fingerprint, as ICE wants both."""
    body = b"".join(
        _ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4) for name, value in attributes
    )
    if password is None:
        return _HEAD.pack(kind, len(body), COOKIE, transaction) + body
    head = _HEAD.pack(kind, len(body) + 24, COOKIE, transaction) + body
    tagged = body + _ATTRIBUTE.pack(_INTEGRITY, _TAG_BYTES) + hmac.digest(password, head, "sha1")
    whole = _HEAD.pack(kind, len(tagged) + 8, COOKIE, transaction) + tagged
    return whole + _ATTRIBUTE.pack(_FINGERPRINT, 4) + _checksum(whole).to_bytes(4)


def _checksum(data: bytes) -> int:
    return zlib.crc32(data) ^ _CRC_MASK


def answer_binding(message: Message, host: str, port: int, password: bytes | None = None) -> bytes:
    """The success of a Binding request that came from this address, which it tells."""
    return build(
        SUCCESS, message.transaction, [(_XOR_MAPPED, _mapped(message.transaction, host, port))], password
    )


def _mapped(transaction: bytes, host: str, port: int) -> bytes:
    address = ipaddress.ip_address(host)
    mapped = bytes(a ^ b for a, b in zip(address.packed, COOKIE + transaction, strict=False))
    return struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ 0x2112) + mapped


def refuse(message: Message, status: int, reason: str, *, unknown: tuple[int, ...] = ()) -> bytes:
    """A refusal in words; of a request with attributes that must be understood and are not, with their names."""
    attributes = [(_ERROR, bytes((0, 0, status // 100, status % 100)) + reason.encode())]
    if unknown:
        attributes.append((_UNKNOWN, b"".join(name.to_bytes(2) for name in unknown)))
    return build(REFUSAL, message.transaction, attributes)


class Check(NamedTuple):
    """What to do with a check of an ICE agent."""

    answer: bytes
    good: bool
    """Whether it proved the password: its address is the other end's."""
    nominated: bool


def answer_check(data: bytes, host: str, port: int, *, fragment: str, password: str) -> Check | None:
    """Answer a connectivity check to an ICE-lite end; None: silence (RFC 8445, 7.3; RFC 5389, 7.3 and 10.1.2)."""
    message = read(data)
    if message is None or message.kind != REQUEST:
        return None
    username = message.username
    if username is None or not message.tag_at:
        return Check(refuse(message, 400, "Bad Request"), good=False, nominated=False)
    secret = password.encode()
    if username.partition(":")[0] != fragment or not message.proves(secret):
        return Check(refuse(message, 401, "Unauthorized"), good=False, nominated=False)
    unknown = tuple(name for name, _ in message.attributes if name < 0x8000 and name not in _KNOWN)
    if unknown:
        return Check(refuse(message, 420, "Unknown Attribute", unknown=unknown), good=False, nominated=False)
    return Check(answer_binding(message, host, port, secret), good=True, nominated=message.nominated)
