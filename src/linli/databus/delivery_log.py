"""Reads of how deliveries went, for people: the last try of each message, every try, and how far a queue is."""

from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, or_, select

from linli.databus.changes import Change
from linli.databus.deliveries import PARKED, RETRY
from linli.databus.models import changes, deliveries, delivery_attempts
from linli.databus.subscription_rows import CHANGES, WEBHOOK, Subscription, get_subscription
from linli.databus.topics import DEVICE_KINDS, Kind, kind_of_topic
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope


class Push(NamedTuple):
    """One message with its last try."""

    change_id: int
    attempt: int
    at_ms: int
    ok: int
    status: int | None
    latency_ms: int
    reason: str
    excerpt: str
    state: str | None
    """retry or parked; None once it got through."""
    next_ms: int | None
    tenant_id: str | None
    community_id: int | None
    app_key: str | None
    kind: str | None
    model_id: str | None
    operate: str | None
    payload: str | None
    created_ms: int | None

    def message(self) -> str:
        """The message that was sent; empty when the log no longer holds it."""
        if self.tenant_id is None:
            return ""
        change = Change(
            id=self.change_id,
            tenant_id=self.tenant_id,
            community_id=self.community_id,
            app_key=self.app_key or "",
            kind=self.kind or "",
            model_id=self.model_id or "",
            operate=self.operate or "",
            payload=self.payload or "",
            created_ms=self.created_ms or 0,
        )
        return change.message().decode()


class Progress(NamedTuple):
    """How far a queue is."""

    backlog: int
    """Messages after the cursor that its filters take; some may be of communities it may not see."""
    waiting: int
    """Messages that will be tried again."""
    parked: int
    last_delivered_ms: int | None
    oldest_ms: int | None
    """When the first message of the backlog was written."""


_states = Query(
    select(deliveries.c.state, func.count())
    .where(deliveries.c.subscription_id == bindparam("row_id", type_=INT), in_scope(deliveries))
    .group_by(deliveries.c.state)
)
_after_cursor = (
    changes.c.tenant_id == bindparam("tenant"),
    changes.c.id > bindparam("cursor", type_=INT),
    any_of(changes.c.kind, "kinds"),
    or_(changes.c.app_key == "", changes.c.app_key == bindparam("app_key")),
    or_(
        bindparam("any_model", type_=INT) == 1,
        changes.c.kind != Kind.DATA.value,
        any_of(changes.c.model_id, "models"),
    ),
    or_(
        bindparam("any_product", type_=INT) == 1,
        changes.c.iot_id == "",
        any_of(changes.c.product_key, "products"),
    ),
    or_(bindparam("any_device", type_=INT) == 1, changes.c.iot_id == "", any_of(changes.c.iot_id, "devices")),
    or_(bindparam("any_community", type_=INT) == 1, any_of(changes.c.community_id, "communities")),
)
_backlog = Query(
    select(func.count(), func.min(changes.c.created_ms)).where(*_after_cursor),
    unscoped="the tenant is a condition of its own",
    heavy=True,
)
_last_ok = Query(
    select(func.max(delivery_attempts.c.at_ms)).where(
        delivery_attempts.c.subscription_id == bindparam("row_id", type_=INT),
        delivery_attempts.c.ok == 1,
        in_scope(delivery_attempts),
    )
)
_of_ids = Query(
    select(*(changes.c[name] for name in Change._fields)).where(
        changes.c.tenant_id == bindparam("tenant"), any_of(changes.c.id, "ids")
    ),
    Change,
    unscoped="the tenant is a condition of its own",
)
_last_tries = (
    select(func.max(delivery_attempts.c.id).label("id"))
    .where(delivery_attempts.c.subscription_id == bindparam("row_id", type_=INT), in_scope(delivery_attempts))
    .group_by(delivery_attempts.c.change_id)
    .subquery()
)
_pushes = Query(
    select(
        *(delivery_attempts.c[name] for name in Push._fields[:8]),
        deliveries.c.state,
        deliveries.c.next_ms,
        *(changes.c[name] for name in Push._fields[10:]),
    )
    .select_from(
        _last_tries.join(delivery_attempts, delivery_attempts.c.id == _last_tries.c.id)
        .outerjoin(
            deliveries,
            (deliveries.c.subscription_id == delivery_attempts.c.subscription_id)
            & (deliveries.c.change_id == delivery_attempts.c.change_id),
        )
        .outerjoin(
            changes,
            (changes.c.id == delivery_attempts.c.change_id)
            & (changes.c.tenant_id == delivery_attempts.c.tenant_id),
        )
    )
    .order_by(delivery_attempts.c.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Push,
    heavy=True,
)
_push_count = Query(select(func.count()).select_from(_last_tries), heavy=True)


async def messages_of(scope: Scope, db: Reader, *, ids: list[int]) -> dict[int, Change]:
    """Messages of the scope's tenant by number; those that the log no longer holds are missing."""
    logged = await _of_ids.all(db, tenant=scope.tenant, ids=ids)
    return {change.id: change for change in logged}


async def list_pushes(
    scope: Scope, db: Reader, *, subscription_id: int, page: PageRequest
) -> tuple[int, list[Push]]:
    """(how many, those of one page): every message tried of late, the last tried first."""
    total = int(await _push_count.scalar(db, scope, row_id=subscription_id))
    return total, await _pushes.all(db, scope, row_id=subscription_id, **page.binds)


async def progress(scope: Scope, db: Reader, *, subscription_id: int) -> Progress:
    """Raises NotFound."""
    subscription = await get_subscription(scope, db, subscription_id=subscription_id)
    states = dict(await _states.all(db, scope, row_id=subscription.id))
    last = await _last_ok.scalar(db, scope, row_id=subscription.id)
    backlog, oldest = 0, None
    if subscription.stream == CHANGES:
        row = await _backlog.one(db, **_taken(subscription))
        backlog, oldest = row or (0, None)
    last = last or (subscription.last_seen_ms if subscription.kind != WEBHOOK else None) or None
    return Progress(int(backlog), states.get(RETRY, 0), states.get(PARKED, 0), last, oldest)


def _taken(subscription: Subscription) -> dict[str, Any]:
    """A queue's filters on the log, as binds."""
    filters = subscription.filters
    topic_kind = kind_of_topic(filters.topic, subscription.app_key, subscription.tenant_id)
    kinds = [topic_kind] if topic_kind else list(filters.kinds)
    return {
        "tenant": subscription.tenant_id,
        "cursor": subscription.cursor_id,
        "app_key": subscription.app_key,
        "kinds": kinds or [str(kind) for kind in Kind if kind not in DEVICE_KINDS],
        "any_model": int(not filters.models),
        "models": list(filters.models),
        "any_product": int(not filters.products),
        "products": list(filters.products),
        "any_device": int(not filters.devices),
        "devices": list(filters.devices),
        "any_community": int(not filters.communities),
        "communities": list(filters.communities),
    }
