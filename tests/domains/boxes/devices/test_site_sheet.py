"""The customer's <设备信息表>: joined by address, looked up when a device is added."""

import io
from typing import Any

import openpyxl

from tests.domains.boxes.devices.conftest import Desk, door


def sheet(*, broken: bool = False) -> bytes:
    book = openpyxl.Workbook()
    general = book.active
    general.title = "通用模板"
    general.append(["望月府小区 IoT设备信息表"])
    general.append(["设备IP", "IoT 编码", "设备名称", "位置补充描述"])
    general.append(["10.1.1.1", "HJSB-000001", "1 栋人脸门禁", "1 栋 1 单元大堂"])
    general.append(["10.1.1.2", "HJSB-000002", "2 栋门禁", "2 栋"])
    general.append(["10.1.1.3", "HJSB-000003", "3 栋门禁", ""])
    if broken:
        general.append(["10.1.1.999", "HJSB-000004", "没有这个地址", ""])
        general.append(["10.1.1.5", "HJSB-000003", "编码重复", ""])
    leading = book.create_sheet("人行-捷顺领御")
    leading.append(["设备IP", "设备配置"])
    leading.append(["10.1.1.2", '{"uuid": "A7", "desKey": "12345678", "doorNo": 2}'])
    legrand = book.create_sheet("人行-罗格朗")
    legrand.append(["设备IP", "服务器IP", "UC码"])
    legrand.append(["10.1.1.3", "10.9.9.9", "UC-77"])
    if broken:
        leading.append(["10.1.1.8", "{no json"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


async def sent(desk: Desk, content: bytes, driver: str = "door_device") -> dict[str, Any]:
    answer = await desk.browser.post(f"{desk.at(driver)}/site-sheet", files={"file": ("表.xlsx", content)})
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_brands_pages_are_joined_with_the_general_one_by_address(desk: Desk) -> None:
    made = await desk.add(door("HJSB-000001.1", ip="10.1.1.1"))
    assert made.status_code == 200, made.text
    told = await sent(desk, sheet())
    assert told["faults"] == []
    first, second, third = told["rows"]
    assert (first["code"], first["name"], first["place"], first["there"]) == (
        "HJSB-000001", "1 栋人脸门禁", "1 栋 1 单元大堂", ["HJSB-000001.1"],
    )  # fmt: skip
    assert (second["tabs"], second["there"]) == (["人行-捷顺领御"], [])
    assert second["custom"] == {
        "ip": "10.1.1.2",
        "uuid": "A7",
        "doorNo": 2,
    }  # the key is typed, not passed around
    assert third["custom"] == {"ip": "10.1.1.3", "uniqueId": "UC-77"}
    behind = (await sent(desk, sheet(), "door_system"))["rows"][2]
    assert behind["custom"]["ip"] == "10.9.9.9"  # the integrator's server is who is called


async def test_what_is_wrong_is_told_by_page_and_row_and_the_rest_is_used(desk: Desk) -> None:
    told = await sent(desk, sheet(broken=True))
    assert [(one["sheet"], one["row"], one["value"]) for one in told["faults"]] == [
        ("通用模板", 6, "10.1.1.999"), ("通用模板", 7, "HJSB-000003"), ("人行-捷顺领御", 3, "10.1.1.8"),
        ("人行-捷顺领御", 3, "{no json"),
    ]  # fmt: skip
    assert all(one["message"] and "site_sheet" not in one["message"] for one in told["faults"])
    assert [one["ip"] for one in told["rows"]] == ["10.1.1.1", "10.1.1.2", "10.1.1.3", "10.1.1.5", "10.1.1.8"]


async def test_what_is_no_sheet_is_refused(desk: Desk) -> None:
    empty = io.BytesIO()
    openpyxl.Workbook().save(empty)
    for content in (b"no workbook", empty.getvalue()):
        answer = await desk.browser.post(f"{desk.at()}/site-sheet", files={"file": ("x.xlsx", content)})
        assert answer.status_code == 400, answer.text
        assert "file" in answer.text
