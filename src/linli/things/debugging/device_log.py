"""The log of one device: messages from it and to it, its own lines, its upgrades, refused messages; newest first.

Several tables, read side by side and merged by place: (time in ms, number). Texts are looked for in pages of
`PAGE` rows, at most `MOST_LOOKED_AT` in one answer; the answer says where to go on.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader, any_of
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_text
from linli.things.debugging.models import refused_uplinks
from linli.things.device_logs.lines import LEVELS
from linli.things.device_logs.queries import LogLine, lines_before
from linli.things.inbox.messages import batch_id
from linli.things.models import inbox, inbox_work, service_calls
from linli.things.ota.device_upgrades import DeviceUpgrade, upgrades_of

PAGE: Final = 200
MOST_LOOKED_AT: Final = 20_000
LAST: Final = (2**42, 2**53)
"""After everything."""

LogKind = Literal["property", "event", "reply", "status", "request", "other", "down", "own", "ota", "refused"]
KINDS: Final[tuple[LogKind, ...]] = (
    "property", "event", "reply", "status", "request", "other", "down", "own", "ota", "refused",
)  # fmt: skip
_INBOX: Final[dict[LogKind, tuple[str, ...]]] = {
    "property": ("property",),
    "event": ("event",),
    "reply": ("service_reply",),
    "status": ("status",),
    "request": ("request", "log"),
    "other": ("info", "user", "raw"),
}

type Place = tuple[int, int]
"""(ms, number): the order of the log."""


class LogEntry(NamedTuple):
    at_ms: int
    number: int
    kind: LogKind
    what: str
    """Of an uplink the kind in the inbox, of a call its type, of an own line its level."""
    identifier: str
    text: bytes
    """Payload, input, line."""
    answer: str
    state: str
    reason: str
    trace: str
    """The key for `trace`; empty: it has no trace."""

    @property
    def place(self) -> Place:
        return self.at_ms, self.number

    def hidden(self) -> "LogEntry":
        """As it may be read and searched: without what opens doors."""
        text = masked_text(self.text.decode("utf-8", "replace")).encode()
        return self._replace(text=text, answer=masked_text(self.answer), reason=masked_text(self.reason))

    def holds(self, needle: str) -> bool:
        """Whether it has the text anywhere, letters alike."""
        parts = (self.identifier, self.text.decode("utf-8", "replace"), self.answer, self.reason, self.trace)
        return any(needle in part.casefold() for part in parts)


class LogSearch(NamedTuple):
    kinds: tuple[LogKind, ...] = KINDS
    low_ms: int = 0
    high_ms: int = LAST[0]
    needle: str = ""
    before: Place = LAST
    most: int = 50


class LogPage(NamedTuple):
    entries: list[LogEntry]
    next: Place | None
    """Go on before this one; None: this is the end."""
    looked_at: int


_no = bindparam("device_no", type_=INT)
_before = bindparam("before", type_=INT)
_least = bindparam("least", type_=INT)
_most = bindparam("most", type_=INT)
_inbox = Query(
    select(
        inbox.c.seq, inbox.c.kind, inbox.c.identifier, inbox.c.note, inbox.c.payload, inbox_work.c.state,
        inbox_work.c.reason,
    )
    .select_from(
        inbox.outerjoin(
            inbox_work, (inbox_work.c.device_no == inbox.c.device_no) & (inbox_work.c.seq == inbox.c.seq)
        )
    )
    .where(
        inbox.c.device_no == _no, inbox.c.seq < _before, inbox.c.seq >= _least, any_of(inbox.c.kind, "kinds"),
        inbox.c.day >= bindparam("first_day", type_=INT), inbox.c.day <= bindparam("last_day", type_=INT),
    )
    .order_by(inbox.c.seq.desc())
    .limit(_most),
    heavy=True,
)  # fmt: skip
_c = service_calls.c
_calls = Query(
    select(_c.call_no, _c.identifier, _c.call_type, _c.caller, _c.input, _c.output, _c.state, _c.reason)
    .where(
        _c.device_no == _no,
        _c.call_no < _before,
        _c.call_no >= _least,
        _c.called_ms >= bindparam("low", type_=INT),
        _c.called_ms <= bindparam("high", type_=INT),
    )
    .order_by(_c.call_no.desc())
    .limit(_most),
    heavy=True,
)
_r = refused_uplinks.c
_refused = Query(
    select(_r.seq, _r.topic, _r.reason, _r.payload)
    .where(_r.device_no == _no, _r.seq < _before, _r.seq >= _least)
    .order_by(_r.seq.desc())
    .limit(_most),
    heavy=True,
)


async def find_entries(db: Reader, *, device_no: int, search: LogSearch) -> LogPage:
    """A page of the log. The caller knows the device."""
    sources = [
        _Source(read)
        for kinds, read in _reads(db, device_no, search)
        if not set(kinds).isdisjoint(search.kinds)
    ]
    needle = search.needle.casefold()
    place = min(search.before, (search.high_ms, LAST[1]))
    log_entries: list[LogEntry] = []
    looked_at = 0
    while len(log_entries) < search.most and looked_at < MOST_LOOKED_AT:
        heads = [source for source in sources if await source.fill(place)]
        if not heads:
            return LogPage(log_entries, None, looked_at)
        entry = max(heads, key=lambda source: source.head.place).take().hidden()
        place = entry.place
        looked_at += 1
        if not needle or entry.holds(needle):
            log_entries.append(entry)
    more = [source for source in sources if await source.fill(place)]
    return LogPage(log_entries, place if more else None, looked_at)


class _Source:
    """One table, read ahead in pages."""

    def __init__(self, read: "Callable[[Place], Awaitable[list[LogEntry]]]") -> None:
        self._read = read
        self._ahead: list[LogEntry] = []
        """The next one last."""
        self._ended = False

    async def fill(self, before: Place) -> bool:
        """Whether there is a next one; it lies before `before`."""
        if not self._ahead and not self._ended:
            page = await self._read(before)
            self._ended = len(page) < PAGE
            self._ahead = page[::-1]
        return bool(self._ahead)

    @property
    def head(self) -> LogEntry:
        return self._ahead[-1]

    def take(self) -> LogEntry:
        return self._ahead.pop()


type _Read = Callable[[Place], Awaitable[list[LogEntry]]]


def _reads(db: Reader, device_no: int, search: LogSearch) -> Iterable[tuple[tuple[LogKind, ...], _Read]]:
    """(kinds, how they are read) of every table."""
    kept = tuple(kind for kind in search.kinds if kind in _INBOX)
    least = Ids.number_at(search.low_ms)
    days: dict[str, Any] = {
        "first_day": day_of(search.low_ms),
        "last_day": min(day_of(search.high_ms) + 1, 2**31),
    }
    spans: dict[str, Any] = {"low": search.low_ms, "high": search.high_ms}

    async def up(before: Place) -> list[LogEntry]:
        kinds = [name for kind in kept for name in _INBOX[kind]]
        rows = await _inbox.all(
            db,
            device_no=device_no,
            before=_number_before(before),
            least=least,
            most=PAGE,
            kinds=kinds,
            **days,
        )
        return [_up(device_no, *row) for row in rows]

    async def down(before: Place) -> list[LogEntry]:
        rows = await _calls.all(
            db, device_no=device_no, before=_number_before(before), least=least, most=PAGE, **spans
        )
        return [_down(*row) for row in rows]

    async def refused(before: Place) -> list[LogEntry]:
        rows = await _refused.all(
            db, device_no=device_no, before=_number_before(before), least=least, most=PAGE
        )
        return [
            LogEntry(
                at_ms=Ids.number_ms(seq),
                number=seq,
                kind="refused",
                what="",
                identifier=topic,
                text=bytes(payload),
                answer="",
                state="refused",
                reason=reason,
                trace=batch_id(device_no, seq),
            )
            for seq, topic, reason, payload in rows
        ]

    async def own(before: Place) -> list[LogEntry]:
        rows = await lines_before(db, device_no=device_no, low_ms=search.low_ms, before=before, most=PAGE)
        return [_line(row) for row in rows]

    async def ota(before: Place) -> list[LogEntry]:
        rows = await upgrades_of(db, device_no=device_no, low_ms=search.low_ms, before=before, most=PAGE)
        return [_job(row) for row in rows]

    if kept:
        yield kept, up
    yield ("down",), down
    yield ("refused",), refused
    yield ("own",), own
    yield ("ota",), ota


def _number_before(place: Place) -> int:
    """The least number that lies at or after a place: those of `kernel.ids` tell their time."""
    ms, number = place
    return max(Ids.number_at(ms), min(Ids.number_at(ms + 1), number))


_KIND_OF: Final = {name: kind for kind, names in _INBOX.items() for name in names}


def _up(
    device_no: int,
    seq: int,
    kind: str,
    identifier: str,
    note: str,
    payload: Any,
    state: str | None,
    reason: str | None,
) -> LogEntry:
    shown = {None: "handled", "ready": "waiting"}.get(state, "parked")
    return LogEntry(
        at_ms=Ids.number_ms(seq),
        number=seq,
        kind=_KIND_OF[kind],
        what=kind,
        identifier=identifier,
        text=bytes(payload),
        answer="",
        state=shown,
        reason=reason or note,
        trace=batch_id(device_no, seq),
    )


def _down(
    call_no: int,
    identifier: str,
    call_type: str,
    caller: str,
    given: str,
    output: str | None,
    state: str,
    reason: str,
) -> LogEntry:
    return LogEntry(
        at_ms=Ids.number_ms(call_no),
        number=call_no,
        kind="down",
        what=call_type,
        identifier=identifier,
        text=given.encode(),
        answer=output or "",
        state=state,
        reason=reason,
        trace=str(call_no),
    )


def _line(row: LogLine) -> LogEntry:
    level, where = LEVELS[row.level], f"{row.module} {row.code}".strip()
    return LogEntry(
        at_ms=row.ts,
        number=row.seq,
        kind="own",
        what=level,
        identifier=where,
        text=row.content.encode(),
        answer="",
        state=level,
        reason="",
        trace=row.trace_id,
    )


def _job(row: DeviceUpgrade) -> LogEntry:
    text = f"{row.module}: {row.from_version or '?'} → {row.version}, {row.progress} %"
    return LogEntry(
        at_ms=row.changed_ms,
        number=row.job_no,
        kind="ota",
        what="",
        identifier=row.version,
        text=text.encode(),
        answer=row.detail,
        state=row.state,
        reason=row.reason,
        trace="",
    )
