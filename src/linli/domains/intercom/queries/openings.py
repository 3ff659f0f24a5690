"""Who asks to open a door from a call."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.calls.rows import Opening, community_of_desks, desk_pages
from linli.domains.intercom.models import accounts, openings, owners
from linli.domains.intercom.queries.homes import desks_of
from linli.domains.intercom.rows import CallRow
from linli.kernel.db import Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope


class Asker(NamedTuple):
    """An account, and whose it is."""

    kind: int
    tenant_id: str
    identity_id: str | None
    """None: an application made it."""
    community_id: int | None
    owner: str | None = None
    space_id: int | None = None
    """The house of a member or of an indoor unit."""


_asker = Query(
    select(
        accounts.c.kind,
        accounts.c.tenant_id,
        owners.c.identity_id,
        owners.c.community_id,
        owners.c.owner,
        owners.c.space_id,
    )
    .outerjoin(owners, owners.c.number == accounts.c.number)
    .where(accounts.c.number == bindparam("number")),
    Asker,
    unscoped="the number of a phone that is in a call that it proved itself for",
)


_of_calls = Query(
    select(openings)
    .where(any_of(openings.c.call_id, "call_ids"), in_scope(openings))
    .order_by(openings.c.id),
    Opening,
)


async def openings_of_calls(scope: Scope, db: Reader, call_ids: list[int]) -> list[Opening]:
    """Each try to open from these calls, the first one first."""
    return await _of_calls.all(db, scope, call_ids=call_ids)


async def desks_dialled(db: Reader, call: CallRow) -> tuple[str, ...]:
    """The desks of a community that are pages, if a call dials one of its guard desks; all desks if it dials them all."""
    if (community_id := community_of_desks(call.target)) is not None:
        rows = await desks_of(db, tenant_id=call.tenant_id, community_id=community_id)
        return tuple(row.number for row in rows)
    dialled = await _asker.one(db, number=call.target)
    if dialled is None or dialled.tenant_id != call.tenant_id or dialled.community_id is None:
        return ()
    return (desk_pages(dialled.community_id),) if (dialled.owner or "").startswith("desk:") else ()


async def asker(db: Reader, number: str) -> Asker | None:
    """None: the account is no more."""
    return await _asker.one(db, number=number)
