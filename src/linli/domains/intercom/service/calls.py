"""The record of calls: written as they ring, once for each step. Source: spec B 2.9, 3.20 §3.6; E 4.5."""

import functools
from contextlib import suppress
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.databus.changes import publish
from linli.databus.records import insert_record
from linli.databus.topics import Kind
from linli.domains.access.queries.doors import find_door
from linli.domains.intercom.events import CallMoved
from linli.domains.intercom.models import calls
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.rows import CUT, MISSED, OVER, RINGS, TALKS, Account, CallRow
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
    .values(state=TALKS, answered_by=bindparam("number"), answered_ms=bindparam("now", type_=INT)),
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


async def begin(
    tx: Tx, *, call_id: int, caller: Account, target: str, target_type: int, process: str, now_ms: int
) -> CallRow:
    """Note that a call rings and tell the subscribers. It is `process` that will say how it goes on."""
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
    await _tell(tx, row)
    return row


async def answer(tx: Tx, *, call_id: int, number: str, now_ms: int) -> None:
    """A phone took it."""
    if await _answer.run(tx, of_call=call_id, number=number, now=now_ms):
        await _tell(tx, await queries.call_in_hand(tx, call_id))


async def opened(tx: Tx, *, call_id: int, now_ms: int) -> None:
    """The door said that it opened: from the first time on this is a pass, and its record is written."""
    if not await _open.run(tx, of_call=call_id, now=now_ms):
        return
    row = await queries.call_in_hand(tx, call_id)
    scope = Scope.system(row.tenant_id)
    door = await find_door(scope, tx, iot_id=row.iot_id) if row.iot_id else None
    info = {
        "sipNumber": row.caller,
        "groupId": row.target if row.target_type else "",
        "roomId": row.room_id,
        "spaceId": "" if row.space_id is None else str(row.space_id),
    }
    record: dict[str, Any] = {
        "time": now_ms,
        "iotId": row.iot_id,
        "productKey": door.product_key if door else "",
        "deviceName": door.device_name if door else "",
        "sourceType": "0",
        "eventInfo": msgspec.json.encode(info).decode(),
    }
    with suppress(NotFound):  # a community that went, or is not approved, has no records
        await insert_record(
            scope,
            tx,
            model_id=MODEL,
            version=MODEL_VERSION,
            community_id=row.community_id,
            source="intercom",
            row=record,
        )


async def end(tx: Tx, *, call_id: int, outcome: str, now_ms: int) -> None:
    """It is over, once: a second word about its end changes nothing."""
    if await _end.run(tx, of_call=call_id, how=outcome, now=now_ms):
        await _tell(tx, await queries.call_in_hand(tx, call_id))


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
    return count


async def purge(db: Database, *, now_ms: int, days: int) -> int:
    """Forget calls older than this; how many."""
    below = Ids.number_at(now_ms - days * 86_400_000)
    return await db.run(functools.partial(_purge.run, below=below))


async def _tell(tx: Tx, row: CallRow) -> None:
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
