"""Refused attempts to come in are kept within bounds, for whoever can do something about them."""

from collections.abc import Awaitable, Callable

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.pages import Page, PageRequest
from linli.things.connections.refused_attempts import MOST_A_MINUTE, Attempt
from linli.things.debugging.refused_strangers import RefusedStranger, list_all_strangers, list_strangers
from linli.things.debugging.refused_uplinks import list_refused
from linli.things.mqtt.principals import Refused
from tests.things.conftest import Site
from tests.things.device import Platform

UNKNOWN = Refused(reason="unknown device")
PAGE = PageRequest(1, 100)


def attempt(host: int, *, product_key: str = "", device_name: str = "door") -> Attempt:
    return Attempt("CONNECT", f"192.0.2.{host}:4000", "plain", product_key, device_name)


type Listed = Callable[[Site], Awaitable[Page[RefusedStranger]]]


@pytest.fixture
def seen(platform: Platform, database: Database) -> Listed:
    async def look(site: Site) -> Page[RefusedStranger]:
        await platform.things.notes.flush()
        return await list_strangers(site.tenant, database, text="", page=PAGE)

    return look


async def test_a_name_of_no_device_is_seen_by_the_people_of_its_product(
    platform: Platform, site: Site, other: Site, seen: Listed, database: Database
) -> None:
    refused = platform.things.refused_attempts
    await refused.note(attempt(1, product_key=site.product_key, device_name="mistyped"), UNKNOWN)
    await refused.note(attempt(2, product_key="a1Unknown00"), UNKNOWN)
    (row,) = (await seen(site)).data
    assert (row.facts.device_name, row.facts.peer) == ("mistyped", "192.0.2.1:4000")
    assert row.reason == "connect refused: unknown device"
    assert (await seen(other)).data == []
    everything = await list_all_strangers(database, text="", page=PAGE)
    assert [row.facts.product_key for row in everything.data] == ["a1Unknown00", site.product_key]
    assert (await list_all_strangers(database, text="nothing like it", page=PAGE)).total == 0
    uplinks = await list_refused(site.tenant, database, device_no=0, text="", page=PAGE)
    assert uplinks.data == []


async def test_strangers_cannot_fill_the_list(
    platform: Platform, site: Site, seen: Listed, clock: ManualClock, database: Database
) -> None:
    refused = platform.things.refused_attempts

    async def storm() -> None:
        for host in range(1, 200):
            refused.note_handshake(f"192.0.2.{host}:{host}", "it took too long")
            await refused.note(attempt(host, product_key=site.product_key), UNKNOWN)

    await clock.advance(60_000 - clock.now_ms() % 60_000)
    await storm()
    assert (await seen(site)).total == MOST_A_MINUTE
    await storm()
    assert (await seen(site)).total == MOST_A_MINUTE
    await clock.advance(60_000)
    await storm()
    assert (await seen(site)).total == 2 * MOST_A_MINUTE
    everything = await list_all_strangers(database, text="", page=PAGE)
    assert everything.total == 4 * MOST_A_MINUTE


async def test_one_who_tries_again_and_again_is_noted_once_a_minute(
    platform: Platform, site: Site, seen: Listed, clock: ManualClock
) -> None:
    refused = platform.things.refused_attempts
    for _ in range(5):
        await refused.note(attempt(1, product_key=site.product_key), UNKNOWN)
        await clock.advance(1_000)
    assert (await seen(site)).total == 1
    await clock.advance(60_000)
    await refused.note(attempt(1, product_key=site.product_key), UNKNOWN)
    assert (await seen(site)).total == 2


async def test_long_names_are_cut(platform: Platform, site: Site, seen: Listed) -> None:
    refused = platform.things.refused_attempts
    await refused.note(attempt(1, product_key=site.product_key, device_name="x" * 60_000), UNKNOWN)
    (row,) = (await seen(site)).data
    assert row.facts.device_name == "x" * 64
