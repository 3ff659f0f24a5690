"""The data bus put together: what the composing function makes, starts and stops.

bus = DataBus(db, clock, secrets, objects, settings, front=things.front, devices=lambda: iter(things.fleet))
things = Things(…, topics_of=databus.topics.may_subscribe)
things.ingest.on_committed.append(bus.committed)
things.front.on_app_ready = bus.app_ready
handlers.inline(CommunityApproved, databus.scopes.on_approved)
handlers.inline(SpaceChanged, databus.changes.relay(Kind.SPACE)), UserChanged and notices alike
"""

from collections.abc import Callable, Iterator

from linli.databus import registry
from linli.databus.feed.queue import Consumer
from linli.databus.feed.room import DeviceFeed
from linli.databus.queues.hub import Hub
from linli.databus.queues.mqtt import AppPublisher
from linli.databus.retention import Retention
from linli.databus.webhook.pump import Limits
from linli.kernel.clock import Clock
from linli.kernel.db import Database
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
        """Raises ModelError when a data model is wrong."""
        registry.load()
        limits = Limits(settings.webhooks.allow_private, settings.webhooks.timeout_seconds)
        self.hub = Hub(db, clock, secrets, limits=limits, publisher=front)
        self.feed = DeviceFeed(db, clock, front, devices) if front is not None else None
        self.retention = Retention(db, clock, store, days=settings.retention.records_days)

    async def start(self) -> None:
        """Before the MQTT front opens."""
        await self.hub.start()
        if self.feed is not None:
            await self.feed.start()
        self.retention.start()

    async def stop(self) -> None:
        """After the MQTT front closed."""
        await self.retention.stop()
        if self.feed is not None:
            await self.feed.stop()
        await self.hub.stop()

    def committed(self, messages: list[Message]) -> None:
        """Device messages that are on disk (`Ingest.on_committed`)."""
        if self.feed is not None:
            self.feed.committed(messages)

    def app_ready(self, app_key: str, session: Consumer) -> None:
        """A consumer subscribed or has room again (`Publisher.on_app_ready`)."""
        self.hub.app_ready(app_key, session)
        if self.feed is not None:
            self.feed.app_ready(app_key, session)
