"""Packets to bytes. PUBLISH and PUBACK have functions of their own for busy senders. Source: MQTT 3.1.1, chapter 3."""

import struct
from collections.abc import Iterable, Sequence
from functools import lru_cache

from linli.protocols.mqtt.packets import (
    Connack,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
)

MAX_LENGTH = 268_435_455
PINGRESP = b"\xd0\x00"
PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"


@lru_cache(maxsize=4096)
def remaining_length(length: int) -> bytes:
    """2.2.3. Raises ValueError over 268,435,455."""
    if not 0 <= length <= MAX_LENGTH:
        raise ValueError(f"remaining length {length}")
    out = bytearray()
    while length > 0x7F:
        out.append(length & 0x7F | 0x80)
        length >>= 7
    out.append(length)
    return bytes(out)


@lru_cache(maxsize=4096)
def topic_field(topic: str) -> bytes:
    """A topic with its two length bytes. Raises ValueError if it is longer than 65535 bytes."""
    return _binary(topic.encode())


def publish(
    topic: str,
    payload: bytes,
    qos: int = 0,
    packet_id: int = 0,
    *,
    dup: bool = False,
    retain: bool = False,
) -> bytes:
    """A whole PUBLISH. `packet_id` is 1..65535 at QoS 1 and 2 and not used at 0."""
    field = topic_field(topic)
    if not qos:
        length = remaining_length(len(field) + len(payload))
        return b"".join((b"\x31" if retain else b"\x30", length, field, payload))
    head = _PUBLISH_HEADS[qos << 1 | dup << 3 | retain]
    length = remaining_length(len(field) + 2 + len(payload))
    return b"".join((head, length, field, packet_id.to_bytes(2), payload))


def publishes(topic: str, payloads: Iterable[bytes]) -> bytes:
    """Several PUBLISH at QoS 0 on one topic, in the order given."""
    field = topic_field(topic)
    parts: list[bytes] = []
    size, head = -1, b""
    for payload in payloads:
        if len(payload) != size:  # what one topic carries mostly has one length
            size = len(payload)
            head = b"\x30" + remaining_length(len(field) + size) + field
        parts.append(head)
        parts.append(payload)
    return b"".join(parts)


_PUBLISH_HEADS = [bytes([0x30 | flags]) for flags in range(16)]


def pubacks(packet_ids: Sequence[int]) -> bytes:
    """Several PUBACKs in a row, in the order given."""
    count = len(packet_ids)
    words = [0x4002] * (2 * count)
    words[1::2] = packet_ids
    return struct.pack(f">{2 * count}H", *words)


def encode(packet: Packet) -> bytes:
    """Any packet. Raises ValueError for fields that do not fit the format."""
    match packet:
        case Publish():
            return publish(
                packet.topic,
                packet.payload,
                packet.qos,
                packet.packet_id,
                dup=packet.dup,
                retain=packet.retain,
            )
        case Puback():
            return b"\x40\x02" + packet.packet_id.to_bytes(2)
        case Pubrec():
            return b"\x50\x02" + packet.packet_id.to_bytes(2)
        case Pubrel():
            return b"\x62\x02" + packet.packet_id.to_bytes(2)
        case Pubcomp():
            return b"\x70\x02" + packet.packet_id.to_bytes(2)
        case Connect():
            return _connect(packet)
        case Connack():
            return bytes([0x20, 2, packet.session_present, packet.code])
        case Subscribe():
            parts = [_binary(text.encode()) + bytes([qos]) for text, qos in packet.filters]
            return _frame(0x82, packet.packet_id.to_bytes(2), *parts)
        case Suback():
            return _frame(0x90, packet.packet_id.to_bytes(2), bytes(packet.codes))
        case Unsubscribe():
            names = [_binary(text.encode()) for text in packet.filters]
            return _frame(0xA2, packet.packet_id.to_bytes(2), *names)
        case Unsuback():
            return b"\xb0\x02" + packet.packet_id.to_bytes(2)
        case Pingreq():
            return PINGREQ
        case Pingresp():
            return PINGRESP
        case Disconnect():
            return DISCONNECT


def _connect(packet: Connect) -> bytes:
    flags = packet.clean << 1
    parts = [_binary(packet.client_id.encode())]
    if packet.will is not None:
        flags |= 0x04 | packet.will.qos << 3 | packet.will.retain << 5
        parts += [_binary(packet.will.topic.encode()), _binary(packet.will.payload)]
    if packet.username is not None:
        flags |= 0x80
        parts.append(_binary(packet.username.encode()))
    if packet.password is not None:
        flags |= 0x40
        parts.append(_binary(packet.password))
    name = b"\0\x06MQIsdp" if packet.level == 3 else b"\0\x04MQTT"
    return _frame(0x10, name, bytes([packet.level, flags]), packet.keep_alive.to_bytes(2), *parts)


def _frame(head: int, *parts: bytes) -> bytes:
    return b"".join((bytes([head]), remaining_length(sum(map(len, parts))), *parts))


def _binary(raw: bytes) -> bytes:
    if len(raw) > 0xFFFF:
        raise ValueError(f"a field of {len(raw)} bytes, at most 65535 fit")
    return len(raw).to_bytes(2) + raw
