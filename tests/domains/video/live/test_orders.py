"""Commands to devices by GB/T 28181: what the device answers is what is said; who gave one is kept."""

from typing import Any

import pytest
from playwright.async_api import expect

from linli.domains.video.live import orders
from linli.protocols import gb28181 as gb
from tests.browser.visit import CHROMIUM
from tests.domains.video.live.conftest import CAMERA, RECORDER, House
from tests.domains.video.live.pages import PAGES, in_order, page_of


async def given(house: House, path: str, order: str) -> dict[str, Any]:
    answer = await house.desk.post(f"{path}/orders", json={"order": order})
    assert answer.status_code == 200, answer.text
    outcome: dict[str, Any] = answer.json()
    return outcome


async def test_a_device_guards_and_says_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = await house.camera()
    (device,) = house.cameras
    for order in ("guard", "reset_alarm", "record", "stop_record"):
        assert await given(house, path, order) == {"result": "done", "status": 0}
    assert device.controls.orders == [
        (RECORDER, "SetGuard"), (RECORDER, "ResetAlarm"), (CAMERA, "Record"), (CAMERA, "StopRecord"),
    ]  # fmt: skip
    condition = (await house.desk.get(f"{path}/device-condition")).json()
    assert (condition["answered"], condition["works"], condition["records"]) == (True, True, None)
    assert condition["duties"] == [{"code": RECORDER, "duty": "on"}]
    assert await given(house, path, "unguard") == {"result": "done", "status": 0}
    condition = (await house.desk.get(f"{path}/device-condition")).json()
    assert condition["duties"] == [{"code": RECORDER, "duty": "off"}]
    device.faults.refuses_orders = True
    assert await given(house, path, "guard") == {"result": "refused", "status": 0}
    monkeypatch.setattr(orders, "WAIT_S", 0.2)
    device.faults.silent_orders = True
    assert await given(house, path, "guard") == {"result": "silent", "status": 0}
    looks = (await house.desk.get(f"{house.at}/camera-looks")).json()["data"]
    assert [row["reason"] for row in looks[:3]] == ["guard: silent", "guard: refused", "unguard: done"]
    assert {row["what"] for row in looks[:3]} == {"order"}
    table = await house.desk.get(f"{house.at}/camera-looks/export.csv", params={"language": "en"})
    assert "Guard: no answer" in table.text
    assert not any(wire in table.text for wire in (",guard: ", ",unguard: ", ",reset_alarm: "))


async def test_a_restart_is_sent_and_not_done(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    answer = await house.desk.post(f"{path}/restart")
    assert (answer.status_code, answer.json()) == (200, {"result": "sent", "status": 0})
    await device.until(lambda: device.controls.orders == [(RECORDER, "Boot")])
    assert (await house.desk.post(f"{path}/orders", json={"order": "restart"})).status_code == 400
    assert (await house.desk.post(f"{path}/orders", json={"order": "dance"})).status_code == 400
    assert (await house.desk.post(f"{house.at}/cameras/1/orders", json={"order": "guard"})).status_code == 404
    assert await device.register(0) == 200
    assert (await house.desk.post(f"{path}/orders", json={"order": "guard"})).status_code == 503


@pytest.mark.skipif(not CHROMIUM.exists() or not PAGES.exists(), reason="no Chromium, or no pages")
async def test_commands_on_the_page(house: House) -> None:
    path = await house.camera()
    (device,) = house.cameras
    async with page_of(house) as page:
        await page.goto(f"{house.url}/cameras/{path.rpartition('/')[2]}")
        card = page.get_by_role("region", name="设备控制")
        await card.get_by_role("button", name="查询设备状态").click()
        await expect(card.get_by_text("未布防")).to_be_visible()
        await card.get_by_role("button", name="布防", exact=True).click()
        await expect(card.get_by_text("布防：设备答复已完成。")).to_be_visible()
        await expect(card.get_by_text("已布防")).to_be_visible()
        device.faults.refuses_orders = True
        await card.get_by_role("button", name="解除告警").click()
        await expect(card.get_by_text("解除告警：设备答复失败。")).to_be_visible()
        for width in (1440, 360):
            await in_order(page, "camera-orders", width)
        await card.get_by_role("button", name="重启设备").click()
        dialog = page.get_by_role("dialog", name="重启设备")
        await dialog.get_by_role("button", name="重启设备").click()
        await expect(card.get_by_text("重启设备：设备已收到")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "duty"), [("ONDUTY", "on"), (" offduty ", "off"), ("ALARM", "alarm"), ("", "unknown")]
)
def test_reading_a_duty(text: str, duty: str) -> None:
    assert gb.duty_of(text) == duty
