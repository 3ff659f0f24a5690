"""The history of subscriptions. It has no secret, and only the host of a webhook's address: a path may be a key."""

from typing import Final
from urllib.parse import urlsplit

import msgspec

from linli.databus.subscription_rows import Subscription
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.scope import Scope

HISTORY: Final = "subscription"
"""Kind of these records in the history."""


async def note_created(scope: Scope, tx: Tx, after: Subscription) -> None:
    await history.note(scope, tx, _record(after), "created", after=_facts(after), now_ms=_now(tx))


async def note_changed(
    scope: Scope, tx: Tx, before: Subscription, after: Subscription, *, new_secret: bool
) -> None:
    """What was narrowed otherwise can be put back; a name or an address is bound to the secret, and is not."""
    scope = scope.of_tenant(before.tenant_id)
    old, new = _facts(before), _facts(after)
    action = "changed" if (before.name, before.url) == (after.name, after.url) else "repointed"
    if before.url != after.url:
        new["webhook_path"] = "changed"
    kept = {"filters": msgspec.to_builtins(before.filters)}
    await history.note(scope, tx, _record(after), action, before=old, after=new, kept=kept, now_ms=_now(tx))
    if new_secret:
        await history.note(scope, tx, _record(after), "secret_renewed", now_ms=_now(tx))


async def note_enabled(scope: Scope, tx: Tx, before: Subscription, *, enabled: bool) -> None:
    scope, action = scope.of_tenant(before.tenant_id), "resumed" if enabled else "stopped"
    await history.note(scope, tx, _record(before), action, now_ms=_now(tx))


async def note_deleted(scope: Scope, tx: Tx, before: Subscription) -> None:
    scope = scope.of_tenant(before.tenant_id)
    await history.note(scope, tx, _record(before), "deleted", before=_facts(before), now_ms=_now(tx))


def _record(row: Subscription) -> history.Record:
    return history.Record(HISTORY, row.id, None)


def _facts(row: Subscription) -> dict[str, str]:
    url, on = urlsplit(row.url), row.filters
    return {
        "name": row.name,
        "subscription_kind": row.kind,
        "app_key": row.app_key,
        "webhook_host": f"{url.scheme}://{url.hostname}" if row.url else "",
        "message_kinds": ", ".join(on.kinds),
        "data_models": ", ".join(on.models),
        "with_products": ", ".join(on.products),
        "devices": ", ".join(on.devices),
        "communities": ", ".join(map(str, on.communities)),
    }


def _now(tx: Tx) -> int:
    return tx.db.clock.now_ms()
