"""Requests and answers of the console's routes for subscriptions."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.databus import delivery_log, minutes
from linli.databus.deliveries import PARKED
from linli.databus.delivery_log import Push
from linli.databus.replay import replay_of
from linli.databus.subscription_rows import MQTT, Filters, Subscription
from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.masking import masked_text
from linli.kernel.scope import Scope

RATE_MINUTES = 5


class ReplayRow(msgspec.Struct, rename="camel", frozen=True):
    """A replay under way."""

    since_ms: int
    done: Annotated[float, Meta(description="From 0 to 1.")]


class SubscriptionRow(msgspec.Struct, rename="camel", frozen=True):
    """One durable queue: set up here (webhook, sse, amqp), or a topic that a consumer subscribed to over MQTT."""

    id: str
    app_key: str
    project_id: str
    project_name: str
    kind: Annotated[str, Meta(description="webhook, sse, amqp or mqtt")]
    name: str
    url: str
    topic: str
    """MQTT: the topic (for devices a filter)."""
    kinds: list[str]
    """Kinds of messages it takes; empty: all but those about devices."""
    models: list[str]
    """Data models it takes; empty: all."""
    products: list[str]
    devices: list[str]
    communities: list[int]
    enabled: bool
    stopped_reason: str
    """Why it stopped by itself, in the caller's language; empty when a person stopped it."""
    failing_since_ms: int | None
    last_error: str
    """Why the last try failed, in the caller's language."""
    waiting: int
    """Messages not yet delivered."""
    oldest_ms: int | None
    """When the first of them was told."""
    parked: int
    """Messages given up."""
    per_minute: float
    """Messages delivered a minute, over the last five."""
    consumers: int
    """Consumers connected now; 0 for webhooks."""
    last_delivered_ms: int | None
    replay: ReplayRow | None
    created_ms: int


class NewSubscription(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    name: str
    kind: Annotated[str, Meta(description="webhook, sse or amqp")] = "webhook"
    url: Annotated[
        str, Meta(description="Webhook: http or https; private networks only if the operator allows.")
    ] = ""
    kinds: list[str] = []
    models: list[str] = []
    products: list[str] = []
    devices: list[str] = []
    communities: list[int] = []
    secret: Annotated[
        str, Meta(description="Webhook: for the signature; at least 16 characters, or made here.")
    ] = ""


class MadeSubscription(msgspec.Struct, rename="camel", frozen=True):
    id: str
    secret: str
    """A webhook's secret for checking signatures; it is not shown again. Else empty."""


class SubscriptionChange(msgspec.Struct, rename="camel", frozen=True):
    """Absent fields stay unchanged."""

    enabled: bool | None = None
    name: str | None = None
    url: str | None = None
    kinds: list[str] | None = None
    models: list[str] | None = None
    products: list[str] | None = None
    devices: list[str] | None = None
    communities: list[int] | None = None
    secret: str | None = None


class SubscriptionChoices(msgspec.Struct, rename="camel", frozen=True):
    """The filters and the ways of delivery for subscriptions here."""

    kinds: list[str]
    device_kinds: list[str]
    """Those of `kinds` that are sent only if a subscription names them."""
    models: list[str]
    amqp: bool
    """Whether AMQP is set up on this installation."""
    mqtt_address: str
    amqp_address: str
    """host:port"""
    base_url: str


class PreviewAsked(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    kinds: list[str] = []
    models: list[str] = []
    products: list[str] = []
    devices: list[str] = []
    communities: list[int] = []


class SampleRow(msgspec.Struct, rename="camel", frozen=True):
    kind: str
    topic: str
    payload: str
    real: bool
    """It was told of late; else it shows the shape."""


class ReplayFrom(msgspec.Struct, rename="camel", frozen=True):
    since_ms: Annotated[int, Meta(ge=0, description="UTC ms; everything from then on is sent again.")]


class SecretMade(msgspec.Struct, rename="camel", frozen=True):
    secret: str


class RetriedCount(msgspec.Struct, rename="camel", frozen=True):
    count: int


class RateRow(msgspec.Struct, rename="camel", frozen=True):
    at_ms: int
    delivered: int
    failed: int


class DeadRow(msgspec.Struct, rename="camel", frozen=True):
    """A message that did not get through."""

    change_id: str
    state: Annotated[str, Meta(description="waiting (tried again) or failed (given up)")]
    attempts: int
    reason: str
    """In the caller's language."""
    next_try_ms: int | None
    updated_ms: int
    kind: str
    topic: str
    message: str
    """The JSON; empty when the log no longer holds it."""


class PushRow(msgspec.Struct, rename="camel", frozen=True):
    """One message, and its last try."""

    change_id: str
    at_ms: int
    """When it was last tried."""
    state: Annotated[str, Meta(description="done, waiting or failed")]
    kind: str
    model_id: str
    message: str
    """The JSON that was sent; empty when the log no longer holds it."""
    attempts: int
    status: int | None
    """HTTP status; null when there was no answer."""
    latency_ms: int
    reason: str
    """Why it failed, in the caller's language."""
    excerpt: str
    """The beginning of the answer."""
    next_try_ms: int | None


def reason_text(reason: str, status: int | None, language: str) -> str:
    return i18n.text(f"databus.push.{reason}", language, status=status or "") if reason else ""


def push_row(push: Push, language: str) -> PushRow:
    return PushRow(
        change_id=str(push.change_id),
        at_ms=push.at_ms,
        state="done" if push.ok else "failed" if push.state == PARKED else "waiting",
        kind=push.kind or "",
        model_id=push.model_id or "",
        message=masked_text(push.message()),
        attempts=push.attempt,
        status=push.status,
        latency_ms=push.latency_ms,
        reason=reason_text(push.reason, push.status, language),
        excerpt=masked_text(push.excerpt),
        next_try_ms=push.next_ms or None,
    )


async def subscription_row(
    scope: Scope, db: Reader, subscription: Subscription, *, project_name: str, consumers: int, now_ms: int
) -> SubscriptionRow:
    """One queue with how far it is."""
    now = await delivery_log.progress(scope, db, subscription_id=subscription.id)
    since = now_ms - now_ms % minutes.MINUTE_MS - RATE_MINUTES * minutes.MINUTE_MS
    rates = await minutes.rates(scope, db, subscription_id=subscription.id, since_ms=since)
    span = (now_ms - since) / minutes.MINUTE_MS
    filters = subscription.filters
    reason = f"databus.stopped.{subscription.stopped_reason}" if subscription.stopped_reason else ""
    replay = replay_of(subscription)
    return SubscriptionRow(
        id=str(subscription.id),
        app_key=subscription.app_key,
        project_id=subscription.project_id,
        project_name=project_name,
        kind=subscription.kind,
        name=subscription.name,
        url=subscription.url,
        topic=subscription.name if subscription.kind == MQTT else "",
        kinds=list(filters.kinds),
        models=list(filters.models),
        products=list(filters.products),
        devices=list(filters.devices),
        communities=list(filters.communities),
        enabled=bool(subscription.enabled),
        stopped_reason=i18n.text(reason, scope.language) if reason else "",
        failing_since_ms=subscription.failing_since_ms,
        last_error=reason_text(subscription.last_error, None, scope.language),
        waiting=now.backlog + now.waiting,
        oldest_ms=now.oldest_ms,
        parked=now.parked,
        per_minute=round(sum(row.delivered for row in rates) / span, 1),
        consumers=consumers,
        last_delivered_ms=now.last_delivered_ms,
        replay=ReplayRow(replay.since_ms, round(replay.done, 3)) if replay else None,
        created_ms=subscription.created_ms,
    )


def filters_of(asked: NewSubscription | PreviewAsked) -> Filters:
    return Filters(
        tuple(asked.kinds),
        tuple(asked.models),
        tuple(asked.products),
        tuple(asked.devices),
        tuple(asked.communities),
    )


def filters_changed(filters: Filters, change: SubscriptionChange) -> Filters | None:
    """The filters after a change; None when it leaves them."""
    given = {
        name: tuple(value)
        for name in ("kinds", "models", "products", "devices", "communities")
        if (value := getattr(change, name)) is not None
    }
    return msgspec.structs.replace(filters, **given) if given else None
