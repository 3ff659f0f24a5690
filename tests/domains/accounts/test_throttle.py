"""Guessing at a log-in is bounded whatever number of addresses it comes from, and locks nobody else out."""

import asyncio
from contextlib import suppress

import pytest

from linli.domains.accounts.browsers import DEVICE_COOKIE
from linli.domains.accounts.service import throttle
from linli.domains.accounts.service.throttle import Attempt, SignInThrottled
from tests.console.conftest import PASSWORD, SETUP, Browser, codes_sent

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


async def guess(parts, *, last: int, login: str = SETUP["login"]):
    """One wrong password from an address of its own."""
    async with Browser(parts, address=f"198.51.{last >> 8}.{last & 255}") as stranger:
        return await stranger.sign_in(login=login, password="wrong password")


async def attack(parts, clock, *, since: int = 0) -> None:
    """Until strangers are heard no more for now."""
    for n in range(throttle.STRANGERS_FREE):
        assert (await guess(parts, last=since + n)).status_code == 401
    assert (await guess(parts, last=since + 250)).status_code == 429


async def test_its_owner_comes_in_where_they_signed_in_before(parts, administrator, clock):
    async with Browser(parts, address="203.0.113.5") as laptop:
        assert (await laptop.sign_in()).status_code == 200
        assert (await laptop.delete("/session")).status_code == 204
        await attack(parts, clock)
        assert (await laptop.sign_in()).status_code == 200
        # Even though others behind the same address have spoilt it.
    async with Browser(parts, address="203.0.113.5") as neighbour:
        for n in range(throttle.ADDRESS_FREE + 1):
            await neighbour.sign_in(login=f"guess{n}", password="wrong password")
        assert (await neighbour.sign_in(login="other")).status_code == 429
    assert (await laptop_again(parts, laptop)).status_code == 200


async def laptop_again(parts, laptop):
    async with Browser(parts, address="203.0.113.5") as again:
        again.cookies.set(DEVICE_COOKIE, laptop.cookies[DEVICE_COOKIE])
        return await again.sign_in()


async def test_a_name_and_a_phone_are_one_log_in(parts, administrator, clock):
    await attack(parts, clock)
    assert (await guess(parts, last=900, login="+86 138-0013-8000")).status_code == 429


async def test_a_known_browser_is_no_way_to_guess_faster(parts, administrator):
    for _ in range(throttle.ACCOUNT_FREE):
        assert (await administrator.sign_in(password="wrong password")).status_code == 401
    assert (await administrator.sign_in()).status_code == 429


@pytest.mark.parametrize("spoil", ["other log-in", "made up", "cut", "after a new password"])
async def test_a_browser_is_known_to_whom_it_says_alone(parts, administrator, clock, spoil):
    kept = administrator.cookies[DEVICE_COOKIE]
    name, proof = kept.split(".")
    kept = {"made up": f"{name}.{'0' * 32}", "cut": name, "other log-in": f"{'x' * 22}.{proof}"}.get(
        spoil, kept
    )
    if spoil == "after a new password":
        await clock.advance(1)
        body = {"old": PASSWORD, "new": "another good one"}
        assert (await administrator.post("/session/password", json=body)).status_code == 204
    await attack(parts, clock)
    async with Browser(parts, address="203.0.113.7") as browser:
        browser.cookies.set(DEVICE_COOKIE, kept)
        assert (await browser.sign_in()).status_code == 429


async def test_guesses_a_day_from_any_number_of_addresses(parts, administrator, clock):
    begun, heard = clock.now_ms(), 0
    for minute in range(0, 24 * 60, 2):
        attempt = Attempt("7", f"198.51.{minute >> 8}.{minute & 255}")
        with suppress(SignInThrottled):
            await throttle.count_attempt(parts.db, attempt, now_ms=begun + minute * MINUTE_MS)
            heard += 1
    assert heard <= throttle.STRANGERS_FREE + DAY_MS // throttle.STRANGERS_EVERY_MS == 308
    assert heard > 280  # and the owner of an unknown browser has as many chances


@pytest.mark.engines("sqlite", "postgresql")
async def test_of_many_at_once_no_more_are_heard(parts, administrator):
    attempts = [Attempt("7", "198.51.100.9") for _ in range(20)]
    now_ms = parts.clock.now_ms()
    told = await asyncio.gather(
        *(throttle.count_attempt(parts.db, one, now_ms=now_ms) for one in attempts), return_exceptions=True
    )
    assert told.count(None) == throttle.ACCOUNT_FREE
    assert all(one is None or isinstance(one, SignInThrottled) for one in told)


async def test_a_subscriber_of_ipv6_is_one_address(parts, administrator):
    for n in range(throttle.ACCOUNT_FREE):
        async with Browser(parts, address=f"2001:db8::{n}") as stranger:
            assert (await stranger.sign_in(password="wrong password")).status_code == 401
    async with Browser(parts, address="2001:db8::ffff") as stranger:
        assert (await stranger.sign_in()).status_code == 429


async def test_the_code_stays_open_while_a_log_in_is_guessed_at(parts, administrator, worker, clock):
    await attack(parts, clock)
    async with Browser(parts, address="203.0.113.9") as browser:
        assert (await browser.sign_in()).status_code == 429
        assert (await browser.post("/session/code", json={"phone": SETUP["login"]})).status_code == 202
        (code,) = await codes_sent(parts, worker)
        body = {"phone": SETUP["login"], "code": code}
        assert (await browser.post("/session/code/verify", json=body)).status_code == 200
        # From now on the browser is known.
        assert (await browser.sign_in()).status_code == 200
