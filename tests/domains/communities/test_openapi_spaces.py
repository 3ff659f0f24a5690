"""A partner builds and walks the space tree. Spec B §3.5."""

import pytest

S = "/solution/community/paas/space"


@pytest.fixture
async def home(platform, partner):
    """(call within the community, root space id)."""
    community = await platform.new_community(partner)
    token = await partner.token(community)
    detail = await partner.call(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": community}
    )

    async def call(path, version, params):
        return await partner.call(path, version, params, cloudToken=token)

    return call, detail["data"]["spaceId"]


async def create(call, parent, kind, name, **more):
    told = await call(
        f"{S}/sub/create", "1.0.1", {"name": name, "parentId": parent, "typeCode": kind, **more}
    )
    assert told["code"] == 200, told
    assert isinstance(told["data"]["spaceId"], str)
    return told["data"]["spaceId"]


@pytest.mark.covers("B015", "B016", "B019", "B020", "B021")
async def test_build_and_walk(home):
    call, root = home
    area = await create(call, root, "area", "一期")
    building = await create(call, area, "building", "2幢")
    await create(call, area, "building", "10幢")
    unit = await create(call, building, "unit", "1单元")
    house = await create(call, unit, "house", "301")
    parking = await create(call, root, "parking_area", "地下车库")
    lane = await create(call, parking, "parking_space_channel", "东门", direction=0)

    async def level(space, **more):
        told = await call(f"{S}/query", "1.0.2", {"spaceId": space, "pageNo": 1, "pageSize": 100, **more})
        return told["data"]

    page = await level(root)
    assert (page["total"], page["pageNo"], page["pageSize"]) == (2, 1, 100)
    assert page["data"] == [
        {"spaceId": area, "name": "一期", "typeCode": "area", "parentId": root},
        {"spaceId": parking, "name": "地下车库", "typeCode": "parking_area", "parentId": root},
    ]
    assert [row["spaceId"] for row in (await level(root, typeCodeList=["area"]))["data"]] == [area]
    assert [row["name"] for row in (await level(area))["data"]] == ["2幢", "10幢"]
    assert (await level(parking))["data"] == [
        {
            "spaceId": lane,
            "name": "东门",
            "typeCode": "parking_space_channel",
            "parentId": parking,
            "direction": 0,
        }
    ]
    assert (await level(house))["data"] == []

    flat = await call(f"{S}/sub/query", "1.0.1", {"pageNo": 1, "pageSize": 10, "typeCode": "house"})
    assert flat["data"]["data"] == [{"spaceId": house, "name": "301", "typeCode": "house", "parentId": unit}]

    got = (await call(f"{S}/get", "1.0.2", {"spaceIds": [house, "999", "nonsense", int(lane)]}))["data"]
    assert got[0] == {
        "spaceId": house, "name": "301", "typeCode": "house", "parentId": unit,
        "namePath": "九龙站宾馆/一期/2幢/1单元/301",
        "pathIds": [root, area, building, unit, house],
        "path": f"/{root}/{area}/{building}/{unit}/{house}/",
    }  # fmt: skip
    assert [row["spaceId"] for row in got] == [house, lane]


@pytest.mark.covers("B017", "B018")
async def test_rename_turn_and_delete(home):
    call, root = home
    parking = await create(call, root, "parking_area", "车库")
    lane = await create(call, parking, "parking_space_channel", "东门", direction=0)
    told = await call(f"{S}/update", "1.0.1", {"spaceId": lane, "name": "西门", "direction": 1})
    assert (told["code"], "data" in told) == (200, False)
    (row,) = (await call(f"{S}/get", "1.0.2", {"spaceIds": [lane]}))["data"]
    assert (row["name"], row["direction"]) == ("西门", 1)
    told = await call(f"{S}/delete", "1.0.0", {"spaceId": parking})
    assert (told["code"], "1" in told["localizedMsg"]) == (460, True)
    assert (await call(f"{S}/delete", "1.0.0", {"spaceId": lane}))["code"] == 200
    assert (await call(f"{S}/delete", "1.0.0", {"spaceId": parking}))["code"] == 200
    assert (await call(f"{S}/get", "1.0.2", {"spaceIds": [lane, parking]}))["data"] == []


@pytest.mark.parametrize(
    ("params", "code", "says"),
    [
        ({"name": "x", "typeCode": "unit"}, 460, "parentId"),
        ({"name": "x", "typeCode": "tower"}, 460, "typeCode"),
        ({"name": "", "typeCode": "area"}, 460, "name is blank!"),
        ({"name": "x" * 65, "typeCode": "area"}, 460, "name"),
        ({"name": 5, "typeCode": "area"}, 400, "name"),
        ({"typeCode": "area"}, 460, "name is blank!"),
        ({"name": "x", "typeCode": "area", "parentId": "abc"}, 403, "request forbidden."),
        ({"name": "x", "typeCode": "area", "parentId": "12345"}, 403, "request forbidden."),
    ],
)
async def test_refusals(home, params, code, says):
    call, root = home
    told = await call(f"{S}/sub/create", "1.0.1", {"parentId": root, **params})
    assert told["code"] == code, told
    assert says in told["message"]
    assert told["localizedMsg"]


@pytest.mark.covers("B022")
async def test_assets_of_a_house(home):
    call, root = home
    house = await create(call, root, "house", "别墅1")
    path = "/solution/community/household/spaceasset"
    asset = (await call(f"{path}/add", "1.0.1", {"houseId": house, "type": 1, "name": "B1-007"}))["data"]
    assert isinstance(asset, str)
    changed = {"houseId": house, "assetId": int(asset), "type": 2}
    assert (await call(f"{path}/update", "1.0.1", changed))["code"] == 200
    listed = (await call(f"{path}/list", "1.0.1", {"houseId": house}))["data"]
    assert listed == [{"assetId": int(asset), "type": 2, "name": "B1-007"}]
    assert (await call(f"{path}/delete", "1.0.1", {"houseId": house, "assetId": asset}))["code"] == 200
    assert (await call(f"{path}/list", "1.0.1", {"houseId": house}))["data"] == []
    assert (await call(f"{path}/list", "1.0.1", {"houseId": root}))["code"] == 403
    for params, code, says in (
        ({"type": 4, "name": "x"}, 460, "type"),
        ({"type": 1, "name": ""}, 460, "name"),
        ({"type": 1, "name": "x" * 65}, 460, "name"),
        ({"type": "one", "name": "x"}, 400, "type"),
    ):
        told = await call(f"{path}/add", "1.0.1", {"houseId": house, **params})
        assert (told["code"], says in told["message"]) == (code, True), told
    assert (await call(f"{path}/add", "1.0.1", {"houseId": house, "type": 3, "name": "C1"}))["code"] == 200
    twice = await call(f"{path}/add", "1.0.1", {"houseId": house, "type": 3, "name": "C1"})
    assert (twice["code"], "该房屋已有同类资产“C1”" in twice["localizedMsg"]) == (460, True)
    gone = await call(f"{path}/update", "1.0.1", {"houseId": house, "assetId": int(asset), "name": "x"})
    assert gone["code"] == 403


async def test_lanes_have_a_direction_and_stand_in_car_parks(home):
    call, root = home
    parking = await create(call, root, "parking_area", "车库")
    lane = {"parentId": parking, "typeCode": "parking_space_channel", "name": "东门"}
    for changed, says in (
        ({}, "direction"),
        ({"direction": 2}, "direction"),
        ({"parentId": root, "direction": 0}, "parentId"),
    ):
        told = await call(f"{S}/sub/create", "1.0.1", {**lane, **changed})
        assert (told["code"], says in told["message"]) == (460, True), told
    area = await create(call, root, "area", "一期", direction=1)
    (row,) = (await call(f"{S}/get", "1.0.2", {"spaceIds": [area]}))["data"]
    assert "direction" not in row
    told = await call(f"{S}/update", "1.0.1", {"spaceId": root, "name": "别名"})
    assert told["code"] == 460


async def test_another_tenants_spaces_look_absent(platform, home, stranger):
    call, root = home
    house = await create(call, root, "house", "301")
    community = await platform.new_community(stranger, "别的小区")
    token = await stranger.token(community)
    calls = [
        (f"{S}/sub/create", "1.0.1", "parentId", {"name": "x", "typeCode": "area"}),
        (f"{S}/update", "1.0.1", "spaceId", {"name": "x"}),
        (f"{S}/delete", "1.0.0", "spaceId", {}),
        (f"{S}/query", "1.0.2", "spaceId", {"pageNo": 1, "pageSize": 10}),
        ("/solution/community/household/spaceasset/add", "1.0.1", "houseId", {"type": 1, "name": "x"}),
        ("/solution/community/household/spaceasset/list", "1.0.1", "houseId", {}),
        ("/solution/community/paas/house/member/save", "1.0.5", "houseSpaceId", {"type": 1, "name": "x"}),
        ("/solution/community/paas/house/member/list", "3.0.3", "houseSpaceId", {}),
    ]
    for path, version, field, params in calls:
        foreign = await stranger.call(path, version, {field: house, **params}, cloudToken=token)
        absent = await stranger.call(path, version, {field: "424242", **params}, cloudToken=token)
        assert foreign == absent, path
        assert foreign["code"] == 403, path
