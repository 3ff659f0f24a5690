"""Courses of numeric properties: several over each other, as detailed as a screen can show, and as CSV."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.tables import write_csv
from linli.things.debugging.charts import course_of
from linli.things.queries import timelines
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.queries.timelines import POINTS_UP, Span
from linli.tsl import Property, type_name, unit_of

DAY_MS: Final = 86_400_000
MOST_SERIES: Final = 8
MOST_ROWS: Final = 1_000_000
"""Rows of one export."""
_PAGE: Final = 5_000
_NUMERIC: Final = frozenset(("int", "float", "double", "bool", "enum"))
_STEPS: Final = frozenset(("bool", "enum"))

SeriesNames = Annotated[str, Meta(description="One to eight, each iotId/identifier, joined by commas.")]
FromMs = Annotated[int | None, Meta(description="Default: a day before toMs.")]
ToMs = Annotated[int | None, Meta(description="Default: now.")]


class ChartSeries(msgspec.Struct, rename="camel", frozen=True):
    """One property's course in columns of equal length, oldest first; `at` is the device's time, UTC ms."""

    iot_id: str
    identifier: str
    device_name: str
    name: str
    unit: str
    step: bool
    """It keeps a value until the next one (bool, enum)."""
    detail: str
    """`points`: every value. `buckets`: least, mean and greatest of all values. `probed`: of some of them."""
    total: int
    """Values in the span; an estimate where `detail` is `probed`."""
    at: list[int]
    mean: list[float]
    least: list[float]
    """Empty where `detail` is `points`: the same as `mean`."""
    greatest: list[float]


class ChartAnswer(msgspec.Struct, rename="camel", frozen=True):
    from_ms: int
    to_ms: int
    series: list[ChartSeries]


class _Wanted(NamedTuple):
    device: DeviceRow
    property_no: int
    item: Property


chart_routes = Routes("/charts", tags=("charts",))


class ChartFilter(Filter, frozen=True):
    """The properties and the time of a chart."""

    series: SeriesNames
    from_ms: FromMs = None
    to_ms: ToMs = None
    buckets: Annotated[int, Meta(ge=50, le=2000, description="About how many rows each.")] = 600


@chart_routes.get(right="devices.use", raises=(NotFound,))
async def courses(scope: Scope, db: Database, clock: Clock, where: ChartFilter) -> ChartAnswer:
    """Courses between two times for drawing: long spans come in buckets with least, mean and greatest value."""
    low, high = _span(clock, where.from_ms, where.to_ms)
    chart_series = []
    for wanted in await _read(scope, db, where.series):
        course = await course_of(
            db,
            device_no=wanted.device.device_no,
            property_no=wanted.property_no,
            low_ms=low,
            high_ms=high,
            buckets=where.buckets,
        )
        rows = course.buckets
        banded = course.detail != "points"
        chart_series.append(
            ChartSeries(
                iot_id=wanted.device.iot_id,
                identifier=wanted.item.identifier,
                device_name=wanted.device.nickname or wanted.device.device_name,
                name=wanted.item.name or wanted.item.identifier,
                unit=unit_of(wanted.item.type),
                step=type_name(wanted.item.type) in _STEPS,
                detail=course.detail,
                total=course.total,
                at=[row.at_ms for row in rows],
                mean=[row.mean for row in rows],
                least=[row.least for row in rows] if banded else [],
                greatest=[row.greatest for row in rows] if banded else [],
            )
        )
    return ChartAnswer(low, high, chart_series)


@chart_routes.get("/export.csv", right="devices.use", raises=(NotFound,))
async def export(
    scope: Scope, db: Database, clock: Clock, series: SeriesNames, from_ms: FromMs = None, to_ms: ToMs = None
) -> Stream:
    """Every value of the span as CSV: time (ISO 8601, UTC), iotId, device, property, value, unit."""
    low, high = _span(clock, from_ms, to_ms)
    wanted = await _read(scope, db, series)
    return Stream(
        _lines(db, wanted, low, high),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="chart.csv"'},
    )


def _span(clock: Clock, from_ms: int | None, to_ms: int | None) -> tuple[int, int]:
    """Raises BadInput."""
    high = clock.now_ms() if to_ms is None else to_ms
    low = high - DAY_MS if from_ms is None else from_ms
    if not 0 <= low < high < 2**53:
        raise BadInput(field="fromMs", rule="before", other="toMs")
    return low, high


async def _read(scope: Scope, db: Database, series: str) -> list[_Wanted]:
    """Raises BadInput, NotFound."""
    names = [name for name in dict.fromkeys(series.split(",")) if name]
    if not 1 <= len(names) <= MOST_SERIES:
        raise BadInput(field="series", rule="range", low=1, high=MOST_SERIES)
    sources = []
    for name in names:
        iot_id, _, identifier = name.partition("/")
        device = await get_device(scope, db, iot_id=iot_id)
        match = await timelines.find_property(db, product_no=device.product_no, identifier=identifier)
        if match is None:
            raise NotFound(what="property", id=identifier)
        number, item = match
        if type_name(item.type) not in _NUMERIC:
            raise BadInput(field="series", rule="tsl.type", expected=", ".join(sorted(_NUMERIC)))
        sources.append(_Wanted(device, number, item))
    return sources


async def _lines(db: Database, wanted: list[_Wanted], low: int, high: int) -> AsyncIterator[bytes]:
    yield write_csv([("time", "iotId", "device", "property", "value", "unit")])
    left = MOST_ROWS
    for source in wanted:
        after = low
        seen: set[int] = set()
        while left > 0:
            span = Span(after, high, _PAGE, True)
            page = await POINTS_UP.all(
                db, device_no=source.device.device_no, property_no=source.property_no, **span.binds
            )
            rows = [row for row in page if not (row[0] == after and row[1] in seen)]
            if not rows:
                break
            left -= len(rows)
            yield _csv(source, rows)
            after = rows[-1][0]
            seen = {number for ts, number, _ in page if ts == after}
            if len(page) < _PAGE:
                break


def _csv(source: _Wanted, rows: list[timelines.Point]) -> bytes:
    device = source.device
    name = device.nickname or device.device_name
    return write_csv(
        (
            (
                datetime.fromtimestamp(ts / 1000, UTC).isoformat(timespec="milliseconds"),
                device.iot_id,
                name,
                source.item.identifier,
                value,
                unit_of(source.item.type),
            )
            for ts, _, value in rows
        ),
        mark=False,
    )
