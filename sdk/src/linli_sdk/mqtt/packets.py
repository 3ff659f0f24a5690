"""MQTT 3.1.1 packets as a client sends and reads them. Pure. Source: OASIS MQTT 3.1.1, chapters 2 and 3."""

from __future__ import annotations

import struct
from typing import NamedTuple

MOST_BYTES = 4 * 1024 * 1024
"""Of one packet; a longer one ends the connection."""


class PacketError(ValueError):
    """The other side does not speak MQTT 3.1.1."""


class Connect(NamedTuple):
    client_id: str
    username: str
    password: str
    keep_alive_s: int = 60
    clean: bool = True


class Connack(NamedTuple):
    code: int
    session_present: bool


class Publish(NamedTuple):
    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    dup: bool = False
    retain: bool = False


class Ack(NamedTuple):
    """PUBACK (4), PUBREC (5), PUBREL (6), PUBCOMP (7), UNSUBACK (11)."""

    kind: int
    packet_id: int


class Suback(NamedTuple):
    packet_id: int
    codes: tuple[int, ...]


class Pingresp(NamedTuple):
    pass


Packet = Connack | Publish | Ack | Suback | Pingresp

PUBACK, PUBREC, PUBREL, PUBCOMP = 4, 5, 6, 7
PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"


def connect(packet: Connect) -> bytes:
    flags = 0xC0 | (0x02 if packet.clean else 0)
    head = _text("MQTT") + bytes((4, flags)) + struct.pack(">H", packet.keep_alive_s)
    return _framed(0x10, head + _text(packet.client_id) + _text(packet.username) + _text(packet.password))


def publish(packet: Publish) -> bytes:
    number = struct.pack(">H", packet.packet_id) if packet.qos else b""
    flags = packet.qos << 1 | (8 if packet.dup else 0) | int(packet.retain)
    return _framed(0x30 | flags, _text(packet.topic) + number + packet.payload)


def subscribe(packet_id: int, filters: list[tuple[str, int]]) -> bytes:
    body = b"".join(_text(topic) + bytes((qos,)) for topic, qos in filters)
    return _framed(0x82, struct.pack(">H", packet_id) + body)


def ack(kind: int, packet_id: int) -> bytes:
    return bytes((kind << 4 | (2 if kind == PUBREL else 0), 2)) + struct.pack(">H", packet_id)


def take(buffer: bytearray) -> Packet | None:
    """Remove the first whole packet from `buffer`; None while bytes are missing. Raises PacketError."""
    size, at = 0, 1
    while True:
        if at >= len(buffer):
            return None
        size |= (buffer[at] & 0x7F) << (7 * (at - 1))
        at += 1
        if not buffer[at - 1] & 0x80:
            break
        if at > 4:
            raise PacketError("bad remaining length")
    if size > MOST_BYTES:
        raise PacketError(f"a packet of {size} bytes")
    if len(buffer) < at + size:
        return None
    first, body = buffer[0], bytes(buffer[at : at + size])
    del buffer[: at + size]
    try:
        return _read(first, body)
    except (struct.error, UnicodeDecodeError, IndexError) as error:
        raise PacketError(str(error)) from error


def _read(first: int, body: bytes) -> Packet:
    kind = first >> 4
    if kind == 2:
        return Connack(body[1], bool(body[0] & 1))
    if kind == 3:
        (length,) = struct.unpack_from(">H", body)
        topic, at, qos = body[2 : 2 + length].decode(), 2 + length, first >> 1 & 3
        number = 0
        if qos:
            (number,) = struct.unpack_from(">H", body, at)
            at += 2
        return Publish(topic, body[at:], qos, number, bool(first & 8), bool(first & 1))
    if kind in (PUBACK, PUBREC, PUBREL, PUBCOMP, 11):
        return Ack(kind, struct.unpack_from(">H", body)[0])
    if kind == 9:
        return Suback(struct.unpack_from(">H", body)[0], tuple(body[2:]))
    if kind == 13:
        return Pingresp()
    raise PacketError(f"packet type {kind} from a server")


def _text(text: str) -> bytes:
    data = text.encode()
    if len(data) > 0xFFFF:
        raise ValueError("longer than 65535 bytes")
    return struct.pack(">H", len(data)) + data


def _framed(first: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while True:
        size, digit = size >> 7, size & 0x7F
        length.append(digit | (0x80 if size else 0))
        if not size:
            return bytes((first,)) + bytes(length) + body
