"""Sign-ins and refusals are written to the program's log: who, from where, why; nothing secret, and not without end."""

import logging
from typing import Any

import httpx
import pytest

from linli.console import security_log
from linli.console.line_limits import MINUTE_MS, LineLimits, Most
from linli.console.resident.app import resident_app
from linli.kernel import telemetry
from tests.console.conftest import PASSWORD, SETUP, Browser, codes_sent

ROOMS = (security_log.__name__, "linli.domains.people.service.ownership")


@pytest.fixture
def events(caplog):
    """Lines since the last call: (text, facts)."""
    caplog.set_level(logging.INFO)

    def taken() -> list[tuple[str, dict[str, Any]]]:
        lines = [
            (one.getMessage(), one.__dict__.get("facts", {})) for one in caplog.records if one.name in ROOMS
        ]
        caplog.clear()
        return lines

    return taken


async def own_id(browser: Browser) -> int:
    return int((await browser.get("/session")).json()["accountId"])


async def test_sign_ins_say_who_came_from_where(parts, administrator, events):
    account_id = await own_id(administrator)
    events()
    async with Browser(parts, address="198.51.100.9") as other:
        assert (await other.sign_in()).status_code == 200
        assert events() == [
            ("sign-in done", {
                "event": "sign-in", "outcome": "done", "status": 200, "reason": "", "account": account_id,
                "address": "198.51.100.9", "method": "POST", "route": "/api/console/session",
            })
        ]  # fmt: skip
        assert (await other.delete("/session")).status_code == 204
        ((text, facts),) = events()
        assert (text, facts["account"]) == ("sign-out done", account_id)
    for login, account in ((SETUP["login"], account_id), ("13900009999", None)):
        async with Browser(parts, address="198.51.100.10") as stranger:
            assert (await stranger.sign_in(login=login, password="a wrong one")).status_code == 401
        ((text, facts),) = events()
        assert (text, facts["account"], facts["reason"]) == (
            "sign-in refused",
            account,
            "account.bad_credentials",
        )


async def test_who_must_wait_is_written_down(parts, administrator, events):
    async with Browser(parts, address="198.51.100.11") as stranger:
        for _ in range(6):
            last = await stranger.sign_in(password="a wrong one")
    assert last.status_code == 429
    assert events()[-1][1]["reason"] == "console.sign_in_throttled"


async def test_passwords_sessions_and_voided_log_ins_are_written_down(parts, administrator, worker, events):
    answer = await administrator.post(
        "/organisation/persons", json={"persons": [{"name": "李娜", "phone": "13700000077"}]}
    )
    person = int(answer.json()[0]["accountId"])
    events()
    new = {"old": PASSWORD, "new": "another long password"}
    assert (await administrator.post("/session/password", json=new)).status_code == 204
    assert (await administrator.post("/sessions/revoke-others")).status_code == 200
    taken = await administrator.post(f"/organisation/persons/{person}/password")
    assert taken.status_code == 200
    assert [text for text, _ in events()] == [
        "change of password done", "end of other sessions done", "log-in voided", "end of another's password done",
    ]  # fmt: skip
    async with Browser(parts) as owner:
        assert (await owner.post("/session/code", json={"phone": "13700000077"})).status_code == 202
        code = (await codes_sent(parts, worker))[0]
        body = {"phone": "13700000077", "code": code}
        assert (await owner.post("/session/code/verify", json={**body, "code": "x"})).status_code in (
            400,
            401,
        )
        assert (await owner.post("/session/code/verify", json=body)).status_code == 200
    lines = events()
    assert [text for text, _ in lines] == [
        "code to sign in done", "sign-in by code refused", "log-in voided", "sign-in by code done",
    ]  # fmt: skip
    assert {facts["account"] for _, facts in lines} == {person}


async def test_nothing_secret_is_written(parts, administrator, worker, caplog):
    caplog.set_level(logging.DEBUG)
    async with Browser(parts) as other:
        await other.sign_in(password="guessed wrongly")
        await other.sign_in()
        await other.post("/session/code", json={"phone": SETUP["login"]})
        code = (await codes_sent(parts, worker))[0]
        await other.post("/session/code/verify", json={"phone": SETUP["login"], "code": code})
        token = next(value for name, value in other.cookies.items() if "session" in name)
    written = "\n".join(telemetry._JsonLines().format(one) for one in caplog.records if one.name in ROOMS)
    assert "sign-in by code done" in written
    for secret in ("guessed wrongly", PASSWORD, code, token, SETUP["login"], SETUP["name"]):
        assert secret not in written


async def test_refusals_of_pages_are_written_down(parts, administrator, events):
    account_id = await own_id(administrator)
    events()
    foreign = {"origin": "https://evil.example"}
    assert (await administrator.post("/sessions/revoke-others", headers=foreign)).status_code == 403
    assert (await administrator.get("/organisation/persons", headers=foreign)).status_code == 200
    assert (await administrator.post("/session/tenant", json={"tenantId": "x"})).status_code == 403
    assert (await administrator.get("/organisation/persons/12345")).status_code == 404
    lines = events()
    assert [(text, facts["reason"]) for text, facts in lines] == [
        ("end of other sessions refused", "console.forged_request"), ("call refused", "forbidden"),
        ("call not there", "not_found"),
    ]  # fmt: skip
    assert {facts["account"] for _, facts in lines} == {account_id}


async def test_a_session_that_is_none_is_written_down(parts, administrator, events):
    async with Browser(parts, address="198.51.100.12") as stranger:
        events()
        assert (await stranger.get("/session")).status_code == 401
        assert events() == [], "pages ask so who is signed in"
        stranger.cookies.set("linli_session", "guessed")
        assert (await stranger.get("/organisation/persons")).status_code == 401
    ((text, facts),) = events()
    assert (text, facts["address"], facts["route"]) == (
        "call refused", "198.51.100.12", "/api/console/organisation/persons",
    )  # fmt: skip


async def test_residents_are_written_down(parts, administrator, events):
    transport = httpx.ASGITransport(resident_app(parts), client=("198.51.100.13", 50000))
    headers = {"x-linli-request": "1"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://linli.test/api/resident", headers=headers
    ) as phone:
        events()
        body = {"phone": "13700000055", "code": "000000"}
        assert (await phone.post("/session/code/verify", json=body)).status_code == 401
    ((text, facts),) = events()
    assert (text, facts["address"], facts["account"]) == ("sign-in by code refused", "198.51.100.13", None)


async def test_a_flood_is_counted_and_hides_no_sign_in(parts, administrator, clock, events):
    most = security_log.MOST[security_log.REFUSED]
    for n in range(most.in_all // most.of_address + 2):
        async with Browser(parts, address=f"198.51.100.{n}") as stranger:
            for _ in range(most.of_address + 1):
                await stranger.post("/session", json={})
    async with Browser(parts, address="198.51.100.200") as other:
        assert (await other.sign_in()).status_code == 200
        lines = events()
        texts = [text for text, _ in lines]
        assert texts.count("sign-in refused") == most.in_all
        assert texts[-1] == "sign-in done"
        clock.jump(MINUTE_MS)
        assert (await other.delete("/session")).status_code == 204
    assert events()[0] == ("more events than are written", {"refused": 2 * most.of_address + 12})


def test_lines_of_a_minute():
    limits, most = LineLimits(), Most(of_address=2, in_all=3)
    admitted = [limits.admit("refused", one, most, now_ms=MINUTE_MS) for one in "aaabbb"]
    assert admitted == [True, True, False, True, False, False]
    assert limits.admit("done", "a", most, now_ms=MINUTE_MS)
    assert limits.left_out(now_ms=MINUTE_MS) == {}
    assert limits.left_out(now_ms=2 * MINUTE_MS) == {"refused": 3}
    assert limits.left_out(now_ms=2 * MINUTE_MS) == {}
    assert limits.admit("refused", "a", most, now_ms=2 * MINUTE_MS)
