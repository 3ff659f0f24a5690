"""Calls: those in hand, and the lists of them."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, exists, func, or_, select

from linli.calls.rows import TO_GROUP, Account
from linli.domains.intercom.models import (
    call_notes,
    calls,
    door_numbers,
    house_groups,
    members,
    messages,
    owners,
    rooms,
)
from linli.domains.intercom.rows import CallRow, Ends
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.tenancy import project_communities

_c, _d, _h, _m, _r = calls.c, door_numbers.c, house_groups.c, members.c, rooms.c
_OF_CALLER = "tenant and project of the number that proved itself are conditions"
_AT_ONCE = 500

_granted = select(project_communities.c.community_id).where(
    project_communities.c.project_id == bindparam("project")
)
_own = select(owners.c.community_id).where(
    owners.c.number == bindparam("caller"), owners.c.tenant_id == bindparam("tenant")
)
"""A derived account calls within its community, whose own project no grant names."""
_door = Query(
    select(_d.iot_id, _d.community_id)
    .where(
        _d.number.in_([bindparam("caller"), bindparam("target")]),
        _d.tenant_id == bindparam("tenant"),
        or_(_d.community_id.in_(_granted), _d.community_id.in_(_own)),
    )
    .order_by(_d.changed_ms.desc(), _d.iot_id)
    .limit(1),
    unscoped=_OF_CALLER,
)
_of_caller = Query(
    select(owners.c.community_id).where(
        owners.c.number == bindparam("caller"), owners.c.tenant_id == bindparam("tenant")
    ),
    unscoped=_OF_CALLER,
)
_houses = Query(
    select(_h.space_id, _h.community_id, _h.room_id)
    .where(
        _h.tenant_id == bindparam("tenant"),
        or_(_h.community_id.in_(_granted), _h.community_id.in_(_own)),
        or_(
            _h.group_id == bindparam("target"),
            _h.group_id.in_(select(_m.group_id).where(_m.number == bindparam("target"))),
        ),
    )
    .order_by(_h.space_id)
    .limit(2),
    unscoped=_OF_CALLER,
)
_looked = Query(
    select(_d.iot_id, _d.community_id)
    .where(_d.number == bindparam("number"), _d.tenant_id == bindparam("tenant"))
    .order_by(_d.changed_ms.desc(), _d.iot_id)
    .limit(1),
    unscoped="the page's route found the door in scope; the tenant is a condition",
)
_at_doors = Query(
    select(calls)
    .where(
        _c.community_id == bindparam("community_id", type_=INT),
        _c.state < 2,
        _c.iot_id != "",
        in_scope(calls),
    )
    .order_by(_c.id),
    CallRow,
)
_room = Query(
    select(_r.room_id)
    .where(_r.iot_id == bindparam("door"), _r.group_id == bindparam("target"))
    .order_by(_r.room_key)
    .limit(1),
    unscoped="the door is the caller's own",
)
_one = Query(
    select(calls).where(_c.id == bindparam("call_id", type_=INT)),
    CallRow,
    unscoped="the call that this process has in hand",
)
_open_of_home = Query(
    select(calls)
    .where(
        _c.space_id == bindparam("house_id", type_=INT),
        _c.state < 2,
        ~exists().where(messages.c.call_id == _c.id),
        in_scope(calls),
    )
    .order_by(_c.id.desc())
    .limit(10),
    CallRow,
)
_found = Query(select(calls).where(_c.id == bindparam("call_id", type_=INT), in_scope(calls)), CallRow)
_left = Query(
    select(calls).where(_c.state < 2, _c.process == bindparam("process")).order_by(_c.id).limit(_AT_ONCE),
    CallRow,
    unscoped="the calls of a process that is no more",
)
_lately = Query(
    select(_c.id)
    .where(
        _c.space_id == bindparam("space_id", type_=INT),
        _c.id < bindparam("call_id", type_=INT),
        _c.caller == bindparam("caller"),
        _c.started_ms >= bindparam("since", type_=INT),
        in_scope(calls),
    )
    .limit(1)
)


class CallFilter(msgspec.Struct, frozen=True):
    """Conditions that must all hold; an empty one is none."""

    community_id: int | None = None
    iot_id: str = ""
    space_ids: tuple[int, ...] = ()
    """Any of these houses."""
    outcomes: tuple[str, ...] = ()
    opened: bool | None = None
    takers: tuple[str, ...] | None = None
    """Only calls that nobody took, or one of these numbers."""
    note: str = ""
    """Some of the words that staff noted."""
    from_ms: int = 0
    to_ms: int = 2**52


_noted = exists().where(
    call_notes.c.call_id == _c.id, func.lower(call_notes.c.words).like(bindparam("note"), escape="\\")
)
_filtered = and_(
    in_scope(calls),
    _c.started_ms >= bindparam("from_ms", type_=INT),
    _c.started_ms <= bindparam("to_ms", type_=INT),
    or_(bindparam("community_id", type_=INT) == 0, _c.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("iot_id") == "", _c.iot_id == bindparam("iot_id")),
    or_(bindparam("any_house", type_=INT) == 1, any_of(_c.space_id, "space_ids")),
    or_(bindparam("any_outcome", type_=INT) == 1, any_of(_c.outcome, "outcomes")),
    or_(bindparam("any_taker", type_=INT) == 1, _c.answered_by == "", any_of(_c.answered_by, "takers")),
    or_(bindparam("note") == "", _noted),
    or_(
        bindparam("opened", type_=INT) == 0,
        and_(bindparam("opened", type_=INT) == 1, _c.opened_ms > 0),
        and_(bindparam("opened", type_=INT) == 2, _c.opened_ms == 0),
    ),
)
_list = Query(
    select(calls)
    .where(_filtered)
    .order_by(_c.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    CallRow,
)
_count = Query(select(func.count()).select_from(calls).where(_filtered))
_before = Query(
    select(calls)
    .where(_filtered, _c.id < bindparam("before", type_=INT))
    .order_by(_c.id.desc())
    .limit(bindparam("limit", type_=INT)),
    CallRow,
)


async def ends_of(db: Reader, caller: Account, target: str, target_type: int) -> Ends:
    """The door, house and room of a call, of communities that the caller's project serves or that it was derived in.

    A group that several houses share names none of them: whose call it was, nobody could say.
    """
    own: dict[str, Any] = {
        "tenant": caller.tenant_id,
        "project": caller.project_id,
        "caller": caller.number,
        "target": target,
    }
    door = await _door.one(db, **own)
    houses = await _houses.all(db, **own)
    iot_id, community_id = door or ("", None)
    space_id, room_id = None, ""
    if len(houses) == 1 and community_id in (None, houses[0][1]):
        space_id, community_id, room_id = houses[0]
    if iot_id and target_type == TO_GROUP:
        dialled = await _room.one(db, door=iot_id, target=target)
        room_id = dialled[0] if dialled else room_id
    if community_id is None and (whose := await _of_caller.one(db, **own)) is not None:
        (community_id,) = whose
    return Ends(community_id, iot_id, space_id, room_id)


async def ends_of_look(db: Reader, tenant_id: str, number: str) -> Ends:
    """Of a look of staff through a door of this number."""
    door = await _looked.one(db, tenant=tenant_id, number=number)
    return Ends(door[1], door[0]) if door is not None else Ends(None, "")


async def calls_at_doors(scope: Scope, db: Reader, community_id: int) -> list[CallRow]:
    """Those of a community's doors that ring or talk now."""
    return await _at_doors.all(db, scope, community_id=community_id)


async def open_calls_of_home(scope: Scope, db: Reader, *, house_id: int) -> list[CallRow]:
    """Those that ring or talk, newest first; a few at most."""
    return await _open_of_home.all(db, scope, house_id=house_id)


async def call_in_hand(db: Reader, call_id: int) -> CallRow:
    row = await _one.one(db, call_id=call_id)
    assert row is not None
    return row


async def find_call(scope: Scope, db: Reader, call_id: int) -> CallRow | None:
    return await _found.one(db, scope, call_id=call_id)


async def rang_lately(scope: Scope, db: Reader, call: CallRow, within_ms: int) -> bool:
    """Whether the same caller rang the same home before, within this time."""
    since = call.started_ms - within_ms
    earlier = await _lately.one(
        db, scope, space_id=call.space_id, call_id=call.id, caller=call.caller, since=since
    )
    return earlier is not None


async def in_hand_of(db: Reader, process: str) -> list[CallRow]:
    """Some of the calls that are not over, of one process."""
    return await _left.all(db, process=process)


async def list_calls(scope: Scope, db: Reader, *, where: CallFilter, page: PageRequest) -> Page[CallRow]:
    """Newest first."""
    binds = _binds(where)
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def count_calls(scope: Scope, db: Reader, *, where: CallFilter) -> int:
    return int(await _count.scalar(db, scope, **_binds(where)))


async def walk_calls(
    scope: Scope, db: Reader, *, where: CallFilter, at_once: int
) -> AsyncIterator[list[CallRow]]:
    """All that fit, newest first, some at a time."""
    binds, before = _binds(where), 2**62
    while rows := await _before.all(db, scope, **binds, before=before, limit=at_once):
        yield rows
        before = rows[-1].id


def _binds(where: CallFilter) -> dict[str, Any]:
    return {
        "from_ms": where.from_ms,
        "to_ms": where.to_ms,
        "community_id": where.community_id or 0,
        "iot_id": where.iot_id,
        "any_house": int(not where.space_ids),
        "space_ids": list(where.space_ids),
        "any_outcome": int(not where.outcomes),
        "outcomes": list(where.outcomes),
        "any_taker": int(where.takers is None),
        "takers": list(where.takers or ()),
        "note": _part(where.note),
        "opened": 0 if where.opened is None else 1 if where.opened else 2,
    }


def _part(words: str) -> str:
    """For LIKE: some of the text, whatever its case."""
    plain = words.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%" if plain else ""
