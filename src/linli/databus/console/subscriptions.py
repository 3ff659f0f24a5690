"""Console: subscriptions, what was pushed and with which answer, test, replay."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.databus import deliveries, delivery_log, registry, subscriptions
from linli.databus.delivery_log import Push
from linli.databus.subscription_rows import (
    MQTT,
    Filters,
    Subscription,
    get_subscription,
    list_subscriptions,
)
from linli.databus.topics import Kind
from linli.databus.webhook import address
from linli.kernel import i18n, tenancy
from linli.kernel.db import Database, Reader
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings


class SubscriptionRow(msgspec.Struct, rename="camel", frozen=True):
    """One durable queue: a webhook, or a topic that a consumer of the key subscribed to over MQTT."""

    id: str
    app_key: str
    project_id: str
    project_name: str
    kind: Annotated[str, Meta(description="webhook or mqtt")]
    name: str
    url: str
    topic: str
    """MQTT: the topic (for devices a filter)."""
    kinds: list[str]
    """Kinds of changes it takes; empty: all."""
    models: list[str]
    """Data models it takes; empty: all."""
    enabled: bool
    stopped_reason: str
    """Why it stopped by itself, in the caller's language; empty when a person stopped it."""
    failing_since_ms: int | None
    waiting: int
    """Messages not yet delivered."""
    parked: int
    """Messages given up."""
    last_delivered_ms: int | None
    created_ms: int


class NewSubscription(msgspec.Struct, rename="camel", frozen=True):
    app_key: str
    name: str
    url: Annotated[str, Meta(description="http or https; private networks only if the operator allows.")]
    kinds: list[str] = []
    models: list[str] = []
    secret: Annotated[str, Meta(description="For the signature; at least 16 characters, or made here.")] = ""


class MadeSubscription(msgspec.Struct, rename="camel", frozen=True):
    id: str
    secret: str
    """For checking signatures; not shown again."""


class SubscriptionChange(msgspec.Struct, rename="camel", frozen=True):
    """What is left out stays as it is."""

    enabled: bool | None = None
    name: str | None = None
    url: str | None = None
    kinds: list[str] | None = None
    models: list[str] | None = None
    secret: str | None = None


class SubscriptionChoices(msgspec.Struct, rename="camel", frozen=True):
    kinds: list[str]
    models: list[str]


class ReplayFrom(msgspec.Struct, rename="camel", frozen=True):
    since_ms: Annotated[int, Meta(ge=0, description="UTC ms; everything from then on is sent again.")]


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
    return i18n.text(f"databus.push.{reason}", language, status=status) if reason else ""


def _push(push: Push, language: str) -> PushRow:
    return PushRow(
        change_id=str(push.change_id),
        at_ms=push.at_ms,
        state="done" if push.ok else "failed" if push.state == deliveries.PARKED else "waiting",
        kind=push.kind or "",
        model_id=push.model_id or "",
        message=push.message(),
        attempts=push.attempt,
        status=push.status,
        latency_ms=push.latency_ms,
        reason=reason_text(push.reason, push.status, language),
        excerpt=push.excerpt,
        next_try_ms=push.next_ms or None,
    )


async def _row(scope: Scope, db: Reader, held: Subscription, project_name: str) -> SubscriptionRow:
    now = await delivery_log.progress(scope, db, subscription_id=held.id)
    filters = held.filters
    reason = f"databus.stopped.{held.stopped_reason}" if held.stopped_reason else ""
    return SubscriptionRow(
        id=str(held.id),
        app_key=held.app_key,
        project_id=held.project_id,
        project_name=project_name,
        kind=held.kind,
        name=held.name,
        url=held.url,
        topic=held.name if held.kind == MQTT else "",
        kinds=list(filters.kinds),
        models=list(filters.models),
        enabled=bool(held.enabled),
        stopped_reason=i18n.text(reason, scope.language) if reason else "",
        failing_since_ms=held.failing_since_ms,
        waiting=now.backlog + now.waiting,
        parked=now.parked,
        last_delivered_ms=now.last_delivered_ms,
        created_ms=held.created_ms,
    )


class SubscriptionRoutes(Controller):
    path = "/subscriptions"
    tags = ("databus",)

    @get("/", right="integrations.manage")
    async def list_all(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[SubscriptionRow]:
        """Every subscription of the tenant's keys."""
        names = {row.project_id: row.name for row in await tenancy.list_projects(within, db)}
        return [
            await _row(within, db, held, names.get(held.project_id, ""))
            for held in await list_subscriptions(within, db)
        ]

    @get("/choices", right="integrations.manage")
    async def choices(self) -> SubscriptionChoices:
        """What a subscription can be narrowed to."""
        models = dict.fromkeys(model.model_id for model in registry.load())
        return SubscriptionChoices([str(kind) for kind in Kind if kind is not Kind.TEST], list(models))

    @post("/", right="integrations.manage")
    async def create(
        self,
        data: JSONBody[NewSubscription],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
    ) -> MadeSubscription:
        """A new webhook; its secret is told this once."""
        await address.check(data.url, allow_private=settings.webhooks.allow_private)
        async with db.begin() as tx:
            number, secret = await subscriptions.create_webhook(
                within, tx, app_key=data.app_key, name=data.name, url=data.url,
                filters=Filters(tuple(data.kinds), tuple(data.models)), ids=ids, secrets=secrets,
                secret=data.secret,
            )  # fmt: skip
        return MadeSubscription(str(number), secret)

    @put("/{subscription_id:int}", right="integrations.manage", status_code=204)
    async def change(
        self,
        subscription_id: FromPath[int],
        data: JSONBody[SubscriptionChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        secrets: NamedDependency[Secrets],
        settings: NamedDependency[Settings],
    ) -> None:
        """Stop or resume any subscription; rename or re-point a webhook."""
        held = await get_subscription(within, db, subscription_id=subscription_id)
        edits = (data.name, data.url, data.kinds, data.models, data.secret)
        if data.url is not None:
            await address.check(data.url, allow_private=settings.webhooks.allow_private)
        async with db.begin() as tx:
            if any(one is not None for one in edits):
                filters = held.filters
                kinds = filters.kinds if data.kinds is None else tuple(data.kinds)
                models = filters.models if data.models is None else tuple(data.models)
                await subscriptions.change_webhook(
                    within, tx, subscription_id=subscription_id, name=data.name or held.name,
                    url=data.url or held.url, filters=Filters(kinds, models), secrets=secrets,
                    secret=data.secret or "",
                )  # fmt: skip
            if data.enabled is not None:
                await subscriptions.enable_subscription(
                    within, tx, subscription_id=subscription_id, enabled=data.enabled
                )

    @delete("/{subscription_id:int}", right="integrations.manage")
    async def remove(
        self, subscription_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Remove a subscription with everything it still held."""
        async with db.begin() as tx:
            await subscriptions.delete_subscription(within, tx, subscription_id=subscription_id)

    @post("/{subscription_id:int}/test", right="integrations.manage", status_code=204)
    async def test(
        self, subscription_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Send a test message through this one webhook; the answer appears in its log."""
        async with db.begin() as tx:
            await subscriptions.send_test(within, tx, subscription_id=subscription_id)

    @post("/{subscription_id:int}/replay", right="integrations.manage", status_code=204)
    async def replay(
        self,
        subscription_id: FromPath[int],
        data: JSONBody[ReplayFrom],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Send everything from a point in time on again."""
        async with db.begin() as tx:
            await subscriptions.replay_since(
                within, tx, subscription_id=subscription_id, since_ms=data.since_ms
            )

    @get("/{subscription_id:int}/deliveries", right="integrations.manage")
    async def pushes(
        self,
        subscription_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
    ) -> Page[PushRow]:
        """What was pushed, the last tried first. Tries are kept for seven days."""
        await get_subscription(within, db, subscription_id=subscription_id)
        total, found = await delivery_log.list_pushes(within, db, subscription_id=subscription_id, page=page)
        return Page.of(page, total, [_push(push, within.language) for push in found])

    @post(
        "/{subscription_id:int}/deliveries/{change_id:int}/replay",
        right="integrations.manage",
        status_code=204,
    )
    async def push_again(
        self,
        subscription_id: FromPath[int],
        change_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Send one message again, delivered or given up."""
        async with db.begin() as tx:
            await deliveries.try_again(within, tx, subscription_id=subscription_id, change_id=change_id)
