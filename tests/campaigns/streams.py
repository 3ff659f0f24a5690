"""Conversations of a device over MQTT 3.1.1 and 5 that go wrong: in order, in state, in properties, in single bytes."""

import random
import struct
from typing import Any, NamedTuple

import msgspec

from linli.protocols import mqtt
from linli.protocols.linkkit import topics
from linli.protocols.mqtt.properties import RULES
from linli.sim.link import Triple
from tests.campaigns.mangle import Mangler
from tests.campaigns.messages import GOOD, TAILS
from tests.campaigns.publisher import connect_packet

WHOLE_TOPICS = (
    "",
    "#",
    "+",
    "/",
    "$SYS/uptime",
    "/sys/a/b/thing/event/property/post",
    "é" * 300,
    "x" * 70_000,
)
FILTERS = (
    "#", "+/+", "$share/g/#", "$share//a", "$share/g", "$share/+/a", "a/#/b", "a+", "/sys/+/+/#", "/ext/rrpc/+/a", "//",
    "/shadow/get/#", "$queue/a",
)  # fmt: skip
IDS = (1, 1, 2, 3, 65_535)
LENGTHS = (
    b"\xff\xff\xff\x7f",
    b"\xff\xff\xff\xff\x01",
    b"\x80\x80\x80\x80",
    b"\x80\x00",
    b"\x00",
    b"\xff\x7f",
)
"""Remaining lengths: the largest, too long, never ending, padded, nothing, more than follows."""


class Stream(NamedTuple):
    connect: bytes
    """Comes first and is answered before the rest is sent; empty when the conversation does not begin with it."""
    wire: bytes
    packets: int
    """As far as they were made; a wound may join or split some."""


class Streams:
    """Conversations by a seeded chance. What they publish is on the device's own topics or refused."""

    def __init__(self, mangler: Mangler, triple: Triple) -> None:
        self._mangler = mangler
        self.chance = mangler.chance
        self._triple = triple
        self._topics = [topics.sys_topic(triple.product_key, triple.device_name, tail) for tail in TAILS]
        self._topics.append(f"/{triple.product_key}/{triple.device_name}/user/update")
        self._topics.append(f"/shadow/update/{triple.product_key}/{triple.device_name}")

    def next(self) -> Stream:
        """One connection's bytes."""
        level = self.chance.choice((4, 5))
        connect = self._connect(level)
        packets = [self._packet(level) for _ in range(self.chance.randint(2, 30))]
        wire = b"".join(packets)
        how = self.chance.random()
        if how < 0.35:
            wire = self._mangler.wound(wire)
        elif how < 0.4:
            connect = self._mangler.wound(connect)
        elif how < 0.45:
            connect = b""
        return Stream(connect, wire, len(packets) + bool(connect))

    def _connect(self, level: int) -> bytes:
        good = connect_packet(self._triple, clean=True)
        properties = None
        if level == 5:
            properties = mqtt.Properties(
                receive_maximum=self.chance.choice((None, 1, 65_535)),
                maximum_packet=self.chance.choice((None, 20, 1_000)),
                topic_alias_maximum=self.chance.choice((None, 0, 10)),
            )
        will = None
        if self.chance.random() < 0.2:
            topic = self.chance.choice([one for one in self._topics if one])
            will = mqtt.Will(topic, b"gone", self.chance.randrange(3), self.chance.random() < 0.5)
        return mqtt.encode(msgspec.structs.replace(good, level=level, properties=properties, will=will))

    def _packet(self, level: int) -> bytes:
        number = self.chance.choice(IDS)
        match self.chance.randrange(14):
            case 0 | 1 | 2 | 3:
                return self._publish(level, number)
            case 4:
                return self._pair(number, level)
            case 5:
                kind = self.chance.choice((0x40, 0x50, 0x62, 0x70, 0x60, 0x4F))
                return self._framed(kind, number.to_bytes(2), self._properties() if level == 5 else b"")
            case 6 | 7:
                return self._subscribe(level, number)
            case 8:
                filters = self._text(self.chance.choice(FILTERS))
                return self._framed(0xA2, number.to_bytes(2), b"\0" if level == 5 else b"", filters)
            case 9:
                return mqtt.encode(mqtt.Pingreq())
            case 10:
                return (
                    bytes((self.chance.randrange(256),)) + self.chance.choice(LENGTHS) + self._mangler.raw(40)
                )
            case 11 if self.chance.random() < 0.2:
                return self._connect(level)
            case 12 if self.chance.random() < 0.2:
                return self._framed(self.chance.choice((0xE0, 0xF0, 0xE1)), self._mangler.raw(20))
            case _:
                return self._publish(level, number)

    def _publish(self, level: int, number: int) -> bytes:
        qos = self.chance.choice((0, 1, 1, 2, 2, 3 if self.chance.random() < 0.05 else 1))
        flags = qos << 1 | (self.chance.random() < 0.2) << 3 | (self.chance.random() < 0.1)
        topic = self.chance.choice(self._topics if self.chance.random() < 0.85 else WHOLE_TOPICS)
        head = self._text(topic) + (number.to_bytes(2) if qos else b"")
        if level == 5:
            if self.chance.random() < 0.3:  # an alias, its topic said or not
                alias = b"\x23" + self.chance.choice((0, 1, 2, 10, 65_535)).to_bytes(2)
                name = self._text(self.chance.choice((topic, "")))
                head = name + head[len(self._text(topic)) :] + bytes((len(alias),)) + alias
            else:
                head += self._properties() if self.chance.random() < 0.3 else b"\0"
        return self._framed(0x30 | flags, head, self.payload())

    def _pair(self, number: int, level: int) -> bytes:
        """QoS 2 out of step: the same id twice, PUBREL first, PUBREL twice."""
        topic = self._text(self._topics[0]) + number.to_bytes(2) + (b"\0" if level == 5 else b"")
        publish = self._framed(0x34, topic, self.payload())
        again = bytes((0x3C,)) + publish[1:]
        release = mqtt.encode(mqtt.Pubrel(number))
        return self.chance.choice((
            publish + again + release, release + publish, publish + publish, publish + release + release,
            publish + mqtt.encode(mqtt.Puback(number)), publish + mqtt.encode(mqtt.Pubrec(number)) + release,
        ))  # fmt: skip

    def _subscribe(self, level: int, number: int) -> bytes:
        count = self.chance.choice((0, 1, 1, 2, 40))
        options = (0, 1, 2, 3, 0x04, 0x30, 0xFF)
        filters = [
            self._text(self.chance.choice((*FILTERS, *self._topics))) + bytes((self.chance.choice(options),))
            for _ in range(count)
        ]
        return self._framed(0x82, number.to_bytes(2), self._properties() if level == 5 else b"", *filters)

    def _properties(self) -> bytes:
        """Any properties, mostly where they do not belong, some of broken values."""
        parts: list[bytes] = []
        for rule in self.chance.choices(RULES, k=self.chance.choice((0, 0, 1, 2, 5))):
            text = self._text(self._mangler.text(5))
            value = {
                "flag": bytes((self.chance.choice((0, 1, 2)),)), "word": self.chance.randbytes(2),
                "long": self.chance.randbytes(4), "text": text, "binary": text, "varint": b"\x01", "pair": text + text,
            }[rule.kind]  # fmt: skip
            parts.append(bytes((rule.identifier,)) + value)
        if self.chance.random() < 0.05:
            parts.append(self._mangler.raw(10))
        body = b"".join(parts)
        return bytes((min(len(body), 127),)) + body

    def payload(self) -> bytes:
        good: dict[str, Any] = self.chance.choice(GOOD)
        match self.chance.randrange(4):
            case 0:
                return msgspec.json.encode({**good, "params": self._mangler.value()})
            case 1:
                return self._mangler.wound(msgspec.json.encode(good))
            case _:
                return msgspec.json.encode(good)

    @staticmethod
    def _text(text: str) -> bytes:
        raw = text.encode("utf-8", "surrogatepass")[:65_535]
        return struct.pack(">H", len(raw)) + raw

    @staticmethod
    def _framed(first: int, *parts: bytes) -> bytes:
        size = sum(map(len, parts))
        length = bytearray()
        while True:
            size, digit = divmod(size, 128)
            length.append(digit | (0x80 if size else 0))
            if not size:
                return bytes((first,)) + bytes(length) + b"".join(parts)


def websocket_frames(chance: random.Random, stream: bytes) -> bytes:
    """A stream in masked frames as a client sends them; some unmasked, cut, of reserved opcodes or lying lengths."""
    wire, at = bytearray(), 0
    while at < len(stream):
        piece = stream[at : at + chance.choice((1, 7, 125, 126, 3_000, 70_000))]
        at += len(piece)
        first = chance.choice((0x82, 0x82, 0x82, 0x02, 0x80, 0x89, 0x81, 0x88, 0xC2, 0x83))
        wire += _frame(chance, first if chance.random() < 0.2 else 0x82, piece)
    return bytes(wire)


def _frame(chance: random.Random, first: int, piece: bytes) -> bytes:
    masked = chance.random() > 0.03
    mask = chance.randbytes(4) if masked else b""
    size = len(piece) if chance.random() > 0.03 else chance.choice((0, 126, 1 << 20, (1 << 63) + 1))
    bit = 0x80 if masked else 0
    if size < 126:
        length = bytes((bit | size,))
    elif size <= 0xFFFF:
        length = bytes((bit | 126,)) + size.to_bytes(2)
    else:
        length = bytes((bit | 127,)) + size.to_bytes(8)
    body = bytes(byte ^ mask[place % 4] for place, byte in enumerate(piece)) if masked else piece
    return bytes((first,)) + length + mask + body
