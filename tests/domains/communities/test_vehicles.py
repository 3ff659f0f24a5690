"""The property keeps the residents' vehicles: by hand and by the workbook."""

import io

import openpyxl
import pytest

from linli.domains.communities.addresses import parts as address_parts
from linli.domains.communities.service import pois
from linli.domains.communities.xlsx.vehicles import filled
from linli.kernel.outbox import Worker
from tests.console.conftest import administrator, browser  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved, importer_jobs, parts  # noqa: F401 - fixtures


@pytest.fixture
async def desk(parts, importer_jobs, administrator):  # noqa: F811
    """(browser, path of the community, identityIds of two residents called 王伟 in 1-1-101 and 1-1-102)."""
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    community = await approved(administrator)
    at = f"/communities/{community['id']}"

    async def space(parent, kind, name):
        body = {"parentId": parent, "kind": kind, "name": name}
        return (await administrator.post(f"{at}/spaces", json=body)).json()["id"]

    unit = await space(await space(community["rootSpaceId"], "building", "1幢"), "unit", "1单元")
    people = []
    for house, phone in (("101", "13800138001"), ("102", "")):
        body = {"houseId": await space(unit, "house", house), "name": "王伟", "phone": phone, "type": 1}
        people.append((await administrator.post(f"{at}/residents", json=body)).json()["identityId"])
    worker = Worker(parts.db, parts.clock, importer_jobs)
    await worker.start()
    yield administrator, at, people
    await worker.stop()


def book(*rows):
    return {"file": ("a.xlsx", io.BytesIO(filled("zh-CN", list(rows))))}


async def plates(desk, **query):
    browser, at, _ = desk  # noqa: F811
    return [row["plate"] for row in (await browser.get(f"{at}/vehicles", params=query)).json()["data"]]


async def test_by_hand(desk):
    browser, at, (first, second) = desk  # noqa: F811
    made = await browser.post(
        f"{at}/vehicles", json={"identityId": first, "plate": "浙a·12345", "brand": "吉利"}
    )
    assert made.status_code == 201, made.text
    taken = await browser.post(f"{at}/vehicles", json={"identityId": second, "plate": "浙A12345"})
    assert (taken.status_code, taken.json()["code"]) == (409, "vehicle.plate_taken")
    wrong = await browser.post(f"{at}/vehicles", json={"identityId": second, "plate": "12345"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "plate")
    assert (
        await browser.post(f"{at}/vehicles", json={"identityId": second, "plate": "沪AD12345"})
    ).status_code == 201
    (row,) = (await browser.get(f"{at}/vehicles", params={"q": "浙A-123"})).json()["data"]
    assert (row["ownerName"], row["houses"], row["region"], row["newEnergy"]) == (
        "王伟",
        ["1幢/1单元/101"],
        "浙",
        False,
    )
    assert await plates(desk, q="王", sort="plate") == ["沪AD12345", "浙A12345"]
    assert await plates(desk, region="沪") == ["沪AD12345"]
    regions = (await browser.get(f"{at}/vehicles/regions")).json()
    assert regions == [
        {"region": "沪", "name": "Shanghai", "vehicles": 1},
        {"region": "浙", "name": "Zhejiang", "vehicles": 1},
    ]
    assert (await browser.put(f"{at}/vehicles/{row['id']}", json={"color": 8})).status_code == 204
    assert (await browser.get(f"{at}/vehicles", params={"region": "浙"})).json()["data"][0]["color"] == 8
    assert (await browser.post(f"{at}/vehicles/remove", json={"ids": [int(row["id"])]})).status_code == 204
    assert await plates(desk) == ["沪AD12345"]


async def test_by_the_workbook(desk):
    browser, at, _ = desk  # noqa: F811
    good = (("浙A10001", "", "13800138001", "", "吉利", 1), ("浙A10002", "王伟", "", "1-1-102", "", None))
    bad = (
        ("浙A1000", "", "13800138001", "", "", None),
        ("浙A10001", "", "13800138001", "", "", None),
        ("浙A10003", "王伟", "", "", "", None),
        ("浙A10004", "李娜", "", "", "", None),
        ("浙A10005", "", "", "", "", None),
        ("浙A10006", "", "13800138009", "", "", None),
    )
    tried = await browser.post(f"{at}/vehicles/import", params={"dryRun": "true"}, files=book(*good, *bad))
    assert tried.status_code == 200, tried.text
    told = tried.json()
    assert (told["state"], told["rows"], told["badRows"], told["created"]) == ("refused", 8, 6, 2)
    marked = await browser.get(f"{at}/vehicles/imports/{told['id']}/report.xlsx")
    page = openpyxl.load_workbook(io.BytesIO(marked.content)).active
    assert [number for number in range(2, 10) if page.cell(number, 1).value] == [4, 5, 6, 7, 8, 9]
    assert [(one["row"], one["column"]) for one in told["problems"]] == [
        (4, "A"), (5, "A"), (6, "B"), (7, "B"), (8, "C"), (9, "C"),
    ]  # fmt: skip
    refused = await browser.post(f"{at}/vehicles/import", files=book(*good, *bad))
    assert (refused.json()["done"], await plates(desk)) == (False, [])
    done = (
        await browser.post(f"{at}/vehicles/import", params={"goodOnly": "true"}, files=book(*good, *bad))
    ).json()
    assert (done["done"], done["state"], done["created"]) == (True, "done", 2)
    again = (await browser.post(f"{at}/vehicles/import", files=book(*good))).json()
    assert (again["done"], again["created"], again["changed"], again["unchanged"]) == (True, 0, 0, 2)
    moved = (
        await browser.post(f"{at}/vehicles/import", files=book(("浙A10001", "王伟", "", "102", "", None)))
    ).json()
    assert (moved["done"], moved["badRows"]) == (False, 1)
    exported = await browser.get(f"{at}/vehicles/export.xlsx")
    page = openpyxl.load_workbook(io.BytesIO(exported.content)).active
    assert [[cell or "" for cell in row] for row in page.iter_rows(min_row=2, values_only=True)] == [
        ["浙A10001", "王伟", "13800138001", "1幢/1单元/101", "吉利", "white"],
        ["浙A10002", "王伟", "", "1幢/1单元/102", "", ""],
    ]
    tried = (
        await browser.post(
            f"{at}/vehicles/import", params={"dryRun": "true"}, files=book((*good[0][:4], "比亚迪", 9))
        )
    ).json()
    assert (tried["state"], tried["created"], tried["changed"]) == ("checked", 0, 1)
    applied = (await browser.post(f"{at}/vehicles/imports/{tried['id']}/apply")).json()
    assert applied["done"]
    for number in (applied["id"], done["id"]):
        undone = await browser.post(f"{at}/vehicles/imports/{number}/undo")
        assert (undone.status_code, undone.json()["state"]) == (200, "undone")
    assert await plates(desk) == []
    assert (await browser.post(f"{at}/vehicles/imports/{done['id']}/undo")).status_code == 409
    assert (await browser.get(f"{at}/employees/imports/{done['id']}")).status_code == 404
    assert (await browser.get(f"/imports/{done['id']}")).status_code == 404
    no_book = await browser.post(f"{at}/vehicles/import", files={"file": ("a.xlsx", io.BytesIO(b"no"))})
    assert (no_book.status_code, no_book.json()["field"]) == (400, "file")
    empty = openpyxl.load_workbook(
        io.BytesIO((await browser.get("/vehicles/template.xlsx?language=en")).content)
    )
    assert [cell.value for cell in empty.active[1]] == ["Plate", "Owner", "Phone", "House", "Brand", "Colour"]


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("3-1-502", ("3", "1", "502")),
        ("03/01/0502", ("3", "1", "502")),
        ("3幢1单元502室", ("3", "1", "502")),
        ("3号楼1单元502", ("3", "1", "502")),
        ("A区 12栋/b座-101", ("A", "12", "B", "101")),
        ("丁香苑/3幢", ("丁香苑", "3")),
        ("", ()),
    ],
)
def test_how_a_house_is_written(written, means):
    assert address_parts(written) == means
