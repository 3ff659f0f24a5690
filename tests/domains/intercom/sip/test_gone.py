"""Accounts that end while they talk, ring or look: they are hung up at once, and nobody else is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from linli.domains.intercom.rows import Terminal
from linli.domains.intercom.service import numbers, terminals
from linli.domains.intercom.service.derived import group_of_house
from linli.domains.people.service import residents
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_call_records import kept
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer
from tests.domains.intercom.sip.test_ladder import choose_steps


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


async def bound(house: House) -> tuple[Terminal, Phone]:
    """A terminal of the first house, logged in."""
    estate, platform = house.estate, house.estate.platform
    async with platform.db.begin() as tx:
        shown = await terminals.show_code(
            estate.tenant, tx, device_type="GENIE", device_id="hall", ids=platform.ids, now_ms=estate.now
        )
        wish = terminals.Wish(estate.community, estate.houses[0], "客厅", estate.owner)
        terminal = await terminals.bind(
            estate.tenant,
            tx,
            code=shown.code,
            wish=wish,
            ids=platform.ids,
            secrets=estate.parts.secrets,
            now_ms=estate.now,
        )
    return terminal, await house.phone(terminal.number)


async def unbind(house: House, terminal: Terminal) -> None:
    async with house.estate.platform.db.begin() as tx:
        await terminals.unbind(house.estate.tenant, tx, terminal=terminal, now_ms=house.estate.now)


async def move_out(house: House) -> None:
    estate = house.estate
    async with estate.platform.db.begin() as tx:
        await residents.move_out(
            estate.tenant, tx, house_id=estate.houses[0], identity_id=estate.owner, now_ms=estate.now
        )


async def hung_up(*phones: Phone) -> None:
    for phone in phones:
        phone.send(sip.respond(await phone.request("BYE"), 200))


async def test_a_terminal_that_is_unbound_is_hung_up(house: House) -> None:
    _, _, station = await house.door()
    terminal, phone = await bound(house)
    await house.talking(station, phone)
    await unbind(house, terminal)
    await hung_up(phone, station)
    row = await kept(house.estate.platform.db)
    assert (row.outcome, row.answered_by) == ("answered", terminal.number)


async def test_a_terminal_that_is_unbound_rings_no_more_and_others_do(house: House) -> None:
    _, _, station = await house.door()
    terminal, phone = await bound(house)
    member = await house.member(0)
    await choose_steps(house, "indoor:1,family:40,-neighbour:20,-desk:20")
    invite = await station.call(group_of_house(house.estate.houses[0]))
    rung, other = await phone.request("INVITE"), await member.request("INVITE")
    answer(phone, rung, 180)
    await station.response(180)
    await unbind(house, terminal)
    phone.send(sip.respond(await phone.request("CANCEL"), 200))
    answer(phone, rung, 487)
    answer(member, other, 200, body=ANSWER)
    acknowledge(station, invite, await station.response(200))
    await member.request("ACK")
    assert (await kept(house.estate.platform.db, until=1)).answered_by == member.number


async def test_who_moves_out_talks_no_more(house: House) -> None:
    _, _, station = await house.door()
    member = await house.member(0)
    await house.talking(station, member)
    await move_out(house)
    await hung_up(member, station)
    assert (await kept(house.estate.platform.db)).outcome == "answered"


async def test_who_moves_out_looks_no_more(house: House) -> None:
    _, _, station = await house.door()
    phone = await house.member(0)
    invite = await phone.call(station.number)
    answer(station, await station.request("INVITE"), 200, body=ANSWER)
    acknowledge(phone, invite, await phone.response(200))
    await station.request("ACK")
    await move_out(house)
    await hung_up(phone, station)


@pytest.mark.engines("sqlite", "postgresql")
async def test_an_account_that_an_application_deletes_is_hung_up(exchange: Exchange) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone()
    invite = await door.call(phone.number)
    answer(phone, await phone.request("INVITE"), 200, body=ANSWER)
    acknowledge(door, invite, await door.response(200))
    await phone.request("ACK")
    async with exchange.db.begin() as tx:
        await numbers.delete_accounts(exchange.scope, tx, numbers=[phone.number], now_ms=1)
    await hung_up(phone, door)
    assert (await kept(exchange.db)).outcome == "answered"
