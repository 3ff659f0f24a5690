"""The box's one MQTT connection: an ordinary gateway device (spec clients, b), kept up until the box stops."""

import asyncio
import itertools
import random
import ssl
from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

import msgspec

from linli.kernel.errors import Conflict, Unavailable
from linli.kernel.rounds import end_tasks
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.edge_link import DeviceKey, MqttAddress
from linli.protocols.linkkit import session, topics
from linli.protocols.linkkit.session import KEEP_ALIVE_S, STAMP, SUCCESS

log = logger(__name__)

CONNECT_S: Final = 15
ASK_S: Final = 15
_WAITS_S: Final = (0.5, 1, 2, 5, 10, 20, 30)

type Take = Callable[[str, bytes], None]
type OnUp = Callable[[], Awaitable[None]]


class LineDown(Unavailable):
    code = "edge.line_down"


class AskRefused(Conflict):
    """The platform answered a request with a code other than success. `data` is the answer's data."""

    code = "edge.ask_refused"

    def __init__(self, answer: int, why: str, data: Any) -> None:
        super().__init__(answer=answer, why=why)
        self.data = data


class Line:
    """`start` sets the receiver of messages and the action at each connection."""

    def __init__(self, device: DeviceKey, address: MqttAddress) -> None:
        self.device = device
        self._address = address
        self._random = random.Random()
        self._numbers = itertools.count(1)
        self._packet_ids = session.PacketIds()
        self._acks: dict[int, asyncio.Future[None]] = {}
        self._replies: dict[str, asyncio.Future[Any]] = {}
        self._transport: asyncio.Transport | None = None
        self._task: asyncio.Task[None] | None = None
        self._open = asyncio.Event()
        self._open.set()
        self.why = "not connected yet"
        """The reason of its last end; empty while it is up."""

    async def start(self, take: Take, on_up: OnUp) -> None:
        """`take` gets every downlink that answers no request of ours. `on_up` runs at each connection while it lasts."""
        self._task = asyncio.create_task(self._keep_up(take, on_up), name="line")

    async def stop(self) -> None:
        self._write(mqtt.Disconnect())
        await end_tasks(self._task)
        self._task = None

    @property
    def up(self) -> bool:
        return self._transport is not None

    def cut(self) -> None:
        """Down until `mend()`: for drills, and for the demo's button."""
        self._open.clear()
        self._abort()

    def mend(self) -> None:
        self._open.set()

    # saying

    def publish(self, topic: str, payload: bytes, *, dup: bool = False) -> asyncio.Future[None]:
        """At QoS 1: done at its PUBACK. Raises LineDown, and so does the future when the line breaks before."""
        if self._transport is None:
            raise LineDown
        packet_id = self._packet_ids.next(self._acks)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._acks[packet_id] = done
        self._write(mqtt.Publish(topic, payload, 1, packet_id, dup=dup))
        return done

    def say(self, topic: str, payload: bytes) -> None:
        """At QoS 0; into the void while the line is down."""
        self._write(mqtt.Publish(topic, payload))

    def subscribe(self, *filters: str) -> None:
        """At QoS 0, for this connection; into the void while the line is down."""
        packet_id = self._packet_ids.next(self._acks)
        self._write(mqtt.Subscribe(packet_id, tuple((text, 0) for text in filters)))

    async def ask(self, topic: str, params: Any, *, method: str = "") -> Any:
        """A request of a device; the `data` of its reply. Raises LineDown, AskRefused, TimeoutError."""
        number = str(next(self._numbers))
        body = {"id": number, "version": "1.0", "params": params, "method": method}
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        try:
            self.publish(topic, msgspec.json.encode(body)).add_done_callback(_swallow)
            async with asyncio.timeout(ASK_S):
                return await reply
        finally:
            self._replies.pop(number, None)

    def _write(self, packet: mqtt.Packet) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(mqtt.encode(packet))

    # life

    async def _keep_up(self, take: Take, on_up: OnUp) -> None:
        failures = 0
        while True:
            await self._open.wait()
            try:
                await self._session(take, on_up)
                failures = 0
            except (OSError, TimeoutError, mqtt.MqttError) as error:
                self.why = str(error) or type(error).__name__
                log.info("the line is down: %s", self.why)
                failures += 1
            await asyncio.sleep(session.wait_s(_WAITS_S, failures, self._random.random()))

    async def _session(self, take: Take, on_up: OnUp) -> None:
        authority = self._address.authority or None
        secure = ssl.create_default_context(cadata=authority) if self._address.tls else None
        inbound = session.Inbound()
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(self._address.host, self._address.port, ssl=secure)
        packets, transport = inbound.packets(reader.read), cast(asyncio.Transport, writer.transport)
        work: asyncio.Task[None] | None = None
        pings: asyncio.Task[None] | None = None
        try:
            transport.write(mqtt.encode(_connect_packet(self.device)))
            async with asyncio.timeout(CONNECT_S):
                first = await anext(packets, None)
            if not isinstance(first, mqtt.Connack) or first.code:
                raise OSError(f"the platform refused the connection: {first}")
            if not self._open.is_set():
                raise OSError("cut meanwhile")
            self._transport, self.why = transport, ""
            log.info("the line is up")
            pings = asyncio.create_task(self._ping(transport, inbound))
            work = asyncio.create_task(self._work(on_up))
            async for packet in packets:
                self._hear(packet, take)
            raise OSError("the platform closed the connection")
        finally:
            self._transport = None
            transport.close()
            self._give_up()
            for task in (pings, work):
                if task is not None:
                    task.cancel()
                    await asyncio.gather(task, return_exceptions=True)

    async def _work(self, on_up: OnUp) -> None:
        try:
            await on_up()
        except LineDown:
            pass  # the session ends by itself
        except TimeoutError:
            log.info("the platform answers nothing in time")
            self._abort()  # without this nothing would be sent until the line breaks
        except Exception:
            log.exception("the line's work failed")
            self._abort()

    def _abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    async def _ping(self, transport: asyncio.Transport, inbound: session.Inbound) -> None:
        while True:
            inbound.heard = False
            transport.write(mqtt.encode(mqtt.Pingreq()))
            await asyncio.sleep(KEEP_ALIVE_S / 2)
            if not inbound.heard:
                transport.abort()

    def _give_up(self) -> None:
        """Messages in flight get no answer any more."""
        for waiting in (*self._acks.values(), *self._replies.values()):
            if not waiting.done():
                waiting.set_exception(LineDown())
                waiting.exception()  # reads the error, so that asyncio logs none where the caller does not
        self._acks.clear()
        self._replies.clear()

    # hearing

    def _hear(self, packet: mqtt.Packet, take: Take) -> None:
        if isinstance(packet, mqtt.Puback):
            done = self._acks.pop(packet.packet_id, None)
            if done is not None and not done.done():
                done.set_result(None)
        elif isinstance(packet, mqtt.Publish):
            if packet.qos:
                self._write(mqtt.Puback(packet.packet_id))
            if not self._settle(packet):
                take(packet.topic, packet.payload)

    def _settle(self, packet: mqtt.Publish) -> bool:
        """Whether it was the reply to a request of ours."""
        if not session.is_reply(packet.topic):
            return False
        try:
            reply = session.read_downlink(packet.payload)
            data = msgspec.json.decode(reply.data) if reply.data else None
        except msgspec.MsgspecError:
            return False
        waiter = self._replies.get(str(reply.id))
        if waiter is None or waiter.done():
            return False
        if reply.code == SUCCESS:
            waiter.set_result(data)
        else:
            waiter.set_exception(AskRefused(reply.code, reply.message, data))
        return True


def _swallow(done: asyncio.Future[None]) -> None:
    if not done.cancelled():
        done.exception()


def signed_entry(key: DeviceKey) -> dict[str, str]:
    """A sub-device as `topo/add` and `combine/login` want it."""
    return {
        "productKey": key.product_key,
        "deviceName": key.device_name,
        "timestamp": STAMP,
        "signMethod": "hmacSha256",
        "clientId": session.client_id(key.product_key, key.device_name),
        "sign": session.signature(key.product_key, key.device_name, key.device_secret),
    }


def session_topic(key: DeviceKey, tail: str) -> str:
    return f"/ext/session/{key.product_key}/{key.device_name}/{tail}"


def own_topic(key: DeviceKey, tail: str) -> str:
    return topics.sys_topic(key.product_key, key.device_name, tail)


def _connect_packet(key: DeviceKey) -> mqtt.Connect:
    return session.connect_packet(
        key.product_key, key.device_name, key.device_secret, clean=True, options={"_v": "linli-edge"}
    )
