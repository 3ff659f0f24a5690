"""Passes of vehicles."""

from typing import Final, NamedTuple

import msgspec
from sqlalchemy import and_, bindparam, case, func, or_, select

from linli.domains.parking.models import passes
from linli.domains.parking.rows import LanePass
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

HOUR_MS: Final = 3_600_000
_ABNORMAL: Final = 1  # open_type
_BLACKLIST: Final = 3  # permission
_p = passes.c
_filtered = and_(
    in_scope(passes),
    _p.community_id == bindparam("community_id", type_=INT),
    _p.passed_ms >= bindparam("since", type_=INT),
    _p.passed_ms < bindparam("until", type_=INT),
    or_(bindparam("lane_id", type_=INT) == 0, _p.lane_id == bindparam("lane_id", type_=INT)),
    or_(bindparam("direction", type_=INT) == -1, _p.direction == bindparam("direction", type_=INT)),
    or_(bindparam("permission", type_=INT) == -1, _p.permission == bindparam("permission", type_=INT)),
    or_(bindparam("open_type", type_=INT) == -1, _p.open_type == bindparam("open_type", type_=INT)),
    or_(bindparam("part") == "", _p.plate.like(bindparam("part"), escape="\\")),
)
_list = Query(
    select(passes)
    .where(_filtered)
    .order_by(_p.id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    LanePass,
)
_count = Query(select(func.count()).select_from(passes).where(_filtered))

_hour = (_p.passed_ms - bindparam("since", type_=INT)) // HOUR_MS
_by_hour = Query(
    select(
        _hour,
        func.count(),
        func.sum(case((_p.open_type == _ABNORMAL, 1), else_=0)),
        func.sum(case((and_(_p.open_type != _ABNORMAL, _p.permission == _BLACKLIST), 1), else_=0)),
    )
    .where(
        in_scope(passes),
        _p.community_id == bindparam("community", type_=INT),
        _p.lane_id == bindparam("lane", type_=INT),
        _p.id >= bindparam("from_id", type_=INT),
        _p.passed_ms >= bindparam("since", type_=INT),
        _p.passed_ms < bindparam("until", type_=INT),
    )
    .group_by(_hour),
    heavy=True,
)


class LaneHour(NamedTuple):
    """What happened at a lane in an hour that begins at a time, UTC ms."""

    begin_ms: int
    passed: int
    refused: int
    """On the black list."""
    forced: int
    """The barrier went up without an order."""


class PassFilter(msgspec.Struct, frozen=True, kw_only=True):
    """None: any."""

    community_id: int
    since_ms: int = 0
    until_ms: int = 1 << 52
    lane_id: int | None = None
    direction: int | None = None
    permission: int | None = None
    open_type: int | None = None
    part: str = ""
    """Of the plate."""


async def list_passes(scope: Scope, db: Reader, *, where: PassFilter, page: PageRequest) -> Page[LanePass]:
    """Newest first."""
    binds = {
        "community_id": where.community_id,
        "since": where.since_ms,
        "until": where.until_ms,
        "lane_id": where.lane_id or 0,
        "direction": -1 if where.direction is None else where.direction,
        "permission": -1 if where.permission is None else where.permission,
        "open_type": -1 if where.open_type is None else where.open_type,
        "part": "%" + where.part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        if where.part
        else "",
    }
    total = int(await _count.scalar(db, scope, **binds))
    return Page.of(page, total, await _list.all(db, scope, **binds, **page.binds))


async def hours_of_lane(
    scope: Scope, db: Reader, *, community_id: int, lane_id: int, since_ms: int
) -> list[LaneHour]:
    """The 24 hours from a time (UTC), the oldest first."""
    hours = [LaneHour(since_ms + number * HOUR_MS, 0, 0, 0) for number in range(24)]
    binds = {"since": since_ms, "until": since_ms + 24 * HOUR_MS, "from_id": Ids.number_at(since_ms)}
    for hour, count, forced, refused in await _by_hour.all(
        db, scope, community=community_id, lane=lane_id, **binds
    ):
        begin_ms = since_ms + int(hour) * HOUR_MS
        passed = int(count) - int(forced) - int(refused)
        hours[int(hour)] = LaneHour(begin_ms, passed, int(refused), int(forced))
    return hours
