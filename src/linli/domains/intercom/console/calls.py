"""Calls of the intercom, for staff."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.calls.rows import OUTCOMES, UNANSWERED
from linli.domains.access.console.tables import AT_ONCE, csv_file
from linli.domains.access.times import write_time
from linli.domains.boxes.queries import clusters
from linli.domains.communities.addresses import in_words
from linli.domains.intercom.call_details import OpeningTry, TriedStep, courses_of
from linli.domains.intercom.call_lines import CallLine, lines_of
from linli.domains.intercom.errors import NotedOften
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries.calls import CallFilter
from linli.domains.intercom.queries.notes import notes_of_call
from linli.domains.intercom.rows import CallNote
from linli.domains.intercom.service import notes as service
from linli.domains.intercom.service.notes import MOST_WORDS
from linli.domains.intercom.site.queries import through_boxes
from linli.domains.people.queries.callers import caller_names
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of

_ALL_MISSED: Final = "unanswered"
_COLUMNS: Final = (
    "time",
    "door",
    "place",
    "house",
    "room",
    "result",
    "opened",
    "seconds",
    "caller",
    "taken_by",
    "taken_by_name",
)


class CallsAsked(Filter, frozen=True):
    """The filter of a list of calls."""

    community_id: int | None = None
    iot_id: Annotated[str, Meta(description="One door.")] = ""
    house_id: int | None = None
    outcome: Annotated[str, Meta(description="One of a call's outcomes; `unanswered`: nobody took it.")] = ""
    opened: bool | None = None
    note: Annotated[str, Meta(max_length=100, description="Some of the words that staff noted about it.")] = (
        ""
    )
    from_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=0, name="from")
    to_ms: Annotated[int, Meta(description="UTC ms")] = msgspec.field(default=2**52, name="to")


def call_filter(asked: CallsAsked) -> CallFilter:
    """The query's own filter. Raises BadInput."""
    return CallFilter(
        community_id=asked.community_id,
        iot_id=asked.iot_id,
        space_ids=() if asked.house_id is None else (asked.house_id,),
        outcomes=outcomes_of(asked.outcome),
        opened=asked.opened,
        note=asked.note.strip(),
        from_ms=asked.from_ms,
        to_ms=asked.to_ms,
    )


def outcomes_of(name: str) -> tuple[str, ...]:
    """Raises BadInput."""
    if name == _ALL_MISSED:
        return UNANSWERED
    if name and name not in OUTCOMES:
        raise BadInput(field="outcome", rule="one_of", allowed=", ".join((_ALL_MISSED, *OUTCOMES)))
    return (name,) if name else ()


call_routes = Routes("/calls", tags=("intercom",))


@call_routes.get(right="devices.use")
async def list_calls(scope: Scope, db: Database, page: PageRequest, asked: CallsAsked) -> Page[CallLine]:
    """Calls of doors and phones, newest first."""
    matches = await queries.list_calls(scope, db, where=call_filter(asked), page=page)
    return Page.of(page, matches.total, await lines_of(scope, db, matches.data))


@call_routes.get("/export.csv", right="devices.use")
async def export_csv(
    scope: Scope, db: Database, clock: Clock, asked: CallsAsked, language: str | None = None
) -> Stream:
    """All matching calls as CSV, in the site's time; the export is kept in the history."""
    where, language = call_filter(asked), language or scope.language
    count = await queries.count_calls(scope, db, where=where)
    if where.community_id is not None:
        scope.allow(where.community_id)
    record = history.Record("calls", where.iot_id or "*", where.community_id)
    async with db.begin() as tx:
        await history.note(scope, tx, record, "exported", now_ms=clock.now_ms(), after={"count": count})
    titles = [text(f"call.column.{name}", language) for name in _COLUMNS]
    return csv_file("calls", titles, _lines(scope, db, where, language))


class CallNoteLine(msgspec.Struct, rename="camel", frozen=True):
    """What a member of staff noted about a call."""

    at_ms: int
    who: Annotated[str, Meta(description="Empty: the account is no more.")]
    words: str


class CallNoteIn(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    words: Annotated[str, Meta(max_length=MOST_WORDS)]


class CallDetail(msgspec.Struct, rename="camel", frozen=True):
    """A call and how it went on."""

    call: CallLine
    steps: list[TriedStep]
    openings: list[OpeningTry]
    notes: Annotated[list[CallNoteLine], Meta(description="What staff noted, the oldest first.")]
    box: Annotated[
        str, Meta(description="The box whose phones rang for it; empty: it went through none.")
    ] = ""


@call_routes.get("/{call_id:int}", right="devices.use", raises=(NotFound,))
async def one_call(call_id: int, scope: Scope, db: Database) -> CallDetail:
    """A call: whom it tried one after the other, and each try to open the door."""
    row = await queries.find_call(scope, db, call_id)
    if row is None:
        raise NotFound(what="call", id=call_id)
    (line,) = await lines_of(scope, db, [row])
    course = (await courses_of(scope, db, [call_id], scope.language))[call_id]
    node_id = (await through_boxes(scope, db, [call_id])).get(call_id, 0)
    box = (await clusters.node(scope, db, node_id)).name if node_id else ""
    notes = await _note_lines(db, await notes_of_call(scope, db, call_id))
    return CallDetail(line, course.steps, course.openings, notes, box)


@call_routes.post("/{call_id:int}/notes", right="doors.use", raises=(NotFound, NotedOften), status=201)
async def note_call(
    call_id: int, data: CallNoteIn, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> CallNoteLine:
    """Note something about a call, while it goes on or later; it is kept as long as the call."""
    words = data.words.strip()
    if not words:
        raise BadInput(field="words", rule="required")
    note = await service.note_call(scope, tx, call_id=call_id, words=words, ids=ids, now_ms=clock.now_ms())
    return (await _note_lines(tx, [note]))[0]


async def _note_lines(db: Reader, notes: list[CallNote]) -> list[CallNoteLine]:
    names = await caller_names(db, {note.writer for note in notes}) if notes else {}
    return [CallNoteLine(note.created_ms, names.get(note.writer, ""), note.words) for note in notes]


async def _lines(
    scope: Scope, db: Reader, where: CallFilter, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    zones: dict[int | None, str] = {}
    async for rows in queries.walk_calls(scope, db, where=where, at_once=AT_ONCE):
        for community_id in {row.community_id for row in rows} - zones.keys():
            zones[community_id] = await zone_of(db, community_id) if community_id else "UTC"
        shown = await lines_of(scope, db, rows)
        yield [_line(line, zones[row.community_id], language) for row, line in zip(rows, shown, strict=True)]


def _line(line: CallLine, zone: str, language: str) -> tuple[str, ...]:
    seconds = (line.ended_ms - line.answered_ms) // 1000 if line.answered_ms and line.ended_ms else 0
    return (
        write_time(line.started_ms, zone),
        line.door_name,
        in_words(line.door_place, language),
        in_words(line.house, language),
        line.room,
        text(f"call.outcome.{line.outcome or 'now'}", language),
        text("call.opened", language) if line.opened else "",
        str(seconds) if seconds else "",
        line.caller,
        line.answered_by,
        line.answered_name,
    )
