"""How long people wait: from a call to a car that stands at the floor, by hour of the week, and for some weeks."""

from typing import Any

import pytest

from linli.domains.elevators.service import waits
from linli.domains.elevators.service.shafts import CarState
from linli.protocols.door_http.messages.elevators import RunState
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import LiftSite
from tests.domains.elevators.test_lifts import read

pytestmark = pytest.mark.engines("sqlite")
WEEK_MS = 7 * 86_400_000


def test_slots_begin_on_monday_at_the_site() -> None:
    monday = 1_764_518_400_000  # 2025-11-30 16:00 UTC: Monday 0 h in Shanghai
    week, slot = waits.week_of(monday, "Asia/Shanghai")
    assert slot == 0
    assert waits.week_of(monday - 1, "Asia/Shanghai") == (week - 1, 167)
    assert waits.week_of(monday + 25 * 3_600_000, "Asia/Shanghai") == (week, 25)


async def hours(site: LiftSite) -> list[dict[str, Any]]:
    return list((await site.estate.desk.get(f"/lifts/{site.lift}/waits")).json())


async def test_a_call_waits_until_a_car_stands_there(site: LiftSite) -> None:
    await read(site)
    desk, machine = site.estate.desk, site.machines[1]
    assert await hours(site) == []
    assert (await desk.post(f"/lifts/{site.lift}/call", json={"startFloor": "10"})).status_code == 204
    (hour,) = await hours(site)
    assert (hour["calls"], hour["served"], hour["averageMs"]) == (1, 0, None)
    for floor, moves in (("3A", 1), ("10", 1), ("10", 0)):
        machine.memory.run_states = [
            RunState(elevator_id="X", current_floor=floor, car_state=moves, car_direction=moves)
        ]
        await machine.report_lifts()

    async def served() -> bool:
        (hour,) = await hours(site)
        return bool(hour["served"] == 1)

    await until(served)
    assert (await desk.post(f"/lifts/{site.lift}/call", json={"startFloor": "10"})).status_code == 204
    (hour,) = await hours(site)
    assert (hour["calls"], hour["served"]) == (2, 2)  # it stands there already


async def test_waits_are_counted_and_kept_for_some_weeks(site: LiftSite) -> None:
    db, at = site.platform.db, site.platform.clock.now_ms()
    place: dict[str, Any] = {"iot_id": site.lift, "community_id": site.estate.community}
    system = site.scope

    async def call(floor: str, at_ms: int, *, late_ms: int = 0) -> None:
        async with db.begin() as tx:
            await waits.called(system, tx, **place, floor=floor, at_ms=at_ms, now_ms=at_ms + late_ms)

    async def stands(floor: str, at_ms: int) -> None:
        async with db.begin() as tx:
            cars = [CarState("X", floor, 0, 0)]
            await waits.arrived(system, tx, iot_id=site.lift, positions=cars, at_ms=at_ms)

    await call("10", at)
    await call("10", at + 5_000)  # who called first waits longest
    await stands("9", at + 8_000)
    await stands("10", at + 20_000)
    await stands("10", at + 30_000)  # nobody waits any more
    await call("11", at, late_ms=waits.GIVEN_UP_MS + 1)  # told by a box that was cut off
    await stands("11", at + 40_000)
    await call("12", at)
    await stands("12", at + waits.GIVEN_UP_MS + 1)
    row = (await hours(site))[0]
    assert (row["calls"], row["served"], row["averageMs"], row["longestMs"]) == (4, 1, 20_000, 20_000)
    await site.platform.clock.advance(1_000)
    for floor in range(waits.MOST_OPEN + 50):
        await call(f"x{floor}", at)
    async with db.begin() as tx:
        assert len(await waits.queries.open_of(system, tx, site.lift)) == waits.MOST_OPEN
    for week in range(1, 2 * waits.WEEKS):
        await call("10", at + week * WEEK_MS)
    async with db.begin() as tx:
        since = waits.week_of(at, "Asia/Shanghai")[0] - 1
        kept = await waits.queries.hours_of(system, tx, site.lift, since=since)
        assert sum(hour.calls for hour in kept) <= waits.WEEKS + 1


async def test_people_are_told_how_long_it_usually_takes(site: LiftSite) -> None:
    db, at = site.platform.db, site.platform.clock.now_ms()
    place: dict[str, Any] = {"iot_id": site.lift, "community_id": site.estate.community}

    async def ride(at_ms: int, waited_ms: int) -> None:
        async with db.begin() as tx:
            await waits.called(site.scope, tx, **place, floor="10", at_ms=at_ms, now_ms=at_ms)
        async with db.begin() as tx:
            cars = [CarState("X", "10", 0, 0)]
            await waits.arrived(site.scope, tx, iot_id=site.lift, positions=cars, at_ms=at_ms + waited_ms)

    async def usual() -> int | None:
        return await waits.usual_wait_s(site.scope, db, **place, now_ms=at)

    for number in range(waits.ENOUGH - 1):
        await ride(at + number * 60_000, 20_000)
    assert await usual() is None  # too few to say
    await ride(at - 5 * 3_600_000, 40_000)
    assert await usual() == 24  # of all hours
    await ride(at + 300_000, 20_000)
    assert await usual() == 20  # of this hour of the week
