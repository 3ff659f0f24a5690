"""Signing in with a phone and a one-time code: limits, expiry, lock-out, replay, and nothing told of who is here."""

import asyncio
from contextlib import suppress

import pytest

from linli.domains.people.rights import Role
from linli.domains.people.service import accounts, codes
from linli.kernel.clock import ManualClock
from tests.console.conftest import SETUP, Browser, codes_sent

PHONE = SETUP["login"]
MINUTE_MS = 60_000


async def ask(browser: Browser, phone: str = PHONE):
    return await browser.post("/session/code", json={"phone": phone})


async def enter(browser: Browser, code: str, phone: str = PHONE):
    return await browser.post("/session/code/verify", json={"phone": phone, "code": code})


@pytest.fixture
async def visitor(parts, administrator):
    async with Browser(parts, address="198.51.100.4") as browser:
        yield browser


@pytest.mark.covers("ACC-07")
async def test_a_code_opens_a_session_once(parts, worker, visitor):
    assert (await ask(visitor, "+86 138-0013-8000")).json() == {"againSeconds": 60, "livesSeconds": 300}
    (code,) = await codes_sent(parts, worker)
    answer = await enter(visitor, code)
    assert answer.status_code == 200, answer.text
    assert answer.json()["login"] == PHONE
    assert (await visitor.get("/session")).status_code == 200
    async with Browser(parts) as other:
        again = await enter(other, code)
        assert (again.status_code, again.json()["code"]) == (401, "account.bad_code")


@pytest.mark.engines("sqlite", "postgresql")
async def test_of_two_at_once_one_gets_in(parts, worker, visitor):
    await ask(visitor)
    (code,) = await codes_sent(parts, worker)
    told = await asyncio.gather(enter(visitor, code), enter(visitor, code))
    assert sorted(answer.status_code for answer in told) == [200, 401]


async def test_a_code_ends_after_five_minutes(parts, worker, visitor, clock: ManualClock):
    await ask(visitor)
    (code,) = await codes_sent(parts, worker)
    await clock.advance(5 * MINUTE_MS)
    assert (await enter(visitor, code)).status_code == 401


async def test_a_code_is_over_when_the_clock_was_set_back_and_a_new_one_is_sent(
    parts, worker, visitor, clock: ManualClock
):
    await ask(visitor)
    (code,) = await codes_sent(parts, worker)
    await clock.advance(6 * MINUTE_MS)
    clock.jump(-8 * MINUTE_MS)
    assert (await enter(visitor, code)).status_code == 401
    again = await ask(visitor)
    assert again.status_code == 202, again.text
    (new,) = set(await codes_sent(parts, worker)) - {code}
    assert (await enter(visitor, new)).status_code == 200


async def test_a_new_code_voids_the_last(parts, worker, visitor, clock: ManualClock):
    await ask(visitor)
    await clock.advance(MINUTE_MS)
    await ask(visitor)
    new, old = await codes_sent(parts, worker)
    if new != old:
        assert (await enter(visitor, old)).status_code == 401
    assert (await enter(visitor, new)).status_code == 200


async def test_five_tries_a_code_then_even_the_right_one_is_refused(
    parts, worker, visitor, clock: ManualClock
):
    await ask(visitor)
    (code,) = await codes_sent(parts, worker)
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(codes.TRIES):
        assert (await enter(visitor, wrong)).status_code == 401
    assert (await enter(visitor, code)).status_code == 401


async def test_one_a_minute_and_five_an_hour_for_an_address(parts, worker, visitor, clock: ManualClock):
    for _ in range(codes.AN_HOUR):
        async with Browser(parts, address="198.51.100.20") as browser:
            assert (await ask(browser)).status_code == 202
            soon = await ask(browser)
            assert soon.status_code == 429
            assert 0 < soon.json()["facts"]["seconds"] <= 60
        await clock.advance(9 * MINUTE_MS)
    async with Browser(parts, address="198.51.100.20") as browser:
        refused = await ask(browser)
    assert 0 < refused.json()["facts"]["seconds"] <= 3600
    assert len(await codes_sent(parts, worker)) <= codes.AN_HOUR
    assert (await ask(visitor)).status_code == 202  # from elsewhere one is sent


async def _asks_all_day(parts, clock: ManualClock) -> int:
    """How many codes a phone is sent in a day when any number of addresses ask for them."""
    sent, clock_ms = 0, clock.now_ms()
    for minute in range(0, 24 * 60, 5):
        asker = codes.Asker(f"browser {minute}", f"198.51.{minute >> 8}.{minute & 255}")
        with suppress(codes.CodeTooSoon):
            await codes.request_code(
                parts.db, phone=PHONE, asker=asker, secrets=parts.secrets, language="en",
                now_ms=clock_ms + minute * MINUTE_MS,
            )  # fmt: skip
            sent += 1
    return sent


async def test_a_phone_asked_for_by_the_whole_world(parts, worker, administrator, clock: ManualClock):
    allowed = codes.STRANGERS_FREE + 24 * 4
    assert await _asks_all_day(parts, clock) in (allowed - 1, allowed)
    await clock.advance(24 * 60 * MINUTE_MS)
    async with Browser(parts, address="203.0.113.5") as stranger:
        assert (await ask(stranger)).status_code in (202, 429)
        assert (await ask(stranger)).status_code == 429
    # Who signed in here before is sent a code, and gets in by it.
    assert (await ask(administrator)).status_code == 202
    assert (await enter(administrator, (await codes_sent(parts, worker))[0])).status_code == 200


async def test_nobody_uses_up_anothers_tries_or_voids_their_code(parts, worker, visitor):
    await ask(visitor)
    (code,) = await codes_sent(parts, worker)
    async with Browser(parts, address="198.51.100.66") as spoiler:
        assert (await ask(spoiler)).status_code == 202
        for _ in range(2 * codes.TRIES):
            assert (await enter(spoiler, "000000")).status_code == 401
        assert (await enter(spoiler, code)).status_code == 401  # it is the visitor's alone
    assert (await enter(visitor, code)).status_code == 200


async def test_newcomers_are_bounded_in_all(parts):
    phones = (f"139{n:08}" for n in range(codes.NEWCOMERS_FREE + 50))
    sent = 0
    for n, phone in enumerate(phones):
        asker = codes.Asker(f"browser {n}", f"198.51.{n >> 8}.{n & 255}")
        with suppress(codes.CodeTooSoon):
            await codes.request_code(
                parts.db, phone=phone, asker=asker, secrets=parts.secrets, language="en",
                now_ms=parts.clock.now_ms(), newcomers=True,
            )  # fmt: skip
            sent += 1
    assert sent == codes.NEWCOMERS_FREE


async def test_a_phone_that_nobody_has_looks_like_any_other(parts, worker, visitor):
    known = await ask(visitor)
    async with Browser(parts, address="198.51.100.9") as other:
        unknown = await ask(other, "13911112222")
        assert (unknown.status_code, unknown.json()) == (known.status_code, known.json())
        soon = await ask(other, "13911112222")
        assert soon.status_code == 429
        tried = await enter(other, "123456", "13911112222")
        assert (tried.status_code, tried.json()["code"]) == (401, "account.bad_code")
        assert (await ask(other, "12")).status_code == 400
    assert len(await codes_sent(parts, worker)) == 1


async def test_messages_are_the_operators_alone_and_no_log_has_them(
    parts, worker, visitor, administrator, caplog
):
    caplog.set_level("DEBUG")
    await ask(visitor)
    (code,) = await codes_sent(parts, worker)
    told = (await administrator.get("/sms-outbox")).json()
    assert told["provider"] == "outbox"
    assert (told["messages"][0]["phone"], code in told["messages"][0]["text"]) == (PHONE, True)
    assert code not in caplog.text
    hashed = await accounts.hash_password("correct horse battery")
    async with parts.db.begin() as tx:
        tenant = (await accounts.rights(tx, (await accounts.find_account(tx, PHONE)).id)).tenants[0]
        staff = await accounts.create_account(
            tx, login="plain.staff", password_hash=hashed, proven=True, name="王", ids=parts.ids, now_ms=1
        )
        await accounts.grant_role(tx, account_id=staff, role=Role.TENANT_ADMIN, tenant_id=tenant, now_ms=1)
    await visitor.sign_in("plain.staff")
    assert (await visitor.get("/sms-outbox")).status_code == 403


async def test_codes_can_be_switched_off(parts, administrator):
    import msgspec

    from linli.kernel.settings import SmsGateway

    parts = type(parts)(
        **{**vars(parts), "settings": msgspec.structs.replace(parts.settings, sms=SmsGateway(provider="off"))}
    )
    async with Browser(parts) as browser:
        assert (await browser.get("/setup")).json()["codes"] is False
        answer = await ask(browser)
        assert (answer.status_code, answer.json()["code"]) == (503, "account.codes_off")
