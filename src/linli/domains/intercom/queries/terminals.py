"""Terminals that are bound, the codes by which they are, and the doors that one may open."""

from sqlalchemy import bindparam, func, select

from linli.domains.access.queries.doors import all_doors
from linli.domains.intercom.errors import TerminalUnbound
from linli.domains.intercom.models import terminal_codes, terminals
from linli.domains.intercom.queries.doors import rooms_of_group
from linli.domains.intercom.queries.owners import groups_of_houses
from linli.domains.intercom.rows import Terminal, TerminalCode
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_t, _c = terminals.c, terminal_codes.c
_of_device = Query(
    select(terminals).where(
        _t.app_project == bindparam("project"),
        _t.device_type == bindparam("device_type"),
        _t.device_id == bindparam("device_id"),
        in_scope(terminals),
    ),
    Terminal,
)
_any_of_device = Query(
    select(_t.bind_id).where(
        _t.app_project == bindparam("project"),
        _t.device_type == bindparam("device_type"),
        _t.device_id == bindparam("device_id"),
    ),
    unscoped="whether a terminal is bound anywhere, wherever that is; told to who holds its code",
)
_by_id = Query(select(terminals).where(_t.bind_id == bindparam("bind_id"), in_scope(terminals)), Terminal)
_of_houses = Query(
    select(terminals)
    .where(any_of(_t.space_id, "space_ids"), in_scope(terminals))
    .order_by(_t.created_ms, _t.bind_id),
    Terminal,
)
_of_office = Query(
    select(terminals)
    .where(
        _t.community_id == bindparam("community_id", type_=INT), _t.space_id.is_(None), in_scope(terminals)
    )
    .order_by(_t.created_ms, _t.bind_id),
    Terminal,
)
_count = Query(
    select(func.count())
    .select_from(terminals)
    .where(
        _t.community_id == bindparam("community_id", type_=INT),
        func.coalesce(_t.space_id, 0) == bindparam("space_id", type_=INT),
        in_scope(terminals),
    )
)
_bound_by = Query(
    select(_t.number).where(
        _t.tenant_id == bindparam("tenant"),
        _t.space_id == bindparam("space_id", type_=INT),
        _t.identity_id == bindparam("identity_id"),
    ),
    unscoped="the tenant of who moves out is a condition",
)
_by_hash = Query(
    select(terminal_codes).where(_c.code_hash == bindparam("code_hash")),
    TerminalCode,
    unscoped="who knows the code of a terminal stands before it",
)


async def terminal_of_device(
    scope: Scope, db: Reader, *, device_type: str, device_id: str
) -> Terminal | None:
    """The bound terminal of the caller's application; None: not bound."""
    return await _of_device.one(
        db, scope, project=scope.project_id or "", device_type=device_type, device_id=device_id
    )


async def require_terminal(scope: Scope, db: Reader, *, device_type: str, device_id: str) -> Terminal:
    """Raises TerminalUnbound."""
    row = await terminal_of_device(scope, db, device_type=device_type, device_id=device_id)
    if row is None:
        raise TerminalUnbound(device_id)
    return row


async def is_bound(db: Reader, code: TerminalCode) -> bool:
    """Whether the terminal that shows a code is bound anywhere."""
    row = await _any_of_device.one(
        db, project=code.app_project, device_type=code.device_type, device_id=code.device_id
    )
    return row is not None


async def find_terminal(scope: Scope, db: Reader, bind_id: str) -> Terminal | None:
    return await _by_id.one(db, scope, bind_id=bind_id)


async def terminals_in(scope: Scope, db: Reader, house_ids: list[int]) -> list[Terminal]:
    """Those of these houses, the oldest first."""
    return await _of_houses.all(db, scope, space_ids=house_ids)


async def terminals_of_office(scope: Scope, db: Reader, community_id: int) -> list[Terminal]:
    """Those of the property of a community, the oldest first."""
    return await _of_office.all(db, scope, community_id=community_id)


async def count_at(scope: Scope, db: Reader, *, community_id: int, space_id: int | None) -> int:
    """How many are bound to a house, or to the property's office (None)."""
    return int(await _count.scalar(db, scope, community_id=community_id, space_id=space_id or 0))


async def numbers_bound_by(db: Reader, *, tenant_id: str, space_id: int, identity_id: str) -> list[str]:
    """The numbers of the terminals that a member bound to a house."""
    rows = await _bound_by.all(db, tenant=tenant_id, space_id=space_id, identity_id=identity_id)
    return [str(number) for (number,) in rows]


async def code_of_hash(db: Reader, code_hash: str) -> TerminalCode | None:
    return await _by_hash.one(db, code_hash=code_hash)


async def doors_of_terminal(scope: Scope, db: Reader, terminal: Terminal) -> list[str]:
    """The doors that it may open: those that ring its house, or every door of its community. By iotId."""
    if terminal.space_id is None:
        return sorted(door.iot_id for door in await all_doors(scope, db, community_id=terminal.community_id))
    group = (await groups_of_houses(scope, db, [terminal.space_id])).get(terminal.space_id)
    if group is None:
        return []
    return sorted({room.iot_id for room in await rooms_of_group(scope, db, group_id=group.group_id)})
