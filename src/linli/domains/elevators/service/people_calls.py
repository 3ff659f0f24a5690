"""People's calls of lifts, which robots wait for."""

from sqlalchemy import bindparam, delete, select

from linli.domains.elevators.models import people_calls
from linli.kernel.db import Command, Query, Tx, in_scope
from linli.kernel.scope import Scope

_lock = Query(
    select(people_calls.c.last_ms)
    .where(in_scope(people_calls), people_calls.c.iot_id == bindparam("lift"))
    .with_for_update()
)


_forget = Command(
    delete(people_calls).where(in_scope(people_calls), people_calls.c.iot_id == bindparam("lift"))
)


async def forget(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """The lift is gone."""
    await _forget.run(tx, scope, lift=iot_id)


async def note(scope: Scope, tx: Tx, *, iot_id: str, community_id: int | None, at_ms: int) -> None:
    """Somebody called the lift, by a pass or from afar."""
    row = {"iot_id": iot_id, "tenant_id": scope.tenant, "community_id": community_id, "last_ms": at_ms}
    await tx.upsert(people_calls, [row], keys=("iot_id",), update=("community_id", "last_ms"))


async def lock(scope: Scope, tx: Tx, *, iot_id: str, community_id: int | None) -> int:
    """Who decides about a lift's sessions does it alone, until the transaction ends; the last call, or 0."""
    last_ms = await _lock.scalar(tx, scope, lift=iot_id)
    if last_ms is None:
        await note(scope, tx, iot_id=iot_id, community_id=community_id, at_ms=0)
        last_ms = await _lock.scalar(tx, scope, lift=iot_id)
    return int(last_ms or 0)
