"""Reports of a device: present values, their history, and events."""

import json
from typing import Any

import msgspec

from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.queries import history, products
from linli.things.queries.devices import get_device
from linli.tsl.types import type_name

DAY_MS = 86_400_000
_NUMBERS = frozenset(("int", "float", "double", "bool", "enum"))
_JSON = frozenset(("struct", "array"))


class PropertyValue(msgspec.Struct, rename="camel", frozen=True):
    """The newest value of one property; `at_ms` is the device's time where that was believable."""

    identifier: str
    value: Any
    at_ms: int


class PointRow(msgspec.Struct, rename="camel", frozen=True):
    at_ms: int
    value: float | str


class DeviceEvent(msgspec.Struct, rename="camel", frozen=True):
    id: str
    identifier: str
    name: str
    level: str
    """info, alert or error."""
    at_ms: int
    params: Any


def typed(kind: str, number: float | None, text: str | None) -> Any:
    """A stored value in the type its property has: whole numbers whole, struct and array as JSON."""
    if number is not None:
        return int(number) if kind in ("int", "bool", "enum") and number.is_integer() else number
    return json.loads(text) if text and kind in _JSON else text


device_value_routes = Routes("/devices/{iot_id:str}", tags=("devices",))


@device_value_routes.get("/properties", right="devices.use", raises=(NotFound,))
async def properties(iot_id: str, scope: Scope, db: Database) -> list[PropertyValue]:
    """The newest value of each property that the device has reported."""
    device = await get_device(scope, db, iot_id=iot_id)
    model = (await products.get_product(scope, db, product_key=device.product_key)).model()
    by_id = model.property_by_id
    latest_values = await history.latest(db, device_no=device.device_no)
    return [
        PropertyValue(
            name, masked({name: typed(type_name(by_id[name].type), row.number, row.text)})[name], row.ts
        )
        for name, row in sorted(latest_values.items())
        if name in by_id
    ]


class PointFilter(Filter, frozen=True):
    """When the points lie."""

    from_ms: int | None = None
    to_ms: int | None = None


@device_value_routes.get("/properties/{identifier:str}/points", right="devices.use", raises=(NotFound,))
async def points(
    iot_id: str, identifier: str, scope: Scope, db: Database, clock: Clock, where: PointFilter
) -> list[PointRow]:
    """A property's values between two times, oldest first; of more than 2000 the newest. Default: the last day."""
    device = await get_device(scope, db, iot_id=iot_id)
    model = (await products.get_product(scope, db, product_key=device.product_key)).model()
    prop = model.property_by_id.get(identifier)
    if prop is None:
        raise NotFound(what="property", id=identifier)
    high_ms = clock.now_ms() if where.to_ms is None else where.to_ms
    points = await history.points_of(
        db,
        device_no=device.device_no,
        product_no=device.product_no,
        identifier=identifier,
        text=type_name(prop.type) not in _NUMBERS,
        low_ms=high_ms - DAY_MS if where.from_ms is None else where.from_ms,
        high_ms=high_ms,
    )
    return [PointRow(point.ts, masked({identifier: point.value})[identifier]) for point in points]


@device_value_routes.get("/events", right="devices.use", raises=(NotFound,))
async def events(iot_id: str, scope: Scope, db: Database, page: PageRequest) -> Page[DeviceEvent]:
    """Events of a device, newest first."""
    device = await get_device(scope, db, iot_id=iot_id)
    model = (await products.get_product(scope, db, product_key=device.product_key)).model()
    events = await history.events_of(db, device_no=device.device_no, page=page)
    rows = [
        DeviceEvent(
            f"{row.identifier}-{row.seq}-{row.ts}",
            row.identifier,
            event.name if (event := model.event_by_id.get(row.identifier)) else "",
            row.type,
            row.ts,
            masked(json.loads(row.body)),
        )
        for row in events.data
    ]
    return Page.of(page, events.total, rows)
