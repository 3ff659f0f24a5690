"""A partner keeps residents and users. Spec B §3.7-3.8."""

import pytest

from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.people.form_rules import Choice, Custom, Field
from linli.domains.people.schemas import Profile
from linli.domains.people.service import forms, reviews
from linli.kernel.scope import Caller, Scope
from tests.domains.communities.builders import add_upload

M = "/solution/community/paas/house/member"
U = "/solution/community/paas/user"


@pytest.fixture
async def home(platform, partner):
    """(call within the community, house space id, community id)."""
    community = await platform.new_community(partner)
    token = await partner.token(community)
    detail = await partner.call(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": community}
    )

    async def call(path, version, params):
        return await partner.call(path, version, params, cloudToken=token)

    made = await call(
        "/solution/community/paas/space/sub/create",
        "1.0.1",
        {"name": "301", "parentId": detail["data"]["spaceId"], "typeCode": "house"},
    )
    return call, made["data"]["spaceId"], community


@pytest.mark.covers("B038", "B039", "B040", "B041", "B042")
async def test_a_resident_from_moving_in_to_moving_out(home):
    call, house, community = home
    created = await call(
        f"{M}/save",
        "1.0.5",
        {
            "houseSpaceId": house,
            "type": 1,
            "name": "李白",
            "sex": 1,
            "phoneNum": "13900000001",
            "idNum": "11010519491231002X",
        },
    )
    identity = created["data"]["identityId"]
    assert len(identity) == 40
    assert identity.startswith("50")
    changed = {"houseSpaceId": house, "identityId": identity, "age": 61, "marriage": 1, "ext": '{"a":1}'}
    assert (await call(f"{M}/save", "1.0.5", changed))["data"] == {"identityId": identity}

    (row,) = (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house, "communityId": str(community)}))[
        "data"
    ]
    assert row["userName"] == "李白"
    assert (row["type"], row["status"], row["source"], row["age"], row["marriage"]) == (1, 1, "INPUT", 61, 1)
    assert row["alipayUid"] is None
    assert (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house, "types": [2]}))["data"] == []

    page = (await call("/solution/community/paas/household/query", "1.0.5", {"userName": "李"}))["data"]
    assert (page["total"], page["data"][0]["identityId"], page["data"][0]["mobile"]) == (
        1,
        identity,
        "13900000001",
    )
    assert "alipayUid" not in page["data"][0]
    (home_row,) = (
        await call("/solution/community/paas/household/house/list", "1.0.0", {"identityId": identity})
    )["data"]
    assert (home_row["houseSpaceId"], home_row["communityId"]) == (house, str(community))

    (user,) = (await call(f"{U}/query", "1.0.5", {"pageNo": 1, "pageSize": 10}))["data"]
    assert [group["userGroupName"] for group in user["userGroups"]] == ["业主"]
    gone = await call(f"{M}/delete", "2.0.0", {"houseSpaceId": house, "identityId": identity})
    assert (gone["code"], "data" in gone) == (200, False)
    assert (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house}))["data"] == []
    assert (await call(f"{U}/get", "1.0.2", {"identityId": identity}))["data"]["userGroups"] == []


@pytest.mark.covers("B037", "B041")
async def test_a_full_civil_profile_and_own_fields(home, platform, partner):
    call, house, community = home
    upload = platform.ids.upload_id()
    app = Scope(partner.tenant_id, Caller("app", partner.app_key), frozenset({community}), partner.project_id)
    async with platform.db.begin() as tx:
        await add_upload(app, tx, upload, biz_code="HOUSEHOLD_FACE")
        await forms.add_custom(
            app, tx, community_id=community, name="pet", custom=Custom("宠物", "enum", 0, [Choice("1", "有")]), now_ms=1
        )  # fmt: skip
        fields = [Field("pet", True, True, True), Field("company", True, True, True)]
        await forms.arrange(app, tx, community_id=community, fields=fields, now_ms=2)
    profile = {
        "sex": 2, "age": 30, "degree": 7, "health": "良好", "marriage": 1, "politics": 0, "company": "翰林院",
        "registry": "绵州", "residenceAddress": "长安", "registryCode": "510781", "residenceAddressCode": "610100",
        "nationality": "中国", "ext": '{"pet":"1","own":{"a":[1]}}',
    }  # fmt: skip
    asked = {"houseSpaceId": house, "type": 3, "name": "李清照", "communityId": community}
    numbers = {"phoneNum": "+86 139-0000-0001", "idNum": "11010519491231002x", "faceImgUploadId": upload}
    for changed, says in (
        ({"company": None}, "company"),
        ({"ext": '{"own":1}'}, "ext.pet"),
        ({"ext": '{"pet":"2"}'}, "ext.pet"),
        ({"idNum": "330102199001011235"}, "idNum"),
    ):
        told = await call(f"{M}/save", "1.0.5", asked | profile | numbers | changed)
        assert (told["code"], says in told["message"]) == (460, True), told
    made = await call(f"{M}/save", "1.0.5", asked | profile | numbers)
    assert made["code"] == 200, made
    (row,) = (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house}))["data"]
    assert {name: row[name] for name in profile} == profile
    assert (row["mobile"], row["idNo"]) == ("13900000001", "11010519491231002X")
    assert row["faceImageUrl"].endswith(".jpg")
    query = {"mobile": "139 0000 0001", "type": 3, "houseSpaceId": house, "userName": "清照"}
    page = (await call("/solution/community/paas/household/query", "1.0.5", query))["data"]
    assert [one["identityId"] for one in page["data"]] == [made["data"]["identityId"]]
    changed_at = page["data"][0]["gmtModified"]
    for since, until, found in (
        (changed_at, changed_at, 1),
        (changed_at + 1, None, 0),
        (None, changed_at - 1, 0),
    ):
        params = {**query, "modifiedStart": since, "modifiedEnd": until}
        page = (await call("/solution/community/paas/household/query", "1.0.5", params))["data"]
        assert page["total"] == found
    cleared = {"houseSpaceId": house, "identityId": made["data"]["identityId"], "ext": '{"own":2}'}
    told = await call(f"{M}/save", "1.0.5", cleared)
    assert (told["code"], "ext.pet" in told["message"]) == (460, True)


@pytest.mark.covers("B040")
async def test_review_states_and_the_reason_of_a_refusal(home, platform, partner):
    call, house, community = home
    desk = Scope(partner.tenant_id, Caller("staff", "1"), frozenset({community}))
    people = {}
    async with platform.db.begin() as tx:
        for number, name in enumerate(("甲", "乙", "丙"), 1):
            people[name] = await reviews.register(
                desk,
                tx,
                SpaceHouses(),
                claim=reviews.Claim(
                    house_id=int(house), profile=Profile(name=name, phone=f"1390000000{number}"), type=2
                ),
                review=True,
                ids=platform.ids,
                now_ms=platform.clock.now_ms(),
            )
        refused = {"house_id": int(house), "identity_id": people["乙"], "now_ms": platform.clock.now_ms()}
        await reviews.reject(desk, tx, comment="不住这里", **refused)
        await reviews.approve(desk, tx, house_id=int(house), identity_id=people["丙"], now_ms=5)
    rows = (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house}))["data"]
    assert {row["userName"]: (row["status"], row["source"], row["approveComment"]) for row in rows} == {
        "甲": (2, "QRCODE", None), "乙": (3, "QRCODE", "不住这里"), "丙": (1, "QRCODE", None)
    }  # fmt: skip
    page = (await call("/solution/community/paas/household/query", "1.0.5", {}))["data"]
    assert [row["userName"] for row in page["data"]] == ["丙"]
    async with platform.db.begin() as tx:
        with pytest.raises(reviews.UserExists):
            await reviews.register(
                desk,
                tx,
                SpaceHouses(),
                claim=reviews.Claim(
                    house_id=int(house), profile=Profile(name="乙", phone="13900000002"), type=2
                ),
                review=True,
                ids=platform.ids,
                now_ms=6,
            )
        await reviews.register_again(
            desk, tx, house_id=int(house), identity_id=people["乙"], profile=Profile(age=30), type=3, review=True,
            now_ms=7,
        )  # fmt: skip
        with pytest.raises(reviews.NotWaiting):
            await reviews.reject(
                desk, tx, house_id=int(house), identity_id=people["丙"], comment="x", now_ms=8
            )
    rows = (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house, "identityId": people["乙"]}))["data"]
    assert [(row["status"], row["type"], row["approveComment"]) for row in rows] == [(2, 3, None)]


@pytest.mark.parametrize(
    ("params", "code", "says"),
    [
        ({"type": 1}, 460, "name"),
        ({"name": "李白"}, 460, "type"),
        ({"name": "李白", "type": 10}, 460, "type"),
        ({"name": "李白", "type": 1, "sex": 3}, 460, "sex"),
        ({"name": "李白", "type": 1, "phoneNum": "186****81"}, 460, "phoneNum"),
        ({"name": "李白", "type": 1, "ext": "[]"}, 460, "ext"),
        ({"name": "李白", "type": 1, "faceImgUploadId": "none"}, 460, "faceImgUploadId"),
        ({"name": "李白", "type": 1, "communityId": 4242}, 403, "request forbidden."),
        ({"identityId": "50nobody"}, 403, "request forbidden."),
    ],
)
async def test_refusals_of_members(home, params, code, says):
    call, house, _ = home
    told = await call(f"{M}/save", "1.0.5", {"houseSpaceId": house, **params})
    assert told["code"] == code, told
    assert says in told["message"]
    assert (await call(f"{M}/list", "3.0.3", {"houseSpaceId": house}))["data"] == []


@pytest.mark.covers("B038")
async def test_name_and_sex_stay(home):
    call, house, _ = home
    saved = await call(f"{M}/save", "1.0.5", {"houseSpaceId": house, "type": 1, "name": "李白", "sex": 1})
    identity = saved["data"]["identityId"]
    for changed in ({"name": "杜甫"}, {"sex": 2}):
        told = await call(f"{M}/save", "1.0.5", {"houseSpaceId": house, "identityId": identity, **changed})
        assert (told["code"], next(iter(changed)) in told["message"]) == (460, True)


async def test_users_of_groups(home):
    call, _, community = home
    groups = (await call(f"{U}/group/query", "1.0.1", {"pageNo": 1, "pageSize": 20}))["data"]
    assert [(g["userGroupName"], g["userGroupType"], g["isDefault"], g["communityId"]) for g in groups] == [
        (name, kind, 1, community)
        for name, kind in sorted(
            (("业主", "RESIDENT"), ("物业", "PROPERTY"), ("访客", "VISITOR"), ("黑名单", "BLACKLIST")),
            key=lambda pair: [g["userGroupName"] for g in groups].index(pair[0]),
        )
    ]
    visitors = next(g["userGroupId"] for g in groups if g["userGroupType"] == "VISITOR")
    added = await call(
        f"{U}/add",
        "1.0.2",
        {"userGroupId": visitors, "userName": "王先生", "mobile": "13800000002", "age": "22"},
    )
    identity = added["data"]["identityId"]
    again = await call(
        f"{U}/add", "1.0.2", {"userGroupId": visitors, "userName": "王先生", "mobile": "13800000002"}
    )
    assert again["data"]["identityId"] == identity
    user = (await call(f"{U}/get", "1.0.2", {"identityId": identity}))["data"]
    assert (user["userName"], user["mobile"], user["age"]) == ("王先生", "13800000002", 22)
    bad = [
        ({"userName": "a" * 13}, 460, "userName"),
        ({"userName": "王!"}, 460, "userName"),
        ({"mobile": ""}, 460, "mobile"),
        ({"userName": "张三"}, 460, "13800000002"),
        ({"userGroupId": "nothing"}, 403, "request forbidden."),
    ]
    for changed, code, says in bad:
        params = {"userGroupId": visitors, "userName": "王先生", "mobile": "13800000002"} | changed
        told = await call(f"{U}/add", "1.0.2", params)
        assert (told["code"], says in told["message"]) == (code, True), told
    order = {"columnName": "gmt_modified", "direction": "desc"}
    query = {"pageNo": 1, "pageSize": 5, "userGroupId": visitors, "orderBy": order}
    assert len((await call(f"{U}/query", "1.0.5", query))["data"]) == 1
    bad_order = {"orderBy": {"columnName": "name", "direction": "asc"}}
    assert (await call(f"{U}/query", "1.0.5", query | bad_order))["code"] == 460
