"""The control packets of MQTT 3.1, 3.1.1 and 5.0 as values. Source: OASIS MQTT 3.1.1 and 5.0, chapters 2 and 3.

The last fields of each, with defaults, are for MQTT 5 only: code for older versions need not know them.
"""

from enum import StrEnum

import msgspec

from linli.protocols.mqtt.properties import Properties


class Fault(StrEnum):
    """Why bytes were not understood. None can be mended by further bytes."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    """Longer than this side accepts."""
    UNSUPPORTED_LEVEL = "unsupported_level"
    """A CONNECT of a protocol level not served; answer CONNACK 1."""
    UNEXPECTED = "unexpected"
    """A packet type that the other side never sends."""
    PROTOCOL = "protocol"
    """Well formed and forbidden (Protocol Error)."""
    ALIAS = "alias"
    """A topic alias that cannot be."""


_REASONS = {
    Fault.MALFORMED: 0x81,
    Fault.PROTOCOL: 0x82,
    Fault.UNEXPECTED: 0x82,
    Fault.UNSUPPORTED_LEVEL: 0x84,
    Fault.ALIAS: 0x94,
    Fault.TOO_LARGE: 0x95,
}


class MqttError(Exception):
    """The stream is broken and the connection must end. `packets` came whole before the broken one."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(f"{fault}: {text}")
        self.fault = fault
        self.packets: list[Packet] = []

    @property
    def reason(self) -> int:
        """The reason code that an MQTT 5 peer is told (2.4)."""
        return _REASONS[self.fault]


class Will(msgspec.Struct, frozen=True):
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    properties: Properties | None = None


class Connect(msgspec.Struct, frozen=True):
    client_id: str
    username: str | None = None
    password: bytes | None = None
    clean: bool = True
    """Clean Session; in MQTT 5, Clean Start: it says nothing about the session's end there."""
    keep_alive: int = 60
    """Seconds; 0 turns it off."""
    will: Will | None = None
    level: int = 4
    """3: MQTT 3.1 (`MQIsdp`), 4: MQTT 3.1.1, 5: MQTT 5.0."""
    properties: Properties | None = None


class Connack(msgspec.Struct, frozen=True):
    code: int = 0
    """0 accepted, 1 level, 2 identifier, 3 unavailable, 4 bad credentials, 5 not authorised (table 3.1).
    In MQTT 5 a reason code."""
    session_present: bool = False
    properties: Properties | None = None


class Publish(msgspec.Struct, gc=False):
    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    """0 at QoS 0."""
    retain: bool = False
    dup: bool = False
    properties: Properties | None = None


class Puback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class Pubrec(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class Pubrel(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class Pubcomp(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    reason: int = 0
    properties: Properties | None = None


class Subscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: tuple[tuple[str, int], ...]
    """(topic filter, options); the filters are well formed. Options are the requested QoS, and in MQTT 5 also
    NO_LOCAL, RETAIN_AS_PUBLISHED and the retain handling (bits 4-5)."""
    properties: Properties | None = None


class Suback(msgspec.Struct, frozen=True):
    packet_id: int
    codes: tuple[int, ...]
    """Granted QoS, or 0x80 (MQTT 5: a reason code) for a refusal, in the order of the filters."""
    properties: Properties | None = None


class Unsubscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: tuple[str, ...]
    properties: Properties | None = None


class Unsuback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int
    codes: tuple[int, ...] = ()
    """MQTT 5: a reason code for each filter."""
    properties: Properties | None = None


class Pingreq(msgspec.Struct, frozen=True, gc=False):
    pass


class Pingresp(msgspec.Struct, frozen=True, gc=False):
    pass


class Disconnect(msgspec.Struct, frozen=True, gc=False):
    reason: int = 0
    properties: Properties | None = None


class Auth(msgspec.Struct, frozen=True, gc=False):
    """MQTT 5 only (3.15)."""

    reason: int = 0
    properties: Properties | None = None


type Packet = (
    Connect
    | Connack
    | Publish
    | Puback
    | Pubrec
    | Pubrel
    | Pubcomp
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Pingreq
    | Pingresp
    | Disconnect
    | Auth
)

REFUSED_FILTER = 0x80
"""SUBACK return code of a refused filter."""

QOS_BITS = 0x03
NO_LOCAL = 0x04
"""Not to be sent to its own publisher (5.0, 3.8.3.1)."""
RETAIN_AS_PUBLISHED = 0x08
RETAIN_HANDLING_SHIFT = 4
"""Retained messages on subscribing: 0 always, 1 if the subscription is new, 2 never."""
