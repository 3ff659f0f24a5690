"""How long people wait for a lift: from a call to the moment that a car stands at the floor, counted by hour of the week.

Some weeks are kept, and one open call a floor, so that a lift takes the same room for ever.
"""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, delete

from linli.domains.elevators.models import open_calls, waits
from linli.domains.elevators.queries import lifts
from linli.domains.elevators.queries import waits as queries
from linli.domains.elevators.queries.waits import OpenCall, Slot
from linli.domains.elevators.service.shafts import CarState
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of

WEEKS: Final = 8
"""Kept."""
GIVEN_UP_MS: Final = 10 * 60_000
"""After so long without a car nobody waits any more: the call counts, and its wait does not."""
ENOUGH: Final = 5
"""Calls that were served, before an average is told."""
MOST_OPEN: Final = 200
"""Open calls of one lift."""
_WEEK_S: Final = 7 * 86_400
_MONDAY_S: Final = 4 * 86_400
"""The epoch began on a Thursday."""
_close = Command(
    delete(open_calls).where(
        in_scope(open_calls),
        open_calls.c.iot_id == bindparam("of_lift"),
        open_calls.c.floor == bindparam("of_floor"),
    )
)
_purge = Command(
    delete(waits).where(
        in_scope(waits), waits.c.iot_id == bindparam("of_lift"), waits.c.week < bindparam("before", type_=INT)
    )
)


async def called(
    scope: Scope, tx: Tx, *, iot_id: str, community_id: int | None, floor: str, at_ms: int, now_ms: int
) -> None:
    """A call that the lift took. One that comes hours late, from a box that was cut off, is counted alone."""
    if not floor:
        return
    if now_ms - at_ms > GIVEN_UP_MS:
        await _count(scope, tx, iot_id, community_id, at_ms, calls=1)
        return
    shaft = await lifts.shaft(scope, tx, iot_id)
    there = [car for car in shaft.cars if car.position == floor and car.motion == 0]
    if there:  # for long, or since the call, of which some lifts tell only once the car has come
        waited_ms = min(max(0, (car.state_ms or 0) - at_ms) for car in there)
        await _count(scope, tx, iot_id, community_id, at_ms, calls=1, waited_ms=waited_ms)
        return
    await _count(scope, tx, iot_id, community_id, at_ms, calls=1)
    waiting = await queries.open_of(scope, tx, iot_id)
    before = next((call for call in waiting if call.floor == floor), None)
    if before is not None and at_ms - before.called_ms <= GIVEN_UP_MS:
        return  # who called first waits longest
    if before is None and len(waiting) >= MOST_OPEN:
        return
    row = OpenCall(iot_id, floor, scope.tenant, community_id, at_ms)
    await tx.upsert(open_calls, [row._asdict()], keys=("iot_id", "floor"), update=("called_ms",))


async def arrived(scope: Scope, tx: Tx, *, iot_id: str, positions: list[CarState], at_ms: int) -> None:
    """Cars stand at floors: whoever waited there waits no more."""
    floors = {position.current_position for position in positions if position.car_status == 0}
    for call in await queries.open_of(scope, tx, iot_id) if floors else []:
        if call.floor not in floors:
            continue
        await _close.run(tx, scope, of_lift=iot_id, of_floor=call.floor)
        waited_ms = max(0, at_ms - call.called_ms)
        if waited_ms <= GIVEN_UP_MS:
            await _count(scope, tx, iot_id, call.community_id, call.called_ms, waited_ms=waited_ms)


def week_of(at_ms: int, zone: str) -> tuple[int, int]:
    """(week, slot) at the site's time."""
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone) if zone else UTC)
    seconds = int(local.replace(tzinfo=UTC).timestamp()) - _MONDAY_S
    return seconds // _WEEK_S, seconds % _WEEK_S // 3600


async def zone_at(db: Reader, community_id: int | None) -> str:
    return "" if community_id is None else await zone_of(db, community_id)


async def _count(
    scope: Scope,
    tx: Tx,
    iot_id: str,
    community_id: int | None,
    at_ms: int,
    *,
    calls: int = 0,
    waited_ms: int | None = None,
) -> None:
    week, slot = week_of(at_ms, await zone_at(tx, community_id))
    row = await queries.slot_of(scope, tx, iot_id, week, slot)
    if row is None:
        row = Slot(iot_id, week, slot, scope.tenant, community_id)
        await _purge.run(tx, scope, of_lift=iot_id, before=week - WEEKS)
    row = row._replace(calls=row.calls + calls)
    if waited_ms is not None:
        row = row._replace(
            served=row.served + 1,
            wait_ms=row.wait_ms + waited_ms,
            longest_ms=max(row.longest_ms, waited_ms),
        )
    await tx.upsert(
        waits,
        [row._asdict()],
        keys=("iot_id", "week", "slot"),
        update=("calls", "served", "wait_ms", "longest_ms"),
    )


async def usual_wait_s(
    scope: Scope, db: Reader, *, iot_id: str, community_id: int | None, now_ms: int
) -> int | None:
    """Seconds that a car usually takes to come in this hour of the week, or at all; None: too few calls to say."""
    week, slot = week_of(now_ms, await zone_at(db, community_id))
    hours = await queries.hours_of(scope, db, iot_id, since=week - WEEKS + 1)
    for of_interest in ([hour for hour in hours if hour.slot == slot], hours):
        served = sum(hour.served for hour in of_interest)
        if served >= ENOUGH:
            return round(sum(hour.wait_ms for hour in of_interest) / served / 1000)
    return None
