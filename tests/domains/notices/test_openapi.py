"""A partner publishes notices. Spec B §3.19, §4.5, §9 V9."""

import msgspec
import pytest
from sqlalchemy import select

from linli.app.events import to_subscribers
from linli.databus.models import changes
from linli.domains.communities.service import uploads
from linli.kernel.db import Query

N = "/solution/community/notice"
ADD = {"title": "停水通知", "publications": [{"text": "周五九点"}], "type": 6, "isTop": 0, "publishType": 3}
_told = Query(
    select(changes.c.payload).where(changes.c.kind == "message").order_by(changes.c.id), unscoped="a test"
)


@pytest.fixture
async def home(platform, partner):
    """(call within the community, community id, building, house in it, another building)."""
    community = await platform.new_community(partner)
    token = await partner.token(community)
    detail = await partner.call(
        "/solution/community/paas/community/detail/get", "1.0.3", {"communityId": community}
    )

    async def call(path, version, params):
        return await partner.call(path, version, params, cloudToken=token)

    async def space(parent, kind, name):
        params = {"name": name, "parentId": parent, "typeCode": kind}
        return (await call("/solution/community/paas/space/sub/create", "1.0.1", params))["data"]["spaceId"]

    root = detail["data"]["spaceId"]
    building = await space(root, "building", "1幢")
    return (
        call,
        community,
        building,
        await space(building, "house", "301"),
        await space(root, "building", "2幢"),
    )


@pytest.mark.covers("B090")
async def test_a_notice_is_published_read_and_told(platform, partner, home):
    to_subscribers(platform.db.handlers)
    call, community, building, *_ = home
    picture = await uploads.keep(
        partner.owner,
        platform.db,
        platform.store,
        new=uploads.NewUpload(
            content=bytes.fromhex("ffd8ffc0001108000a000a03012200021101031101ffd9"),
            biz_code="DEFAULT",
            community_id=community,
            tmp_key="",
            field="file",
        ),
        ids=platform.ids,
        now_ms=1,
    )
    groups = [{"text": "第一段", "uploadId": picture.upload_id}, {"text": "第二段"}]
    sent = {**ADD, "publications": groups, "communityId": community, "spaceIds": [building]}
    number = (await call(f"{N}/add", "1.0.3", sent))["data"]
    assert isinstance(number, str)
    assert int(number) < 2**31
    told = (await call(f"{N}/get", "1.0.6", {"messageId": number}))["data"]
    url = told["publications"][0].pop("pictureUrl")
    assert picture.upload_id in url
    assert told == {
        "messageId": int(number),
        "title": "停水通知",
        "publications": [{"text": "第一段"}, {"text": "第二段", "pictureUrl": None}],
        "type": 6,
        "isTop": 0,
        "gmtCreate": platform.clock.now_ms(),
        "publishRange": 1,
        "spaceIds": [building],
    }
    ((payload,),) = await _told.all(platform.db)
    assert msgspec.json.decode(payload) == {"communityId": community, "ids": [number], "type": "publish"}


@pytest.mark.covers("B091", "B092")
async def test_lists_by_channel_type_space_and_pin(platform, home):
    call, _, building, house, other = home

    async def add(**changed):
        await platform.clock.advance(1000)
        return int((await call(f"{N}/add", "1.0.3", {**ADD, **changed}))["data"])

    everybody = await add(publishType=1)
    first = await add(publishType=2, spaceIds=[building])
    second = await add(publishType=6, type=1, spaceIds=[other])

    async def listed(**asked):
        page = (await call(f"{N}/query", "1.0.9", {"pageNo": 1, "pageSize": 10, **asked}))["data"]
        assert (page["total"], page["pageNo"], page["pageSize"]) == (len(page["data"]), 1, 10)
        return [row["messageId"] for row in page["data"]]

    assert await listed() == [second, first, everybody]
    assert (await call(f"{N}/update", "1.0.0", {"messageId": everybody, "isTop": 1}))["code"] == 200
    assert await listed() == [everybody, second, first]
    assert await listed(topFirst=0) == [second, first, everybody]
    assert await listed(publishType=0) == [everybody, second, first]
    assert await listed(publishType=2) == [second, first]
    assert await listed(publishType=5) == [everybody, second]
    assert await listed(type=1) == [second]
    assert await listed(spaceId=house) == [everybody, first]
    page = (await call(f"{N}/query", "1.0.9", {"pageNo": 1, "pageSize": 1}))["data"]
    assert page["total"] == 3
    assert page["data"][0]["publishType"] == 1
    assert page["data"][0]["publishRange"] == 0
    assert page["data"][0]["spaceIds"] == []


@pytest.mark.covers("B093")
async def test_deleting_takes_all_or_none(home):
    call, *_ = home
    one, two = [int((await call(f"{N}/add", "1.0.3", ADD))["data"]) for _ in range(2)]
    assert (await call(f"{N}/delete", "1.0.0", {"messageIds": [one, 4242]}))["code"] == 403
    assert (await call(f"{N}/get", "1.0.6", {"messageId": one}))["code"] == 200
    gone = await call(f"{N}/delete", "1.0.0", {"messageIds": [one, str(two)]})
    assert (gone["code"], "data" in gone) == (200, False)
    for number in (one, two):
        assert (await call(f"{N}/get", "1.0.6", {"messageId": number}))["code"] == 403
    assert (await call(f"{N}/query", "1.0.9", {"pageNo": 1, "pageSize": 10}))["data"]["total"] == 0


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"title": ""}, 460, "title"),
        ({"title": "字" * 21}, 460, "title"),
        ({"title": "停水！"}, 460, "title"),
        ({"publications": []}, 460, "publications"),
        ({"publications": [{"text": "一"}] * 6}, 460, "publications"),
        ({"publications": [{"text": " "}]}, 460, "text"),
        ({"publications": [{"text": "长" * 1001}]}, 460, "text"),
        ({"publications": [{"text": "图", "uploadId": "none"}]}, 460, "uploadId"),
        ({"publications": "text"}, 400, ""),
        ({"type": 10}, 460, "type"),
        ({"isTop": 2}, 460, "isTop"),
        ({"publishType": 0}, 460, "publishType"),
        ({"publishType": 8}, 460, "publishType"),
        ({"spaceIds": ["4242"]}, 403, ""),
        ({"spaceIds": ["x"]}, 403, ""),
        ({"communityId": 4242}, 403, ""),
    ],
)
async def test_refusals(home, changed, code, says):
    call, *_ = home
    told = await call(f"{N}/add", "1.0.3", {**ADD, **changed})
    assert told["code"] == code, told
    assert says in told["message"]
    assert (await call(f"{N}/query", "1.0.9", {"pageNo": 1, "pageSize": 10}))["data"]["total"] == 0


@pytest.mark.parametrize("wrong", [{"pageSize": 101}, {"publishType": 8}, {"topFirst": 2}])
async def test_refusals_of_queries(home, wrong):
    call, *_ = home
    assert (await call(f"{N}/query", "1.0.9", {"pageNo": 1, "pageSize": 10, **wrong}))["code"] == 460


async def test_a_stranger_has_no_such_notice(platform, stranger, home):
    call, *_ = home
    number = (await call(f"{N}/add", "1.0.3", ADD))["data"]
    token = await stranger.token(await platform.new_community(stranger, "别处"))
    for path, version, params in (
        ("get", "1.0.6", {"messageId": number}),
        ("update", "1.0.0", {"messageId": number, "isTop": 1}),
        ("delete", "1.0.0", {"messageIds": [number]}),
    ):
        told = await stranger.call(f"{N}/{path}", version, params, cloudToken=token)
        assert told["code"] == 403
