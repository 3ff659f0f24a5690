"""Variable header and payload of the packets of MQTT 5. Source: OASIS MQTT 5.0, chapter 3.

Readers of whole packets take (first byte, body, level) like those of 3.1.1. Each raises MqttError; its `reason` is sent
to the peer.
"""

from collections.abc import Callable
from typing import Any

from linli.protocols.mqtt import packets
from linli.protocols.mqtt.filters import split_share, valid_filter, valid_topic
from linli.protocols.mqtt.packets import Fault, MqttError, Packet, Publish
from linli.protocols.mqtt.properties import BY_IDENTIFIER, On, Properties
from linli.protocols.mqtt.read import (
    forbidden,
    malformed,
    read_binary,
    read_packet_id,
    read_text,
    read_varint,
)
from linli.protocols.mqtt.reasons import ALLOWED

MAX_FILTERS = 256
"""Filters in one SUBSCRIBE or UNSUBSCRIBE."""
MAX_USER_PROPERTIES = 64


def read_properties(on: On, body: bytes, at: int) -> tuple[Properties | None, int]:
    """2.2.2. The properties of packet `on` from `at` -> (properties or None if there are none, position after them)."""
    length, at = read_varint(body, at)
    stop = at + length
    if stop > len(body):
        raise malformed("properties are longer than their packet")
    if not length:
        return None, at
    properties: dict[str, Any] = {}
    while at < stop:
        rule = BY_IDENTIFIER.get(body[at])
        if rule is None or on not in rule.where:
            raise malformed(f"{on} with property {body[at]}")
        value, at = _read_value(rule.kind, body, at + 1)
        if at > stop:
            raise malformed("a property is longer than its packet's properties")
        if not value and not rule.zero:
            raise forbidden(f"{rule.name} of 0")
        if rule.many:
            properties[rule.name] = (*properties.get(rule.name, ()), value)
            if len(properties[rule.name]) > MAX_USER_PROPERTIES:
                raise malformed(f"more than {MAX_USER_PROPERTIES} {rule.name}")
        elif rule.name in properties:
            raise forbidden(f"{rule.name} twice")
        else:
            properties[rule.name] = value
    if properties.get("topic_alias") == 0:
        raise MqttError(Fault.ALIAS, "topic alias 0")
    if "auth_data" in properties and "auth_method" not in properties:
        raise forbidden("authentication data without a method")
    response = properties.get("response_topic")
    if response is not None and not valid_topic(response):
        raise forbidden("a response topic that nobody can publish to")
    return Properties(**properties), stop


def _read_value(kind: str, body: bytes, at: int) -> tuple[Any, int]:
    match kind:
        case "flag":
            if body[at : at + 1] > b"\1":
                raise forbidden("a property that is neither 0 nor 1")
            width = 1
        case "word":
            width = 2
        case "long":
            width = 4
        case "text":
            return read_text(body, at)
        case "binary":
            return read_binary(body, at)
        case "varint":
            return read_varint(body, at)
        case _:
            name, at = read_text(body, at)
            value, at = read_text(body, at)
            return (name, value), at
    if at + width > len(body):
        raise malformed("a property is cut off")
    return int.from_bytes(body[at : at + width]), at + width


def read_publish(head: int, body: bytes, _level: int, *, by_server: bool = False) -> Publish:
    """3.3. The topic is empty where a topic alias stands for it."""
    topic, at = read_text(body, 0)
    qos = head >> 1 & 3
    packet_id = 0
    if qos == 3 or (not qos and head & 8):
        raise malformed("PUBLISH with QoS 3, or DUP at QoS 0")
    if qos:
        packet_id = read_packet_id(body[at : at + 2])
        at += 2
    properties, at = read_properties(On.PUBLISH, body, at)
    if topic:
        if not valid_topic(topic):
            raise malformed("topic is too deep, or holds a wildcard")
    elif properties is None or properties.topic_alias is None:
        raise forbidden("PUBLISH without topic and alias")
    if properties is not None and properties.subscription_ids and not by_server:
        raise forbidden("a client's PUBLISH with a subscription identifier")
    return Publish(topic, body[at:], qos, packet_id, head & 1 == 1, head & 8 == 8, properties)


def _read_connack(_head: int, body: bytes, _level: int) -> packets.Connack:
    if len(body) < 3 or body[0] > 1:
        raise malformed("CONNACK")
    properties, at = read_properties(On.CONNACK, body, 2)
    return packets.Connack(_code(On.CONNACK, body[1]), bool(body[0]), _end(properties, body, at))


def _read_ack[P](on: On, make: Callable[[int, int, Properties | None], P]) -> Callable[[int, bytes, int], P]:
    """3.4-3.7: the reason may be left out, and the properties too."""

    def read(_head: int, body: bytes, _level: int) -> P:
        packet_id = read_packet_id(body)
        reason, properties = _tail(on, body, 2)
        return make(packet_id, reason, properties)

    return read


def _tail(on: On, body: bytes, at: int) -> tuple[int, Properties | None]:
    if len(body) <= at:
        return 0, None
    reason = _code(on, body[at])
    if len(body) == at + 1:
        return reason, None
    properties, stop = read_properties(on, body, at + 1)
    return reason, _end(properties, body, stop)


def _code(on: On, code: int) -> int:
    if code not in ALLOWED[on]:
        raise malformed(f"{on} with reason code {code:#x}")
    return code


def _end(properties: Properties | None, body: bytes, at: int) -> Properties | None:
    if at != len(body):
        raise malformed("a packet longer than its fields")
    return properties


def _read_subscribe(_head: int, body: bytes, _level: int) -> packets.Subscribe:
    packet_id = read_packet_id(body)
    properties, at = read_properties(On.SUBSCRIBE, body, 2)
    if properties is not None and len(properties.subscription_ids) > 1:
        raise forbidden("two subscription identifiers")
    filters: list[tuple[str, int]] = []
    while at < len(body):
        text, at = read_text(body, at)
        if at >= len(body) or not valid_filter(text) or len(filters) == MAX_FILTERS:
            raise malformed("SUBSCRIBE with a bad filter, too many filters, or without options")
        options = body[at]
        at += 1
        if options & 0xC0:
            raise malformed("SUBSCRIBE with reserved options")
        if options & 3 == 3 or options & 0x30 == 0x30:
            raise forbidden("SUBSCRIBE with QoS 3 or retain handling 3")
        if options & packets.NO_LOCAL and split_share(text) is not None:
            raise forbidden("a shared subscription cannot spare its publisher")
        filters.append((text, options))
    if not filters:
        raise forbidden("SUBSCRIBE without a filter")
    return packets.Subscribe(packet_id, tuple(filters), properties)


def _read_unsubscribe(_head: int, body: bytes, _level: int) -> packets.Unsubscribe:
    packet_id = read_packet_id(body)
    properties, at = read_properties(On.UNSUBSCRIBE, body, 2)
    filters: list[str] = []
    while at < len(body):
        text, at = read_text(body, at)
        if not valid_filter(text) or len(filters) == MAX_FILTERS:
            raise malformed("UNSUBSCRIBE with a bad filter or too many filters")
        filters.append(text)
    if not filters:
        raise forbidden("UNSUBSCRIBE without a filter")
    return packets.Unsubscribe(packet_id, tuple(filters), properties)


def _read_suback(_head: int, body: bytes, _level: int) -> packets.Suback:
    packet_id = read_packet_id(body)
    properties, at = read_properties(On.SUBACK, body, 2)
    codes = tuple(_code(On.SUBACK, code) for code in body[at:])
    if not codes:
        raise malformed("SUBACK without a reason code")
    return packets.Suback(packet_id, codes, properties)


def _read_unsuback(_head: int, body: bytes, _level: int) -> packets.Unsuback:
    packet_id = read_packet_id(body)
    properties, at = read_properties(On.UNSUBACK, body, 2)
    codes = tuple(_code(On.UNSUBACK, code) for code in body[at:])
    if not codes:
        raise malformed("UNSUBACK without a reason code")
    return packets.Unsuback(packet_id, codes, properties)


def _read_disconnect(_head: int, body: bytes, _level: int) -> packets.Disconnect:
    return packets.Disconnect(*_tail(On.DISCONNECT, body, 0))


def _read_auth(_head: int, body: bytes, _level: int) -> packets.Auth:
    return packets.Auth(*_tail(On.AUTH, body, 0))


def _read_server_publish(head: int, body: bytes, level: int) -> Publish:
    return read_publish(head, body, level, by_server=True)


type Reader = Callable[[int, bytes, int], Packet]

_BOTH_SEND: dict[int, Reader] = {
    0x40: _read_ack(On.PUBACK, packets.Puback),
    0x50: _read_ack(On.PUBREC, packets.Pubrec),
    0x62: _read_ack(On.PUBREL, packets.Pubrel),
    0x70: _read_ack(On.PUBCOMP, packets.Pubcomp),
    0xE0: _read_disconnect,
    0xF0: _read_auth,
}
CLIENT_SENDS_5: dict[int, Reader] = {
    **_BOTH_SEND,
    **{0x30 | flags: read_publish for flags in range(16)},
    0x82: _read_subscribe,
    0xA2: _read_unsubscribe,
}
"""By first byte, beside those that MQTT 5 left as they were."""
SERVER_SENDS_5: dict[int, Reader] = {
    **_BOTH_SEND,
    **{0x30 | flags: _read_server_publish for flags in range(16)},
    0x20: _read_connack,
    0x90: _read_suback,
    0xB0: _read_unsuback,
}
