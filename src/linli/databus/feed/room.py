"""The feeds of all appKeys in this process: told of commits and of consumers, their places saved now and then."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import bindparam, update

from linli.databus import subscriptions
from linli.databus.feed.messages import Payloads
from linli.databus.feed.queue import Consumer, FeedQueue
from linli.databus.models import subscriptions as subscription_table
from linli.databus.queues.mqtt import AppPublisher
from linli.databus.queues.reader import Access
from linli.databus.subscription_rows import THINGS, enabled_subscriptions
from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message

log = telemetry.logger(__name__)

SAVE_SECONDS: Final = 1.0
"""How much may come again after a crash."""

_save = Command(
    update(subscription_table)
    .where(subscription_table.c.id == bindparam("row_id", type_=INT))
    .values(cursor_id=bindparam("cursor", type_=INT), last_seen_ms=bindparam("now", type_=INT)),
    unscoped="the feeds of this process",
)


class DeviceFeed:
    """`committed` belongs into `Ingest.on_committed`, `app_ready` into the front's `on_app_ready`."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        publisher: AppPublisher,
        devices: Callable[[], Iterator[DeviceEntry]],
    ) -> None:
        self._db = db
        self._clock = clock
        self._publisher = publisher
        self._devices = devices
        self._queues: dict[str, FeedQueue] = {}
        self._saved: dict[int, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, list[Consumer]] = {}

    async def start(self) -> None:
        await self._load()
        self._task = asyncio.create_task(self._loop(), name="device-feed")

    async def stop(self) -> None:
        for task in (self._task, *self._opening.values()):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        for queue in self._queues.values():
            await queue.close()
        await self._write_places()

    def committed(self, messages: list[Message]) -> None:
        """Messages that are on disk, in the order of their commit."""
        if not self._queues:
            return
        payloads = Payloads(messages)
        for queue in self._queues.values():
            queue.committed(messages, payloads)

    def app_ready(self, app_key: str, session: Consumer) -> None:
        """A consumer subscribed, or has room again. Its first subscription to devices makes its feed."""
        queue = self._queues.get(app_key)
        if queue is not None:
            queue.consumer_ready(session)
        elif any(_touches(one, f"/sys/appkey/{app_key}/thing/") for one in session.subscriptions):
            self._waiting.setdefault(app_key, []).append(session)
            if app_key not in self._opening:
                self._opening[app_key] = asyncio.create_task(self._open(app_key))

    async def _open(self, app_key: str) -> None:
        try:
            key = await tenancy.find_app_key(self._db, app_key)
            if key is None:
                return
            async with self._db.begin() as tx:
                await subscriptions.ensure_topic_queue(
                    tx, key, topic=f"/sys/appkey/{app_key}/thing/#", stream=THINGS
                )
            await self._load()
            for session in self._waiting.pop(app_key, []):
                if (queue := self._queues.get(app_key)) is not None:
                    queue.consumer_ready(session)
        finally:
            del self._opening[app_key]

    async def _load(self) -> None:
        """Bring the feeds in line with the table, and what each may see with the grants."""
        rows = {row.app_key: row for row in await enabled_subscriptions(self._db) if row.stream == THINGS}
        for app_key in set(self._queues) - set(rows):
            await self._queues.pop(app_key).close()
        for app_key, row in rows.items():
            queue = self._queues.get(app_key)
            if queue is None:
                queue = FeedQueue(self._db, self._publisher, row, devices=self._devices)
                self._saved[row.id] = row.cursor_id
                await self._look(queue)
                self._queues[app_key] = queue
            else:
                await self._look(queue)

    async def _look(self, queue: FeedQueue) -> None:
        held = queue.subscription
        key = await tenancy.find_app_key(self._db, held.app_key)
        communities = await tenancy.communities_of(
            self._db, tenant_id=held.tenant_id, project_id=held.project_id
        )
        queue.access = Access(key is not None and bool(key.enabled), communities)

    async def _loop(self) -> None:
        failed = False
        while True:
            await self._clock.sleep(SAVE_SECONDS)
            try:
                await self._write_places()
                await self._load()
                failed = False
            except Exception:
                if not failed:
                    log.exception("the places of device feeds cannot be saved")
                failed = True

    async def _write_places(self) -> None:
        places = {queue.subscription.id: queue.place() for queue in self._queues.values()}
        moved = {number: place for number, place in places.items() if self._saved.get(number) != place}
        if not moved:
            return
        now = self._clock.now_ms()
        async with self._db.begin() as tx:
            await _save.run_many(
                tx, [{"row_id": n, "cursor": place, "now": now} for n, place in moved.items()]
            )
        self._saved |= moved


def _touches(topic_filter: str, root: str) -> bool:
    """Whether a filter can take topics under `root` (which ends with a slash)."""
    wanted, given = topic_filter.split("/"), root.rstrip("/").split("/")
    if wanted[0] == "$share":
        wanted = wanted[2:]
    for place, level in enumerate(given):
        if place >= len(wanted):
            return False
        if wanted[place] == "#":
            return True
        if wanted[place] not in ("+", level):
            return False
    return len(wanted) > len(given)
