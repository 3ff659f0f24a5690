"""How long people waited for a lift, by hour of the week."""

from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.domains.elevators.models import open_calls, waits
from linli.kernel.db import INT, Query, Reader, in_scope, total
from linli.kernel.scope import Scope


class OpenCall(NamedTuple):
    iot_id: str
    floor: str
    tenant_id: str
    community_id: int | None
    called_ms: int


class Slot(NamedTuple):
    iot_id: str
    week: int
    slot: int
    tenant_id: str
    community_id: int | None
    calls: int = 0
    served: int = 0
    wait_ms: int = 0
    longest_ms: int = 0


class Hour(NamedTuple):
    """One hour of the week over all weeks kept."""

    slot: int
    calls: int
    served: int
    wait_ms: int
    longest_ms: int


_o, _w = open_calls.c, waits.c
_open = Query(
    select(open_calls).where(in_scope(open_calls), _o.iot_id == bindparam("of_lift")).with_for_update(),
    OpenCall,
)
_slot = Query(
    select(waits)
    .where(
        in_scope(waits),
        _w.iot_id == bindparam("of_lift"),
        _w.week == bindparam("of_week", type_=INT),
        _w.slot == bindparam("of_slot", type_=INT),
    )
    .with_for_update(),
    Slot,
)
_hours = Query(
    select(_w.slot, total(_w.calls), total(_w.served), total(_w.wait_ms), func.max(_w.longest_ms))
    .where(in_scope(waits), _w.iot_id == bindparam("of_lift"), _w.week >= bindparam("since", type_=INT))
    .group_by(_w.slot)
    .order_by(_w.slot),
    Hour,
)


async def open_of(scope: Scope, db: Reader, iot_id: str) -> list[OpenCall]:
    return await _open.all(db, scope, of_lift=iot_id)


async def slot_of(scope: Scope, db: Reader, iot_id: str, week: int, slot: int) -> Slot | None:
    return await _slot.one(db, scope, of_lift=iot_id, of_week=week, of_slot=slot)


async def hours_of(scope: Scope, db: Reader, iot_id: str, *, since: int) -> list[Hour]:
    """Hours of the week in which it was called, of the weeks from `since` on."""
    return await _hours.all(db, scope, of_lift=iot_id, since=since)
