"""MQTT 5.0, 3.1.1 and 3.1 (`MQIsdp`), both directions: bytes to packets and back, and topic filters.

Nothing here does I/O. A server, a device simulator and the tests use the same codec.
"""

from linli.protocols.mqtt.decode import MAX_PACKET, Decoder
from linli.protocols.mqtt.encode import encode
from linli.protocols.mqtt.filters import FilterTrie, covers, matches, split_share, valid_filter, valid_topic
from linli.protocols.mqtt.packets import (
    NO_LOCAL,
    QOS_BITS,
    REFUSED_FILTER,
    RETAIN_AS_PUBLISHED,
    RETAIN_HANDLING_SHIFT,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Fault,
    MqttError,
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
    Will,
)
from linli.protocols.mqtt.properties import Properties, write_properties
from linli.protocols.mqtt.reasons import Reason

__all__ = [
    "MAX_PACKET",
    "NO_LOCAL",
    "QOS_BITS",
    "REFUSED_FILTER",
    "RETAIN_AS_PUBLISHED",
    "RETAIN_HANDLING_SHIFT",
    "Auth",
    "Connack",
    "Connect",
    "Decoder",
    "Disconnect",
    "Fault",
    "FilterTrie",
    "MqttError",
    "Packet",
    "Pingreq",
    "Pingresp",
    "Properties",
    "Puback",
    "Pubcomp",
    "Publish",
    "Pubrec",
    "Pubrel",
    "Reason",
    "Suback",
    "Subscribe",
    "Unsuback",
    "Unsubscribe",
    "Will",
    "covers",
    "encode",
    "matches",
    "split_share",
    "valid_filter",
    "valid_topic",
    "write_properties",
]
