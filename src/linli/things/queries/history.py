"""The data of a device: present values, points, events, messages up and down. The caller has checked the device."""

from typing import NamedTuple

from sqlalchemy import Table, and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.things.models import (
    MessageKind,
    inbox,
    inbox_work,
    latest_values,
    points,
    product_properties,
    service_calls,
    text_points,
    thing_events,
)

MOST_POINTS = 2000


class LatestValue(NamedTuple):
    identifier: str
    ts: int
    number: float | None
    text: str | None


class Point(NamedTuple):
    ts: int
    value: float | str


class EventRow(NamedTuple):
    seq: int
    identifier: str
    ts: int
    type: str
    body: str


class Uplink(NamedTuple):
    """One stored message, and how far its handlers are: `state` is None once they are done."""

    seq: int
    kind: MessageKind
    identifier: str
    received_ms: int
    note: str
    payload: bytes
    state: str | None
    reason: str | None


class Downlink(NamedTuple):
    call_no: int
    identifier: str
    call_type: str
    caller: str
    input: str
    output: str | None
    state: str
    reason: str
    called_ms: int
    answered_ms: int | None


_device = bindparam("device_no", type_=INT)
_latest = Query(
    select(product_properties.c.identifier, latest_values.c.ts, latest_values.c.number, latest_values.c.text)
    .join(product_properties, product_properties.c.property_no == latest_values.c.property_no)
    .where(latest_values.c.device_no == _device),
    LatestValue,
)
_property_no = Query(
    select(product_properties.c.property_no).where(
        product_properties.c.product_no == bindparam("product_no", type_=INT),
        product_properties.c.identifier == bindparam("identifier"),
    )
)


def _points(table: Table) -> Query[Point]:
    c = table.c
    newest = (
        select(c.ts, c.value)
        .where(
            c.device_no == _device,
            c.property_no == bindparam("property_no", type_=INT),
            c.ts >= bindparam("low", type_=INT),
            c.ts <= bindparam("high", type_=INT),
        )
        .order_by(c.ts.desc())
        .limit(bindparam("most", type_=INT))
        .subquery()
    )
    return Query(select(newest.c.ts, newest.c.value).order_by(newest.c.ts), Point, heavy=True)


_numbers, _texts = _points(points), _points(text_points)
_of_device = and_(
    thing_events.c.device_no == _device,
    or_(bindparam("event") == "", thing_events.c.identifier == bindparam("event")),
)
_events = Query(
    select(*(thing_events.c[name] for name in EventRow._fields))
    .where(_of_device)
    .order_by(thing_events.c.ts.desc(), thing_events.c.seq.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    EventRow,
)
_event_count = Query(select(func.count()).select_from(thing_events).where(_of_device))
_uplinks = Query(
    select(
        inbox.c.seq,
        inbox.c.kind,
        inbox.c.identifier,
        inbox.c.received_ms,
        inbox.c.note,
        inbox.c.payload,
        inbox_work.c.state,
        inbox_work.c.reason,
    )
    .select_from(
        inbox.outerjoin(
            inbox_work, (inbox_work.c.device_no == inbox.c.device_no) & (inbox_work.c.seq == inbox.c.seq)
        )
    )
    .where(inbox.c.device_no == _device)
    .order_by(inbox.c.seq.desc())
    .limit(bindparam("limit", type_=INT)),
    Uplink,
)
_downlinks = Query(
    select(*(service_calls.c[name] for name in Downlink._fields))
    .where(service_calls.c.device_no == _device)
    .order_by(service_calls.c.called_ms.desc())
    .limit(bindparam("limit", type_=INT)),
    Downlink,
)
_downlink = Query(
    select(*(service_calls.c[name] for name in Downlink._fields)).where(
        service_calls.c.call_no == bindparam("call_no", type_=INT),
        service_calls.c.day == bindparam("on_day", type_=INT),
        service_calls.c.device_no == _device,
    ),
    Downlink,
)


async def latest(db: Reader, *, device_no: int) -> dict[str, LatestValue]:
    """The newest value of each property, by identifier."""
    return {row.identifier: row for row in await _latest.all(db, device_no=device_no)}


async def points_of(
    db: Reader, *, device_no: int, product_no: int, identifier: str, text: bool, low_ms: int, high_ms: int
) -> list[Point]:
    """The newest `MOST_POINTS` values of a property between two times (device time), oldest first."""
    property_no = await _property_no.scalar(db, product_no=product_no, identifier=identifier)
    if property_no is None:
        return []
    query = _texts if text else _numbers
    return await query.all(
        db, device_no=device_no, property_no=property_no, low=low_ms, high=high_ms, most=MOST_POINTS
    )


async def events_of(db: Reader, *, device_no: int, page: PageRequest, identifier: str = "") -> Page[EventRow]:
    """Newest first; all of them, or those of one event."""
    total = await _event_count.scalar(db, device_no=device_no, event=identifier)
    return Page.of(page, total, await _events.all(db, device_no=device_no, event=identifier, **page.binds))


async def uplinks_of(db: Reader, *, device_no: int, most: int) -> list[Uplink]:
    """The last messages of a device, newest first."""
    return await _uplinks.all(db, device_no=device_no, limit=most)


async def downlink_of(db: Reader, *, device_no: int, call_no: int) -> Downlink | None:
    """One call of a device."""
    return await _downlink.one(
        db, device_no=device_no, call_no=call_no, on_day=day_of(Ids.number_ms(call_no))
    )


async def downlinks_of(db: Reader, *, device_no: int, most: int) -> list[Downlink]:
    """The last calls of a device, newest first."""
    return await _downlinks.all(db, device_no=device_no, limit=most)
