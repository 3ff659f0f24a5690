"""The sender of one webhook: several messages at once, each tried until it is delivered or given up.

Messages of one community about one thing (a kind, a model) go one after the other, so that an update does not overtake
its insert. A failed message steps aside and is tried later. An endpoint that failed three times in a row is tried with
one message at a time, at growing intervals, so a long outage costs each message few tries. An endpoint that is down for
three days is stopped, and a person is notified.
"""

import asyncio
from typing import ClassVar, Final, NamedTuple

import msgspec

from linli.databus import deliveries, subscriptions
from linli.databus.changes import Change
from linli.databus.deliveries import PARKED, RETRY, Result
from linli.databus.queues.backoff import wait_ms
from linli.databus.queues.pump import Pump, Surroundings
from linli.databus.subscription_rows import Subscription
from linli.databus.webhook import signing
from linli.databus.webhook.sender import Outcome, Sender
from linli.kernel import events, telemetry
from linli.kernel.db import Tx
from linli.kernel.rounds import end_tasks
from linli.kernel.scope import Scope

log = telemetry.logger(__name__)

PARALLEL: Final = 8
MAX_ATTEMPTS: Final = 12
DOWN_AFTER: Final = 3
"""Failures in a row that make an endpoint count as down."""

STOP_AFTER_MS: Final = 3 * 86_400_000


class WebhookStopped(events.Event, frozen=True):
    """A webhook was stopped because it failed for days: its owner should hear of it."""

    name: ClassVar[str] = "databus.webhook_stopped"
    tenant_id: str
    project_id: str
    subscription_id: int
    title: str
    failing_since_ms: int
    reason: str


class _Waiting(NamedTuple):
    """A message that failed before."""

    attempts: int
    next_ms: int


class Limits(msgspec.Struct, frozen=True):
    """The operator's settings for webhooks."""

    allow_private: bool = False
    timeout_seconds: float = 30.0


class WebhookPump(Pump):
    kind = "webhook"
    logs_successes = True

    def __init__(self, around: Surroundings, subscription: Subscription, secret: str, limits: Limits) -> None:
        super().__init__(around, subscription)
        self._secret = secret
        self._sender = Sender(
            subscription.url, allow_private=limits.allow_private, timeout_seconds=limits.timeout_seconds
        )
        self._waiting: dict[int, _Waiting] = {}
        self._posts: dict[int, asyncio.Task[None]] = {}
        self._busy: dict[int, tuple[int | None, str, str]] = {}
        """Order keys of what is in flight."""
        self._failures = DOWN_AFTER if subscription.failing_since_ms is not None else 0
        self._down_until_ms = 0
        self._stopped = False

    @property
    def _down(self) -> bool:
        return self._failures >= DOWN_AFTER

    async def _load(self) -> None:
        rows = await deliveries.waiting(self._db, subscription_id=self.subscription.id)
        self._waiting = {
            number: _Waiting(row.attempts, row.next_ms)
            for number, row in rows.items()
            if number not in self._posts
        }

    async def _send(self) -> None:
        now = self._clock.now_ms()
        if self._down and (self._posts or now < self._down_until_ms):
            return
        for change, attempt in await self._candidates(now):
            if len(self._posts) >= (1 if self._down else PARALLEL):
                return
            key = (change.community_id, change.kind, change.model_id or change.iot_id)
            if attempt == 1 and key in self._busy.values():
                continue
            self._busy[change.id] = key
            failed_before = self._waiting.pop(change.id, None) is not None
            if not failed_before:
                self._window.start(change.id)
            self._posts[change.id] = asyncio.create_task(self._post(change, attempt, failed_before))

    async def _candidates(self, now: int) -> list[tuple[Change, int]]:
        """The messages that can be sent now, in order of choice, with the number of the next try."""
        due = {
            number: row
            for number, row in self._waiting.items()
            if (row.next_ms <= now or self._down) and number not in self._posts
        }
        fresh = [(change, 1) for change in self._window.waiting()]
        if not due:
            return fresh
        if self._down and fresh:
            return fresh  # a probe with the message that was tried least
        # The least tried first, so that one bad message does not pass for a dead endpoint.
        first = sorted(due, key=lambda number: (due[number].attempts, number))[: PARALLEL * 2]
        changes = await self._reader.messages(first)
        for number in first:
            if number not in changes:
                self._give_up(number, due[number])
        return [(changes[n], due[n].attempts + 1) for n in first if n in changes] + fresh

    def _give_up(self, number: int, row: _Waiting) -> None:
        """The log no longer holds the message."""
        del self._waiting[number]
        now = self._clock.now_ms()
        self._note(
            Result(
                change_id=number,
                ok=False,
                attempt=row.attempts,
                at_ms=now,
                latency_ms=0,
                status=None,
                reason="expired",
                excerpt="",
                state=PARKED,
                next_ms=0,
                has_row=True,
            )
        )

    async def _post(self, change: Change, attempt: int, has_row: bool) -> None:
        body, now = change.message(), self._clock.now_ms()
        headers = signing.headers(
            secret=self._secret,
            timestamp_ms=now,
            body=body,
            message_id=change.id,
            topic=change.topic(self.subscription.app_key),
            app_key=self.subscription.app_key,
            attempt=attempt,
        )
        outcome = await self._sender.post(body, headers)
        self._judge(change.id, attempt, now, outcome, has_row)

    def _judge(self, number: int, attempt: int, at_ms: int, outcome: Outcome, has_row: bool) -> None:
        now = self._clock.now_ms()
        self._last_error = outcome.reason
        if outcome.ok:
            self._failures, self._down_until_ms, self._failing_since_ms = 0, 0, None
            state, next_ms = "", 0
        else:
            self._failures += 1
            if self._failing_since_ms is None:
                self._failing_since_ms = at_ms
            if self._down:
                self._down_until_ms = now + wait_ms(self._failures - DOWN_AFTER + 1, self._rng)
            # While everything fails, a failure says nothing about this message.
            state = PARKED if attempt >= MAX_ATTEMPTS and not self._down else RETRY
            next_ms = now + wait_ms(attempt, self._rng)
        self._note(
            Result(
                change_id=number,
                ok=outcome.ok,
                attempt=attempt,
                at_ms=at_ms,
                latency_ms=outcome.latency_ms,
                status=outcome.status,
                reason=outcome.reason,
                excerpt=outcome.excerpt,
                state=state,
                next_ms=next_ms,
                has_row=has_row,
            )
        )

    async def _wrote(self, results: list[Result]) -> None:
        for result in results:
            self._posts.pop(result.change_id, None)
            self._busy.pop(result.change_id, None)
            if not result.ok and result.state == RETRY:
                self._waiting[result.change_id] = _Waiting(result.attempt, result.next_ms)
        since = self._failing_since_ms
        if self._stopped:  # what was still on its way when it was stopped
            return
        if since is not None and self._down and self._clock.now_ms() - since >= STOP_AFTER_MS:
            await self._stop_for_good(since, results[-1].reason if results else "")

    async def _stop_for_good(self, since: int, reason: str) -> None:
        subscription = self.subscription
        log.warning("webhook %d of %s stopped: it failed for days", subscription.id, subscription.app_key)

        async def work(tx: Tx) -> None:
            await subscriptions.enable_subscription(
                Scope.system(subscription.tenant_id, "webhook"),
                tx,
                subscription_id=subscription.id,
                enabled=False,
                reason="failing",
            )
            stopped = WebhookStopped(
                subscription.tenant_id,
                subscription.project_id,
                subscription.id,
                subscription.name,
                since,
                reason,
            )
            await events.emit(tx, stopped)

        await self._db.run(work)
        self._stopped = True

    def _next_due_ms(self) -> int | None:
        if self._down:
            return self._down_until_ms if not self._posts and (self._waiting or len(self._window)) else None
        return min((row.next_ms for row in self._waiting.values()), default=None)

    async def _close(self) -> None:
        await end_tasks(*self._posts.values())
        await self._sender.close()
