"""Recent alerts of devices: their events of the kinds alert and error."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.db.partitions import day_of
from linli.kernel.scope import Scope
from linli.things.models import products, thing_events
from linli.things.queries.devices import DeviceRow
from linli.things.queries.products import read_model

_e = thing_events.c
_models = Query(
    select(products.c.product_no, products.c.tsl).where(
        in_scope(products), any_of(products.c.product_no, "numbers")
    )
)
_raised = Query(
    select(_e.device_no, _e.identifier, _e.ts).where(
        any_of(_e.device_no, "device_nos"),
        any_of(_e.identifier, "identifiers"),
        _e.ts >= bindparam("since", type_=INT),
        _e.day >= bindparam("day", type_=INT),
    )
)


class Alert(NamedTuple):
    identifier: str
    name: str
    """As the thing model calls the event."""
    at_ms: int


async def latest_alerts(
    scope: Scope, db: Reader, *, devices: Sequence[DeviceRow], since_ms: int
) -> dict[int, Alert]:
    """device_no -> the newest alert or error since `since_ms`. `devices` were read within `scope`."""
    if not devices:
        return {}
    numbers = sorted({device.product_no for device in devices})
    names = {
        (product_no, event.identifier): event.name
        for product_no, tsl in await _models.all(db, scope, numbers=numbers)
        for event in read_model(tsl).events
        if event.type != "info"
    }
    if not names:
        return {}
    product_of = {device.device_no: device.product_no for device in devices}
    alerts: dict[int, Alert] = {}
    rows = await _raised.all(
        db,
        device_nos=sorted(product_of),
        identifiers=sorted({identifier for _, identifier in names}),
        since=since_ms,
        day=day_of(since_ms) - 1,
    )
    for device_no, identifier, ts in rows:
        name = names.get((product_of[device_no], identifier))
        if name is not None and (device_no not in alerts or alerts[device_no].at_ms < ts):
            alerts[device_no] = Alert(identifier, name, int(ts))
    return alerts
