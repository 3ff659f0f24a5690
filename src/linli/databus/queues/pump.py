"""The common work of senders: read, send, store results, move the cursor. How it sends is its own business."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from random import Random
from typing import Final, NamedTuple

from linli.databus import deliveries
from linli.databus.changes import Change
from linli.databus.deliveries import LeaseLost, Result
from linli.databus.queues.horizon import Horizon
from linli.databus.queues.leases import Leases
from linli.databus.queues.reader import Reader
from linli.databus.queues.window import Window
from linli.databus.subscription_rows import Subscription
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.rounds import end_tasks, set_within

log = telemetry.logger(__name__)
sent = telemetry.counter("subscription_deliveries", "Messages handed to subscribers.", ("kind", "outcome"))

POLL_SECONDS: Final = 1.0
"""The safety net below the wake-ups: another process's commits are seen at the latest after this."""

CATCH_UP_SECONDS: Final = 0.2
"""How soon to look whether the cursor may follow, when all is settled but the horizon is behind."""

ROOM: Final = 500


class Surroundings(NamedTuple):
    """Common parts of senders."""

    db: Database
    clock: Clock
    horizon: Horizon
    rng: Random
    leases: Leases


class Pump(ABC):
    """One subscription's sender."""

    kind: str
    logs_successes = False

    def __init__(self, around: Surroundings, subscription: Subscription) -> None:
        self.subscription = subscription
        self._db = around.db
        self._clock = around.clock
        self._rng = around.rng
        self._reader = Reader(around.db, around.clock, around.horizon, subscription)
        self._window: Window[Change] = Window(subscription.cursor_id)
        self._leases = around.leases
        self.lost = False
        """Another process serves the queue: the owner of this sender must stop it."""
        self._failing_since_ms = subscription.failing_since_ms
        self._last_error = subscription.last_error
        self._written = (subscription.cursor_id, subscription.failing_since_ms, subscription.last_error)
        self._results: list[Result] = []
        self._wake = asyncio.Event()
        self._reload = True
        self._tasks: list[asyncio.Task[None]] = []
        self._to_write = asyncio.Event()

    def start(self) -> None:
        self._tasks = [
            asyncio.create_task(self._loop(), name=f"pump-{self.subscription.id}"),
            asyncio.create_task(self._write_loop(), name=f"pump-writer-{self.subscription.id}"),
        ]

    async def stop(self) -> None:
        """Stop sending, and write down all results so far. Messages in flight come again, from the next process."""
        await end_tasks(*self._tasks)
        await self._close()
        with contextlib.suppress(LinliError, LeaseLost):
            await self._write()

    def wake(self) -> None:
        """The log grew, or something else may have changed."""
        self._wake.set()

    def reload(self) -> None:
        """Somebody asked for a message to be tried again."""
        self._reload = True
        self._wake.set()

    @abstractmethod
    async def _load(self) -> None:
        """Take over what an earlier sender left."""

    @abstractmethod
    async def _send(self) -> None:
        """Start whatever can be sent now."""

    @abstractmethod
    def _next_due_ms(self) -> int | None:
        """When there will be something to send without a wake-up."""

    def _ready(self) -> bool:
        """Whether reading on makes sense."""
        return True

    @abstractmethod
    async def _close(self) -> None:
        """Close connections and end the tries in flight."""

    async def _loop(self) -> None:
        failed = False
        while True:
            self._wake.clear()
            try:
                await self._turn()
                failed = False
            except Exception:
                # The edge of this worker: the database may be away for a while, and everything is in it.
                if not failed:
                    log.exception("subscription %d: the queue cannot be served", self.subscription.id)
                failed = True
            await self._rest(POLL_SECONDS)

    async def _turn(self) -> None:
        if self.lost or self.subscription.id not in self._leases.leased():
            return
        if self._reload:
            self._reload = False
            numbers = await deliveries.rows_after(
                self._db, subscription_id=self.subscription.id, cursor_id=self._window.cursor
            )
            for number in numbers:
                self._window.settle(number)
            await self._load()
        if self._ready() and (await self._reader.access()).enabled:
            await self._reader.fill(self._window, room=ROOM)
            await self._send()
        self._to_write.set()

    async def _rest(self, seconds: float) -> None:
        due = self._next_due_ms()
        if self._window.last > self._window.cursor and not len(self._window):
            seconds = min(seconds, CATCH_UP_SECONDS)
        if due is not None:
            seconds = min(seconds, max(due - self._clock.now_ms(), 0) / 1000)
        if self._wake.is_set() or seconds <= 0:
            await asyncio.sleep(0)
            return
        await set_within(self._clock, seconds, self._wake)

    def _note(self, result: Result) -> None:
        """One message's outcome; written down with the others that are waiting."""
        sent.labels(self.kind, "ok" if result.ok else result.state).inc()
        self._results.append(result)
        self._to_write.set()

    async def _write_loop(self) -> None:
        failed = False
        while True:
            await self._to_write.wait()
            self._to_write.clear()
            try:
                await self._write()
                failed = False
            except LeaseLost:
                log.info("subscription %d: another process serves it", self.subscription.id)
                self.lost = True
            except Exception:
                if not failed:
                    log.exception("subscription %d: progress cannot be written", self.subscription.id)
                failed = True
                await asyncio.sleep(POLL_SECONDS)
                self._to_write.set()

    async def _write(self) -> None:
        results, self._results = self._results, []
        for result in results:
            if result.ok:
                self._window.settle(result.change_id)
        # A failure holds the cursor below it until its row in `deliveries` is durable.
        cursor = self._window.advance(None if self._db.engine == "sqlite" else self._window.cursor)
        if self.lost or (not results and (cursor, self._failing_since_ms, self._last_error) == self._written):
            return
        state = (cursor, self._failing_since_ms, self._last_error)
        try:
            await self._db.run(
                lambda tx: deliveries.write_down(
                    tx,
                    subscription_id=self.subscription.id,
                    tenant_id=self.subscription.tenant_id,
                    results=results,
                    progress=deliveries.Progress(
                        cursor_id=cursor,
                        generation=self.subscription.generation,
                        failing_since_ms=state[1],
                        last_error=state[2],
                    ),
                    who=self._leases.who,
                    log_successes=self.logs_successes,
                )
            )
        except BaseException:
            self._results = results + self._results
            raise
        self._written = state
        for result in results:
            self._window.settle(result.change_id)
        await self._wrote(results)
        self._wake.set()

    @abstractmethod
    async def _wrote(self, results: list[Result]) -> None:
        """Results are durable."""
