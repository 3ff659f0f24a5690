"""The isolation id (scope_id) of each community. The room of communities tells; everybody asks here."""

from typing import Protocol

from sqlalchemy import bindparam, select

from linli.databus.models import data_scopes
from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

_scope_of = Query(
    select(data_scopes.c.scope_id).where(
        data_scopes.c.community_id == bindparam("community", type_=INT), in_scope(data_scopes)
    )
)
_community_of = Query(
    select(data_scopes.c.community_id).where(
        data_scopes.c.scope_id == bindparam("scope_id"), in_scope(data_scopes)
    )
)
_seen = Query(
    select(data_scopes.c.community_id, data_scopes.c.scope_id)
    .where(in_scope(data_scopes))
    .order_by(data_scopes.c.community_id)
    .limit(2)
)


async def register_community(tx: Tx, *, tenant_id: str, community_id: int, scope_id: str) -> None:
    """A community was approved and has its projectId: from now on records can belong to it."""
    row = {"community_id": community_id, "tenant_id": tenant_id, "scope_id": scope_id}
    await tx.upsert(data_scopes, [row], keys=("community_id",), update=("scope_id",))


class Approved(Protocol):
    """A domain event: a community is in management and has its scope_id."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def community_id(self) -> int: ...
    @property
    def scope_id(self) -> str: ...


async def on_approved(tx: Tx, event: Approved) -> None:
    """Inline handler of the communities' own event: records can belong to it from now on."""
    await register_community(
        tx, tenant_id=event.tenant_id, community_id=event.community_id, scope_id=event.scope_id
    )


async def scope_id_of(scope: Scope, db: Reader, *, community_id: int) -> str:
    """The scope_id of a community. Raises NotFound outside the scope."""
    scope.allow(community_id)
    scalar = await _scope_of.scalar(db, scope, community=community_id)
    if scalar is None:
        raise NotFound(what="community", id=community_id)
    return str(scalar)


async def community_of(scope: Scope, db: Reader, *, scope_id: str) -> int:
    """The community behind a scope_id. Raises NotFound outside the scope: a foreign one looks absent."""
    scalar = await _community_of.scalar(db, scope, scope_id=scope_id)
    if scalar is None:
        raise NotFound(what="scopeId", id=scope_id)
    return int(scalar)


async def only_community(scope: Scope, db: Reader) -> tuple[int, str] | None:
    """(community_id, scope_id) when the caller sees exactly one community."""
    rows = await _seen.all(db, scope)
    return (int(rows[0][0]), str(rows[0][1])) if len(rows) == 1 else None
