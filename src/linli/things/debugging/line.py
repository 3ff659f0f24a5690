"""The simulator's connection to this platform's own MQTT front, without a port.

Unlike a device it does not come back by itself: when the line ends, because the real device connected or somebody
stopped it, it stays down.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.rounds import end_tasks
from linli.protocols import mqtt
from linli.protocols.linkkit import session, topics
from linli.protocols.linkkit.session import KEEP_ALIVE_S, SUCCESS
from linli.things.debugging.errors import SimulatorRefused

type Dial = Callable[[Callable[[], asyncio.Protocol]], Awaitable[tuple[asyncio.Transport, asyncio.Protocol]]]
"""Connects a protocol to the platform's front."""
type Answer = Callable[[str, Any], Awaitable[dict[str, Any] | None]]
"""(method, params) of a call -> members of the reply (`code`, `data`, `message`), or None for silence."""

CONNECT_SECONDS: Final = 10.0
SDK_VERSION: Final = "linli-simulator"


class DeviceLine:
    """One connection with a device's own credentials. `open`, then `post`; `ended` tells when the line is down."""

    def __init__(
        self, product_key: str, device_name: str, device_secret: str, answer: Answer, clock: Clock
    ) -> None:
        self._product_key, self._device_name, self._secret = product_key, device_name, device_secret
        self._answer = answer
        self._clock = clock
        self._numbers = itertools.count(1)
        self._packet_ids = session.PacketIds()
        self._transport: asyncio.Transport | None = None
        self._reader: asyncio.Task[None] | None = None
        self._calls: set[asyncio.Task[None]] = set()

    async def open(self, dial: Dial) -> None:
        """Connect. Raises SimulatorRefused, OSError, TimeoutError."""
        async with asyncio.timeout(CONNECT_SECONDS):
            reader = asyncio.StreamReader()
            transport, _ = await dial(lambda: asyncio.StreamReaderProtocol(reader))
            packets = session.Inbound().packets(reader.read)
            try:
                transport.write(mqtt.encode(self._connect_packet()))
                first = await anext(packets, None)
                if not isinstance(first, mqtt.Connack) or first.code:
                    raise SimulatorRefused(connack=first.code if isinstance(first, mqtt.Connack) else -1)
            except mqtt.MqttError as error:
                transport.close()
                raise SimulatorRefused(connack=-1) from error
            except BaseException:
                transport.close()
                raise
        self._transport = transport
        self._reader = asyncio.create_task(self._talk(packets), name=f"simulated {self._device_name}")

    def ended(self) -> "asyncio.Task[None]":
        """Done when the line ended. Only after `open`."""
        assert self._reader is not None
        return self._reader

    async def close(self) -> None:
        """Say good-bye and hang up."""
        self._write(mqtt.Disconnect())
        await end_tasks(self._reader)

    def post(self, tail: str, params: Any) -> None:
        """Publish `params` below `/sys/{pk}/{dn}/thing/event/`, e.g. `property/post`, at QoS 1."""
        self.publish(f"thing/event/{tail}", f"thing.event.{tail.replace('/', '.')}", params)

    def publish(self, tail: str, method: str, params: Any) -> None:
        body = {"id": str(next(self._numbers)), "version": "1.0", "params": params, "method": method}
        topic = topics.sys_topic(self._product_key, self._device_name, tail)
        self._write(mqtt.Publish(topic, msgspec.json.encode(body), 1, self._packet_ids.next()))

    # under the bonnet

    def _connect_packet(self) -> mqtt.Connect:
        options = {"_v": SDK_VERSION, "ext": "1"}
        return session.connect_packet(
            self._product_key, self._device_name, self._secret, clean=True, options=options
        )

    async def _talk(self, packets: AsyncIterator[mqtt.Packet]) -> None:
        pings = asyncio.create_task(self._ping())
        try:
            with contextlib.suppress(OSError, mqtt.MqttError):  # either way it is the line's end
                async for packet in packets:
                    if isinstance(packet, mqtt.Publish):
                        call = asyncio.create_task(self._serve(packet))
                        self._calls.add(call)
                        call.add_done_callback(self._calls.discard)
        finally:
            pings.cancel()
            for call in list(self._calls):
                call.cancel()
            if self._transport is not None:
                self._transport.close()

    async def _ping(self) -> None:
        while True:
            await self._clock.sleep(KEEP_ALIVE_S / 2)
            self._write(mqtt.Pingreq())

    async def _serve(self, packet: mqtt.Publish) -> None:
        if packet.qos:
            self._write(mqtt.Puback(packet.packet_id))
        if session.is_reply(packet.topic):
            return
        try:
            call = session.read_downlink(packet.payload)
            params = msgspec.json.decode(call.params or b"{}")
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        if not call.is_call:
            return
        members = await self._answer(call.method, params)
        if members is not None:
            reply: dict[str, Any] = {
                "id": call.id,
                "code": SUCCESS,
                "data": {},
                "message": "success",
            } | members
            self._write(mqtt.Publish(session.reply_topic(packet.topic), msgspec.json.encode(reply)))

    def _write(self, packet: mqtt.Packet) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(mqtt.encode(packet))
