"""What the doors behind a box do and say, with the platform and `linli edge run` as processes and doors on sockets.

The tests share one site and its hall; each gives the rights that it needs itself.
"""

import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
import pytest_asyncio

from linli.domains.intercom.sip.front import SipFront
from linli.domains.intercom.sip.log import CallLog
from linli.edge.algorithm import AlgorithmClient
from linli.edge.doors.caller import Refusal
from linli.kernel.clock import SystemClock
from linli.kernel.settings import Sip
from linli.protocols import face_algorithm
from linli.vision.fake import marked, vector_of
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER as TALK
from tests.domains.intercom.sip.test_calls import acknowledge, answer
from tests.protocols.door_http.test_door_http import photo
from tests.real.box_hall import Hall
from tests.real.box_site import CARD, HERE, PERSON, box_site, tomorrow, until

ANNA = marked(photo(), "anna")
ACCOUNT = {
    "sipNumber": "MNUtFSr9soldjp34IxYCBz", "password": "sip-secret", "sipServerAddr": "10.0.0.5",
    "sipServerPort": "6050",
}  # fmt: skip

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("box doors"),
]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with box_site(tmp_path_factory.mktemp("hall")) as site:
        yield await Hall(site).build()


async def known(hall: Hall) -> None:
    """Anna may pass the hall, where the box compares, and the gate, which compares itself."""
    for door in ("hall-face", "gate-face"):
        await hall.site.give_face(door, "anna")
    await until(lambda: hall.site.synced({"door.face": 2}), 60)


@pytest.mark.covers("C110")
async def test_faces_are_compared_by_the_box_or_by_the_door(hall: Hall) -> None:
    """Spec C 8.4: the box keeps the features of its doors, or gives them to a door that compares itself."""
    await known(hall)
    assert hall.machine.memory.library == {}
    (face,) = hall.gate.memory.library.values()
    assert face.feature == pytest.approx(memoryview(vector_of("anna")).cast("f").tolist())

    async with hall.site.live("pass") as told:
        found = await hall.machine.show_face(ANNA, "36.6")
        assert found is not None
        assert (found.name, found.face_id) == ("王先生", face.face_id)
        assert await hall.machine.show_face(marked(photo(), "mallory"), "36.6") is None
        await hall.gate.own_face_pass(face.face_id, ANNA, "0.93", "36.5")
        for door, passed in (("hall-face", True), ("hall-face", False), ("gate-face", True)):
            await hall.site.until_told(told, doorName=door, passed=passed, kind="FACE")
    opened = next(row for row in await hall.passes("hall-face") if row["passed"])
    assert (opened["personName"], opened["temperature"]) == ("王先生", 36.6)
    by_door = (await hall.passes("gate-face"))[0]
    assert (by_door["personName"], by_door["temperature"], by_door["passed"]) == ("王先生", 36.5, True)


async def answers(port: int) -> bool:
    """Whether the algorithm service says that it is there."""
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            answer = await client.get(f"http://{HERE}:{port}/")
        except httpx.HTTPError:
            return False
    return answer.status_code == 200 and answer.text.strip() == face_algorithm.AVAILABLE


@pytest.mark.covers("G-C37")
async def test_the_box_runs_the_algorithm_service_that_a_door_is_configured_with(hall: Hall) -> None:
    """The gate's form names the box itself: its features came over this socket, and both sides may ask it."""
    client = AlgorithmClient(HERE, hall.algorithm_port)
    try:
        assert await answers(hall.algorithm_port)
        wanted = pytest.approx(memoryview(vector_of("anna")).cast("f").tolist())
        assert await client.vector(ANNA, detect=True) == wanted
        assert await client.vector(ANNA, detect=False) == wanted
    finally:
        await client.close()
    async with httpx.AsyncClient(trust_env=False) as other:
        answer = await other.post(
            f"http://{HERE}:{hall.algorithm_port}{face_algorithm.CROP}", content=b"no form"
        )
    assert answer.json()["code"] == face_algorithm.BAD_FILE
    await known(hall)
    (face,) = hall.gate.memory.library.values()
    assert face.feature == wanted
    # In the box's file it stands as made by that service, not by the box's models at first hand.
    file = hall.site.box.home / "box.db"
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as box:
        models = {model for (model,) in box.execute("SELECT model FROM face_features")}
    assert f"outside:{HERE}:{hall.algorithm_port}" in models


@pytest.mark.covers("G-C09")
async def test_a_door_fetches_photos_that_concern_it_and_no_others(hall: Hall) -> None:
    await known(hall)
    (face,) = hall.gate.memory.library.values()
    for machine in (hall.machine, hall.gate):
        assert await machine.fetch_photo(face_id=face.face_id) == ANNA
    at_gate = await hall.gate.own_face_pass(face.face_id, ANNA, "0.9")
    assert await hall.gate.fetch_photo(photo_id=at_gate) == ANNA
    for wanted in ({"photo_id": at_gate}, {"face_id": "none"}, {"photo_id": "../identity.json"}):
        with pytest.raises(Refusal) as refusal:
            await hall.machine.fetch_photo(**wanted)
        assert refusal.value.answer.code == 99
    with pytest.raises(Refusal):
        await hall.site.east.fetch_photo(face_id=face.face_id)


@pytest.mark.covers("G-C12", "G-C13")
async def test_cards_pass_are_refused_and_read_back(hall: Hall) -> None:
    await hall.site.give_card("hall-card")
    await until(lambda: hall.site.synced({"door.card": 1}), 60)
    async with hall.site.live("pass") as told:
        assert await hall.machine.swipe(CARD)
        await hall.site.until_told(told, doorName="hall-card", passed=True, personName="王先生", kind="CARD")
        assert not await hall.machine.swipe("0099887766")
        await hall.site.until_told(told, doorName="hall-card", passed=False, code=203, personName="")
    refused, opened = (await hall.passes("hall-card"))[:2]
    assert (refused["passed"], refused["code"]) == (False, 203)
    assert (opened["passed"], opened["personId"]) == (True, PERSON)

    held = await hall.invoke("hall-card", "queryCardPermissions")
    assert [card["cardId"] for card in held["permissions"]] == [CARD]
    await hall.machine.report_cards()
    (reported,) = await until(lambda: hall.events("hall-card", "cardPermissions"), 60)
    (card,) = reported["permissions"]
    assert str(int(card["expiryTime"])) == held["permissions"][0]["expiryTime"]
    assert CARD not in str(reported), "the end of a card's number is enough to tell it"


@pytest.mark.covers("G-C18")
async def test_bluetooth_cards_pass_and_are_refused(hall: Hall) -> None:
    card = "514152694808390"
    row = {
        "iotId": hall.site.iot_ids["hall-bluetooth"], "bleCardId": card, "identityId": PERSON, "expiryTime": tomorrow(),
    }  # fmt: skip
    await hall.site.ok("/entrance/paas/perm/blecard/batchmodify", "1.0.0", cards=[row])
    await until(lambda: hall.site.synced({"door.ble": 1}), 60)
    async with hall.site.live("pass") as told:
        assert await hall.machine.tap(card)
        await hall.site.until_told(
            told, doorName="hall-bluetooth", passed=True, kind="BleCARD", personName="王先生"
        )
        assert not await hall.machine.tap("1")
        await hall.site.until_told(told, doorName="hall-bluetooth", passed=False, code=303)


@pytest.mark.covers("G-C21")
async def test_a_door_has_its_sip_account_at_every_connection(hall: Hall) -> None:
    """An application with a SIP server gives the account; the box brings it again, also after it was off itself."""

    async def rings() -> bool:
        sip = hall.machine.memory.sip
        return sip is not None and (sip.sip_number, sip.password) == (
            ACCOUNT["sipNumber"],
            ACCOUNT["password"],
        )

    await hall.invoke("hall-video", "SyncSipNumber", **ACCOUNT)
    assert await rings()
    hall.machine.memory.sip = None
    hall.machine.token = ""  # it starts anew
    await until(rings, 60)
    hall.site.box.power_off()
    hall.machine.memory.sip = None
    hall.site.box.start()
    await until(rings, 60)
    await hall.until_online()
    assert ACCOUNT["password"] not in (hall.site.box.home / "log").read_text(errors="replace")


@contextlib.asynccontextmanager
async def sip_server(hall: Hall) -> AsyncIterator[int]:
    """Beside the platform, on its database."""
    aside = hall.site.aside
    log = CallLog(aside.db, SystemClock(), aside.ids, process="aside")
    place = Sip(host=HERE, port=0)
    front = SipFront(place, aside.db, SystemClock(), aside.secrets, log, host=HERE)
    await front.start()
    try:
        yield front.port
    finally:
        await front.stop()


@pytest.mark.covers("G-C22")
async def test_a_keyed_room_rings_the_group_that_the_box_names(hall: Hall) -> None:
    site, room = hall.site, "1-9-3-1202"
    (station,) = await site.ok("/entrance/paas/sipservice/sip/add", "1.0.0", count=1, type=1)
    members = await site.ok("/entrance/paas/sipservice/sip/add", "1.0.0", count=2, type=0)
    ((group, *_),) = [
        list(row.values()) for row in await site.ok("/entrance/paas/sipservice/group/add", "1.0.0", count=1)
    ]
    numbers = [row["sipNumber"] for row in members]
    await site.ok("/entrance/paas/sipservice/group/sip/add", "1.0.0", groupID=group, sipNumberList=numbers)
    maps = [{"roomId": room, "groupId": group}]
    await site.ok(
        "/entrance/paas/videointercom/map/add", "1.0.0", iotId=site.iot_ids["hall-video"], maps=maps
    )
    account = {"sipNumber": station["sipNumber"], "password": station["sipPassword"]}
    await hall.invoke("hall-video", "SyncSipNumber", **{**ACCOUNT, **account})

    async def named() -> str:
        with contextlib.suppress(Refusal):
            return await hall.machine.group_of(room)
        return ""

    assert await until(named, 60) == group
    with pytest.raises(Refusal) as unknown:
        await hall.machine.group_of("1-9-3-1203")
    assert unknown.value.answer.code == 99
    sip = hall.machine.memory.sip
    assert sip is not None
    async with sip_server(hall) as port:
        door = await Phone.open(port, sip.sip_number, sip.password)
        phones = [await Phone.open(port, row["sipNumber"], row["sipPassword"]) for row in members]
        for each in (door, *phones):
            assert (await each.register()).status == 200
        invite = await door.call(await named())
        received = [await phone.request("INVITE") for phone in phones]
        assert {one.from_.uri.user for one in received} == {door.number}
        answer(phones[1], received[1], 200, body=TALK)
        acknowledge(door, invite, await door.response(200))
        await phones[1].request("ACK")
        for each in (door, *phones):
            each.close()


@pytest.mark.covers("G-C27")
async def test_openings_in_a_call_are_passes(hall: Hall) -> None:
    async with hall.site.live("pass") as told:
        await hall.machine.opened_in_call(0, "MNUtFSr9soldjp34IxYCBz", "1-9-3-1202")
        await hall.site.until_told(
            told, doorName="hall-video", kind="CALL", passed=True, room="1-9-3-1202", credential="MNUtFSr9soldjp34IxYCBz"
        )  # fmt: skip
        await hall.machine.opened_in_call(1, "18012345678")
        await hall.site.until_told(told, doorName="hall-video", kind="CALL", credential="180****5678")
    assert [row["kind"] for row in (await hall.passes("hall-video"))[:2]] == ["CALL", "CALL"]
    events = await hall.events("hall-video", "doorOpenEvent")
    assert [event["sourceType"] for event in events[:2]] == [1, 0]


@pytest.mark.covers("G-C32")
async def test_who_is_too_warm_or_was_not_measured_is_kept_out_and_seen(hall: Hall) -> None:
    await known(hall)
    async with hall.site.live("alarm") as told:
        for temperature, shown in (("37.4", 37.4), ("35.9", 35.9), (None, None)):
            assert await hall.machine.show_face(ANNA, temperature) is None
            await hall.site.until_told(told, kind="fever", doorName="hall-face", temperature=shown, new=True)
        for temperature in ("36.0", "37.3"):
            assert await hall.machine.show_face(ANNA, temperature) is not None
    rows = await hall.alarms(kind="fever", iotId=hall.site.iot_ids["hall-face"])
    assert [row["temperature"] for row in rows[:3]] == [None, 35.9, 37.4]
    assert all(row["overMs"] == row["raisedMs"] for row in rows)
    assert PERSON not in json.dumps(rows)
    assert len(await hall.events("hall-face", "FeverAlarm")) == len(rows)


@pytest.mark.covers("G-C30")
async def test_a_forced_door_is_on_the_screen_until_it_is_shut(hall: Hall) -> None:
    """Live with its door and time, in the list while it goes on, and over when the door says so."""
    async with hall.site.live("alarm") as told:
        for begins, ends, kind in ((4, 5, "forced"), (6, 7, "held"), (0, 1, "tamper")):
            await hall.machine.alarm(begins)
            await hall.site.until_told(told, kind=kind, doorName="hall-card", overMs=None, new=True)
            (row,) = await hall.alarms(lasting=True)
            assert (row["kind"], row["times"]) == (kind, 1)
            await hall.machine.alarm(begins)
            await hall.site.until_told(told, id=row["id"], times=2, new=False)
            await hall.machine.alarm(ends)
            await until(partial(_is_over, hall, kind))
        assert await hall.alarms(lasting=True) == []
    over = await hall.alarms(kind="forced")
    assert (len(over), over[0]["overMs"] >= over[0]["raisedMs"]) == (1, True)


async def _is_over(hall: Hall, kind: str) -> bool:
    return all(row["overMs"] is not None for row in await hall.alarms(kind=kind))


@pytest.mark.covers("C015", "G-C33")
async def test_lifts_are_read_called_and_released(hall: Hall) -> None:
    lift = hall.lift.memory
    await hall.lift.report_lifts()

    async def reported() -> list[dict[str, Any]]:
        rows = await hall.site.get(f"/devices/{hall.site.iot_ids['lift']}/properties")
        value = next((row["value"] for row in rows if row["identifier"] == "ElevatorStatus"), None)
        return value or []

    states = await until(reported, 60)
    assert states[0] == {"ElevatorID": "01", "CurrentPosition": "9", "CarStatus": 1, "CarDirection": 2}
    told = await hall.invoke("lift", "QueryElevatorStatus")
    assert [one["ElevatorID"] for one in told["ElevatorStatus"]] == ["01", "02"]
    info = await hall.invoke("lift", "QueryElevatorInfo")
    assert info["ElevatorMode"] == "ALL"
    assert {"ElevatorID": "01", "Floor": "5", "RoomNumber": "502"} in info["FloorRoomInfo"]
    called = await hall.invoke(
        "lift", "CloudCallElevator", StartFloor="1", TargetFloor="8", TargetRoomNumber="801"
    )
    assert (called["code"], lift.calls[0].start_floor, lift.calls[0].target_floor) == (0, "1", "8")
    await hall.invoke("lift", "releaseFloors", floorRoomList=[{"floor": "9", "room": "901"}])
    await hall.invoke("lift", "activateFloor", floorRoomList=[{"floor": "9"}, {"floor": "6"}])
    assert lift.released[0].floor_room_list[0].room == "901"
    assert [one.floor for one in lift.lit[0].floor_room_list] == ["9", "6"]
    hall.lift.faults.refuses = "lift out of order"
    refused = await hall.invoke("lift", "CloudCallElevator", StartFloor="1")
    hall.lift.faults.refuses = ""
    assert refused == {"code": 99, "message": "lift out of order"}


async def test_a_face_at_the_hall_brings_the_lift(hall: Hall) -> None:
    """By the platform and the box as they are installed; each scene of the contract is in `tests/domains/elevators`."""
    await known(hall)
    site, calls = hall.site, hall.lift.memory.calls
    wish = {"controlMode": "CALL_WITH_TARGET", "triggerFloor": "B1"}
    ids = {"elevatorIotId": site.iot_ids["lift"], "triggerIotId": site.iot_ids["hall-face"]}
    data_id = await site.ok("/elevator/entrance/device/add", "1.0.2", **wish, **ids)
    floors = {"userTargetList": [{"targetFloor": "5", "targetRoomNo": "501"}]}
    await site.ok("/elevator/entrance/user/save", "1.0.2", dataId=data_id, identityId=PERSON, **floors)

    async def held() -> bool:
        return [row["state"] for row in (await site.get("/edge/passage-rules"))["data"]] == ["held"]

    await until(held, 60)
    async with site.live("pass") as told:
        assert await hall.machine.show_face(ANNA, "36.6") is not None
        await site.until_told(told, doorName="hall-face", passed=True, kind="FACE")

    async def called() -> bool:
        asked = [(call.start_floor, call.target_floor, call.target_room) for call in calls]
        return ("B1", "5", "501") in asked

    await until(called, 60)

    async def recorded() -> Any:
        query = {"modelId": "AutoElevatorCallRecord", "pageSize": 10}
        return (await site.ok("/data/model/data/query", "0.0.3", **query))["items"]

    (record,) = await until(recorded, 60)
    assert (record["identityID"], record["mediaType"], record["callResultCode"]) == (PERSON, "FACE", 200)
    assert (record["entranceDeviceName"], record["elevatorDeviceName"]) == ("hall-face", "lift")
    await site.ok("/elevator/entrance/device/delete", "1.0.2", dataId=data_id)


@pytest.mark.covers("G-C34")
async def test_rules_of_a_lift_are_brought_read_back_and_reported(hall: Hall) -> None:
    lift = hall.lift.memory
    window = {"effectiveTime": "1589472000000", "expiryTime": "1905004800000"}
    rule = {
        "type": 1, "ruleId": "r1", "userId": "u", "elevatorId": "01", "controlMode": "CALL_WITH_TARGET",
        "startFloor": "5", "startRoom": "501", "delaySeconds": 300,
        "targetFloorRoomList": json.dumps([{"floor": "B1"}]), **window,
    }  # fmt: skip
    got = await hall.invoke("lift", "syncElevatorRules", rules=[rule])
    assert (got["confirmed"], set(lift.lift_rules)) == (["r1"], {"r1"})
    lift.lift_rules.clear()  # a factory reset: the box brings them again
    hall.lift.token = ""

    async def again() -> bool:
        return set(lift.lift_rules) == {"r1"}

    await until(again, 60)
    (read,) = (await hall.invoke("lift", "queryElevatorRules"))["rules"]
    assert read == {name: value for name, value in rule.items() if name != "type"}
    await hall.lift.rule_done("r1", "card", "F47B0BA2")

    async def reported() -> list[dict[str, Any]]:
        """The lift's other rules report, too."""
        return [event for event in await hall.events("lift", "elevatorRuleEvent") if event["ruleId"] == "r1"]

    (done,) = await until(reported, 60)
    assert (done["ruleId"], done["authType"], done["startRoom"]) == ("r1", "card", "501")
    for wanted in ("disable", "enable"):
        await hall.invoke("lift", "SetElevatorRuleState", Availability=wanted)
        assert (lift.linkage, (await hall.invoke("lift", "GetElevatorRuleState"))["Availability"]) == (
            wanted,
            wanted,
        )
    await hall.invoke("lift", "syncElevatorRules", rules=[{"type": 4}])
    assert lift.lift_rules == {}


@pytest.mark.covers("G-C34")
async def test_a_lift_keeps_the_rules_of_its_own_reader(hall: Hall) -> None:
    """By the platform and the box as they are installed: brought, shown, lost and asked for, carried out, recorded."""
    site, memory = hall.site, hall.lift.memory
    wish = {"controlMode": "CALL_WITH_TARGET", "triggerFloor": "B1"}
    ids = {"elevatorIotId": site.iot_ids["lift"], "triggerIotId": site.iot_ids["lift"]}
    data_id = await site.ok("/elevator/entrance/device/add", "1.0.2", **wish, **ids)
    floors = {"userTargetList": [{"targetFloor": "5", "targetRoomNo": "501"}]}
    await site.ok("/elevator/entrance/user/save", "1.0.2", dataId=data_id, identityId=PERSON, **floors)

    async def in_place() -> bool:
        kept = await site.get(f"/lifts/{site.iot_ids['lift']}/rules/kept")
        return (kept["state"], kept["wanted"], kept["confirmed"], len(memory.lift_rules)) == ("same", 1, 1, 1)

    async def brought() -> bool:
        return bool(memory.lift_rules)

    async def gone() -> bool:
        return not memory.lift_rules

    await until(in_place, 90)
    (rule,) = memory.lift_rules.values()
    assert (rule.user_id, rule.start_floor, memory.linkage) == (PERSON, "B1", "enable")
    memory.lift_rules.clear()
    await site.send("POST", f"/lifts/{site.iot_ids['lift']}/rules/compare", {})
    await until(brought, 60)
    await hall.lift.rule_done(rule.rule_id or "", "card", "F47B0BA2")

    async def recorded() -> Any:
        query = {"modelId": "AutoElevatorCallRecord", "pageSize": 50}
        rows = (await site.ok("/data/model/data/query", "0.0.3", **query))["items"]
        return [row for row in rows if row["mediaID"] == "F47B0BA2" and row["identityID"] == PERSON]

    (record,) = await until(recorded, 60)
    assert (record["mediaType"], record["callResultCode"]) == ("CARD", 200)
    assert (record["entranceDeviceName"], record["elevatorDeviceName"]) == ("lift", "lift")
    await site.ok("/elevator/entrance/device/delete", "1.0.2", dataId=data_id)
    await until(gone, 60)
