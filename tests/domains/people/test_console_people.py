"""User groups, employees and departments in the console: many at once, and taken back."""

import io

import openpyxl
import pytest

from linli.domains.communities.xlsx import employees as workbook
from tests.domains.people.desk import administrator_of, importing

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
async def desk(here):
    async with administrator_of(here) as browser, importing(here):
        yield browser


async def ok(answer, status=204):
    answer = await answer
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def test_groups_many_at_once_and_back_again(here, desk):
    where = f"/communities/{here.community}"
    groups = await ok(desk.get(f"{where}/user-groups"), 200)
    assert {(row["type"], row["isDefault"], row["members"]) for row in groups["data"]} == {
        (kind, True, 0) for kind in ("RESIDENT", "PROPERTY", "VISITOR", "BLACKLIST")
    }
    group = (await ok(desk.post(f"{where}/user-groups", json={"name": "装修队", "type": "VISITOR"}), 201))[
        "id"
    ]
    visitors = await here.group("VISITOR")
    made = []
    for number in range(3):
        body = {"groupId": visitors, "name": f"访客{number}", "phone": f"1380000000{number}"}
        made.append((await ok(desk.post(f"{where}/users", json=body), 201))["identityId"])
    in_group = f"{where}/user-groups/{group}/members"
    put = await ok(desk.post(in_group, json={"identityIds": made}), 201)
    assert set(put["new"]) <= set(made)
    assert (await ok(desk.post(in_group, json={"identityIds": made}), 201)) == {
        "new": []
    }  # nothing to take back

    async def inside(**query):
        page = await ok(desk.get(f"{where}/users", params={"groupId": group, **query}), 200)
        return {row["name"] for row in page["data"]}

    assert await inside() == {"访客0", "访客1", "访客2"}
    assert await inside(q="1380000000") == {"访客0", "访客1", "访客2"}
    assert await inside(q="访客1") == {"访客1"}
    await ok(desk.post(f"{where}/user-groups/{group}/members/remove", json={"identityIds": made[:1]}))
    wrong = {"identityIds": [made[0], "50none"]}
    assert (await desk.post(f"{where}/user-groups/{group}/members", json=wrong)).status_code == 404
    assert await inside() == {"访客1", "访客2"}, "all or none"

    await ok(desk.put(f"{where}/user-groups/{group}", json={"name": "装修"}))
    change = (await ok(desk.delete(f"{where}/user-groups/{group}"), 200))["changeId"]
    assert (await desk.delete(f"{where}/user-groups/{group}")).status_code == 404
    assert len((await ok(desk.get(f"{where}/users"), 200))["data"]) == 3, "its members stay known"
    await ok(desk.post(f"{where}/history/{change}/restore"))
    assert await inside() == {"访客1", "访客2"}
    (row,) = (await ok(desk.get(f"{where}/user-groups", params={"q": "装修"}), 200))["data"]
    assert (row["id"], row["type"], row["members"]) == (group, "VISITOR", 2)
    again = await desk.post(f"{where}/history/{change}/restore")
    assert again.status_code == 409, again.text
    asked = {"kind": "userGroup", "target": group}
    past = (await ok(desk.get(f"{where}/history", params=asked), 200))["data"]
    told = [(row["action"], [one["before"] or one["after"] for one in row["fields"]]) for row in past]
    assert told[3] == ("member_removed", ["访客0"])
    assert sorted(told[4:7]) == [("member_added", [f"访客{number}"]) for number in range(3)]
    assert [action for action, _ in told] == [
        "restored", "deleted", "changed", "member_removed", *["member_added"] * 3, "created",
    ]  # fmt: skip

    assert (await desk.delete(f"{where}/user-groups/{visitors}")).status_code == 409
    for wrong in (
        {"name": "", "type": "VISITOR"},
        {"name": "x", "type": "OTHER"},
        {"name": "装修", "type": "VISITOR"},
    ):
        assert (await desk.post(f"{where}/user-groups", json=wrong)).status_code in (400, 409), wrong
    await ok(desk.post(f"{where}/users/erase", json={"identityIds": made[:2]}))
    assert {row["name"] for row in (await ok(desk.get(f"{where}/users"), 200))["data"]} == {"访客2"}
    assert (await desk.post(f"{where}/users/erase", json={"identityIds": made[:1]})).status_code == 404


async def test_the_tree_is_moved_and_taken_back(here, desk):
    where = f"/communities/{here.community}"

    async def department(name, parent=None):
        body = {"name": name, "parentId": parent and int(parent)}
        return (await ok(desk.post(f"{where}/departments", json=body), 201))["id"]

    works, front = await department("工程部"), await department("客服部")
    pipes = await department("水暖组", works)
    body = {"name": "王先生", "phone": "13800000002", "departmentIds": [int(pipes), int(front)]}
    employee = (await ok(desk.post(f"{where}/employees", json=body), 201))["identityId"]
    (row,) = (await ok(desk.get(f"{where}/employees", params={"departmentId": works}), 200))["data"]
    assert {one["path"] for one in row["departments"]} == {"工程部/水暖组", "客服部"}

    await ok(desk.put(f"{where}/departments/{pipes}/parent", json={"parentId": int(front)}))
    assert (await ok(desk.get(f"{where}/employees", params={"departmentId": works}), 200))["total"] == 0
    loop = await desk.put(f"{where}/departments/{front}/parent", json={"parentId": int(pipes)})
    assert (loop.status_code, loop.json()["field"]) == (400, "parentId")
    assert (await desk.delete(f"{where}/departments/{front}")).status_code == 409
    move = {"identityIds": [employee], "into": [int(works)], "outOf": [int(pipes), int(front)]}
    await ok(desk.post(f"{where}/employees/move", json=move))
    nodes = await ok(desk.get(f"{where}/departments"), 200)
    assert {(one["name"], one["employees"]) for one in nodes} == {("工程部", 1), ("客服部", 0), ("水暖组", 0)}
    await ok(desk.put(f"{where}/employees/{employee}", json={**body, "name": "王大"}))

    change = (await ok(desk.delete(f"{where}/departments/{pipes}"), 200))["changeId"]
    await ok(desk.post(f"{where}/history/{change}/restore"))
    nodes = await ok(desk.get(f"{where}/departments"), 200)
    (back,) = [one for one in nodes if one["name"] == "水暖组"]
    assert (back["id"], back["parentId"], back["employees"]) == (pipes, front, 1)

    gone = await ok(desk.post(f"{where}/employees/dismiss", json={"identityIds": [employee]}), 200)
    assert (await ok(desk.get(f"{where}/employees"), 200))["total"] == 0
    await ok(desk.post(f"{where}/history/{gone['changeIds'][0]}/restore"))
    (row,) = (await ok(desk.get(f"{where}/employees"), 200))["data"]
    assert (row["name"], {one["path"] for one in row["departments"]}) == ("王大", {"客服部/水暖组", "客服部"})
    for wrong, field in (({"name": ""}, "name"), ({"phone": ""}, "phone"), ({"name": "一" * 13}, "name")):
        answer = await desk.post(f"{where}/employees", json={**body, "phone": "13800000009", **wrong})
        assert (answer.status_code, answer.json()["field"]) == (400, field)
    foreign = {**body, "phone": "13800000009", "departmentIds": [4242]}
    assert (await desk.post(f"{where}/employees", json=foreign)).status_code == 404
    assert (await ok(desk.get(f"{where}/employees"), 200))["total"] == 1, "nothing half-written"


def book(rows):
    made = openpyxl.load_workbook(io.BytesIO(workbook.template("zh-CN")))
    for row in rows:
        made.active.append(row)
    out = io.BytesIO()
    made.save(out)
    return {"file": ("employees.xlsx", out.getvalue(), XLSX)}


async def test_employees_by_the_workbook(here, desk):
    where = f"/communities/{here.community}/employees"
    good = [
        ("王一", "13800000001", "工程部/水暖组；客服部"),
        ("王二", "13800000002", "工程部"),
        ("王三", "13800000003"),
    ]
    tried = await ok(desk.post(f"{where}/import?dryRun=true", files=book(good)), 200)
    assert (tried["done"], tried["rows"], tried["created"], tried["badRows"]) == (False, 3, 3, 0)
    assert tried["newDepartments"] == ["工程部", "工程部/水暖组", "客服部"]
    assert (await ok(desk.get(where), 200))["total"] == 0

    bad = [*good, ("", "13800000004"), ("王五", "none", "a//b"), ("王六", "13800000001")]
    refused = await ok(desk.post(f"{where}/import", files=book(bad)), 200)
    assert (refused["done"], refused["badRows"]) == (False, 3)
    assert {(one["row"], one["column"]) for one in refused["problems"]} >= {
        (5, "A"),
        (6, "B"),
        (6, "C"),
        (7, "B"),
    }
    assert (await ok(desk.get(where), 200))["total"] == 0, "nothing changes if any row is bad"

    made = await ok(desk.post(f"{where}/import?goodOnly=true", files=book(bad)), 200)
    assert (made["done"], made["created"]) == (True, 3)
    again = await ok(desk.post(f"{where}/import", files=book(good)), 200)
    assert (again["done"], again["created"], again["changed"], again["unchanged"]) == (True, 0, 0, 3)
    more = await ok(desk.post(f"{where}/import", files=book([("王三", "13800000003", "客服部")])), 200)
    assert (more["created"], more["changed"]) == (0, 1)

    answer = await desk.get(f"{where}/export.xlsx", params={"q": "王"})
    assert answer.headers["content-type"].startswith(XLSX)
    rows = list(
        openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(min_row=2, values_only=True)
    )
    assert ("王三", "13800000003", "客服部") in rows
    assert (await desk.post(f"{where}/import", files={"file": ("x.xlsx", b"no", XLSX)})).status_code == 400
    empty = await desk.get("/employees/template.xlsx", params={"language": "en"})
    assert [cell.value for cell in openpyxl.load_workbook(io.BytesIO(empty.content)).active[1]] == [
        "Name", "Phone", "Departments",
    ]  # fmt: skip
    offered = await desk.get(
        "/employees/template.xlsx", params={"language": "en", "communityId": here.community}
    )
    page = openpyxl.load_workbook(io.BytesIO(offered.content)).active
    (rule,) = page.data_validations.dataValidation
    assert (rule.formula1, str(rule.sqref)) == ('"客服部,工程部,工程部/水暖组"', "C2:C1048576")
    undone = await ok(desk.post(f"{where}/imports/{more['id']}/undo"), 200)
    assert undone["state"] == "undone"
    (third,) = (await ok(desk.get(where, params={"q": "王三"}), 200))["data"]
    assert third["departments"] == []
    assert (await ok(desk.post(f"{where}/imports/{made['id']}/undo"), 200))["state"] == "undone"
    assert (await ok(desk.get(where), 200))["total"] == 0
    assert await ok(desk.get(f"/communities/{here.community}/departments"), 200) == []
    users = await ok(desk.get(f"/communities/{here.community}/users", params={"q": "王"}), 200)
    assert users["total"] == 0, "nothing else knew them"
