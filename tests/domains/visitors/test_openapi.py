"""A partner applies for visitors, checks them in, voids and finds them. Spec B §3.9, §5 F7."""

import pytest

from linli.domains.access.times import read_time, write_time
from linli.domains.visitors.times import day_of
from tests.domains.visitors.conftest import HOUR

A = "/solution/community/house/visitor/apply"


def window(estate, since=0, until=2):
    now = estate.clock.now_ms()
    return {"startTime": write_time(now + since * HOUR), "endTime": write_time(now + until * HOUR)}


def application(estate, *visitors, **more):
    guests = list(visitors) or [{"name": "李访客", "type": "4"}]
    return {"houseId": str(estate.house), **window(estate), "visitors": guests, **more}


async def apply(estate, *visitors, **more):
    told = await estate.ok(f"{A}/add", "1.0.0", application(estate, *visitors, **more))
    return [row["applyId"] for row in told]


async def status(estate, apply_id):
    return (await estate.ok(f"{A}/get", "1.0.0", {"applyId": apply_id}))["checkStatus"]


@pytest.mark.covers("B043", "B046")
async def test_several_visitors_an_application_and_what_is_told_of_each(estate):
    guest = {
        "name": "李访客", "type": "3", "idCard": "330102199001011234", "phone": "13912345678", "gender": 2,
        "plateNum": "浙a·12345",
    }  # fmt: skip
    one, two = await apply(estate, guest, {"name": "王同行", "type": 9})
    told = await estate.ok(f"{A}/get", "1.0.0", {"applyId": one})
    visitor = told.pop("visitorId")
    assert (len(visitor), visitor[:2]) == (40, "50")
    assert told == {
        "applyId": one,
        "name": "李访客",
        "communityName": "桂花城",
        "houseName": "3幢/1单元/502",
        "type": 3,
        "phone": "139****5678",
        "idCard": "330*************34",
        "identityId": None,
        "gender": 2,
        "plateNum": "浙A12345",
        **window(estate),
        "checkStatus": 0,
    }
    bare = await estate.ok(f"{A}/get", "1.0.0", {"applyId": two})
    assert (bare["type"], bare["phone"], bare["idCard"], bare["plateNum"]) == (9, None, None, None)
    groups = await estate.ok(
        "/solution/community/paas/user/group/query", "1.0.1", {"pageNo": 1, "pageSize": 9}
    )
    (guests,) = [row["userGroupId"] for row in groups if row["userGroupType"] == "VISITOR"]
    users = await estate.ok(
        "/solution/community/paas/user/query", "1.0.5", {"userGroupId": guests, "pageNo": 1, "pageSize": 9}
    )
    assert visitor in str(users)
    code = await estate.ok("/homelink/common/qrcode/generate", "1.0.1", {"identityId": visitor})
    assert len(code) == 16


@pytest.mark.covers("B044", "B045")
async def test_checking_in_and_voiding(estate):
    one, two, three = await apply(estate, *({"name": f"访客{n}", "type": "4"} for n in "一二三"))
    done = await estate.call(f"{A}/confirm", "1.0.0", {"applyId": one})
    assert (done["code"], "data" in done) == (200, False)
    done = await estate.call(f"{A}/cancel", "1.0.0", {"applyId": two})
    assert (done["code"], "data" in done) == (200, False)
    assert [await status(estate, apply_id) for apply_id in (one, two, three)] == [1, 2, 0]
    for path in ("confirm", "cancel"):
        for apply_id in (one, two):
            assert (await estate.call(f"{A}/{path}", "1.0.0", {"applyId": apply_id}))["code"] == 460
    estate.jump(3 * HOUR)
    estate.token = await estate.partner.token(estate.community)
    late = await estate.call(f"{A}/confirm", "1.0.0", {"applyId": three})
    assert (late["code"], await status(estate, three)) == (460, 0)


@pytest.mark.covers("B047")
async def test_queries_by_time_and_house(estate):
    now = estate.clock.now_ms()
    (first,) = await apply(estate)
    (second,) = await apply(estate, houseId=estate.other_house, **window(estate, 24, 26))

    async def found(since, until, **more):
        asked = {"startTime": write_time(now + since * HOUR), "endTime": write_time(now + until * HOUR)}
        told = await estate.ok(f"{A}/query", "1.0.0", {**asked, "pageNo": 1, "pageSize": 10, **more})
        assert (told["total"], told["pageNo"], told["pageSize"]) == (len(told["data"]), 1, 10)
        assert all("visitorId" not in row for row in told["data"])
        return [row["applyId"] for row in told["data"]]

    assert await found(-1, 48) == [second, first]
    assert await found(1, 1) == [first]
    assert await found(3, 23) == []
    assert await found(25, 30) == [second]
    assert await found(-1, 48, houseId=str(estate.house)) == [first]
    page = {"startTime": write_time(now), "endTime": write_time(now + 48 * HOUR), "pageNo": 2, "pageSize": 1}
    told = await estate.ok(f"{A}/query", "1.0.0", page)
    assert (told["total"], [row["applyId"] for row in told["data"]]) == (2, [first])


REFUSED = [
    ({"houseId": "4242"}, 403, ""),
    ({"houseId": "x"}, 403, ""),
    ({"startTime": "2026-13-01 00:00:00"}, 460, "startTime"),
    ({"endTime": "tomorrow"}, 460, "endTime"),
    ({"endTime": "2020-01-01 00:00:00"}, 460, "endTime"),
    ({"endTime": "2099-01-01 00:00:00"}, 460, "endTime"),
    ({"visitors": []}, 460, "visitors"),
    ({"visitors": [{"name": "访", "type": "4"}] * 21}, 460, "visitors"),
    ({"visitors": [{"name": " ", "type": "4"}]}, 460, "visitors[0].name"),
    ({"visitors": [{"name": "访", "type": "10"}]}, 460, "visitors[0].type"),
    ({"visitors": [{"name": "访", "type": "x"}]}, 460, "visitors[0].type"),
    (
        {"visitors": [{"name": "甲", "type": "4"}, {"name": "乙", "type": "4", "phone": "1"}]},
        460,
        "[1].phone",
    ),
    ({"visitors": [{"name": "访", "type": "4", "idCard": "?"}]}, 460, "visitors[0].idCard"),
    ({"visitors": [{"name": "访", "type": "4", "idCard": "330102199001011235"}]}, 460, "visitors[0].idCard"),
    ({"visitors": [{"name": "访", "type": "4", "gender": 3}]}, 460, "visitors[0].gender"),
    ({"visitors": [{"name": "访", "type": "4", "plateNum": "123"}]}, 460, "visitors[0].plateNum"),
    ({"visitors": [{"type": "4"}]}, 460, "name"),
    ({"visitors": "访客"}, 400, ""),
]


async def test_refusals(estate):
    for changed, code, says in REFUSED:
        told = await estate.call(f"{A}/add", "1.0.0", {**application(estate), **changed})
        assert told["code"] == code, (changed, told)
        assert says in told["message"]
    asked = {"pageNo": 1, "pageSize": 10, **window(estate, -1, 48)}
    assert (await estate.ok(f"{A}/query", "1.0.0", asked))["total"] == 0


async def test_refusals_of_queries_and_unknown_ids(estate):
    asked = {"pageNo": 1, "pageSize": 10, **window(estate)}
    for changed in ({"pageSize": 101}, {"startTime": "x"}, window(estate, 2, 1)):
        assert (await estate.call(f"{A}/query", "1.0.0", {**asked, **changed}))["code"] == 460
    assert (await estate.call(f"{A}/query", "1.0.0", {**asked, "houseId": "4242"}))["code"] == 403
    for path in ("get", "cancel", "confirm"):
        for apply_id in ("4242", "x", ""):
            assert (await estate.call(f"{A}/{path}", "1.0.0", {"applyId": apply_id}))["code"] == 403
        assert (await estate.call(f"{A}/{path}", "1.0.0", {}))["code"] == 460


async def test_a_phone_known_under_another_name_stays_who_it_is(estate):
    member = {"houseSpaceId": estate.house, "name": "王户主", "type": 1, "phoneNum": "13912345678"}
    resident = (await estate.ok("/solution/community/paas/house/member/save", "1.0.5", member))["identityId"]
    same, other = await apply(
        estate,
        {"name": "王户主", "type": "4", "phone": "13912345678"},
        {"name": "小王", "type": "4", "phone": "13912345678"},
    )
    assert (await estate.ok(f"{A}/get", "1.0.0", {"applyId": same}))["visitorId"] == resident
    told = await estate.ok(f"{A}/get", "1.0.0", {"applyId": other})
    assert told["visitorId"] != resident
    assert told["phone"] == "139****5678"


async def test_nobody_of_the_blacklist(estate):
    groups = await estate.ok(
        "/solution/community/paas/user/group/query", "1.0.1", {"pageNo": 1, "pageSize": 9}
    )
    (black,) = [row["userGroupId"] for row in groups if row["userGroupType"] == "BLACKLIST"]
    user = {"userGroupId": black, "userName": "赵某", "mobile": "13912345678"}
    await estate.ok("/solution/community/paas/user/add", "1.0.2", user)
    told = await estate.call(
        f"{A}/add", "1.0.0", application(estate, {"name": "赵某", "type": "4", "phone": "13912345678"})
    )
    assert (told["code"], "blacklist" in told["message"]) == (460, True)


async def test_times_go_by_the_clocks_of_the_community(estate):
    zone = "America/New_York"
    path = f"/communities/{estate.community}/time-zone"
    assert (await estate.desk.put(path, json={"timeZone": zone})).status_code == 204
    now = estate.clock.now_ms()
    here = {"startTime": write_time(now, zone), "endTime": write_time(now + 2 * HOUR, zone)}
    (one,) = await apply(estate, **here)
    told = await estate.ok(f"{A}/get", "1.0.0", {"applyId": one})
    assert {name: told[name] for name in here} == here
    shown = (await estate.desk.get(f"/communities/{estate.community}/visits/{one}")).json()
    assert (shown["startsMs"], shown["endsMs"]) == (now // 1000 * 1000, (now + 2 * HOUR) // 1000 * 1000)
    told = (await estate.desk.post(f"/communities/{estate.community}/visits/{one}/pass")).json()
    page = await estate.client.get(told["passUrl"])
    assert here["startTime"][5:16] in page.text
    found = await estate.ok(f"{A}/query", "1.0.0", {**here, "pageNo": 1, "pageSize": 9})
    assert found["total"] == 1
    assert not (await estate.ok(f"{A}/query", "1.0.0", {**window(estate, 5, 6), "pageNo": 1, "pageSize": 9}))[
        "total"
    ]


def test_the_day_of_visitors_has_the_hours_of_its_zone():
    """New York went from winter to summer time on 8 March 2026: a day of 23 hours, which ends where the next begins."""
    noon = read_time("2026-03-08 12:00:00", "at", "America/New_York")
    first, last = day_of(noon, "America/New_York")
    assert write_time(first, "America/New_York") == "2026-03-08 00:00:00"
    assert last + 1 - first == 23 * HOUR
    assert day_of(noon, "") != (first, last)
