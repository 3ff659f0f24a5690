"""What is known of cameras through the console: by hand, found, exported, cleared, undone, forgotten with the device."""

import io
import json

import openpyxl
import pytest
from sqlalchemy import select

from linli.domains.video.models import camera_batch_rows, cameras
from linli.domains.video.queries.cameras import _all
from linli.kernel.history import record_changes
from linli.kernel.scope import Scope
from tests.domains.video.conftest import Desk

SECRET = "Adm1n!sealed"
WHOLE = {
    "name": "东门枪机", "brand": "海康威视", "productModel": "DS-2CD2626FD", "resolution": "1920x1080", "protocol": 1,
    "ip": "192.168.1.64", "port": 554, "nvrIp": "192.168.1.2", "channel": "3",
    "url": "rtsp://192.168.1.64:554/ch1", "username": "admin", "password": SECRET, "groupName": "出入口", "status": 1,
    "address": "东门岗亭外", "direction": 5, "longitude": 120.1, "latitude": 30.2, "installedOn": "2024-05-01",
    "manager": "王伟", "managerPhone": "138 0013 8000", "remark": "夜视",
}  # fmt: skip


async def add(desk: Desk, device: str, **said) -> str:
    body = {"iotId": desk.devices[device], "name": device, **said}
    made = await desk.browser.post(desk.at, json=body)
    assert made.status_code == 201, made.text
    return made.json()["id"]


async def test_by_hand(desk: Desk):
    number = await add(desk, "CAM-0001", **WHOLE)
    (row,) = await desk.rows()
    shown = {**WHOLE, "managerPhone": "13800138000"}
    assert {name: row[name] for name in shown if name != "password"} == {
        name: value for name, value in shown.items() if name != "password"
    }
    assert (row["hasPassword"], row["deviceName"], row["productName"]) == (True, "CAM-0001", "枪机")
    again = await desk.browser.post(desk.at, json={"iotId": desk.devices["CAM-0001"], "name": "again"})
    assert (again.status_code, again.json()["code"]) == (409, "camera.known")
    door = await desk.browser.post(desk.at, json={"iotId": desk.devices["DOOR-0001"], "name": "door"})
    assert (door.status_code, door.json()["field"]) == (400, "iotId")

    changed = await desk.browser.put(
        f"{desk.at}/{number}", json={"status": 2, "remark": "", "protocol": None}
    )
    assert changed.status_code == 204, changed.text
    one = (await desk.browser.get(f"{desk.at}/{number}")).json()
    assert (one["status"], one["remark"], one["protocol"], one["hasPassword"]) == (2, "", None, True)
    assert one["brand"] == "海康威视"
    gone = await desk.browser.put(f"{desk.at}/{number}", json={"password": ""})
    assert gone.status_code == 204
    assert (await desk.browser.get(f"{desk.at}/{number}")).json()["hasPassword"] is False

    told = (await desk.browser.get(
        f"/communities/{desk.community}/history", params={"kind": "camera", "target": number}
    )).json()["data"]  # fmt: skip
    assert [one["action"] for one in told] == ["changed", "changed", "created"]
    assert {one["field"]: (one["before"], one["after"]) for one in told[1]["fields"]} == {
        "status": ("in use", "under repair"), "remark": ("夜视", ""), "protocol": ("Hikvision", ""),
    }  # fmt: skip
    assert told[0]["fields"] == [{"field": "password", "before": "***", "after": ""}]
    back = await desk.browser.post(f"/communities/{desk.community}/history/{told[1]['id']}/restore")
    assert back.status_code == 204, back.text
    one = (await desk.browser.get(f"{desk.at}/{number}")).json()
    assert (one["status"], one["remark"], one["protocol"]) == (1, "夜视", 1)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"name": " "}, "name"), ({"name": "x" * 65}, "name"), ({"ip": "no host"}, "ip"), ({"port": 0}, "port"),
        ({"port": 65536}, "port"), ({"protocol": 9}, "protocol"), ({"status": 7}, "status"),
        ({"direction": 0}, "direction"), ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "rtsp://admin:secret@192.168.1.64/ch1"}, "url"), ({"url": "rtsp://h:port/"}, "url"),
        ({"longitude": 120.1}, "longitude"), ({"longitude": 181, "latitude": 0}, "longitude"),
        ({"installedOn": "2024-13-01"}, "installedOn"), ({"installedOn": "20240501"}, "installedOn"),
        ({"managerPhone": "12"}, "managerPhone"), ({"remark": "a\u0007b"}, "remark"),
        ({"password": "p" * 129}, "password"), ({"spaceId": 1}, None), ({"port": "x"}, "port"),
    ],
)  # fmt: skip
async def test_bad_input_names_its_field(desk: Desk, said, field):
    body = {"iotId": desk.devices["CAM-0001"], "name": "东门", **said}
    answer = await desk.browser.post(desk.at, json=body)
    if field is None:
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    else:
        assert (answer.status_code, answer.json()["field"]) == (400, field), answer.text
    assert await desk.rows() == []


async def test_search_filter_sort_pages_and_export(desk: Desk):
    await add(desk, "CAM-0001", **WHOLE)
    await add(desk, "CAM-0002", name="a北门", brand="Dahua", protocol=2, groupName="出入口", status=3)
    await add(desk, "CAM-0003", name="b车库", ip="10.0.0.3", address="=1+1")
    assert await desk.names(sort="name") == ["a北门", "b车库", "东门枪机"]
    assert await desk.names(sort="-device") == ["b车库", "a北门", "东门枪机"]
    assert await desk.names(q="dahua") == ["a北门"]
    assert await desk.names(q="cam-0003") == ["b车库"]
    assert await desk.names(q="100%") == []
    assert await desk.names(status=3) == ["a北门"]
    assert await desk.names(protocol=1) == ["东门枪机"]
    assert await desk.names(group="出入口", sort="name") == ["a北门", "东门枪机"]
    assert await desk.names(sort="name", pageSize=1, pageNo=2) == ["b车库"]
    assert (await desk.browser.get(desk.at, params={"sort": "x"})).json()["field"] == "sort"
    assert (await desk.browser.get(f"{desk.at}/groups")).json() == [{"name": "出入口", "cameras": 2}]

    export = await desk.browser.get(f"{desk.at}/export.xlsx", params={"q": "cam"})
    page = openpyxl.load_workbook(io.BytesIO(export.content)).active
    titles = [cell.value for cell in page[1]]
    rows = [dict(zip(titles, line, strict=True)) for line in page.iter_rows(min_row=2, values_only=True)]
    assert {row["Name"] for row in rows} == {"东门枪机", "a北门", "b车库"}
    whole = next(row for row in rows if row["Name"] == "东门枪机")
    assert (whole["Protocol"], whole["Looks"], whole["User"], whole["Password"]) == (
        "Hikvision", "south-east", "admin", None,
    )  # fmt: skip
    assert next(row["Address"] for row in rows if row["Name"] == "b车库") == "'=1+1"
    again = await desk.browser.post(f"{desk.at}/import", files={"file": ("a.xlsx", export.content)})
    assert (again.json()["done"], again.json()["changed"], again.json()["unchanged"]) == (True, 0, 3), (
        again.text
    )


async def test_clear_some_or_all_and_take_it_back(desk: Desk):
    one = await add(desk, "CAM-0001", **WHOLE)
    await add(desk, "CAM-0002")
    gone = await desk.browser.post(f"{desk.at}/clear", json={"expected": 1, "ids": [int(one)]})
    assert (gone.status_code, gone.json()["removed"]) == (200, 1), gone.text
    assert await desk.names() == ["CAM-0002"]
    wrong = await desk.browser.post(f"{desk.at}/clear", json={"expected": 2})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "camera.count_changed")
    whole = (await desk.browser.post(f"{desk.at}/clear", json={"expected": 1})).json()
    assert await desk.names() == []
    back = await desk.browser.post(f"{desk.at}/batches/{whole['id']}/undo")
    assert (back.status_code, back.json()["state"], await desk.names()) == (200, "undone", ["CAM-0002"])
    twice = await desk.browser.post(f"{desk.at}/batches/{whole['id']}/undo")
    assert (twice.status_code, twice.json()["code"]) == (409, "camera.undone")
    await desk.browser.post(f"{desk.at}/batches/{gone.json()['id']}/undo")
    found = (await desk.browser.get(f"{desk.at}/{one}")).json()
    assert (found["name"], found["hasPassword"], found["port"]) == ("东门枪机", True, 554)
    told = (await desk.browser.get(f"{desk.at}/batches")).json()
    assert [(row["kind"], row["state"]) for row in told["data"]] == [("clear", "undone")] * 2
    nothing = await desk.browser.post(f"{desk.at}/clear", json={"expected": 0, "ids": []})
    assert (nothing.status_code, nothing.json()["field"]) == (400, "ids")


async def test_a_clearing_brings_back_nothing_that_was_said_anew_or_left(desk: Desk):
    for name in ("CAM-0001", "CAM-0002", "CAM-0003"):
        await add(desk, name)
    gone = (await desk.browser.post(f"{desk.at}/clear", json={"expected": 3})).json()
    await add(desk, "CAM-0001", name="新")
    moved = await desk.browser.put(
        f"/devices/{desk.devices['CAM-0002']}/community", json={"communityId": None}
    )
    assert moved.status_code == 204, moved.text
    back = (await desk.browser.post(f"{desk.at}/batches/{gone['id']}/undo")).json()
    assert (back["kept"], sorted(await desk.names())) == (2, ["CAM-0003", "新"])


async def test_the_password_is_nowhere_in_clear(desk: Desk):
    number = await add(desk, "CAM-0001", password=SECRET)
    sent = await desk.send({"device": "CAM-0002", "name": "b", "password": SECRET})
    assert sent.json()["done"], sent.text
    bad = await desk.send({"device": "CAM-0003", "name": "c", "password": SECRET * 20})
    assert (bad.json()["badRows"], SECRET in bad.text) == (1, False)
    await desk.browser.post(f"{desk.at}/clear", json={"expected": 2})
    scope = Scope.system(None)
    kept = [row._asdict() for row in await _all.all(desk.parts.db, scope, community_id=int(desk.community))]
    for table in (cameras, camera_batch_rows, record_changes):
        kept += [tuple(row) for row in await _dump(desk, table)]
    assert kept
    assert SECRET not in json.dumps(kept, ensure_ascii=False)
    answers = [
        (await desk.browser.get(path)).text
        for path in (desk.at, f"{desk.at}/batches", f"{desk.at}/export.xlsx", f"{desk.at}/template.xlsx")
    ]
    answers.append((await desk.browser.get(
        f"/communities/{desk.community}/history", params={"kind": "camera", "target": number}
    )).text)  # fmt: skip
    assert not [text for text in answers if SECRET in text]
    assert len({row[-1] for row in await _dump(desk, camera_batch_rows)}) > 1, "it was kept, sealed"


async def _dump(desk: Desk, table) -> list:
    from linli.kernel.db import Query

    return await Query(select(table), unscoped="a test looks at everything").all(desk.parts.db)


async def test_what_is_known_goes_with_the_device(desk: Desk):
    for name in ("CAM-0001", "CAM-0002", "CAM-0003"):
        await add(desk, name)
    await desk.browser.put(f"/devices/{desk.devices['CAM-0001']}/community", json={"communityId": None})
    assert sorted(await desk.names()) == ["CAM-0002", "CAM-0003"]
    gone = await desk.browser.delete(f"/devices/{desk.devices['CAM-0002']}")
    assert gone.status_code == 204, gone.text
    assert await desk.names() == ["CAM-0003"]


async def test_cameras_that_wait(desk: Desk):
    await add(desk, "CAM-0001")
    found = (await desk.browser.get(f"{desk.at}/devices", params={"q": "cam-0003"})).json()
    assert (found["devices"], found["waiting"]) == (3, 2)
    assert [row["deviceName"] for row in found["data"]] == ["CAM-0003"]
    own = await desk.product("自有", "life/home/camera")
    await desk.device(own, "OWN-0001")
    assert (await desk.browser.get(f"{desk.at}/devices")).json()["devices"] == 4
    template = await desk.browser.get(f"{desk.at}/template.xlsx", params={"language": "zh-CN"})
    page = openpyxl.load_workbook(io.BytesIO(template.content)).active
    assert [row[0] for row in page.iter_rows(min_row=2, values_only=True)] == [
        "CAM-0002", "CAM-0003", "OWN-0001",
    ]  # fmt: skip
    lists = {rule.formula1 for rule in page.data_validations.dataValidation}
    assert '"1:使用中,2:维修中,3:停用"' in lists


async def test_apps_read_the_same_as_video_device_info(desk: Desk):
    from linli.databus.conditions import check
    from linli.databus.queries import find_records
    from linli.kernel.pages import PageRequest

    async def on_the_bus():
        found = await find_records(
            Scope.system(None), desk.parts.db, model_id="VideoDeviceInfo", terms=check([], {}),
            page=PageRequest(1, 100),
        )  # fmt: skip
        return {row.fields()["deviceId"]: row.fields() for row in found}

    number = await add(desk, "CAM-0001", **WHOLE)
    (row,) = (await on_the_bus()).values()
    assert (row["deviceId"], row["productModel"], row["longitude"], row["status"]) == (
        desk.devices["CAM-0001"], "DS-2CD2626FD", 120.1, "1",
    )  # fmt: skip
    assert SECRET not in json.dumps(row, default=str)
    await desk.browser.put(f"{desk.at}/{number}", json={"name": "改名"})
    assert [one["name"] for one in (await on_the_bus()).values()] == ["改名"]
    sent = (
        await desk.send({"device": "CAM-0001", "name": "再改"}, {"device": "CAM-0002", "name": "b"})
    ).json()
    assert sorted(one["name"] for one in (await on_the_bus()).values()) == ["b", "再改"]
    await desk.browser.post(f"{desk.at}/imports/{sent['id']}/undo")
    assert [one["name"] for one in (await on_the_bus()).values()] == ["改名"]
    await desk.browser.post(f"{desk.at}/clear", json={"expected": 1})
    assert await on_the_bus() == {}
