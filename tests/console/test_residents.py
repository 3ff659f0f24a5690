"""What a community asks of its residents, and residents from the form to review, merge and export."""

import io

import openpyxl
import pytest

from tests.console.conftest import administrator, browser  # noqa: F401 - fixtures
from tests.console.conftest import parts as console_parts  # noqa: F401 - a fixture
from tests.domains.communities.test_console import approved, desk, importer_jobs, parts  # noqa: F401 - fixtures
from tests.domains.communities.test_workbook import workbook


@pytest.fixture
async def home(desk):  # noqa: F811
    """(browser, path of the community, ids of two houses)."""
    community = await approved(desk)
    at = f"/communities/{community['id']}"
    houses = []
    for name in ("101", "102"):
        space = {"parentId": int(community["rootSpaceId"]), "kind": "building", "name": name}
        building = (await desk.post(f"{at}/spaces", json=space)).json()["id"]
        house = {"parentId": int(building), "kind": "house", "name": "1"}
        houses.append(int((await desk.post(f"{at}/spaces", json=house)).json()["id"]))
    return desk, at, houses


def arranged(shape, **changed):
    """The fields of a form as they are sent back, some of them changed."""
    return {
        "fields": [
            {name: field[name] for name in ("name", "visible", "required", "main")}
            | changed.get(field["name"], {})
            for field in shape["fields"]
            if not field["locked"]
        ]
    }


async def test_what_is_asked_and_what_follows_from_it(home, tmp_path):
    web, at, houses = home
    shape = (await web.get(f"{at}/resident-fields")).json()
    assert [(f["name"], f["locked"], f["required"]) for f in shape["fields"][:3]] == [
        (name, True, True) for name in ("name", "type", "phone")
    ]
    assert shape["needsReview"] is False
    for change, rule in (
        ({"required": True, "main": False}, "main"),
        ({"required": True, "visible": False}, "shown"),
    ):
        told = await web.put(f"{at}/resident-fields", json=arranged(shape, degree={"main": True, **change}))
        assert (told.status_code, told.json()["field"]) == (400, "degree"), told.text
        assert rule in told.json()["message"]
    twice = {"fields": arranged(shape)["fields"][:1] * 2}
    assert (await web.put(f"{at}/resident-fields", json=twice)).json()["field"] == "fields"
    few = {"fields": arranged(shape)["fields"][3:]}
    told = (await web.put(f"{at}/resident-fields", json=few)).json()
    assert [f["name"] for f in told["fields"][-3:]] == [f["name"] for f in shape["fields"][3:6]]
    locked = {
        "fields": [
            *arranged(shape)["fields"],
            {"name": "phone", "visible": False, "required": False, "main": True},
        ]
    }
    assert (await web.put(f"{at}/resident-fields", json=locked)).json()["field"] == "phone"

    pet = {"enName": "pet", "cnName": "宠物", "type": "enum", "choices": [
        {"value": "1", "description": "有"}, {"value": "0", "description": "无"}]}  # fmt: skip
    assert (await web.post(f"{at}/resident-fields/custom", json=pet)).status_code == 201
    wrong = [
        (pet, "enName"), ({**pet, "enName": "pet2"}, "cnName"), ({**pet, "enName": "宠"}, "enName"),
        ({"enName": "car", "cnName": "车型", "type": "string"}, "maxLength"),
        ({"enName": "car", "cnName": "车型", "type": "enum"}, "choices"),
        ({"enName": "sex", "cnName": "性别二", "type": "string", "maxLength": 5}, "enName"),
    ]  # fmt: skip
    for body, field in wrong:
        told = await web.post(f"{at}/resident-fields/custom", json=body)
        assert (told.status_code, told.json()["field"]) == (400, field), told.text
    car = {"enName": "car", "cnName": "车型", "type": "string", "maxLength": 5}
    shape = (await web.post(f"{at}/resident-fields/custom", json=car)).json()
    assert [(f["name"], f["visible"], f["required"]) for f in shape["fields"][-2:]] == [
        ("pet", False, False), ("car", False, False)
    ]  # fmt: skip
    must = {"visible": True, "required": True, "main": True}
    done = await web.put(
        f"{at}/resident-fields", json=arranged(shape, degree=must, pet=must, health={"visible": False})
    )
    assert done.status_code == 200, done.text

    resident = {"houseId": houses[0], "name": "李白", "type": 1, "phone": "13900000001"}
    for more, field in (
        ({}, "degree"),
        ({"degree": 7}, "custom.pet"),
        ({"degree": 7, "custom": {"pet": "2"}}, "custom.pet"),
    ):
        told = await web.post(f"{at}/residents", json={**resident, **more})
        assert (told.status_code, told.json()["field"]) == (400, field), told.text
    long = {"degree": 7, "custom": {"pet": "1", "car": "123456"}}
    assert (await web.post(f"{at}/residents", json={**resident, **long})).json()["field"] == "custom.car"
    made = await web.post(f"{at}/residents", json={**resident, "degree": 7, "custom": {"pet": "1"}})
    assert made.status_code == 201, made.text

    got = await web.get(f"/spaces/template.xlsx?language=zh-CN&communityId={at.rpartition('/')[2]}")
    sheet = openpyxl.load_workbook(io.BytesIO(got.content))["住户"]
    red = {cell.value for cell in sheet[1] if cell.font.color.rgb == "00C00000"}
    titles = [cell.value for cell in sheet[1]]
    assert red == {"楼栋", "单元", "房号", "姓名", "身份", "学历", "宠物"}
    assert ("健康状况" in titles, titles.index("学历") < titles.index("宠物")) == (False, True)
    heads = (("楼栋", "单元", "房号"), ("楼栋", "单元", "房号", "姓名", "身份", "学历", "宠物"))
    place = ("01", "01", "0101")
    file = workbook(
        tmp_path / "in.xlsx",
        [place],
        [(*place, "杜甫", 1, "本科", "有"), (*place, "白居易", 2, "", "猫")],
        heads=heads,
    )
    sent = await web.post(f"{at}/spaces/import?goodOnly=true", files={"file": ("in.xlsx", file.read_bytes())})
    assert sent.status_code == 200, sent.text
    faults = {(fault["row"], fault["title"]) for fault in sent.json()["problems"]}
    assert (sent.json()["state"], faults) == ("done", {(3, "学历"), (3, "宠物")})
    (du,) = (await web.get(f"{at}/residents?q=杜甫")).json()["data"]
    detail = (await web.get(f"{at}/residents/{du['identityId']}")).json()
    assert (detail["degree"], detail["custom"]) == (7, {"pet": "1"})

    changed = {"cnName": "爱宠", "type": "enum", "choices": [{"value": "9", "description": "狗"}]}
    shape = (await web.put(f"{at}/resident-fields/custom/pet", json=changed)).json()
    assert next(f["custom"]["label"] for f in shape["fields"] if f["name"] == "pet") == "爱宠"
    shape = (await web.delete(f"{at}/resident-fields/custom/pet")).json()
    assert "pet" not in [f["name"] for f in shape["fields"]]
    assert (await web.delete(f"{at}/resident-fields/custom/pet")).status_code == 404
    assert (await web.put(f"{at}/resident-fields/review", json={"needsReview": True})).json()["needsReview"]
    rows = await web.get(f"{at}/history", params={"kind": "resident_form", "target": at.rpartition("/")[2]})
    assert rows.json()["data"][0]["fields"] == [{"field": "review", "before": "False", "after": "True"}]


async def test_a_resident_is_seen_changed_and_revealed(home):
    web, at, houses = home
    number = "330102199001011234"
    lives = {
        "houseId": houses[0],
        "name": "李白",
        "type": 1,
        "phone": "13900000001",
        "idNo": number,
        "company": "翰林院",
    }
    wrong = await web.post(f"{at}/residents", json={**lives, "idNo": number[:-1] + "5"})
    assert (wrong.status_code, wrong.json()["field"]) == (400, "idNo")
    assert "check digit" in wrong.json()["message"]
    identity = (await web.post(f"{at}/residents", json=lives)).json()["identityId"]
    one = f"{at}/residents/{identity}"
    shown = (await web.get(one)).json()
    assert (shown["idNoMasked"], shown["company"], shown["groups"][0]["name"]) == (
        "330*************34",
        "翰林院",
        "Owners",
    )
    assert [(home["houseLocation"], home["type"], home["status"]) for home in shown["homes"]] == [
        ("101/1", 1, 1)
    ]
    change = {"name": "李太白", "phone": "13900000002", "houseId": houses[0], "type": 2, "age": 61}
    after = (await web.put(one, json=change)).json()
    assert (after["name"], after["phone"], after["company"], after["age"]) == (
        "李太白",
        "13900000002",
        "",
        61,
    )
    assert (after["idNoMasked"], after["homes"][0]["type"]) == ("330*************34", 2)
    assert (await web.post(f"{one}/reveal")).json() == {"idNo": number}
    rows = (await web.get(f"{at}/history", params={"kind": "resident", "target": identity})).json()["data"]
    assert [row["action"] for row in rows] == ["revealed", "changed", "changed", "moved_in"]
    assert (await web.get(f"{at}/residents?group={shown['groups'][0]['id']}")).json()["total"] == 1
    assert (await web.get(f"{at}/residents?group=nothing")).json()["total"] == 0
    assert (await web.put(one, json={**change, "phone": "12"})).json()["field"] == "phone"


async def test_two_records_of_one_person_become_one(home):
    web, at, houses = home
    number = "330102199001011234"

    async def add(house, name, **more):
        body = {"houseId": house, "name": name, "type": 1, **more}
        return (await web.post(f"{at}/residents", json=body)).json()["identityId"]

    keep = await add(houses[0], "李白", idNo=number)
    drop = await add(houses[1], "李 白", idNo=number, phone="13900000001", company="翰林院")
    await add(houses[0], "杜甫")
    await add(houses[0], "杜甫")
    found = (await web.get(f"{at}/duplicates")).json()
    assert [(group["why"], [one["name"] for one in group["persons"]]) for group in found] == [
        ("idNo", ["李白", "李 白"]), ("name", ["杜甫", "杜甫"])
    ]  # fmt: skip
    assert (await web.post(f"{at}/duplicates/merge", json={"keep": keep, "drop": keep})).status_code == 400
    done = await web.post(f"{at}/duplicates/merge", json={"keep": keep, "drop": drop})
    assert done.status_code == 200, done.text
    told = done.json()
    assert {home["houseLocation"] for home in told["homes"]} == {"101/1", "102/1"}
    assert (told["phone"], told["company"]) == ("13900000001", "翰林院")
    assert (await web.get(f"{at}/residents/{drop}")).status_code == 404
    assert [group["why"] for group in (await web.get(f"{at}/duplicates")).json()] == ["name"]
