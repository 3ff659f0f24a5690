"""The common state of our devices' connections to the platform, without the connection: name, packet ids, downlinks,
waits.

The box (`edge.runtime.line`), simulated devices (`sim.link`) and the console's simulator (`things.debugging.line`) have
their own sockets and queues. Their messages and the reading of answers are here. Source: spec clients, b (LinkKit over
MQTT 3.1.1).
"""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Container, Mapping, Sequence
from typing import Final

import msgspec

from linli.protocols import mqtt
from linli.protocols.linkkit import signatures

STAMP: Final = "2524608000000"
"""The signed text must not depend on the device's clock: a constant of the public SDK."""
KEEP_ALIVE_S: Final = 60
SUCCESS: Final = 200
_RRPC: Final = "/rrpc/request/"
_MOST_AT_ONCE: Final = 65_536


def client_id(product_key: str, device_name: str) -> str:
    return f"{product_key}.{device_name}"


def signature(product_key: str, device_name: str, secret: str) -> str:
    """HMAC-SHA256 in hexadecimal over who it is at `STAMP`: of a connection, and of a gateway's sub-device."""
    name = client_id(product_key, device_name)
    return signatures.sign(secret, signatures.device_text(name, device_name, product_key, STAMP))


def connect_packet(
    product_key: str, device_name: str, secret: str, *, clean: bool, options: Mapping[str, str]
) -> mqtt.Connect:
    """`options`: further options of the client id, such as the firmware version."""
    fields = {"timestamp": STAMP, "securemode": "3", "signmethod": "hmacsha256", "ext": "0", **options}
    listed = ",".join(f"{name}={value}" for name, value in fields.items())
    return mqtt.Connect(
        client_id=f"{client_id(product_key, device_name)}|{listed}|",
        username=f"{device_name}&{product_key}",
        password=signature(product_key, device_name, secret).encode(),
        clean=clean,
        keep_alive=KEEP_ALIVE_S,
    )


class PacketIds:
    """1 to 65534, over and over."""

    def __init__(self) -> None:
        self._ids = itertools.cycle(range(1, 65_535))

    def next(self, taken: Container[int] = ()) -> int:
        """One that is not in flight; `taken` must hold fewer than there are."""
        while (packet_id := next(self._ids)) in taken:
            pass
        return packet_id


class Downlink(msgspec.Struct):
    """A call of the platform (`method`, `params`), or its reply to a request of the device (`code`, `data`)."""

    id: str | int = ""
    method: str = ""
    params: msgspec.Raw = msgspec.Raw(b"")
    code: int = 0
    data: msgspec.Raw = msgspec.Raw(b"")
    message: str = ""

    @property
    def is_call(self) -> bool:
        return self.method.startswith("thing.service.")

    @property
    def service(self) -> str:
        """`property.set` and the like for what is no service of the thing's own."""
        return self.method.removeprefix("thing.service.")


def read_downlink(payload: bytes) -> Downlink:
    """Raises msgspec.MsgspecError."""
    return msgspec.json.decode(payload, type=Downlink)


def is_reply(topic: str) -> bool:
    """Whether a downlink answers a request of the device."""
    return topic.endswith("_reply")


def reply_topic(topic: str) -> str:
    """Where a call is answered: with the topic's own ending, or where the platform waits for it."""
    if _RRPC in topic:
        return topic.replace(_RRPC, "/rrpc/response/")
    return topic if topic.startswith("/ext/rrpc/") else f"{topic}_reply"


class Inbound:
    """Packets out of the bytes of one connection."""

    def __init__(self) -> None:
        self._decoder = mqtt.Decoder("client")
        self.heard = True
        """Set when bytes arrive; the keep-alive task resets it."""

    def feed(self, data: bytes) -> list[mqtt.Packet | mqtt.MqttError]:
        """An error is the last of them: nothing behind it can be read."""
        self.heard = True
        packets: list[mqtt.Packet | mqtt.MqttError] = []
        try:
            packets.extend(self._decoder.feed(data))
        except mqtt.MqttError as error:
            packets += [*error.packets, error]
        return packets

    async def packets(self, read: Callable[[int], Awaitable[bytes]]) -> AsyncIterator[mqtt.Packet]:
        """The packets of a connection, until `read(n)` returns no more bytes. Raises MqttError, and `read`'s
        exceptions."""
        while data := await read(_MOST_AT_ONCE):
            for packet in self.feed(data):
                if isinstance(packet, mqtt.MqttError):
                    raise packet
                yield packet


def wait_s(waits: Sequence[float], failures: int, chance: float) -> float:
    """Before the next try to connect. `chance` from 0 to 1 spreads devices that lost the line together by half."""
    return waits[min(failures, len(waits) - 1)] * (0.5 + chance)
