"""Residents sign in with their phone alone; the cookie opens nothing else, and nothing else opens their pages."""

from linli.domains.accounts.cookies import COOKIE as CONSOLE_COOKIE
from linli.domains.accounts.cookies import RESIDENT_COOKIE as COOKIE
from tests.console.conftest import Browser
from tests.resident.conftest import OWNER_PHONE, STAFF_PHONE, Phone, sent_code


async def test_a_resident_is_known_by_the_phone(owner):
    me = (await owner.get("/session")).json()
    assert me == {"name": "王伟", "phone": OWNER_PHONE, "houses": 1, "waiting": 0}


async def test_anybody_may_come_in_and_is_nobody_yet(newcomer, village):
    assert (await newcomer.get("/session")).json()["houses"] == 0
    assert (await newcomer.get("/houses")).json() == []
    for path in ("doors", "notices", "passes"):
        refused = await newcomer.get(f"/communities/{village.community}/{path}")
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found"), path


async def test_before_anything_is_set_up_no_resident_comes_first(parts):
    async with Phone(parts) as phone:
        answer = await phone.post("/session/code", json={"phone": OWNER_PHONE})
        assert (answer.status_code, answer.json()["code"]) == (503, "resident.not_open")


async def test_rights_of_staff_count_for_nothing_here(staff, village):
    assert (await staff.get("/houses")).json() == []
    assert (await staff.get(f"/communities/{village.community}/doors")).status_code == 404


async def test_cookies_open_their_own_front_only(parts, owner, staff, village):
    token = staff.cookies[COOKIE]
    async with Browser(parts) as browser:
        browser.cookies.set(CONSOLE_COOKIE, token)
        assert (await browser.get("/session")).status_code == 401
    async with Browser(parts) as browser:
        assert (await browser.sign_in(STAFF_PHONE)).status_code == 200
        token = browser.cookies[CONSOLE_COOKIE]
    async with Phone(parts) as phone:
        phone.cookies.set(COOKIE, token)
        assert (await phone.get("/session")).status_code == 401


async def test_sessions_are_listed_and_ended(parts, owner, neighbour, clock):
    await clock.advance(60_000)
    async with Phone(parts, address="192.0.2.77") as second:
        assert (await second.sign_in(OWNER_PHONE)).status_code == 200
        rows = (await owner.get("/sessions")).json()
        assert [row["current"] for row in rows].count(True) == 1
        other = next(row["id"] for row in rows if not row["current"])
        assert (await neighbour.delete(f"/sessions/{other}")).status_code == 404
        assert (await owner.delete(f"/sessions/{other}")).status_code == 204
        assert (await second.get("/session")).status_code == 401
    assert (await owner.post("/sessions/revoke-others")).json() == {"count": 0}
    assert (await owner.delete("/session")).status_code == 204
    assert (await owner.get("/session")).status_code == 401


async def test_a_phone_in_daily_use_signs_in_anew_after_thirty_days(parts, owner, village, clock):
    body = {"phone": OWNER_PHONE, "code": "", "remember": True}
    async with Phone(parts, address="192.0.2.78") as phone:
        await clock.advance(60_000)
        await phone.post("/session/code", json={"phone": OWNER_PHONE})
        body["code"] = await sent_code(parts, OWNER_PHONE)
        assert (await phone.post("/session/code/verify", json=body)).status_code == 200
        for _ in range(29):
            await clock.advance(24 * 3_600_000)
            assert (await phone.get("/session")).status_code == 200
        await clock.advance(24 * 3_600_000)
        assert (await phone.get("/session")).status_code == 401


async def test_a_community_is_found_by_name_and_by_its_code(newcomer, neighbour, village):
    found = (await newcomer.get("/communities", params={"q": "九龙"})).json()
    assert {int(one["id"]) for one in found} == {village.community, village.far_community}
    assert (await newcomer.get("/communities", params={"q": "%"})).json() == []
    assert (await newcomer.get("/communities")).json() == []
    card = (await newcomer.get(f"/communities/{village.community}")).json()
    assert (card["name"], card["mine"]) == ("九龙站宾馆", False)
    assert (await neighbour.get(f"/communities/{village.far_community}")).json()["mine"] is True
    assert (await newcomer.get("/communities/999999")).status_code == 404


async def test_the_way_to_a_house_tells_names_only(newcomer, village):
    base = f"/communities/{village.community}/spaces"
    (building,) = (await newcomer.get(base)).json()
    assert building["name"] == "3幢"
    (unit,) = (await newcomer.get(base, params={"parentId": building["id"]})).json()
    houses = (await newcomer.get(base, params={"parentId": unit["id"]})).json()
    assert [(one["name"], one["kind"]) for one in houses] == [("502", "house"), ("503", "house")]
    wrong = await newcomer.get(
        f"/communities/{village.far_community}/spaces", params={"parentId": unit["id"]}
    )
    assert wrong.status_code == 404


async def test_nobody_is_sent_to_the_sign_in(nobody, village):
    for path in (
        "/session",
        "/sessions",
        "/houses",
        "/communities",
        f"/communities/{village.community}/doors",
    ):
        answer = await nobody.get(path)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), path
