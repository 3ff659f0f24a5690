"""Fields of a packet as bytes. Source: MQTT 3.1.1 and 5.0, 1.5 and 2.2."""

from functools import lru_cache

MAX_LENGTH = 268_435_455
REMEMBERED = 256
"""Characters of a topic whose bytes are remembered at most."""


@lru_cache(maxsize=4096)
def remaining_length(length: int) -> bytes:
    """A variable byte integer (2.2.3; in 5.0: 1.5.5). Raises ValueError over 268,435,455."""
    if not 0 <= length <= MAX_LENGTH:
        raise ValueError(f"remaining length {length}")
    out = bytearray()
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    return bytes(out)


def binary_field(raw: bytes) -> bytes:
    """Bytes behind their two length bytes. Raises ValueError over 65535."""
    if len(raw) > 0xFFFF:
        raise ValueError(f"a field of {len(raw)} bytes, at most 65535 fit")
    return len(raw).to_bytes(2) + raw


def text_field(text: str) -> bytes:
    return binary_field(text.encode())


def topic_field(topic: str) -> bytes:
    """A topic with its two length bytes, remembered. Raises ValueError if it is longer than 65535 bytes."""
    # A client that sends long ones on purpose must not fill the memory.
    return _short_topic(topic) if len(topic) <= REMEMBERED else binary_field(topic.encode())


@lru_cache(maxsize=4096)
def _short_topic(topic: str) -> bytes:
    return binary_field(topic.encode())


def frame(head: int, *parts: bytes) -> bytes:
    """A whole packet: its first byte, the remaining length, the parts."""
    return b"".join((bytes([head]), remaining_length(sum(map(len, parts))), *parts))
