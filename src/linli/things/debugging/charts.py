"""Courses of numeric properties for charts, as many buckets as a screen has pixels, whatever the number of points.

Up to `EXACT_POINTS` points of a span are all read: each bucket has its true least, mean and greatest value. Beyond, the
span is probed: `PROBES` values a bucket, course by index, evenly spread. The answer says which (`Detail`): a peak shorter
than the gap between two probes may then be missing, and zooming in shows it.
"""

from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, ScalarSelect, Select, bindparam, func, literal_column, select

from linli.kernel.db import INT, Query, Reader
from linli.kernel.db.partitions import DAY_MS, day_of
from linli.things.models import points
from linli.things.queries.timelines import DAYS_AHEAD

EXACT_POINTS: Final = 300_000
PROBES: Final = 4
_STRETCHES: Final = 40
"""Places where the density of a series is measured."""
_AHEAD: Final = 64
"""Points read at each of them."""


class Detail(StrEnum):
    """The kind of rows of a course."""

    POINTS = "points"
    """Every value there is: least, mean and greatest are the same."""
    BUCKETS = "buckets"
    """Buckets of all values."""
    PROBED = "probed"
    """Buckets of some values."""


class Bucket(NamedTuple):
    at_ms: int
    """Of the first value in it; where only some are read, of the first place looked at that had one."""
    least: float
    mean: float
    greatest: float
    values: int
    """How many it was made of."""


class Course(NamedTuple):
    detail: Detail
    buckets: list[Bucket]
    total: int
    """Values in the span: counted, or estimated where `detail` is probed."""


_c = points.c
_device, _property = bindparam("device_no", type_=INT), bindparam("property_no", type_=INT)
_low, _high = bindparam("low", type_=INT), bindparam("high", type_=INT)
_of_property = (
    _c.device_no == _device,
    _c.property_no == _property,
    _c.day >= bindparam("first_day", type_=INT),
)
_inside = (*_of_property, _c.ts >= _low, _c.ts <= _high)
_raw = Query(
    select(_c.ts, _c.value).where(*_inside).order_by(_c.ts, _c.seq).limit(bindparam("most", type_=INT)),
    heavy=True,
)
_bucket = ((_c.ts - _low) // bindparam("width", type_=INT)).label("bucket")
_buckets = Query(
    select(func.min(_c.ts), func.min(_c.value), func.sum(_c.value), func.max(_c.value), func.count())
    .where(*_inside)
    .group_by(literal_column("bucket"))
    .add_columns(_bucket)
    .order_by(literal_column("bucket")),
    heavy=True,
)


def _places() -> Select[tuple[int]]:
    """Times from `low` to `high`, `gap` apart, as a table of one column."""
    first = select(_low.label("at")).cte("places", recursive=True)
    further = select((first.c.at + bindparam("gap", type_=INT)).label("at")).where(
        first.c.at + bindparam("gap", type_=INT) <= _high
    )
    return select(first.union_all(further).c.at)


_at = _places().subquery("places_at")


_on_time = (_c.day >= _at.c.at // DAY_MS - 1, _c.day <= _at.c.at // DAY_MS + 1)
"""Where values lie that came within a day of their time: all but those reported afterwards. One partition or three have
to be looked into instead of a month's."""


def _after(column: Column[Any], skip: int, *more: ColumnElement[bool]) -> ScalarSelect[Any]:
    """A column of the value that comes `skip` values after each place."""
    return (
        select(column)
        .where(*_of_property, _c.ts >= _at.c.at, _c.ts <= _high, *more)
        .order_by(_c.ts, _c.seq)
        .limit(1)
        .offset(skip)
        .correlate(_at)
        .scalar_subquery()
    )


_near = _c.ts < _at.c.at + bindparam("gap", type_=INT)


def _density_of(*days: ColumnElement[bool]) -> Query[tuple[int, int | None, int | None]]:
    return Query(select(_at.c.at, _after(_c.ts, 0, *days), _after(_c.ts, _AHEAD, *days)), heavy=True)


def _probes_of(*days: ColumnElement[bool]) -> Query[tuple[int, float | None]]:
    return Query(select(_at.c.at, _after(_c.value, 0, _near, *days)), heavy=True)


_density = {True: _density_of(*_on_time), False: _density_of()}
_probes = {True: _probes_of(*_on_time), False: _probes_of()}
"""By whether only what came on time is looked for."""


async def course_of(
    db: Reader, *, device_no: int, property_no: int, low_ms: int, high_ms: int, buckets: int
) -> Course:
    """A numeric property between two times (device time, both included) in about `buckets` rows, oldest first."""
    binds: dict[str, Any] = {
        "device_no": device_no,
        "property_no": property_no,
        "low": low_ms,
        "high": high_ms,
        "first_day": max(day_of(low_ms) - DAYS_AHEAD, 0),
    }
    rows = await _raw.all(db, **binds, most=buckets + 1)
    if len(rows) <= buckets:
        return Course(Detail.POINTS, [Bucket(ts, value, value, value, 1) for ts, value in rows], len(rows))
    total = await _estimate(db, binds)
    width = max((high_ms - low_ms) // buckets, 1)
    if total <= EXACT_POINTS:
        merged = [
            Bucket(ts, least, summed / count, greatest, count)
            for ts, least, summed, greatest, count, _ in await _buckets.all(db, **binds, width=width)
        ]
        return Course(Detail.BUCKETS, merged, sum(bucket.values for bucket in merged))
    return Course(Detail.PROBED, await _probed(db, binds, width), total)


async def _estimate(db: Reader, binds: dict[str, Any]) -> int:
    """About how many values the span has, from how close together they are in `_STRETCHES` places."""
    gap = max((binds["high"] - binds["low"]) // _STRETCHES, 1)
    total = 0.0
    rows = await _density[True].all(db, **binds, gap=gap)
    if sum(first is not None for _, first, _ in rows) < len(rows) // 2:
        rows = await _density[False].all(db, **binds, gap=gap)  # reported afterwards, or not there
    for at, first, later in rows:
        if first is None or first >= at + gap:
            continue
        if later is None or later >= at + gap:
            total += _AHEAD / 2
        else:
            total += _AHEAD * gap / max(later - at, 1)
    return int(total)


async def _probed(db: Reader, binds: dict[str, Any], width: int) -> list[Bucket]:
    gap = max(width // PROBES, 1)
    rows = await _probes[True].all(db, **binds, gap=gap)
    if sum(value is not None for _, value in rows) < len(rows) // 2:
        rows = await _probes[False].all(db, **binds, gap=gap)  # reported afterwards, or not there
    by_bucket: dict[int, list[tuple[int, float]]] = {}
    for at, value in rows:
        if value is not None:
            by_bucket.setdefault((at - binds["low"]) // width, []).append((at, value))
    return [
        Bucket(
            values[0][0],
            min(value for _, value in values),
            sum(value for _, value in values) / len(values),
            max(value for _, value in values),
            len(values),
        )
        for values in by_bucket.values()
    ]
