"""Linkages by signed calls: made, read, changed, deleted; whom they serve; and what is refused, by name."""

from typing import Any

import pytest
from sqlalchemy import select

from linli.kernel.db import Query
from linli.ops.models import all_models
from tests.domains.elevators.conftest import CALL, DEVICE, USER, LiftSite

pytestmark = pytest.mark.engines("sqlite")
ROWS = Query(select(all_models().tables["edge_passage_targets"]), unscoped="of the test's one company")
TEN = [{"targetFloor": "10", "targetRoomNo": "01"}]


@pytest.mark.covers("EP-66")
async def test_a_linkage_is_made_read_changed_and_deleted(site: LiftSite) -> None:
    data_id = await site.linkage(delaySeconds=300, triggerRoomNo="01", executionNode="EDGE")
    row = await site.ok(f"{DEVICE}/query", "1.0.2", dataId=data_id)
    assert row == {
        "dataId": data_id, "controlMode": "CALL_WITH_TARGET", "elevatorIotId": site.lift,
        "triggerIotId": site.door, "triggerFloor": "1", "triggerRoomNo": "01", "triggerElevatorId": None,
        "delaySeconds": 300, "executionNode": "EDGE",
    }  # fmt: skip
    await site.ok(f"{DEVICE}/update", "1.0.2", dataId=data_id, triggerFloor="B1", delaySeconds=0)
    changed = await site.ok(f"{DEVICE}/query", "1.0.2", dataId=data_id)
    assert changed == row | {"triggerFloor": "B1", "delaySeconds": 0}
    for field, value in (
        ("controlMode", "CALL_ONLY"), ("elevatorIotId", site.door), ("triggerIotId", site.lift),
        ("triggerElevatorId", "Y"),
    ):  # fmt: skip
        answer = await site.call(
            f"{DEVICE}/update", "1.0.2", dataId=data_id, triggerFloor="2", **{field: value}
        )
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    assert await site.ok(f"{DEVICE}/query", "1.0.2", dataId=data_id) == changed
    await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=site.person, userTargetList=TEN)
    await site.ok(f"{DEVICE}/delete", "1.0.2", dataId=data_id)
    for path, more in (
        (f"{DEVICE}/query", {}),
        (f"{DEVICE}/delete", {}),
        (f"{USER}/query", {"identityId": site.person}),
    ):
        answer = await site.call(path, "1.0.2", dataId=data_id, **more)
        assert (answer["code"], data_id in answer["message"]) == (403, True), answer


@pytest.mark.covers("EP-67", "EP-68")
async def test_persons_and_credentials_have_their_floors(site: LiftSite) -> None:
    data_id = await site.linkage()
    assert await site.ok(f"{USER}/query", "1.0.2", dataId=data_id, identityId=site.person) is None
    saved = {
        "dataId": data_id,
        "identityId": site.person,
        "expiryTime": "2099-01-01 00:00:00",
        "userTargetList": TEN,
    }
    await site.ok(f"{USER}/save", "1.0.2", **saved)
    assert await site.ok(f"{USER}/query", "1.0.2", dataId=data_id, identityId=site.person) == saved
    forever = saved | {"expiryTime": None, "userTargetList": [{"targetFloor": "12", "targetRoomNo": None}]}
    await site.ok(f"{USER}/save", "1.0.2", **forever)  # in place of the first
    assert await site.ok(f"{USER}/query", "1.0.2", dataId=data_id, identityId=site.person) == forever

    for kind, value in (("IDENTITY", site.person), ("QRCODE", "q" * 1024), ("CARD", "F47B0BA2")):
        named = {"dataId": data_id, "paramType": kind, "paramValue": value}
        saved = {**named, "expiryTime": "2099-01-01 00:00:00", "userTargetList": TEN}
        await site.ok(f"{USER}/save", "1.0.1", **saved)
        assert await site.ok(f"{USER}/query", "1.0.1", **named) == saved
        await site.ok(f"{USER}/delete", "1.0.1", **named)
        assert await site.ok(f"{USER}/query", "1.0.1", **named) is None
    # the person's own row is another one than the row of the face
    assert await site.ok(f"{USER}/query", "1.0.2", dataId=data_id, identityId=site.person) == forever
    await site.ok(f"{USER}/delete", "1.0.2", dataId=data_id, identityId=site.person)
    assert await site.ok(f"{USER}/query", "1.0.2", dataId=data_id, identityId=site.person) is None


async def test_no_table_and_no_log_tells_a_code(site: LiftSite) -> None:
    data_id, code = await site.linkage(), "K7" * 16
    await site.ok(
        f"{USER}/save", "1.0.1", dataId=data_id, paramType="QRCODE", paramValue=code, userTargetList=TEN
    )
    rows = await ROWS.all(site.platform.db)
    assert len(rows) == 1
    assert code not in repr(rows)


def bad(site: LiftSite) -> list[tuple[dict[str, Any], str]]:
    """(what differs from a linkage that fits, the field that is named)."""
    in_car = {"controlMode": "RELEASE_ONLY", "triggerFloor": None}
    return [
        ({"controlMode": "FLY"}, "controlMode"),
        ({"triggerFloor": None}, "triggerFloor"),
        ({**in_car}, "triggerElevatorId"),
        ({**in_car, "controlMode": "ACTIVATE_ONLY"}, "triggerElevatorId"),
        ({"delaySeconds": 301}, "delaySeconds"),
        ({"delaySeconds": -1}, "delaySeconds"),
        ({"executionNode": "CLOUD"}, "executionNode"),
        ({"elevatorIotId": "nothing"}, "elevatorIotId"),
        ({"triggerIotId": "nothing"}, "triggerIotId"),
        ({"triggerIotId": ""}, "triggerIotId"),
        ({"triggerFloor": "f" * 17}, "triggerFloor"),
    ]


async def test_what_does_not_fit_is_named_and_changes_nothing(site: LiftSite) -> None:
    fits = {
        "controlMode": "CALL_WITH_TARGET", "elevatorIotId": site.lift, "triggerIotId": site.door,
        "triggerFloor": "1",
    }  # fmt: skip
    for changed, field in bad(site):
        answer = await site.call(f"{DEVICE}/add", "1.0.2", **{**fits, **changed})
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    data_id = await site.linkage()
    second = await site.call(f"{DEVICE}/add", "1.0.2", **{**fits, "controlMode": "CALL_ONLY"})
    assert (second["code"], "triggerIotId" in second["message"], data_id in second["message"]) == (
        460,
        True,
        True,
    )
    no_car = await site.call(CALL, "1.0.1", iotId="nothing", startFloor="1")
    assert (no_car["code"], "iotId" in no_car["message"]) == (460, True)

    person = {"dataId": data_id, "identityId": site.person, "userTargetList": TEN}
    for changed, field, code in (
        ({"userTargetList": TEN * 101}, "userTargetList", 460),
        ({"userTargetList": []}, "userTargetList", 460),
        ({"userTargetList": [{"targetFloor": ""}]}, "userTargetList[0].targetFloor", 460),
        ({"expiryTime": "2020-01-01 00:00:00"}, "expiryTime", 460),
        ({"expiryTime": "tomorrow"}, "expiryTime", 460),
        ({"identityId": ""}, "identityId", 460),
        ({"dataId": ""}, "dataId", 460),
        ({"dataId": "no"}, "dataId", 403),
    ):
        answer = await site.call(f"{USER}/save", "1.0.2", **{**person, **changed})
        assert (answer["code"], field in answer["message"]) == (code, True), answer
    nobody = await site.call(f"{USER}/save", "1.0.2", **{**person, "identityId": "nobody"})
    assert nobody["code"] == 403
    credential = {"dataId": data_id, "paramType": "CARD", "paramValue": "F47B0BA2", "userTargetList": TEN}
    for changed, field in (
        ({"paramType": "FINGER"}, "paramType"),
        ({"paramValue": "v" * 1025}, "paramValue"),
        ({"userTargetList": []}, "userTargetList"),
    ):
        answer = await site.call(f"{USER}/save", "1.0.1", **{**credential, **changed})
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    assert await ROWS.all(site.platform.db) == []


async def test_how_many_floors_hangs_on_the_mode(site: LiftSite) -> None:
    lights = await site.linkage("ACTIVATE_ONLY")
    two = await site.call(
        f"{USER}/save", "1.0.2", dataId=lights, identityId=site.person, userTargetList=TEN * 2
    )
    assert (two["code"], "userTargetList" in two["message"]) == (460, True)
    await site.ok(f"{USER}/save", "1.0.2", dataId=lights, identityId=site.person, userTargetList=TEN)
    await site.ok(f"{DEVICE}/delete", "1.0.2", dataId=lights)
    calls = await site.linkage("CALL_ONLY")
    await site.ok(f"{USER}/save", "1.0.2", dataId=calls, identityId=site.person)
    legacy = {"dataId": calls, "paramType": "CARD", "paramValue": "1", "userTargetList": []}
    assert (await site.call(f"{USER}/save", "1.0.1", **legacy))["code"] == 460


async def test_a_key_of_another_project_is_told_why(site: LiftSite) -> None:
    data_id = await site.linkage()
    stranger = await site.platform.new_partner("别家")
    other = await site.another_key()
    for path, params, codes in (
        (f"{DEVICE}/query", {"dataId": data_id}, (403, 403)),
        (f"{DEVICE}/delete", {"dataId": data_id}, (403, 403)),
        (f"{USER}/save", {"dataId": data_id, "identityId": site.person, "userTargetList": TEN}, (403, 403)),
        (
            f"{DEVICE}/add",
            {
                "controlMode": "CALL_ONLY", "elevatorIotId": site.lift, "triggerIotId": site.door,
                "triggerFloor": "1",
            },
            (403, 460),
        ),
    ):  # fmt: skip
        why = await other.call(path, "1.0.2", params)
        assert (why["code"], "project" in why["message"]) == (codes[0], True), why
        assert (await stranger.call(path, "1.0.2", params))["code"] == codes[1]
    assert (await site.ok(f"{DEVICE}/query", "1.0.2", dataId=data_id))["dataId"] == data_id
