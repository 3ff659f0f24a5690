"""Grants: credentials of persons on devices or scopes. O(1) rows each; a scope is expanded to its devices after the
commit."""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete

from linli.delivery import queries
from linli.delivery.models import grant_history, grants, targets
from linli.delivery.schemas import ON_DEVICE, ExpandGrant, ExpandScope, Grant, GrantRow, Target
from linli.delivery.service.refreshing import refresh, set_targets
from linli.delivery.service.rows import caller_of
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Tx, update_of
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

EXPAND_GRANT = "delivery.expand_grant"
EXPAND_SCOPE = "delivery.expand_scope"

_change = update_of(
    grants,
    ("community_id", "starts_ms", "ends_ms", "content", "schedule", "live", "changed_ms"),
    grants.c.id == bindparam("grant_id", type_=INT),
    unscoped="the grant was found by its tenant and key",
    generation=grants.c.generation + 1,
)

_drop_credential = Command(
    delete(targets).where(
        targets.c.tenant_id == bindparam("of_tenant"),
        targets.c.kind == bindparam("of_kind"),
        targets.c.credential == bindparam("of_credential"),
    ),
    unscoped="the tenant is a condition of its own",
)


async def grant(scope: Scope, tx: Tx, asked: Grant, *, now_ms: int, reason: str = "") -> int:
    """Give a right, or change its window and content; the grant's id. Giving the same again changes nothing.

    Raises NotFound (community outside the scope), BadInput.
    """
    scope.allow(asked.community_id)
    if asked.ends_ms < asked.starts_ms:
        raise BadInput(field="expiryTime", rule="after", other="effectiveTime")
    row = await _find(scope, tx, asked)
    values = (asked.community_id, asked.starts_ms, asked.ends_ms, asked.content, asked.schedule)
    if row is None:
        fresh = GrantRow(
            id=0,
            tenant_id=scope.tenant,
            community_id=asked.community_id,
            source=asked.source,
            kind=asked.kind,
            subject=asked.subject,
            credential=asked.credential,
            target_type=asked.target_type,
            target=asked.target,
            starts_ms=asked.starts_ms,
            ends_ms=asked.ends_ms,
            content=asked.content,
            live=1,
            generation=1,
            changed_ms=now_ms,
            schedule=asked.schedule,
        )
        columns = fresh._asdict()
        del columns["id"]
        new_id = await tx.insert(grants, columns)
        assert new_id is not None
        row, action = fresh._replace(id=new_id), "granted"
    elif row.live and (row.community_id, row.starts_ms, row.ends_ms, row.content, row.schedule) == values:
        return row.id
    else:
        action = "changed" if row.live else "granted"
        row = row._replace(
            community_id=asked.community_id,
            starts_ms=asked.starts_ms,
            ends_ms=asked.ends_ms,
            content=asked.content,
            schedule=asked.schedule,
            live=1,
        )
        await _write(tx, row, now_ms)
    await _note(scope, tx, row, action, reason, now_ms)
    await _reach(scope, tx, row, now_ms)
    return row.id


async def revoke(scope: Scope, tx: Tx, asked: Grant, *, now_ms: int, reason: str = "") -> bool:
    """Take a right back, named by everything but window and content. False when it was not live."""
    row = await _find(scope, tx, asked)
    if row is None or not row.live or not scope.allows(row.community_id):
        return False
    await _revoke(scope, tx, row, now_ms, reason)
    return True


async def revoke_all(
    scope: Scope, tx: Tx, *, source: str, kind: str, credential: str, now_ms: int, reason: str = ""
) -> int:
    """Take back every grant of a source on one credential; how many. For credentials on a handful of doors."""
    rows = await queries.grants_to_end.all(tx, scope, source=source, kind=kind, credential=credential)
    for row in rows:
        await _revoke(scope, tx, row, now_ms, reason)
    return len(rows)


async def give_again(scope: Scope, tx: Tx, *, row: GrantRow, now_ms: int, reason: str = "") -> None:
    """Bring a revoked grant back as it was."""
    await grant(scope, tx, row.grant, now_ms=now_ms, reason=reason)


async def revoke_credential(
    scope: Scope, tx: Tx, *, kind: str, credential: str, now_ms: int, reason: str = ""
) -> None:
    """Remove a credential from every device of the tenant, for all of its grants: it has ended permanently.

    Grants on scopes stay; their expanders must not find the credential any more.
    """
    for row in await queries.live_grants_for.all(tx, scope, kind=kind, credential=credential):
        await _revoke(scope, tx, row, now_ms, reason)
    left = await queries.devices_with.all(tx, tenant=scope.tenant, kind=kind, credential=credential)
    await _drop_credential.run(tx, of_tenant=scope.tenant, of_kind=kind, of_credential=credential)
    for (device,) in sorted(left):
        await refresh(
            tx, device=device, kind=kind, credential=credential, caller=caller_of(scope), now_ms=now_ms
        )


async def revoke_device(
    scope: Scope, tx: Tx, *, kind: str, device: str, community_id: int | None, now_ms: int, reason: str = ""
) -> int:
    """Take back up to a hundred of the grants of a kind that name a device (None: whatever the community); how many."""
    rows = await queries.live_grants_to.all(
        tx, scope, kind=kind, device=device, community_id=community_id or 0
    )
    for row in rows:
        await _revoke(scope, tx, row, now_ms, reason)
    return len(rows)


async def expand_scope(tx: Tx, *, target_type: str, target: str, more: Sequence[str] = ()) -> None:
    """Tell that scopes gained or lost devices or credentials; their grants are expanded again after the commit.

    `more` are further targets of the type with the same part before the colon.
    """
    payload, order = ExpandScope(target_type, target, tuple(more)), order_of(target_type, target)
    if order == f"scope:{target_type}:{target}":
        await outbox.add_once(tx, EXPAND_SCOPE, payload, key=order)
    else:
        await outbox.add(tx, EXPAND_SCOPE, payload, key=order)


def order_of(target_type: str, target: str) -> str:
    """The key that keeps expansions of the same grants from running beside one another.

    Of a target such as `<community>:<person>` the part before the colon counts: expansions of a community's people are
    done one after the other, by the hundred.
    """
    return f"scope:{target_type}:{target.partition(':')[0]}"


async def _find(scope: Scope, tx: Tx, asked: Grant) -> GrantRow | None:
    return await queries.grant_by_key.one(
        tx,
        tenant=scope.tenant,
        source=asked.source,
        kind=asked.kind,
        subject=asked.subject,
        credential=asked.credential,
        target_type=asked.target_type,
        target=asked.target,
    )


async def _revoke(scope: Scope, tx: Tx, row: GrantRow, now_ms: int, reason: str) -> None:
    row = row._replace(live=0)
    await _write(tx, row, now_ms)
    await _note(scope, tx, row, "revoked", reason, now_ms)
    await _reach(scope, tx, row, now_ms)


async def _write(tx: Tx, row: GrantRow, now_ms: int) -> None:
    await _change.run(tx, grant_id=row.id, **row._replace(changed_ms=now_ms)._asdict())


async def _note(scope: Scope, tx: Tx, row: GrantRow, action: str, reason: str, now_ms: int) -> None:
    await tx.insert(
        grant_history,
        {
            "grant_id": row.id,
            "tenant_id": row.tenant_id,
            "community_id": row.community_id,
            "action": action,
            "starts_ms": row.starts_ms,
            "ends_ms": row.ends_ms,
            "content": row.content,
            "schedule": row.schedule,
            "caller": caller_of(scope),
            "reason": reason,
            "at_ms": now_ms,
        },
    )


async def _reach(scope: Scope, tx: Tx, row: GrantRow, now_ms: int) -> None:
    if row.target_type != ON_DEVICE:
        await outbox.add(tx, EXPAND_GRANT, ExpandGrant(row.id), key=order_of(row.target_type, row.target))
        return
    target = Target(row.target, row.credential, row.subject, row.content, row.schedule)
    reach = {"added" if row.live else "removed": [(row, target)]}
    await set_targets(tx, **reach, caller=caller_of(scope), now_ms=now_ms)
