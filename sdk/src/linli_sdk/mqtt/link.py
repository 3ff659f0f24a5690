"""A connection that comes back by itself: QoS 1 with redelivery, a bounded queue while offline, subscriptions renewed."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine
from typing import Any

from linli_sdk.errors import ConnectionFailed, ConnectRefused, LinliError, QueueFull
from linli_sdk.mqtt import packets
from linli_sdk.mqtt.packets import Connect, Publish
from linli_sdk.mqtt.streams import Endpoint, Stream, open_stream

log = logging.getLogger("linli_sdk.mqtt")

CONNECT_S = 10.0
WINDOW = 20
"""QoS 1 messages on their way at a time."""
FIRST_PAUSE_S, MOST_PAUSE_S = 0.5, 60.0
Credentials = Callable[[], Connect]


class Link:
    """`on_message` is called in order of arrival, in the loop, and must not block; QoS 1 is acknowledged after it
    unless `manual_ack`. `on_online` runs after each connection, before what waited is sent."""

    def __init__(
        self,
        endpoint: Endpoint,
        credentials: Credentials,
        *,
        on_message: Callable[[Publish], None],
        on_state: Callable[[bool], None] | None = None,
        on_online: Callable[[], Coroutine[Any, Any, None]] | None = None,
        queue_size: int = 1000,
        manual_ack: bool = False,
    ) -> None:
        self._endpoint = endpoint
        self._credentials = credentials
        self._on_message = on_message
        self._on_state = on_state
        self._on_online = on_online
        self._queue_size = queue_size
        self._manual_ack = manual_ack
        self._ids = itertools.cycle(range(1, 65_536))
        self._waiting: deque[tuple[Publish, asyncio.Future[None]]] = deque()
        self._unacked: OrderedDict[int, tuple[Publish, asyncio.Future[None]]] = OrderedDict()
        self._filters: dict[str, int] = {}
        self._subacks: dict[int, asyncio.Future[tuple[int, ...]]] = {}
        self._half_received: set[int] = set()
        self._stream: Stream | None = None
        self._generation = 0
        self._task: asyncio.Task[None] | None = None
        self._greeting: asyncio.Task[None] | None = None
        self._online = asyncio.Event()
        self._first: asyncio.Future[None] | None = None
        self._heard = 0.0

    # life

    async def start(self, timeout_s: float = 15.0) -> None:
        """Connect, and stay connected. Raises ConnectRefused; ConnectionFailed when it takes longer (it stops then)."""
        self._first = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._keep_up(), name="linli link")
        try:
            await asyncio.wait_for(asyncio.shield(self._first), timeout_s)
        except BaseException as error:
            await self.stop()
            if isinstance(error, (TimeoutError, asyncio.TimeoutError)):
                where = f"{self._endpoint.host}:{self._endpoint.port}"
                raise ConnectionFailed(f"no connection to {where} within {timeout_s} s") from error
            raise

    async def stop(self) -> None:
        """Say good-bye. What was not acknowledged fails with ConnectionFailed."""
        if self._stream is not None:
            self._stream.write(packets.DISCONNECT)
            with contextlib.suppress(OSError, asyncio.TimeoutError):
                await asyncio.wait_for(self._stream.drain(), 2)
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        for _, done in (*self._unacked.values(), *self._waiting):
            if not done.done():
                done.set_exception(ConnectionFailed("the link was stopped"))
                done.exception()  # seen, also when nobody waits for it
        self._unacked.clear()
        self._waiting.clear()

    @property
    def online(self) -> bool:
        return self._online.is_set()

    @property
    def unsent(self) -> int:
        """Messages that the platform has not acknowledged."""
        return len(self._waiting) + len(self._unacked)

    async def wait_online(self, timeout_s: float | None = None) -> None:
        await asyncio.wait_for(self._online.wait(), timeout_s)

    # messages

    def publish(self, topic: str, payload: bytes, qos: int = 1) -> asyncio.Future[None]:
        """Done when the platform acknowledged it (QoS 1), or it was written (QoS 0). Raises QueueFull."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if qos == 0 and self._stream is not None:
            self._stream.write(packets.publish(Publish(topic, payload)))
            done.set_result(None)
            return done
        if self.unsent >= self._queue_size:
            raise QueueFull(f"{self.unsent} messages wait for the connection")
        self._waiting.append((Publish(topic, payload, qos), done))
        self._send_waiting()
        return done

    async def subscribe(self, topic: str, qos: int = 1) -> None:
        """Also after every reconnection. Raises LinliError when the platform refuses the filter."""
        self._filters[topic] = qos
        if self._stream is not None:
            try:
                await self._subscribe([(topic, qos)])
            except LinliError:
                self._filters.pop(topic, None)
                raise

    def ack(self, message: Publish, generation: int) -> bool:
        """Acknowledge by hand; False when its connection has ended: then the platform sends it again."""
        if message.qos == 0 or generation != self._generation or self._stream is None:
            return message.qos == 0
        self._stream.write(packets.ack(packets.PUBACK, message.packet_id))
        return True

    @property
    def generation(self) -> int:
        """Counts connections: what belongs to an earlier one cannot be acknowledged."""
        return self._generation

    # the connection

    async def _keep_up(self) -> None:
        failures = 0
        while True:
            try:
                await self._session()
                failures = 0
            except ConnectRefused as error:
                if self._first is not None and not self._first.done():
                    self._first.set_exception(error)
                    return
                log.warning("%s", error)
                failures += 1
            except (OSError, TimeoutError, asyncio.TimeoutError, packets.PacketError) as error:
                log.info("line down: %s", str(error) or type(error).__name__)
                failures += 1
            finally:
                self._down()
            longest = min(MOST_PAUSE_S, FIRST_PAUSE_S * 2 ** min(failures, 10))
            await asyncio.sleep(longest * random.uniform(0.5, 1.0))

    async def _session(self) -> None:
        stream = await open_stream(self._endpoint, CONNECT_S)
        hello, buffer = self._credentials(), bytearray()
        pings: asyncio.Task[None] | None = None
        try:
            stream.write(packets.connect(hello))
            answer = await asyncio.wait_for(_next(stream, buffer), CONNECT_S)
            if not isinstance(answer, packets.Connack):
                raise packets.PacketError("no CONNACK")
            if answer.code:
                raise ConnectRefused(answer.code)
            self._up(stream)
            pings = asyncio.create_task(self._ping(stream, hello.keep_alive_s))
            while (packet := await _next(stream, buffer)) is not None:
                self._heard = asyncio.get_running_loop().time()
                self._take(stream, packet)
        finally:
            if pings is not None:
                pings.cancel()
            stream.close()

    def _up(self, stream: Stream) -> None:
        self._stream = stream
        self._generation += 1
        self._heard = asyncio.get_running_loop().time()
        self._half_received.clear()
        self._greeting = asyncio.create_task(self._greet(stream))

    async def _greet(self, stream: Stream) -> None:
        """Subscriptions, then the owner's greeting, then what waited: a message again is marked as such."""
        try:
            if self._filters:
                await self._subscribe(list(self._filters.items()))
            if self._on_online is not None:
                await self._on_online()
        except LinliError as error:
            log.warning("after connecting: %s", error)
        if self._stream is not stream:
            return
        for packet_id, (message, _) in self._unacked.items():
            stream.write(packets.publish(message._replace(packet_id=packet_id, dup=True)))
        self._online.set()
        self._send_waiting()
        if self._on_state is not None:
            self._on_state(True)
        if self._first is not None and not self._first.done():
            self._first.set_result(None)

    def _down(self) -> None:
        was = self._online.is_set()
        self._stream = None
        self._online.clear()
        if self._greeting is not None:
            self._greeting.cancel()
        for waiting in self._subacks.values():
            if not waiting.done():
                waiting.set_exception(ConnectionFailed("the connection broke"))
        self._subacks.clear()
        if was and self._on_state is not None:
            self._on_state(False)

    async def _ping(self, stream: Stream, keep_alive_s: int) -> None:
        while True:
            await asyncio.sleep(keep_alive_s / 2)
            if asyncio.get_running_loop().time() - self._heard > keep_alive_s * 1.5:
                log.info("the platform is silent")
                stream.close()
                return
            stream.write(packets.PINGREQ)

    async def _subscribe(self, filters: list[tuple[str, int]]) -> None:
        if self._stream is None:
            raise ConnectionFailed("not connected")
        number = self._number()
        future = self._subacks[number] = asyncio.get_running_loop().create_future()
        self._stream.write(packets.subscribe(number, filters))
        try:
            codes = await asyncio.wait_for(future, CONNECT_S)
        except (TimeoutError, asyncio.TimeoutError) as error:
            raise ConnectionFailed("no SUBACK") from error
        finally:
            self._subacks.pop(number, None)
        refused = [topic for (topic, _), code in zip(filters, codes, strict=False) if code > 2]
        if refused:
            raise LinliError(f"subscription refused: {', '.join(refused)}")

    def _take(self, stream: Stream, packet: packets.Packet) -> None:
        if isinstance(packet, Publish):
            self._take_message(stream, packet)
        elif isinstance(packet, packets.Suback):
            if (future := self._subacks.get(packet.packet_id)) is not None and not future.done():
                future.set_result(packet.codes)
        elif isinstance(packet, packets.Ack):
            if packet.kind == packets.PUBREL:
                self._half_received.discard(packet.packet_id)
                stream.write(packets.ack(packets.PUBCOMP, packet.packet_id))
            elif packet.kind == packets.PUBACK and packet.packet_id in self._unacked:
                _, done = self._unacked.pop(packet.packet_id)
                if not done.done():
                    done.set_result(None)
                self._send_waiting()

    def _take_message(self, stream: Stream, message: Publish) -> None:
        if message.qos == 2:
            repeated = message.packet_id in self._half_received
            self._half_received.add(message.packet_id)
            stream.write(packets.ack(packets.PUBREC, message.packet_id))
            if repeated:
                return
        try:
            self._on_message(message)
        except Exception:
            log.exception("handling %s", message.topic)
        if message.qos == 1 and not self._manual_ack:
            stream.write(packets.ack(packets.PUBACK, message.packet_id))

    def _send_waiting(self) -> None:
        while self._stream is not None and self._online.is_set() and self._waiting:
            if len(self._unacked) >= WINDOW:
                return
            message, done = self._waiting.popleft()
            if message.qos == 0:
                self._stream.write(packets.publish(message))
                if not done.done():
                    done.set_result(None)
                continue
            number = self._number()
            self._unacked[number] = (message, done)
            self._stream.write(packets.publish(message._replace(packet_id=number)))

    def _number(self) -> int:
        return next(
            number for number in self._ids if number not in self._unacked and number not in self._subacks
        )


async def _next(stream: Stream, buffer: bytearray) -> packets.Packet | None:
    """The next packet; None when the other side hung up."""
    while True:
        if (packet := packets.take(buffer)) is not None:
            return packet
        data = await stream.read()
        if not data:
            return None
        buffer += data
