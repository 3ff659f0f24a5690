"""Packets to bytes. PUBLISH and PUBACK have functions of their own for busy senders. Source: MQTT 3.1.1, chapter 3."""

import struct
from collections.abc import Iterable, Sequence

from linli.protocols.mqtt.encode5 import encode5
from linli.protocols.mqtt.packets import (
    Auth,
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
from linli.protocols.mqtt.write import binary_field, frame, remaining_length, text_field, topic_field

PINGRESP = b"\xd0\x00"
PINGREQ = b"\xc0\x00"
DISCONNECT = b"\xe0\x00"


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
        if len(payload) != size:  # messages of a topic mostly have the same length
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


def encode(packet: Packet, level: int = 4) -> bytes:
    """Any packet, for a connection of that level (a CONNECT names its own). Raises ValueError for what does not fit."""
    match packet:
        case Pingreq():
            return PINGREQ
        case Pingresp():
            return PINGRESP
        case Connect():
            return _connect(packet) if packet.level < 5 else encode5(packet)
        case _ if level == 5:
            return encode5(packet)
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
        case Connack():
            return bytes([0x20, 2, packet.session_present, packet.code])
        case Subscribe():
            parts = [text_field(text) + bytes([options & 3]) for text, options in packet.filters]
            return frame(0x82, packet.packet_id.to_bytes(2), *parts)
        case Suback():
            return frame(0x90, packet.packet_id.to_bytes(2), bytes(packet.codes))
        case Unsubscribe():
            names = [text_field(text) for text in packet.filters]
            return frame(0xA2, packet.packet_id.to_bytes(2), *names)
        case Unsuback():
            return b"\xb0\x02" + packet.packet_id.to_bytes(2)
        case Disconnect():
            return DISCONNECT
        case Auth():
            raise ValueError("AUTH came with MQTT 5")


def _connect(packet: Connect) -> bytes:
    flags = packet.clean << 1
    parts = [text_field(packet.client_id)]
    if packet.will is not None:
        flags |= 0x04 | packet.will.qos << 3 | packet.will.retain << 5
        parts += [text_field(packet.will.topic), binary_field(packet.will.payload)]
    if packet.username is not None:
        flags |= 0x80
        parts.append(text_field(packet.username))
    if packet.password is not None:
        flags |= 0x40
        parts.append(binary_field(packet.password))
    name = b"\0\x06MQIsdp" if packet.level == 3 else b"\0\x04MQTT"
    return frame(0x10, name, bytes([packet.level, flags]), packet.keep_alive.to_bytes(2), *parts)
