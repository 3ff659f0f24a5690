"""What strangers may ask for without being signed in is bounded: rows of codes to scan, of sign-ins begun elsewhere."""

import pytest
from sqlalchemy import func, select

from linli.domains.accounts.service.floods import KEYS_MAX, SCANS, AskedTooOften, Floods
from linli.domains.people.models import scan_logins
from linli.kernel.db import Query
from tests.console.conftest import Browser

_rows = Query(select(func.count()).select_from(scan_logins))


async def test_codes_to_scan_are_bounded_for_an_address_and_swept(parts, administrator, clock):
    burst = SCANS.of_address.burst
    async with Browser(parts, address="198.51.100.4") as stranger:
        answers = [(await stranger.post("/sign-in/scan")).status_code for _ in range(burst + 20)]
        assert answers == [201] * burst + [429] * 20
        refused = await stranger.post("/sign-in/scan")
        assert (refused.json()["code"], refused.json()["facts"]) == (AskedTooOften.code, {"seconds": 1})
        assert int(await _rows.scalar(parts.db)) == burst
        async with Browser(parts, address="198.51.100.5") as other:
            assert (await other.post("/sign-in/scan")).status_code == 201
        await clock.advance(2 * 60_000 + 1)
        assert (await stranger.post("/sign-in/scan")).status_code == 201
        assert int(await _rows.scalar(parts.db)) == 1


def test_many_addresses_share_what_there_is_in_all():
    floods, heard, now_ms = Floods(), 0, 0
    for second in range(120):  # as long as a row lives
        for n in range(50):
            now_ms = second * 1000 + n * 20
            try:
                floods.count(SCANS, f"203.0.{n}.{second}", now_ms=now_ms)
            except AskedTooOften:
                continue
            heard += 1
    assert heard == SCANS.in_all.burst + now_ms // SCANS.in_all.every_ms


def test_an_ipv6_subscriber_is_one_address():
    floods = Floods()
    for n in range(SCANS.of_address.burst):
        floods.count(SCANS, f"2001:db8::{n:x}", now_ms=0)
    with pytest.raises(AskedTooOften):
        floods.count(SCANS, "2001:db8::ffff", now_ms=0)
    floods.count(SCANS, "2001:db8:0:1::1", now_ms=0)


def test_addresses_remembered_are_bounded():
    floods = Floods()
    for n in range(KEYS_MAX + 500):
        floods.count(SCANS, f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", now_ms=n * 1000)
    assert len(floods._levels) <= KEYS_MAX
