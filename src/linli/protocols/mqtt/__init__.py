"""MQTT 3.1.1 and 3.1 (`MQIsdp`), both directions: bytes to packets and back, and topic filters.

Nothing here does I/O. A server, a device simulator and the tests use the same codec.
"""

from linli.protocols.mqtt.decode import MAX_PACKET, Decoder
from linli.protocols.mqtt.encode import encode
from linli.protocols.mqtt.filters import FilterTrie, covers, matches, valid_filter, valid_topic
from linli.protocols.mqtt.packets import (
    REFUSED_FILTER,
    Connack,
    Connect,
    Disconnect,
    Fault,
    MqttError,
    Packet,
    PacketType,
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
    Will,
)

__all__ = [
    "MAX_PACKET",
    "REFUSED_FILTER",
    "Connack",
    "Connect",
    "Decoder",
    "Disconnect",
    "Fault",
    "FilterTrie",
    "MqttError",
    "Packet",
    "PacketType",
    "Pingreq",
    "Pingresp",
    "Puback",
    "Pubcomp",
    "Publish",
    "Pubrec",
    "Pubrel",
    "Suback",
    "Subscribe",
    "Unsuback",
    "Unsubscribe",
    "Will",
    "covers",
    "encode",
    "matches",
    "valid_filter",
    "valid_topic",
]
