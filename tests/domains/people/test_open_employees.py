"""Employees and the organisation tree over the signed open API. Spec B §3.11, §3.12."""

import pytest

E = "/solution/community/org/employee"
D = "/solution/community/org/department"
IN = "/solution/community/department/employee"
OF = "/solution/community/employee/department/list"
PAGE = {"pageNo": 1, "pageSize": 20}


async def hire(home, name="王先生", mobile="13800000002", **more):
    return (await home.ok(f"{E}/create", "1.0.0", {"name": name, "mobile": mobile, **more}))["identityId"]


async def department(home, name, parent=None, **more):
    made = await home.ok(f"{D}/create", "1.0.0", {"name": name, "parentDepId": parent, **more})
    assert isinstance(made, str)
    return made


async def refused(home, path, params, says, code=460):
    told = await home.call(path, "1.0.0", params)
    assert (told["code"], says in told["message"]) == (code, True), told


@pytest.mark.covers("B049")
async def test_employees_come_change_and_go(here, there, clock):
    first = await hire(here)
    assert len(first) == 40
    await clock.advance(1000)
    second = await hire(here, "李女士", "13800000003")
    told = await here.ok(f"{E}/get", "1.0.0", {"identityId": first})
    assert told == {
        "identityId": first, "name": "王先生", "mobile": "13800000002", "faceImgUrl": None, "faceId": None,
    }  # fmt: skip
    user = await here.ok("/solution/community/paas/user/get", "1.0.2", {"identityId": first})
    assert [g["userGroupType"] for g in user["userGroups"]] == ["PROPERTY"]

    async def found(**filters):
        page = await here.ok(f"{E}/query", "1.0.0", {**PAGE, **filters})
        assert page["total"] == len(page["data"])
        return [row["identityId"] for row in page["data"]]

    assert await found() == [second, first]
    assert await found(pageNo=0) == [second, first]
    assert await found(name="王先生") == [first]
    assert await found(name="王") == []
    assert await found(nameLike="女") == [second]
    assert await found(mobile="138-0000-0003") == [second]
    assert await found(orderBy={"column": "MOBILE", "order": "ASC"}) == [first, second]
    assert await found(orderBy=[{"column": "mobile", "order": "DESC"}]) == [second, first]
    assert await found(orderBy=[]) == [second, first]

    await here.ok(f"{E}/modify", "1.0.0", {"identityId": first, "mobile": "13800000009", "name": ""})
    told = await here.ok(f"{E}/get", "1.0.0", {"identityId": first})
    assert (told["name"], told["mobile"]) == ("王先生", "13800000009")
    for method in ("get", "modify", "delete"):
        assert (await there.call(f"{E}/{method}", "1.0.0", {"identityId": first}))["code"] == 403
    gone = await here.call(f"{E}/delete", "1.0.0", {"identityId": first})
    assert (gone["code"], "data" in gone) == (200, False)
    assert await found() == [second]
    assert (await here.call(f"{E}/get", "1.0.0", {"identityId": first}))["code"] == 403
    user = await here.ok("/solution/community/paas/user/get", "1.0.2", {"identityId": first})
    assert user["userGroups"] == [], "who leaves is no longer of the property, but known"
    assert await hire(here, "王先生", "13800000009") == first, "and may come back as the same person"


async def test_what_employees_are_refused_for(here):
    identity = await hire(here)
    await hire(here, "李女士", "13800000003")
    good = {"name": "赵", "mobile": "13800000004"}
    for wrong, says in (
        ({"name": ""}, "name"), ({"name": "一" * 13}, "name"), ({"mobile": ""}, "mobile"),
        ({"mobile": "1" * 21}, "mobile"), ({"mobile": "no"}, "mobile"), ({"faceImgUploadId": "x"}, "faceImgUploadId"),
        ({"name": "王先生", "mobile": "13800000002"}, "employee"), ({"mobile": "13800000003"}, "13800000003"),
    ):  # fmt: skip
        await refused(here, f"{E}/create", good | wrong, says)
    await refused(here, f"{E}/modify", {"identityId": identity, "mobile": "13800000003"}, "13800000003")
    await refused(here, f"{E}/modify", {"identityId": identity, "name": "一" * 13}, "name")
    await refused(here, f"{E}/query", {"pageNo": 1, "pageSize": 101}, "pageSize")
    await refused(here, f"{E}/query", {"pageNo": -1, "pageSize": 1}, "pageNo")
    await refused(here, f"{E}/query", {**PAGE, "orderBy": {"column": "AGE"}}, "orderBy.column")
    await refused(here, f"{E}/query", {**PAGE, "orderBy": {"column": "NAME", "order": "up"}}, "orderBy.order")
    await refused(here, f"{E}/query", {**PAGE, "orderBy": 5}, "orderBy", code=400)
    assert (await here.ok(f"{E}/query", "1.0.0", PAGE))["total"] == 2


@pytest.mark.covers("B051")
async def test_the_organisation_tree(here, there):
    works = await department(here, "工程部", desc="修理")
    pipes = await department(here, "水暖组", works)
    await department(here, "客服部", "")

    async def below(parent=None, **more):
        page = await here.ok(f"{D}/query", "1.0.0", {**PAGE, "parentDepId": parent, **more})
        return page["total"], [(row["name"], row["desc"]) for row in page["list"]]

    assert await below() == (2, [("工程部", "修理"), ("客服部", "")])
    assert await below(works) == (1, [("水暖组", "")])
    assert await below(pipes) == (0, [])
    assert await below(name="客服部") == (1, [("客服部", "")])
    assert await below(pageSize=1, pageNo=2) == (2, [("客服部", "")])
    assert (await here.ok(f"{D}/query", "1.0.0", {}))["pageSize"] == 20
    await here.ok(f"{D}/modify", "1.0.0", {"depId": pipes, "name": "水电组", "desc": "水和电"})
    await here.ok(f"{D}/modify", "1.0.0", {"depId": int(pipes), "name": "水电组"})
    assert await below(works) == (1, [("水电组", "水和电")])
    for path, params in (
        (f"{D}/delete", {"depId": pipes}), (f"{D}/modify", {"depId": pipes, "name": "x"}),
        (f"{D}/query", {"parentDepId": pipes, **PAGE}), (f"{D}/create", {"parentDepId": pipes, "name": "x"}),
    ):  # fmt: skip
        assert (await there.call(path, "1.0.0", params))["code"] == 403
    await here.ok(f"{D}/delete", "1.0.0", {"depId": works})  # and what is below it
    assert await below() == (1, [("客服部", "")])
    assert (await here.call(f"{D}/delete", "1.0.0", {"depId": pipes}))["code"] == 403


async def test_what_departments_are_refused_for(here):
    works = await department(here, "工程部")
    await department(here, "客服部")
    for wrong, says in (
        ({"name": " "}, "name"), ({"name": "一" * 65}, "name"), ({"name": "x", "desc": "一" * 257}, "desc"),
        ({"name": "工程部"}, "工程部"),
    ):  # fmt: skip
        await refused(here, f"{D}/create", wrong, says)
    await refused(here, f"{D}/modify", {"depId": works, "name": "客服部"}, "客服部")
    await refused(here, f"{D}/modify", {"depId": "abc", "name": "x"}, "request forbidden", code=403)
    await refused(here, f"{D}/query", {"pageNo": 1, "pageSize": 101}, "pageSize")
    parent = works
    for level in range(2, 11):
        parent = await department(here, f"第{level}级", parent)
    await refused(here, f"{D}/create", {"name": "太深", "parentDepId": parent}, "parentDepId")


@pytest.mark.covers("B050")
async def test_an_employee_in_several_departments(here, there):
    works = await department(here, "工程部", desc="修理")
    pipes, desk = await department(here, "水暖组", works), await department(here, "客服部")
    employee, other = await hire(here), await hire(here, "李女士", "13800000003")
    for dep in (pipes, desk, desk):
        await here.ok(f"{IN}/add", "1.0.0", {"identityId": employee, "depId": dep})
    await here.ok(f"{IN}/add", "1.0.0", {"identityId": other, "depId": desk})

    async def inside(dep):
        page = await here.ok(f"{IN}/query", "1.0.0", {"depId": dep, **PAGE})
        assert (page["pageNo"], page["pageSize"], page["total"]) == (1, 20, len(page["data"]))
        return {row["identityId"] for row in page["data"]}

    assert (await inside(works), await inside(pipes), await inside(desk)) == (
        set(), {employee}, {employee, other},
    )  # fmt: skip
    assert await here.ok(OF, "1.0.0", {"identityId": employee}) == [
        {
            "depId": pipes, "name": "水暖组", "desc": "", "parentId": works, "pathIds": [works, pipes],
            "pathNames": ["工程部", "水暖组"],
        },
        {
            "depId": desk, "name": "客服部", "desc": "", "parentId": "", "pathIds": [desk], "pathNames": ["客服部"],
        },
    ]  # fmt: skip
    both = {"identityId": employee, "depId": desk}
    for path in (f"{IN}/add", f"{IN}/remove"):
        assert (await there.call(path, "1.0.0", both))["code"] == 403
        for wrong in ({"identityId": "50none"}, {"depId": "42"}, {"depId": "x"}):
            assert (await here.call(path, "1.0.0", both | wrong))["code"] == 403
    assert (await there.call(f"{IN}/query", "1.0.0", {"depId": desk, **PAGE}))["code"] == 403
    assert (await there.call(OF, "1.0.0", {"identityId": employee}))["code"] == 403
    for _ in range(2):
        await here.ok(f"{IN}/remove", "1.0.0", both)
    assert await inside(desk) == {other}
    await here.ok(f"{E}/delete", "1.0.0", {"identityId": employee})
    assert await inside(pipes) == set()
