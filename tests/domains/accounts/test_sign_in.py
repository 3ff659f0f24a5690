"""Signing in and out, throttling, forged requests, and the list of sessions."""

from dataclasses import replace
from http.cookies import SimpleCookie

import msgspec
import pytest

from linli.console.parts import Parts
from linli.domains.accounts.service import throttle
from linli.kernel.clock import ManualClock
from linli.kernel.settings import SignIn
from tests.console.conftest import PASSWORD, SETUP, Browser

HOUR_MS = 3_600_000


def cookie_of(answer, name: str = "linli_session") -> object:
    return next(
        cookie[name]
        for header in answer.headers.get_list("set-cookie")
        if name in (cookie := SimpleCookie(header))
    )


async def test_cookie_is_kept_from_scripts_and_other_sites(administrator: Browser):
    cookie = cookie_of(await administrator.sign_in())
    assert cookie["httponly"]
    assert cookie["samesite"] == "lax"
    assert cookie["path"] == "/"
    assert cookie["max-age"] == ""  # ends with the browser
    known = cookie_of(await administrator.sign_in(), "linli_device")
    assert (bool(known["httponly"]), known["samesite"]) == (True, "lax")
    remembered = await administrator.post(
        "/session", json={"login": SETUP["login"], "password": PASSWORD, "remember": True}
    )
    assert cookie_of(remembered)["max-age"] == "2592000"


async def test_by_https_the_cookie_belongs_to_this_very_host(administrator: Browser, parts: Parts):
    settings = msgspec.structs.replace(
        parts.settings, http=msgspec.structs.replace(parts.settings.http, public_url="https://linli.test")
    )
    async with Browser(Parts(**{**vars(parts), "settings": settings})) as browser:
        browser.base_url = "https://linli.test/api/console"
        answer = await browser.sign_in()
        set_cookies = answer.headers.get_list("set-cookie")
        assert all("Secure" in one and "HttpOnly" in one and "SameSite=lax" in one for one in set_cookies)
        cookie = SimpleCookie("; ".join(set_cookies))["__Host-linli_session"]
        assert (cookie["path"], cookie["domain"]) == ("/", "")
        assert (await browser.get("/session")).status_code == 200

        # What another host of the domain may have set is no session here.
        token = browser.cookies["__Host-linli_session"]
        browser.cookies.clear()
        assert (
            await browser.get("/session", headers={"cookie": f"linli_session={token}"})
        ).status_code == 401
        kept = {"cookie": f"__Host-linli_session={token}"}
        gone = await browser.delete("/session", headers=kept)
        assert gone.status_code == 204
        assert "__Host-linli_session=" in gone.headers["set-cookie"]
        assert "Secure" in gone.headers["set-cookie"]
        assert (await browser.get("/session", headers=kept)).status_code == 401


async def test_unknown_log_in_and_wrong_password_look_alike(administrator: Browser):
    wrong = await administrator.sign_in(password="wrong password")
    unknown = await administrator.sign_in(login="nobody", password="wrong password")
    assert wrong.status_code == unknown.status_code == 401
    assert {k: v for k, v in wrong.json().items() if k != "requestId"} == {
        k: v for k, v in unknown.json().items() if k != "requestId"
    }


async def test_one_waits_after_five_failures_and_a_restart_forgives_nothing(
    administrator: Browser, parts: Parts, clock: ManualClock
):
    async with Browser(parts, address="198.51.100.9") as guesser:
        for _ in range(throttle.ACCOUNT_FREE):
            assert (await guesser.sign_in(password="wrong password")).status_code == 401
    async with Browser(parts, address="198.51.100.9") as restarted:
        refused = await restarted.sign_in()
        assert refused.status_code == 429
        assert refused.json()["facts"] == {"seconds": 30}
        await clock.advance(30_000)
        assert (await restarted.sign_in()).status_code == 200
        assert (
            await restarted.sign_in(password="wrong password")
        ).status_code == 401  # counted from one again


async def test_address_waits_after_thirty_failures(administrator: Browser, parts: Parts):
    async with Browser(parts, address="198.51.100.9") as guesser:
        answers = [
            (await guesser.sign_in(login=f"guess{n}", password="wrong password")).status_code
            for n in range(throttle.ADDRESS_FREE + 1)
        ]
        assert answers == [401] * throttle.ADDRESS_FREE + [429]
    assert (await administrator.sign_in()).status_code == 200  # another address is not punished


def test_waits_double_up_to_a_quarter_of_an_hour():
    waits = [throttle.wait_ms(n, 5) // 1000 for n in (4, 5, 6, 7, 8, 9, 10, 11, 500)]
    assert waits == [0, 30, 60, 120, 240, 480, 900, 900, 900]


async def test_change_from_another_site_is_refused(administrator: Browser):
    forged = [
        {"x-linli-request": ""},
        {"origin": "http://evil.test"},
        {"sec-fetch-site": "cross-site"},
    ]
    del administrator.headers["x-linli-request"]
    answers = [
        await administrator.post("/sessions/revoke-others", headers=headers if headers != forged[0] else {})
        for headers in (forged[0], *({**h, "x-linli-request": "1"} for h in forged[1:]))
    ]
    assert [a.json()["code"] for a in answers] == ["console.forged_request"] * 3
    same = {"x-linli-request": "1", "origin": "http://linli.test", "sec-fetch-site": "same-origin"}
    assert (await administrator.post("/sessions/revoke-others", headers=same)).status_code == 200


async def test_sessions_are_listed_and_revoked(administrator: Browser, parts: Parts):
    async with Browser(parts, address="198.51.100.9") as phone:
        phone.headers["user-agent"] = "Phone"
        assert (await phone.sign_in()).status_code == 200
        rows = (await administrator.get("/sessions")).json()
        other = next(row for row in rows if not row["current"])
        assert (len(rows), other["agent"], other["address"]) == (2, "Phone", "198.51.100.9")
        assert (await administrator.delete(f"/sessions/{other['id']}")).status_code == 204
        gone = await phone.get("/session")
        assert (gone.status_code, gone.json()["code"]) == (401, "unauthorized")
        assert (await administrator.delete(f"/sessions/{other['id']}")).status_code == 404


async def test_session_ends_when_idle(administrator: Browser, clock: ManualClock):
    await clock.advance(11 * 3_600_000)
    assert (await administrator.get("/session")).status_code == 200  # in use: the end moves
    await clock.advance(11 * 3_600_000)
    assert (await administrator.get("/session")).status_code == 200
    await clock.advance(12 * 3_600_000 + 1)
    assert (await administrator.get("/session")).status_code == 401


@pytest.mark.parametrize(("remember", "days"), [(False, 7), (True, 30)])
async def test_a_session_in_daily_use_ends_for_good(
    administrator: Browser, parts: Parts, clock: ManualClock, remember, days
):
    body = {"login": SETUP["login"], "password": PASSWORD, "remember": remember}
    assert (await administrator.post("/session", json=body)).status_code == 200
    begun = clock.now_ms()
    (own,) = [row for row in (await administrator.get("/sessions")).json() if row["current"]]
    assert own["endsMs"] == begun + days * 24 * HOUR_MS
    for _ in range(days * 3 - 1):
        await clock.advance(8 * HOUR_MS)
        assert (await administrator.get("/session")).status_code == 200
    await clock.advance(8 * HOUR_MS)
    assert (await administrator.get("/session")).status_code == 401


async def test_a_shorter_life_counts_at_once_for_what_is_open(
    parts: Parts, clock: ManualClock, administrator
):
    kept = dict(administrator.cookies)
    await clock.advance(11 * HOUR_MS)
    await administrator.get("/session")
    await clock.advance(11 * HOUR_MS)
    await administrator.get("/session")
    shorter = msgspec.structs.replace(parts.settings, sign_in=SignIn(session_days=1))
    async with Browser(replace(parts, settings=shorter)) as browser:
        browser.cookies.update(kept)
        assert (await browser.get("/session")).status_code == 200
        await clock.advance(2 * HOUR_MS)
        assert (await browser.get("/session")).status_code == 401


async def test_new_password_signs_every_other_session_out(administrator: Browser, parts: Parts):
    async with Browser(parts) as other:
        await other.sign_in()
        wrong = await administrator.post("/session/password", json={"old": "no", "new": "another good one"})
        assert (wrong.status_code, wrong.json()["field"]) == (401, "old")
        done = await administrator.post(
            "/session/password", json={"old": PASSWORD, "new": "another good one"}
        )
        assert done.status_code == 204
        assert (await administrator.get("/session")).status_code == 200
        assert (await other.get("/session")).status_code == 401
        assert (await other.sign_in()).status_code == 401
        assert (await other.sign_in(password="another good one")).status_code == 200


async def test_sign_out_ends_the_session_on_the_server(administrator: Browser):
    kept = dict(administrator.cookies)
    assert (await administrator.delete("/session")).status_code == 204
    administrator.cookies.update(kept)
    assert (await administrator.get("/session")).status_code == 401


async def test_problems_speak_the_callers_language_and_carry_a_number(browser: Browser):
    answer = await browser.get("/session", headers={"accept-language": "zh-CN"})
    problem = answer.json()
    assert problem["message"] == "请先登录。"
    assert problem["requestId"] == answer.headers["x-request-id"]


async def test_wrong_type_names_the_field(browser: Browser):
    answer = await browser.post("/session", json={"login": 5, "password": "x"})
    assert (answer.status_code, answer.json()["field"]) == (400, "login")


@pytest.mark.parametrize("body", [b"[" * 20_000 + b"]" * 20_000, b'{"login":"\xff","password":"x"}'])
async def test_a_body_that_cannot_be_read_is_the_callers_fault(browser: Browser, body: bytes) -> None:
    answer = await browser.post("/session", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "bad_input", "body")
