"""The platform's own connection to RabbitMQ: one a process, shared by the senders of all queues."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from linli.kernel.settings import SettingsError

if TYPE_CHECKING:
    from aiormq.abc import AbstractChannel, AbstractConnection


CONNECT_SECONDS: Final = 5.0
CALL_SECONDS: Final = 5.0
KEPT_MS: Final = 31 * 86_400_000
"""RabbitMQ removes a queue after this time without use: its messages are past their retention."""
MAX_DELIVERIES: Final = 16
"""Times that RabbitMQ hands a message out before it counts as undeliverable."""


class BrokerDown(Exception):
    """RabbitMQ cannot be reached, or took back what it offered."""


def queue_of(app_key: str, subscription_id: int) -> str:
    """The name of a subscription's queue; its AMQP 1.0 address is `/queues/` and this."""
    return f"{app_key}.{subscription_id}"


def dead_queue_of(app_key: str, subscription_id: int) -> str:
    """Where RabbitMQ puts what was handed out in vain too often; only the platform reads it."""
    return f"dead.{app_key}.{subscription_id}"


def broker_address(url: str) -> tuple[str, int]:
    """(host, port) of RabbitMQ."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (5671 if parts.scheme == "amqps" else 5672)


class Broker:
    """`url`: amqp://user:password@host:port/vhost of a user that may do everything in that vhost."""

    def __init__(self, url: str) -> None:
        """Raises SettingsError when the client library is not installed."""
        try:
            import aiormq
            from aiormq.exceptions import AMQPChannelError
        except ImportError as error:
            raise SettingsError("[amqp] url needs the extra `amqp`: pip install linli[amqp]") from error
        self._connect = aiormq.connect
        self._closed = AMQPChannelError
        self._url = url
        self._connection: AbstractConnection | None = None
        self._lock = asyncio.Lock()

    async def stop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception, asyncio.CancelledError):
                async with asyncio.timeout(CONNECT_SECONDS):
                    await connection.close()

    async def channel(self) -> AbstractChannel:
        """A channel whose publishes are confirmed. Raises BrokerDown."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS), self._lock:
                if self._connection is None or self._connection.is_closed:
                    self._connection = await self._connect(self._url)
                return await self._connection.channel(publisher_confirms=True)
        except Exception as error:
            raise BrokerDown(f"{type(error).__name__}: {error}") from error

    async def ensure(self, app_key: str, subscription_id: int) -> bool:
        """The queue of a subscription and the one beside it, durable; whether they are new. Raises BrokerDown."""
        queue, dead = queue_of(app_key, subscription_id), dead_queue_of(app_key, subscription_id)
        try:
            channel = await self.channel()
            try:
                # RabbitMQ answers a question after an absent queue by closing the channel.
                await channel.queue_declare(queue, passive=True, timeout=CALL_SECONDS)
                new = False
            except self._closed:
                channel, new = await self.channel(), True
            await channel.queue_declare(
                dead,
                durable=True,
                arguments={"x-queue-type": "quorum", "x-delivery-limit": -1},
                timeout=CALL_SECONDS,
            )
            await channel.queue_declare(
                queue,
                durable=True,
                arguments={
                    "x-queue-type": "quorum",
                    "x-expires": KEPT_MS,
                    "x-delivery-limit": MAX_DELIVERIES,
                    "x-dead-letter-exchange": "",
                    "x-dead-letter-routing-key": dead,
                    "x-dead-letter-strategy": "at-least-once",
                    "x-overflow": "reject-publish",
                },
                timeout=CALL_SECONDS,
            )
            await channel.close()
        except BrokerDown:
            raise
        except Exception as error:
            raise BrokerDown(f"{type(error).__name__}: {error}") from error
        return new

    async def delete(self, app_key: str, subscription_id: int) -> None:
        """Remove a subscription's queues with everything in them. Raises BrokerDown."""
        channel = await self.channel()
        try:
            await channel.queue_delete(queue_of(app_key, subscription_id))
            await channel.queue_delete(dead_queue_of(app_key, subscription_id))
            await channel.close()
        except Exception as error:
            raise BrokerDown(f"{type(error).__name__}: {error}") from error
