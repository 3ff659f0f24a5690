"""Cars that do not run: as their lift tells and as people say; called around, refused in words, alike at the box."""

from typing import Any

import pytest

from linli.protocols.door_http.messages.elevators import RunState
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import CALL, USER, LiftSite
from tests.domains.elevators.test_lifts import read
from tests.domains.elevators.test_passes import code_of, held, records, under_way

pytestmark = pytest.mark.engines("sqlite")


async def tell_modes(site: LiftSite, **modes: int) -> None:
    """The lift tells the running mode of its cars, and the platform has it."""
    site.machines[1].memory.run_states = [
        RunState(elevator_id=car, current_floor="1", car_state=0, car_direction=0, running_mode=mode)
        for car, mode in modes.items()
    ]
    await site.machines[1].report_lifts()
    names = ["normal", "inspection", "fire", "out_of_service", "fault", "overload", "trapped"]

    async def heard() -> bool:
        cars = (await site.estate.desk.get(f"/lifts/{site.lift}")).json()["lift"]["cars"]
        return {car["number"]: car["service"] for car in cars} | {
            car: names[mode] for car, mode in modes.items()
        } == {car["number"]: car["service"] for car in cars}

    await until(heard)


async def alarms(site: LiftSite) -> list[dict[str, Any]]:
    answer = await site.estate.desk.get("/door-alarms", params={"communityId": site.estate.community})
    return list(answer.json()["data"])


async def test_a_call_goes_around_cars_that_do_not_run(site: LiftSite) -> None:
    await read(site)
    desk, memory = site.estate.desk, site.machines[1].memory
    call = f"/lifts/{site.lift}/call"
    assert (await desk.post(call, json={"startFloor": "10"})).status_code == 204
    await tell_modes(site, X=4, Y=0)
    assert (await desk.post(call, json={"startFloor": "10"})).status_code == 204
    assert [made.elevator_id for made in memory.calls] == [None, "Y"]
    refused = await desk.post(call, json={"startFloor": "12"})  # which only X serves
    assert (refused.status_code, refused.json()["code"]) == (409, "elevator.out")
    assert "a fault" in refused.json()["message"]
    said = await site.call(CALL, "1.0.1", iotId=site.lift, startFloor="12")
    assert said["code"] == 20004, said
    await tell_modes(site, X=0)
    assert (await desk.post(call, json={"startFloor": "12"})).status_code == 204
    assert len(memory.calls) == 3


async def test_somebody_trapped_is_an_alarm_until_the_lift_tells_otherwise(site: LiftSite) -> None:
    await read(site)
    await tell_modes(site, X=6, Y=0)
    (alarm,) = await alarms(site)
    assert (alarm["kind"], alarm["iotId"], alarm["overMs"], alarm["times"]) == ("trapped", site.lift, None, 1)
    await tell_modes(site, X=6, Y=4)
    assert len(await alarms(site)) == 1
    await tell_modes(site, X=4)
    (alarm,) = await alarms(site)
    assert alarm["overMs"] is not None


async def test_a_person_takes_a_car_out_and_puts_it_back(site: LiftSite) -> None:
    await read(site)
    desk, memory = site.estate.desk, site.machines[1].memory
    service, call = f"/lifts/{site.lift}/service", f"/lifts/{site.lift}/call"
    now = site.platform.clock.now_ms()
    for body, field in (
        ({"out": True}, "reason"),
        ({"out": True, "reason": "x" * 101}, "reason"),
        ({"out": True, "reason": "换钢丝绳", "untilMs": now}, "untilMs"),
        ({"out": True, "reason": "换钢丝绳", "car": "Z"}, "car"),
    ):
        answer = await desk.post(service, json=body)
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    body = {"out": True, "car": "X", "reason": "换钢丝绳", "untilMs": now + 30_000}
    assert (await desk.post(service, json=body)).status_code == 204
    cars = (await desk.get(f"/lifts/{site.lift}")).json()["lift"]["cars"]
    told = {car["number"]: (car["service"], car["byHand"], car["reason"]) for car in cars}
    assert told == {"X": ("out_of_service", True, "换钢丝绳"), "Y": ("normal", False, "")}
    assert (await desk.post(call, json={"startFloor": "10"})).status_code == 204
    assert memory.calls[-1].elevator_id == "Y"
    whole = {"out": True, "reason": "全梯检修"}
    assert (await desk.post(service, json=whole)).status_code == 204
    assert (await desk.post(call, json={"startFloor": "10"})).status_code == 409
    assert (await desk.post(service, json={"out": False})).status_code == 204
    await site.platform.clock.advance(30_001)  # and the time of X is over
    assert (await desk.post(call, json={"startFloor": "12"})).status_code == 204
    await tell_modes(site, X=1)
    answer = await desk.post(service, json={"out": False, "car": "X"})
    assert (answer.status_code, answer.json()["code"]) == (409, "elevator.says_so")
    kept = await desk.get(f"{site.estate.path}/history", params={"kind": "lift", "target": site.lift})
    steps = [(entry["action"], entry["reason"]) for entry in kept.json()["data"]]
    assert steps.count(("taken_out", "换钢丝绳")) == 1
    assert [step for step, _ in steps][:1] == ["called"]
    assert ("put_back", "") in steps


async def test_a_box_decides_alike_with_the_line_cut(site: LiftSite) -> None:
    await read(site)
    door, car = site.machines
    code = await code_of(site, site.person)
    data_id = await site.linkage()
    await site.ok(
        f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person,
        userTargetList=[{"targetFloor": "10", "targetRoomNo": "01"}],
    )  # fmt: skip
    desk = site.estate.desk
    out = {"out": True, "car": "X", "reason": "换钢丝绳"}
    assert (await desk.post(f"/lifts/{site.lift}/service", json=out)).status_code == 204
    await held(site)
    site.box.line.cut()
    site.line_cut = True
    await door.scan(code)
    await until(lambda: len(car.memory.calls) == 1)
    assert (car.memory.calls[0].elevator_id, car.memory.calls[0].target_floor) == ("Y", "10")
    car.memory.run_states = [
        RunState(elevator_id="Y", current_floor="1", car_state=0, car_direction=0, running_mode=6)
    ]
    await car.report_lifts()
    await door.scan(code)
    await until(lambda: not under_way())
    assert len(car.memory.calls) == 1
    site.line_cut = False
    site.box.line.mend()

    async def told() -> bool:
        return len(await records(site)) == 2

    await until(told)
    rows = await records(site)
    assert [row["callResultCode"] for row in rows] == [200, 106]
    assert "not called: the lift is holding somebody who is trapped" in rows[1]["callResultMsg"]
    runs = (await desk.get(f"/lifts/{site.lift}/runs")).json()
    assert [run["state"] for run in runs] == ["trapped", None]


async def test_residents_see_that_the_lift_does_not_run(site: LiftSite) -> None:
    await read(site)
    data_id = await site.linkage()
    floors = [{"targetFloor": "10", "targetRoomNo": "01"}]
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=floors)
    service = f"/lifts/{site.lift}/service"
    out = {"out": True, "reason": "全梯检修"}
    assert (await site.estate.desk.post(service, json=out)).status_code == 204
    async with site.estate.phone() as owner:
        (lift,) = (await owner.get(f"/communities/{site.estate.community}/lifts")).json()
        assert (lift["service"], {car["reason"] for car in lift["cars"]}) == ("out_of_service", {"全梯检修"})
        house = (await owner.get("/houses")).json()[0]["houseId"]
        refused = await owner.post(f"/houses/{house}/lifts/{site.lift}/call", json={})
        assert (refused.status_code, refused.json()["code"]) == (409, "elevator.out")
        assert "out of service" in refused.json()["message"]
        assert (await owner.post(service, json={"out": False})).status_code == 404
    assert site.machines[1].memory.calls == []
