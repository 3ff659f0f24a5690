"""What is read at lanes, and what was read for passes."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from linli.domains.parking.models import passes
from linli.domains.parking.reading_models import reading_rules, readings
from linli.domains.parking.reading_rows import PlateReading, ReadingRule
from linli.domains.parking.rows import LanePass
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_rule = Query(
    select(reading_rules).where(
        in_scope(reading_rules), reading_rules.c.lane_id == bindparam("lane_id", type_=INT)
    ),
    ReadingRule,
)
_of_passes = Query(
    select(readings).where(in_scope(readings), any_of(readings.c.pass_id, "pass_ids")), PlateReading
)
_last = Query(
    select(readings)
    .where(in_scope(readings), readings.c.lane_id == bindparam("lane_id", type_=INT))
    .order_by(readings.c.made_ms.desc(), readings.c.pass_id.desc())
    .limit(bindparam("limit", type_=INT)),
    PlateReading,
)
_pictures = Query(
    select(passes)
    .where(
        in_scope(passes),
        passes.c.community_id == bindparam("community_id", type_=INT),
        passes.c.lane_id == bindparam("lane_id", type_=INT),
        passes.c.id <= bindparam("pass_id", type_=INT),
        passes.c.received_ms >= bindparam("since", type_=INT),
        passes.c.plate == "",
        passes.c.picture != "",
        passes.c.open_type == 0,
    )
    .order_by(passes.c.id.desc())
    .limit(bindparam("limit", type_=INT)),
    LanePass,
)


async def rule_of(scope: Scope, db: Reader, lane_id: int) -> ReadingRule | None:
    return await _rule.one(db, scope, lane_id=lane_id)


async def readings_of(scope: Scope, db: Reader, pass_ids: Collection[int]) -> dict[int, PlateReading]:
    """By pass; a pass for which nothing was read has none."""
    rows = await _of_passes.all(db, scope, pass_ids=sorted(pass_ids)) if pass_ids else []
    return {row.pass_id: row for row in rows}


async def last_at(scope: Scope, db: Reader, lane_id: int, *, limit: int = 5) -> list[PlateReading]:
    """Newest first."""
    return await _last.all(db, scope, lane_id=lane_id, limit=limit)


async def pictures_of_car(
    scope: Scope, db: Reader, row: LanePass, *, within_ms: int, limit: int
) -> list[LanePass]:
    """Passes without plate at the lane of this one, shortly before it and itself: one car that is seen again."""
    return await _pictures.all(
        db,
        scope,
        community_id=row.community_id,
        lane_id=row.lane_id,
        pass_id=row.id,
        since=row.received_ms - within_ms,
        limit=limit,
    )
