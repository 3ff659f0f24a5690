"""Fields of a packet off its bytes. Every function takes (body, position) and raises MqttError. Source: 1.5."""

from linli.protocols.mqtt.packets import Fault, MqttError


def malformed(text: str) -> MqttError:
    return MqttError(Fault.MALFORMED, text)


def forbidden(text: str) -> MqttError:
    """Well formed, and yet against the rules (5.0, 4.13.1: Protocol Error)."""
    return MqttError(Fault.PROTOCOL, text)


def read_binary(body: bytes, at: int) -> tuple[bytes, int]:
    start = at + 2
    if start > len(body):
        raise malformed("a field's length is cut off")
    stop = start + (body[at] << 8 | body[at + 1])
    if stop > len(body):
        raise malformed("a field is longer than its packet")
    return body[start:stop], stop


def read_text(body: bytes, at: int) -> tuple[str, int]:
    raw, stop = read_binary(body, at)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise malformed("text is not UTF-8") from None
    if "\0" in text:
        raise malformed("text holds U+0000")
    return text, stop


def read_packet_id(body: bytes) -> int:
    packet_id = int.from_bytes(body[:2])
    if len(body) < 2 or not packet_id:
        raise malformed("no packet id")
    return packet_id


def read_length(data: bytes, at: int) -> tuple[int, int] | None:
    """Remaining length at `at` -> (value, position after it), or None while bytes are missing (2.2.3)."""
    value = 0
    for shift in range(4):
        if at + shift >= len(data):
            return None
        byte = data[at + shift]
        value |= (byte & 0x7F) << (7 * shift)
        if byte < 0x80:
            return value, at + shift + 1
    raise malformed("remaining length of more than four bytes")


def read_varint(body: bytes, at: int) -> tuple[int, int]:
    """A variable byte integer within a packet, in its shortest form (5.0, 1.5.5)."""
    length = read_length(body, at)
    if length is None:
        raise malformed("a variable byte integer is cut off")
    value, stop = length
    if stop - at > 1 and body[stop - 1] == 0:
        raise malformed("a variable byte integer is longer than it needs")
    return value, stop
