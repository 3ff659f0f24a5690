"""The sender of one AMQP queue: into RabbitMQ, where the consumers of the key compete for it.

A message counts as delivered once RabbitMQ has confirmed that it is on its disk; from then on RabbitMQ hands it out
until somebody accepts it. While RabbitMQ is away, or holds more than MOST_READY messages that nobody fetches, the queue
waits in the database. A message that was delivered too often without success comes back by the dead-letter queue and is
parked.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from linli.databus import deliveries
from linli.databus.amqp.broker import MAX_DELIVERIES, Broker, BrokerDown, dead_queue_of, queue_of
from linli.databus.changes import Change
from linli.databus.deliveries import PARKED, Result
from linli.databus.queues.backoff import wait_ms
from linli.databus.queues.pump import Pump, Surroundings
from linli.databus.subscription_rows import Subscription
from linli.kernel import telemetry

if TYPE_CHECKING:
    from aiormq.abc import AbstractChannel, DeliveredMessage

log = telemetry.logger(__name__)

MOST_IN_FLIGHT: Final = 256
MOST_READY: Final = 5_000
NEW_QUEUE_MS: Final = 5_000
"""RabbitMQ writes a new quorum queue into its directory a little after it says that there is one. If it is killed
before, the queue comes back empty, whatever it had confirmed."""
LOOK_MS: Final = 2_000
"""How often RabbitMQ is asked for its messages and consumers."""


class AmqpPump(Pump):
    kind = "amqp"

    def __init__(self, around: Surroundings, subscription: Subscription, broker: Broker) -> None:
        super().__init__(around, subscription)
        self._broker = broker
        self._channel: AbstractChannel | None = None
        self._publishing: dict[int, asyncio.Task[None]] = {}
        self._again: set[int] = set()
        """Messages to send once more that stand in `deliveries`: a person asked."""
        self._dead: dict[int, int] = {}
        """Delivery tags of dead messages that are being written down, by number."""
        self._failures = 0
        self._down_until_ms = 0
        self._settles_ms = 0
        self._looked_ms = 0
        self.ready = 0
        """Messages that wait in RabbitMQ."""
        self.consumers = 0

    async def _load(self) -> None:
        rows = await deliveries.waiting(self._db, subscription_id=self.subscription.id)
        self._again = {number for number in rows if number not in self._publishing}

    def _ready(self) -> bool:
        return self._clock.now_ms() >= self._down_until_ms

    def _next_due_ms(self) -> int | None:
        if self._down_until_ms > self._clock.now_ms():
            return self._down_until_ms
        return max(self._settles_ms, self._looked_ms + LOOK_MS)

    async def _send(self) -> None:
        try:
            channel = await self._open()
            await self._look(channel)
        except BrokerDown as error:
            self._broken(error)
            return
        if self.ready >= MOST_READY or self._clock.now_ms() < self._settles_ms:
            return
        if self._again:
            changes = await self._reader.messages(sorted(self._again)[:MOST_IN_FLIGHT])
            for number in sorted(self._again):
                if number in changes:
                    self._start(channel, changes[number], again=True)
                elif len(changes) < MOST_IN_FLIGHT:
                    self._again.discard(number)
                    self._park(number, "expired")
        for change in self._window.waiting():
            if len(self._publishing) >= MOST_IN_FLIGHT:
                return
            self._window.start(change.id)
            self._start(channel, change, again=False)

    def _start(self, channel: AbstractChannel, change: Change, *, again: bool) -> None:
        if change.id not in self._publishing:
            self._publishing[change.id] = asyncio.create_task(self._publish(channel, change, again))

    async def _open(self) -> AbstractChannel:
        if self._channel is None or self._channel.is_closed:
            subscription = self.subscription
            if await self._broker.ensure(subscription.app_key, subscription.id):
                self._settles_ms = self._clock.now_ms() + NEW_QUEUE_MS
            channel = await self._broker.channel()
            dead = dead_queue_of(subscription.app_key, subscription.id)
            try:
                await channel.basic_consume(dead, self._came_back, timeout=5)
            except Exception as error:
                raise BrokerDown(str(error)) from error
            self._dead.clear()
            self._channel, self._looked_ms = channel, 0
        return self._channel

    async def _look(self, channel: AbstractChannel) -> None:
        now = self._clock.now_ms()
        if now - self._looked_ms < LOOK_MS:
            return
        try:
            queue_declare = await channel.queue_declare(
                queue_of(self.subscription.app_key, self.subscription.id), passive=True, timeout=5
            )
        except Exception as error:
            raise BrokerDown(str(error)) from error
        self._looked_ms = now
        if queue_declare is not None:
            self.ready, self.consumers = queue_declare.message_count or 0, queue_declare.consumer_count or 0

    async def _publish(self, channel: AbstractChannel, change: Change, again: bool) -> None:
        from pamqp.commands import Basic

        began, number = self._clock.now_ms(), change.id
        properties = Basic.Properties(
            delivery_mode=2,
            content_type="application/json",
            message_id=str(number),
            headers={
                "topic": change.topic(self.subscription.app_key),
                "appKey": self.subscription.app_key,
                "generateTime": change.created_ms,
            },
        )
        try:
            answer = await channel.basic_publish(
                change.message(),
                routing_key=queue_of(self.subscription.app_key, self.subscription.id),
                properties=properties,
                mandatory=True,
                timeout=30,
            )
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - any end of the connection ends the publish, under many names
            self._publishing.pop(number, None)
            self._window.put_back(number)
            self._broken(BrokerDown(f"{type(error).__name__}: {error}"))
            return
        if type(answer).__name__ != "Ack":
            self._publishing.pop(number, None)
            self._window.put_back(number)
            self._broken(BrokerDown("RabbitMQ refused a message"))
            return
        self._failures, self._failing_since_ms, self._last_error = 0, None, ""
        took = self._clock.now_ms() - began
        self._note(
            Result(
                change_id=number,
                ok=True,
                attempt=1,
                at_ms=began,
                latency_ms=took,
                status=None,
                reason="",
                excerpt="",
                state="",
                next_ms=0,
                has_row=again,
            )
        )

    def _broken(self, error: BrokerDown) -> None:
        """RabbitMQ is away: wait, longer each time."""
        now = self._clock.now_ms()
        channel, self._channel = self._channel, None
        if channel is not None and not channel.is_closed:
            closing = asyncio.ensure_future(channel.close())
            closing.add_done_callback(lambda done: done.cancelled() or done.exception())
        if now < self._down_until_ms:
            return  # others in flight fail with it
        if self._failing_since_ms is None:
            log.warning("subscription %d: RabbitMQ does not take messages: %s", self.subscription.id, error)
            self._failing_since_ms = now
        self._failures += 1
        self._last_error = "broker"
        self.consumers = 0
        self._down_until_ms = now + min(wait_ms(self._failures, self._rng), 15_000)
        self._to_write.set()
        self._wake.set()

    async def _came_back(self, message: DeliveredMessage) -> None:
        """A dead message: it is parked, and taken out of RabbitMQ once that is on disk."""
        named = message.header.properties.message_id or ""
        if message.delivery_tag is None:
            return
        if not named.isdigit():
            await message.channel.basic_ack(message.delivery_tag)
            return
        self._dead[int(named)] = message.delivery_tag
        self._park(int(named), "unacknowledged")

    def _park(self, number: int, reason: str) -> None:
        now = self._clock.now_ms()
        self._last_error = reason
        self._note(
            Result(
                change_id=number,
                ok=False,
                attempt=MAX_DELIVERIES,
                at_ms=now,
                latency_ms=0,
                status=None,
                reason=reason,
                excerpt="",
                state=PARKED,
                next_ms=0,
                has_row=True,
            )
        )

    async def _wrote(self, results: list[Result]) -> None:
        for result in results:
            self._publishing.pop(result.change_id, None)
            self._again.discard(result.change_id)
            tag = self._dead.pop(result.change_id, None)
            if tag is not None and self._channel is not None:
                with contextlib.suppress(Exception):  # it comes back once more
                    await self._channel.basic_ack(tag)

    async def _close(self) -> None:
        publishing = list(self._publishing.values())
        for task in publishing:
            task.cancel()
        await asyncio.gather(*publishing, return_exceptions=True)
        if self._channel is not None and not self._channel.is_closed:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(5):
                    await self._channel.close()
