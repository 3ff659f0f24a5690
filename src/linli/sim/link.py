"""A device's line to the platform: LinkKit over MQTT 3.1.1 as the public C SDK speaks it (spec clients, b).

Messages that a device must not lose (events) wait here until the broker acknowledges them, over any number of
reconnections. Calls from the platform are answered by handlers.
"""

import asyncio
import contextlib
import itertools
import random
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NamedTuple, cast

import msgspec

from linli.protocols import mqtt
from linli.protocols.linkkit import session, topics
from linli.protocols.linkkit.session import KEEP_ALIVE_S, SUCCESS, Downlink

type Handler = Callable[[Any], Awaitable[dict[str, Any]]]
type Listener = Callable[[str], None]

CONNECT_SECONDS = 10
REPLY_SECONDS = 10
WINDOW = 20
_BACK_OFF_SECONDS = (0.2, 0.5, 1, 2, 5, 10, 20)


class Triple(msgspec.Struct, frozen=True):
    """The credentials built into a device."""

    product_key: str
    device_name: str
    device_secret: str


class Mischief(NamedTuple):
    """A requested fault of one call on its way."""

    lost: bool = False
    """It never arrives."""
    silent: bool = False
    """It is done, its answer is lost."""
    twice: bool = False
    """It arrives twice."""
    delay_s: float = 0
    """It arrives late, perhaps after the next one."""


NONE = Mischief()


class CallFailed(Exception):
    """A handler refuses a call; `code` goes into the reply."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class DeviceLink:
    """One device's connection. `start()` keeps it up until `stop()`."""

    def __init__(self, triple: Triple, host: str, port: int, *, seed: int | None = None) -> None:
        self.triple = triple
        self._host, self._port = host, port
        self._random = random.Random(seed)
        self._numbers = itertools.count(1)
        self._services: dict[str, Handler] = {}
        self._on_set: Handler | None = None
        self._unacked: OrderedDict[int, tuple[str, bytes]] = OrderedDict()
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._packet_ids = session.PacketIds()
        self._replies: dict[str, asyncio.Future[msgspec.Raw]] = {}
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()
        self._online = asyncio.Event()
        self._blocked = asyncio.Event()
        self._blocked.set()
        self.listener: Listener | None = None
        self.mischief: Callable[[str], Mischief] | None = None
        """Asked about each call by its method."""
        self.on_online: Callable[[], None] | None = None
        """Called whenever the line is up again."""

    # what the device offers

    def on_service(self, identifier: str, handler: Handler) -> None:
        """`handler(params)` answers calls of one service, synchronous or not."""
        self._services[identifier] = handler

    def on_property_set(self, handler: Handler) -> None:
        self._on_set = handler

    # life

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_up(), name=f"device {self.triple.device_name}")

    async def stop(self) -> None:
        """Say good-bye and hang up. Unacknowledged messages stay in `pending()`."""
        self._write(mqtt.Disconnect())
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for call in list(self._calls):
            call.cancel()

    async def wait_online(self, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds):
            await self._online.wait()

    @property
    def online(self) -> bool:
        return self._online.is_set()

    @property
    def unsent(self) -> int:
        """Events and posts that the platform has not acknowledged yet."""
        return len(self._unacked) + len(self._waiting)

    def pending(self) -> list[tuple[str, bytes]]:
        """(topic, payload) of unsent messages, oldest first: a device with flash keeps them over a power cut."""
        return [*self._unacked.values(), *self._waiting]

    def take_up(self, messages: list[tuple[str, bytes]]) -> None:
        """Before `start()`: send `pending()` of an earlier life, marked as perhaps sent before."""
        for message in messages:
            self._unacked[self._packet_ids.next(self._unacked)] = message

    def cut(self) -> None:
        """Pull the cable: the line is down until `mend()`."""
        self._blocked.clear()
        self._online.clear()
        if self._transport is not None:
            self._transport.abort()

    def mend(self) -> None:
        self._blocked.set()

    async def _keep_up(self) -> None:
        failures = 0
        while True:
            await self._blocked.wait()
            try:
                await self._session()
                failures = 0
            except (OSError, TimeoutError, mqtt.MqttError) as error:
                self._tell(f"line down: {str(error) or type(error).__name__}")
                failures += 1
            finally:
                self._online.clear()
            await asyncio.sleep(session.wait_s(_BACK_OFF_SECONDS, failures, self._random.random()))

    async def _session(self) -> None:
        inbound = session.Inbound()
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(self._host, self._port)
        packets, transport = inbound.packets(reader.read), cast(asyncio.Transport, writer.transport)
        try:
            transport.write(mqtt.encode(self._connect_packet()))
            async with asyncio.timeout(CONNECT_SECONDS):
                first = await anext(packets, None)
            if not isinstance(first, mqtt.Connack) or first.code:
                raise OSError(f"the platform refused the connection: {first}")
            if not self._blocked.is_set():
                raise OSError("the cable was pulled meanwhile")
            self._transport = transport
            pings = asyncio.create_task(self._ping(transport, inbound))
            try:
                await self._talk(packets)
            finally:
                pings.cancel()
        finally:
            self._transport = None
            transport.close()

    async def _talk(self, packets: AsyncIterator[mqtt.Packet]) -> None:
        """Serve an accepted connection until it ends."""
        self._online.set()
        self._tell("online")
        if self.on_online is not None:
            self.on_online()
        for packet_id, (topic, payload) in self._unacked.items():
            self._write(mqtt.Publish(topic, payload, 1, packet_id, dup=True))
        self._send_waiting()
        async for packet in packets:
            self._take(packet)

    def _connect_packet(self) -> mqtt.Connect:
        t = self.triple
        options = {"_v": "sdk-sim-1.0", "lan": "Sim", "gw": "0"}
        return session.connect_packet(
            t.product_key, t.device_name, t.device_secret, clean=False, options=options
        )

    async def _ping(self, transport: asyncio.Transport, inbound: session.Inbound) -> None:
        """Keep the line, and hang up when nothing came back for a whole interval: the other end is gone."""
        while True:
            inbound.heard = False
            transport.write(mqtt.encode(mqtt.Pingreq()))
            await asyncio.sleep(KEEP_ALIVE_S / 2)
            if not inbound.heard:
                transport.abort()

    # sending

    async def post_properties(self, values: dict[str, Any]) -> None:
        """Post property values and wait for the platform's reply. Raises CallFailed, TimeoutError."""
        await self._ask("thing/event/property/post", "thing.event.property.post", values)

    def queue_properties(self, values: dict[str, Any]) -> None:
        """Post property values without waiting; sent again until acknowledged."""
        self._queue("thing/event/property/post", "thing.event.property.post", values)

    def queue_event(self, identifier: str, values: dict[str, Any]) -> None:
        """Report an event; kept and sent again until the platform acknowledged it."""
        self._queue(f"thing/event/{identifier}/post", f"thing.event.{identifier}.post", values)

    def ask_time(self, now_ms: int) -> None:
        """Ask for the time, telling one's own (ms); the answer is not waited for."""
        topic = f"/ext/ntp/{self.triple.product_key}/{self.triple.device_name}/request"
        self._write(mqtt.Publish(topic, msgspec.json.encode({"deviceSendTime": str(now_ms)}), 0, 0))

    async def _ask(self, tail: str, method: str, params: Any) -> msgspec.Raw:
        number = str(next(self._numbers))
        reply: asyncio.Future[msgspec.Raw] = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        try:
            self._queue(tail, method, params, number=number)
            async with asyncio.timeout(REPLY_SECONDS):
                return await reply
        finally:
            self._replies.pop(number, None)

    def _queue(self, tail: str, method: str, params: Any, *, number: str | None = None) -> None:
        body = {
            "id": number or str(next(self._numbers)),
            "version": "1.0",
            "params": params,
            "method": method,
        }
        topic = topics.sys_topic(self.triple.product_key, self.triple.device_name, tail)
        self._waiting.append((topic, msgspec.json.encode(body)))
        self._send_waiting()

    def _send_waiting(self) -> None:
        while self._waiting and self._online.is_set() and len(self._unacked) < WINDOW:
            topic, payload = self._waiting.popleft()
            packet_id = self._packet_ids.next(self._unacked)
            self._unacked[packet_id] = (topic, payload)
            self._write(mqtt.Publish(topic, payload, 1, packet_id))

    def _write(self, packet: mqtt.Packet) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(mqtt.encode(packet))

    # receiving

    def _take(self, packet: mqtt.Packet) -> None:
        if isinstance(packet, mqtt.Puback):
            self._unacked.pop(packet.packet_id, None)
            self._send_waiting()
        elif isinstance(packet, mqtt.Publish):
            call = asyncio.create_task(self._serve(packet))
            self._calls.add(call)
            call.add_done_callback(self._calls.discard)

    async def _serve(self, packet: mqtt.Publish) -> None:
        """Handle one downlink. It is acknowledged after it was handled, and so is one that cannot be read."""
        try:
            message = session.read_downlink(packet.payload)
        except msgspec.DecodeError as error:
            self._tell(f"unreadable message on {packet.topic}: {error}")
            message = Downlink()
        if session.is_reply(packet.topic):
            self._settle(message)
        elif message.is_call:
            mischief = self.mischief(message.method) if self.mischief else NONE
            if mischief.delay_s:
                await asyncio.sleep(mischief.delay_s)
            if mischief.lost:
                return  # not even acknowledged: it never arrived
            answer = await self._answer(message)
            if mischief.twice:
                answer = await self._answer(message)
            if mischief.silent:
                return
            self._write(mqtt.Publish(session.reply_topic(packet.topic), msgspec.json.encode(answer)))
        if packet.qos:
            self._write(mqtt.Puback(packet.packet_id))

    def _settle(self, message: Downlink) -> None:
        waiter = self._replies.get(str(message.id))
        if waiter is None or waiter.done():
            return
        if message.code == SUCCESS:
            waiter.set_result(message.data)
        else:
            waiter.set_exception(CallFailed(message.code, message.message))

    async def _answer(self, message: Downlink) -> dict[str, Any]:
        name = message.service
        handler = self._on_set if name == "property.set" else self._services.get(name)
        code, data, text = SUCCESS, {}, "success"
        if handler is None:
            code, text = 404, f"no such service: {name}"
        else:
            try:
                data = await handler(msgspec.json.decode(message.params) if message.params else {})
            except CallFailed as failure:
                code, text = failure.code, str(failure)
        return {"id": message.id, "code": code, "data": data, "message": text}

    def _tell(self, text: str) -> None:
        if self.listener is not None:
            self.listener(text)
