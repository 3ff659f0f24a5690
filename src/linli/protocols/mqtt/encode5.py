"""Packets of MQTT 5 to bytes. Source: OASIS MQTT 5.0, chapter 3."""

from linli.protocols.mqtt import packets
from linli.protocols.mqtt.properties import NO_PROPERTIES, Properties, write_properties
from linli.protocols.mqtt.write import binary_field, frame, remaining_length, text_field, topic_field

_PUBLISH_HEADS = [bytes([0x30 | flags]) for flags in range(16)]


def publish(
    topic: str,
    payload: bytes,
    qos: int = 0,
    packet_id: int = 0,
    *,
    dup: bool = False,
    retain: bool = False,
    properties: bytes = NO_PROPERTIES,
) -> bytes:
    """A whole PUBLISH; `properties` with their length before them. `topic` is empty where an alias stands for it."""
    field = topic_field(topic)
    head = _PUBLISH_HEADS[qos << 1 | dup << 3 | retain]
    if not qos:
        length = remaining_length(len(field) + len(properties) + len(payload))
        return b"".join((head, length, field, properties, payload))
    length = remaining_length(len(field) + 2 + len(properties) + len(payload))
    return b"".join((head, length, field, packet_id.to_bytes(2), properties, payload))


def encode5(packet: packets.Packet) -> bytes:
    """Any packet but PINGREQ and PINGRESP. Raises ValueError for fields that do not fit the format."""
    match packet:
        case packets.Publish():
            return publish(
                packet.topic,
                packet.payload,
                packet.qos,
                packet.packet_id,
                dup=packet.dup,
                retain=packet.retain,
                properties=write_properties(packet.properties),
            )
        case packets.Puback():
            return _ack(0x40, packet.packet_id, packet.reason, packet.properties)
        case packets.Pubrec():
            return _ack(0x50, packet.packet_id, packet.reason, packet.properties)
        case packets.Pubrel():
            return _ack(0x62, packet.packet_id, packet.reason, packet.properties)
        case packets.Pubcomp():
            return _ack(0x70, packet.packet_id, packet.reason, packet.properties)
        case packets.Connect():
            return _connect(packet)
        case packets.Connack():
            return frame(
                0x20, bytes([packet.session_present, packet.code]), write_properties(packet.properties)
            )
        case packets.Subscribe():
            filters = [text_field(text) + bytes([options]) for text, options in packet.filters]
            return _listing(0x82, packet.packet_id, packet.properties, *filters)
        case packets.Suback():
            return _listing(0x90, packet.packet_id, packet.properties, bytes(packet.codes))
        case packets.Unsubscribe():
            return _listing(0xA2, packet.packet_id, packet.properties, *map(text_field, packet.filters))
        case packets.Unsuback():
            return _listing(0xB0, packet.packet_id, packet.properties, bytes(packet.codes))
        case packets.Disconnect():
            return frame(0xE0, *_tail(packet.reason, packet.properties))
        case packets.Auth():
            return frame(0xF0, *_tail(packet.reason, packet.properties))
        case _:
            raise ValueError(f"{type(packet).__name__} is the same in all versions")


def _connect(packet: packets.Connect) -> bytes:
    flags = packet.clean << 1
    parts = [text_field(packet.client_id)]
    will = packet.will
    if will is not None:
        flags |= 0x04 | will.qos << 3 | will.retain << 5
        parts += (write_properties(will.properties), text_field(will.topic), binary_field(will.payload))
    if packet.username is not None:
        flags |= 0x80
        parts.append(text_field(packet.username))
    if packet.password is not None:
        flags |= 0x40
        parts.append(binary_field(packet.password))
    head = b"\0\x04MQTT" + bytes([5, flags]) + packet.keep_alive.to_bytes(2)
    return frame(0x10, head, write_properties(packet.properties), *parts)


def _listing(head: int, packet_id: int, properties: Properties | None, *parts: bytes) -> bytes:
    return frame(head, packet_id.to_bytes(2), write_properties(properties), *parts)


def _ack(head: int, packet_id: int, reason: int, properties: Properties | None) -> bytes:
    return frame(head, packet_id.to_bytes(2), *_tail(reason, properties))


def _tail(reason: int, properties: Properties | None) -> tuple[bytes, ...]:
    """Nothing for success without properties, and the properties only where there are some (3.4.2.1)."""
    if properties is not None:
        return bytes([reason]), write_properties(properties)
    return (bytes([reason]),) if reason else ()
