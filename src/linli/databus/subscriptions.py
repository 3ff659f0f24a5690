"""Subscriptions: the messages that integrators want, and their addresses. Rules and the only writer.

Webhooks, event streams and AMQP queues are set up by people or by calls of the key; an MQTT queue comes into being
when a consumer of an appKey first subscribes.
"""

import re
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.databus import address, registry, subscription_history
from linli.databus.models import deliveries, delivery_attempts, subscription_minutes, subscriptions
from linli.databus.subscription_rows import (
    CHANGES,
    MADE_KINDS,
    MQTT,
    WEBHOOK,
    Filters,
    count_of_key,
    find_named,
    get_subscription,
    newest_change,
)
from linli.databus.topics import Kind
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Database, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets

MAX_PER_KEY: Final = 50
MOST_FILTERED: Final = 200
"""Products, devices or communities that one subscription can be narrowed to."""
_NAME = re.compile(r"[^\s\x00-\x1f].{0,99}")


class NameTaken(Conflict):
    code = "subscription.name_taken"


class TooManySubscriptions(Conflict):
    code = "subscription.too_many"


_change = Command(
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("row_id", type_=INT), in_scope(subscriptions))
    .values(
        name=bindparam("new_name"),
        url=bindparam("new_url"),
        filters=bindparam("new_filters"),
        secret=bindparam("new_secret"),
    )
)
_set_enabled = Command(
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("row_id", type_=INT), in_scope(subscriptions))
    .values(
        enabled=bindparam("on", type_=INT),
        stopped_reason=bindparam("why"),
        failing_since_ms=bindparam("since", type_=INT),
    )
)
_drop = Command(
    delete(subscriptions).where(subscriptions.c.id == bindparam("row_id", type_=INT), in_scope(subscriptions))
)
_drop_deliveries = Command(
    delete(deliveries).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT), in_scope(deliveries)
    )
)
_drop_attempts = Command(
    delete(delivery_attempts).where(
        delivery_attempts.c.subscription_id == bindparam("row_id", type_=INT), in_scope(delivery_attempts)
    )
)
_drop_minutes = Command(
    delete(subscription_minutes).where(
        subscription_minutes.c.subscription_id == bindparam("row_id", type_=INT),
        in_scope(subscription_minutes),
    )
)

CHANGED: Final = "databus_subscriptions"
"""The channel on which processes tell one another that subscriptions changed."""


def on_change(db: Database, listener: Callable[[], None]) -> Callable[[], None]:
    """Have `listener()` called after every committed change of a subscription, in whatever process."""
    return db.signals.listen(CHANGED, lambda _: listener(), missed=listener)


def tell_changed(tx: Tx) -> None:
    """Let senders look at their subscriptions again, once `tx` has committed."""
    tx.db.signals.publish_after(tx, CHANGED)


class NewQueue(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a new queue."""

    app_key: str
    kind: str
    name: str
    filters: Filters
    url: str = ""
    """Where a webhook posts to; the caller has looked it up (`address.check`), which takes the network."""
    secret: str = ""
    """Signs what a webhook posts; empty: one is made."""


async def create_subscription(
    scope: Scope, tx: Tx, *, new: NewQueue, ids: Ids, secrets: Secrets
) -> tuple[int, str]:
    """A new queue of an appKey, from the next message on: (id, signing secret of a webhook, else empty).

    The secret is told this once. Raises BadInput, NotFound (a foreign key), NameTaken, TooManySubscriptions.
    """
    key = await _key_of(scope, tx, new.app_key)
    if new.kind not in MADE_KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(MADE_KINDS))
    check_filters(new.filters)
    secret = ""
    if new.kind == WEBHOOK:
        address.parse(new.url)
        secret = new.secret or ids.token(40)
        _check_secret(secret)
    name = _checked_name(new.name)
    number = await _create(
        scope,
        tx,
        key,
        kind=new.kind,
        name=name,
        filters=new.filters,
        url=new.url if new.kind == WEBHOOK else "",
        sealed=secrets.seal(secret, about=_about(new.app_key, name)) if new.kind == WEBHOOK else "",
    )
    return number, secret


async def create_webhook(
    scope: Scope,
    tx: Tx,
    *,
    app_key: str,
    name: str,
    url: str,
    filters: Filters,
    ids: Ids,
    secrets: Secrets,
    secret: str = "",
) -> tuple[int, str]:
    """`create_subscription` of a webhook."""
    return await create_subscription(
        scope,
        tx,
        new=NewQueue(app_key=app_key, kind=WEBHOOK, name=name, filters=filters, url=url, secret=secret),
        ids=ids,
        secrets=secrets,
    )


async def ensure_topic_queue(tx: Tx, key: tenancy.AppKeyRow, *, topic: str, stream: str = CHANGES) -> None:
    """The durable queue of one MQTT topic, made when a consumer first subscribes; from the next message on."""
    if await find_named(tx, app_key=key.app_key, kind=MQTT, name=topic) is None:
        caller = Scope(key.tenant_id, Caller("app", key.app_key))
        await _create(caller, tx, key, kind=MQTT, name=topic, filters=Filters(topic=topic), stream=stream)


async def _create(
    scope: Scope,
    tx: Tx,
    key: tenancy.AppKeyRow,
    *,
    kind: str,
    name: str,
    filters: Filters,
    stream: str = CHANGES,
    url: str = "",
    sealed: str = "",
) -> int:
    if await find_named(tx, app_key=key.app_key, kind=kind, name=name) is not None:
        raise NameTaken(field="name", name=name)
    if await count_of_key(tx, app_key=key.app_key) >= MAX_PER_KEY:
        raise TooManySubscriptions(limit=MAX_PER_KEY)
    row = {
        "tenant_id": key.tenant_id,
        "project_id": key.project_id,
        "app_key": key.app_key,
        "kind": kind,
        "name": name,
        "stream": stream,
        "filters": msgspec.json.encode(filters).decode(),
        "url": url,
        "secret": sealed,
        "enabled": 1,
        "cursor_id": await newest_change(tx) if stream == CHANGES else Ids.number_at(tx.db.clock.now_ms()),
        "created_ms": tx.db.clock.now_ms(),
    }
    number = await tx.insert(subscriptions, row) or 0
    after = await get_subscription(Scope.system(key.tenant_id), tx, subscription_id=number)
    await subscription_history.note_created(scope.of_tenant(key.tenant_id), tx, after)
    tell_changed(tx)
    return number


async def change_subscription(
    scope: Scope,
    tx: Tx,
    *,
    subscription_id: int,
    secrets: Secrets,
    name: str | None = None,
    url: str | None = None,
    filters: Filters | None = None,
    secret: str | None = None,
) -> None:
    """Change what a person set up; None leaves it. Raises as `create_subscription`, NotFound for an MQTT queue."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    if subscription.kind not in MADE_KINDS:
        raise NotFound(what="subscription", id=subscription_id)
    if filters is not None:
        check_filters(filters)
    new_name = subscription.name if name is None else _checked_name(name)
    if new_name != subscription.name and await find_named(
        tx, app_key=subscription.app_key, kind=subscription.kind, name=new_name
    ):
        raise NameTaken(field="name", name=new_name)
    sealed = subscription.secret
    if subscription.kind == WEBHOOK:
        address.parse(subscription.url if url is None else url)
        if secret is not None:
            _check_secret(secret)
        plain = secrets.open(subscription.secret, about=subscription.about) if secret is None else secret
        sealed = secrets.seal(plain, about=_about(subscription.app_key, new_name))
    await _change.run(
        tx,
        scope,
        row_id=subscription_id,
        new_name=new_name,
        new_url=subscription.url if url is None or subscription.kind != WEBHOOK else url,
        new_filters=msgspec.json.encode(subscription.filters if filters is None else filters).decode(),
        new_secret=sealed,
    )
    await subscription_history.note_changed(
        scope,
        tx,
        subscription,
        await get_subscription(scope, tx, subscription_id=subscription_id),
        new_secret=secret is not None,
    )
    tell_changed(tx)


async def rotate_secret(scope: Scope, tx: Tx, *, subscription_id: int, ids: Ids, secrets: Secrets) -> str:
    """A new signing secret for a webhook, used from now on; shown this once. Raises NotFound."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    if subscription.kind != WEBHOOK:
        raise NotFound(what="webhook", id=subscription_id)
    secret = ids.token(40)
    await change_subscription(scope, tx, subscription_id=subscription_id, secrets=secrets, secret=secret)
    return secret


async def enable_subscription(
    scope: Scope, tx: Tx, *, subscription_id: int, enabled: bool, reason: str = ""
) -> None:
    """Stop or resume a queue; it goes on where it stood. Raises NotFound."""
    before = await get_subscription(scope, tx, subscription_id=subscription_id)
    if not await _set_enabled.run(
        tx, scope, row_id=subscription_id, on=int(enabled), why="" if enabled else reason, since=None
    ):
        raise NotFound(what="subscription", id=subscription_id)
    if bool(before.enabled) != enabled:
        await subscription_history.note_enabled(scope, tx, before, enabled=enabled)
    tell_changed(tx)


async def restore_filters(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Narrow a subscription as it was narrowed before a change. Raises NotFound, BadInput."""
    subscription = await get_subscription(scope, tx, subscription_id=int(change.target))
    filters = msgspec.convert(change.remains["filters"], Filters)
    check_filters(filters)
    await _change.run(
        tx,
        scope,
        row_id=subscription.id,
        new_name=subscription.name,
        new_url=subscription.url,
        new_filters=msgspec.json.encode(filters).decode(),
        new_secret=subscription.secret,
    )
    after = await get_subscription(scope, tx, subscription_id=subscription.id)
    await subscription_history.note_changed(scope, tx, subscription, after, new_secret=False)
    tell_changed(tx)


async def delete_subscription(scope: Scope, tx: Tx, *, subscription_id: int) -> None:
    """Remove a queue with everything it still held. Raises NotFound."""
    before = await get_subscription(scope, tx, subscription_id=subscription_id)
    await _drop_deliveries.run(tx, scope, row_id=subscription_id)
    await _drop_attempts.run(tx, scope, row_id=subscription_id)
    await _drop_minutes.run(tx, scope, row_id=subscription_id)
    await _drop.run(tx, scope, row_id=subscription_id)
    await subscription_history.note_deleted(scope, tx, before)
    tell_changed(tx)


def check_filters(filters: Filters) -> None:
    """Raises BadInput for kinds and models that do not exist."""
    kinds = [str(kind) for kind in Kind if kind != Kind.TEST]
    for position, kind in enumerate(filters.kinds):
        if kind not in kinds:
            raise BadInput(field=f"kinds[{position}]", rule="one_of", allowed=", ".join(kinds))
    for position, model_id in enumerate(filters.models):
        if not registry.load().versions(model_id):
            raise BadInput(field=f"models[{position}]", rule="unknown")

    for field, values in (
        ("products", filters.products),
        ("devices", filters.devices),
        ("communities", filters.communities),
    ):
        if len(values) > MOST_FILTERED:
            raise BadInput(field=field, rule="too_many_items", limit=MOST_FILTERED)


def _about(app_key: str, name: str) -> str:
    """The subject that a sealed secret is bound to; `Subscription.about`."""
    return f"subscription:{app_key}:{name}"


def _check_secret(secret: str) -> None:
    if len(secret) < 16:
        raise BadInput(field="secret", rule="too_short", limit=16)


def _checked_name(name: str) -> str:
    name = name.strip()
    if not _NAME.fullmatch(name) or not name.isprintable():
        raise BadInput(field="name", rule="too_long" if len(name) > 100 else "blank", limit=100)
    return name


async def _key_of(scope: Scope, db: Reader, app_key: str) -> tenancy.AppKeyRow:
    key = await tenancy.find_app_key(db, app_key)
    foreign = key is not None and (
        (scope.tenant_id is not None and key.tenant_id != scope.tenant_id)
        or (scope.communities is not None and key.project_id != scope.project_id)
    )
    if key is None or foreign:
        raise NotFound(what="appKey", id=app_key)
    return key
