"""Variable header and payload of each packet type that is not worth a fast path. Source: MQTT 3.1.1, chapter 3.

CONNECT is read here for MQTT 5 too; the others of that version are in `bodies5`.
"""

from collections.abc import Callable

from linli.protocols.mqtt.bodies5 import CLIENT_SENDS_5, MAX_FILTERS, SERVER_SENDS_5, Reader, read_properties
from linli.protocols.mqtt.filters import valid_filter, valid_topic
from linli.protocols.mqtt.packets import (
    REFUSED_FILTER,
    Connack,
    Connect,
    Disconnect,
    Fault,
    MqttError,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Will,
)
from linli.protocols.mqtt.properties import On
from linli.protocols.mqtt.read import malformed, read_binary, read_packet_id, read_text

_NAMES = {("MQTT", 5), ("MQTT", 4), ("MQIsdp", 3)}


def read_connect(_head: int, body: bytes, _level: int) -> Connect:
    """3.1. Raises MqttError, with UNSUPPORTED_LEVEL for other levels than 3, 4 and 5."""
    name, at = read_text(body, 0)
    if at + 4 > len(body):
        raise malformed("CONNECT ends in its variable header")
    level, flags = body[at], body[at + 1]
    if (name, level) not in _NAMES:
        if name in {"MQTT", "MQIsdp"}:
            raise MqttError(Fault.UNSUPPORTED_LEVEL, f"{name} level {level}")
        raise malformed("not a CONNECT of MQTT")
    if flags & 1 and level != 3:
        raise malformed("CONNECT with the reserved flag")
    keep_alive = body[at + 2] << 8 | body[at + 3]
    at += 4
    properties = will_properties = will = None
    if level == 5:
        properties, at = read_properties(On.CONNECT, body, at)
    client_id, at = read_text(body, at)
    if flags & 0x04:
        if level == 5:
            will_properties, at = read_properties(On.WILL, body, at)
        topic, at = read_text(body, at)
        payload, at = read_binary(body, at)
        qos = flags >> 3 & 3
        if qos == 3 or not valid_topic(topic):
            raise malformed("CONNECT with a will of QoS 3 or without a topic")
        will = Will(topic, payload, qos, bool(flags & 0x20), will_properties)
    elif flags & 0x38 and level != 3:
        raise malformed("CONNECT with will flags but no will")
    username = password = None
    if flags & 0x80:
        username, at = read_text(body, at)
    elif flags & 0x40 and level == 4:
        raise malformed("CONNECT with a password but no user name")
    if flags & 0x40:
        password, at = read_binary(body, at)
    if at != len(body):
        raise malformed("CONNECT longer than its fields")
    return Connect(
        client_id=client_id,
        username=username,
        password=password,
        clean=bool(flags & 0x02),
        keep_alive=keep_alive,
        will=will,
        level=level,
        properties=properties,
    )


def _read_connack(_head: int, body: bytes, _level: int) -> Connack:
    if len(body) != 2 or body[0] > 1:
        raise malformed("CONNACK")
    return Connack(body[1], bool(body[0]))


def _read_id[P](make: Callable[[int], P]) -> Callable[[int, bytes, int], P]:
    def read(_head: int, body: bytes, _level: int) -> P:
        if len(body) != 2 or body == b"\0\0":
            raise malformed("acknowledgement without a packet id")
        return make(body[0] << 8 | body[1])

    return read


def _read_subscribe(_head: int, body: bytes, _level: int) -> Subscribe:
    packet_id, at = read_packet_id(body), 2
    filters: list[tuple[str, int]] = []
    while at < len(body):
        text, at = read_text(body, at)
        if at >= len(body) or body[at] > 2 or not valid_filter(text) or len(filters) == MAX_FILTERS:
            raise malformed("SUBSCRIBE with a bad filter, a bad QoS or too many filters")
        filters.append((text, body[at]))
        at += 1
    if not filters:
        raise malformed("SUBSCRIBE without a filter")
    return Subscribe(packet_id, tuple(filters))


def _read_suback(_head: int, body: bytes, _level: int) -> Suback:
    packet_id = read_packet_id(body)
    codes = tuple(body[2:])
    if not codes or any(code > 2 and code != REFUSED_FILTER for code in codes):
        raise malformed("SUBACK with a bad return code")
    return Suback(packet_id, codes)


def _read_unsubscribe(_head: int, body: bytes, _level: int) -> Unsubscribe:
    packet_id, at = read_packet_id(body), 2
    filters: list[str] = []
    while at < len(body):
        text, at = read_text(body, at)
        if not valid_filter(text) or len(filters) == MAX_FILTERS:
            raise malformed("UNSUBSCRIBE with a bad filter or too many filters")
        filters.append(text)
    if not filters:
        raise malformed("UNSUBSCRIBE without a filter")
    return Unsubscribe(packet_id, tuple(filters))


def _read_empty[P](make: Callable[[], P]) -> Callable[[int, bytes, int], P]:
    value = make()

    def read(_head: int, body: bytes, _level: int) -> P:
        if body:
            raise malformed("a packet that should be empty is not")
        return value

    return read


CLIENT_SENDS: dict[int, Reader] = {
    0x10: read_connect,
    0x40: _read_id(Puback),
    0x50: _read_id(Pubrec),
    0x62: _read_id(Pubrel),
    0x70: _read_id(Pubcomp),
    0x82: _read_subscribe,
    0xA2: _read_unsubscribe,
    0xC0: _read_empty(Pingreq),
    0xE0: _read_empty(Disconnect),
}
"""By first byte; PUBLISH is read by the decoder itself."""

SERVER_SENDS: dict[int, Reader] = {
    0x20: _read_connack,
    0x40: _read_id(Puback),
    0x50: _read_id(Pubrec),
    0x62: _read_id(Pubrel),
    0x70: _read_id(Pubcomp),
    0x90: _read_suback,
    0xB0: _read_id(Unsuback),
    0xD0: _read_empty(Pingresp),
}

CLIENT_SENDS_OF = {3: CLIENT_SENDS, 4: CLIENT_SENDS, 5: {**CLIENT_SENDS, **CLIENT_SENDS_5}}
SERVER_SENDS_OF = {3: SERVER_SENDS, 4: SERVER_SENDS, 5: {**SERVER_SENDS, **SERVER_SENDS_5}}
"""By protocol level."""
