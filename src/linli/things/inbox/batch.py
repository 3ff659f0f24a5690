"""Messages gathered for one transaction, as rows ready for the driver's bulk calls."""

from collections.abc import Callable, Iterable
from itertools import chain
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import bindparam, case, delete, func, or_, select, update

from linli.kernel.db import INT, Command, Query, Tx
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.things.inbox.messages import DAY_MS, Message
from linli.things.inbox.request import Request
from linli.things.models import (
    device_clocks,
    device_tags,
    devices,
    inbox,
    inbox_work,
    latest_values,
    points,
    service_calls,
    text_points,
    thing_events,
)
from linli.things.mqtt.ports import Uplink

MAX_MESSAGES: Final = 2000
MAX_ROWS: Final = 20_000
"""A batch is closed beyond either: it keeps the event loop busy for some 50 ms at most."""

_INBOX = ("device_no", "seq", "day", "kind", "identifier", "received_ms", "note", "payload")
_WORK = ("device_no", "seq", "day")
_POINTS = ("device_no", "property_no", "ts", "seq", "day", "value")
_LATEST = ("device_no", "property_no", "ts", "seq", "number", "text")
_EVENTS = ("device_no", "identifier", "ts", "seq", "day", "type", "body")
_CLOCKS: Final = ("device_no", "off_ms", "measured_ms")
_TAGS = ("device_no", "tag_key", "tag_value")

_REASON = "written by the platform itself for the device that sent the message"
_online = Command(
    update(devices)
    .where(devices.c.device_no == bindparam("no", type_=INT))
    .values(
        online=1,
        active_ms=func.coalesce(devices.c.active_ms, bindparam("at", type_=INT)),
        front=bindparam("front_name"),
        last_online_ms=bindparam("at", type_=INT),
        last_seen_ms=bindparam("at", type_=INT),
    ),
    unscoped=_REASON,
)
_last_seen = case(
    (devices.c.last_seen_ms > bindparam("seen", type_=INT), devices.c.last_seen_ms),
    else_=bindparam("seen", type_=INT),
)
"""Another process may have seen it since."""
_offline = Command(
    update(devices)
    .where(
        devices.c.device_no == bindparam("no", type_=INT),
        or_(devices.c.front == bindparam("front_name"), devices.c.front == ""),
    )
    .values(
        online=0,
        front="",
        last_offline_ms=bindparam("at", type_=INT),
        last_seen_ms=_last_seen,
    ),
    unscoped=_REASON,
)
"""Not where the device is with another front by now."""
_seen = Command(
    update(devices).where(devices.c.device_no == bindparam("no", type_=INT)).values(last_seen_ms=_last_seen),
    unscoped=_REASON,
)
_untag = Command(
    delete(device_tags).where(
        device_tags.c.device_no == bindparam("no", type_=INT), device_tags.c.tag_key == bindparam("key")
    )
)
_present = Query(
    select(latest_values.c.property_no, latest_values.c.ts).where(
        latest_values.c.device_no == bindparam("no", type_=INT)
    )
)
_answer = Command(
    update(service_calls)
    .where(
        service_calls.c.call_no == bindparam("no", type_=INT),
        service_calls.c.day == bindparam("on_day", type_=INT),
        service_calls.c.device_no == bindparam("device", type_=INT),
    )
    .values(
        state=bindparam("to"),
        output=bindparam("said"),
        reason=bindparam("why"),
        answered_ms=bindparam("at", type_=INT),
    )
)


class Batch:
    """Uplinks that are committed together, and their rows. `ready` is true once there is anything to settle."""

    __slots__ = (
        "after",
        "answers",
        "clocks",
        "events",
        "messages",
        "numbers",
        "past_numbers",
        "past_texts",
        "refused",
        "replies",
        "requests",
        "seen",
        "statuses",
        "tags",
        "texts",
        "uplinks",
    )

    def __init__(self) -> None:
        self.uplinks: list[Uplink] = []
        self.replies: list[tuple[Uplink, bytes]] = []
        """Sent after the commit, in this order."""
        self.after: list[Callable[[], None]] = []
        """Called after the commit, before the replies."""
        self.refused: list[tuple[Uplink, str]] = []
        """Uplinks of which nothing is kept, and why."""
        self.requests: list[Request] = []
        """Run after the commit, each in its own transaction; not among `uplinks`, since not acknowledged before."""
        self.messages: list[Message] = []
        """Each becomes a row of the inbox and, if a handler wants it, one of the work list."""
        self.numbers: list[tuple[int, int, int, int, int, float]] = []
        self.texts: list[tuple[int, int, int, int, int, str]] = []
        self.past_numbers: list[tuple[int, int, int, int, int, float]] = []
        self.past_texts: list[tuple[int, int, int, int, int, str]] = []
        """Values reported later: a newer present value stays."""
        self.events: list[tuple[Any, ...]] = []
        self.tags: dict[tuple[int, str], str | None] = {}
        self.clocks: dict[int, tuple[int, int]] = {}
        """(how many ms ahead, when that was measured) by device number."""
        self.statuses: list[tuple[int, bool, int, str, int]] = []
        self.seen: dict[int, int] = {}
        self.answers: list[dict[str, Any]] = []

    @property
    def ready(self) -> bool:
        return bool(self.uplinks or self.requests or self.messages or self.seen or self.after)

    @property
    def full(self) -> bool:
        return len(self.uplinks) >= MAX_MESSAGES or len(self.numbers) + len(self.texts) >= MAX_ROWS

    @property
    def writes(self) -> bool:
        """Whether a transaction is needed."""
        return bool(self.messages or self.seen or self.answers or self.tags or self.clocks)

    def answer(self, call_no: int, device_no: int, *, state: str, output: str, reason: str, at: int) -> None:
        """The record of a call whose answer came by the inbox."""
        self.answers.append(
            {
                "no": call_no,
                "on_day": day_of(Ids.number_ms(call_no)),
                "device": device_no,
                "to": state,
                "said": output,
                "why": reason,
                "at": at,
            }
        )

    async def write(self, tx: Tx) -> None:
        """Write everything. Statements of one kind go to the driver in one call."""
        if self.messages:
            rows = [
                (
                    m.device.device_no,
                    m.seq,
                    m.received_ms // DAY_MS,
                    m.kind,
                    m.identifier,
                    m.received_ms,
                    m.note,
                    m.payload,
                )
                for m in self.messages
            ]
            await tx.insert_tuples(inbox, _INBOX, rows)
            if work := [row[:3] for m, row in zip(self.messages, rows, strict=True) if m.wanted]:
                await tx.insert_tuples(inbox_work, _WORK, work)
        if self.numbers:
            await tx.insert_tuples(points, _POINTS, self.numbers)
        if self.texts:
            await tx.insert_tuples(text_points, _POINTS, self.texts)
        if self.numbers or self.texts:
            await _keep_latest(tx, _newest(chain(self.numbers, self.texts)))
        if self.past_numbers or self.past_texts:
            await self._write_past(tx)
        if self.events:
            await tx.insert_tuples(thing_events, _EVENTS, self.events)
        if self.answers:
            await _answer.run_many(tx, self.answers)
        if self.tags:
            await self._write_tags(tx)
        if self.clocks:
            clocks = [(no, *measured) for no, measured in sorted(self.clocks.items())]
            await tx.upsert_tuples(device_clocks, _CLOCKS, clocks, keys=("device_no",), update=_CLOCKS[1:])
        if self.statuses:
            await self._write_statuses(tx)
        if self.seen:
            await _seen.run_many(tx, [{"no": no, "seen": ms} for no, ms in sorted(self.seen.items())])

    async def _write_past(self, tx: Tx) -> None:
        """Points like all others. Only a newer value replaces the present one, not a value of the same time."""
        if self.past_numbers:
            await tx.insert_tuples(points, _POINTS, self.past_numbers)
        if self.past_texts:
            await tx.insert_tuples(text_points, _POINTS, self.past_texts)
        rows = _newest(chain(self.past_numbers, self.past_texts))
        present_ms: dict[tuple[int, int], int] = {}
        for device_no in sorted({row[0] for row in rows}):
            present_ms |= {(device_no, no): ts for no, ts in await _present.all(tx, no=device_no)}
        if newer := [row for row in rows if row[2] > present_ms.get(row[:2], -1)]:
            await _keep_latest(tx, newer)

    async def _write_tags(self, tx: Tx) -> None:
        """Later changes of a batch win; None removes a tag."""
        tags = sorted(self.tags.items(), key=_first)
        kept = [(no, key, value) for (no, key), value in tags if value is not None]
        gone = [{"no": no, "key": key} for (no, key), value in tags if value is None]
        if kept:
            await tx.upsert_tuples(
                device_tags, _TAGS, kept, keys=("device_no", "tag_key"), update=("tag_value",)
            )
        if gone:
            await _untag.run_many(tx, gone)

    async def _write_statuses(self, tx: Tx) -> None:
        """In order, since one device may come and go within a batch; runs of one kind go together."""
        pending: list[dict[str, Any]] = []
        before: bool | None = None
        for no, online, at, front, seen in self.statuses:
            if before is not None and online is not before:
                await self._write_run(tx, before, pending)
                pending = []
            pending.append({"no": no, "at": at, "front_name": front, "seen": seen})
            before = online
        if before is not None:
            await self._write_run(tx, before, pending)

    @staticmethod
    async def _write_run(tx: Tx, online: bool, rows: list[dict[str, Any]]) -> None:
        await (_online if online else _offline).run_many(tx, rows)


_first = itemgetter(0)
type _Latest = tuple[int, int, int, int, float | None, str | None]


def _newest(rows: Iterable[tuple[int, int, int, int, int, Any]]) -> list[_Latest]:
    """The newest value of each property, in the order in which rows are locked; of two at one time the later one."""
    newest: dict[tuple[int, int], tuple[int, int, int, int, int, Any]] = {}
    for row in rows:
        key = row[:2]
        before = newest.get(key)
        if before is None or before[2] <= row[2]:
            newest[key] = row
    return [
        (no, prop, ts, seq, None, value) if type(value) is str else (no, prop, ts, seq, value, None)
        for _, (no, prop, ts, seq, _, value) in sorted(newest.items(), key=_first)
    ]


async def _keep_latest(tx: Tx, rows: list[_Latest]) -> None:
    await tx.upsert_tuples(
        latest_values,
        _LATEST,
        rows,
        keys=("device_no", "property_no"),
        update=("ts", "seq", "number", "text"),
        if_newer="ts",
    )
