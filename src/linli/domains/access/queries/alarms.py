"""Alarms of doors."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.access.models import alarms
from linli.domains.access.rows import DoorAlarm
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_a = alarms.c


class AlarmFilter(msgspec.Struct, frozen=True):
    """Conditions that must all hold; an empty one is none."""

    community_id: int | None = None
    iot_id: str = ""
    kinds: tuple[str, ...] = ()
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
    .with_for_update(),
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
        "outcome": 0 if where.lasting is None else 1 if where.lasting else 2,
    }
    total = await _count.scalar(db, scope, **binds)
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def going_on(scope: Scope, db: Reader, *, iot_id: str, kind: str) -> DoorAlarm | None:
    """The alarm of a kind that lasts at a door."""
    return await _going_on.one(db, scope, iot_id=iot_id, kind=kind)
