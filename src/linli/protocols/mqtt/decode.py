"""Bytes of one MQTT connection to packets. Source: OASIS MQTT 3.1.1 and 5.0, chapters 2 and 3.

    byte 1      type (4 bits), flags (4 bits)
    byte 2-5    remaining length, 7 bits a byte, low first, top bit: more follows
    then        variable header and payload, `remaining length` bytes

PUBLISH of 3.1.1 and PUBACK are read in the loop itself: everything a busy front does passes here.
"""

import struct
from collections.abc import Callable
from typing import Literal

from linli.protocols.mqtt.bodies import CLIENT_SENDS_OF, SERVER_SENDS_OF, read_connect
from linli.protocols.mqtt.filters import valid_topic
from linli.protocols.mqtt.packets import Connect, Fault, MqttError, Packet, Puback, Publish
from linli.protocols.mqtt.read import malformed, read_length

MAX_PACKET = 256 * 1024
"""Bytes of one packet with its header, unless the decoder is told otherwise."""

_word = struct.Struct(">H").unpack_from

_MQTT_5 = b"\0\x04MQTT\x05"
_KNOWN_TOPICS = 512
"""Topics remembered per connection, so that a repeated one is neither decoded nor checked again."""


class Decoder:
    """Splits the byte stream of one connection into packets; keeps the unfinished rest.

    `side` is the decoder's side: a "server" reads clients' packets. After an MqttError it must not be fed again.
    """

    __slots__ = (
        "_field",
        "_missing",
        "_rest",
        "_sends",
        "_topic",
        "_topics",
        "level",
        "max_packet",
        "readers",
    )

    def __init__(
        self, side: Literal["server", "client"] = "server", *, max_packet: int = MAX_PACKET, level: int = 4
    ) -> None:
        self._sends = CLIENT_SENDS_OF if side == "server" else SERVER_SENDS_OF
        self.readers: dict[int, Callable[[int, bytes, int], Packet]] = self._sends[level]
        self.level = level
        """3, 4 or 5; a server's decoder takes it from the CONNECT."""
        self.max_packet = max_packet
        self._rest = bytearray()
        self._missing = 0
        self._topics: dict[bytes, str] = {}
        # The last topic, as sent: most devices publish to the same one again.
        self._field, self._topic = b"", ""

    def feed(self, data: bytes) -> list[Packet]:
        """Take the next bytes; returns the packets that are now whole. Raises MqttError."""
        if self._rest:
            self._rest += data
            if len(self._rest) < self._missing:
                return []
            data = bytes(self._rest)
            self._rest.clear()
        packets: list[Packet] = []
        try:
            used = self._split(data, packets)
        except MqttError as error:
            error.packets = packets
            raise
        if used < len(data):
            self._rest += data[used:]
        return packets

    @property
    def unfinished(self) -> int:
        """Bytes kept of a packet that is not whole."""
        return len(self._rest)

    def _split(self, data: bytes, packets: list[Packet]) -> int:
        """Append the whole packets of `data`; returns how many bytes they took."""
        limit = self.max_packet
        field, topic = self._field, self._topic
        # MQTT 5 puts properties into PUBLISH; there it is read like any other packet.
        publish = -1 if self.level == 5 else 0x30
        end = len(data)
        at = 0
        while at + 1 < end:
            head, length = data[at], data[at + 1]
            body = at + 2
            if length >= 0x80:
                if body < end and data[body] < 0x80:
                    length += (data[body] << 7) - 0x80
                    body += 1
                else:
                    header = read_length(data, at + 1)
                    if header is None:
                        self._missing = end - at + 1
                        return at
                    length, body = header
            stop = body + length
            if stop - at > limit:
                raise MqttError(Fault.TOO_LARGE, f"a packet of {stop - at} bytes, at most {limit} are taken")
            if stop > end:
                if head & 0xF0 != 0x30:
                    self._reader(head)
                self._missing = stop - at
                return at

            if head & 0xF0 == publish:
                if not topic or not data.startswith(field, body):
                    field, topic = self._learn(data, body, stop)
                payload_at = body + len(field)
                if head & 6:
                    payload_at += 2
                    if payload_at > stop:
                        raise malformed("PUBLISH shorter than its topic and packet id")
                    (packet_id,) = _word(data, payload_at - 2)
                    if not packet_id or head & 6 == 6:
                        raise malformed("PUBLISH with QoS 3 or packet id 0")
                    if head == 0x32:
                        packets.append(Publish(topic, data[payload_at:stop], 1, packet_id))
                    else:
                        packets.append(
                            Publish(
                                topic,
                                data[payload_at:stop],
                                head >> 1 & 3,
                                packet_id,
                                head & 1 == 1,
                                head & 8 == 8,
                            )
                        )
                else:
                    if payload_at > stop:
                        raise malformed("PUBLISH shorter than its topic")
                    packets.append(Publish(topic, data[payload_at:stop], 0, 0, head & 1 == 1, head & 8 == 8))
            elif head == 0x40 and length == 2:
                (packet_id,) = _word(data, body)
                if not packet_id:
                    raise malformed("PUBACK with packet id 0")
                packets.append(Puback(packet_id))
            else:
                packets.append(self._read(head, data[body:stop]))
                publish = -1 if self.level == 5 else 0x30
            at = stop
        self._missing = 2
        return at

    def _learn(self, data: bytes, body: int, stop: int) -> tuple[bytes, str]:
        """The topic field of a PUBLISH, with its length bytes, and as text."""
        if stop - body < 2:
            raise malformed("PUBLISH without a topic")
        topic_end = body + 2 + (data[body] << 8 | data[body + 1])
        if topic_end > stop:
            raise malformed("PUBLISH shorter than its topic")
        field = data[body:topic_end]
        topic = self._topics.get(field)
        if topic is None:
            try:
                topic = field[2:].decode()
            except UnicodeDecodeError:
                raise malformed("topic is not UTF-8") from None
            if not valid_topic(topic):
                raise malformed("topic is empty, too deep, or holds a wildcard or U+0000")
            if len(self._topics) >= _KNOWN_TOPICS:
                self._topics.clear()
            self._topics[field] = topic
        self._field, self._topic = field, topic
        return field, topic

    def _read(self, head: int, body: bytes) -> Packet:
        if head >> 4 == 1 and head in self.readers:
            if body.startswith(_MQTT_5):
                self.level = 5  # known even if the rest is broken: the answer must be of that version
            connect: Connect = read_connect(head, body, self.level)
            self.level = connect.level
            self.readers = self._sends[connect.level]
            return connect
        return self._reader(head)(head, body, self.level)

    def _reader(self, head: int) -> Callable[[int, bytes, int], Packet]:
        """Raises MqttError for a first byte that this side never gets, even before the rest is there."""
        reader = self.readers.get(head)
        if reader is None and self.level == 3:
            # MQTT 3.1 let senders set DUP on PUBREL, SUBSCRIBE and UNSUBSCRIBE.
            reader = self.readers.get(head & ~0x08)
        if reader is None:
            raise MqttError(Fault.UNEXPECTED, f"packet type {head >> 4} with flags {head & 15}")
        return reader
