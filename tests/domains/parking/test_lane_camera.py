"""A lane camera by its triple over MQTT: the whole thing model of spec A 4.6, and what it is refused."""

import asyncio
from typing import Any

import msgspec
import pytest

from linli.protocols import vehicle_permissions
from linli.protocols.vehicle_permissions import VehicleEntry, VehicleFileError
from linli.sim.lane_camera import SimulatedLaneCamera
from linli.sim.link import CallFailed
from tests.domains.access.platform import until
from tests.domains.parking.conftest import GUEST, JPEG, OURS, Lot

EVENT = "IntelligentAlarm"


async def post(camera: SimulatedLaneCamera, values: dict[str, Any]) -> None:
    """An event whose answer is waited for. Raises CallFailed."""
    await camera.link._ask(f"thing/event/{EVENT}/post", f"thing.event.{EVENT}.post", values)


@pytest.mark.engines("sqlite")
@pytest.mark.covers("VEH-01")
async def test_the_thing_model_of_a_parking_camera(lot: Lot) -> None:
    """Properties both ways, permission file and export, words, voice, QR, recognition by hand, alarm events."""
    iot_id, camera = await lot.lane(lot.entrance, "lane-1", rows=-2)

    async def properties() -> dict[str, Any]:
        answer = await lot.partner.call(
            "/cloud/thing/properties/get", "1.0.2", {"iotId": iot_id}, cloudToken=lot.cloud_token
        )
        return {row["attribute"]: row["value"] for row in answer["data"]}

    async def told() -> bool:
        return len(await properties()) >= 7

    await until(told)
    assert await properties() == {
        "LedRowNumber": -2, "LedNoticeMode": 0, "IsSurportQrCode": 1, "GateState": 1, "VehicleState": 0,
        "Volume": 60, "Brightness": 80,
    }  # fmt: skip
    await lot.platform.things.invoker.set_properties(
        lot.estate.tenant, iot_id, {"Volume": 35, "Brightness": 50}
    )
    assert (camera.volume, camera.brightness) == (35, 50)

    # The permission file, its progress, and the camera's own list at a place that it asks for.
    camera.busy_polls = 1
    dates = {"effectiveDate": "2026-01-01 00:00:00", "expiryDate": "2027-01-01 00:00:00"}
    await lot.ok("/vehicle/permission/add", permList=[{"spaceId": lot.lot, "plateNumber": OURS, **dates}])
    await until(lambda: camera.files == 1 and camera.busy_polls == 0)

    async def done() -> bool:
        await lot.platform.clock.advance(200)
        return await lot.statuses(lot.lot) == {OURS: "transferred"}

    await until(done)
    answer = await lot.invoke(iot_id, "GetPermissionDownloadProgress")
    assert answer["data"] == {"DownloadStatus": 0}
    exported = await lot.platform.things.invoker.invoke(lot.estate.tenant, iot_id, "GetVehiclePermission", {})
    key = lot.platform.store.key_of(exported["VehiclePermissionUrl"])
    assert vehicle_permissions.decode(await lot.platform.store.get(key)) == [camera.permissions[OURS, 1]]
    refused = await lot.invoke(
        iot_id, "AddVehicleIOfPermission", VehiclePermissionUrl="http://127.0.0.1:1/none"
    )
    assert refused["data"] == {"VehiclePermissionStatus": 1}

    # Screen and voice, QR, barrier, recognition by hand.
    assert (await lot.invoke(iot_id, "NoticeDisplay", DisplayContent="一<br>二", RowNumber=1))["code"] == 200
    assert camera.shown == {1: "一", 2: "二"}
    assert (await lot.invoke(iot_id, "NoticeBroadcast", VoiceContent="欢迎"))["code"] == 200
    assert (await lot.invoke(iot_id, "QrCodeDisplay", QrCode="https://pay.example/1"))["code"] == 200
    assert (camera.spoken, camera.qr) == (["欢迎"], "https://pay.example/1")
    camera.waiting = OURS
    assert (await lot.invoke(iot_id, "TriggerRecognition"))["code"] == 200
    (row,) = await lot.records(1)
    assert (row["plateNumber"], row["typePermission"], row["openType"]) == (OURS, 0, 0)

    # A barrier that went up without the camera's leave, with what the camera saw.
    await camera.force_open(1, picture=JPEG)
    row = (await lot.records(2))[0]
    assert (row["openType"], row["typePermission"], row["hasPlate"], row["plateNumber"]) == (1, 4, 0, "")
    assert msgspec.json.decode(row["deviceExtraInfo"]) == {"OpenType": 1}
    assert (row["direction"], row["channelSpaceId"]) == (0, str(lot.entrance))
    assert await lot.picture(row["carImageKey"]) == JPEG


@pytest.mark.engines("sqlite")
async def test_what_is_no_plate_is_a_car_without_one(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    for text in ("出租车", ""):
        await camera.see(text)
    for row in await lot.records(2):
        assert (row["plateNumber"], row["hasPlate"], row["typePermission"]) == ("", 0, 4)


@pytest.mark.engines("sqlite")
async def test_pictures_too_large_or_of_another_kind_are_refused_in_the_answer(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    for picture, status in (
        (JPEG + b"x" * 1024 * 1024, "413"),
        (b"\x89PNG\r\n" + b"x" * 99, "400"),
        (b"\xff", "400"),
    ):
        with pytest.raises(OSError, match=status):
            await camera.upload(picture)
    key = await camera.upload(JPEG)
    assert await lot.platform.store.get(key) == JPEG
    # A key of somebody else's is no picture of this lane.
    camera.report(GUEST, camera.decide(GUEST), key.replace("lane-pictures", "lane-lists"))
    camera.report(GUEST, camera.decide(GUEST), "../../secret.jpg")
    for row in await lot.records(2):
        assert "carImageKey" not in row


@pytest.mark.engines("sqlite")
async def test_texts_too_long_and_fields_of_no_model_are_refused_in_the_reply(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    fits = camera.recognition(GUEST, camera.decide(GUEST))
    await post(camera, fits)
    for values, field in (
        (fits | {"carExtraInfo": "x" * 1000, "userExtraInfo": "字" * 300}, "2048"),
        (fits | {"carSpeed": 30}, "carSpeed"),
        (fits | {"plateNumber": 12345}, "plateNumber"),
    ):
        with pytest.raises(CallFailed, match=field):
            await post(camera, values)
    assert len(await lot.records(1)) == 1
    # Values outside the printed lists say nothing, and harm nothing.
    await post(camera, fits | {"carColorNumber": "?", "plateNumberType": "77"})
    row = (await lot.records(2))[0]
    assert (row["carColorNumber"], row["plateNumberType"]) == ("Z", "99")


@pytest.mark.engines("sqlite")
async def test_events_of_a_cut_line_come_later_once_each(lot: Lot) -> None:
    _, camera = await lot.lane(lot.entrance, "lane-1")
    camera.link.cut()
    await asyncio.gather(*(camera.see(f"浙B0000{number}") for number in range(5)))
    assert camera.link.unsent >= 5
    camera.link.mend()
    rows = await lot.records(5)
    assert sorted(row["plateNumber"] for row in rows) == [f"浙B0000{number}" for number in range(5)]


@pytest.mark.engines("sqlite")
async def test_a_lane_with_a_camera_stays_and_a_device_that_goes_leaves_it(lot: Lot) -> None:
    iot_id, _ = await lot.lane(lot.entrance, "lane-1")
    desk = lot.estate.desk
    answer = await desk.delete(f"/spaces/{lot.entrance}")
    assert answer.status_code == 409, answer.text
    await lot.ok("/toll/unbind", iotId=iot_id)
    dates = {"effectiveDate": "2026-01-01 00:00:00", "expiryDate": "2027-01-01 00:00:00"}
    await lot.ok("/vehicle/permission/add", permList=[{"spaceId": lot.exit, "plateNumber": OURS, **dates}])
    assert (await desk.delete(f"/spaces/{lot.exit}")).status_code == 200


def test_the_printed_file_is_read() -> None:
    """As printed, full-width quotation mark and all (spec A 9, GV-14; plates filled in)."""
    printed = """{ "total": 100, "permList": [
      { "type": 1, "plateNumber": "京N12345”，
        "effectiveDate": "1798732800000", "expiryDate": "1830268799000", "permissionType": 1 },
      { "type": 2, "plateNumber": "京N54367”，
        "effectiveDate": "", "expiryDate": "", "permissionType": 2 } ] }"""
    entries = [
        VehicleEntry("京N12345", 1, 1_798_732_800_000, 1_830_268_799_000),
        VehicleEntry("京N54367", 2, delete=True),
    ]
    assert vehicle_permissions.decode(printed.encode()) == entries
    assert vehicle_permissions.decode(vehicle_permissions.encode(entries)) == entries
    exported = msgspec.json.decode(vehicle_permissions.encode(entries[:1], export=True))
    assert exported == {
        "total": 1,
        "permList": [{
            "plateNumber": "京N12345", "effectiveDate": "1798732800000", "expiryDate": "1830268799000",
            "permissionType": 1,
        }],
    }  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b"{}", b'{"permList": 1}', b'{"permList": [1]}', b'{"permList": [{"plateNumber": ""}]}',
        b'{"permList": [{"plateNumber": "x", "permissionType": 4}]}',
        b'{"permList": [{"plateNumber": "x", "permissionType": 1, "type": 3}]}',
        b'{"permList": [{"plateNumber": "x", "permissionType": 1, "expiryDate": "soon"}]}',
        b'{"permList": [{"plateNumber": "x", "permissionType": 1, "expiryDate": true}]}',
        b"\xff\xfe", b"[" * 100_000,
    ],
)  # fmt: skip
def test_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(VehicleFileError):
        vehicle_permissions.decode(content)
