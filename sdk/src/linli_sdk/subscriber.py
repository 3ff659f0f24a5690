"""A subscription over MQTT: a topic is a durable queue of the key, shared by its consumers, acknowledged by hand.

async with Subscriber(Endpoint("linli.example.com"), app_key, app_secret) as subscriber:
    await subscriber.subscribe(f"/sys/appkey/{app_key}/community/space/change")
    async for delivery in subscriber:
        await handle(delivery.message)
        delivery.ack()                  # within 30 s, or another consumer gets it
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import uuid
from collections.abc import AsyncIterator
from types import TracebackType

from linli_sdk.messages import Message, decoded
from linli_sdk.mqtt.link import Link
from linli_sdk.mqtt.packets import Connect, Publish
from linli_sdk.mqtt.streams import Endpoint


class Delivery:
    """One message to acknowledge."""

    __slots__ = ("_generation", "_link", "_packet", "message")

    def __init__(self, link: Link, packet: Publish) -> None:
        self.message = Message(packet.topic, decoded(packet.payload), "", 0, 2 if packet.dup else 1)
        self._link, self._packet, self._generation = link, packet, link.generation

    def ack(self) -> bool:
        """It is handled. False when the connection has ended since: the platform then sends it again."""
        return self._link.ack(self._packet, self._generation)


class Subscriber:
    """One consumer of a key's topics."""

    def __init__(self, endpoint: Endpoint, app_key: str, app_secret: str, *, name: str = "") -> None:
        """`name`: what the console shows of this consumer; made up when empty."""
        self._app_key, self._secret = app_key, app_secret
        self._name = name or f"linli-sdk-{uuid.uuid4().hex[:12]}"
        self._arrived: asyncio.Queue[Delivery] = asyncio.Queue()
        self._link = Link(endpoint, self._credentials, on_message=self._take, manual_ack=True)

    async def __aenter__(self) -> Subscriber:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def connect(self, timeout_s: float = 15.0) -> None:
        """Raises ConnectRefused, ConnectionFailed."""
        await self._link.start(timeout_s)

    async def close(self) -> None:
        """What was not acknowledged goes to other consumers, or comes again."""
        await self._link.stop()

    async def subscribe(self, topic: str) -> None:
        """From the first time on, messages of this topic wait for the key's consumers. Raises LinliError."""
        await self._link.subscribe(topic, 1)

    async def next(self, timeout_s: float | None = None) -> Delivery:
        """The next message. Raises TimeoutError (asyncio's on Python 3.10)."""
        return await asyncio.wait_for(self._arrived.get(), timeout_s)

    async def __aiter__(self) -> AsyncIterator[Delivery]:
        while True:
            yield await self._arrived.get()

    def _take(self, packet: Publish) -> None:
        self._arrived.put_nowait(Delivery(self._link, packet))

    def _credentials(self) -> Connect:
        stamp = str(int(time.time() * 1000))
        password = hmac.new(self._secret.encode(), (self._name + stamp).encode(), hashlib.sha256).hexdigest()
        return Connect(f"{self._name}|timestamp={stamp}|", self._app_key, password)
