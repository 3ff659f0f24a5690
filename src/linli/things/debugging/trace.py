"""All that the platform has of one message of a device: rows, and notes of its handlers. See `console.trace`."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.things.debugging.models import handled_messages
from linli.things.models import MessageKind, devices, inbox, inbox_work, service_calls


class TracedUplink(NamedTuple):
    """One message of the inbox with what its handlers came to: `state` None and no `done_ms` where none wanted it."""

    seq: int
    kind: MessageKind
    identifier: str
    received_ms: int
    note: str
    payload: bytes
    state: str | None
    tries: int | None
    reason: str | None
    parked_ms: int | None
    done_ms: int | None
    took_us: int | None
    handlers: str | None


class TracedCall(NamedTuple):
    call_no: int
    device_no: int
    identifier: str
    call_type: str
    caller: str
    input: str
    output: str | None
    state: str
    reason: str
    called_ms: int
    answered_ms: int | None
    cause: str


_no, _seq, _day = (bindparam(name, type_=INT) for name in ("device_no", "number", "on_day"))
_i, _w, _h = inbox.c, inbox_work.c, handled_messages.c
_uplink = Query(
    select(
        _i.seq, _i.kind, _i.identifier, _i.received_ms, _i.note, _i.payload, _w.state, _w.tries, _w.reason, _w.parked_ms,
        _h.done_ms, _h.took_us, _h.handlers,
    )
    .select_from(
        inbox.outerjoin(inbox_work, (_w.device_no == _i.device_no) & (_w.seq == _i.seq)).outerjoin(
            handled_messages, (_h.device_no == _i.device_no) & (_h.seq == _i.seq)
        )
    )
    .where(_i.device_no == _no, _i.seq == _seq),
    TracedUplink,
)  # fmt: skip
_c = service_calls.c
_COLUMNS = tuple(_c[name] for name in TracedCall._fields)
_call = Query(select(*_COLUMNS).where(_c.call_no == _seq, _c.day == _day), TracedCall)
_caused = Query(
    select(*_COLUMNS)
    .where(
        _c.call_no >= bindparam("low", type_=INT),
        _c.call_no < bindparam("high", type_=INT),
        _c.day >= bindparam("first_day", type_=INT),
        _c.day <= bindparam("last_day", type_=INT),
        _c.cause == bindparam("because"),
    )
    .order_by(_c.call_no),
    TracedCall,
    heavy=True,
)
_iot_id = Query(
    select(devices.c.iot_id).where(devices.c.device_no == _no),
    unscoped="the caller then looks for it in its scope",
)


async def find_uplink(db: Reader, *, device_no: int, seq: int) -> TracedUplink | None:
    """The caller knows the device."""
    return await _uplink.one(db, device_no=device_no, number=seq)


async def find_call(db: Reader, *, call_no: int) -> TracedCall | None:
    """Without a scope: the caller then looks for its device in its own scope."""
    return await _call.one(db, number=call_no, on_day=day_of(Ids.number_ms(call_no)))


async def calls_because(db: Reader, *, cause: str, low_ms: int, high_ms: int) -> list[TracedCall]:
    """Calls that a request or message led to, in a span of time. The caller then looks for their devices."""
    return await _caused.all(
        db,
        low=Ids.number_at(low_ms),
        high=Ids.number_at(high_ms + 1),
        because=cause,
        first_day=day_of(low_ms),
        last_day=day_of(high_ms),
    )


async def iot_id_of(db: Reader, device_no: int) -> str:
    """Empty if there is no such device."""
    return str(await _iot_id.scalar(db, device_no=device_no) or "")


def read_batch_id(text: str) -> tuple[int, int] | None:
    """(device number, message number) of a `batchId`, or None if it is none."""
    if len(text) != 32 or not text.isascii():
        return None
    try:
        device_no, seq = int(text[:16], 16), int(text[16:], 16)
    except ValueError:
        return None
    return (device_no, seq) if device_no < 2**53 and seq < 2**53 else None
