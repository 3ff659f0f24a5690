"""The record of calls: written as they ring, once for each step. Source: spec B 2.9, 3.20 §3.6; E 4.5."""

from contextlib import suppress
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, case, delete, func, update

from linli.calls.rows import CUT, MISSED, OVER, RINGS, TALKS, Account, bell_of, person_of_telephone, staff_of
from linli.databus.changes import publish
from linli.databus.records import insert_record
from linli.databus.topics import Kind
from linli.domains.access.queries.doors import find_door
from linli.domains.access.rows import Door
from linli.domains.intercom.events import CallMoved
from linli.domains.intercom.models import call_notes, call_steps, calls, site_calls
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries.doorbells import bell_in_call, ends_of_bell
from linli.domains.intercom.rows import CallRow
from linli.domains.intercom.service.looks import end_looks_left, purge_looks
from linli.domains.people.queries import persons
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

MODEL: Final = "iot_entrance_videointercom_record_model"
MODEL_VERSION: Final = "1.0"
"""It has a time; the text of 1.1 says more (the house), so rows have that text and serve readers of both."""
RING: Final = "1"
"""eventCode of a call."""
_OF_ONE: Final = "the call that this process has in hand"

_answer = Command(
    update(calls)
    .where(calls.c.id == bindparam("of_call", type_=INT), calls.c.state == RINGS)
    .values(
        state=TALKS,
        answered_by=bindparam("number"),
        answered_ms=case((calls.c.answered_ms == 0, bindparam("now", type_=INT)), else_=calls.c.answered_ms),
    ),
    unscoped=_OF_ONE,
)
_ring_again = Command(
    update(calls)
    .where(calls.c.id == bindparam("of_call", type_=INT), calls.c.state == TALKS)
    .values(
        state=RINGS,
        answered_by="",
        space_id=func.coalesce(bindparam("house", type_=INT), calls.c.space_id),
    ),
    unscoped=_OF_ONE,
)
_open = Command(
    update(calls)
    .where(calls.c.id == bindparam("of_call", type_=INT), calls.c.opened_ms == 0)
    .values(opened_ms=bindparam("now", type_=INT)),
    unscoped=_OF_ONE,
)
_end = Command(
    update(calls)
    .where(calls.c.id == bindparam("of_call", type_=INT), calls.c.state != OVER)
    .values(state=OVER, outcome=bindparam("how"), ended_ms=bindparam("now", type_=INT)),
    unscoped=_OF_ONE,
)
_purge = Command(
    delete(calls).where(calls.c.id < bindparam("below", type_=INT)),
    unscoped="calls kept for longer than the installation keeps them",
)
_purge_steps = Command(
    delete(call_steps).where(call_steps.c.call_id < bindparam("below", type_=INT)),
    unscoped="steps of calls that are forgotten",
)
_purge_notes = Command(
    delete(call_notes).where(call_notes.c.call_id < bindparam("below", type_=INT)),
    unscoped="notes about calls that are forgotten",
)
_purge_refs = Command(
    delete(site_calls).where(site_calls.c.call_id < bindparam("below", type_=INT)),
    unscoped="calls kept for longer than the installation keeps them",
)


class CallEvent(msgspec.Struct, frozen=True, rename="camel"):
    """Payload of `/broadcast/{uid}/vinotify` (spec B, 9 V16)."""

    event_code: str
    event_time: int
    """UTC ms."""
    source: str
    """The number that calls."""
    target_type: int
    """0 number, 1 group: a number, as in the sample; the table says String."""
    target: str


class CloudCall(msgspec.Struct, frozen=True, rename="camel"):
    """`eventInfo` of the record of a cloud call."""

    sip_number: str
    group_id: str
    room_id: str
    space_id: str


async def begin(
    tx: Tx, *, call_id: int, caller: Account, target: str, target_type: int, process: str, now_ms: int
) -> CallRow:
    """Note that a call rings and tell the subscribers. It is `process` that will say how it goes on."""
    bell_id = bell_of(caller.number)
    bell = await bell_in_call(tx, bell_id) if bell_id is not None else None
    if bell is not None:
        ends = await ends_of_bell(tx, bell, target)
    elif staff_of(caller.number):
        ends = await queries.ends_of_look(tx, caller.tenant_id, target)
    else:
        ends = await queries.ends_of(tx, caller, target, target_type)
    row = CallRow(
        id=call_id,
        tenant_id=caller.tenant_id,
        project_id=caller.project_id,
        community_id=ends.community_id,
        caller=caller.number,
        caller_kind=caller.kind,
        target=target,
        target_type=target_type,
        iot_id=ends.iot_id,
        space_id=ends.space_id,
        room_id=ends.room_id,
        state=RINGS,
        outcome="",
        answered_by="",
        process=process,
        started_ms=now_ms,
        answered_ms=0,
        opened_ms=0,
        ended_ms=0,
    )
    await tx.insert(calls, row._asdict())
    await publish(
        tx,
        Kind.CALL,
        row.community_id,
        CallEvent(RING, now_ms, row.caller, target_type, target),
        tenant_id=row.tenant_id,
        project_id=row.project_id,
    )
    await tell(tx, row)
    return row


async def answer(tx: Tx, *, call_id: int, number: str, now_ms: int) -> None:
    """A phone took it."""
    if await _answer.run(tx, of_call=call_id, number=number, now=now_ms):
        await tell(tx, await queries.call_in_hand(tx, call_id))


async def ring_again(tx: Tx, *, call_id: int, house_id: int | None) -> None:
    """Who had it passed it on. It was answered when it was taken first."""
    if await _ring_again.run(tx, of_call=call_id, house=house_id):
        await tell(tx, await queries.call_in_hand(tx, call_id))


async def opened(tx: Tx, *, call_id: int, now_ms: int) -> None:
    """The door said that it opened: from the first time on this is a pass, and its record is written."""
    if not await _open.run(tx, of_call=call_id, now=now_ms):
        return
    row = await queries.call_in_hand(tx, call_id)
    scope = Scope.system(row.tenant_id)
    identity_id = person_of_telephone(row.answered_by or row.target)
    if identity_id:
        record = by_telephone(await _phone_of(scope, tx, identity_id))
    else:
        door = await find_door(scope, tx, iot_id=row.iot_id) if row.iot_id else None
        house = "" if row.space_id is None else str(row.space_id)
        group = row.target if row.target_type else ""
        record = by_cloud(row.iot_id, door, CloudCall(row.caller, group, row.room_id, house))
    await write_record(scope, tx, community_id=row.community_id, record=record, at_ms=now_ms)


async def write_record(
    scope: Scope, tx: Tx, *, community_id: int | None, record: dict[str, Any], at_ms: int
) -> None:
    """That somebody was let in, for the subscribers."""
    with suppress(NotFound):  # a community that went, or is not approved, has no records
        await insert_record(
            scope,
            tx,
            model_id=MODEL,
            version=MODEL_VERSION,
            community_id=community_id,
            source="intercom",
            row=record | {"time": at_ms},
        )


def by_cloud(iot_id: str, door: Door | None, call: CloudCall) -> dict[str, Any]:
    return {
        "iotId": iot_id,
        "productKey": door.product_key if door else "",
        "deviceName": door.device_name if door else "",
        "sourceType": "0",
        "eventInfo": msgspec.json.encode(call).decode(),
    }


def by_telephone(phone: str) -> dict[str, Any]:
    """The record of a landline call names no door, but the number (spec E 4.5)."""
    return {
        "iotId": "",
        "productKey": "",
        "deviceName": "",
        "sourceType": "1",
        "eventInfo": msgspec.json.encode({"phone": phone}).decode(),
    }


async def _phone_of(scope: Scope, tx: Tx, identity_id: str) -> str:
    try:
        return (await persons.person(scope, tx, identity_id)).phone or ""
    except NotFound:
        return ""


async def end(tx: Tx, *, call_id: int, outcome: str, now_ms: int) -> None:
    """It is over, once: a second word about its end changes nothing."""
    if await _end.run(tx, of_call=call_id, how=outcome, now=now_ms):
        await tell(tx, await queries.call_in_hand(tx, call_id))


async def end_left(db: Database, process: str, *, now_ms: int) -> int:
    """Calls that a process which is no more had in hand: what rang was missed, what talked was cut. How many."""

    async def work(tx: Tx) -> int:
        left = await queries.in_hand_of(tx, process)
        for row in left:
            outcome = MISSED if row.state == RINGS else CUT
            await end(tx, call_id=row.id, outcome=outcome, now_ms=now_ms)
        return len(left)

    count = 0
    while some := await db.run(work):
        count += some
    await db.run(lambda tx: end_looks_left(tx, process, now_ms=now_ms))
    return count


async def purge(db: Database, *, now_ms: int, days: int) -> int:
    """Forget calls older than this; how many."""
    below = Ids.number_at(now_ms - days * 86_400_000)

    async def work(tx: Tx) -> int:
        await _purge_steps.run(tx, below=below)
        await _purge_notes.run(tx, below=below)
        await _purge_refs.run(tx, below=below)
        await purge_looks(tx, below=below)
        return await _purge.run(tx, below=below)

    return await db.run(work)


async def tell(tx: Tx, row: CallRow) -> None:
    """The other rooms that it moved."""
    await emit(
        tx,
        CallMoved(
            call_id=row.id,
            tenant_id=row.tenant_id,
            project_id=row.project_id,
            community_id=row.community_id,
            iot_id=row.iot_id,
            space_id=row.space_id,
            caller=row.caller,
            target=row.target,
            target_type=row.target_type,
            state=row.state,
            outcome=row.outcome,
            started_ms=row.started_ms,
        ),
        key=str(row.id),
    )
