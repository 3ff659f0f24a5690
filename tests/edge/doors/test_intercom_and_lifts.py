"""SIP accounts, rooms, phone checks and openings in calls; lifts and the rules that send them. Spec G 5, F9-F15."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from linli.edge.doors.caller import Refusal
from linli.edge.doors.driver import SipAccount
from linli.edge.framework import DeviceOffline, ParamsBad
from linli.protocols.door_http.messages.elevators import Elevators, RunState
from tests.edge.doors.site_box import HERE, SiteBox, in_time, site_box, until


class Wanted:
    """The account that is wanted of the door of a test."""

    def __init__(self) -> None:
        self.account: SipAccount | None = None

    async def sip(self, device: str) -> SipAccount | None:
        return self.account


ACCOUNT = {
    "sipNumber": "MNUtFSr9soldjp34IxYCBz",
    "password": "secret",
    "sipServerAddr": "10.0.0.5",
    "sipServerPort": "6050",
}
LIFTS = {
    "elevatorMode": "ALL",
    "floorInfoList": [
        {"elevatorId": "01", "elevatorName": "dongti", "isDualCardDoor": True,
         "floorInfo": [{"floor": "5", "roomList": ["501", "502"]}, {"floor": "B1"}]},
        {"elevatorId": "02", "isDualCardDoor": False, "floorInfo": [{"floor": "B1"}]},
    ],
}  # fmt: skip


async def test_a_door_gets_its_sip_account_now_and_at_every_connection(box: SiteBox) -> None:
    machine = await box.door()
    await box.supervisor.call("door.5", "SyncSipNumber", ACCOUNT)
    assert machine.memory.sip is not None
    assert machine.memory.sip.sip_server_port == "6050"
    for _ in range(2):
        machine.memory.sip = None
        await box.clock.advance(1000)
        await box.connect(machine)
        await until(lambda: machine.memory.sip is not None)
    assert "secret" not in str(box.logs.of("door_device", "door.1").lines())


async def test_an_account_that_was_taken_back_is_sent_no_more(box: SiteBox) -> None:
    machine = await box.door()
    await box.supervisor.call("door.5", "SyncSipNumber", ACCOUNT)
    machine.memory.sip = None
    await box.supervisor.call("door.5", "SyncSipNumber", dict.fromkeys(ACCOUNT, ""))
    await box.clock.advance(1000)
    await box.connect(machine)
    await box.supervisor.call("door.5", "getKeepOpen", {})
    assert machine.memory.sip is None


async def test_an_account_for_a_door_that_is_away_waits_for_it(box: SiteBox) -> None:
    machine = await box.machine()
    custom = {"ip": HERE, "port": machine.port, "accessType": "video"}
    machine.aim(HERE, await box.deploy("door_device", ("door.5", custom)))
    with pytest.raises(DeviceOffline):
        await box.supervisor.call("door.5", "SyncSipNumber", ACCOUNT)
    await box.connect(machine, "door.5")
    await until(lambda: machine.memory.sip is not None)


async def test_an_account_that_a_door_let_fall_is_sent_again(box: SiteBox) -> None:
    machine = await box.door()
    await box.supervisor.call("door.5", "SyncSipNumber", ACCOUNT)
    machine.memory.sip = None
    machine.faults.drops = "/visualIntercom/syncSipNumber"
    await box.clock.advance(1000)
    await box.connect(machine)
    await until(lambda: "not brought to the door" in box.texts("door.1"))
    assert machine.memory.sip is None
    machine.faults.drops = ""
    await in_time(box, lambda: machine.memory.sip is not None)


async def test_an_account_that_the_box_knows_is_sent_unasked(tmp_path: Path) -> None:
    wanted = Wanted()
    wanted.account = SipAccount(sip_number="n", password="p", sip_server_addr="a", sip_server_port="1")
    async with site_box(tmp_path, wishes=wanted) as box:
        machine = await box.door()
        await until(lambda: machine.memory.sip is not None)


async def test_rooms_and_phone_numbers(box: SiteBox) -> None:
    machine = await box.door()
    box.site.groups["1-9-3-1202"] = "4sewsEXT8ezMnlHlbWkjbL"
    assert await machine.group_of("1-9-3-1202") == "4sewsEXT8ezMnlHlbWkjbL"
    with pytest.raises(Refusal) as unknown:
        await machine.group_of("1-9-3-1203")
    assert unknown.value.answer.code == 99
    with pytest.raises(Refusal):
        await machine.ask_phone("18012345678")
    asked = []

    async def ask(device: str, number: str) -> bool:
        asked.append((device, number))
        return True

    box.site.ask_phone_of = ask
    await machine.ask_phone("18012345678")
    assert asked == [("door.5", "18012345678")]
    assert machine.memory.phones == {}
    await box.supervisor.call("door.5", "verifyPhoneResult", {"phoneNumber": "18012345678", "result": 0})
    assert machine.memory.phones == {"18012345678": 0}


async def test_openings_in_a_call_are_reported(box: SiteBox) -> None:
    machine = await box.door()
    await machine.opened_in_call(0, "MNUtFSr9soldjp34IxYCBz", "1-9-3-1202")
    await machine.opened_in_call(1, "18012345678")
    events = box.things.events_of("door.5", "doorOpenEvent")
    assert [(one["sourceType"], one["number"]) for one in events] == [
        (0, "MNUtFSr9soldjp34IxYCBz"), (1, "18012345678"),
    ]  # fmt: skip
    assert json.loads(events[0]["extInfo"])["roomId"] == "1-9-3-1202"


async def lift_door(box: SiteBox, **changes: Any) -> Any:
    machine = await box.machine()
    machine.memory.lifts = msgspec.convert(LIFTS | changes, Elevators)
    machine.memory.run_states = [
        RunState(elevator_id="01", current_floor="9", car_state=1, car_direction=2),
        RunState(elevator_id="02", current_floor="1", car_state=0, car_direction=0),
    ]
    custom = {"ip": HERE, "port": machine.port, "abilities": ["card", "elevator"], "elevatorConnected": 1}
    machine.aim(HERE, await box.deploy("door_terminal", ("lift", custom)))
    await box.connect(machine, "lift")
    return machine


async def test_lifts(box: SiteBox) -> None:
    machine = await lift_door(box)
    await machine.report_lifts()
    assert box.things.values["lift"]["ElevatorStatus"][0] == {
        "ElevatorID": "01", "CurrentPosition": "9", "CarStatus": 1, "CarDirection": 2,
    }  # fmt: skip
    status = await box.supervisor.call("lift", "QueryElevatorStatus", {})
    assert [one["ElevatorID"] for one in status["ElevatorStatus"]] == ["01", "02"]
    status = await box.supervisor.call("lift", "QueryElevatorStatus", {"elevatorList": ["02"]})
    assert [one["ElevatorID"] for one in status["ElevatorStatus"]] == ["02"]
    info = await box.supervisor.call("lift", "QueryElevatorInfo", {})
    assert info["ElevatorMode"] == "ALL"
    assert [one["ElevatorID"] for one in info["ElevatorInfo"]] == ["01", "02"]
    assert {"ElevatorID": "01", "Floor": "5", "RoomNumber": "502"} in info["FloorRoomInfo"]
    called = await box.supervisor.call(
        "lift", "CloudCallElevator", {"StartFloor": "1", "TargetFloor": "8", "TargetRoomNumber": "801"}
    )
    assert called == {"code": 0, "message": "success"}
    (call,) = machine.memory.calls
    assert (call.start_floor, call.target_floor, call.elevator_id) == ("1", "8", None)
    await box.supervisor.call("lift", "releaseFloors", {"floorRoomList": [{"floor": "9", "room": "901"}]})
    await box.supervisor.call("lift", "activateFloor", {"floorRoomList": [{"floor": "9"}, {"floor": "6"}]})
    assert machine.memory.released[0].floor_room_list[0].room == "901"
    assert [one.floor for one in machine.memory.lit[0].floor_room_list] == ["9", "6"]
    machine.faults.refuses = "lift out of order"
    refused = await box.supervisor.call("lift", "CloudCallElevator", {"StartFloor": "1"})
    assert refused == {"code": 99, "message": "lift out of order"}


def rule(n: int, **fields: Any) -> dict[str, Any]:
    return {
        "type": 1, "ruleId": f"r{n}", "userId": "u", "elevatorId": "01", "controlMode": "RELEASE_ONLY",
        "targetFloorRoomList": [{"floor": "B1"}], "effectiveTime": "1589472000000",
        "expiryTime": "1905004800000", **fields,
    }  # fmt: skip


async def test_rules_that_send_lifts(box: SiteBox) -> None:
    machine = await lift_door(box)
    rules = [rule(n) for n in range(200)]
    rules.append(rule(200, controlMode="CALL_WITH_TARGET", startFloor="5", startRoom="501", delaySeconds=300))
    got = await box.supervisor.call("lift", "syncElevatorRules", {"rules": rules})
    assert (len(got["confirmed"]), got["failed"]) == (201, [])
    machine.memory.page = 100
    held = await box.supervisor.call("lift", "queryElevatorRules", {})
    assert [one["ruleId"] for one in held["rules"]] == [f"r{n}" for n in range(201)]
    assert held["rules"][200] == {name: value for name, value in rules[200].items() if name != "type"}
    await machine.rule_done("r200", "card", "F47B0BA2")
    (done,) = box.things.events_of("lift", "elevatorRuleEvent")
    assert (done["ruleId"], done["authType"], done["startRoom"]) == ("r200", "card", "501")
    for wanted in ("disable", "enable"):
        await box.supervisor.call("lift", "SetElevatorRuleState", {"Availability": wanted})
        assert (await box.supervisor.call("lift", "GetElevatorRuleState", {}))["Availability"] == wanted
    await box.supervisor.call("lift", "syncElevatorRules", {"rules": [{"type": 2, "ruleId": "r0"}]})
    assert len(machine.memory.lift_rules) == 200
    await box.supervisor.call("lift", "syncElevatorRules", {"rules": [{"type": 4}]})
    assert machine.memory.lift_rules == {}


@pytest.mark.parametrize(
    ("change", "mode", "said"),
    [
        ({"targetFloorRoomList": [{"floor": "5"}]}, "ALL", "roomNumber"),
        ({"targetFloorRoomList": [{"floor": "B1", "roomNumber": "1"}]}, "ALL", "roomNumber"),
        ({"elevatorId": None}, "SINGLE", "elevatorId"),
        ({"startFloor": "5"}, "ALL", "startFloor"),
        ({"delaySeconds": 301}, "ALL", "delaySeconds"),
    ],
)
async def test_rules_that_do_not_fit_the_lifts(
    box: SiteBox, change: dict[str, Any], mode: str, said: str
) -> None:
    machine = await lift_door(box, elevatorMode=mode)
    with pytest.raises(ParamsBad) as bad:
        await box.supervisor.call("lift", "syncElevatorRules", {"rules": [rule(1, **change)]})
    assert said in f"{bad.value.field} {bad.value.facts['rule']}"
    assert machine.memory.lift_rules == {}


async def test_a_lift_may_stay_unnamed_where_the_controller_chooses(box: SiteBox) -> None:
    machine = await lift_door(box, elevatorMode="GROUP")
    await box.supervisor.call("lift", "syncElevatorRules", {"rules": [rule(1, elevatorId=None)]})
    assert set(machine.memory.lift_rules) == {"r1"}
