"""Present values, series of values, events and calls of one device, page by page. The caller knows the device."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, or_, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.db.partitions import day_of
from linli.kernel.scope import Scope
from linli.things.models import (
    devices,
    latest_values,
    points,
    product_properties,
    products,
    service_calls,
    text_points,
    thing_events,
)
from linli.things.queries.devices import COLUMNS, FROM, DeviceRow, check_address, check_found
from linli.things.queries.products import ProductRow, read_model
from linli.tsl import Property
from linli.tsl.types import ArrayOf, Bool, DataType, Enum, Number, StructOf

DAYS_AHEAD: Final = 2
"""A message is kept under a time at most a day after its arrival (`inbox.messages.believable`): partitions of days
before that hold nothing of a span."""

type Point = tuple[int, int, Any]
"""(time, number of its message, value)."""
type NumberedProperty = tuple[int, Property]
"""The number that a property's values are kept under, and what the model says of it."""


class Series(NamedTuple):
    """Values in columns of one length."""

    times: Sequence[int]
    numbers: Sequence[int]
    """Of the messages that they came with."""
    values: Sequence[Any]


class PresentValue(NamedTuple):
    identifier: str
    ts: int
    seq: int
    value: Any
    """In the property's JSON type; struct and array as raw JSON."""


class EventRow(NamedTuple):
    identifier: str
    ts: int
    seq: int
    type: str
    body: str
    """JSON of the outputs."""


class CallRow(NamedTuple):
    call_no: int
    identifier: str
    called_ms: int
    input: str
    output: str | None


class Span(NamedTuple):
    """A part of a timeline: both ends included, at most `size` rows, oldest first if `ascending`."""

    start_ms: int
    end_ms: int
    size: int
    ascending: bool

    @property
    def binds(self) -> dict[str, Any]:
        """With the days that rows of the span can have been inserted on: a device's clock may run a day ahead."""
        first = max(day_of(self.start_ms) - DAYS_AHEAD, 0)
        return {"low": self.start_ms, "high": self.end_ms, "most": self.size, "first_day": first}


_device = bindparam("device_no", type_=INT)
_present = Query(
    select(
        product_properties.c.identifier,
        latest_values.c.ts,
        latest_values.c.seq,
        latest_values.c.number,
        latest_values.c.text,
    )
    .join(product_properties, product_properties.c.property_no == latest_values.c.property_no)
    .where(latest_values.c.device_no == _device)
)
_present_of_many = Query(
    select(
        latest_values.c.device_no,
        product_properties.c.identifier,
        latest_values.c.ts,
        latest_values.c.seq,
        latest_values.c.number,
        latest_values.c.text,
    )
    .join(product_properties, product_properties.c.property_no == latest_values.c.property_no)
    .where(any_of(latest_values.c.device_no, "device_nos"))
)
_property = Query(
    select(product_properties.c.property_no, products.c.tsl)
    .join(products, products.c.product_no == product_properties.c.product_no)
    .where(
        product_properties.c.product_no == bindparam("product_no", type_=INT),
        product_properties.c.identifier == bindparam("identifier"),
    ),
    unscoped="the caller found the device, which has one product",
)


_with_property = (
    select(*COLUMNS, product_properties.c.property_no, products.c.tsl)
    .select_from(
        FROM.outerjoin(
            product_properties,
            and_(
                product_properties.c.product_no == devices.c.product_no,
                product_properties.c.identifier == bindparam("identifier"),
            ),
        )
    )
    .where(in_scope(devices))
)
_at_iot_id = Query(_with_property.where(devices.c.iot_id == bindparam("iot_id")))
_at_names = Query(
    _with_property.where(
        devices.c.product_key == bindparam("product_key"), devices.c.device_name == bindparam("device_name")
    )
)


def _within(
    statement: Select[Any],
    time: ColumnElement[int],
    number: ColumnElement[int],
    day: ColumnElement[int],
    up: bool,
) -> Select[Any]:
    order = (time, number) if up else (time.desc(), number.desc())
    return (
        statement.where(
            time >= bindparam("low", type_=INT),
            time <= bindparam("high", type_=INT),
            day >= bindparam("first_day", type_=INT),
        )
        .order_by(*order)
        .limit(bindparam("most", type_=INT))
    )


def _series(table: Table, up: bool) -> Query[Point]:
    c = table.c
    of_property = select(c.ts, c.seq, c.value).where(
        c.device_no == _device, c.property_no == bindparam("property_no", type_=INT)
    )
    return Query(_within(of_property, c.ts, c.seq, c.day, up), heavy=True)


def _event_series(up: bool) -> Query[EventRow]:
    c = thing_events.c
    of_event = select(c.identifier, c.ts, c.seq, c.type, c.body).where(
        c.device_no == _device,
        c.identifier == bindparam("identifier"),
        or_(bindparam("type") == "", c.type == bindparam("type")),
    )
    return Query(_within(of_event, c.ts, c.seq, c.day, up), EventRow, heavy=True)


def _call_series(up: bool) -> Query[CallRow]:
    c = service_calls.c
    of_service = select(c.call_no, c.identifier, c.called_ms, c.input, c.output).where(
        c.device_no == _device, c.identifier == bindparam("identifier")
    )
    return Query(_within(of_service, c.called_ms, c.call_no, c.day, up), CallRow, heavy=True)


POINTS_UP = _series(points, up=True)
"""Values of a numeric property, the oldest first."""
_points = {True: POINTS_UP, False: _series(points, up=False)}
_texts = {up: _series(text_points, up) for up in (True, False)}
_events = {up: _event_series(up) for up in (True, False)}
_calls = {up: _call_series(up) for up in (True, False)}


async def present_values(db: Reader, *, device: DeviceRow, product: ProductRow) -> list[PresentValue]:
    """The newest value of every property that has one, in the order of the thing model."""
    by_identifier = {row[0]: row for row in await _present.all(db, device_no=device.device_no)}
    return [
        PresentValue(item.identifier, row[1], row[2], json_value(item.type, row[3], row[4]))
        for item in product.model().properties
        if (row := by_identifier.get(item.identifier)) is not None
    ]


async def present_values_of(
    db: Reader, *, device_nos: list[int], product: ProductRow
) -> dict[int, dict[str, PresentValue]]:
    """The newest values of several devices of one product, by device number and identifier."""
    types = {item.identifier: item.type for item in product.model().properties}
    by_device: dict[int, dict[str, PresentValue]] = {}
    for device_no, identifier, ts, seq, number, text in await _present_of_many.all(db, device_nos=device_nos):
        if identifier in types:
            value = json_value(types[identifier], number, text)
            by_device.setdefault(device_no, {})[identifier] = PresentValue(identifier, ts, seq, value)
    return by_device


async def property_series(db: Reader, *, device_no: int, numbered: NumberedProperty, span: Span) -> Series:
    """Values of one property by device time."""
    number, item = numbered
    numeric = isinstance(item.type, Number | Bool | Enum)
    query = (_points if numeric else _texts)[span.ascending]
    columns = await query.columns(db, device_no=device_no, property_no=number, **span.binds)
    if not columns:
        return Series((), (), ())
    times, numbers, values = columns
    if isinstance(item.type, Number) and item.type.kind != "int":
        return Series(times, numbers, values)  # as stored: a day's page is thousands of these
    if numeric:
        return Series(times, numbers, list(map(int, values)))
    return Series(times, numbers, [json_value(item.type, None, value) for value in values])


async def find_property(db: Reader, *, product_no: int, identifier: str) -> NumberedProperty | None:
    """The number that a property's values are kept under, and what the model says of it; None if it has none such."""
    row = await _property.one(db, product_no=product_no, identifier=identifier)
    return None if row is None else _numbered_property(row[0], row[1], identifier)


async def property_at(
    scope: Scope,
    db: Reader,
    *,
    identifier: str,
    iot_id: str = "",
    product_key: str = "",
    device_name: str = "",
) -> tuple[DeviceRow, NumberedProperty | None]:
    """A device (`devices.get_device`) and one of its properties, in one statement. Raises BadInput, NotFound."""
    check_address(iot_id, product_key, device_name)
    if iot_id:
        row = await _at_iot_id.one(db, scope, identifier=identifier, iot_id=iot_id)
    else:
        row = await _at_names.one(
            db, scope, identifier=identifier, product_key=product_key, device_name=device_name
        )
    device_row = None if row is None else DeviceRow(*row[:-2])
    device = check_found(device_row, iot_id, product_key, device_name)
    number, tsl = (None, "") if row is None else row[-2:]
    return device, None if number is None else _numbered_property(number, tsl, identifier)


def _numbered_property(number: int, tsl: str, identifier: str) -> NumberedProperty | None:
    item = read_model(tsl).property_by_id.get(identifier)
    return None if item is None else (number, item)


async def event_series(
    db: Reader, *, device: DeviceRow, identifier: str, event_type: str = "", span: Span
) -> list[EventRow]:
    """Events of one identifier by device time; `event_type` (info, alert, error) empty for all."""
    return await _events[span.ascending].all(
        db, device_no=device.device_no, identifier=identifier, type=event_type, **span.binds
    )


async def call_series(db: Reader, *, device: DeviceRow, identifier: str, span: Span) -> list[CallRow]:
    """Calls of one service by the time they were made; `set` for property sets."""
    return await _calls[span.ascending].all(
        db, device_no=device.device_no, identifier=identifier, **span.binds
    )


def json_value(data_type: DataType, number: float | None, text: str | None) -> Any:
    """A stored value in its JSON type: whole numbers for int, bool and enum, raw JSON for struct and array."""
    match data_type:
        case Number(kind="int") | Bool() | Enum() if number is not None:
            return int(number)
        case StructOf() | ArrayOf() if text is not None:
            return msgspec.Raw(text.encode())
    return text if number is None else number
