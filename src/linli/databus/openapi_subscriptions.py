"""Subscriptions by open API, like Integrations in the console, for the key's own project (Linli's own calls)."""

import msgspec

from linli.databus import address, deliveries, delivery_log, replay, subscriptions
from linli.databus.openapi_subscription_shapes import (
    Confirm,
    Create,
    Created,
    Dead,
    DeadAsked,
    DeadPage,
    OfSubscription,
    ReplayFrom,
    Resend,
    Shown,
    Ticket,
    Update,
)
from linli.databus.sse.tickets import Tickets
from linli.databus.subscription_rows import (
    EVENTS,
    Filters,
    Subscription,
    get_subscription,
    list_subscriptions,
)
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings
from linli.openapi.registry import method


async def _own(scope: Scope, db: Reader, subscription_id: int) -> Subscription:
    """A subscription of the caller's project. Raises NotFound."""
    subscription = await get_subscription(scope, db, subscription_id=subscription_id)
    if subscription.project_id != scope.project_id:
        raise NotFound(what="subscription", id=subscription_id)
    return subscription


@method(
    "/message/subscription/create",
    "1.0.0",
    service="data",
    token="none",
    raises=(BadInput, NotFound, subscriptions.NameTaken, subscriptions.TooManySubscriptions),
    title="新建消息订阅",
    title_en="Create a subscription",
)
async def create(
    data: Create, scope: Scope, db: Database, ids: Ids, secrets: Secrets, settings: Settings
) -> Created:
    """A durable queue of the calling AppKey, from the next message on."""
    if data.kind == "webhook":
        await address.check(data.url, allow_private=settings.webhooks.allow_private)
    if data.kind == "amqp" and not settings.amqp.url:
        raise BadInput(field="kind", rule="one_of", allowed="webhook, sse")
    filters = Filters(
        tuple(data.kinds),
        tuple(data.models),
        tuple(data.products),
        tuple(data.devices),
        tuple(data.communities),
    )
    number, secret = await db.run(
        lambda tx: subscriptions.create_subscription(
            scope,
            tx,
            new=subscriptions.NewQueue(
                app_key=scope.caller.id, kind=data.kind, name=data.name, url=data.url, filters=filters
            ),
            ids=ids,
            secrets=secrets,
        )
    )
    return Created(number, secret)


@method(
    "/message/subscription/list",
    "1.0.0",
    service="data",
    token="none",
    title="查询消息订阅",
    title_en="List subscriptions and how far they are",
)
async def list_all(scope: Scope, db: Database) -> list[Shown]:
    """Every subscription of the project's keys."""
    rows = [row for row in await list_subscriptions(scope, db) if row.project_id == scope.project_id]
    return [await _shown(scope, db, row) for row in rows]


async def _shown(scope: Scope, db: Reader, subscription: Subscription) -> Shown:
    now = await delivery_log.progress(scope, db, subscription_id=subscription.id)
    filters, going = subscription.filters, replay.replay_of(subscription)
    return Shown(
        subscription_id=subscription.id,
        kind=subscription.kind,
        name=subscription.name,
        url=subscription.url,
        enabled=bool(subscription.enabled),
        kinds=list(filters.kinds),
        models=list(filters.models),
        products=list(filters.products),
        devices=list(filters.devices),
        communities=list(filters.communities),
        backlog=now.backlog + now.waiting,
        oldest_ms=now.oldest_ms,
        parked=now.parked,
        last_error=subscription.last_error,
        replaying=round(going.done, 3) if going else None,
    )


@method(
    "/message/subscription/update",
    "1.0.0",
    service="data",
    token="none",
    raises=(BadInput, NotFound, subscriptions.NameTaken),
    title="修改、暂停或恢复消息订阅",
    title_en="Change, pause or resume a subscription",
)
async def update(data: Update, scope: Scope, db: Database, secrets: Secrets, settings: Settings) -> None:
    """Set what is given."""
    subscription = await _own(scope, db, data.subscription_id)
    if data.url is not None and subscription.kind == "webhook":
        await address.check(data.url, allow_private=settings.webhooks.allow_private)
    narrowed = {
        name: tuple(value)
        for name in ("kinds", "models", "products", "devices", "communities")
        if (value := getattr(data, name)) is not None
    }
    filters = msgspec.structs.replace(subscription.filters, **narrowed) if narrowed else None

    async def work(tx: Tx) -> None:
        if data.name is not None or data.url is not None or filters is not None:
            await subscriptions.change_subscription(
                scope,
                tx,
                subscription_id=subscription.id,
                secrets=secrets,
                name=data.name,
                url=data.url,
                filters=filters,
            )
        if data.enabled is not None:
            await subscriptions.enable_subscription(
                scope, tx, subscription_id=subscription.id, enabled=data.enabled
            )

    await db.run(work)


@method(
    "/message/subscription/delete",
    "1.0.0",
    service="data",
    token="none",
    raises=(NotFound,),
    title="删除消息订阅",
    title_en="Delete a subscription",
)
async def delete(data: OfSubscription, scope: Scope, tx: Tx) -> None:
    """Remove a subscription with everything it still held."""
    await _own(scope, tx, data.subscription_id)
    await subscriptions.delete_subscription(scope, tx, subscription_id=data.subscription_id)


@method(
    "/message/subscription/replay",
    "1.0.0",
    service="data",
    token="none",
    raises=(BadInput, NotFound),
    title="从某一时间重放消息",
    title_en="Replay from a point in time",
)
async def replay_from(data: ReplayFrom, scope: Scope, tx: Tx) -> None:
    """Send everything from a time on again, as far back as is kept."""
    await _own(scope, tx, data.subscription_id)
    if data.since:
        try:
            await replay.replay_since(scope, tx, subscription_id=data.subscription_id, since_ms=data.since)
        except BadInput as error:
            raise BadInput(**{**error.facts, "field": "since"}) from error
    else:
        await replay.stop_replay(scope, tx, subscription_id=data.subscription_id)


@method(
    "/message/subscription/test",
    "1.0.0",
    service="data",
    token="none",
    raises=(NotFound,),
    title="发送测试消息",
    title_en="Send a test message",
)
async def test(data: OfSubscription, scope: Scope, tx: Tx) -> int:
    """Put a test message into one queue; answers its number."""
    await _own(scope, tx, data.subscription_id)
    return await replay.send_test(scope, tx, subscription_id=data.subscription_id)


@method(
    "/message/subscription/ack",
    "1.0.0",
    service="data",
    token="none",
    raises=(BadInput, NotFound),
    title="确认已处理的消息",
    title_en="Confirm what was processed of an event stream",
)
async def confirm(data: Confirm, scope: Scope, tx: Tx) -> None:
    """For streams opened with `ack=manual`: everything up to this message is processed."""
    await _own(scope, tx, data.subscription_id)
    await replay.confirm(scope, tx, subscription_id=data.subscription_id, message_id=data.last_event_id)


@method(
    "/message/subscription/ticket/get",
    "1.0.0",
    service="data",
    token="none",
    raises=(NotFound,),
    title="获取事件流凭据",
    title_en="Get a ticket for an event stream",
)
async def ticket(
    data: OfSubscription, scope: Scope, db: Database, tickets: Tickets, settings: Settings
) -> Ticket:
    """For clients that cannot sign, as a browser's EventSource: an address that opens the stream for an hour."""
    subscription = await _own(scope, db, data.subscription_id)
    if subscription.kind != EVENTS:
        raise NotFound(what="subscription", id=subscription.id)
    issued, until = tickets.issue(subscription.id, subscription.app_key, now_ms=db.clock.now_ms())
    return Ticket(f"{settings.public_url}/subscriptions/{subscription.id}/events?ticket={issued}", until)


@method(
    "/message/subscription/dead/list",
    "1.0.0",
    service="data",
    token="none",
    raises=(NotFound,),
    title="查询未能送达的消息",
    title_en="List messages that were given up",
)
async def dead(data: DeadAsked, scope: Scope, db: Database) -> DeadPage:
    """Messages given up, with the reason, newest first."""
    subscription = await _own(scope, db, data.subscription_id)
    rows = await deliveries.list_deliveries(
        scope,
        db,
        subscription_id=subscription.id,
        state=deliveries.PARKED,
        page=PageRequest.of(data.page_no, data.page_size),
    )
    changes = await delivery_log.messages_of(scope, db, ids=[row.change_id for row in rows])
    items = [
        Dead(
            row.change_id,
            row.attempts,
            row.reason,
            row.updated_ms,
            changes[row.change_id].topic(subscription.app_key) if row.change_id in changes else "",
            changes[row.change_id].message().decode() if row.change_id in changes else "",
        )
        for row in rows
    ]
    count = deliveries.count_deliveries(scope, db, subscription_id=subscription.id, state=deliveries.PARKED)
    return DeadPage(await count, items)


@method(
    "/message/subscription/dead/resend",
    "1.0.0",
    service="data",
    token="none",
    raises=(NotFound,),
    title="重发未能送达的消息",
    title_en="Send messages again that were given up",
)
async def resend(data: Resend, scope: Scope, tx: Tx) -> int:
    """One message or all of them; answers how many."""
    await _own(scope, tx, data.subscription_id)
    if data.message_id is None:
        return await deliveries.try_all_again(scope, tx, subscription_id=data.subscription_id)
    delivery = {"subscription_id": data.subscription_id, "change_id": data.message_id}
    if not await deliveries.is_held(scope, tx, **delivery):
        raise NotFound(what="message", id=data.message_id)
    await deliveries.try_again(scope, tx, **delivery)
    return 1
