"""Sending old messages again: a queue goes back to a point in time, and how far it has come back; tests."""

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.databus import changes
from linli.databus.models import deliveries, subscriptions
from linli.databus.subscription_rows import (
    CHANGES,
    EVENTS,
    Subscription,
    first_change_since,
    get_subscription,
    newest_change,
)
from linli.databus.subscriptions import tell_changed
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

_rewind = Command(
    update(subscriptions)
    .where(subscriptions.c.id == bindparam("row_id", type_=INT), in_scope(subscriptions))
    .values(
        cursor_id=bindparam("cursor", type_=INT),
        replay_since_ms=bindparam("since", type_=INT),
        replay_from_id=bindparam("cursor", type_=INT),
        replay_to_id=bindparam("until", type_=INT),
        generation=subscriptions.c.generation + 1,
    )
)
_confirm = Command(
    update(subscriptions)
    .where(
        subscriptions.c.id == bindparam("row_id", type_=INT),
        subscriptions.c.cursor_id < bindparam("cursor", type_=INT),
        in_scope(subscriptions),
    )
    .values(cursor_id=bindparam("cursor", type_=INT), last_seen_ms=bindparam("now", type_=INT))
)
_clear_deliveries_after = Command(
    delete(deliveries).where(
        deliveries.c.subscription_id == bindparam("row_id", type_=INT),
        deliveries.c.change_id > bindparam("cursor", type_=INT),
        in_scope(deliveries),
    )
)


class ReplayProgress(NamedTuple):
    """A replay that has not come back to where it began."""

    since_ms: int
    done: float
    """Of 1."""


def replay_of(subscription: Subscription) -> ReplayProgress | None:
    """The replay that a queue is in; None when it is in none."""
    span = subscription.replay_to_id - subscription.replay_from_id
    if span <= 0 or subscription.cursor_id >= subscription.replay_to_id:
        return None
    return ReplayProgress(
        subscription.replay_since_ms, max(subscription.cursor_id - subscription.replay_from_id, 0) / span
    )


async def replay_since(scope: Scope, tx: Tx, *, subscription_id: int, since_ms: int) -> None:
    """Send everything from `since_ms` (UTC) on again, as far back as is kept.

    A replay within a replay goes on until where the first began. Raises BadInput for the future, NotFound.
    """
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    if since_ms > tx.db.clock.now_ms():
        raise BadInput(field="sinceMs", rule="before", other="now")
    if subscription.stream == CHANGES:
        first = await first_change_since(tx, since_ms=since_ms)
        if not first:
            return
        cursor = min(first - 1, subscription.cursor_id)
    else:
        cursor = min(Ids.number_at(since_ms), subscription.cursor_id)
    until = subscription.replay_to_id if replay_of(subscription) else subscription.cursor_id
    await _rewind.run(tx, scope, row_id=subscription_id, cursor=cursor, since=since_ms, until=until)
    await _clear_deliveries_after.run(tx, scope, row_id=subscription_id, cursor=cursor)
    tell_changed(tx)


async def stop_replay(scope: Scope, tx: Tx, *, subscription_id: int) -> None:
    """Leave a replay and go on where it began; without one nothing happens. Raises NotFound."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    if replay_of(subscription) is not None:
        until = subscription.replay_to_id
        await _rewind.run(tx, scope, row_id=subscription_id, cursor=until, since=0, until=until)
        tell_changed(tx)


async def confirm(scope: Scope, tx: Tx, *, subscription_id: int, message_id: int) -> None:
    """A client of an event stream has everything up to `message_id`. Raises NotFound, BadInput for one never sent."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    if subscription.kind != EVENTS:
        raise NotFound(what="subscription", id=subscription_id)
    if message_id > await newest_change(tx):
        raise BadInput(field="lastEventId", rule="unknown")
    await _confirm.run(tx, scope, row_id=subscription_id, cursor=message_id, now=tx.db.clock.now_ms())


class TestMessage(msgspec.Struct, frozen=True, rename="camel"):
    """Payload of a test message."""

    subscription: str
    sent_ms: int
    type: str = "test"


async def send_test(scope: Scope, tx: Tx, *, subscription_id: int) -> int:
    """Put a test message into this one queue; its number. Raises NotFound."""
    subscription = await get_subscription(scope, tx, subscription_id=subscription_id)
    test_message = TestMessage(subscription.name, tx.db.clock.now_ms())
    return await changes.publish_test(
        tx,
        tenant_id=subscription.tenant_id,
        app_key=subscription.app_key,
        subscription_id=subscription.id,
        payload=test_message,
    )
