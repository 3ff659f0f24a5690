"""All senders of this process: started and stopped as subscriptions come and go, woken by commits."""

import asyncio
import contextlib
from collections.abc import Callable
from random import Random
from typing import Protocol

from linli.databus import changes, subscriptions, topics
from linli.databus.queues.horizon import Horizon
from linli.databus.queues.leases import Leases
from linli.databus.queues.mqtt import AppPublisher, MqttPump
from linli.databus.queues.pump import POLL_SECONDS, Pump, Surroundings
from linli.databus.subscription_rows import CHANGES, MQTT, WEBHOOK, Subscription, enabled_subscriptions
from linli.databus.webhook.pump import Limits, WebhookPump
from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.secrets import Secrets

log = telemetry.logger(__name__)

_RELOAD_EVERY = 5
"""Rounds of polling after which requests made in other processes are looked for."""


class Granted(Protocol):
    """What a consumer's session subscribed to (`things.mqtt.subscriptions.Subscriptions`)."""

    def granted(self, topic: str) -> int | None: ...


class Consumer(Protocol):
    """A consumer's session at the MQTT front (`things.mqtt.session.Session`)."""

    @property
    def subscriptions(self) -> Granted: ...


class Hub:
    """The delivery side of the data bus. `publisher` None: this process has no MQTT front."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        secrets: Secrets,
        *,
        limits: Limits,
        publisher: AppPublisher | None = None,
        rng: Random | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._limits = limits
        self._publisher = publisher
        self._around = Surroundings(db, clock, Horizon(db), rng or Random())
        self._leases = Leases(db, clock)
        self._pumps: dict[int, Pump] = {}
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stops: list[Callable[[], None]] = []
        self._known: set[tuple[str, str]] = set()
        """(appKey, topic) of the MQTT queues that exist."""
        self._making: set[tuple[str, str]] = set()
        self._ensuring: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._stops = [
            changes.on_growth(self._db, self._grew),
            subscriptions.on_change(self._db, self._changed.set),
        ]
        await self._reload(False)
        self._task = asyncio.create_task(self._loop(), name="databus-hub")

    async def stop(self) -> None:
        """Stop sending; what is in flight comes again from whoever serves next."""
        for stop in self._stops:
            stop()
        for task in (self._task, *self._ensuring):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        for pump in self._pumps.values():
            await pump.stop()
        self._pumps.clear()
        with contextlib.suppress(LinliError):
            await self._leases.release()

    def app_ready(self, app_key: str, session: Consumer) -> None:
        """A consumer subscribed or has room again; to be called by the front (`Publisher.on_app_ready`).

        Its first subscription to a topic makes that topic's durable queue.
        """
        missing = [
            topic
            for topic in topics.all_topics(app_key)
            if session.subscriptions.granted(topic) is not None
            and (app_key, topic) not in self._known | self._making
        ]
        if missing:
            self._making.update((app_key, topic) for topic in missing)
            task = asyncio.create_task(self._ensure(app_key, missing))
            self._ensuring.add(task)
            task.add_done_callback(self._ensuring.discard)
        for pump in self._pumps.values():
            if isinstance(pump, MqttPump) and pump.subscription.app_key == app_key:
                pump.consumer_ready()

    async def _ensure(self, app_key: str, wanted: list[str]) -> None:
        try:
            key = await tenancy.find_app_key(self._db, app_key)
            if key is None:
                return
            async with self._db.begin() as tx:
                for topic in wanted:
                    await subscriptions.ensure_topic_queue(tx, key, topic=topic)
            self._known.update((app_key, topic) for topic in wanted)
        except LinliError:
            log.exception("the queues of %s cannot be made", app_key)
        finally:
            self._making.difference_update((app_key, topic) for topic in wanted)

    def _grew(self, tenant_id: str) -> None:
        for pump in self._pumps.values():
            if pump.subscription.tenant_id == tenant_id:
                pump.wake()

    async def _loop(self) -> None:
        failed, rounds = False, 0
        while True:
            waiters = [
                asyncio.ensure_future(self._changed.wait()),
                asyncio.ensure_future(self._clock.sleep(POLL_SECONDS)),
            ]
            try:
                await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for waiter in waiters:
                    waiter.cancel()
            rounds += 1
            asked = self._changed.is_set() or rounds % _RELOAD_EVERY == 0
            self._changed.clear()
            try:
                await self._reload(asked)
                failed = False
            except Exception:
                if not failed:
                    log.exception("subscriptions cannot be read")
                failed = True

    async def _reload(self, asked: bool) -> None:
        """Bring the senders in line with the table; `asked`: they look for messages to try again, too."""
        wanted = {row.id: row for row in await enabled_subscriptions(self._db) if row.stream == CHANGES}
        self._known = {(row.app_key, row.name) for row in wanted.values() if row.kind == MQTT}
        webhooks = {number for number, row in wanted.items() if row.kind == WEBHOOK}
        if webhooks and (self._leases.due or not webhooks <= self._leases.held()):
            await self._leases.renew()
            if self._leases.lapsed:
                self._changed.set()  # the renewal itself took longer than a lease: once more, at once
        mine = self._leases.held()
        for number, pump in list(self._pumps.items()):
            row = wanted.get(number)
            served = row is not None and (row.kind != WEBHOOK or number in mine)
            if row is None or not served or row.settings != pump.subscription.settings:
                del self._pumps[number]
                await pump.stop()
            elif asked:
                pump.reload()
        for number, row in wanted.items():
            if number not in self._pumps and (row.kind != WEBHOOK or number in mine):
                self._start(await self._fresh(row))

    async def _fresh(self, row: Subscription) -> Subscription:
        """The row as its stopped sender left it: that may have written a cursor since the table was read."""
        return next((held for held in await enabled_subscriptions(self._db) if held.id == row.id), row)

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
        else:
            return
        self._pumps[row.id] = pump
        pump.start()
