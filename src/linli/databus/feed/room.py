"""The feeds of all appKeys in this process. They are notified of commits and consumers; their places are saved from
time to time.

One process at a time serves a feed, a process with connected consumers (`queues.leases`). Signals from other fronts
name devices with new messages; their messages are read from the inbox table.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Final

from sqlalchemy import bindparam, update

from linli.databus import subscriptions
from linli.databus.feed.messages import Payloads
from linli.databus.feed.queue import Consumer, FeedQueue
from linli.databus.models import subscriptions as subscription_table
from linli.databus.queues.leases import Leases
from linli.databus.queues.mqtt import AppPublisher
from linli.databus.queues.reader import Access
from linli.databus.subscription_rows import THINGS, Subscription, enabled_subscriptions, find_by_id
from linli.kernel import tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.rounds import Rounds, end_tasks
from linli.things.fleet import DeviceEntry
from linli.things.inbox.messages import Message

SAVE_SECONDS: Final = 1.0
"""How much may come again after a crash."""

ELSEWHERE: Final = "databus_things"
"""The channel on which a front names devices with committed messages to the others: device numbers with commas."""
_PER_SIGNAL: Final = 400
BEHIND_MS: Final = 10_000
"""While others commit too, this much is read again after a take-over: their signal may not have come yet."""
_OTHERS_MS: Final = 60_000

_save = Command(
    update(subscription_table)
    .where(
        subscription_table.c.id == bindparam("row_id", type_=INT),
        subscription_table.c.generation == bindparam("of_generation", type_=INT),
        subscription_table.c.lease_by == bindparam("who"),
    )
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
        self._leases = Leases(db, clock, "feed")
        self._queues: dict[str, FeedQueue] = {}
        """The feeds that this process serves."""
        self._rows: dict[str, Subscription] = {}
        self._sessions: dict[str, dict[int, Consumer]] = {}
        """Consumers at this process's front that listen to devices, by appKey."""
        self._saved: dict[int, int] = {}
        self._opening: dict[str, asyncio.Task[None]] = {}
        self._rounds = Rounds(
            clock,
            SAVE_SECONDS,
            self._look,
            name="device-feed",
            trouble="the places of device feeds cannot be saved",
        )
        self._elsewhere_ms = 0
        self._stops: list[Callable[[], None]] = []

    async def start(self) -> None:
        signals = self._db.signals
        self._stops = [
            subscriptions.on_change(self._db, self._rounds.changed.set),
            signals.listen(ELSEWHERE, self._heard, missed=self._missed, others_only=True),
        ]
        await signals.ready()
        await self._load()
        self._rounds.start()

    async def stop(self) -> None:
        for stop in self._stops:
            stop()
        await self._rounds.stop()
        await end_tasks(*self._opening.values())
        for queue in self._queues.values():
            await queue.close()
        await self._write_places()
        self._queues.clear()
        with contextlib.suppress(LinliError):
            await self._leases.release()

    def committed(self, messages: list[Message]) -> None:
        """Messages that are on disk, in the order of their commit."""
        if self._db.signals.reaches_others and self._rows:
            self._tell_others(messages)
        if not self._queues:
            return
        payloads = Payloads(messages)
        for queue in self._queues.values():
            queue.committed(messages, payloads)

    def counts(self) -> dict[int, tuple[str, int]]:
        """(tenant, consumers here) by subscription."""
        return {
            row.id: (row.tenant_id, len(self._here(app_key)))
            for app_key, row in self._rows.items()
            if app_key in self._sessions
        }

    def _tell_others(self, messages: list[Message]) -> None:
        tenants = {row.tenant_id for row in self._rows.values()}
        numbers = list({str(m.device.device_no) for m in messages if m.device.tenant_id in tenants})
        for start in range(0, len(numbers), _PER_SIGNAL):
            self._db.signals.publish(ELSEWHERE, ",".join(numbers[start : start + _PER_SIGNAL]))

    def _heard(self, payload: str) -> None:
        self._elsewhere_ms = self._clock.now_ms()
        numbers = [int(number) for number in payload.split(",")]
        for queue in self._queues.values():
            queue.committed_elsewhere(numbers)

    def _missed(self) -> None:
        self._elsewhere_ms = self._clock.now_ms()
        for queue in self._queues.values():
            queue.resume()

    def _here(self, app_key: str) -> list[Consumer]:
        consumers = self._sessions.get(app_key, {})
        return [consumer for consumer in consumers.values() if consumer.connection is not None]

    def app_ready(self, app_key: str, session: Consumer) -> None:
        """A consumer subscribed, or has room again. Its first subscription to devices makes its feed."""
        registered = id(session) in self._sessions.get(app_key, {})
        if not registered and any(
            _touches(subscription.inner, f"/sys/appkey/{app_key}/thing/")
            for subscription in session.subscriptions
        ):
            self._sessions.setdefault(app_key, {})[id(session)] = session
            if app_key not in self._rows and app_key not in self._opening:
                self._opening[app_key] = asyncio.create_task(self._open(app_key))
            elif app_key not in self._queues:
                self._rounds.changed.set()
        queue = self._queues.get(app_key)
        if queue is not None:
            queue.consumer_ready(session)

    async def _open(self, app_key: str) -> None:
        try:
            key = await tenancy.find_app_key(self._db, app_key)
            if key is None:
                return
            await self._db.run(
                lambda tx: subscriptions.ensure_topic_queue(
                    tx, key, topic=f"/sys/appkey/{app_key}/thing/#", stream=THINGS
                )
            )
            self._rounds.changed.set()
        finally:
            del self._opening[app_key]

    async def _load(self) -> None:
        """Bring the feeds in line with the table, and what each may see with the grants."""
        self._rows = {
            row.app_key: row for row in await enabled_subscriptions(self._db) if row.stream == THINGS
        }
        for app_key, sessions in list(self._sessions.items()):
            here = {key: consumer for key, consumer in sessions.items() if consumer.connection is not None}
            if here:
                self._sessions[app_key] = here
            else:
                del self._sessions[app_key]
        wanted = {row.id for app_key, row in self._rows.items() if app_key in self._sessions}
        if self._leases.due(wanted):
            leaving = [key for key, queue in self._queues.items() if queue.subscription.id not in wanted]
            await self._close(leaving)
            await self._leases.renew(wanted)
        mine = self._leases.leased()
        await self._close(
            [
                app_key
                for app_key, queue in self._queues.items()
                if (row := self._rows.get(app_key)) is None
                or row.id not in mine
                or row.generation != queue.subscription.generation
            ]
        )
        for app_key, row in self._rows.items():
            if row.id in mine:
                await self._serve(app_key, row)

    async def _serve(self, app_key: str, row: Subscription) -> None:
        queue = self._queues.get(app_key)
        if queue is not None:
            await self._see(queue)
            return
        # Read once more: the row as the process before left it.
        fresh = await find_by_id(self._db, subscription_id=row.id) or row
        queue = FeedQueue(self._db, self._publisher, fresh, devices=self._devices)
        self._saved[row.id] = fresh.cursor_id
        await self._see(queue)
        self._queues[app_key] = queue
        for session in self._here(app_key):
            queue.consumer_ready(session)

    async def _close(self, app_keys: list[str]) -> None:
        for app_key in app_keys:
            await self._queues[app_key].close()
        if app_keys:
            await self._write_places()
        for app_key in app_keys:
            del self._queues[app_key]

    async def _see(self, queue: FeedQueue) -> None:
        subscription = queue.subscription
        key = await tenancy.find_app_key(self._db, subscription.app_key)
        communities = await tenancy.communities_of(
            self._db, tenant_id=subscription.tenant_id, project_id=subscription.project_id
        )
        queue.access = Access(key is not None and bool(key.enabled), communities)

    async def _look(self, asked: bool) -> None:
        await self._write_places()
        await self._load()

    async def _write_places(self) -> None:
        now = self._clock.now_ms()
        others = now - self._elsewhere_ms < _OTHERS_MS
        most = Ids.number_at(now - BEHIND_MS) if others else None
        places = {}
        for queue in self._queues.values():
            place = queue.place() if most is None else min(queue.place(), most)
            places[queue.subscription.id] = (
                max(place, queue.subscription.cursor_id),
                queue.subscription.generation,
            )
        moved = {number: at for number, at in places.items() if self._saved.get(number) != at[0]}
        if not moved:
            return
        binds = [
            {"row_id": n, "cursor": place, "of_generation": generation, "who": self._leases.who, "now": now}
            for n, (place, generation) in moved.items()
        ]
        await self._db.run(lambda tx: _save.run_many(tx, binds))
        self._saved |= {number: place for number, (place, _) in moved.items()}


def _touches(topic_filter: str, root: str) -> bool:
    """Whether a filter can take topics under `root` (which ends with a slash)."""
    wanted, given = topic_filter.split("/"), root.rstrip("/").split("/")
    for place, level in enumerate(given):
        if place >= len(wanted):
            return False
        if wanted[place] == "#":
            return True
        if wanted[place] not in ("+", level):
            return False
    return len(wanted) > len(given)
