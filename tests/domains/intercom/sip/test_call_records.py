"""The record of calls: each once, with the right end, told to the right subscribers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from linli.calls.rows import APP, DOOR_STATION, Account
from linli.databus.changes import Change
from linli.databus.models import changes
from linli.domains.intercom import events
from linli.domains.intercom.models import calls, door_numbers, house_groups
from linli.domains.intercom.queries.calls import CallFilter, ends_of, list_calls
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service.calls import begin, end_left, purge
from linli.domains.intercom.sip.front import SipFront
from linli.kernel.clock import SystemClock
from linli.kernel.db import Database, Query
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Sip
from linli.protocols import sip
from tests.domains.intercom.conftest import DOOR, GROUP, SIP, Home
from tests.domains.intercom.sip.conftest import Exchange, call_log
from tests.domains.intercom.sip.phone import Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send

_changes = Query(
    select(*(changes.c[name] for name in Change._fields))
    .where(changes.c.kind == "call")
    .order_by(changes.c.id),
    Change,
    unscoped="a test reads all",
)
_all = Query(select(calls).order_by(calls.c.id), CallRow, unscoped="a test reads all")
HOUSE = 77


async def kept(db: Database, *, until: int = 2) -> CallRow:
    """The only call, once it is in this state."""
    async with asyncio.timeout(60):
        while True:
            rows = await _all.all(db)
            if rows and rows[-1].state == until:
                assert len(rows) == 1
                return rows[0]
            await asyncio.sleep(0.01)


async def test_a_call_that_was_taken(exchange: Exchange) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone()
    invite = await door.call(phone.number)
    received = await phone.request("INVITE")
    ringing = await kept(exchange.db, until=0)
    assert (ringing.caller, ringing.caller_kind, ringing.target, ringing.target_type) == (
        door.number, 1, phone.number, 0,
    )  # fmt: skip
    answer(phone, received, 200, body=ANSWER)
    dialog = acknowledge(door, invite, await door.response(200))
    talking = await kept(exchange.db, until=1)
    assert talking.answered_by == phone.number
    send(door, dialog.request("BYE"))
    row = await kept(exchange.db)
    assert (row.outcome, row.opened_ms) == ("answered", 0)
    assert row.started_ms <= row.answered_ms <= row.ended_ms


@pytest.mark.parametrize(("status", "outcome"), [(486, "busy"), (603, "refused"), (480, "missed")])
async def test_a_call_that_phones_refuse(exchange: Exchange, status: int, outcome: str) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone()
    await door.call(phone.number)
    answer(phone, await phone.request("INVITE"), status)
    assert (await kept(exchange.db)).outcome == outcome


async def test_calls_that_reach_nobody(exchange: Exchange) -> None:
    door, away = await exchange.phone(kind=1), await exchange.phone(registered=False)
    group = await exchange.group(away)
    await door.call(group)
    assert (await door.response()).status == 480
    row = await kept(exchange.db)
    assert (row.outcome, row.target, row.target_type) == ("unreachable", group, 1)
    await door.call("nobody")
    assert (await door.response()).status == 404
    assert len(await _all.all(exchange.db)) == 1, "what does not exist was not called"


async def test_the_caller_gave_up(exchange: Exchange) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone()
    invite = await door.call(phone.number)
    answer(phone, await phone.request("INVITE"), 180)
    await door.response(180)
    door.send(sip.cancel(invite))
    assert (await kept(exchange.db)).outcome == "given_up"


async def test_nobody_answered(exchange: Exchange) -> None:
    exchange.front.calls.ring_s = 0.2
    door, phone = await exchange.phone(kind=1), await exchange.phone()
    await door.call(phone.number)
    row = await kept(exchange.db)
    assert (row.outcome, row.answered_ms) == ("missed", 0)


async def test_a_stop_in_order_ends_what_rings(exchange: Exchange) -> None:
    door, phone = await exchange.phone(kind=1), await exchange.phone()
    await door.call(phone.number)
    await phone.request("INVITE")
    await exchange.restart()
    assert (await kept(exchange.db)).outcome == "missed"


async def test_what_a_dead_process_left(exchange: Exchange) -> None:
    number, _ = await exchange.account(kind=1)
    caller = Account(number, exchange.scope.tenant, exchange.scope.project_id or "", 1, "", 0, 0)
    moved: list[events.CallMoved] = []

    async def heard(_tx: Any, event: events.CallMoved) -> None:
        moved.append(event)

    exchange.db.handlers.inline(events.CallMoved, heard)
    async with exchange.db.begin() as tx:
        for call_id, process in ((1, "dead"), (2, "alive")):
            await begin(
                tx, call_id=call_id, caller=caller, target="x", target_type=0, process=process, now_ms=5
            )
    assert await end_left(exchange.db, "dead", now_ms=9) == 1
    assert await end_left(exchange.db, "dead", now_ms=10) == 0
    ended, alive = await _all.all(exchange.db)
    assert (ended.state, ended.outcome, ended.ended_ms) == (2, "missed", 9)
    assert alive.state == 0
    assert [(event.call_id, event.state) for event in moved] == [(1, 0), (2, 0), (1, 2)]
    await purge(exchange.db, now_ms=SystemClock().now_ms(), days=1)
    assert await _all.all(exchange.db) == []


# ------------------------------------------------------------ with doors and houses


@pytest.fixture
async def front(home: Home) -> AsyncIterator[SipFront]:
    platform = home.platform
    front = SipFront(
        Sip(host="127.0.0.1", port=0),
        platform.db,
        SystemClock(),
        home.secrets,
        call_log(platform.db, platform.ids),
        host="127.0.0.1",
    )
    await front.start()
    try:
        yield front
    finally:
        await front.stop()


async def phone_of(home: Home, front: SipFront, kind: int) -> Phone:
    (row,) = await home.ok(f"{SIP}/add", count=1, type=kind)
    phone = await Phone.open(front.port, row["sipNumber"], row["sipPassword"])
    assert (await phone.register()).status == 200
    return phone


async def unlocked(door: Phone, dialog: sip.Dialog, status: int) -> None:
    """The door says twice how opening went, as it must."""
    for _ in range(2):
        info = dialog.request("INFO")
        info.set("content-type", "application/json")
        info.body = msgspec.json.encode({"res": "unlock", "reqsn": 7, "status": status})
        send(door, info)


@pytest.mark.covers("B107")
async def test_the_record_of_a_door_that_was_opened(home: Home, front: SipFront) -> None:
    iot_id, _ = await home.platform.new_door(home.partner, home.product_key, online=False)
    door, phone = await phone_of(home, front, DOOR_STATION), await phone_of(home, front, APP)
    group = await home.group()
    await home.ok(f"{GROUP}/sip/add", groupID=group, sipNumberList=[phone.number])
    await home.ok(
        f"{DOOR}/sipnumber/sync", iotId=iot_id, sipNumber=door.number, password="p", host="h", port="6050"
    )
    await home.ok(f"{DOOR}/map/add", iotId=iot_id, maps=[{"roomId": "1202", "groupId": group}])
    async with home.platform.db.begin() as tx:
        row = {"space_id": HOUSE, "tenant_id": home.partner.tenant_id, "community_id": 1}
        await tx.insert(house_groups, {**row, "group_id": group, "room_id": "1-9-3-1202", "changed_ms": 0})
    invite = await door.call(group)
    received = await phone.request("INVITE")
    answer(phone, received, 200, body=ANSWER)
    dialog = acknowledge(door, invite, await door.response(200))
    theirs = sip.Dialog.of_request(received, "callee")
    await phone.request("ACK")
    # Only the door's own word counts, and only a good one.
    await unlocked(phone, theirs, 200)
    await unlocked(door, dialog, 400)
    await unlocked(door, dialog, 200)
    for _ in range(2):
        await phone.next(lambda m: isinstance(m, sip.Request) and b"200" in m.body)
    send(door, dialog.request("BYE"))
    kept_row = await kept(home.platform.db)
    assert (kept_row.iot_id, kept_row.space_id, kept_row.room_id, kept_row.community_id) == (
        iot_id, HOUSE, "1202", 1,
    )  # fmt: skip
    assert kept_row.opened_ms
    page = await home.partner.call(
        "/data/model/data/query", "0.0.3", {"modelId": "iot_entrance_videointercom_record_model"}
    )
    (record,) = page["data"]["items"] if isinstance(page["data"], dict) else page["data"]
    assert (record["iotId"], record["sourceType"], record["tenantId"]) == (
        iot_id,
        "0",
        home.partner.tenant_id,
    )
    assert record["time"]
    assert record["deviceName"]
    assert msgspec.json.decode(record["eventInfo"]) == {
        "sipNumber": door.number, "groupId": group, "roomId": "1202", "spaceId": str(HOUSE),
    }  # fmt: skip
    other = await home.other.call(
        "/data/model/data/query", "0.0.3", {"modelId": "iot_entrance_videointercom_record_model"}
    )
    assert iot_id not in msgspec.json.encode(other).decode()
    (told,) = await _changes.all(home.platform.db)
    assert (told.community_id, told.project_id) == (1, home.partner.project_id)
    said = msgspec.json.decode(told.message())
    assert said.pop("eventTime") == kept_row.started_ms
    assert said == {"eventCode": "1", "source": door.number, "targetType": 1, "target": group}
    page_of = PageRequest(1, 20)
    mine = await list_calls(home.partner.owner, home.platform.db, where=CallFilter(), page=page_of)
    assert mine.total == 1
    theirs_ = await list_calls(home.other.owner, home.platform.db, where=CallFilter(), page=page_of)
    assert theirs_.total == 0
    elsewhere = Scope(home.partner.tenant_id, home.partner.owner.caller, frozenset([9]))
    assert (await list_calls(elsewhere, home.platform.db, where=CallFilter(), page=page_of)).total == 0
    for phone_ in (door, phone):
        phone_.close()


async def test_ends_are_looked_for_in_the_callers_project_only(home: Home) -> None:
    db = home.platform.db
    async with db.begin() as tx:
        number = {"iot_id": "d1", "tenant_id": home.other.tenant_id, "community_id": 2, "number": "n1"}
        await tx.insert(door_numbers, {**number, "password": "", "host": "h", "port": "1", "changed_ms": 0})
        house = {"space_id": HOUSE, "tenant_id": home.other.tenant_id, "community_id": 2, "group_id": "g"}
        await tx.insert(house_groups, {**house, "room_id": "1202", "changed_ms": 0})

    def caller(tenant_id: str, project_id: str) -> Account:
        return Account("n1", tenant_id, project_id, 1, "", 0, 0)

    own = await ends_of(db, caller(home.other.tenant_id, home.other.project_id), "g", 1)
    assert (own.iot_id, own.space_id, own.community_id) == ("d1", HOUSE, 2)
    for tenant_id, project_id in (
        (home.partner.tenant_id, home.partner.project_id),
        (home.partner.tenant_id, home.other.project_id),
        (home.other.tenant_id, home.partner.project_id),
    ):
        ends = await ends_of(db, caller(tenant_id, project_id), "g", 1)
        assert (ends.iot_id, ends.space_id, ends.community_id) == ("", None, None)
