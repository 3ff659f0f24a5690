"""What visitors left whom nobody answered."""

from sqlalchemy import bindparam, select

from linli.domains.intercom.models import messages
from linli.domains.intercom.rows import RECORDING, Message
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_m = messages.c
_of_calls = Query(select(messages).where(any_of(_m.call_id, "call_ids"), in_scope(messages)), Message)
_one = Query(
    select(messages).where(_m.call_id == bindparam("call_id", type_=INT)),
    Message,
    unscoped="the recording that this process has in hand",
)
_oldest = Query(
    select(messages)
    .where(_m.space_id == bindparam("space_id", type_=INT))
    .order_by(_m.call_id.desc())
    .offset(bindparam("most", type_=INT))
    .limit(100),
    Message,
    unscoped="of the house whose recording this process has in hand",
)
_expired = Query(
    select(messages)
    .where(_m.call_id < bindparam("below", type_=INT))
    .order_by(_m.call_id)
    .limit(bindparam("limit", type_=INT)),
    Message,
    unscoped="messages kept for longer than the installation keeps calls",
)
_left = Query(
    select(_m.call_id).where(_m.process == bindparam("process"), _m.state == RECORDING).limit(1_000),
    unscoped="recordings of this process",
)


async def messages_of_calls(scope: Scope, db: Reader, call_ids: list[int]) -> dict[int, Message]:
    """By call; only those that there are."""
    rows = await _of_calls.all(db, scope, call_ids=call_ids) if call_ids else []
    return {row.call_id: row for row in rows}


async def message_in_hand(db: Reader, call_id: int) -> Message | None:
    return await _one.one(db, call_id=call_id)


async def beyond(db: Reader, *, space_id: int, most: int) -> list[Message]:
    """A house's messages behind its newest ones."""
    return await _oldest.all(db, space_id=space_id, most=most)


async def expired(db: Reader, *, below: int, limit: int) -> list[Message]:
    return await _expired.all(db, below=below, limit=limit)


async def left_by(db: Reader, process: str) -> list[int]:
    """Calls whose recording a process had not made ready."""
    return [int(call_id) for (call_id,) in await _left.all(db, process=process)]
