"""Subscriptions at cameras by GB/T 28181: made, renewed and lost; what comes of them is on the pages at once."""

from typing import Any

import pytest
from playwright.async_api import expect

from linli.domains.video.gb28181 import subscriptions
from linli.domains.video.gb28181.line import Line
from linli.domains.video.gb28181.questions import Questions
from linli.domains.video.gb28181.reports import Reports
from linli.protocols import gb28181 as gb
from linli.sim import gb28181 as sim
from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import CAMERA, OTHER, House, channel
from tests.domains.video.live.pages import PAGES, in_order, page_of
from tests.domains.video.live.test_alarms import WHEN, rows
from tests.domains.video.live.test_recording import until

NEW: dict[str, str | int] = {
    "DeviceID": OTHER,
    "Name": "南门枪机",
    "Manufacturer": "Linli",
    "Parental": 0,
    "Status": "ON",
    "PTZType": 3,
}


async def subscribed(house: House, **faults: Any) -> sim.Camera:
    """A recorder with a camera, subscribed to."""
    await house.camera(**faults)
    (device,) = house.cameras
    await device.until(lambda: {"Catalog", "Alarm"} <= {command for command, _ in device.news.asked})
    return device


async def state_of(house: House, code: str = CAMERA) -> str:
    listed = (await house.desk.get(f"{house.at}/cameras")).json()["data"]
    return next((str(row["state"]) for row in listed if row["deviceName"] == code), "")


async def is_so(house: House, state: str, code: str = CAMERA) -> None:
    async def so() -> bool:
        return await state_of(house, code) == state

    await until(so)


async def step(house: House, cause: str) -> dict[str, Any]:
    (device,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]

    async def there() -> dict[str, Any] | None:
        view = await house.desk.get(f"{house.at}/gb-devices/{device['deviceId']}/doctor")
        steps = {row["step"]: row for row in view.json()["checks"]}
        return steps["subscribed"] if steps["subscribed"]["cause"] == cause else None

    found: dict[str, Any] = await until(there)
    return found


async def test_what_happens_to_cameras_is_in_the_list(house: House) -> None:
    device = await subscribed(house)
    found = await step(house, "subscribed")
    assert (found["state"], len(found["notes"])) == ("good", 2)
    await is_so(house, "online")
    for event in ("OFF", "VLOST", "DEFECT"):
        assert await device.news.changed(event, {"DeviceID": CAMERA}) == 200
        assert await state_of(house) == "offline", "it is kept before it is answered"
        assert await device.news.changed("ON", {"DeviceID": CAMERA}) == 200
        assert await state_of(house) == "online"
    assert await device.news.changed("ADD", NEW) == 200
    assert {row["name"] for row in await house.listed(2)} == {"北门枪机", "南门枪机"}
    assert await device.news.changed("UPDATE", {"DeviceID": OTHER, "Status": "OFF"}) == 200
    assert await state_of(house, OTHER) == "offline", "what an update leaves out stays"
    assert await device.news.changed("DEL", {"DeviceID": CAMERA}) == 200
    assert await state_of(house) == "offline"
    path = next(
        f"{house.at}/cameras/{row['id']}" for row in await house.listed(2) if row["deviceName"] == CAMERA
    )
    steps = {row["step"]: row for row in (await house.desk.get(f"{path}/doctor")).json()["checks"]}
    assert steps["catalogue"]["cause"] == "catalogue_lacks"
    assert await device.news.changed("ADD", {**NEW, "DeviceID": CAMERA, "Name": "北门枪机"}) == 200
    assert await state_of(house) == "online"
    assert len(await house.listed(2)) == 2, "the same camera comes back"


async def test_a_camera_that_nobody_knows_is_asked_for(house: House) -> None:
    device = await subscribed(house)
    device.channels[OTHER] = channel(OTHER, "南门枪机")
    assert await device.news.changed("ON", {"DeviceID": OTHER}) == 200
    assert {row["name"] for row in await house.listed(2)} == {"北门枪机", "南门枪机"}
    for bad in ({"DeviceID": "9" * 300}, {"DeviceID": ""}, {}):
        assert await device.news.changed("OFF", bad) == 200
    assert await device.news.changed("SOMETHING", {"DeviceID": CAMERA}) == 200
    assert await state_of(house) == "online"


async def test_alarms_come_by_subscription_and_out_of_it_are_refused(house: House) -> None:
    device = await subscribed(house)
    body = device.alarm_body(CAMERA, WHEN)
    assert await device.news.tell("Alarm", body) == 200
    assert await device.tell(body) == 200, "by MESSAGE too: it counts once"
    (row,) = await rows(house, 1)
    assert row["details"]["times"] == 1
    subscriber = device.news.subscribers["Alarm"]
    assert await device.tell(device.alarm_body(CAMERA, WHEN), "NOTIFY") == 481
    assert await device.news.tell("Alarm", b"", state="terminated;reason=noresource") == 200
    assert await device.news.tell("Alarm", device.alarm_body(CAMERA, WHEN), by=subscriber) == 481, (
        "after its end"
    )
    assert [row["details"]["times"] for row in await rows(house, 1)] == [1]
    found = await step(house, "subscribed")
    assert "lacks_alarm" in {note["cause"] for note in found["notes"]}


async def test_it_is_renewed_and_begun_anew_where_it_is_forgotten(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "_SOONEST_S", 0.1)
    device = await subscribed(house, grants_s=1)
    first = device.news.subscribers["Alarm"].dialog.call_id
    await device.until(lambda: device.news.asked.count(("Alarm", 3600)) >= 3)
    assert device.news.subscribers["Alarm"].dialog.call_id == first, "in the same dialog"
    device.faults.forgets_subscriptions = True
    await device.until(lambda: device.news.subscribers["Alarm"].dialog.call_id != first)
    device.faults.forgets_subscriptions = False
    device.news.subscribers.clear()
    assert await device.register() == 200
    await device.until(lambda: {"Alarm", "Catalog"} <= device.news.subscribers.keys())
    last = device.news.subscribers["Alarm"]
    assert await device.news.tell("Alarm", b"", state="terminated;reason=timeout") == 200
    await device.until(lambda: device.news.subscribers.get("Alarm") not in (None, last))


@pytest.mark.parametrize("status", [489, 405, 501])
async def test_a_device_without_subscriptions_is_no_fault(house: House, status: int) -> None:
    device = await subscribed(house, refuses_subscriptions=status)
    found = await step(house, "subscribing_refused")
    assert found["state"] == "unknown"
    assert f"不支持订阅（{status}）" in found["reason"]
    assert await device.alarm(CAMERA, WHEN) == 200
    await rows(house, 1)
    for _ in range(3):
        assert await device.register() == 200
    assert len(device.news.asked) == 2, "it is not asked at each registration"


async def test_settings_say_what_is_subscribed_to(house: House) -> None:
    device = await subscribed(house)
    (row,) = (await house.desk.get(f"{house.at}/gb-devices")).json()["devices"]
    assert row["subscribes"] == ["catalogue", "alarm"]
    path = f"{house.at}/gb-devices/{row['deviceId']}"
    assert (await house.desk.put(path, json={"subscribes": ["weather"]})).status_code == 400
    assert (await house.desk.put(path, json={"subscribes": ["position"]})).status_code == 204
    await device.until(lambda: set(device.news.subscribers) == {"MobilePosition"})
    assert await device.news.place(CAMERA, "121.4737", "31.2304", "2026-12-03T08:00:00") == 200
    assert await device.news.place(OTHER, "1", "1", "2026-12-03T08:00:00") == 200  # not its own
    for longitude, latitude in (("nan", "1"), ("181", "1"), ("x" * 400, "1"), ("0", "0"), ("", "")):
        assert await device.news.place(CAMERA, longitude, latitude, WHEN) == 200
    (camera,) = await house.listed()

    async def placed() -> dict[str, Any] | None:
        view = await house.desk.get(f"{house.at}/cameras/{camera['id']}/condition")
        place: dict[str, Any] | None = view.json()["place"]
        return place

    place = await until(placed)
    assert (place["longitude"], place["latitude"], place["cameraTime"]) == (
        121.4737, 31.2304, "2026-12-03 08:00:00",
    )  # fmt: skip


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_pages_follow_by_themselves(house: House) -> None:
    device = await subscribed(house)
    await is_so(house, "online")
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras")
        row = page.get_by_role("row").filter(has_text="北门枪机")
        await expect(row).to_contain_text("在线")
        assert await device.news.changed("VLOST", {"DeviceID": CAMERA}) == 200
        await expect(row).to_contain_text("离线")
        assert await device.news.changed("ADD", NEW) == 200
        await expect(page.get_by_role("row").filter(has_text="南门枪机")).to_be_visible()
        await page.goto(f"{house.url}/cameras/gb28181")
        await page.get_by_role("button", name="编辑", exact=True).click()
        panel = page.get_by_role("dialog")
        await panel.get_by_text("位置（移动摄像头）").click()
        for width in (1440, 360):
            await in_order(page, "gb28181-subscribes", width)
        await panel.get_by_role("button", name="保存").click()
        await device.until(lambda: "MobilePosition" in device.news.subscribers)
        assert await device.news.place(CAMERA, "121.4737", "31.2304", "2026-12-03T08:00:00") == 200
        (camera,) = [row for row in await house.listed(2) if row["deviceName"] == CAMERA]
        await page.goto(f"{house.url}/cameras/{camera['id']}")
        await expect(page.get_by_text("位置：121.4737，31.2304")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "camera-place", width)


@pytest.mark.parametrize(
    ("fields", "count"),
    [
        ({"Longitude": "121.5", "Latitude": "31.2"}, 1),
        ({"Longitude": "121.5"}, 0),
        ({"Longitude": "1e400", "Latitude": "31.2"}, 0),
        ({"Longitude": "١٢", "Latitude": "31.2"}, 0),
        ({"Longitude": "-91", "Latitude": "-91"}, 0),
    ],
)
def test_reading_a_place(fields: dict[str, str | int], count: int) -> None:
    message = gb.read(gb.build("Notify", "MobilePosition", 1, CAMERA, fields))
    assert len(gb.places(message)) == count


async def test_one_that_never_says_what_it_is_is_not_asked_at_each_registration(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(Questions.ask.__kwdefaults__ or {}, "answer_s", 0.2)
    described: list[int] = []
    tell = Reports.describe

    async def describe(reports: Reports, line: Line) -> None:
        await tell(reports, line)
        described.append(1)

    monkeypatch.setattr(Reports, "describe", describe)
    monkeypatch.setattr(sim.Camera, "_device_info", lambda camera, message: [])
    device = await subscribed(house, refuses_subscriptions=489)
    for count in (2, 3):
        assert await device.register() == 200
        await until(lambda count=count: len(described) >= count)  # type: ignore[misc]
    await device.keep_alive()
    assert sorted(command for command, _ in device.news.asked) == ["Alarm", "Catalog"]
