"""Opening a door from a call: by INFO, by `*`, else by the door's own line; and never for who may not."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select

from linli.calls.rows import Opening
from linli.domains.intercom.models import calls, openings
from linli.domains.intercom.rows import CallRow
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Query
from linli.kernel.ids import Ids
from linli.protocols import sip
from linli.protocols.sip.unlock import read_unlock
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.house import House, open_house
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send

_openings = Query(select(openings).order_by(openings.c.id), Opening, unscoped="a test reads all")
_calls = Query(select(calls).order_by(calls.c.id), CallRow, unscoped="a test reads all")
JSON, STAR = "application/json", "application/dtmf-relay"


@pytest.fixture
async def house(database: Database, clock: ManualClock, ids: Ids, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, clock, ids, tmp_path) as made:
        yield made


def press(phone: Phone, dialog: sip.Dialog, body: bytes, kind: str = JSON) -> None:
    info = dialog.request("INFO")
    info.set("content-type", kind)
    info.body = body
    send(phone, info)


async def asked(station: Phone, status: int, kind: str = JSON) -> sip.Request:
    """The door is asked, and says at once what it thinks of such messages."""
    message = await station.next(
        lambda m: isinstance(m, sip.Request) and m.method == "INFO" and m.content_type == kind
    )
    assert isinstance(message, sip.Request)
    station.send(sip.respond(message, status))
    return message


async def told(phone: Phone) -> tuple[int, int, str]:
    """(the phone's own number, status, words) of the result; both copies came."""
    results = []
    for _ in range(2):
        message = await phone.request("INFO")
        phone.send(sip.respond(message, 200))
        results.append(msgspec.json.decode(message.body))
    assert results[0] == results[1]
    return results[0]["reqsn"], results[0]["status"], results[0]["message"]


async def kept(db: Database, done: Callable[[Opening], bool] = lambda row: row.answered_ms > 0) -> Opening:
    """The only opening, once it is answered."""
    async with asyncio.timeout(60):
        while True:
            rows = await _openings.all(db)
            if rows and done(rows[-1]):
                assert len(rows) == 1
                return rows[0]
            await asyncio.sleep(0.01)


def say_opened(station: Phone, dialog: sip.Dialog, request: sip.Request, status: int) -> None:
    read = read_unlock(request)
    assert read is not None
    for _ in range(2):
        body = msgspec.json.encode({"res": "unlock", "reqsn": read.number, "status": status})
        press(station, dialog, body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"req":"unlock","reqsn":100,"sip":"M124123123"}',
        b'{"req":"unlock","reqsn":100}',
        b"req=unlock&reqsn=100",
    ],
)
async def test_a_doubled_request_opens_once(house: House, body: bytes) -> None:
    iot_id, door, station = await house.door()
    phone = await house.member(0)
    ours, theirs = await house.talking(station, phone)
    for _ in range(2):
        press(phone, theirs, body)
    first, second = await asked(station, 200), await asked(station, 200)
    assert first.body == second.body
    assert msgspec.json.decode(first.body) == {"req": "unlock", "reqsn": 1, "sip": phone.number}
    say_opened(station, ours, first, 200)
    assert await told(phone) == (100, 200, "门已打开")
    row = await kept(house.estate.platform.db)
    (call,) = await _calls.all(house.estate.platform.db)
    assert (row.call_id, row.iot_id, row.identity_id, row.number, row.way, row.result) == (
        call.id, iot_id, house.estate.owner, phone.number, "info", "opened",
    )  # fmt: skip
    async with asyncio.timeout(60):
        while not (await _calls.all(house.estate.platform.db))[0].opened_ms:
            await asyncio.sleep(0.01)
    assert door.opened == 0, "its own line was not needed"


async def test_a_late_copy_of_the_doors_answer_reaches_no_phone(house: House) -> None:
    """Its number is of our question: a phone would take it for an answer to one of its own."""
    _, _, station = await house.door()
    phone = await house.member(0)
    ours, theirs = await house.talking(station, phone)
    press(phone, theirs, b'{"req":"unlock","reqsn":1}')
    first, _ = await asked(station, 200), await asked(station, 200)
    say_opened(station, ours, first, 200)
    assert await told(phone) == (1, 200, "门已打开")
    say_opened(station, ours, first, 500)
    assert (await station.response(200)).status == 200
    await phone.silence()


async def test_a_door_that_knows_no_message_is_opened_by_its_own_line(house: House) -> None:
    iot_id, door, station = await house.door()
    phone = await house.member(0)
    _, theirs = await house.talking(station, phone)
    press(phone, theirs, b'{"req":"unlock","reqsn":5}')
    await asked(station, 488)
    await asked(station, 488)
    await asked(station, 415, STAR)
    assert await told(phone) == (5, 200, "门已打开")
    row = await kept(house.estate.platform.db)
    assert (row.way, row.result, door.opened) == ("remote", "opened", 1)
    shown = (await house.estate.desk.get(f"/doors/{iot_id}")).json()["opens"]
    (call,) = await _calls.all(house.estate.platform.db)
    assert [one["reason"] for one in shown] == [f"call {call.id} {house.estate.owner}"]


async def test_star_is_told_to_a_door_that_takes_it(house: House) -> None:
    _, door, station = await house.door()
    phone = await house.member(0)
    _, theirs = await house.talking(station, phone)
    press(phone, theirs, b'{"req":"unlock","reqsn":6}')
    await asked(station, 488)
    await asked(station, 488)
    assert b"Signal=*" in (await asked(station, 200, STAR)).body
    assert await told(phone) == (6, 200, "已向门口机发送开门信号")
    row = await kept(house.estate.platform.db)
    assert (row.way, row.result, door.opened) == ("star", "sent", 0)


async def test_a_phone_that_knows_star_only(house: House) -> None:
    _, door, station = await house.door()
    phone = await house.member(0)
    _, theirs = await house.talking(station, phone)
    press(phone, theirs, b"Signal=1\r\nDuration=160\r\n", STAR)
    assert b"Signal=1" in (await asked(station, 200, STAR)).body, "other keys go through"
    assert (await phone.response()).status == 200
    press(phone, theirs, b"Signal=*\r\nDuration=160\r\n", STAR)
    await asked(station, 415, STAR)
    answered = await phone.response()
    assert (answered.status, answered.reason, door.opened) == (200, "门已打开", 1)


async def test_a_silent_door_is_opened_by_its_own_line(house: House) -> None:
    house.front.calls.unlock_s = 0.3
    _, door, station = await house.door()
    phone = await house.member(0)
    _, theirs = await house.talking(station, phone)
    press(phone, theirs, b'{"req":"unlock","reqsn":7}')
    await asked(station, 200)
    assert await told(phone) == (7, 200, "门已打开")
    assert door.opened == 1


async def test_a_door_that_says_no_is_not_gone_around(house: House) -> None:
    _, door, station = await house.door()
    phone = await house.member(0)
    ours, theirs = await house.talking(station, phone)
    press(phone, theirs, b'{"req":"unlock","reqsn":8}')
    first = await asked(station, 200)
    await asked(station, 200)
    say_opened(station, ours, first, 400)
    assert await told(phone) == (8, 500, "门口机未开门")
    row = await kept(house.estate.platform.db)
    assert (row.result, door.opened) == ("refused", 0)


async def test_who_may_not_open_opens_nothing(house: House) -> None:
    """A member without a key on this door: the same right as that of the open button."""
    _, door, station = await house.door(serves=False)
    phone = await house.member(0)
    _, theirs = await house.talking(station, phone)
    press(phone, theirs, b'{"req":"unlock","reqsn":9}')
    assert await told(phone) == (9, 403, "您没有这扇门的开门权限")
    press(phone, theirs, b"Signal=*\r\n", STAR)
    assert (await phone.response(403)).reason == "您没有这扇门的开门权限"
    await station.silence()
    rows = await _openings.all(house.estate.platform.db)
    assert {(row.result, row.way) for row in rows} == {("not_allowed", "")}
    assert len(rows) == 2
    assert door.opened == 0


async def test_no_door_opens_another_one(house: House) -> None:
    _, door, station = await house.door("SN-1")
    _, other, lobby = await house.door("SN-2")
    invite = await station.call(lobby.number)
    answer(lobby, await lobby.request("INVITE"), 200, body=ANSWER)
    dialog = acknowledge(station, invite, await station.response(200))
    await lobby.request("ACK")
    press(station, dialog, b'{"req":"unlock","reqsn":1}')
    assert (await station.response()).status == 403
    press(station, dialog, b"Signal=*\r\n", STAR)
    assert (await station.response()).status == 403
    await lobby.silence()
    assert (door.opened, other.opened) == (0, 0)


async def test_an_applications_account_opens_the_door_that_rang_it(exchange: Exchange) -> None:
    """Whose it is, only the application knows; the door is asked as the contract has it, and no other line is used."""
    station, phone = await exchange.phone(kind=1), await exchange.phone()
    invite = await station.call(phone.number)
    received = await phone.request("INVITE")
    answer(phone, received, 200, body=ANSWER)
    ours = acknowledge(station, invite, await station.response(200))
    await phone.request("ACK")
    theirs = sip.Dialog.of_request(received, "callee")
    press(phone, theirs, b'{"req":"unlock","reqsn":2}')
    first = await asked(station, 200)
    say_opened(station, ours, first, 200)
    assert await told(phone) == (2, 200, "门已打开")
    press(phone, theirs, b'{"req":"unlock","reqsn":3}')
    await asked(station, 488)
    await asked(station, 488)
    await asked(station, 488, STAR)
    assert await told(phone) == (3, 500, "门口机不支持通话中开门")


async def test_who_rang_in_vain_hears_that_it_was_answered_elsewhere(exchange: Exchange) -> None:
    station, first, second = await exchange.phone(kind=1), await exchange.phone(), await exchange.phone()
    await station.call(await exchange.group(first, second))
    ringing = await second.request("INVITE")
    answer(second, ringing, 180)
    await station.response(180)
    answer(first, await first.request("INVITE"), 200, body=ANSWER)
    cancelled = await second.request("CANCEL")
    assert cancelled.get("reason") == 'SIP;cause=200;text="Call completed elsewhere"'
