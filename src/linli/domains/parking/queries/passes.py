"""Passes of vehicles."""

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.parking.models import passes
from linli.domains.parking.rows import LanePass
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

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
