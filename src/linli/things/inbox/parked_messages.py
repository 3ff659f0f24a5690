"""Parked messages: seen by a person with their reason, tried again or dropped."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.changes import Change, tell
from linli.things.models import devices, inbox, inbox_work
from linli.things.queries.devices import get_device


class ParkedMessage(NamedTuple):
    iot_id: str
    device_name: str
    nickname: str
    seq: int
    kind: str
    identifier: str
    received_ms: int
    payload: bytes
    tries: int
    reason: str
    parked_ms: int


class InboxCounts(NamedTuple):
    """How many messages of the scope wait for handlers, and how many are parked."""

    ready: int
    parked: int


_FROM = inbox_work.join(devices, devices.c.device_no == inbox_work.c.device_no).join(
    inbox,
    (inbox.c.device_no == inbox_work.c.device_no)
    & (inbox.c.seq == inbox_work.c.seq)
    & (inbox.c.day == inbox_work.c.day),
)
_parked = Query(
    select(
        devices.c.iot_id,
        devices.c.device_name,
        devices.c.nickname,
        inbox_work.c.seq,
        inbox.c.kind,
        inbox.c.identifier,
        inbox.c.received_ms,
        inbox.c.payload,
        inbox_work.c.tries,
        inbox_work.c.reason,
        inbox_work.c.parked_ms,
    )
    .select_from(_FROM)
    .where(in_scope(devices), inbox_work.c.state == "parked")
    .order_by(inbox_work.c.seq.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    ParkedMessage,
)
_counts = Query(
    select(inbox_work.c.state, func.count())
    .select_from(inbox_work.join(devices, devices.c.device_no == inbox_work.c.device_no))
    .where(in_scope(devices))
    .group_by(inbox_work.c.state)
)
_by_place = (
    inbox_work.c.device_no == bindparam("no", type_=INT),
    inbox_work.c.seq == bindparam("at", type_=INT),
    inbox_work.c.state == "parked",
)
_retry = Command(
    update(inbox_work).where(*_by_place).values(state="ready", tries=0, reason="", parked_ms=None)
)
_drop = Command(delete(inbox_work).where(*_by_place))


async def list_parked(scope: Scope, db: Reader, *, page: PageRequest) -> Page[ParkedMessage]:
    """Newest first."""
    total = (await count_inbox(scope, db)).parked
    rows = await _parked.all(db, scope, **page.binds)
    return Page.of(page, total, rows)


async def count_inbox(scope: Scope, db: Reader) -> InboxCounts:
    counts = dict(await _counts.all(db, scope))
    return InboxCounts(counts.get("ready", 0), counts.get("parked", 0))


async def retry_parked(scope: Scope, tx: Tx, *, iot_id: str, seq: int) -> None:
    """Give a parked message to its handlers again, after what the device sent since. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if not await _retry.run(tx, no=device.device_no, at=seq):
        raise NotFound(what="message", id=seq)
    tell(tx, Change("inbox", device.device_no, device.product_key, device.device_name))


async def drop_parked(scope: Scope, tx: Tx, *, iot_id: str, seq: int) -> None:
    """Never handle it; the message itself stays in the log. Raises NotFound."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if not await _drop.run(tx, no=device.device_no, at=seq):
        raise NotFound(what="message", id=seq)
