"""Faces reach doors, stay right there and leave again, over the real protocol: LinkFace on MQTT, files over HTTP."""

import hashlib
from typing import Any

import httpx
import pytest

from linli.domains.access.times import write_time
from linli.protocols.face_data import FaceImage, FaceUser, LibraryCode
from linli.sim.link import CallFailed, Mischief
from tests.domains.access.platform import until
from tests.domains.faces.home import ANNA, BORIS, UNKNOWN_DOOR, Home, picture, scoped

ADD, TAKE = "/face/paas/permission/add", "/face/paas/permission/delete"
BY_USER, BY_DEVICE = "/face/paas/permission/querybyuser", "/face/paas/permission/querybydevice"


def md5(mark: str) -> str:
    return hashlib.md5(picture(mark)).hexdigest()


@pytest.mark.covers("B066", "B067", "B068", "B069", "EP-26", "EP-27", "EP-31", "DOOR-03", "AND-01")
async def test_faces_go_to_doors_and_off_again_and_every_state_is_told(home: Home) -> None:
    (north_id, north), (south_id, south) = await home.new_door(), await home.new_door()
    anna = await home.save(ANNA, userName="安娜", faceExtInfo='{"k":1}', expiredTime="2030-01-02 03:04:05")
    boris = await home.save(BORIS)
    answer = await home.call(ADD, "1.0.0", **scoped([ANNA, BORIS], [north_id, south_id]))
    assert (answer["code"], answer.get("data")) == (200, None)
    for door in (north, south):
        await until(lambda door=door: door.library.faces == {anna: md5(ANNA), boris: md5(BORIS)})
    user = north.library.query_user(anna)
    assert user is not None
    assert (user.name, user.policy) == ("安娜", "PERMISSION")
    assert '"userName":"安娜"' in user.extra_info
    assert '"expire":"2030-01-02 03:04:05"' in user.extra_info
    await home.until_status(ANNA, north_id, "transferred")
    await home.until_status(BORIS, south_id, "transferred")
    told = await home.ok(BY_USER, "1.0.4", userType="IDENTITY", userId=ANNA, deviceListPageSize=1)
    assert (told["deviceListTotal"], told["deviceListPageNo"], len(told["deviceList"])) == (2, 1, 1)
    assert (told["userName"], told["expiredTime"]) == ("安娜", "2030-01-02 03:04:05")
    assert set(told["deviceList"][0]) >= {"iotId", "syncTime", "status", "syncStatus", "deviceNickName"}
    device = await home.ok(BY_DEVICE, "1.0.4", iotId=north_id)
    assert (device["total"], {row["userId"] for row in device["data"]}) == (2, {ANNA, BORIS})
    assert {row["status"] for row in device["data"]} == {"transferred"}
    await home.take([ANNA], [north_id])
    await until(lambda: north.library.faces == {boris: md5(BORIS)})
    await home.until_status(ANNA, north_id, "transferDeleted")
    assert south.library.faces.keys() == {anna, boris}
    filtered = await home.statuses(ANNA, statusList=["transferDeleted"])
    assert filtered == {north_id: "transferDeleted"}
    assert (await home.ok(BY_DEVICE, "1.0.4", iotId=north_id, statusList=["transferred"]))["total"] == 1
    pushes = await home.pushed("FACE_SYNC_STATUS", bizId=anna)
    states = [row["data"]["status"] for row in pushes if row["data"]["iotId"] == north_id]
    assert states == ["toBeTransferred", "transferred", "toBeTransferred", "transferDeleted"]
    first = pushes[0]
    assert (first["bizIdType"], first["eventLevel"], first["data"]["identityId"]) == ("FACE_ID", "INFO", ANNA)
    # The cloud's picture stays.
    assert (await home.ok("/face/paas/image/get", "1.2.0", userType="IDENTITY", userId=ANNA))[
        "faceId"
    ] == anna


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        (ADD, scoped([ANNA] * 11, ["door"]), "userIdList"),
        (ADD, scoped([ANNA], ["door"] * 11), "scopeIdList"),
        (ADD, scoped([], ["door"]), "userIdList"),
        (ADD, scoped([ANNA], ["door"], scopeType="PLANET"), "scopeType"),
        (ADD, scoped([ANNA], ["door"], userType="NOBODY"), "userType"),
        (ADD, scoped([BORIS], ["door"]), "userIdList[0]"),
        (ADD, scoped([ANNA], ["here"], scopeType="SPACE_ID"), "scopeIdList[0]"),
        (TAKE, scoped([ANNA] * 11, ["door"]), "userIdList"),
        (BY_USER, {"userType": "IDENTITY", "userId": ANNA, "statusList": ["lost"]}, "statusList[0]"),
        (BY_USER, {"userType": "IDENTITY", "userId": ANNA, "deviceListPageSize": 101}, "deviceListPageSize"),
        (BY_DEVICE, {"iotId": "door", "pageSize": 0}, "pageSize"),
    ],
)
async def test_what_breaks_a_rule_is_named(home: Home, path: str, params: dict[str, Any], field: str) -> None:
    iot_id, _ = await home.new_door(online=False)
    await home.save(ANNA)
    known = {
        name: [iot_id if one == "door" else one for one in value] if isinstance(value, list) else value
        for name, value in params.items()
    } | ({"iotId": iot_id} if "iotId" in params else {})
    version = "1.0.4" if path in (BY_USER, BY_DEVICE) else "1.2.0"
    answer = await home.call(path, version, **known)
    assert answer["code"] == 460, answer
    assert field in answer["message"]


async def test_foreign_and_unknown_devices_are_not_there(home: Home) -> None:
    iot_id, _ = await home.new_door(online=False)
    await home.save(ANNA)
    other = await home.platform.new_partner("别家", communities=(2,))
    await other.call("/entrance/paas/user/modify", "1.0.0", {"identityId": ANNA, "name": "别人"})
    for caller in (other.call,):
        told = await caller(BY_DEVICE, "1.0.4", {"iotId": iot_id})
        assert {key: told[key] for key in UNKNOWN_DOOR} == UNKNOWN_DOOR
    for path in (ADD, TAKE):
        answer = await home.call(path, "1.2.0", **scoped([ANNA], ["nowhere"]))
        assert {key: answer[key] for key in UNKNOWN_DOOR} == UNKNOWN_DOOR


@pytest.mark.covers("H-68", "EP-32")
async def test_each_fault_has_its_status_and_after_three_retries_a_person_must_help(home: Home) -> None:
    iot_id, door = await home.new_door()
    anna, _ = await home.save(ANNA), await home.save(BORIS)
    door.library.bad[anna] = LibraryCode.NO_FACE
    door.library.capacity = 0
    await home.give([ANNA, BORIS], [iot_id])
    await home.until_status(ANNA, iot_id, "faceCheckError")
    await home.until_status(BORIS, iot_id, "facePushError")

    async def given_up() -> bool:
        await home.platform.clock.advance(500)
        return (await home.statuses(ANNA))[iot_id] == "needManual"

    await until(given_up)
    (told,) = [
        r for r in await home.pushed("FACE_SYNC_STATUS", bizId=anna) if r["data"]["status"] == "needManual"
    ]
    assert (told["data"]["preStatus"], told["eventLevel"]) == ("toBeTransferred", "ERROR")
    # A refusal of the whole file is the device's own fault, and is told as such.
    door.library.bad.clear()
    door.library.capacity = 10
    await home.give([ANNA], [iot_id])
    assert (await home.statuses(ANNA))[iot_id] == "needManual"


async def test_a_device_that_refuses_is_told_to_subscribers(home: Home) -> None:
    iot_id, door = await home.new_door()
    await home.save(ANNA)

    async def refuse(params: Any) -> dict[str, Any]:
        raise CallFailed(500, "flash is worn out")

    door.link.on_service("SyncFaceData", refuse)
    await home.give([ANNA], [iot_id])
    await home.until_status(ANNA, iot_id, "facePushError")
    (told,) = await home.pushed("DEVICE_SYNC_ERROR", bizId=iot_id)
    assert (told["bizIdType"], told["eventLevel"], told["data"]["code"]) == ("IOT_ID", "ERROR", 500)
    assert "flash is worn out" in told["data"]["message"]


@pytest.mark.covers("EP-33")
async def test_a_door_that_returns_tells_all_it_holds_and_both_directions_are_mended(home: Home) -> None:
    iot_id, door = await home.new_door()
    anna, boris = await home.save(ANNA), await home.save(BORIS)
    await home.give([ANNA, BORIS], [iot_id])
    await until(lambda: len(door.library.faces) == 2)
    await home.until_status(BORIS, iot_id, "transferred")
    door.link.cut()
    door.library.images.pop(anna)
    door.library.add_user(FaceUser("stranger"))
    door.library.images["stranger"] = FaceImage("stranger", "0" * 32)
    files = door.files
    door.link.mend()
    await until(lambda: door.library.faces == {anna: md5(ANNA), boris: md5(BORIS)})
    assert "stranger" not in door.library.users
    assert door.files - files <= 2
    told = (await home.pushed("FACE_DEVICE_PERMS", bizId=iot_id))[-1]
    async with httpx.AsyncClient(trust_env=False) as client:
        listed = (await client.get(told["dataUrl"])).json()
    assert {row["faceId"] for row in listed["addFaceInfos"]} >= {"stranger"}
    assert listed["failedFaceInfos"] == []


async def test_lost_doubled_and_late_calls_leave_the_door_exact(home: Home) -> None:
    iot_id, door = await home.new_door()
    face_id = await home.save(ANNA)
    fates = iter([Mischief(twice=True), Mischief(delay_s=0.05)])
    door.link.mischief = lambda method: next(fates, Mischief())
    await home.give([ANNA], [iot_id])
    await home.until_status(ANNA, iot_id, "transferred")
    await home.take([ANNA], [iot_id])
    await home.until_status(ANNA, iot_id, "transferDeleted")
    assert face_id not in door.library.users


async def test_a_changed_picture_reaches_the_doors_that_hold_the_old_one(home: Home) -> None:
    iot_id, door = await home.new_door()
    face_id = await home.save(ANNA)
    await home.give([ANNA], [iot_id])
    await until(lambda: door.library.faces == {face_id: md5(ANNA)})
    await home.save(ANNA, "another picture", policy="DENY")
    await until(lambda: door.library.faces == {face_id: md5("another picture")})
    assert door.library.users[face_id].policy == "DENY"


async def test_an_offline_door_is_waited_for(home: Home) -> None:
    iot_id, door = await home.new_door(online=False)
    await home.save(ANNA)
    await home.give([ANNA], [iot_id])
    await home.until_status(ANNA, iot_id, "deviceOffline")
    await door.start()
    await home.until_status(ANNA, iot_id, "transferred")
    assert door.library.batches == [1]


async def test_an_ended_face_leaves_the_door_by_itself(home: Home) -> None:
    iot_id, door = await home.new_door()
    await home.save(ANNA, expiredTime=write_time(home.platform.clock.now_ms() + 30_000))
    await home.give([ANNA], [iot_id])
    await home.until_status(ANNA, iot_id, "transferred")
    await home.platform.clock.advance(31_000)
    await home.platform.faces.handlers.expire_due()
    await until(lambda: not door.library.users)
    assert (await home.call("/face/paas/image/get", "1.2.0", userType="IDENTITY", userId=ANNA))["code"] != 200
