"""Somebody looks into a door's camera: decided at the door, kept, pushed, and found again as a trace."""

import dataclasses
import json
from typing import Any

import httpx
import pytest

from linli.rules import PassCode
from linli.sim.face_door import SimulatedFaceDoor
from tests.domains.access.platform import until
from tests.domains.faces.home import ANNA, BORIS, Home, picture

RECORD, SEEN = "iotx_face_record_model", "CustomerFlowBasicFaceData"


async def held(home: Home, door: SimulatedFaceDoor, iot_id: str, *users: str) -> list[str]:
    faces = [await home.face_id(user) for user in users]
    await home.give(list(users), [iot_id])
    await until(lambda: door.library.faces.keys() >= set(faces))
    return faces


async def records(home: Home, model: str, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def enough() -> bool:
        found[:] = await home.records(model)
        return len(found) >= count

    await until(enough)
    return list(reversed(found))


@pytest.mark.covers("B071", "EP-29", "B078", "EP-24")
async def test_a_pass_is_told_with_its_snapshot_and_a_denied_face_stays_outside(home: Home) -> None:
    iot_id, door = await home.new_door()
    await home.save(ANNA, userName="安娜", userExtInfo="mine")
    await home.save(BORIS, policy="DENY")
    anna, boris = await held(home, door, iot_id, ANNA, BORIS)
    assert door.recognise(picture(ANNA)) == anna
    capture = await door.upload_capture(picture("snapshot"))
    assert door.show_face(anna, capture=capture).opens
    assert door.show_face(boris).code is PassCode.FACE_BLACKLISTED
    assert door.opened == 1
    passed, refused = await records(home, RECORD, 2)
    assert (passed["userId"], passed["userType"], passed["iotId"]) == (ANNA, "IDENTITY_ID", iot_id)
    assert (passed["mediaType"], passed["policy"], passed["userExtInfo"]) == ("face", "PERMISSION", "mine")
    assert json.loads(passed["deviceExtInfo"])["deviceName"].startswith("door-")
    assert json.loads(passed["eventExtInfo"]) == {"code": 0, "message": "success"}
    assert json.loads(refused["eventExtInfo"]) == {"code": 506, "message": "The user is in blacklist"}
    assert (refused["userId"], refused["policy"], refused.get("pictureUrl")) == (BORIS, "DENY", None)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(passed["pictureUrl"])).content == picture("snapshot")
    first, second = await records(home, SEEN, 2)
    assert (first["faceId"], first["iotId"], second["faceId"]) == (anna, iot_id, boris)
    url = await home.ok(
        "/data/model/data/download", "0.0.1", scopeId=first["scope_id"], modelId=SEEN, attrName="image",
        fileName=first["image"],
    )  # fmt: skip
    assert isinstance(url, str | dict)


@pytest.mark.covers("EP-30")
async def test_why_a_face_did_not_open_is_told_by_its_code(home: Home) -> None:
    iot_id, door = await home.new_door()
    await home.save(ANNA)
    assert door.show_face(None).code is PassCode.FACE_LIBRARY_EMPTY
    (anna,) = await held(home, door, iot_id, ANNA)
    assert door.show_face(None).code is PassCode.FACE_BELOW_THRESHOLD
    for code in (PassCode.FACE_FEATURE_FAILED, PassCode.FACE_TIMED_OUT, PassCode.UNKNOWN_ERROR):
        assert door.show_face(None, code=code).code is code
    user = door.library.users[anna]
    door.library.users[anna] = dataclasses.replace(user, ends_ms=1)
    assert door.show_face(anna).code is PassCode.FACE_EXPIRED
    door.library.users[anna] = dataclasses.replace(user, starts_ms=home.platform.clock.now_ms() + 1)
    assert door.show_face(anna).code is PassCode.FACE_NOT_EFFECTIVE
    told = [json.loads(row["eventExtInfo"]) for row in await records(home, RECORD, 7)]
    assert [row["code"] for row in told] == [503, 505, 504, 507, 10000, 502, 501]
    assert {row["code"]: row["message"] for row in told}[505] == (
        "Face matching similarity is less than the threshold"
    )


@pytest.mark.covers("B077")
async def test_where_a_face_was_seen_is_found_again(home: Home) -> None:
    (north_id, north), (south_id, south) = await home.new_door(), await home.new_door()
    await home.save(ANNA)
    (anna,) = await held(home, north, north_id, ANNA)
    await held(home, south, south_id, ANNA)
    start = home.platform.clock.now_ms()
    for door in (north, south, north):
        door.show_face(anna)
        await home.platform.clock.advance(1_000)
    stranger = {"iotId": south_id, "faceId": "stranger-1", "recordTime": start}
    await home.ok(
        "/data/model/data/insert", "0.0.3", modelId=SEEN, properties=stranger,
        scopeId=(await records(home, SEEN, 3))[0]["scope_id"],
    )  # fmt: skip
    path = "/home/face/user/trace/query"
    span = {"startTM": start - 60_000, "endTM": start + 60_000}
    told = await home.ok(path, "1.0.0", faceId=anna, **span)
    series, where = json.loads(told["timeSeries"]), json.loads(told["positionMap"])
    assert len(series) == 3
    assert [where[index]["iotId"] for _, index in sorted(series.items())] == [north_id, south_id, north_id]
    assert set(where["0"]) == {"iotId", "latitude", "longitude"}
    told = await home.ok(path, "1.0.0", faceId="stranger-1", **span)
    assert len(json.loads(told["timeSeries"])) == 1
    none = await home.ok(path, "1.0.0", faceId=anna, startTM=start + 60_000, endTM=start + 70_000)
    assert (json.loads(none["timeSeries"]), json.loads(none["positionMap"])) == ({}, {})
    for bad, field in (
        ({"faceId": " "}, "faceId"),
        ({"endTM": 1}, "endTM"),
        ({"startTM": "soon"}, "startTM"),
    ):
        answer = await home.call(path, "1.0.0", **({"faceId": anna, **span} | bad))
        assert answer["code"] != 200
        assert field in answer["message"]
