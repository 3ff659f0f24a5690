"""A visitor's pass: told by message, shown on a page, opened doors by a door that really decides, and taken away."""

import re

import pytest

from linli.domains.access.code_forms import CodeForm
from linli.domains.access.queries.doors import doors_of_community
from linli.domains.access.service import readings
from linli.domains.people.queries import persons as people
from linli.domains.visitors import queries
from linli.domains.visitors.rows import RESIDENT
from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.scope import Scope
from tests.domains.visitors.conftest import HOUR, until
from tests.domains.visitors.test_openapi import A, apply, status

GUEST = {"name": "李访客", "type": "4", "phone": "13912345678", "plateNum": "浙A12345"}


async def picture(estate, apply_id):
    """What the QR on the visitor's page holds."""
    found = await queries.visit(Scope.system(), estate.db, int(apply_id))
    return (await estate.platform.visitors.passes.pictures(found))[0].text


async def test_a_pass_opens_the_doors_on_the_way_and_tells_who_came(estate):
    here = await estate.door("3号楼大门", estate.building)
    gate = await estate.door("南门", None)
    elsewhere = await estate.door("503门口", estate.other_house)
    (one,) = await apply(estate, GUEST)
    text = await picture(estate, one)
    await until(lambda: here.permissions.qr and gate.permissions.qr and here.public_key)
    assert elsewhere.permissions.qr == {}
    assert (here.scan(text).opens, gate.scan(text).opens) == (True, True)

    async def arrived():
        return await status(estate, one) == 1

    await until(arrived)
    seen = (await estate.desk.get(f"/communities/{estate.community}/visits/{one}")).json()
    assert sorted(door["name"] for door in seen["doors"]) == ["3号楼大门", "南门"]
    assert (
        await estate.desk.post(f"/communities/{estate.community}/visits/{one}/check-out")
    ).status_code == 204
    await until(lambda: not here.permissions.qr and not gate.permissions.qr)
    assert not here.scan(text).opens


async def test_one_link_opens_gate_door_and_lift(estate):
    gate = await estate.door("南门", None)
    entrance = await estate.door("3幢大门", estate.building)
    lift = await estate.lift("3幢电梯", estate.building)
    other = await estate.lift("503专用梯", estate.other_house)
    (one,) = await apply(estate, GUEST)
    text = await picture(estate, one)
    await until(lambda: all(door.permissions.qr and door.public_key for door in (gate, entrance, lift)))
    assert other.permissions.qr == {}
    assert not lift.press_floor(5)  # nobody showed anything yet
    assert gate.scan(text).opens
    assert entrance.scan(text).opens
    assert lift.scan(text).opens
    assert lift.press_floor(5)
    assert lift.floor == 5
    estate.jump(16_000)
    assert not lift.press_floor(1)

    async def seen():
        told = (await estate.desk.get(f"/communities/{estate.community}/visits/{one}")).json()
        return sorted(door["name"] for door in told["doors"]) == ["3幢大门", "3幢电梯", "南门"]

    async def arrived():
        return await status(estate, one) == 1

    await until(seen)
    await until(arrived)
    rows = (await estate.desk.get("/doors", params={"communityId": estate.community})).json()["data"]
    assert {row["name"]: row["lift"] for row in rows} == {
        "南门": False, "3幢大门": False, "3幢电梯": True, "503专用梯": True,
    }  # fmt: skip
    assert (
        await estate.desk.post(f"/communities/{estate.community}/visits/{one}/check-out")
    ).status_code == 204
    await until(lambda: not lift.permissions.qr)
    assert not lift.scan(text).opens


async def test_doors_with_code_forms_of_their_own_get_codes_that_they_read(estate):
    """A smart door reads the encrypted picture, an older one its site's digits: one pass shows both."""
    gate = await estate.door("南门", None)
    older = await estate.door("3幢大门", estate.building)
    older.reads_plain = True
    form = CodeForm("own", "digits", 12, "9")
    async with estate.db.begin() as tx:
        found = await doors_of_community(Scope.system(), tx, community_id=estate.community)
        (place,) = [one for one in found if one.name == "3幢大门"]
        await readings.say_of_door(
            Scope.system(place.tenant_id, "test"), tx, iot_id=place.iot_id, form=form, ble_name="",
            now_ms=estate.clock.now_ms(),
        )  # fmt: skip
    (one,) = await apply(estate, GUEST)
    row = await queries.visit(Scope.system(), estate.db, int(one))
    shown = {
        name: made.text for made in await estate.platform.visitors.passes.pictures(row) for name in made.doors
    }
    assert (len(shown["南门"]), len(shown["3幢大门"]), shown["3幢大门"][0]) == (88, 12, "9")
    await until(lambda: older.permissions.qr and gate.permissions.qr and gate.public_key)
    assert (list(older.permissions.qr), len(gate.permissions.qr)) == ([shown["3幢大门"]], 1)
    assert gate.scan(shown["南门"]).opens
    assert older.scan(shown["3幢大门"]).opens

    page = (await estate.client.get(estate.platform.visitors.links.url(int(one)))).text
    assert page.count("<svg") == 2
    assert "3幢大门" in page
    seen = (await estate.desk.get(f"/communities/{estate.community}/visits/{one}")).json()
    told = (await estate.desk.post(f"/communities/{estate.community}/visits/{one}/pass")).json()
    assert [made["doors"] for made in told["pictures"]] == [["南门"], ["3幢大门"]]
    assert sorted(door["name"] for door in seen["doors"]) == ["3幢大门", "南门"]
    await estate.desk.post(f"/communities/{estate.community}/visits/{one}/check-out")
    await until(lambda: not older.permissions.qr and not gate.permissions.qr)


async def test_voiding_and_the_end_of_the_window_take_the_pass_away(estate):
    door = await estate.door("3号楼大门", estate.building)
    one, two = await apply(estate, GUEST, {"name": "王同行", "type": "4"})
    await until(lambda: len(door.permissions.qr) == 2)
    await estate.ok(f"{A}/cancel", "1.0.0", {"applyId": one})
    await until(lambda: len(door.permissions.qr) == 1)
    text = await picture(estate, two)
    estate.jump(2 * HOUR + 1000)
    assert not door.scan(text).opens
    estate.token = await estate.partner.token(estate.community)
    new = await estate.door("后门", None)  # nobody's pass is left for it
    (late,) = await apply(estate, {"name": "晚到", "type": "4"})
    await until(lambda: len(new.permissions.qr) == 1)
    assert late


@pytest.mark.covers("RES-08")
async def test_the_visitor_is_sent_a_link_to_the_pass(estate):
    one, _ = await apply(estate, GUEST, {"name": "无手机", "type": "4"})
    await until(estate.texts)
    (text,) = await estate.texts()
    assert "李访客" in text
    assert "桂花城" in text
    link = re.search(r"http://\S+/v/\S+", text)[0]
    shown = await estate.client.get(link)
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert "script" not in shown.text
    for said in ("李访客", "3幢1单元502室", "浙A12345", "待到访", "<svg"):
        assert said in shown.text
    english = await estate.client.get(link, headers={"accept-language": "en-GB"})
    assert "Expected" in english.text
    await estate.ok(f"{A}/cancel", "1.0.0", {"applyId": one})
    gone = await estate.client.get(link)
    assert ("已作废" in gone.text, "<svg" in gone.text) == (True, False)
    estate.jump(30 * HOUR)
    assert (await estate.client.get(link)).status_code == 404


async def test_links_are_not_guessed(estate):
    (one,) = await apply(estate, GUEST)
    link = estate.platform.visitors.links.token(int(one))
    number, _, proof = link.partition("-")
    wrong = (
        f"{number}-{proof[:-1]}x",
        f"{number}-",
        number,
        "-" + proof,
        "0-" + proof,
        "zzzzzzzzzzzzz-a",
        "a/b",
        "é",
    )
    for token in wrong:
        assert (await estate.client.get(f"/v/{token}")).status_code == 404, token
    for _ in range(60):
        assert (await estate.client.get("/v/0-x")).status_code == 404
        assert (await estate.client.get("/r/0-x")).status_code == 404
    # A good link opens whatever others behind the same address tried.
    assert (await estate.client.get(f"/v/{link}")).status_code == 200
    assert (await estate.client.post(f"/v/{link}")).status_code == 405
    assert (await estate.client.head(f"/v/{link}")).content == b""


async def test_who_is_erased_and_whose_host_moves_out(estate):
    member = {"houseSpaceId": estate.house, "name": "王户主", "type": 1, "phoneNum": "13812345678"}
    host = (await estate.ok("/solution/community/paas/house/member/save", "1.0.5", member))["identityId"]
    (one,) = await apply(estate, GUEST)
    visitor = (await estate.ok(f"{A}/get", "1.0.0", {"applyId": one}))["visitorId"]
    await estate.ok("/solution/community/paas/user/delete", "1.0.0", {"identityId": visitor})

    async def blank():
        return (await estate.ok(f"{A}/get", "1.0.0", {"applyId": one}))["name"] == ""

    await until(blank)
    assert await status(estate, one) == 2

    scope, now = estate.partner.owner, estate.clock.now_ms()
    async with estate.db.begin() as tx:
        (two,) = await visits.apply(
            scope,
            tx,
            Stay(community_id=estate.community, house_id=estate.house, starts_ms=now, ends_ms=now + HOUR),
            guests=[Guest(name="客人")],
            source=RESIDENT,
            ids=estate.platform.ids,
            now_ms=now,
            submitter=await people.person(scope, tx, host),
        )
    assert (await estate.ok(f"{A}/get", "1.0.0", {"applyId": two}))["identityId"] == host
    leaving = {"houseSpaceId": estate.house, "identityId": host}
    await estate.ok("/solution/community/paas/house/member/delete", "2.0.0", leaving)

    async def void():
        return await status(estate, two) == 2

    await until(void)
