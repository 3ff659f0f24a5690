"""The effects of a cause on the data bus: its messages, and each subscription's progress with them."""

from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.databus.changes import Change
from linli.databus.deliveries import PARKED
from linli.databus.models import changes, deliveries, delivery_attempts
from linli.databus.record_ids import record_id
from linli.databus.subscription_rows import CHANGES, THINGS, Subscription, list_subscriptions
from linli.databus.topics import Kind
from linli.kernel import tenancy
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

PushState = Literal["delivered", "waiting", "retry", "failed", "off"]


class LoggedMessage(NamedTuple):
    """One message of the change log, and what it follows from."""

    change: Change
    cause: str

    @property
    def records(self) -> list[int]:
        """Ids of the records it is about."""
        change = self.change
        if change.kind != Kind.DATA:
            return []
        if change.payload:
            return msgspec.json.decode(change.payload, type=list[int])
        return [record_id(change.id, change.created_ms)]


class Pushed(NamedTuple):
    """How far one subscription has got with one message."""

    subscription: Subscription
    state: PushState
    at_ms: int | None
    """The time of the last try, where tries are stored (webhooks)."""
    attempts: int
    status: int | None
    latency_ms: int | None
    reason: str


_COLUMNS = (*(changes.c[name] for name in Change._fields), changes.c.cause)
_because = Query(
    select(*_COLUMNS)
    .where(
        changes.c.created_ms >= bindparam("low", type_=INT),
        changes.c.created_ms <= bindparam("high", type_=INT),
        changes.c.cause == bindparam("because"),
        changes.c.tenant_id == bindparam("tenant"),
    )
    .order_by(changes.c.id)
    .limit(200),
    unscoped="the tenant is a condition of its own",
    heavy=True,
)
_by_id = Query(
    select(*_COLUMNS).where(
        changes.c.id == bindparam("change_id", type_=INT), changes.c.tenant_id == bindparam("tenant")
    ),
    unscoped="the tenant is a condition of its own",
)
_subscription, _change = bindparam("row_id", type_=INT), bindparam("change_id", type_=INT)
_delivery = Query(
    select(deliveries.c.state, deliveries.c.attempts, deliveries.c.reason).where(
        deliveries.c.subscription_id == _subscription, deliveries.c.change_id == _change, in_scope(deliveries)
    )
)
_a = delivery_attempts.c
_last_try = Query(
    select(_a.at_ms, _a.attempt, _a.status, _a.latency_ms, _a.reason)
    .where(
        _a.subscription_id == _subscription,
        _a.change_id == _change,
        in_scope(delivery_attempts),
    )
    .order_by(_a.id.desc())
    .limit(1)
)


async def messages_because(
    scope: Scope, db: Reader, *, cause: str, low_ms: int, high_ms: int
) -> list[LoggedMessage]:
    """Messages of the scope's tenant and communities that follow from `cause`, in a span of time."""
    rows = await _because.all(db, low=low_ms, high=high_ms, because=cause, tenant=scope.tenant)
    messages = [LoggedMessage(Change(*row[:-1]), row[-1]) for row in rows]
    return [message for message in messages if scope.allows(message.change.community_id)]


async def find_message(scope: Scope, db: Reader, *, change_id: int) -> LoggedMessage | None:
    """One message by its number, as push logs name it."""
    row = await _by_id.one(db, change_id=change_id, tenant=scope.tenant)
    message = None if row is None else LoggedMessage(Change(*row[:-1]), row[-1])
    return message if message is not None and scope.allows(message.change.community_id) else None


async def pushes_of(scope: Scope, db: Reader, *, change: Change) -> list[Pushed]:
    """Subscriptions on the change log that take a message, and how far each is."""
    pushes = []
    for subscription in await list_subscriptions(scope, db):
        if subscription.stream != CHANGES or change.app_key not in ("", subscription.app_key):
            continue
        if subscription.created_ms <= change.created_ms and await _takes(db, subscription, change):
            pushes.append(await _fate(scope, db, subscription, change.id))
    return pushes


async def streams_of(
    scope: Scope, db: Reader, *, community_id: int | None, project_id: str, seq: int, at_ms: int
) -> list[Pushed]:
    """Queues of MQTT consumers that take a device's message: they read the inbox itself, without a row for each."""
    pushes = []
    for subscription in await list_subscriptions(scope, db):
        if subscription.stream != THINGS or subscription.created_ms > at_ms:
            continue
        if await _granted(db, subscription, community_id, project_id):
            state: PushState = "delivered" if subscription.cursor_id >= seq else "waiting"
            pushes.append(Pushed(subscription, state, None, 0, None, None, ""))
    return pushes


async def _takes(db: Reader, subscription: Subscription, change: Change) -> bool:
    return subscription.filters.take(change) and await _granted(
        db, subscription, change.community_id, change.project_id
    )


async def _granted(db: Reader, subscription: Subscription, community_id: int | None, project_id: str) -> bool:
    """Whether the subscription's project may see it."""
    if project_id == subscription.project_id:
        return True
    granted = await tenancy.communities_of(
        db, tenant_id=subscription.tenant_id, project_id=subscription.project_id
    )
    return community_id is not None and community_id in granted


async def _fate(scope: Scope, db: Reader, subscription: Subscription, change_id: int) -> Pushed:
    delivery = await _delivery.one(db, scope, row_id=subscription.id, change_id=change_id)
    tried = await _last_try.one(db, scope, row_id=subscription.id, change_id=change_id)
    at_ms, attempt, status, latency_ms, why = tried or (None, 0, None, None, "")
    state: PushState
    if delivery is not None:
        state = "failed" if delivery[0] == PARKED else "retry"
        return Pushed(
            subscription, state, at_ms, max(delivery[1], attempt), status, latency_ms, delivery[2] or why
        )
    waits: PushState = "waiting" if subscription.enabled else "off"
    state = "delivered" if subscription.cursor_id >= change_id else waits
    return Pushed(subscription, state, at_ms, attempt, status, latency_ms, "")
