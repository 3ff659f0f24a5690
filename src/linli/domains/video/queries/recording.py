"""Reads of the recorder: plans, files, gaps."""

from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from linli.domains.video.models import recording_gaps, recording_plans, recording_segments
from linli.domains.video.recording_rows import ERASING, OFF, OPEN, WHOLE, Gap, Plan, Segment, Use
from linli.kernel.db import INT, Query, Reader, any_of, in_scope, total
from linli.kernel.scope import Scope

_RECORDER = "the recorder looks after the cameras of every tenant"
_p, _s, _g = recording_plans.c, recording_segments.c, recording_gaps.c
_iot: Any = bindparam("iot_id")
_after, _before = bindparam("after", type_=INT), bindparam("before", type_=INT)

_plan = Query(select(recording_plans).where(in_scope(recording_plans), _p.iot_id == _iot), Plan)
_active = Query(
    select(recording_plans)
    .where(or_(_p.mode != OFF, _p.manual_until_ms > bindparam("now", type_=INT)))
    .order_by(_p.iot_id),
    Plan,
    unscoped=_RECORDER,
)
_segment = Query(
    select(recording_segments).where(
        in_scope(recording_segments), _s.segment_id == bindparam("segment_id", type_=INT), _s.state != ERASING
    ),
    Segment,
)
_of_camera = and_(in_scope(recording_segments), _s.iot_id == _iot, _s.state != ERASING)
_between = Query(
    select(recording_segments)
    .where(_of_camera, _s.end_ms > _after, _s.begin_ms < _before)
    .order_by(_s.begin_ms)
    .limit(bindparam("limit", type_=INT)),
    Segment,
)
_gaps = Query(
    select(recording_gaps)
    .where(
        in_scope(recording_gaps),
        _g.iot_id == _iot,
        or_(_g.end_ms > _after, _g.end_ms == 0),
        _g.begin_ms < _before,
    )
    .order_by(_g.begin_ms)
    .limit(bindparam("limit", type_=INT)),
    Gap,
)
_use = Query(
    select(
        func.count(),
        func.coalesce(total(_s.bytes), 0),
        func.coalesce(func.min(_s.begin_ms), 0),
        func.coalesce(total(case((_s.locked == 1, _s.bytes), else_=0)), 0),
    ).where(_of_camera),
    Use,
)
_open = Query(select(recording_segments).where(_s.state == OPEN), Segment, unscoped=_RECORDER)
_erasing = Query(
    select(recording_segments).where(_s.state == ERASING).limit(500), Segment, unscoped=_RECORDER
)
_bytes = Query(
    select(_s.iot_id, total(_s.bytes)).where(_s.state != OPEN).group_by(_s.iot_id),
    unscoped=_RECORDER,
)
_free = and_(_s.locked == 0, _s.state == WHOLE)
_oldest = Query(
    select(recording_segments).where(_free).order_by(_s.begin_ms).limit(1), Segment, unscoped=_RECORDER
)
_oldest_of = Query(
    select(recording_segments).where(_free, _s.iot_id == _iot).order_by(_s.begin_ms).limit(1),
    Segment,
    unscoped=_RECORDER,
)
_late = Query(
    select(recording_segments)
    .where(_free, _s.iot_id == _iot, _s.end_ms < _before)
    .order_by(_s.begin_ms)
    .limit(500),
    Segment,
    unscoped=_RECORDER,
)
_kept_days = Query(
    select(_s.iot_id, func.coalesce(func.max(_p.days), 30))
    .join(recording_plans, _p.iot_id == _s.iot_id, isouter=True)
    .group_by(_s.iot_id),
    unscoped=_RECORDER,
)
_last = Query(
    select(_s.iot_id, func.max(_s.end_ms)).where(any_of(_s.iot_id, "iot_ids")).group_by(_s.iot_id),
    unscoped=_RECORDER,
)
_open_gaps = Query(select(recording_gaps).where(_g.end_ms == 0), Gap, unscoped=_RECORDER)
_known = Query(
    select(_s.segment_id).where(any_of(_s.segment_id, "segment_ids")),
    unscoped=_RECORDER,
)
MOST: int = 5_000
"""Files or gaps of one question: a day of a minute each is 1,440."""


async def plan_of(scope: Scope, db: Reader, iot_id: str) -> Plan | None:
    return await _plan.one(db, scope, iot_id=iot_id)


async def active_plans(db: Reader, now_ms: int) -> list[Plan]:
    """Of all cameras that are to be recorded at some time."""
    return await _active.all(db, now=now_ms)


async def segment(scope: Scope, db: Reader, segment_id: int) -> Segment | None:
    return await _segment.one(db, scope, segment_id=segment_id)


async def segments(scope: Scope, db: Reader, iot_id: str, begin_ms: int, end_ms: int) -> list[Segment]:
    """Files with something of the span, the earliest first."""
    return await _between.all(db, scope, iot_id=iot_id, after=begin_ms, before=end_ms, limit=MOST)


async def gaps(scope: Scope, db: Reader, iot_id: str, begin_ms: int, end_ms: int) -> list[Gap]:
    return await _gaps.all(db, scope, iot_id=iot_id, after=begin_ms, before=end_ms, limit=MOST)


async def use_of(scope: Scope, db: Reader, iot_id: str) -> Use:
    use = await _use.one(db, scope, iot_id=iot_id)
    return use or Use(0, 0, 0, 0)


async def open_segments(db: Reader) -> list[Segment]:
    """Files that a process wrote when it ended."""
    return await _open.all(db)


async def erasing(db: Reader) -> list[Segment]:
    """Files whose camera is gone."""
    return await _erasing.all(db)


async def bytes_by_camera(db: Reader) -> dict[str, int]:
    """Of whole files."""
    return {str(iot_id): int(size) for iot_id, size in await _bytes.all(db)}


async def oldest(db: Reader, iot_id: str = "") -> Segment | None:
    """The first file that may go, of one camera or of all."""
    return await _oldest_of.one(db, iot_id=iot_id) if iot_id else await _oldest.one(db)


async def before(db: Reader, iot_id: str, end_ms: int) -> list[Segment]:
    """Files that may go and ended before that."""
    return await _late.all(db, iot_id=iot_id, before=end_ms)


async def kept_days(db: Reader) -> dict[str, int]:
    """For how long files of each camera with some are kept."""
    return {str(iot_id): int(days) for iot_id, days in await _kept_days.all(db)}


async def last_ends(db: Reader, iot_ids: list[str]) -> dict[str, int]:
    return {str(iot_id): int(end) for iot_id, end in await _last.all(db, iot_ids=iot_ids)}


async def open_gaps(db: Reader) -> list[Gap]:
    return await _open_gaps.all(db)


async def known_segments(db: Reader, segment_ids: list[int]) -> set[int]:
    return {int(number) for (number,) in await _known.all(db, segment_ids=segment_ids)}
