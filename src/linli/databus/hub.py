"""All senders of this process. They start and stop with their subscriptions, and commits wake them.

One process at a time serves a queue (`leases`). A process asks for the lease of a webhook whenever it is free, of an
AMQP queue if the process reaches RabbitMQ, and of an MQTT queue while one of its own consumers wants it. When its last
consumer leaves, it gives the lease back, so that a process with other consumers takes over.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Protocol

from linli.databus import changes, subscriptions, topics
from linli.databus.amqp.broker import Broker, BrokerDown
from linli.databus.amqp.pump import AmqpPump
from linli.databus.queues.horizon import Horizon
from linli.databus.queues.leases import Leases
from linli.databus.queues.mqtt import AppPublisher, MqttPump
from linli.databus.queues.presence import Presence
from linli.databus.queues.pump import POLL_SECONDS, Pump, Surroundings
from linli.databus.subscription_rows import (
    AMQP,
    CHANGES,
    MQTT,
    WEBHOOK,
    Subscription,
    enabled_subscriptions,
    find_by_id,
)
from linli.databus.webhook.pump import Limits, WebhookPump
from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.rounds import Rounds, end_tasks
from linli.kernel.secrets import Secrets

log = telemetry.logger(__name__)

_RELOAD_EVERY = 5
"""Rounds of polling after which requests made in other processes are looked for."""


class Granted(Protocol):
    """The subscriptions of a consumer's session (`things.mqtt.subscriptions.Subscriptions`)."""

    def granted(self, topic: str) -> int | None: ...


class Consumer(Protocol):
    """A consumer's session at the MQTT front (`things.mqtt.session.Session`)."""

    @property
    def subscriptions(self) -> Granted: ...
    @property
    def connection(self) -> object | None: ...
    @property
    def tenant_id(self) -> str: ...


type Counts = Mapping[int, tuple[str, int]]
"""(tenant, consumers) by subscription."""


class Hub:
    """The delivery side of the data bus. `publisher` None: this process has no MQTT front; `broker`: no RabbitMQ."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        *,
        limits: Limits,
        publisher: AppPublisher | None = None,
        broker: Broker | None = None,
        rng: Random | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._limits = limits
        self._publisher = publisher
        self._broker = broker
        self._leases = Leases(db, clock)
        self.horizon = Horizon(db)
        self._around = Surroundings(db, clock, self.horizon, rng or Random(), self._leases)
        self._presence = Presence(db, clock, self._leases.who)
        self.counters: list[Callable[[], Counts]] = []
        """Other parts with consumers: event streams, the feed of devices."""
        self._pumps: dict[int, Pump] = {}
        self._rounds = Rounds(
            clock, POLL_SECONDS, self._look, name="databus-hub", trouble="subscriptions cannot be read"
        )
        self._round = 0
        self._stops: list[Callable[[], None]] = []
        self._consumers: dict[str, dict[int, Consumer]] = {}
        """Sessions at this process's front by appKey."""
        self._mqtt_queues: set[tuple[str, str]] = set()
        """(appKey, topic) of the MQTT queues that exist."""
        self._making: set[tuple[str, str]] = set()
        self._ensuring: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._stops = [
            changes.on_growth(self._db, self._grew, missed=self._wake_all),
            subscriptions.on_change(self._db, self._rounds.changed.set),
        ]
        await self._db.signals.ready()
        await self._reload(False)
        self._rounds.start()

    async def stop(self) -> None:
        """Stop sending; the next process to serve the queue sends the messages in flight again."""
        for stop in self._stops:
            stop()
        await self._rounds.stop()
        await end_tasks(*self._ensuring)
        for pump in self._pumps.values():
            await pump.stop()
        self._pumps.clear()
        if self._broker is not None:
            await self._broker.stop()
        with contextlib.suppress(LinliError):
            await self._leases.release()
            await self._presence.leave()

    def app_ready(self, app_key: str, session: Consumer) -> None:
        """A consumer subscribed or has room again; to be called by the front (`Publisher.on_app_ready`).

        Its first subscription to a topic makes that topic's durable queue.
        """
        consumers = self._consumers.setdefault(app_key, {})
        if id(session) not in consumers:
            consumers[id(session)] = session
        missing = [
            topic
            for topic in topics.all_topics(app_key, session.tenant_id)
            if session.subscriptions.granted(topic) is not None
            and (app_key, topic) not in self._mqtt_queues | self._making
        ]
        if missing:
            self._making.update((app_key, topic) for topic in missing)
            task = asyncio.create_task(self._ensure(app_key, missing))
            self._ensuring.add(task)
            task.add_done_callback(self._ensuring.discard)
        served = {
            pump.subscription.filters.topic: pump
            for pump in self._pumps.values()
            if isinstance(pump, MqttPump) and pump.subscription.app_key == app_key
        }
        for pump in served.values():
            pump.consumer_ready()
        if any(
            key == app_key and topic not in served and session.subscriptions.granted(topic) is not None
            for key, topic in self._mqtt_queues
        ):
            self._rounds.changed.set()  # a queue that exists and is not served here

    async def _ensure(self, app_key: str, wanted: list[str]) -> None:
        try:
            key = await tenancy.find_app_key(self._db, app_key)
            if key is None:
                return

            async def work(tx: Tx) -> None:
                for topic in sorted(wanted):
                    await subscriptions.ensure_topic_queue(tx, key, topic=topic)

            await self._db.run(work)
            self._mqtt_queues.update((app_key, topic) for topic in wanted)
        except LinliError:
            log.exception("the queues of %s cannot be made", app_key)
        finally:
            self._making.difference_update((app_key, topic) for topic in wanted)

    def _grew(self, tenant_id: str) -> None:
        for pump in self._pumps.values():
            if pump.subscription.tenant_id == tenant_id:
                pump.wake()

    def _wake_all(self) -> None:
        for pump in self._pumps.values():
            pump.wake()

    async def _look(self, asked: bool) -> None:
        self._round += 1
        await self._reload(asked or self._round % _RELOAD_EVERY == 0)

    async def _reload(self, asked: bool) -> None:
        """Bring the senders in line with the table; `asked`: they look for messages to try again, too."""
        rows = {row.id: row for row in await enabled_subscriptions(self._db) if row.stream == CHANGES}
        self._mqtt_queues = {(row.app_key, row.name) for row in rows.values() if row.kind == MQTT}
        self._forget_gone()
        wanted = {number: row for number, row in rows.items() if self._can_serve(row)}
        if self._leases.due(wanted):
            # Write down the places of released queues first: only the holder of the lease may.
            leaving = [number for number in self._pumps if number not in wanted]
            for number in leaving:
                if number not in rows and isinstance(pump := self._pumps[number], AmqpPump):
                    self._ensuring.add(task := asyncio.create_task(self._remove(pump.subscription)))
                    task.add_done_callback(self._ensuring.discard)
            await self._stop_all(leaving)
            await self._leases.renew(wanted)
            if self._leases.lapsed:
                self._rounds.changed.set()  # the renewal itself took longer than a lease: once more, at once
        mine = self._leases.leased()
        for number, pump in list(self._pumps.items()):
            row = wanted.get(number)
            if row is None or number not in mine or pump.lost or row.settings != pump.subscription.settings:
                await self._stop_all([number])
            elif asked:
                pump.reload()
        for number, row in wanted.items():
            if number not in self._pumps and number in mine:
                self._start(await self._fresh(row))
        await self._presence.tell(self._count(rows.values()))

    async def _remove(self, subscription: Subscription) -> None:
        """A subscription was deleted (not only stopped): so is its queue in RabbitMQ."""
        if self._broker is None or await find_by_id(self._db, subscription_id=subscription.id) is not None:
            return
        try:
            await self._broker.delete(subscription.app_key, subscription.id)
        except BrokerDown:
            log.warning("the queue of subscription %d stays in RabbitMQ until it expires", subscription.id)

    def _forget_gone(self) -> None:
        for app_key, sessions in list(self._consumers.items()):
            here = {key: consumer for key, consumer in sessions.items() if consumer.connection is not None}
            if here:
                self._consumers[app_key] = here
            else:
                del self._consumers[app_key]

    def _listening(self, row: Subscription) -> int:
        """Consumers of this process's front that want an MQTT queue's topic."""
        sessions = self._consumers.get(row.app_key, {}).values()
        return sum(session.subscriptions.granted(row.filters.topic) is not None for session in sessions)

    def _can_serve(self, row: Subscription) -> bool:
        if row.kind == WEBHOOK:
            return True
        if row.kind == AMQP:
            return self._broker is not None
        return row.kind == MQTT and self._publisher is not None and self._listening(row) > 0

    def _count(self, rows: Iterable[Subscription]) -> dict[int, tuple[str, int]]:
        counts = {row.id: (row.tenant_id, self._listening(row)) for row in rows if row.kind == MQTT}
        for pump in self._pumps.values():
            if isinstance(pump, AmqpPump):
                counts[pump.subscription.id] = (pump.subscription.tenant_id, pump.consumers)
        for counter in self.counters:
            counts |= counter()
        return counts

    async def _stop_all(self, numbers: Iterable[int]) -> None:
        for number in list(numbers):
            await self._pumps.pop(number).stop()

    async def _fresh(self, row: Subscription) -> Subscription:
        """The row as its stopped sender left it: that may have written a cursor since the table was read."""
        return next(
            (
                enabled_subscription
                for enabled_subscription in await enabled_subscriptions(self._db)
                if enabled_subscription.id == row.id
            ),
            row,
        )

    def _start(self, row: Subscription) -> None:
        pump: Pump
        if row.kind == WEBHOOK:
            try:
                secret = self._secrets.open(row.secret, about=row.about)
            except LinliError:
                log.error("the secret of webhook %d cannot be opened", row.id)
                return
            pump = WebhookPump(self._around, row, secret, self._limits)
        elif row.kind == MQTT and self._publisher is not None:
            pump = MqttPump(self._around, row, self._publisher)
        elif row.kind == AMQP and self._broker is not None:
            pump = AmqpPump(self._around, row, self._broker)
        else:
            return
        self._pumps[row.id] = pump
        pump.start()
