"""Devices by the workbook: drop-downs, every fault by cell, progress of the server, all or nothing, undo."""

import asyncio
import io
from typing import Any
from unittest.mock import AsyncMock

import openpyxl
import pytest

from linli.domains.boxes.devices.queries import imports as queries
from linli.kernel.errors import Unavailable
from linli.kernel.scope import Scope
from linli.kernel.workbooks.jobs import SECRET_MS, RunImport
from tests.domains.boxes.devices.conftest import Desk, door

DEVICE, TERMINAL, SYSTEM = "door_device", "door_terminal", "door_system"


def logical(name: str, access_type: str = "人脸门禁", **more):
    said = {"deviceName": name, "alias": f"门禁 {name}", "category": f"智慧社区/人员通行/{access_type}",
            "accessType": access_type, "ip": "10.249.32.40", "port": "17725"}  # fmt: skip
    return {**said, **more}


def whole(name: str, brand: str, model: str, **more):
    return {"deviceName": name, "alias": f"门禁 {name}", "ip": f"10.1.1.{name[-3:].lstrip('0')}", "brand": brand,
            "model": model, **more}  # fmt: skip


def told(answer):
    return [(one["row"], one["title"], one["value"]) for one in answer["problems"]]


@pytest.mark.covers("C102")
async def test_a_workbook_of_logical_devices(desk: Desk):
    template = await desk.browser.get(f"{desk.at()}/template.xlsx", params={"language": "zh-CN"})
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    page = book.worksheets[0]
    titles = [cell.value for cell in page[1]]
    assert titles[:6] == ["设备名称", "设备别名", "设备品类", "门禁类型", "IP", "端口"]
    assert page.cell(1, 1).comment is not None
    lists = {str(one.sqref)[0]: one.formula1 for one in page.data_validations.dataValidation}
    assert "人脸门禁" in lists["D"]
    assert {"C", "D", "G", "I"} <= lists.keys()  # 设备品类, 门禁类型, 人脸比对方式, 人脸测温开关

    bad = await desk.send(
        DEVICE,
        logical("HJSB-000001.1"),
        logical("HJSB-000001.2", "二维码门禁", ip="10.0.0.999", port="70000"),
        logical("HJSB-000001.3", "人脸门禁"),
        logical("HJSB-000001.1", "人脸门禁", ip="10.1.1.1"),
        logical("", "刷卡门禁", accessType="鼻子", ip="10.1.1.2"),
        logical("HJSB-000002.1", faceCompareMode="端侧比对", ip="10.1.1.3", isCheck="开"),
    )
    assert bad["state"] == "refused"
    assert (bad["rows"], bad["badRows"], bad["created"]) == (6, 5, 1)
    assert told(bad) == [
        (3, "IP", "10.0.0.999"), (3, "端口", "70000"), (4, "设备名称", "HJSB-000001.3"), (4, "IP", "10.249.32.40"),
        (5, "设备名称", "HJSB-000001.1"), (6, "设备名称", ""), (6, "门禁类型", "鼻子"), (7, "人脸测温上限", ""),
        (7, "人脸测温下限", ""), (7, "算法服务地址IP", ""), (7, "算法服务地址端口", ""),
    ]  # fmt: skip
    assert await desk.rows() == []  # nothing changes while a row is bad
    report = await desk.browser.get(f"{desk.at()}/imports/{bad['id']}/report.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(report.content)).worksheets[0]["F3"].comment is not None

    tried = await desk.send(
        DEVICE, logical("HJSB-000001.1"), logical("HJSB-000001.2", "二维码门禁"), dryRun=True
    )
    assert (tried["state"], tried["created"], await desk.rows()) == ("checked", 2, [])
    done = (await desk.browser.post(f"{desk.at()}/imports/{tried['id']}/apply")).json()
    assert (done["state"], done["done"], done["created"]) == ("done", True, 2)
    assert [row["deviceName"] for row in await desk.rows()] == ["HJSB-000001.1", "HJSB-000001.2"]
    once = await desk.browser.post(f"{desk.at()}/imports/{tried['id']}/apply")
    assert (once.status_code, once.json()["code"]) == (409, "edge.import_state")
    listed = (await desk.browser.get(f"{desk.at()}/imports")).json()
    assert [one["state"] for one in listed["data"]] == ["done", "refused"]


async def test_an_import_is_repeated_changed_and_undone(desk: Desk):
    first = await desk.send(DEVICE, logical("HJSB-000001.1"), logical("HJSB-000001.3", "刷卡门禁"))
    assert first["state"] == "done", first
    exported = await desk.browser.get(f"{desk.at()}/export.xlsx")
    sheet = {"file": ("again.xlsx", exported.content)}
    again = (await desk.browser.post(f"{desk.at()}/import", files=sheet)).json()
    assert (again["state"], again["created"], again["changed"], again["unchanged"]) == ("done", 0, 0, 2)
    second = await desk.send(
        DEVICE, logical("HJSB-000001.1", alias="东门"), logical("HJSB-000001.3", "刷卡门禁", port="80"),
        logical("HJSB-000009.3", "刷卡门禁", ip="10.9.9.9"),
    )  # fmt: skip
    assert (second["created"], second["changed"]) == (1, 2)
    card = (await desk.rows(accessType="card"))[0]
    later = {"alias": "西门", "custom": {**card["custom"], "port": 8080}}
    changed = await desk.browser.put(f"{desk.at()}/devices/{card['id']}", json=later)
    assert changed.status_code == 204
    back = (await desk.browser.post(f"{desk.at()}/imports/{second['id']}/undo")).json()
    assert back == {"removed": 1, "restored": 1, "kept": 1}
    rows = {row["deviceName"]: row for row in await desk.rows()}
    assert rows.keys() == {"HJSB-000001.1", "HJSB-000001.3"}
    assert (rows["HJSB-000001.1"]["alias"], rows["HJSB-000001.3"]["custom"]["port"]) == (
        "门禁 HJSB-000001.1",
        8080,
    )
    twice = await desk.browser.post(f"{desk.at()}/imports/{second['id']}/undo")
    assert twice.status_code == 409
    # The name is free again: nothing of the device that never connected is left.
    assert (await desk.add(door("HJSB-000009.3", "card", ip="10.9.9.9"))).json()["done"]


@pytest.mark.covers("C106")
async def test_a_workbook_of_machines_asks_what_the_model_needs(desk: Desk):
    """Spec C 8.6 (the columns' rules), 15 (G10)."""
    edge, far = ("冠林", "GL8-K3CS"), ("大华", "DH-ASI7213X(DUAN)")
    hot, lift = ("太川", "TC-5000D-B1/WD"), ("旺龙", "ITL-YDT")
    fine = [
        whole("D-001", *edge, faceSimilarity="0"), whole("D-002", *edge, faceSimilarity="100"),
        whole("D-003", *far, faceSimilarity="55%", algorithmIp="10.1.1.254", algorithmPort="65535"),
        whole("D-004", *far, faceSimilarity="55", algorithmIp="10.1.1.254", algorithmPort="0"),
        whole("D-005", *hot, faceSimilarity="55", isCheck="开", maxThreshold="45", minThreshold="30.0"),
        whole("D-006", *hot, faceSimilarity="55", isCheck="关"),
        whole("D-007", *lift, elevatorConnected="1"), whole("D-008", *lift, elevatorConnected="0"),
    ]  # fmt: skip
    tried = await desk.send(TERMINAL, *fine, dryRun=True)
    assert (tried["state"], tried["created"], tried["problems"]) == ("checked", 8, [])
    bad = [
        whole("D-101", *edge), whole("D-102", *edge, faceSimilarity="101"),
        whole("D-103", *edge, faceSimilarity="55.5"),
        whole("D-104", *far, faceSimilarity="55"),
        whole("D-105", *far, faceSimilarity="55", algorithmIp="10.1.1.254", algorithmPort="65536"),
        whole("D-106", *hot, faceSimilarity="55"),
        whole("D-107", *hot, faceSimilarity="55", isCheck="开", maxThreshold="45.1", minThreshold="29.9"),
        whole("D-108", *hot, faceSimilarity="55", isCheck="开", maxThreshold="36.55", minThreshold="36.0"),
        whole("D-109", *hot, faceSimilarity="55", isCheck="开", maxThreshold="36.5", minThreshold="36.5"),
        whole("D-110", *lift), whole("D-111", *lift, elevatorConnected="2"),
        whole("D-112", "大华", "dh-vto65", faceSimilarity="55"), whole("D-113", "无名", "X"),
        whole("D-114", "通力", "DID-101", faceSimilarity="55"),
    ]  # fmt: skip
    refused = await desk.send(TERMINAL, *bad)
    assert refused["state"] == "refused"
    assert [(row, title) for row, title, _ in told(refused)] == [
        (2, "人脸匹配相识度"), (3, "人脸匹配相识度"), (4, "人脸匹配相识度"), (5, "算法IP"), (5, "算法端口"),
        (6, "算法端口"), (7, "人脸测温开关"), (8, "人脸测温上限"), (8, "人脸测温下限"), (9, "人脸测温上限"),
        (10, "人脸测温下限"), (11, "是否包含梯控能力"), (12, "是否包含梯控能力"), (13, "型号"), (14, "品牌"),
        (15, "型号"),
    ]  # fmt: skip
    assert await desk.rows(TERMINAL) == []
    template = await desk.browser.get(f"{desk.at(TERMINAL)}/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    models = [
        one for one in book.worksheets[0].data_validations.dataValidation if str(one.sqref).startswith("E2")
    ]
    assert "MATCH($D2" in models[0].formula1  # the models follow the brand
    assert book["_models"].sheet_state == "hidden"


async def test_what_is_no_workbook_is_told(desk: Desk):
    sheet = {"file": ("devices.xlsx", b"no zip")}
    answer = await desk.browser.post(f"{desk.at()}/import", files=sheet)
    assert (answer.status_code, answer.json()["field"]) == (400, "file")
    other = await desk.send(SYSTEM, {"deviceName": "HJSB-000001.1"})
    assert (other["state"], told(other)[0]) == ("refused", (2, "设备别名", ""))


async def test_an_accepted_import_outlasts_a_store_that_is_away(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    away = AsyncMock(side_effect=Unavailable())
    size = desk.parts.objects.size
    monkeypatch.setattr(desk.parts.objects, "size", away)
    monkeypatch.setattr("linli.domains.boxes.devices.console.workbooks.WAIT_SECONDS", 0.0)
    told = await desk.send("door_device", logical("HJSB-000001.1"))
    while not away.await_count:
        await asyncio.sleep(0.01)
    at = f"{desk.at()}/imports/{told['id']}"
    assert (await desk.browser.get(at)).json()["state"] == "waiting"
    monkeypatch.setattr(desk.parts.objects, "size", size)
    async with asyncio.timeout(60):
        while (ended := (await desk.browser.get(at)).json())["state"] == "waiting":
            await desk.parts.clock.advance(1000)
            await asyncio.sleep(0.01)
    assert ended["state"] == "done", ended


async def kept_files(desk: Desk, told: dict[str, Any]) -> tuple[str, str]:
    """Keys of the workbook and of its marked copy."""
    row = await queries.get(Scope.system(), desk.parts.db, int(told["id"]))
    return row.object_key, row.report_key


async def test_workbooks_lie_sealed_and_go(desk: Desk):
    """They may hold passwords of devices: the file while it waits, and the marked copy."""
    store = desk.parts.objects
    refused = await desk.send(DEVICE, logical("HJSB-000001.1", ip="10.0.0.999"))
    for key in await kept_files(desk, refused):
        lying = await store.get(key)
        assert not lying.startswith(b"PK")
        assert desk.parts.secrets.open_file(lying, about=key).startswith(b"PK")
    tried = await desk.send(DEVICE, logical("HJSB-000001.1"), dryRun=True)
    (key, _) = await kept_files(desk, tried)
    assert not (await store.get(key)).startswith(b"PK")
    done = (await desk.browser.post(f"{desk.at()}/imports/{tried['id']}/apply")).json()
    assert (done["state"], done["created"]) == ("done", 1)
    assert await kept_files(desk, done) == ("", "")
    assert await store.size(key) is None


async def test_a_workbook_that_nobody_applies_goes_after_an_hour(desk: Desk):
    tried = await desk.send(DEVICE, logical("HJSB-000001.1"), dryRun=True)
    (key, _) = await kept_files(desk, tried)
    await desk.parts.clock.advance(SECRET_MS + 1000)
    async with asyncio.timeout(60):
        while await kept_files(desk, tried) != ("", ""):
            await desk.parts.clock.advance(1000)
            await asyncio.sleep(0.01)
    assert await desk.parts.objects.size(key) is None
    again = await desk.browser.post(f"{desk.at()}/imports/{tried['id']}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "import.workbook_gone")


async def test_a_killed_import_leaves_no_workbook(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The job is given again, as after a `kill -9` between the end of the import and the removal of its file."""
    importer = desk.parts.services["edge_importer"]

    async def gone(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(importer, "_forget", gone)
        patched.setattr("linli.domains.boxes.devices.console.workbooks.WAIT_SECONDS", 0.5)
        sent = await desk.send(DEVICE, logical("HJSB-000001.1"))
    (key, _) = await kept_files(desk, sent)
    assert await desk.parts.objects.size(key)
    await importer.run(RunImport(int(sent["id"]), desk.scope.tenant))
    assert await kept_files(desk, sent) == ("", "")
    assert await desk.parts.objects.size(key) is None
