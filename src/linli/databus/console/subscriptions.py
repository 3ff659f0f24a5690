"""Console: subscriptions, their progress, pushed messages with the answers, test, replay, dead letters."""

import asyncio
from typing import Any

from litestar import Request

from linli.databus import (
    address,
    deliveries,
    delivery_log,
    minutes,
    registry,
    subscription_history,
    subscriptions,
)
from linli.databus import replay as replays
from linli.databus.console.subscription_shapes import (
    DeadRow,
    MadeSubscription,
    NewSubscription,
    PreviewAsked,
    PushRow,
    RateRow,
    ReplayFrom,
    RetriedCount,
    SampleRow,
    SecretMade,
    SubscriptionChange,
    SubscriptionChoices,
    SubscriptionRow,
    filters_changed,
    filters_of,
    push_row,
    reason_text,
    subscription_row,
)
from linli.databus.queues import presence
from linli.databus.samples import samples
from linli.databus.subscription_rows import get_subscription, list_subscriptions
from linli.databus.topics import DEVICE_KINDS, Kind
from linli.kernel import history, tenancy
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.things.connections.entry import Entries, host_of

MOST_STEPS = 500


subscription_routes = Routes("/subscriptions", tags=("databus",))


@subscription_routes.get(right="integrations.manage")
async def list_all(scope: Scope, db: Database) -> list[SubscriptionRow]:
    """Every subscription of the tenant's keys."""
    names = {row.project_id: row.name for row in await tenancy.list_projects(scope, db)}
    now = db.clock.now_ms()
    counts = await presence.consumers(scope, db, now_ms=now)
    return [
        await subscription_row(
            scope,
            db,
            subscription,
            project_name=names.get(subscription.project_id, ""),
            consumers=counts.get(subscription.id, 0),
            now_ms=now,
        )
        for subscription in await list_subscriptions(scope, db)
    ]


@subscription_routes.get("/choices", right="integrations.manage")
async def choices(
    request: Request[Any, Any, Any], settings: Settings, device_entries: Entries
) -> SubscriptionChoices:
    """The filters and the ways of delivery for subscriptions here."""
    models = dict.fromkeys(model.model_id for model in registry.load())
    amqp = settings.amqp
    entry = await asyncio.to_thread(device_entries, host_of(request.headers.get("host", "")))
    amqp_host = entry.host if amqp.host in ("", "0.0.0.0", "::") else amqp.host
    behind = amqp.url.rpartition("@")[2].partition("/")[0]
    return SubscriptionChoices(
        kinds=[str(kind) for kind in Kind if kind is not Kind.TEST],
        device_kinds=[str(kind) for kind in DEVICE_KINDS],
        models=list(models),
        amqp=bool(amqp.url),
        mqtt_address=f"{entry.host}:{entry.plain_port or entry.tls_port}",
        amqp_address=amqp.public_address or (f"{amqp_host}:{amqp.port}" if amqp.port else behind),
        base_url=settings.public_url,
    )


@subscription_routes.post("/preview", right="integrations.manage", status=200)
async def preview(data: PreviewAsked, scope: Scope, db: Database) -> list[SampleRow]:
    """Messages that a subscription would get: the latest, and the shape of kinds of which there was none."""
    filters = filters_of(data)
    subscriptions.check_filters(filters)
    previews = await samples(scope, db, app_key=data.app_key, filters=filters)
    return [
        SampleRow(sample.kind, sample.topic, masked_text(sample.payload), sample.real) for sample in previews
    ]


@subscription_routes.post(
    right="integrations.manage",
    raises=(NotFound, subscriptions.NameTaken, subscriptions.TooManySubscriptions),
)
async def create(
    data: NewSubscription, scope: Scope, db: Database, ids: Ids, secrets: Secrets, settings: Settings
) -> MadeSubscription:
    """A new subscription; the signing secret of a webhook is told this once."""
    if data.kind == "webhook":
        await address.check(data.url, allow_private=settings.webhooks.allow_private)
    if data.kind == "amqp" and not settings.amqp.url:
        raise BadInput(field="kind", rule="one_of", allowed="webhook, sse")
    async with db.begin() as tx:
        number, secret = await subscriptions.create_subscription(
            scope,
            tx,
            new=subscriptions.NewQueue(
                app_key=data.app_key,
                kind=data.kind,
                name=data.name,
                url=data.url,
                filters=filters_of(data),
                secret=data.secret,
            ),
            ids=ids,
            secrets=secrets,
        )
    return MadeSubscription(str(number), secret)


@subscription_routes.get("/{subscription_id:int}", right="integrations.manage", raises=(NotFound,))
async def show_subscription(subscription_id: int, scope: Scope, db: Database) -> SubscriptionRow:
    """One subscription and how far it is."""
    subscription = await get_subscription(scope, db, subscription_id=subscription_id)
    names = {row.project_id: row.name for row in await tenancy.list_projects(scope, db)}
    now = db.clock.now_ms()
    counts = await presence.consumers(scope, db, now_ms=now)
    return await subscription_row(
        scope,
        db,
        subscription,
        project_name=names.get(subscription.project_id, ""),
        consumers=counts.get(subscription.id, 0),
        now_ms=now,
    )


@subscription_routes.put("/{subscription_id:int}", right="integrations.manage", raises=(NotFound,))
async def change(
    subscription_id: int,
    data: SubscriptionChange,
    scope: Scope,
    db: Database,
    secrets: Secrets,
    settings: Settings,
) -> None:
    """Stop or resume any subscription; rename, narrow or re-point one that was set up here."""
    subscription = await get_subscription(scope, db, subscription_id=subscription_id)
    filters = filters_changed(subscription.filters, data)
    edits = (data.name, data.url, filters, data.secret or None)
    if data.url is not None and subscription.kind == "webhook":
        await address.check(data.url, allow_private=settings.webhooks.allow_private)
    async with db.begin() as tx:
        if any(edit is not None for edit in edits):
            await subscriptions.change_subscription(
                scope,
                tx,
                subscription_id=subscription_id,
                name=data.name,
                url=data.url,
                filters=filters,
                secrets=secrets,
                secret=data.secret or None,
            )
        if data.enabled is not None:
            await subscriptions.enable_subscription(
                scope, tx, subscription_id=subscription_id, enabled=data.enabled
            )


@subscription_routes.delete("/{subscription_id:int}", right="integrations.manage", raises=(NotFound,))
async def remove(subscription_id: int, scope: Scope, tx: Tx) -> None:
    """Remove a subscription with everything it still held."""
    await subscriptions.delete_subscription(scope, tx, subscription_id=subscription_id)


@subscription_routes.post(
    "/{subscription_id:int}/secret", right="integrations.manage", status=200, raises=(NotFound,)
)
async def new_secret(subscription_id: int, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> SecretMade:
    """A new signing secret for a webhook, in use at once; told this once."""
    rotate_secret = await subscriptions.rotate_secret(
        scope, tx, subscription_id=subscription_id, ids=ids, secrets=secrets
    )
    return SecretMade(rotate_secret)


@subscription_routes.post("/{subscription_id:int}/test", right="integrations.manage", raises=(NotFound,))
async def test(subscription_id: int, scope: Scope, tx: Tx) -> None:
    """Put a test message into this one queue; of a webhook the answer appears in its log."""
    await replays.send_test(scope, tx, subscription_id=subscription_id)


@subscription_routes.post("/{subscription_id:int}/replay", right="integrations.manage", raises=(NotFound,))
async def replay(subscription_id: int, data: ReplayFrom, scope: Scope, tx: Tx) -> None:
    """Send everything from a point in time on again."""
    await replays.replay_since(scope, tx, subscription_id=subscription_id, since_ms=data.since_ms)


@subscription_routes.delete("/{subscription_id:int}/replay", right="integrations.manage", raises=(NotFound,))
async def end_replay(subscription_id: int, scope: Scope, tx: Tx) -> None:
    """Leave a replay and go on where it began."""
    await replays.stop_replay(scope, tx, subscription_id=subscription_id)


@subscription_routes.post(
    "/{subscription_id:int}/retry", right="integrations.manage", status=200, raises=(NotFound,)
)
async def retry_all(subscription_id: int, scope: Scope, tx: Tx) -> RetriedCount:
    """Send everything again that was given up, and at once what waits for its next try."""
    count = await deliveries.try_all_again(scope, tx, subscription_id=subscription_id)
    return RetriedCount(count)


@subscription_routes.get("/{subscription_id:int}/rates", right="integrations.manage", raises=(NotFound,))
async def rates(subscription_id: int, scope: Scope, db: Database, hours: int = 6) -> list[RateRow]:
    """Messages delivered and tries failed over the last hours (at most 168); steps without any are left out."""
    await get_subscription(scope, db, subscription_id=subscription_id)
    span = min(max(hours, 1), 168) * 3_600_000
    step = max(span // MOST_STEPS // minutes.MINUTE_MS, 1) * minutes.MINUTE_MS
    since = db.clock.now_ms() - span
    minute_rows = await minutes.rates(
        scope, db, subscription_id=subscription_id, since_ms=since - since % step, step_ms=step
    )
    return [RateRow(*row) for row in minute_rows]


@subscription_routes.get("/{subscription_id:int}/dead", right="integrations.manage", raises=(NotFound,))
async def dead(
    subscription_id: int, scope: Scope, db: Database, page: PageRequest, which: str = "failed"
) -> Page[DeadRow]:
    """Messages given up (`failed`), or that wait for another try (`waiting`), with their reasons; newest first."""
    subscription = await get_subscription(scope, db, subscription_id=subscription_id)
    if which not in ("failed", "waiting"):
        raise BadInput(field="which", rule="one_of", allowed="failed, waiting")
    wanted = deliveries.PARKED if which == "failed" else deliveries.RETRY
    rows = await deliveries.list_deliveries(
        scope, db, subscription_id=subscription_id, state=wanted, page=page
    )
    changes = await delivery_log.messages_of(scope, db, ids=[row.change_id for row in rows])
    total = await deliveries.count_deliveries(scope, db, subscription_id=subscription_id, state=wanted)
    deads = []
    for row in rows:
        change = changes.get(row.change_id)
        deads.append(
            DeadRow(
                change_id=str(row.change_id),
                state=which,
                attempts=row.attempts,
                reason=reason_text(row.reason, None, scope.language),
                next_try_ms=row.next_ms or None,
                updated_ms=row.updated_ms,
                kind=change.kind if change else "",
                topic=change.topic(subscription.app_key) if change else "",
                message=masked_text(change.message().decode()) if change else "",
            )
        )
    return Page.of(page, total, deads)


@subscription_routes.get("/{subscription_id:int}/deliveries", right="integrations.manage", raises=(NotFound,))
async def pushes(subscription_id: int, scope: Scope, db: Database, page: PageRequest) -> Page[PushRow]:
    """Pushed messages, the last try first. Tries are kept for seven days."""
    await get_subscription(scope, db, subscription_id=subscription_id)
    total, rows = await delivery_log.list_pushes(scope, db, subscription_id=subscription_id, page=page)
    return Page.of(page, total, [push_row(push, scope.language) for push in rows])


@subscription_routes.post(
    "/{subscription_id:int}/deliveries/{change_id:int}/replay",
    right="integrations.manage",
    raises=(NotFound,),
)
async def push_again(subscription_id: int, change_id: int, scope: Scope, tx: Tx) -> None:
    """Send one message again, delivered or given up."""
    await deliveries.try_again(scope, tx, subscription_id=subscription_id, change_id=change_id)


async def _visible(scope: Scope, db: Reader, target: str) -> None:
    await get_subscription(scope, db, subscription_id=history.number_of(target))


HISTORY = (
    history.Kind(
        name=subscription_history.HISTORY,
        see="integrations.manage",
        manage="integrations.manage",
        restore=subscriptions.restore_filters,
        restorable=frozenset({"changed"}),
        visible=_visible,
    ),
)
