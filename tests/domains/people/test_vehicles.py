"""A partner keeps the vehicles of a user. Spec B §3.10, §7."""

import pytest

V = "/solution/community/household/user/vehicle"


@pytest.fixture
async def home(platform, partner):
    """(call within the community, identityId of a resident, house)."""
    community = await platform.new_community(partner)
    token = await partner.token(community)
    detail = await partner.call(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": community}
    )

    async def call(path, version, params):
        return await partner.call(path, version, params, cloudToken=token)

    space = {"name": "101", "parentId": detail["data"]["spaceId"], "typeCode": "house"}
    house = (await call("/solution/community/paas/space/sub/create", "1.0.1", space))["data"]["spaceId"]
    member = {"houseSpaceId": house, "name": "王先生", "type": 1, "phoneNum": "13800138001"}
    person = (await call("/solution/community/paas/house/member/save", "1.0.5", member))["data"]["identityId"]
    return call, person, house


def cars(*plates, **more):
    return [{"plateNumber": plate, **more} for plate in plates]


@pytest.mark.covers("B048")
async def test_vehicles_are_added_changed_found_and_deleted(home):
    call, person, _ = home
    sent = {
        "identityId": person,
        "vehicleList": [*cars("浙a·12345", brand="吉利", color=1), *cars("浙AD12345")],
    }
    one, two = (await call(f"{V}/add", "1.0.1", sent))["data"]
    told = (await call(f"{V}/query", "1.0.1", {"identityId": person}))["data"]
    assert told == [
        {"id": one, "identityId": person, "plateNumber": "浙A12345", "brand": "吉利", "color": 1},
        {"id": two, "identityId": person, "plateNumber": "浙AD12345", "brand": "", "color": None},
    ]
    changed = await call(
        f"{V}/update", "1.0.1", {"vehicleList": [{"id": str(two), "plateNumber": "沪B00001", "color": 8}]}
    )
    assert changed["data"] == [two]
    (found,) = (await call(f"{V}/query", "1.0.1", {"plateNumber": "沪B 00001"}))["data"]
    assert (found["id"], found["identityId"], found["color"]) == (two, person, 8)
    assert (await call(f"{V}/query", "1.0.1", {"plateNumber": "浙AD12345"}))["data"] == []
    gone = await call(f"{V}/delete", "1.0.1", {"vehicleList": [{"id": one}]})
    assert (gone["code"], "data" in gone) == (200, False)
    assert [row["id"] for row in (await call(f"{V}/query", "1.0.1", {"identityId": person}))["data"]] == [two]


async def test_who_moves_out_takes_their_vehicles_along(home):
    call, person, house = home
    await call(f"{V}/add", "1.0.1", {"identityId": person, "vehicleList": cars("浙A12345")})
    member = {"houseSpaceId": house, "name": "新住户", "type": 1}
    other = (await call("/solution/community/paas/house/member/save", "1.0.5", member))["data"]["identityId"]
    taken = await call(f"{V}/add", "1.0.1", {"identityId": other, "vehicleList": cars("浙A12345")})
    assert (taken["code"], "浙A12345" in taken["message"]) == (460, True)
    await call(
        "/solution/community/paas/house/member/delete", "2.0.0", {"houseSpaceId": house, "identityId": person}
    )
    assert (await call(f"{V}/add", "1.0.1", {"identityId": other, "vehicleList": cars("浙A12345")}))[
        "code"
    ] == 200


@pytest.mark.parametrize(
    ("vehicles", "code", "says"),
    [
        ([], 460, "vehicleList"),
        (cars(*(f"浙A1000{n}" for n in range(10)), "浙B10001"), 460, "vehicleList"),
        (cars("浙A1000"), 460, "vehicleList[0].plateNumber"),
        (cars("浙A10001", ""), 460, "vehicleList[1].plateNumber"),
        (cars("浙A10001", "浙A1000 1"), 460, "浙A10001"),
        (cars("浙A10001", color=12), 460, "vehicleList[0].color"),
        (cars("浙A10001", brand="长" * 33), 460, "vehicleList[0].brand"),
        ("浙A10001", 400, ""),
        ([{"brand": "吉利"}], 460, "plateNumber"),
    ],
)
async def test_refusals_of_adding(home, vehicles, code, says):
    call, person, _ = home
    told = await call(f"{V}/add", "1.0.1", {"identityId": person, "vehicleList": vehicles})
    assert told["code"] == code, told
    assert says in told["message"]
    assert (await call(f"{V}/query", "1.0.1", {"identityId": person}))["data"] == []


async def test_ten_a_person(home):
    call, person, _ = home
    ten = cars(*(f"浙A1000{n}" for n in range(10)))
    assert (await call(f"{V}/add", "1.0.1", {"identityId": person, "vehicleList": ten}))["code"] == 200
    told = await call(f"{V}/add", "1.0.1", {"identityId": person, "vehicleList": cars("浙B10001")})
    assert (told["code"], "10" in told["message"]) == (460, True)


async def test_all_or_none_and_foreign_ids(platform, stranger, home):
    call, person, _ = home
    first = {"identityId": person, "vehicleList": cars("浙A10001", "浙A10002")}
    one, two = (await call(f"{V}/add", "1.0.1", first))["data"]
    both = {"vehicleList": [{"id": one}, {"id": 4242}]}
    assert (await call(f"{V}/delete", "1.0.1", both))["code"] == 403
    swapped = {"vehicleList": [{"id": one, "brand": "改"}, {"id": two, "plateNumber": "浙A10001"}]}
    assert (await call(f"{V}/update", "1.0.1", swapped))["code"] == 460
    assert [row["brand"] for row in (await call(f"{V}/query", "1.0.1", {"identityId": person}))["data"]] == [
        "",
        "",
    ]
    assert (await call(f"{V}/query", "1.0.1", {}))["code"] == 460
    assert (await call(f"{V}/query", "1.0.1", {"identityId": "nobody"}))["code"] == 403
    token = await stranger.token(await platform.new_community(stranger, "别处"))
    for path, params in (
        ("add", {"identityId": person, "vehicleList": cars("沪A10001")}),
        ("update", {"vehicleList": [{"id": one, "brand": "外"}]}),
        ("delete", {"vehicleList": [{"id": one}]}),
        ("query", {"identityId": person}),
    ):
        told = await stranger.call(f"{V}/{path}", "1.0.1", params, cloudToken=token)
        assert told["code"] == 403, path
    hidden = await stranger.call(f"{V}/query", "1.0.1", {"plateNumber": "浙A10001"}, cloudToken=token)
    assert hidden["data"] == []
