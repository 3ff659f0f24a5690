"""What a camera by GB/T 28181 alarms of: one row with a count, a recording begins, strangers are not listened to."""

import asyncio
import time
from typing import Any

import msgspec
import pytest
from playwright.async_api import expect
from sqlalchemy import select

from linli.databus.models import records
from linli.domains.security.queries import happened
from linli.domains.video.gb28181 import alarms as intake
from linli.domains.video.recorder import recorded
from linli.domains.video.service import gb28181 as service
from linli.kernel.db import Query
from linli.protocols import gb28181 as gb
from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import CAMERA, OTHER, House, channel
from tests.domains.video.live.pages import PAGES, in_order, page_of
from tests.domains.video.live.test_recording import files_of, plan, recorded_ms, until

WHEN = "2026-12-03T08:00:00"
SECOND = "34020000001180000002"
_RECORDS = Query(
    select(records.c.body).where(records.c.model_id == "securityAlarmEvent").order_by(records.c.id),
    unscoped="this test's platform has one tenant",
)


async def rows(house: House, count: int, *, times: int = 0) -> list[dict[str, Any]]:
    """The alarms once there are so many, told so often; newest first."""

    async def there() -> list[dict[str, Any]]:
        answer = await house.desk.get(f"{house.at}/security-alarms")
        assert answer.status_code == 200, answer.text
        data: list[dict[str, Any]] = answer.json()["data"]
        told = sum(row["details"]["times"] for row in data)
        return data if len(data) >= count and told >= times else []

    found: list[dict[str, Any]] = await until(there)
    return found


async def test_an_alarm_is_one_row_that_counts_and_says_what_it_is(house: House) -> None:
    path = await house.camera()
    camera = (await house.desk.get(path)).json()
    (device,) = house.cameras
    before_ms = int(time.time() * 1000) - 1_000
    for _ in range(3):
        assert await device.alarm(CAMERA, WHEN) == 200
    (row,) = await rows(house, 1, times=3)
    assert (row["iotId"], row["eventType"], row["state"]) == (camera["iotId"], 20502, "open")
    assert row["atMs"] >= before_ms
    details = row["details"]
    assert (details["cameraTime"], details["priority"], details["description"]) == (
        "2026-12-03 08:00:00", 4, "移动侦测",
    )  # fmt: skip
    assert await device.alarm(CAMERA, WHEN, method=2, kind=1, text="") == 200
    assert await device.alarm(CAMERA, "昨天", kind=6, text="") == 200
    found = await rows(house, 3)
    assert {row["eventType"] for row in found} == {20502, 20201, 2}
    (intrusion,) = [row for row in found if row["eventType"] == 2]
    assert intrusion["details"]["cameraTime"] == "昨天", "as it was told"


async def test_a_handled_alarm_that_goes_on_is_another_one(house: House) -> None:
    await house.camera()
    (device,) = house.cameras
    assert await device.alarm(CAMERA, WHEN) == 200
    (row,) = await rows(house, 1)
    finding = {"verdict": "false", "note": "树影"}
    answer = await house.desk.post(f"{house.at}/security-alarms/{row['id']}/handle", json=finding)
    assert answer.status_code == 200, answer.text
    assert await device.alarm(CAMERA, WHEN) == 200
    assert {each["state"] for each in await rows(house, 2)} == {"open", "handled"}


async def test_an_alarm_that_comes_twice_counts_once(house: House) -> None:
    await house.camera()
    (device,) = house.cameras
    body = device.alarm_body(CAMERA, WHEN)
    for _ in range(2):  # the answer was lost
        assert await device.tell(body) == 200
    assert await device.alarm(CAMERA, WHEN, method=2, kind=1) == 200
    other = device.alarm_body(CAMERA, WHEN, method=2, kind=1)
    await device.until(lambda: "Alarm" in device.news.subscribers)
    assert await device.news.tell("Alarm", other) == 200, "both ways, with a number of its own each"
    assert await device.alarm(CAMERA, "2026-12-03T08:00:01") == 200
    found = {row["eventType"]: row["details"]["times"] for row in await rows(house, 2, times=3)}
    assert found == {20502: 2, 20201: 1}
    await device.until(lambda: len(device.alarms_taken) >= 3)


@pytest.mark.engines("sqlite", "postgresql")
async def test_an_alarm_is_answered_once_it_is_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "PAUSES_S", (0.0, 0.0))
    await house.camera()
    (device,) = house.cameras
    kept, fails = service.alarmed, 2

    async def failing(*given: Any, **more: Any) -> None:
        nonlocal fails
        await kept(*given, **more)
        fails -= 1
        if fails >= 0:
            raise OSError("the database is gone")

    monkeypatch.setattr(service, "alarmed", failing)
    assert await device.alarm(CAMERA, WHEN) == 200
    (row,) = await rows(house, 1)
    assert row["details"]["times"] == 1
    fails = 3
    body = device.alarm_body(CAMERA, "2026-12-03T08:00:05")
    assert await device.tell(body) == 500, "so it tells again"
    assert await device.tell(body) == 200
    (row,) = await rows(house, 1, times=2)
    assert row["details"]["times"] == 2


async def test_a_row_that_changed_meanwhile_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAUSES_S", (0.0, 0.0))
    await house.camera()
    (device,) = house.cameras
    assert await device.alarm(CAMERA, WHEN) == 200
    (row,) = await rows(house, 1)
    read, reads = happened.told_by_camera, 0

    async def meanwhile(*given: Any, **more: Any) -> Any:
        nonlocal reads
        reads += 1
        alarm = await read(*given, **more)
        older = alarm.details.replace('"times":1', '"times":0') if alarm is not None else ""
        return alarm._replace(details=older) if alarm is not None and reads == 1 else alarm

    monkeypatch.setattr(happened, "told_by_camera", meanwhile)
    assert await device.alarm(CAMERA, WHEN) == 200
    (row,) = await rows(house, 1, times=2)
    assert (row["details"]["times"], reads) == (2, 2)


async def test_subscribers_read_kinds_that_the_source_has(house: House) -> None:
    await house.camera()
    (device,) = house.cameras
    assert await device.alarm(CAMERA, WHEN) == 200
    assert await device.alarm(CAMERA, WHEN, kind=6, text="") == 200
    await rows(house, 2)
    first, second = [msgspec.json.decode(text) for (text,) in await _RECORDS.all(house.platform.db)]
    assert (first["eventType"], second["eventType"]) == ("100", "2")
    assert "objectInfo" not in first
    assert msgspec.json.decode(first["extInfo"]) == {
        "alarmMethod": 5, "alarmType": 2, "alarmPriority": 4, "alarmTime": "2026-12-03 08:00:00",
        "alarmDescription": "移动侦测", "deviceId": CAMERA,
    }  # fmt: skip


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_alarms_of_cameras_on_the_page(house: House) -> None:
    await house.camera()
    (device,) = house.cameras
    async with page_of(house) as page:
        await page.goto(f"{house.url}/security-alarms")
        await expect(page.get_by_text("没有告警")).to_be_visible()
        for second in range(2):
            assert await device.alarm(CAMERA, f"2026-12-03T08:00:0{second}") == 200
        assert await device.alarm(CAMERA, WHEN, method=6, kind=77, text="") == 200
        row = page.get_by_role("row").filter(has_text="移动侦测")
        await expect(row).to_contain_text("2 次")  # by itself
        await expect(page.get_by_role("row").filter(has_text="设备故障")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "camera-alarms", width)
        await row.get_by_role("button", name="移动侦测").click()
        panel = page.get_by_role("dialog")
        await expect(panel.get_by_text("2026-12-03 08:00:00")).to_be_visible()
        await expect(panel.get_by_text("四级（最低）")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "camera-alarm", width)


async def test_a_flood_is_one_row(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "REST_S", 0.1)
    await house.camera()
    (device,) = house.cameras
    answers = await asyncio.gather(*(device.alarm(CAMERA, WHEN) for _ in range(500)))
    assert set(answers) == {200}
    (row,) = await rows(house, 1, times=500)
    assert row["details"]["times"] == 500


async def test_only_a_device_itself_speaks_of_its_cameras(house: House) -> None:
    await house.camera()
    (device,) = house.cameras
    await house.known(SECOND)
    second = house.recorder(channel(OTHER, "南门枪机"), gb_id=SECOND)
    assert await second.start() == 200
    await house.listed(2)
    assert await second.alarm(CAMERA, WHEN) == 200  # heard, and not believed
    stranger = house.recorder(channel(), host="127.0.0.9")
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: stranger, local_addr=("127.0.0.9", 0))
    assert await stranger.alarm(CAMERA, WHEN) == 403
    assert await device.tell(b"<!DOCTYPE x><Notify><CmdType>Alarm</CmdType></Notify>") == 400
    assert await second.alarm(OTHER, WHEN) == 200
    (row,) = await rows(house, 1)
    assert row["camera"] == "南门枪机"
    assert await second.alarm(SECOND, WHEN, method=6, kind=1, text="") == 200
    found = await rows(house, 2)
    assert [each["eventType"] for each in found if each["id"] != row["id"]] == [20601]


async def test_a_recording_around_alarms_begins_before_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded, "BEFORE_MS", 3_000)
    path = await house.camera()
    await plan(house, path, mode="event")
    iot_id = (await house.desk.get(path)).json()["iotId"]
    recorder = house.platform.video.recordings.recorder
    assert recorder is not None

    def ready() -> bool:
        camera = recorder.camera(iot_id)
        kept = list(camera._before) if camera is not None else []
        return bool(kept) and kept[-1].end_ms - kept[0].begin_ms >= 3_000

    await until(ready)
    assert files_of(house) == []
    (device,) = house.cameras
    at_ms = int(time.time() * 1000)
    assert await device.alarm(CAMERA, WHEN) == 200
    files = await recorded_ms(house, path, 4_000)
    assert {each["cause"] for each in files} == {"event"}
    assert files[0]["beginMs"] <= at_ms - 2_000


@pytest.mark.parametrize(
    ("fields", "read"),
    [
        ({"AlarmMethod": 5, "AlarmType": 2}, (5, 2, 0)),
        ({"AlarmMethod": 5, "AlarmDescription": "Motion Detect"}, (5, 2, 0)),
        ({"AlarmMethod": 5}, (5, 0, 0)),
        ({"AlarmMethod": 6, "AlarmType": 999, "AlarmPriority": 1}, (6, 0, 1)),
        ({"AlarmMethod": 2, "AlarmType": "x", "AlarmPriority": -1}, (2, 0, 0)),
        ({"AlarmMethod": "²"}, (7, 0, 0)),
        ({"AlarmMethod": 9, "AlarmType": 2}, (7, 0, 0)),
        ({}, (7, 0, 0)),
    ],
)
def test_reading_one(fields: dict[str, str | int], read: tuple[int, int, int]) -> None:
    notice = gb.read_alarm(gb.read(gb.build("Notify", "Alarm", 1, CAMERA, fields)))
    assert (notice.method, notice.kind, notice.priority) == read
