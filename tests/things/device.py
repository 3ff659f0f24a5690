"""A device on a real socket that says exactly what a test wants, and a running thing platform to say it to."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.secrets import Secrets
from linli.protocols import mqtt
from linli.protocols.linkkit import signatures
from linli.things.mqtt.listen import listen
from linli.things.room import Things
from linli.things.service.devices import Triple
from tests.things.mqtt.backend import Client


class Device:
    """One connection of one device. `ext=1` asks for calls on `/ext/rrpc/…`."""

    def __init__(self, client: Client, triple: Triple) -> None:
        self.client = client
        self.triple = triple
        self.inbox: asyncio.Queue[mqtt.Publish] = asyncio.Queue()
        self._acks: dict[int, asyncio.Future[None]] = {}
        self._packet_ids = count(1)
        self._ids = count(100)
        self._reader: asyncio.Task[None] | None = None
        self.answers: dict[str, Callable[[dict[str, Any]], dict[str, Any] | None]] = {}
        """By method: params -> members of the reply, or None for silence."""

    @classmethod
    async def connect(
        cls, port: int, triple: Triple, *, ext: int = 1, clean: bool = True, will: mqtt.Will | None = None
    ) -> "Device":
        device = cls(await Client.dial(port), triple)
        device.client.send(connect_packet(triple, ext=ext, clean=clean, will=will))
        answer = await device.client.read()
        assert isinstance(answer, mqtt.Connack), answer
        assert answer.code == 0, answer
        device._reader = asyncio.create_task(device._read())
        return device

    def topic(self, tail: str) -> str:
        return f"/sys/{self.triple.product_key}/{self.triple.device_name}/{tail}"

    async def publish(self, topic: str, payload: bytes, *, dup: bool = False) -> None:
        """At QoS 1; returns on the PUBACK."""
        packet_id = next(self._packet_ids)
        self._acks[packet_id] = asyncio.get_running_loop().create_future()
        self.client.send(mqtt.Publish(topic, payload, 1, packet_id, dup=dup))
        async with asyncio.timeout(30):
            await self._acks[packet_id]

    async def ask(self, tail: str, params: Any, *, id: Any = None, **more: Any) -> dict[str, Any]:
        """Publish an envelope below `/sys/{pk}/{dn}/` and return the reply."""
        body = {"id": str(next(self._ids)) if id is None else id, "version": "1.0", "params": params} | more
        await self.publish(self.topic(tail), msgspec.json.encode(body))
        reply = await self.next()
        assert reply.topic == self.topic(f"{tail}_reply")
        return msgspec.json.decode(reply.payload, type=dict)

    async def post(self, params: Any, **more: Any) -> dict[str, Any]:
        return await self.ask("thing/event/property/post", params, **more)

    async def event(self, identifier: str, params: Any) -> dict[str, Any]:
        return await self.ask(f"thing/event/{identifier}/post", params)

    async def next(self) -> mqtt.Publish:
        """The next message that no answer of `answers` was for."""
        async with asyncio.timeout(30):
            return await self.inbox.get()

    async def close(self) -> None:
        self.client.send(mqtt.Disconnect())
        self.client.close()
        await self._end()

    async def vanish(self) -> None:
        self.client.abort()
        await self._end()

    async def closed(self) -> bool:
        """Waits until the platform ends the connection."""
        assert self._reader is not None
        async with asyncio.timeout(30):
            await asyncio.wait((self._reader,))
        return isinstance(self._reader.exception(), EOFError | ConnectionError)

    async def _end(self) -> None:
        assert self._reader is not None
        self._reader.cancel()
        await asyncio.gather(self._reader, return_exceptions=True)

    async def _read(self) -> None:
        while True:
            async with asyncio.timeout(None):
                packet = await self._packet()
            if isinstance(packet, mqtt.Puback):
                self._acks.pop(packet.packet_id).set_result(None)
            elif isinstance(packet, mqtt.Publish):
                if packet.qos:
                    self.client.send(mqtt.Puback(packet.packet_id))
                if not self._answer(packet):
                    self.inbox.put_nowait(packet)

    async def _packet(self) -> mqtt.Packet:
        while True:
            try:
                return await self.client.read()
            except TimeoutError:
                continue

    def _answer(self, packet: mqtt.Publish) -> bool:
        if "_reply" in packet.topic or packet.topic.endswith("_raw"):
            return False
        call = msgspec.json.decode(packet.payload, type=dict)
        handler = self.answers.get(call.get("method", ""))
        if handler is None:
            return False
        members = handler(call["params"])
        if members is not None:
            reply = {"id": call["id"], "code": 200, "data": {}, "message": "success"} | members
            topic = packet.topic
            if "/rrpc/request/" in topic:
                topic = topic.replace("/rrpc/request/", "/rrpc/response/")
            elif not topic.startswith("/ext/rrpc/"):
                topic = f"{topic}_reply"
            self.client.send(mqtt.Publish(topic, msgspec.json.encode(reply)))
        return True


def connect_packet(
    triple: Triple, *, ext: int = 1, clean: bool = True, will: mqtt.Will | None = None
) -> mqtt.Connect:
    client_id = f"{triple.product_key}&{triple.device_name}"
    text = signatures.device_text(client_id, triple.device_name, triple.product_key, "1700000000")
    return mqtt.Connect(
        f"{client_id}|securemode=3,signmethod=hmacsha256,ext={ext},timestamp=1700000000|",
        f"{triple.device_name}&{triple.product_key}",
        signatures.sign(triple.device_secret, text).encode(),
        clean=clean,
        keep_alive=60,
        will=will,
    )


class Platform:
    """The thing platform on a free port of this process."""

    def __init__(self, things: Things) -> None:
        self.things = things
        self.port = 0
        self._server: asyncio.Server | None = None
        self._devices: list[Device] = []

    @classmethod
    def on(cls, database: Database, clock: Clock, ids: Ids, secrets: Secrets, **options: Any) -> "Platform":
        return cls(Things(database, clock, ids, secrets, **options))

    async def start(self) -> "Platform":
        await self.things.start()
        self._server = await listen(self.things.front.connection, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            await self.things.stop()
        for device in self._devices:
            await device.vanish()

    async def connect(self, triple: Triple, **options: Any) -> Device:
        device = await Device.connect(self.port, triple, **options)
        self._devices.append(device)
        return device


type MakePlatform = Callable[..., Awaitable[Platform]]


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """Wait for what other tasks bring about; fails after 30 s."""
    async with asyncio.timeout(30):
        while not (found := await condition()):
            await asyncio.sleep(0.005)
    return found
