"""Searching what a device said, was told and logged; and uplinks that were refused."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.tables import write_csv
from linli.things.console.message_rows import shown
from linli.things.debugging import refused_uplinks
from linli.things.debugging.device_log import KINDS, LAST, LogEntry, LogKind, LogSearch, Place, find_entries
from linli.things.inbox.messages import batch_id
from linli.things.queries.devices import get_device

MOST_EXPORTED: Final = 50_000
_PAGE: Final = 1_000

Kinds = Annotated[str, Meta(description=f"Some of {', '.join(KINDS)}, joined by commas; empty: all.")]
FromMs = int | None
ToMs = int | None
Text = Annotated[str, Meta(description="Part of the text, the identifier or an id.")]


class DeviceLogRow(msgspec.Struct, rename="camel", frozen=True):
    """One line. `text` and `answer` are cut after 16 kB."""

    id: str
    at_ms: int
    kind: LogKind
    what: str
    """Of an uplink its kind in the inbox, of a call `sync` or `async`, of an own line its level."""
    identifier: str
    text: str
    answer: str
    state: str
    reason: str
    trace_id: str
    """The key for `GET /trace`; for the device's own lines the device's trace id."""


class DeviceLogPage(msgspec.Struct, rename="camel", frozen=True):
    rows: list[DeviceLogRow]
    next: str | None
    """`before` of the page after this one; null: there is no more."""
    looked_at: int
    """Lines that were searched for this page: at most 20,000."""


class RefusedRow(msgspec.Struct, rename="camel", frozen=True):
    """An uplink of which nothing was kept. `payload` is cut after 4 kB."""

    id: str
    iot_id: str
    device_name: str
    product_key: str
    at_ms: int
    topic: str
    reason: str
    """As the device was told."""
    cause: str
    """The kind of fault: `not_json`, `unknown`, `type`, `unsupported`, `not_stored`, `topic` or `other`."""
    payload: str
    trace_id: str


device_log_routes = Routes("/devices/{iot_id:str}/log", tags=("debugging",))


class LogFilter(Filter, frozen=True):
    """Lines of the log of a device."""

    kinds: Kinds = ""
    q: Text = ""
    from_ms: FromMs = None
    to_ms: ToMs = None


class LogPageFilter(LogFilter, frozen=True):
    """One page of the log of a device."""

    before: Annotated[str, Meta(description="`next` of the page before.")] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


@device_log_routes.get(right="devices.use", raises=(NotFound,))
async def search(iot_id: str, scope: Scope, db: Database, where: LogPageFilter) -> DeviceLogPage:
    """Messages up and down, the device's own lines, its upgrades and refused uplinks, newest first."""
    device = await get_device(scope, db, iot_id=iot_id)
    search = _search(where)._replace(before=_place(where.before), most=where.limit)
    log_page = await find_entries(db, device_no=device.device_no, search=search)
    after = None if log_page.next is None else f"{log_page.next[0]}.{log_page.next[1]}"
    return DeviceLogPage([_row(entry) for entry in log_page.entries], after, log_page.looked_at)


@device_log_routes.get("/export.csv", right="devices.use", raises=(NotFound,))
async def export(iot_id: str, scope: Scope, db: Database, where: LogFilter) -> Stream:
    """The same as CSV, at most 50,000 lines: time (ISO 8601, UTC), kind, what, identifier, state, reason, id, text,
    answer.
    """
    device = await get_device(scope, db, iot_id=iot_id)
    search = _search(where)._replace(most=_PAGE)
    return Stream(
        _csv(db, device.device_no, search),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="log-{iot_id}.csv"'},
    )


refused_routes = Routes("/refused-uplinks", tags=("debugging",))


class RefusedFilter(Filter, frozen=True):
    """Refused uplinks, as their list is asked for."""

    iot_id: str = ""
    q: str = ""


@refused_routes.get(right="devices.use", raises=(NotFound,))
async def list_refused(
    scope: Scope, db: Database, page: PageRequest, where: RefusedFilter
) -> Page[RefusedRow]:
    """Uplinks that devices in sight had refused, newest first."""
    device_no = (await get_device(scope, db, iot_id=where.iot_id)).device_no if where.iot_id else 0
    uplinks = await refused_uplinks.list_refused(
        scope, db, device_no=device_no, text=where.q.strip(), page=page
    )
    rows = [
        RefusedRow(
            id=f"{row.device_no}-{row.seq}",
            iot_id=row.iot_id,
            device_name=row.nickname or row.device_name,
            product_key=row.product_key,
            at_ms=row.at_ms,
            topic=row.topic,
            reason=masked_text(row.reason),
            cause=refused_uplinks.cause_of(row.reason),
            payload=shown(row.payload),
            trace_id=batch_id(row.device_no, row.seq),
        )
        for row in uplinks.data
    ]
    return Page.of(page, uplinks.total, rows)


def _search(where: LogFilter) -> LogSearch:
    """Raises BadInput."""
    names = tuple(name for name in where.kinds.split(",") if name)
    searched: tuple[LogKind, ...] = tuple(kind for kind in KINDS if kind in names)
    if len(searched) != len(set(names)):
        raise BadInput(field="kinds", rule="one_of", allowed=", ".join(KINDS))
    low = min(max(where.from_ms or 0, 0), LAST[0])
    high = LAST[0] if where.to_ms is None else min(max(where.to_ms, 0), LAST[0])
    if low > high:
        raise BadInput(field="fromMs", rule="before", other="toMs")
    return LogSearch(searched or KINDS, low, high, where.q.strip())


def _place(text: str) -> Place:
    """Raises BadInput."""
    if not text:
        return LAST
    ms, _, number = text.partition(".")
    if not (ms.isascii() and ms.isdigit() and number.isascii() and number.isdigit()) or len(text) > 40:
        raise BadInput(field="before", rule="unknown")
    return min((int(ms), min(int(number), LAST[1])), LAST)


def _row(entry: LogEntry) -> DeviceLogRow:
    return DeviceLogRow(
        id=f"{entry.kind}-{entry.number}",
        at_ms=entry.at_ms,
        kind=entry.kind,
        what=entry.what,
        identifier=entry.identifier,
        text=shown(entry.text),
        answer=entry.answer,
        state=entry.state,
        reason=entry.reason,
        trace_id=entry.trace,
    )


async def _csv(db: Database, device_no: int, search: LogSearch) -> AsyncIterator[bytes]:
    yield write_csv([("time", "kind", "what", "identifier", "state", "reason", "id", "text", "answer")])
    left = MOST_EXPORTED
    before: Place | None = search.before
    while before is not None and left > 0:
        page = await find_entries(db, device_no=device_no, search=search._replace(before=before))
        yield write_csv(map(_line, page.entries[:left]), mark=False)
        left -= len(page.entries)
        before = page.next


def _line(entry: LogEntry) -> tuple[str, ...]:
    when = datetime.fromtimestamp(entry.at_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return (
        when,
        entry.kind,
        entry.what,
        entry.identifier,
        entry.state,
        entry.reason,
        entry.trace,
        shown(entry.text),
        entry.answer,
    )
