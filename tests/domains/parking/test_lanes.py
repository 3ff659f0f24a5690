"""Devices at lanes by the open API: bound, asked, moved, shown on, spoken through; all over MQTT."""

import re
from typing import Any

import msgspec
import pytest

from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, JPEG, OURS, Lot

pytestmark = pytest.mark.engines("sqlite")
PROPERTIES = "/cloud/thing/properties/get"


async def prop(lot: Lot, iot_id: str, name: str) -> Any:
    answer = await lot.partner.call(PROPERTIES, "1.0.2", {"iotId": iot_id}, cloudToken=lot.cloud_token)
    assert answer["code"] == 200, answer
    return {row["attribute"]: row["value"] for row in answer["data"]}.get(name)


@pytest.mark.covers("B082")
async def test_a_device_is_bound_to_one_lane_asked_for_and_taken_off(lot: Lot) -> None:
    iot_id, triple = await lot.new_device("lane-1")
    other_id, _ = await lot.new_device("lane-2")
    empty = await lot.call("/toll/query", spaceId=str(lot.entrance))
    assert (empty["code"], "spaceId" in empty["message"]) == (460, True), empty
    await lot.ok("/toll/bind", iotId=iot_id, spaceId=str(lot.entrance))
    await lot.ok("/toll/bind", iotId=iot_id, spaceId=str(lot.entrance))
    asked = {"spaceId": str(lot.entrance)}
    bare = {"iotId": iot_id, "name": "东门入口", "productKey": lot.product_key}
    assert await lot.ok("/toll/query", **asked) == bare
    assert await lot.ok("/toll/query", **asked, getDeviceStatus=True) == {**bare, "status": 0}
    camera = await lot.camera(triple)

    async def status() -> int:
        return int((await lot.ok("/toll/query", **asked, getDeviceStatus=True))["status"])

    async def online() -> bool:
        return await status() == 1

    async def offline() -> bool:
        return await status() == 3

    await until(online)
    await camera.stop()
    await until(offline)
    for refused in (
        {"iotId": other_id, "spaceId": str(lot.entrance)},  # the lane is taken
        {"iotId": iot_id, "spaceId": str(lot.exit)},  # the device is
        {"iotId": other_id, "spaceId": str(lot.deck)},  # no lane
        {"iotId": "nobody", "spaceId": str(lot.exit)},
    ):
        answer = await lot.call("/toll/bind", **refused)
        assert answer["code"] == 460, (refused, answer)
    await lot.ok("/toll/unbind", iotId=iot_id)
    assert (await lot.call("/toll/query", **asked))["code"] == 460
    assert (await lot.call("/toll/unbind", iotId=iot_id))["code"] == 460
    await lot.ok("/toll/bind", iotId=iot_id, spaceId=str(lot.exit))


@pytest.mark.covers("B083")
async def test_a_barrier_closes_opens_and_stays_open(lot: Lot) -> None:
    iot_id, camera = await lot.lane(lot.entrance, "lane-1")
    for order, gate, held in ((1, 0, False), (0, 1, False), (2, 0, True)):
        answer = await lot.invoke(iot_id, "OperatGate", OperatType=order)
        assert answer["code"] == 200, answer
        assert (camera.gate, camera.held_open) == (gate, held)
    # Cars do not bring a barrier down that is held open.
    await camera.see(OURS)
    assert camera.gate == 0
    assert (await lot.invoke(iot_id, "OperateGate", OperatType=0))["code"] == 200
    assert camera.gate == 1
    for bad in ({"OperatType": 3}, {"OperatType": "up"}):
        answer = await lot.invoke(iot_id, "OperatGate", **bad)
        assert (answer["code"], "OperatType" in answer["message"]) == (460, True), answer
    camera.jammed = True
    answer = await lot.invoke(iot_id, "OperatGate", OperatType=1)
    assert (answer["code"], "jammed" in answer["message"]) == (500, True), answer


@pytest.mark.covers("B085", "B086")
async def test_a_device_of_separate_mode_speaks_and_shows(lot: Lot) -> None:
    iot_id, camera = await lot.lane(lot.entrance, "lane-1", mixed=False)

    async def told() -> bool:
        return await prop(lot, iot_id, "LedNoticeMode") is not None

    await until(told)
    assert await prop(lot, iot_id, "LedNoticeMode") == 0
    for service, args in (
        ("NoticeBroadcast", {"VoiceContent": "语音提示信息", "PlaySpeed": 1}),
        (
            "NoticeDisplay",
            {"DisplayContent": "提示显示信息", "RowNumber": 2, "MovingType": 1, "DisplayTime": 60},
        ),
        ("DefaultDisplay", {"DisplayContent": "欢迎 #p", "RowNumber": 1, "DefaultSituation": 3}),
    ):
        answer = await lot.invoke(iot_id, service, **args)
        assert answer["code"] == 200, answer
    assert (camera.spoken, camera.shown) == (["语音提示信息"], {2: "提示显示信息"})
    await camera.see(GUEST)
    assert camera.shown[1] == f"欢迎 {GUEST}"
    for service, args in (
        ("NoticeBroadcast", {"VoiceContent": "字" * 2049}),
        ("NoticeDisplay", {"DisplayContent": "x", "RowNumber": 101}),
        ("DefaultDisplay", {"DisplayContent": "x", "RowNumber": 1, "DefaultSituation": 5}),
    ):
        answer = await lot.invoke(iot_id, service, **args)
        assert answer["code"] == 460, answer
    mixed = await lot.call("/led/content/download", iotId=iot_id, type=1, screenLineNum=4, contextList=[])
    assert (mixed["code"], "LedNoticeMode" in mixed["message"]) == (460, True), mixed


@pytest.mark.covers("B085", "B087")
async def test_a_device_of_mixed_mode_gets_scenes_with_wildcards(lot: Lot) -> None:
    iot_id, camera = await lot.lane(lot.entrance, "lane-1", mixed=True)
    content = {
        "iotId": iot_id, "type": 0, "situation": 3, "showTime": 15, "audioContextInfo": "请慢行",
        "screenLineNum": 4,
        "contextList": [
            {"customContext": "#p 欢迎", "runType": 1, "colorType": 1, "audio": 1},
            {"customContext": "现在 #T"},
        ],
    }  # fmt: skip

    async def taken() -> bool:
        return (await lot.call("/led/content/download", **content))["code"] == 200

    await until(taken)
    assert await prop(lot, iot_id, "LedNoticeMode") == 1
    assert camera.scenes[3] == {
        "Type": 0, "Situation": 3, "ShowTime": 15, "AudioContextInfo": "请慢行", "ScreenLineNum": 4,
        "ContextList": [
            {"RunType": 1, "ColorType": 1, "CustomContext": "#p 欢迎", "Audio": 1},
            {"RunType": 0, "ColorType": 2, "CustomContext": "现在 #T", "Audio": 0},
        ],
    }  # fmt: skip
    await camera.see(GUEST)
    assert camera.shown[1] == f"{GUEST} 欢迎"
    assert re.fullmatch(r"现在 \d\d:\d\d", camera.shown[2])
    await lot.ok(
        "/led/content/download", **{**content, "type": 1, "contextList": [{"customContext": "临时停用"}]}
    )
    assert (camera.shown[1], camera.spoken) == ("临时停用", ["请慢行"])
    for changed, field in (
        ({"type": 3}, "type"),
        ({"situation": 5}, "situation"),
        ({"showTime": 0}, "showTime"),
        ({"contextList": [{"customContext": "字" * 129}]}, "contextList[0].customContext"),
        ({"contextList": [{"customContext": "", "runType": 5}]}, "contextList[0].runType"),
        ({"contextList": [{"customContext": ""}] * 5}, "contextList"),
        ({"screenLineNum": 100, "contextList": [{"customContext": "字" * 128}] * 8}, "contextList"),
    ):
        answer = await lot.call("/led/content/download", **content | changed)
        assert (answer["code"], field in answer["message"]) == (460, True), answer
    camera.led_broken = True
    answer = await lot.call("/led/content/download", **content)
    assert answer["code"] == 20004, answer


@pytest.mark.covers("B088")
async def test_recognition_by_hand_reads_the_car_that_waits(lot: Lot) -> None:
    iot_id, camera = await lot.lane(lot.entrance, "lane-1")
    camera.waiting, camera.waiting_picture = GUEST, JPEG
    assert (await lot.invoke(iot_id, "TriggerRecognition"))["code"] == 200
    (row,) = await lot.records(1)
    assert (row["plateNumber"], row["iotId"], row["hasPlate"]) == (GUEST, iot_id, 1)


@pytest.mark.covers("B089")
async def test_a_device_that_shows_qr_codes_says_so_and_shows_one(lot: Lot) -> None:
    iot_id, camera = await lot.lane(lot.entrance, "lane-1")

    async def told() -> bool:
        return bool(await prop(lot, iot_id, "IsSurportQrCode"))

    await until(told)
    assert (await lot.invoke(iot_id, "QrCodeDisplay", QrCode="二维码文本信息"))["code"] == 200
    assert camera.qr == "二维码文本信息"
    assert (await lot.invoke(iot_id, "QrCodeDisplay", QrCode="x" * 2049))["code"] == 460


@pytest.mark.covers("B079")
async def test_a_pass_reaches_the_subscriber_with_every_field_and_its_picture(lot: Lot) -> None:
    iot_id, camera = await lot.lane(lot.exit, "lane-1", direction="out")
    async with lot.subscriber() as webhook:
        await camera.see(GUEST, picture=JPEG)
        pushed = await webhook.wait("iot_park_record_v2_model")
        (row,) = await lot.records(1)
        assert pushed["dataIds"] == [row["id"]]
    wanted = {
        "direction": 1, "openType": 0, "typePermission": 1, "tollProductKey": lot.product_key,
        "tollDeviceName": "lane-1", "plateNumber": GUEST, "areaSpaceId": str(lot.lot),
        "channelSpaceId": str(lot.exit), "iotId": iot_id, "plateNumberType": "52", "carColorNumber": "A",
        "hasPlate": 1, "plateColorNumber": 5, "plateRecognitionReliability": 0.987, "carLogoBrand": "大众",
        "carEigenvaluesInfo": "{}", "carExtraInfo": "{}", "userExtraInfo": "{}",
        "deviceExtraInfo": '{"opened":true}',
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    assert await lot.picture(row["carImageKey"]) == JPEG
    assert msgspec.json.decode(row["deviceExtraInfo"]) == {"opened": True}
