"""Alarms of doors."""

from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.access.models import alarms
from linli.domains.access.rows import DoorAlarm
from linli.kernel.db import INT, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_a = alarms.c
HANDLINGS: Final = ("open", "taken", "closed")


class AlarmFilter(msgspec.Struct, frozen=True):
    """Conditions that must all hold; an empty one is none."""

    community_id: int | None = None
    iot_id: str = ""
    kinds: tuple[str, ...] = ()
    handling: tuple[str, ...] = ()
    """Of open, taken and closed."""
    lasting: bool | None = None
    """True: only those that go on; False: only those that are over."""
    from_ms: int = 0
    to_ms: int = 2**52


_filtered = and_(
    in_scope(alarms),
    _a.raised_ms >= bindparam("from_ms", type_=INT),
    _a.raised_ms <= bindparam("to_ms", type_=INT),
    or_(bindparam("community_id", type_=INT) == 0, _a.community_id == bindparam("community_id", type_=INT)),
    or_(bindparam("iot_id") == "", _a.iot_id == bindparam("iot_id")),
    or_(bindparam("any_kind", type_=INT) == 1, any_of(_a.kind, "kinds")),
    or_(
        bindparam("any_handling", type_=INT) == 1,
        and_(bindparam("open", type_=INT) == 1, _a.taken_ms.is_(None), _a.closed_ms.is_(None)),
        and_(bindparam("taken", type_=INT) == 1, _a.taken_ms.is_not(None), _a.closed_ms.is_(None)),
        and_(bindparam("closed", type_=INT) == 1, _a.closed_ms.is_not(None)),
    ),
    or_(
        bindparam("outcome", type_=INT) == 0,
        and_(bindparam("outcome", type_=INT) == 1, _a.over_ms.is_(None)),
        and_(bindparam("outcome", type_=INT) == 2, _a.over_ms.is_not(None)),
    ),
)
_list = Query(
    select(alarms)
    .where(_filtered)
    .order_by(_a.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    DoorAlarm,
)
_count = Query(select(func.count()).select_from(alarms).where(_filtered))
_going_on = Query(
    select(alarms)
    .where(
        in_scope(alarms), _a.iot_id == bindparam("iot_id"), _a.kind == bindparam("kind"), _a.over_ms.is_(None)
    )
    .order_by(_a.id)
    .with_for_update(),
    DoorAlarm,
)
_ended_last = Query(
    select(alarms)
    .where(
        in_scope(alarms),
        _a.iot_id == bindparam("iot_id"),
        _a.kind == bindparam("kind"),
        _a.over_ms >= bindparam("since", type_=INT),
        _a.closed_ms.is_(None),
    )
    .order_by(_a.id.desc())
    .limit(1)
    .with_for_update(),
    DoorAlarm,
)
_by_id = Query(
    select(alarms).where(in_scope(alarms), _a.id == bindparam("alarm_id", type_=INT)).with_for_update(),
    DoorAlarm,
)


async def list_alarms(scope: Scope, db: Reader, *, where: AlarmFilter, page: PageRequest) -> Page[DoorAlarm]:
    """Newest first."""
    binds: dict[str, Any] = {
        "from_ms": where.from_ms,
        "to_ms": where.to_ms,
        "community_id": where.community_id or 0,
        "iot_id": where.iot_id,
        "any_kind": int(not where.kinds),
        "kinds": list(where.kinds),
        "any_handling": int(not where.handling),
        **{name: int(name in where.handling) for name in HANDLINGS},
        "outcome": 0 if where.lasting is None else 1 if where.lasting else 2,
    }
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def going_on(scope: Scope, db: Reader, *, iot_id: str, kind: str) -> list[DoorAlarm]:
    """The alarms of a kind that last at a door, the oldest first: one that is not closed, and those closed before."""
    return await _going_on.all(db, scope, iot_id=iot_id, kind=kind)


async def ended_since(scope: Scope, tx: Tx, *, iot_id: str, kind: str, since_ms: int) -> DoorAlarm | None:
    """The last alarm of a kind that ended since then and that nobody closed. Locked."""
    return await _ended_last.one(tx, scope, iot_id=iot_id, kind=kind, since=since_ms)


async def alarm_for_change(scope: Scope, tx: Tx, alarm_id: int) -> DoorAlarm:
    """Locked. Raises NotFound."""
    if (alarm := await _by_id.one(tx, scope, alarm_id=alarm_id)) is None:
        raise NotFound(what="alarm", id=alarm_id)
    return alarm
