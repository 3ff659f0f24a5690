"""Properties of MQTT 5: their list, their form on the wire, and the packets that may carry them (2.2.2).

property length (variable byte integer), then identifier (variable byte integer) and value, repeated
"""

import struct
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple

import msgspec

from linli.protocols.mqtt.write import binary_field, remaining_length, text_field


class Properties(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All properties that there are; None and () say that it is not there. Times are in seconds."""

    payload_format: int | None = None
    """1: the payload is UTF-8 text."""
    message_expiry: int | None = None
    content_type: str | None = None
    response_topic: str | None = None
    correlation_data: bytes | None = None
    subscription_ids: tuple[int, ...] = ()
    session_expiry: int | None = None
    """0xFFFFFFFF: it does not end."""
    assigned_client_id: str | None = None
    server_keep_alive: int | None = None
    auth_method: str | None = None
    auth_data: bytes | None = None
    request_problem: int | None = None
    will_delay: int | None = None
    request_response: int | None = None
    response_information: str | None = None
    server_reference: str | None = None
    reason_string: str | None = None
    receive_maximum: int | None = None
    topic_alias_maximum: int | None = None
    topic_alias: int | None = None
    maximum_qos: int | None = None
    retain_available: int | None = None
    user_properties: tuple[tuple[str, str], ...] = ()
    maximum_packet: int | None = None
    """Bytes."""
    wildcard_available: int | None = None
    subscription_ids_available: int | None = None
    shared_available: int | None = None


class On(StrEnum):
    """Where properties stand."""

    CONNECT = "CONNECT"
    WILL = "will"
    CONNACK = "CONNACK"
    PUBLISH = "PUBLISH"
    PUBACK = "PUBACK"
    PUBREC = "PUBREC"
    PUBREL = "PUBREL"
    PUBCOMP = "PUBCOMP"
    SUBSCRIBE = "SUBSCRIBE"
    SUBACK = "SUBACK"
    UNSUBSCRIBE = "UNSUBSCRIBE"
    UNSUBACK = "UNSUBACK"
    DISCONNECT = "DISCONNECT"
    AUTH = "AUTH"


type Kind = Literal["flag", "word", "long", "text", "binary", "varint", "pair"]

_MESSAGE = (On.PUBLISH, On.WILL)
_AUTHENTICATION = (On.CONNECT, On.CONNACK, On.AUTH)
_ENDS = (On.CONNECT, On.CONNACK)
_ANSWERS = (
    On.CONNACK,
    On.PUBACK,
    On.PUBREC,
    On.PUBREL,
    On.PUBCOMP,
    On.SUBACK,
    On.UNSUBACK,
    On.DISCONNECT,
    On.AUTH,
)


class Rule(NamedTuple):
    """How one property is written, and where. `many`: it may repeat; `zero`: 0 is a value of it."""

    identifier: int
    name: str
    kind: Kind
    where: tuple[On, ...]
    many: bool = False
    zero: bool = True


RULES: Final = (
    Rule(1, "payload_format", "flag", _MESSAGE),
    Rule(2, "message_expiry", "long", _MESSAGE),
    Rule(3, "content_type", "text", _MESSAGE),
    Rule(8, "response_topic", "text", _MESSAGE),
    Rule(9, "correlation_data", "binary", _MESSAGE),
    Rule(11, "subscription_ids", "varint", (On.PUBLISH, On.SUBSCRIBE), many=True, zero=False),
    Rule(17, "session_expiry", "long", (*_ENDS, On.DISCONNECT)),
    Rule(18, "assigned_client_id", "text", (On.CONNACK,)),
    Rule(19, "server_keep_alive", "word", (On.CONNACK,)),
    Rule(21, "auth_method", "text", _AUTHENTICATION),
    Rule(22, "auth_data", "binary", _AUTHENTICATION),
    Rule(23, "request_problem", "flag", (On.CONNECT,)),
    Rule(24, "will_delay", "long", (On.WILL,)),
    Rule(25, "request_response", "flag", (On.CONNECT,)),
    Rule(26, "response_information", "text", (On.CONNACK,)),
    Rule(28, "server_reference", "text", (On.CONNACK, On.DISCONNECT)),
    Rule(31, "reason_string", "text", _ANSWERS),
    Rule(33, "receive_maximum", "word", _ENDS, zero=False),
    Rule(34, "topic_alias_maximum", "word", _ENDS),
    Rule(35, "topic_alias", "word", (On.PUBLISH,)),
    Rule(36, "maximum_qos", "flag", (On.CONNACK,)),
    Rule(37, "retain_available", "flag", (On.CONNACK,)),
    Rule(38, "user_properties", "pair", tuple(On), many=True),
    Rule(39, "maximum_packet", "long", _ENDS, zero=False),
    Rule(40, "wildcard_available", "flag", (On.CONNACK,)),
    Rule(41, "subscription_ids_available", "flag", (On.CONNACK,)),
    Rule(42, "shared_available", "flag", (On.CONNACK,)),
)
BY_IDENTIFIER: Final = {rule.identifier: rule for rule in RULES}

NO_PROPERTIES: Final = b"\0"

_WRITE: dict[Kind, Callable[[Any], bytes]] = {
    "flag": lambda value: bytes([value]),
    "word": struct.Struct(">H").pack,
    "long": struct.Struct(">I").pack,
    "text": text_field,
    "binary": binary_field,
    "varint": remaining_length,
    "pair": lambda pair: text_field(pair[0]) + text_field(pair[1]),
}


def write_properties(properties: Properties | None) -> bytes:
    """With their length before them. Raises ValueError or struct.error for values that do not fit."""
    if properties is None:
        return NO_PROPERTIES
    parts: list[bytes] = []
    for rule in RULES:
        value = getattr(properties, rule.name)
        if value is None:
            continue
        head, write = bytes([rule.identifier]), _WRITE[rule.kind]
        for item in value if rule.many else (value,):
            parts += (head, write(item))
    body = b"".join(parts)
    return remaining_length(len(body)) + body
