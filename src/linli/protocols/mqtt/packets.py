"""The control packets of MQTT 3.1 and 3.1.1 as values. Source: OASIS MQTT 3.1.1, chapters 2 and 3.

MQTT 5 adds properties and reason codes to the same packets: they will come as further fields with
defaults, so that code written for these keeps working.
"""

from enum import IntEnum, StrEnum

import msgspec


class PacketType(IntEnum):
    """High four bits of the first byte (table 2.1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14


class Fault(StrEnum):
    """Why bytes were not understood. None can be mended by further bytes."""

    MALFORMED = "malformed"
    TOO_LARGE = "too_large"
    """Longer than this side accepts."""
    UNSUPPORTED_LEVEL = "unsupported_level"
    """A CONNECT of a protocol level not served; answer CONNACK 1."""
    UNEXPECTED = "unexpected"
    """A packet type that the other side never sends."""


class MqttError(Exception):
    """The stream is broken and the connection must end. `packets` came whole before the broken one."""

    def __init__(self, fault: Fault, text: str) -> None:
        super().__init__(f"{fault}: {text}")
        self.fault = fault
        self.packets: list[Packet] = []


class Will(msgspec.Struct, frozen=True):
    topic: str
    payload: bytes
    qos: int = 0
    retain: bool = False


class Connect(msgspec.Struct, frozen=True):
    client_id: str
    username: str | None = None
    password: bytes | None = None
    clean: bool = True
    keep_alive: int = 60
    """Seconds; 0 turns it off."""
    will: Will | None = None
    level: int = 4
    """3: MQTT 3.1 (`MQIsdp`), 4: MQTT 3.1.1."""


class Connack(msgspec.Struct, frozen=True):
    code: int = 0
    """0 accepted, 1 level, 2 identifier, 3 unavailable, 4 bad credentials, 5 not authorised (table 3.1)."""
    session_present: bool = False


class Publish(msgspec.Struct, gc=False):
    topic: str
    payload: bytes
    qos: int = 0
    packet_id: int = 0
    """0 at QoS 0."""
    retain: bool = False
    dup: bool = False


class Puback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Pubrec(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Pubrel(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Pubcomp(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Subscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: tuple[tuple[str, int], ...]
    """(topic filter, requested QoS); the filters are well formed."""


class Suback(msgspec.Struct, frozen=True):
    packet_id: int
    codes: tuple[int, ...]
    """Granted QoS, or 0x80 for a refusal, in the order of the filters."""


class Unsubscribe(msgspec.Struct, frozen=True):
    packet_id: int
    filters: tuple[str, ...]


class Unsuback(msgspec.Struct, frozen=True, gc=False):
    packet_id: int


class Pingreq(msgspec.Struct, frozen=True, gc=False):
    pass


class Pingresp(msgspec.Struct, frozen=True, gc=False):
    pass


class Disconnect(msgspec.Struct, frozen=True, gc=False):
    pass


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
)

REFUSED_FILTER = 0x80
"""SUBACK return code of a refused filter."""
