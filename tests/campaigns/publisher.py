"""A device that posts at QoS 1 and knows which of its messages were acknowledged.

It does what the public SDKs do: what has no PUBACK is kept and sent again, marked DUP, after every reconnection.
"""

import asyncio
import contextlib
import itertools
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, cast

import msgspec

from linli.protocols import mqtt
from linli.protocols.linkkit import signatures, topics
from linli.sim.link import Triple

STAMP = "2524608000000"
PAUSE_SECONDS = 0.1


def connect_packet(triple: Triple, *, clean: bool = False, keep_alive: int = 60) -> mqtt.Connect:
    """CONNECT as the C SDK sends it (HMAC-SHA256 of the device secret)."""
    client_id = f"{triple.product_key}.{triple.device_name}"
    text = signatures.device_text(client_id, triple.device_name, triple.product_key, STAMP)
    options = f"timestamp={STAMP},_v=sdk-c-3.0.1,securemode=3,signmethod=hmacsha256,ext=0"
    return mqtt.Connect(
        client_id=f"{client_id}|{options}|",
        username=f"{triple.device_name}&{triple.product_key}",
        password=signatures.sign(triple.device_secret, text).encode(),
        clean=clean,
        keep_alive=keep_alive,
    )


class Publisher(asyncio.Protocol):
    """One device. `post` queues; `on_ack(payload)` tells what the platform has taken; `backlog` is what it has not."""

    def __init__(
        self,
        triple: Triple,
        port: int,
        *,
        window: int = 32,
        on_ack: Callable[[bytes], None] | None = None,
    ) -> None:
        self.triple = triple
        self._port = port
        self._window = window
        self._on_ack = on_ack
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._sent: OrderedDict[int, tuple[str, bytes]] = OrderedDict()
        self._numbers = itertools.cycle(range(1, 65_536))
        self._transport: asyncio.Transport | None = None
        self._decoder = mqtt.Decoder("client")
        self._online = False
        self._writable = True
        self._gone = asyncio.Event()
        self._room = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.connections = 0
        self.connected_at = 0.0
        """Of the newest connection, by `time.monotonic`."""
        self.acknowledged = 0
        self.topic = topics.sys_topic(triple.product_key, triple.device_name, "thing/event/property/post")

    # life

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep_up(), name=f"publisher {self.triple.device_name}")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._transport is not None:
            self._transport.abort()

    @property
    def backlog(self) -> int:
        return len(self._waiting) + len(self._sent)

    async def _keep_up(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            self._gone.clear()
            try:
                await loop.create_connection(lambda: self, "127.0.0.1", self._port)
            except OSError:
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            await self._gone.wait()
            await asyncio.sleep(PAUSE_SECONDS)

    # sending

    def post(self, params: Any, *, tail: str = "thing/event/property/post", number: str) -> bytes:
        """Queue one message; its payload, by which `on_ack` names it."""
        method = tail.replace("/", ".")
        body = {"id": number, "version": "1.0", "params": params, "method": method}
        payload = msgspec.json.encode(body)
        self.queue(topics.sys_topic(self.triple.product_key, self.triple.device_name, tail), payload)
        return payload

    def queue(self, topic: str, payload: bytes) -> None:
        self._waiting.append((topic, payload))
        self._pump()

    async def room(self, most: int) -> None:
        """Wait until fewer than `most` messages are queued or unacknowledged."""
        while self.backlog >= most:
            self._room.clear()
            await self._room.wait()

    def _pump(self) -> None:
        packets = []
        while self._online and self._writable and self._waiting and len(self._sent) < self._window:
            topic, payload = self._waiting.popleft()
            number = next(self._numbers)
            while number in self._sent:
                number = next(self._numbers)
            self._sent[number] = (topic, payload)
            packets.append(mqtt.encode(mqtt.Publish(topic, payload, 1, number)))
        if packets and self._transport is not None:
            self._transport.write(b"".join(packets))

    # the wire

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none of asyncio's classes
        self._decoder = mqtt.Decoder("client")
        self._writable = True
        self._transport.write(mqtt.encode(connect_packet(self.triple)))

    def connection_lost(self, error: Exception | None) -> None:
        self._online, self._transport = False, None
        self._gone.set()

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._pump()

    def data_received(self, data: bytes) -> None:
        for packet in self._decoder.feed(data):
            if isinstance(packet, mqtt.Puback):
                self._acknowledge(packet.packet_id)
            elif isinstance(packet, mqtt.Connack):
                self._accepted(packet)
            elif isinstance(packet, mqtt.Publish) and packet.qos and self._transport is not None:
                self._transport.write(mqtt.encode(mqtt.Puback(packet.packet_id)))
        self._pump()
        self._room.set()

    def _accepted(self, packet: mqtt.Connack) -> None:
        if packet.code:
            assert self._transport is not None
            self._transport.abort()
            return
        self._online = True
        self.connections += 1
        self.connected_at = time.monotonic()
        for number, (topic, payload) in self._sent.items():
            assert self._transport is not None
            self._transport.write(mqtt.encode(mqtt.Publish(topic, payload, 1, number, dup=True)))

    def _acknowledge(self, number: int) -> None:
        sent = self._sent.pop(number, None)
        if sent is None:
            return
        self.acknowledged += 1
        if self._on_ack is not None:
            self._on_ack(sent[1])
