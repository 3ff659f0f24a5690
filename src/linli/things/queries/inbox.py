"""Reads of stored messages, for those who missed them in memory."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader
from linli.things.models import MessageKind, inbox


class StoredMessage(NamedTuple):
    """One row of the inbox; `things.inbox.stored_messages.revive` makes a message of it."""

    device_no: int
    seq: int
    kind: MessageKind
    identifier: str
    received_ms: int
    note: str
    payload: bytes


_after = Query(
    select(*(inbox.c[name] for name in StoredMessage._fields))
    .where(
        inbox.c.device_no == bindparam("device_no", type_=INT), inbox.c.seq > bindparam("after", type_=INT)
    )
    .order_by(inbox.c.seq)
    .limit(bindparam("most", type_=INT)),
    StoredMessage,
)


async def messages_after(db: Reader, *, device_no: int, seq: int, most: int) -> list[StoredMessage]:
    """A device's messages after number `seq`, oldest first. The caller knows that it may see the device."""
    return await _after.all(db, device_no=device_no, after=seq, most=most)
