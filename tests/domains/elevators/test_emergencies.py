"""An emergency: every car goes home, each is confirmed, and nobody calls a lift until a person ends it."""

import asyncio
from typing import Any

import pytest

from linli.domains.communities.queries import communities
from linli.domains.elevators.service.emergencies import AGAIN_MS
from linli.edge.doors.simulator.cars import Cars
from linli.protocols.door_http.messages.elevators import RunState
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import CALL, INVOKE, USER, LiftSite
from tests.domains.elevators.test_lifts import read
from tests.domains.elevators.test_passes import code_of, held, under_way
from tests.domains.elevators.test_states import alarms

pytestmark = pytest.mark.engines("sqlite")


async def name_of(site: LiftSite) -> str:
    return (await communities.community(site.scope, site.platform.db, site.estate.community)).name


async def declared(site: LiftSite) -> str:
    body = {"communityId": site.estate.community, "reason": "3 号楼冒烟", "confirm": await name_of(site)}
    made = await site.estate.desk.post("/lift-emergencies", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def cars(site: LiftSite) -> dict[str, dict[str, Any]]:
    """Of the emergency listed first, by number."""
    await site.platform.worker.run_once()
    params = {"communityId": site.estate.community}
    answer = await site.estate.desk.get("/lift-emergencies", params=params)
    return {car["car"]: car for row in answer.json()["data"][:1] for car in row["cars"]}


async def results(site: LiftSite, **wanted: str) -> None:
    async def same() -> bool:
        return {number: car["result"] for number, car in (await cars(site)).items()} == wanted

    await until(same)


async def test_cars_go_home_and_nobody_calls_until_a_person_ends_it(site: LiftSite) -> None:
    await read(site)
    desk, estate = site.estate.desk, site.estate
    door, lift = site.machines
    code = await code_of(site, site.person)
    data_id = await site.linkage()
    await site.ok(
        f"{USER}/save",
        "1.0.2",
        dataId=data_id,
        identityId=site.person,
        userTargetList=[{"targetFloor": "10"}],
    )
    place = {"communityId": estate.community}
    seen = (await desk.get("/lift-emergencies/preview", params=place)).json()
    assert [(car["car"], car["homeFloor"]) for car in seen] == [("X", "1"), ("Y", "1")]
    for body, field in (
        ({**place, "reason": "火警", "confirm": "是"}, "confirm"),
        ({**place, "reason": " ", "confirm": "是"}, "reason"),
        ({**place, "reason": "火警"}, "confirm"),
    ):
        refused = await desk.post("/lift-emergencies", json=body)
        assert (refused.status_code, refused.json()["field"]) == (400, field), refused.text
    assert lift.memory.calls == []

    emergency = await declared(site)
    await results(site, X="sent", Y="sent")
    assert [(call.elevator_id, call.start_floor) for call in lift.memory.calls] == [("X", "1"), ("Y", "1")]
    body = {**place, "reason": "火警", "confirm": await name_of(site)}
    again = await desk.post("/lift-emergencies", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "elevator.no_lift_to_lock")

    # locked: console, open API by both methods, resident, pass at the box, also with the line cut
    call = f"/lifts/{site.lift}/call"
    assert (await desk.post(call, json={"startFloor": "10"})).status_code == 409
    assert (await site.call(CALL, "1.0.1", iotId=site.lift, startFloor="10"))["code"] == 20004
    args = {"StartFloor": "10"}
    said = await site.call(INVOKE, "1.0.1", iotId=site.lift, identifier="CloudCallElevator", args=args)
    assert said["code"] != 200, said
    async with estate.phone() as owner:
        (mine,) = (await owner.get(f"/communities/{estate.community}/lifts")).json()
        assert mine["service"] == "emergency"
        house = (await owner.get("/houses")).json()[0]["houseId"]
        assert (await owner.post(f"/houses/{house}/lifts/{site.lift}/call", json={})).status_code == 409
    assert (await desk.post(f"/lifts/{site.lift}/service", json={"out": False})).status_code == 409
    await held(site)
    site.box.line.cut()
    site.line_cut = True
    await door.scan(code)
    await until(lambda: not under_way())
    site.line_cut = False
    site.box.line.mend()
    await until(lambda: site.box.line.up and site.box.queue.backlog == 0)

    # confirmed car by car, and sent again by itself until it is there
    lift.memory.run_states = [RunState(elevator_id="X", current_floor="1", car_state=0, car_direction=0)]
    await lift.report_lifts()
    await results(site, X="home", Y="sent")
    await site.platform.clock.advance(AGAIN_MS)

    async def sent_again() -> bool:
        await site.platform.worker.run_once()
        return [made.elevator_id for made in lift.memory.calls] == ["X", "Y", "Y"]

    await until(sent_again)

    assert (await desk.post(f"/lift-emergencies/{emergency}/end")).status_code == 204
    assert (await desk.post(f"/lift-emergencies/{emergency}/end")).status_code == 204
    assert (await desk.post(call, json={"startFloor": "10"})).status_code == 204
    await held(site)
    before = len(lift.memory.calls)
    await door.scan(code)
    await until(lambda: len(lift.memory.calls) == before + 1)
    kept = await desk.get(f"{estate.path}/history", params={"kind": "lift", "target": site.lift})
    steps = [(row["action"], row["reason"]) for row in kept.json()["data"] if "emergency" in row["action"]]
    assert steps == [("emergency_ended", "3 号楼冒烟"), ("emergency", "3 号楼冒烟")]
    (row,) = (await desk.get("/lift-emergencies", params=place)).json()["data"]
    assert row["endedMs"] is not None


async def test_a_lift_that_does_not_answer_is_named_and_sent_again_by_hand(site: LiftSite) -> None:
    await read(site)
    site.machines[1].faults.refuses = "controller off"
    emergency = await declared(site)
    await results(site, X="refused", Y="refused")
    assert "controller off" in (await cars(site))["X"]["words"]
    site.machines[1].faults.refuses = ""
    again = await site.estate.desk.post(f"/lift-emergencies/{emergency}/send-again")
    assert again.status_code == 204
    await results(site, X="sent", Y="sent")


async def test_a_fire_input_declares_one(site: LiftSite) -> None:
    await read(site)
    await site.box.reports.event("lift.gateway", "FireAlarm", {})
    await results(site, X="sent", Y="sent")
    (alarm,) = await alarms(site)
    assert alarm["kind"] == "fire"
    refused = await site.estate.desk.post(f"/lifts/{site.lift}/call", json={"startFloor": "10"})
    assert refused.json()["code"] == "elevator.out"
    answer = await site.estate.desk.get("/lift-emergencies")
    (row,) = answer.json()["data"]
    assert (row["byDevice"], row["reason"]) == (True, "lift.gateway")


async def test_a_fire_input_on_the_wire_sends_cars_home(site: LiftSite) -> None:
    """From the simulated lift's own fire input to the platform, and back: its cars go home and are confirmed."""
    await read(site)
    simulated = Cars(site.machines[1], floor_s=0.01)
    for car in simulated.shaft.cars.values():
        car.home, car.place = "1", len(car.floors) - 1
    moving = asyncio.create_task(simulated.run())
    try:
        simulated.shaft.fire(burns=True)
        await results(site, X="home", Y="home")
        (row,) = (await site.estate.desk.get("/lift-emergencies")).json()["data"]
        assert (row["byDevice"], row["endedMs"]) == (True, None)
        calls = len(site.machines[1].memory.calls)
        for _ in range(3):  # a report is no second fire
            await site.machines[1].report_lifts()
        assert len((await site.estate.desk.get("/lift-emergencies")).json()["data"]) == 1
        assert len(site.machines[1].memory.calls) == calls
    finally:
        moving.cancel()
        await asyncio.gather(moving, return_exceptions=True)


async def served(site: LiftSite) -> str:
    """A code whose person the lift is called for at the unit's door."""
    await read(site)
    code = await code_of(site, site.person)
    data_id = await site.linkage()
    targets = [{"targetFloor": "10"}]
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=targets)
    await held(site)
    return code


def cut(site: LiftSite) -> None:
    site.box.line.cut()
    site.line_cut = True


async def mend(site: LiftSite) -> None:
    site.line_cut = False
    site.box.line.mend()
    await until(lambda: site.box.line.up and site.box.queue.backlog == 0, 90)


async def emergencies(site: LiftSite) -> list[bool]:
    """Whether each is over."""
    rows = (await site.estate.desk.get("/lift-emergencies")).json()["data"]
    return [row["endedMs"] is not None for row in rows]


def locked(site: LiftSite) -> bool:
    orders = site.box.passage.rules_now().lifts.get("lift.gateway")
    return orders is not None and orders.emergency


async def test_a_fire_locks_lifts_at_the_box_with_the_line_cut_until_a_person_ends_it(
    site: LiftSite,
) -> None:
    code = await served(site)
    door, car = site.machines
    cut(site)
    await site.box.reports.event("door.unit", "FireAlarm", {})
    await door.scan(code)
    await until(lambda: not under_way())
    assert car.memory.calls == []
    home = site.box.home  # the lock is kept over a restart
    await site.box.stop()
    await site.wake(home)
    assert locked(site)
    driver: Any = site.box.supervisor.driver(site.driver)
    for machine in site.machines:
        machine.faults.clock_off_s += 1
        machine.aim("127.0.0.1", driver.port)
        await machine.connect()
    await mend(site)

    async def declared_once() -> bool:
        return await emergencies(site) == [False]

    await until(declared_once)
    assert locked(site)
    (row,) = (await site.estate.desk.get("/lift-emergencies")).json()["data"]
    assert (await site.estate.desk.post(f"/lift-emergencies/{row['id']}/end")).status_code == 204
    await held(site)
    await until(lambda: not locked(site))
    calls = len(car.memory.calls)
    await door.scan(code)
    await until(lambda: len(car.memory.calls) == calls + 1)
    assert await emergencies(site) == [True]


async def test_a_fire_that_a_person_ended_while_the_line_was_cut_stays_ended(site: LiftSite) -> None:
    code = await served(site)
    door, car = site.machines
    cut(site)
    await site.box.reports.event("lift.gateway", "FireAlarm", {})
    assert locked(site)
    await site.platform.clock.advance(120_000)
    emergency = await declared(site)
    await site.platform.clock.advance(120_000)
    assert (await site.estate.desk.post(f"/lift-emergencies/{emergency}/end")).status_code == 204
    await mend(site)
    await held(site)
    await until(lambda: not locked(site))
    calls = len(car.memory.calls)
    await door.scan(code)
    await until(lambda: len(car.memory.calls) == calls + 1)
    assert await emergencies(site) == [True]
