"""Lifts behind a box: read when they come online, called from afar, and asked for every service of theirs."""

from typing import Any

import pytest

from linli.domains.elevators.queries import lifts
from linli.domains.elevators.rows import Shaft
from linli.protocols.door_http.messages.elevators import RunState
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import CALL, DEVICE, INVOKE, USER, LiftSite

pytestmark = pytest.mark.engines("sqlite")


async def shaft(site: LiftSite) -> Shaft:
    return await lifts.shaft(site.scope, site.platform.db, site.lift)


async def read(site: LiftSite) -> Shaft:
    await site.with_box()

    async def known() -> bool:
        await site.platform.worker.run_once()
        return bool((await shaft(site)).floors)

    await until(known)
    return await shaft(site)


@pytest.mark.covers("EP-69", "EP-70", "EP-71", "EP-72")
async def test_a_lift_tells_of_itself_and_is_called(site: LiftSite) -> None:
    told = await read(site)
    assert told.lift is not None
    assert (told.lift.mode, told.lift.community_id) == ("ALL", site.estate.community)
    assert [(car.elevator_id, car.name, car.two_doors) for car in told.cars] == [
        ("X", "1号梯", 1),
        ("Y", "", 0),
    ]
    assert list(told.floors_of("X")) == ["B1", "G", "1", "3A", "10", "11", "12", "roof"]
    assert told.floors_of("")["10"] == ["01", "02"]

    memory = site.machines[1].memory
    memory.run_states = [RunState(elevator_id="X", current_floor="3A", car_state=1, car_direction=2)]
    await site.machines[1].report_lifts()

    async def seen() -> bool:
        car = (await shaft(site)).cars[0]
        return (car.position, car.motion, car.direction, car.name) == ("3A", 1, 2, "1号梯")

    await until(seen)

    await site.ok(CALL, "1.0.1", iotId=site.lift, startFloor="10", startRoomNo="01", targetFloor="1")
    (call,) = memory.calls
    assert (call.start_floor, call.start_room, call.target_floor) == ("10", "01", "1")

    async def invoke(identifier: str, **args: Any) -> Any:
        return await site.ok(INVOKE, "1.0.1", iotId=site.lift, identifier=identifier, args=args)

    said = await invoke("CloudCallElevator", ElevatorID="X", StartFloor="1", TargetDirection=1)
    assert (said["code"], memory.calls[1].target_direction) == (0, 1)
    status = await invoke("QueryElevatorStatus")
    assert status["ElevatorStatus"] == [
        {"ElevatorID": "X", "CurrentPosition": "3A", "CarStatus": 1, "CarDirection": 2}
    ]
    info = await invoke("QueryElevatorInfo")
    assert (info["ElevatorMode"], info["code"], len(info["FloorRoomInfo"])) == ("ALL", 0, 11)

    memory_of_faults = site.machines[1].faults
    memory_of_faults.refuses = "lift out of order"
    refused = await site.call(CALL, "1.0.1", iotId=site.lift, startFloor="10")
    assert (refused["code"], "lift out of order" in refused["message"]) == (20004, True), refused
    memory_of_faults.refuses = ""


async def test_floors_rooms_and_cars_that_the_lift_lacks_are_named(site: LiftSite) -> None:
    await read(site)
    fits = {
        "controlMode": "CALL_WITH_TARGET", "elevatorIotId": site.lift, "triggerIotId": site.door,
        "triggerFloor": "1",
    }  # fmt: skip
    for changed, field, named in (
        ({"triggerFloor": "13"}, "triggerFloor", "roof"),
        ({"triggerFloor": "10", "triggerRoomNo": "09"}, "triggerRoomNo", "02"),
        ({"triggerElevatorId": "Z"}, "triggerElevatorId", "X, Y"),
    ):
        answer = await site.call(f"{DEVICE}/add", "1.0.2", **{**fits, **changed})
        assert (answer["code"], field in answer["message"], named in answer["message"]) == (
            460,
            True,
            True,
        ), answer
    in_car = await site.linkage("RELEASE_ONLY", triggerElevatorId="X")
    for floor, room, field in (("13", None, "[0].targetFloor"), ("10", "07", "[0].targetRoomNo")):
        targets = [{"targetFloor": floor, "targetRoomNo": room}]
        answer = await site.call(
            f"{USER}/save", "1.0.2", dataId=in_car, identityId=site.person, userTargetList=targets
        )
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    for field, params in (
        ("startFloor", {"startFloor": "2"}),
        ("targetFloor", {"startFloor": "1", "targetFloor": "13"}),
    ):
        answer = await site.call(CALL, "1.0.1", iotId=site.lift, **params)
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    assert site.machines[1].memory.calls == []
