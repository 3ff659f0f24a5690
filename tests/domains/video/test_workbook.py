"""Cameras by the workbook: every fault by row and column, nothing half done, and taking it back."""

import asyncio
import io

import openpyxl
import pytest

from linli.domains.communities.queries import imports as queries
from linli.domains.communities.service import imports as community_imports
from linli.domains.communities.service.imports import RunImport
from linli.kernel.scope import Scope
from tests.domains.video.conftest import Desk, sheet

GOOD = (
    {"device": "CAM-0001", "name": "东门", "protocol": "海康", "port": 554, "installed_on": "2024/5/1",
     "status": "使用中",
     "direction": "东南", "longitude": 120.1, "latitude": 30.2, "password": "p@ss", "manager_phone": "13800138000"},
    {"device": "CAM-0002", "name": "西门", "protocol": "4", "url": "rtsp://10.0.0.2/1"},
)  # fmt: skip


async def test_every_fault_by_row_and_column(desk: Desk):
    await desk.device(await desk.product("球机"), "CAM-0004")
    bad = (
        {"device": "CAM-0009", "name": "x"},
        {"device": "CAM-0001", "name": "again"},
        {"device": "DOOR-0001", "name": "door"},
        {"name": "no device"},
        {"device": "CAM-0003"},
        {"device": "CAM-0003", "name": "x", "protocol": "蓝牙", "port": "八", "url": "rtsp://u:p@10.0.0.1/"},
        {"device": "CAM-0003", "name": "x", "longitude": 100},
        {"device": "CAM-0004", "name": "x", "space": "9-9"},
    )
    tried = (await desk.send(*GOOD, *bad, dryRun=True)).json()
    assert (tried["done"], tried["rows"], tried["badRows"], tried["created"]) == (False, 10, 8, 2)
    found = [(one["row"], one["column"]) for one in tried["problems"]]
    assert found == [
        (4, "A"), (5, "A"), (6, "A"), (7, "A"), (8, "C"), (9, "G"), (9, "I"), (9, "L"), (10, "T"), (11, "Q"),
    ]  # fmt: skip
    assert "bind the device" in tried["problems"][0]["message"]
    refused = (await desk.send(*GOOD, *bad)).json()
    assert (refused["state"], refused["done"], await desk.rows()) == ("refused", False, [])
    marked = await desk.browser.get(f"{desk.at}/imports/{refused['id']}/report.xlsx")
    page = openpyxl.load_workbook(io.BytesIO(marked.content)).active
    assert [bool(row[0]) for row in page.iter_rows(min_row=2, values_only=True)] == [False] * 2 + [True] * 8
    done = (await desk.send(*GOOD, *bad, goodOnly=True)).json()
    assert (done["done"], done["created"], sorted(await desk.names())) == (True, 2, ["东门", "西门"])
    row = next(one for one in await desk.rows() if one["name"] == "东门")
    assert (row["protocol"], row["port"], row["installedOn"], row["direction"], row["hasPassword"]) == (
        1, 554, "2024-05-01", 5, True,
    )  # fmt: skip


async def test_again_changes_what_is_new_alone_and_is_taken_back(desk: Desk):
    first = (await desk.send(*GOOD)).json()
    again = (await desk.send(GOOD[1])).json()
    assert (again["done"], again["unchanged"], again["created"], again["changed"]) == (True, 1, 0, 0)
    more = (await desk.send(
        {"device": "CAM-0002", "name": "西门2", "remark": "换了"}, {"device": "CAM-0003", "name": "车库"}
    )).json()  # fmt: skip
    assert (more["created"], more["changed"]) == (1, 1)
    row = next(one for one in await desk.rows() if one["name"] == "西门2")
    assert row["url"] == "rtsp://10.0.0.2/1", "an empty cell leaves what was known"
    back = (await desk.browser.post(f"{desk.at}/imports/{more['id']}/undo")).json()
    assert (back["state"], back["kept"], sorted(await desk.names())) == ("undone", 0, ["东门", "西门"])
    number = next(one["id"] for one in await desk.rows() if one["name"] == "东门")
    await desk.browser.put(f"{desk.at}/{number}", json={"remark": "动过"})
    back = (await desk.browser.post(f"{desk.at}/imports/{first['id']}/undo")).json()
    assert (back["kept"], await desk.names()) == (1, ["东门"])
    told = (await desk.browser.get(
        f"/communities/{desk.community}/history", params={"kind": "camera", "target": number}
    )).json()["data"]  # fmt: skip
    assert [(one["action"], one["reason"]) for one in told] == [("changed", ""), ("imported", "cameras.xlsx")]
    assert {one["byKind"] for one in told} == {"staff"}, "the worker writes for who handed it in"


async def test_places_and_devices_of_one_name(desk: Desk):
    at = f"/communities/{desk.community}/spaces"

    async def space(parent, kind, name):
        made = await desk.browser.post(at, json={"parentId": parent, "kind": kind, "name": name})
        return made.json()["id"]

    for building in ("1幢", "2幢"):
        await space(await space(desk.root, "building", building), "unit", "1单元")
    other = await desk.product("球机")
    await desk.device(other, "CAM-0001")
    two = await desk.send(
        {"device": "CAM-0001", "name": "x"}, {"device": "CAM-0002", "name": "x", "space": "1单元"}
    )
    assert [(one["row"], one["column"]) for one in two.json()["problems"]] == [(2, "A"), (3, "Q")]
    sent = await desk.send(
        {"device": "CAM-0001", "product_key": other, "name": "球机", "space": "2-1"},
        {"device": desk.devices["CAM-0002"], "name": "按编号", "space": "1幢"},
    )
    assert sent.json()["done"], sent.text
    assert {row["name"]: row["place"] for row in await desk.rows()} == {"球机": "2幢/1单元", "按编号": "1幢"}


async def test_passwords_lie_sealed_and_go(desk: Desk):
    """The file while it waits, and the marked copy; after the import neither is there."""
    secret = {"device": "CAM-0001", "name": "东门", "password": "hidden-away"}
    tried = (await desk.send(secret, {"device": "CAM-0002"}, dryRun=True)).json()
    assert tried["state"] == "refused"
    scope, db, store = Scope.system(), desk.parts.db, desk.parts.objects
    kept = await queries.get(scope, db, int(tried["id"]))
    for key in (kept.object_key, kept.report_key):
        lying = await store.get(key)
        assert not lying.startswith(b"PK")
        assert desk.parts.secrets.open_file(lying, about=key).startswith(b"PK")
    done = (
        await desk.browser.post(f"{desk.at}/imports/{tried['id']}/apply", params={"goodOnly": True})
    ).json()
    assert (done["state"], done["created"]) == ("done", 1)
    ended = await queries.get(scope, db, int(tried["id"]))
    assert (ended.object_key, ended.report_key, ended.problems.count("hidden-away")) == ("", "", 0)
    assert [await store.size(key) for key in (kept.object_key, kept.report_key)] == [None, None]

    late = (await desk.send(secret, dryRun=True)).json()
    await desk.parts.services["importer"].forget(RunImport(int(late["id"]), ended.tenant_id))
    again = await desk.browser.post(f"{desk.at}/imports/{late['id']}/apply")
    assert (again.status_code, again.json()["code"]) == (409, "import.workbook_gone")


async def test_no_workbook_and_too_many_rows(desk: Desk):
    no_book = await desk.browser.post(f"{desk.at}/import", files={"file": ("a.xlsx", io.BytesIO(b"no"))})
    assert (no_book.status_code, no_book.json()["field"]) == (400, "file")
    many = [{"device": f"X-{n}", "name": "x"} for n in range(2001)]
    told = (await desk.browser.post(
        f"{desk.at}/import", params={"dryRun": True}, files={"file": ("a.xlsx", sheet(*many))}
    )).json()  # fmt: skip
    assert (told["badRows"], len(told["problems"])) == (2001, 500)


async def test_an_import_is_done_when_its_passwords_are_gone(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Whoever is told that it is done can rely on it, also where the object store takes its time."""
    store, delete = desk.parts.objects, desk.parts.objects.delete

    async def slowly(key: str) -> None:
        await asyncio.sleep(0.3)
        await delete(key)

    monkeypatch.setattr(store, "delete", slowly)
    done = (await desk.send({"device": "CAM-0001", "name": "东门", "password": "hidden-away"})).json()
    assert done["state"] == "done"
    ended = await queries.get(Scope.system(), desk.parts.db, int(done["id"]))
    assert ended.object_key == ""


async def test_a_process_that_ended_too_soon_leaves_no_passwords(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """The job is given again, as after a `kill -9` between the end of the import and the removal of its file."""
    importer = desk.parts.services["importer"]

    async def gone(*_: object) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(importer, "_forget", gone)
        patched.setattr("linli.domains.communities.console.list_imports.WAIT_SECONDS", 0.5)
        sent = (await desk.send({"device": "CAM-0001", "name": "东门", "password": "hidden-away"})).json()
    kept = await queries.get(Scope.system(), desk.parts.db, int(sent["id"]))
    assert kept.object_key != ""
    await importer.run(RunImport(kept.import_id, kept.tenant_id))
    ended = await queries.get(Scope.system(), desk.parts.db, kept.import_id)
    assert (ended.object_key, await desk.parts.objects.size(kept.object_key)) == ("", None)


async def test_a_workbook_that_is_refused_leaves_no_file(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(community_imports, "MOST_WAITING", 0)
    kept: list[str] = []
    put = desk.parts.objects.put

    async def noted(key: str, content: bytes) -> None:
        kept.append(key)
        await put(key, content)

    monkeypatch.setattr(desk.parts.objects, "put", noted)
    refused = await desk.send({"device": "CAM-0001", "name": "东门", "password": "hidden-away"})
    assert (refused.status_code, refused.json()["code"]) == (429, "import.too_many")
    assert [await desk.parts.objects.size(key) for key in kept] == [None]
