"""Pictures by signed calls: saved, read, replaced, deleted; each rule named in words (spec E C1 to C3)."""

import hashlib
from typing import Any

import httpx
import pytest

from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline, marked
from tests.domains.access.platform import until
from tests.domains.faces.home import ANNA, BORIS, Home, as_text, picture

SAVE, GET, DELETE = "/face/paas/image/save", "/face/paas/image/get", "/face/paas/image/delete"


@pytest.mark.covers("EP-21", "EP-23")
async def test_a_picture_is_saved_and_read_both_ways(home: Home) -> None:
    content = picture("anna")
    await home.ok(
        SAVE, "1.2.0", userType="IDENTITY", userId=ANNA, imageBase64=as_text(content), userName="安娜",
        expiredTime="2030-01-02 03:04:05", userRole=3, mobile="13800000000", faceExtInfo='{"k":1}',
        userExtInfo="mine",
    )  # fmt: skip
    told = await home.ok(GET, "1.2.0", userType="IDENTITY", userId=ANNA)
    assert (told["userName"], told["expireTime"], told["policy"]) == (
        "安娜", "2030-01-02 03:04:05", "PERMISSION",
    )  # fmt: skip
    assert set(told) == {
        "imageUrl", "imageBase64", "faceId", "userId", "userType", "userName", "expireTime", "policy",
    }  # fmt: skip
    assert (len(told["faceId"]), told["userType"], told["imageBase64"]) == (40, "IDENTITY", None)
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(told["imageUrl"])).content == content
    again = await home.ok(GET, "1.2.0", userType="IDENTITY", userId=ANNA, imageFormat="BASE64")
    assert (again["imageBase64"], again["imageUrl"]) == (as_text(content), None)
    # The same user again: replaced, by an address this time, and still the same face.
    await home.ok(SAVE, "1.2.0", userType="IDENTITY", userId=BORIS, imageUrl=told["imageUrl"], policy="DENY")
    await home.ok(SAVE, "1.2.0", userType="IDENTITY", userId=ANNA, imageBase64=as_text(picture("anna 2")))
    now = await home.ok(GET, "1.2.0", userType="IDENTITY", userId=ANNA)
    assert (now["faceId"], now["expireTime"]) == (told["faceId"], None)
    boris = await home.ok(GET, "1.2.0", userType="IDENTITY", userId=BORIS, imageFormat="BASE64")
    assert (boris["policy"], boris["imageBase64"]) == ("DENY", as_text(content))


@pytest.mark.covers("EP-21")
async def test_a_saved_picture_says_what_the_engine_saw_or_that_nothing_looked(home: Home) -> None:
    async def save(content: bytes) -> dict[str, Any]:
        return dict(
            await home.ok(SAVE, "1.2.0", userType="IDENTITY", userId=ANNA, imageBase64=as_text(content))
        )

    nobody_looked = await save(picture("anna"))
    assert (nobody_looked["verdict"], nobody_looked["reasons"]) == ("unchecked", [])
    assert nobody_looked["note"]
    home.platform.face_search.engine = LocalEngine(FakePipeline())
    poor = await save(marked(picture("anna"), "anna", "blur", "pose"))
    assert (poor["verdict"], poor["reasons"]) == ("poor", ["pose", "blur"])
    assert poor["note"] not in ("", nobody_looked["note"])
    assert (await save(marked(picture("anna"), "anna")))["verdict"] == "good"
    assert await home.face_id(ANNA)


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"imageBase64": None}, "imageUrl", "blank"),
        ({"imageBase64": "not base64!"}, "imageBase64", "base64"),
        ({"imageBase64": as_text(b"text")}, "imageBase64", "no picture"),
        ({"imageBase64": as_text(picture("x", width=801))}, "imageBase64", "800 pixels"),
        ({"imageBase64": as_text(picture("x", pad=1024 * 1024))}, "imageBase64", "1 MB"),
        ({"imageUrl": "http://127.0.0.1:1/x.jpg"}, "imageUrl", "private"),
        ({"imageUrl": "http://169.254.169.254/latest"}, "imageUrl", "private"),
        ({"imageUrl": "ftp://example.com/x"}, "imageUrl", "must"),
        ({"userType": "NOBODY"}, "userType", "one of"),
        ({"userId": " "}, "userId", "blank"),
        ({"policy": "MAYBE"}, "policy", "one of"),
        ({"userName": "x" * 65}, "userName", "64"),
        ({"faceExtInfo": "x" * 1025}, "faceExtInfo", "1024"),
        ({"userExtInfo": "x" * 1025}, "userExtInfo", "1024"),
        ({"expiredTime": "2001-01-01 00:00:00"}, "expiredTime", "later"),
        ({"expiredTime": "soon"}, "expiredTime", "look like"),
    ],
)
async def test_what_breaks_a_rule_is_named(
    home: Home, changed: dict[str, object], field: str, said: str
) -> None:
    params = {"userType": "IDENTITY", "userId": ANNA, "imageBase64": as_text(picture("x"))} | changed
    answer = await home.call(SAVE, "1.2.0", **{name: v for name, v in params.items() if v is not None})
    assert answer["code"] == 460, answer
    assert field in answer["message"]
    assert said in answer["message"]
    assert (await home.call(GET, "1.2.0", userType="IDENTITY", userId=ANNA))["code"] != 200


async def test_an_unknown_person_and_anothers_user_are_not_there(home: Home) -> None:
    stranger = "50" + "0" * 38
    answer = await home.call(
        SAVE, "1.2.0", userType="IDENTITY", userId=stranger, imageBase64=as_text(picture("x"))
    )
    assert (answer["code"], answer["message"]) == (403, "user does not exist")
    await home.ok(SAVE, "1.2.0", userType="OPEN", userId="7", imageBase64=as_text(picture("seven")))
    other = await home.platform.new_partner("别家", communities=(2,))
    told = await other.call(GET, "1.2.0", {"userType": "OPEN", "userId": "7"})
    assert told["code"] not in (200, 500)
    assert (await other.call(DELETE, "1.2.0", {"userType": "OPEN", "userId": "7"}))["code"] == told["code"]
    assert (await home.ok(GET, "1.2.0", userType="OPEN", userId="7"))["userId"] == "7"


@pytest.mark.covers("EP-22")
async def test_a_deleted_picture_is_gone_with_every_copy(home: Home) -> None:
    iot_id, door = await home.new_door()
    face_id = await home.save(ANNA)
    await home.give([ANNA], [iot_id])
    await home.until_status(ANNA, iot_id, "transferred")
    url = (await home.ok(GET, "1.2.0", userType="IDENTITY", userId=ANNA))["imageUrl"]
    assert door.library.faces == {face_id: hashlib.md5(picture(ANNA)).hexdigest()}
    await home.ok(DELETE, "1.2.0", userType="IDENTITY", userId=ANNA)
    await until(lambda: not door.library.users and not door.library.images)
    assert (await home.call(GET, "1.2.0", userType="IDENTITY", userId=ANNA))["code"] != 200
    assert (await home.call(DELETE, "1.2.0", userType="IDENTITY", userId=ANNA))["code"] != 200
    async with httpx.AsyncClient(trust_env=False) as client:

        async def gone() -> bool:
            return (await client.get(url)).status_code == 404

        await until(gone)
    # Saved again, it is the same face id on the same user.
    assert await home.save(ANNA, "anew") == face_id
