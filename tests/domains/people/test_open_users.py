"""Users and their groups over the signed open API. Spec B §3.7 and the older versions of §3.22."""

import pytest

from linli.domains.communities import post_policy
from linli.kernel.scope import Caller, Scope
from tests.domains.communities.builders import add_upload
from tests.domains.people.conftest import make_home

U = "/solution/community/paas/user"
G = f"{U}/group"
PAGE = {"pageNo": 1, "pageSize": 20}
JPG = bytes.fromhex("ffd8ffc0001108000a000a03012200021101031101ffd9")
"""Ten by ten pixels as far as a header tells."""


async def names(home):
    return [row["userGroupName"] for row in await home.ok(f"{G}/query", "1.0.1", PAGE)]


async def add(home, group, name="王先生", mobile="13800000002", **more):
    said = await home.ok(
        f"{U}/add", "1.0.2", {"userGroupId": group, "userName": name, "mobile": mobile, **more}
    )
    return said["identityId"]


async def picture(home, **facts):
    app = Scope(
        home.partner.tenant_id, Caller("app", home.partner.app_key), frozenset(), home.partner.project_id
    )
    upload = home.platform.ids.upload_id()
    async with home.platform.db.begin() as tx:
        await add_upload(app, tx, upload, **{"biz_code": "HOUSEHOLD_FACE", **facts})
    return upload


async def user(home, identity):
    return await home.ok(f"{U}/get", "1.0.2", {"identityId": identity})


@pytest.mark.covers("B027", "B029")
@pytest.mark.parametrize("version", ["1.0.1", "1.0.0"])
async def test_groups_of_ones_own_beside_the_default_four(here, version):
    old = version == "1.0.0"
    where = {"communityId": here.community} if old else {}
    four = {"业主", "物业", "访客", "黑名单"}
    assert set(await names(here)) == four
    for kind in ("RESIDENT", "VISITOR", "PROPERTY", "BLACKLIST"):
        wish = {"userGroupName": f"组 {kind}", "userGroupType": kind, **where}
        made = await here.ok(f"{G}/add", version, wish)
        group = made if old else made["userGroupId"]
        assert len(group) == 32
    taken = await here.call(f"{G}/add", version, wish)
    assert (taken["code"], "BLACKLIST" in taken["message"]) == (460, True)
    for wrong, field in (
        ({"userGroupType": "OTHER"}, "userGroupType"),
        ({"userGroupName": " "}, "userGroupName"),
    ):
        told = await here.call(f"{G}/add", version, wish | wrong)
        assert (told["code"], field in told["message"]) == (460, True)
    if old:
        assert (await here.call(f"{G}/add", version, wish | {"communityId": 4242}))["code"] == 403
    renamed = await here.call(f"{G}/update", version, {"userGroupId": group, "userGroupName": "装修队"})
    assert (renamed["code"], "data" in renamed) == (200, False)
    found = await here.ok(f"{G}/query", version, {**PAGE, "userGroupName": "装修"})
    assert found == [
        {
            "communityId": here.community, "userGroupId": group, "userGroupType": "BLACKLIST",
            "userGroupName": "装修队", "isDefault": 0,
        }
    ]  # fmt: skip
    await here.ok(f"{G}/delete", version, {"userGroupId": group})
    assert "装修队" not in await names(here)
    for default in four:
        (row,) = await here.ok(f"{G}/query", version, {**PAGE, "userGroupName": default})
        refused = await here.call(f"{G}/delete", version, {"userGroupId": row["userGroupId"]})
        assert refused["code"] == 460
        named = {"userGroupId": row["userGroupId"], "userGroupName": "别的"}
        assert (await here.call(f"{G}/update", version, named))["code"] == 460
    assert four <= set(await names(here)), "the four stay"


@pytest.mark.covers("B034")
@pytest.mark.parametrize("version", ["1.0.1", "1.0.0"])
async def test_users_go_into_groups_and_come_out(here, there, version):
    group = (await here.ok(f"{G}/add", "1.0.1", {"userGroupName": "甲", "userGroupType": "VISITOR"}))[
        "userGroupId"
    ]
    identity = await add(here, await here.group("VISITOR"))
    member = {"userGroupId": group, "identityId": identity}
    for _ in range(2):
        await here.ok(f"{G}/member/add", version, member)
    found = await here.ok(f"{U}/query", "1.0.5", {**PAGE, "userGroupId": group})
    assert [row["identityId"] for row in found] == [identity]
    assert {g["userGroupName"] for g in found[0]["userGroups"]} == {"访客", "甲"}
    for way in (("add", version), ("delete", "1.0.1")):
        for wrong in ({"userGroupId": "none"}, {"identityId": "50none"}):
            assert (await here.call(f"{G}/member/{way[0]}", way[1], member | wrong))["code"] == 403
        assert (await there.call(f"{G}/member/{way[0]}", way[1], member))["code"] == 403
    for _ in range(2):
        await here.ok(f"{G}/member/delete", "1.0.1", member)
    assert await here.ok(f"{U}/query", "1.0.5", {**PAGE, "userGroupId": group}) == []
    assert (await user(here, identity))["userGroups"][0]["userGroupName"] == "访客"


@pytest.mark.covers("B028")
async def test_new_residents_are_owners_without_being_asked(here):
    saved = await here.ok(
        "/solution/community/paas/house/member/save",
        "1.0.5",
        {"houseSpaceId": await here.house("301"), "type": 2, "name": "李白"},
    )
    told = await user(here, saved["identityId"])
    assert [g["userGroupType"] for g in told["userGroups"]] == ["RESIDENT"]


@pytest.mark.covers("B030")
async def test_users_are_found_by_what_is_known_of_them(here, clock):
    visitors, staff = await here.group("VISITOR"), await here.group("PROPERTY")
    first = await add(here, visitors, "王一", "13800000011", sex=1, age=30, idNo="330102199001011234")
    await clock.advance(1000)
    second = await add(here, staff, "王二", "13800000012", sex=2, age=40)
    await clock.advance(1000)
    changed_ms = clock.now_ms()
    await here.ok(f"{U}/update", "1.0.2", {"identityId": first, "age": 31})

    async def found(version="1.0.5", **filters):
        if version == "1.0.0":
            filters["communityId"] = here.community
        return [row["identityId"] for row in await here.ok(f"{U}/query", version, {**PAGE, **filters})]

    assert await found() == [second, first]
    assert await found(orderBy={"columnName": "gmt_modified", "direction": "desc"}) == [first, second]
    assert await found(userGroupId=staff) == [second]
    assert await found(userName="一") == [first]
    assert await found(mobile="+86 138 0000 0012") == [second]
    assert await found(modifiedStart=changed_ms) == [first]
    assert await found(modifiedEnd=changed_ms - 1) == [second]
    assert await found("1.0.0", identityId=second) == [second]
    assert await found("1.0.0", idNo="330102199001011234") == [first]
    assert await found("1.0.0", age=31) == [first]
    assert await found("1.0.0", age=31, sex=2) == []
    assert await found("1.0.0", mobile="13800000012", userName="王") == [second]
    assert (await here.call(f"{U}/query", "1.0.0", {**PAGE, "communityId": 4242}))["code"] == 403
    assert (await here.call(f"{U}/query", "1.0.0", PAGE))["code"] == 460
    assert (await here.call(f"{U}/query", "1.0.5", {"pageNo": 1, "pageSize": 101}))["code"] == 460


@pytest.mark.covers("B031", "B033")
async def test_a_face_picture_gives_a_face_id(here, there):
    group = await here.group("RESIDENT")
    upload = await picture(here)
    wish = {"userGroupId": group, "userName": "王先生", "mobile": "13800000002", "faceImgUploadId": upload}
    made = await here.ok(f"{U}/add", "1.0.2", wish)
    assert len(made["faceId"]) == 40
    told = await here.ok(f"{U}/get", "1.0.2", {"faceId": made["faceId"]})
    assert (told["identityId"], told["faceId"]) == (made["identityId"], made["faceId"])
    assert "/files/" in told["faceImageUrl"]
    assert (await there.call(f"{U}/get", "1.0.2", {"faceId": made["faceId"]}))["code"] == 403
    assert (await here.call(f"{U}/get", "1.0.2", {}))["code"] == 460
    both = {"identityId": made["identityId"], "faceId": "50other"}
    assert (await here.call(f"{U}/get", "1.0.2", both))["code"] == 403

    newer = {"identityId": made["identityId"], "faceImgUploadId": await picture(here)}
    await here.ok(f"{U}/update", "1.0.2", newer)
    now = await user(here, made["identityId"])
    assert now["faceId"] not in (None, made["faceId"]), "another picture is another face"
    assert (await here.call(f"{U}/get", "1.0.2", {"faceId": made["faceId"]}))["code"] == 403

    for facts in ({"side": 801}, {"size": 9_999}, {"size": 2_000_000}, {"biz_code": "DEFAULT"}):
        bad = await picture(here, **facts)
        for path, version, params in (
            (f"{U}/add", "1.0.2", wish | {"mobile": "13800000009"}),
            (f"{U}/update", "1.0.2", {"identityId": made["identityId"]}),
        ):
            refused = await here.call(path, version, params | {"faceImgUploadId": bad})
            assert (refused["code"], "faceImgUploadId" in refused["message"]) == (460, True), facts
    theirs = await picture(there)
    assert (await here.call(f"{U}/update", "1.0.2", newer | {"faceImgUploadId": theirs}))["code"] == 460


@pytest.mark.covers("B033")
async def test_the_old_way_with_the_key_of_a_picture(here):
    async def handed_in(content):
        ticket = await here.ok("/solution/community/oss/ticket/get", "1.0.2", {"type": "picture"})
        key = f"{ticket['dir']}/face.jpg"
        await here.platform.store.put(post_policy.stored_key(key), content)
        return key

    key = await handed_in(JPG + bytes(12_000))
    wish = {"userGroupId": await here.group("RESIDENT"), "userName": "王先生", "mobile": "13800000002"}
    assert (await here.call(f"{U}/add", "1.0.0", wish | {"userGroupId": "x", "faceImageUrl": key}))[
        "code"
    ] == 403
    made = await here.ok(f"{U}/add", "1.0.0", wish | {"faceImageUrl": key})
    assert made["faceId"]
    where = {"communityId": here.community, **PAGE}
    (row,) = await here.ok(f"{U}/query", "1.0.0", where | {"faceImageUrl": key})
    assert (row["identityId"], row["faceId"]) == (made["identityId"], made["faceId"])
    assert await here.ok(f"{U}/query", "1.0.0", where | {"faceImageUrl": "nothing"}) == []
    assert await here.ok(f"{U}/query", "1.0.0", where | {"faceId": made["faceId"]}) == [row]
    for bad in (key, "nothing", await handed_in(b"no picture"), await handed_in(JPG)):
        told = await here.call(f"{U}/add", "1.0.0", wish | {"mobile": "13800000003", "faceImageUrl": bad})
        assert (told["code"], "faceImageUrl" in told["message"]) == (460, True), told
    assert (await here.ok(f"{U}/query", "1.0.0", where | {"mobile": "13800000003"})) == []


async def test_what_update_refuses(here, there):
    identity = await add(here, await here.group("VISITOR"))
    for wrong, code in (
        ({"userName": "王!"}, 460), ({"userName": "一" * 13}, 460), ({"sex": 3}, 460), ({"age": 200}, 460),
        ({"idNo": "?"}, 460), ({"idNo": "330102199001011235"}, 460), ({"age": "old"}, 400),
    ):  # fmt: skip
        told = await here.call(f"{U}/update", "1.0.2", {"identityId": identity, **wrong})
        assert (told["code"], next(iter(wrong)) in told["message"]) == (code, True), told
    assert (await there.call(f"{U}/update", "1.0.2", {"identityId": identity, "age": 1}))["code"] == 403
    await here.ok(f"{U}/update", "1.0.2", {"identityId": identity, "userName": "赵先生", "sex": 2})
    told = await user(here, identity)
    assert (told["userName"], told["sex"], told["mobile"]) == ("赵先生", 2, "13800000002")


@pytest.mark.covers("B036")
async def test_an_erased_user_leaves_nothing_but_the_number(here, there):
    member = "/solution/community/paas/house/member"
    house = await here.house("301")
    saved = await here.ok(
        f"{member}/save",
        "1.0.5",
        {"houseSpaceId": house, "type": 1, "name": "李白", "phoneNum": "13900000001"},
    )
    identity = saved["identityId"]
    assert (await there.call(f"{U}/delete", "1.0.0", {"identityId": identity}))["code"] == 403
    erased = await here.call(f"{U}/delete", "1.0.0", {"identityId": identity})
    assert (erased["code"], "data" in erased) == (200, False)
    assert await here.ok(f"{member}/list", "3.0.3", {"houseSpaceId": house}) == []
    assert await here.ok(f"{U}/query", "1.0.5", PAGE) == []
    assert (await here.call(f"{U}/get", "1.0.2", {"identityId": identity}))["code"] == 403
    assert (await here.call(f"{U}/delete", "1.0.0", {"identityId": identity}))["code"] == 403
    again = await add(here, await here.group("VISITOR"), "杜甫", "13900000001")
    assert again != identity, "the phone is free, and means another person"


async def test_erased_in_one_community_a_person_stays_in_another(platform, partner, here):
    other = await make_home(platform, partner, "第二个")
    identity = await add(here, await here.group("VISITOR"))
    assert await add(other, await other.group("VISITOR")) == identity
    await here.ok(f"{U}/delete", "1.0.0", {"identityId": identity})
    assert (await here.call(f"{U}/get", "1.0.2", {"identityId": identity}))["code"] == 403
    told = await user(other, identity)
    assert (told["userName"], told["mobile"]) == ("王先生", "13800000002")
    await other.ok(f"{U}/delete", "1.0.0", {"identityId": identity})
    assert (await other.call(f"{U}/get", "1.0.2", {"identityId": identity}))["code"] == 403
