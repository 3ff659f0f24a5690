"""Subscriptions: who of the integrators wants to hear of what, and where. Rules and the only writer.

Webhooks are set up by people; an MQTT queue comes into being when a consumer of an appKey first subscribes.
"""

import re
import weakref
from collections.abc import Callable
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.databus import changes, registry
from linli.databus.models import deliveries, delivery_attempts, subscriptions
from linli.databus.subscription_rows import (
    CHANGES,
    MQTT,
    WEBHOOK,
    Filters,
    count_of_key,
    find_named,
    first_change_since,
    get_subscription,
    newest_change,
)
from linli.databus.topics import Kind
from linli.databus.webhook import address
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Database, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

MAX_PER_KEY: Final = 50
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
_rewind = Command(
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("row_id", type_=INT), in_scope(subscriptions))
    .values(cursor_id=bindparam("cursor", type_=INT), generation=subscriptions.c.generation + 1)
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
_clear_deliveries_after = Command(
    delete(deliveries).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.change_id > bindparam("cursor", type_=INT),
        in_scope(deliveries),
    )
)

type Listener = Callable[[], None]
_listeners: "weakref.WeakKeyDictionary[Database, list[Listener]]" = weakref.WeakKeyDictionary()


def on_change(db: Database, listener: Listener) -> Callable[[], None]:
    """Have `listener()` called after every committed change of a subscription. Returns how to stop it."""
    listeners = _listeners.setdefault(db, [])
    listeners.append(listener)
    return lambda: listeners.remove(listener) if listener in listeners else None


def tell_changed(tx: Tx) -> None:
    """Let the senders of this process look at their subscriptions again, once `tx` has committed."""

    def spread() -> None:
        for listener in list(_listeners.get(tx.db, ())):
            listener()

    tx.after_commit(spread)


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
    """A new webhook for an appKey, from the next change on: (id, secret). The secret is told this once.

    The caller has looked the address up (`webhook.address.check`): that takes the network, so it cannot be done
    in here. Raises BadInput, NotFound (a foreign key), NameTaken, TooManySubscriptions.
    """
    key = await _key_of(scope, tx, app_key)
    address.parse(url)
    check_filters(filters)
    secret = secret or ids.token(40)
    if len(secret) < 16:
        raise BadInput(field="secret", rule="too_short", limit=16)
    number = await _create(
        tx,
        key,
        kind=WEBHOOK,
        name=_checked_name(name),
        filters=filters,
        url=url,
        secret=secret,
        secrets=secrets,
    )
    return number, secret


async def ensure_topic_queue(tx: Tx, key: tenancy.AppKeyRow, *, topic: str, stream: str = CHANGES) -> None:
    """The durable queue of one MQTT topic, made when a consumer first subscribes; from the next message on."""
    if await find_named(tx, app_key=key.app_key, kind=MQTT, name=topic) is None:
        await _create(tx, key, kind=MQTT, name=topic, filters=Filters(topic=topic), stream=stream)


async def _create(
    tx: Tx,
    key: tenancy.AppKeyRow,
    *,
    kind: str,
    name: str,
    filters: Filters,
    stream: str = CHANGES,
    url: str = "",
    secret: str = "",
    secrets: Secrets | None = None,
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
        "secret": secrets.seal(secret, about=f"subscription:{key.app_key}:{name}") if secrets else "",
        "enabled": 1,
        "cursor_id": await newest_change(tx) if stream == CHANGES else Ids.number_at(tx.db.clock.now_ms()),
        "created_ms": tx.db.clock.now_ms(),
    }
    number = await tx.insert(subscriptions, row)
    tell_changed(tx)
    return number or 0


async def change_webhook(
    scope: Scope,
    tx: Tx,
    *,
    subscription_id: int,
    name: str,
    url: str,
    filters: Filters,
    secrets: Secrets,
    secret: str = "",
) -> None:
    """Change a webhook; an empty `secret` keeps the one it has. Raises as `create_webhook`."""
    held = await get_subscription(scope, tx, subscription_id=subscription_id)
    if held.kind != WEBHOOK:
        raise NotFound(what="webhook", id=subscription_id)
    address.parse(url)
    check_filters(filters)
    name = _checked_name(name)
    if secret and len(secret) < 16:
        raise BadInput(field="secret", rule="too_short", limit=16)
    if name != held.name and await find_named(tx, app_key=held.app_key, kind=WEBHOOK, name=name) is not None:
        raise NameTaken(field="name", name=name)
    plain = secret or secrets.open(held.secret, about=held.about)
    await _change.run(
        tx,
        scope,
        row_id=subscription_id,
        new_name=name,
        new_url=url,
        new_filters=msgspec.json.encode(filters).decode(),
        new_secret=secrets.seal(plain, about=f"subscription:{held.app_key}:{name}"),
    )
    tell_changed(tx)


async def enable_subscription(
    scope: Scope, tx: Tx, *, subscription_id: int, enabled: bool, reason: str = ""
) -> None:
    """Stop or resume a queue; it goes on where it stood. Raises NotFound."""
    if not await _set_enabled.run(
        tx, scope, row_id=subscription_id, on=int(enabled), why="" if enabled else reason, since=None
    ):
        raise NotFound(what="subscription", id=subscription_id)
    tell_changed(tx)


async def delete_subscription(scope: Scope, tx: Tx, *, subscription_id: int) -> None:
    """Remove a queue with everything it still held. Raises NotFound."""
    await _drop_deliveries.run(tx, scope, row_id=subscription_id)
    await _drop_attempts.run(tx, scope, row_id=subscription_id)
    if not await _drop.run(tx, scope, row_id=subscription_id):
        raise NotFound(what="subscription", id=subscription_id)
    tell_changed(tx)


async def replay_since(scope: Scope, tx: Tx, *, subscription_id: int, since_ms: int) -> None:
    """Send everything from `since_ms` (UTC) on again. Raises BadInput for the future, NotFound."""
    held = await get_subscription(scope, tx, subscription_id=subscription_id)
    if since_ms > tx.db.clock.now_ms():
        raise BadInput(field="sinceMs", rule="before", other="now")
    if held.stream != CHANGES:
        raise NotFound(what="subscription", id=subscription_id)
    first = await first_change_since(tx, since_ms=since_ms)
    if not first:
        return
    cursor = min(first - 1, held.cursor_id)
    await _rewind.run(tx, scope, row_id=subscription_id, cursor=cursor)
    await _clear_deliveries_after.run(tx, scope, row_id=subscription_id, cursor=cursor)
    tell_changed(tx)


async def send_test(scope: Scope, tx: Tx, *, subscription_id: int) -> int:
    """Put a test message into this one queue; its number. Raises NotFound."""
    held = await get_subscription(scope, tx, subscription_id=subscription_id)
    said = TestMessage(held.name, tx.db.clock.now_ms())
    return await changes.publish_test(
        tx, tenant_id=held.tenant_id, app_key=held.app_key, subscription_id=held.id, payload=said
    )


class TestMessage(msgspec.Struct, frozen=True, rename="camel"):
    """Payload of a test message."""

    subscription: str
    sent_ms: int
    type: str = "test"


def check_filters(filters: Filters) -> None:
    """Raises BadInput for kinds and models that do not exist."""
    kinds = [str(kind) for kind in Kind if kind != Kind.TEST]
    for position, kind in enumerate(filters.kinds):
        if kind not in kinds:
            raise BadInput(field=f"filters.kinds[{position}]", rule="one_of", allowed=", ".join(kinds))
    for position, model_id in enumerate(filters.models):
        if not registry.load().versions(model_id):
            raise BadInput(field=f"filters.models[{position}]", rule="unknown")


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
