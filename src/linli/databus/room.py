"""The parts of the data bus, which the composing function builds, starts and stops.

bus = DataBus(db, clock, secrets, objects, settings, front=things.switchboard, devices=lambda: iter(things.fleet))
things = Things(…, topics_of=databus.topics.may_subscribe)
things.ingest.on_committed.append(bus.committed)
things.ingest.in_commit.append(bus.in_commit)
things.switchboard.on_app_ready.append(bus.app_ready)
bus.open_streams(openapi.gateway)       # before start; `bus.streams` and `bus.rabbit_auth` are ASGI applications
handlers.inline(CommunityApproved, databus.scopes.on_approved)
handlers.inline(SpaceChanged, databus.changes.relay(Kind.SPACE)), UserChanged and notices alike
"""

import ssl
from collections.abc import Callable, Iterator

from linli.databus import registry
from linli.databus.amqp.auth import RabbitAuth
from linli.databus.amqp.broker import Broker, broker_address
from linli.databus.amqp.guard import Guard
from linli.databus.feed.queue import Consumer
from linli.databus.feed.room import DeviceFeed
from linli.databus.hub import Hub
from linli.databus.queues.mqtt import AppPublisher
from linli.databus.retention import Retention
from linli.databus.sse.http import EventStreams, Gateway
from linli.databus.sse.tickets import Tickets
from linli.databus.thing_log import ThingLog
from linli.databus.webhook.pump import Limits
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.objects import ObjectStore
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message


class DataBus:
    """Senders, device feeds and retention. Without a `front` (a worker process) it serves webhooks only."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        store: ObjectStore,
        settings: Settings,
        *,
        front: AppPublisher | None = None,
        devices: Callable[[], Iterator[DeviceEntry]] = lambda: iter(()),
    ) -> None:
        """Raises ModelError when a data model is wrong, SettingsError when AMQP lacks its library."""
        registry.load()
        self._db = db
        self._clock = clock
        self._settings = settings
        limits = Limits(settings.webhooks.allow_private, settings.webhooks.timeout_seconds)
        broker = Broker(settings.amqp.url) if settings.amqp.url else None
        self.hub = Hub(db, clock, secrets, limits=limits, publisher=front, broker=broker)
        self.thing_log = ThingLog(db, clock)
        self.tickets = Tickets(secrets.derived("event stream tickets"))
        self.rabbit_auth = RabbitAuth(db, secrets, clock, token=settings.amqp.auth_token)
        self.guard: Guard | None = None
        self.streams: EventStreams | None = None
        self.feed = DeviceFeed(db, clock, front, devices) if front is not None else None
        self.retention = Retention(db, clock, store, days=settings.retention.records_days)

    def open_streams(self, gateway: Gateway) -> EventStreams:
        """Serve event streams; `gateway` checks their requests."""
        self.streams = EventStreams(self._db, self._clock, self.hub.horizon, gateway, self.tickets)
        self.hub.counters.append(self.streams.counts)
        return self.streams

    async def start(self) -> None:
        """Before the MQTT front opens."""
        await self.thing_log.start()
        if self.feed is not None:
            self.hub.counters.append(self.feed.counts)
        if self.streams is not None:
            self.streams.start()
        await self.hub.start()
        if self.feed is not None:
            await self.feed.start()
        self.retention.start()

    async def listen(self, tls: ssl.SSLContext | None = None) -> None:
        """Open the door to RabbitMQ, where one is set. Raises OSError when its port is taken."""
        amqp = self._settings.amqp
        if amqp.url and amqp.port:
            self.guard = Guard(
                self._clock, broker_address(amqp.url), proxies=self._settings.http.trusted_proxies
            )
            await self.guard.start(amqp.host, amqp.port, tls)

    async def close_streams(self) -> None:
        """Before the web server stops: it waits for answers to end."""
        if self.streams is not None:
            await self.streams.stop()
        if self.guard is not None:
            await self.guard.stop()

    async def stop(self) -> None:
        """After the MQTT front closed."""
        await self.close_streams()
        await self.thing_log.stop()
        await self.retention.stop()
        if self.feed is not None:
            await self.feed.stop()
        await self.hub.stop()

    async def in_commit(self, tx: Tx, messages: list[Message]) -> None:
        """Device messages that are being stored (`Ingest.in_commit`)."""
        await self.thing_log.write(tx, messages)

    def committed(self, messages: list[Message]) -> None:
        """Device messages that are on disk (`Ingest.on_committed`)."""
        if self.feed is not None:
            self.feed.committed(messages)

    def app_ready(self, app_key: str, session: Consumer) -> None:
        """A consumer subscribed or has room again (`Publisher.on_app_ready`)."""
        self.hub.app_ready(app_key, session)
        if self.feed is not None:
            self.feed.app_ready(app_key, session)
