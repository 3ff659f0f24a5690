"""Console: cash by person and shift. Everybody sees and hands over their own; managers look through all."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console.tables import AT_ONCE, csv_file
from linli.domains.access.times import write_time
from linli.domains.communities.queries.communities import community
from linli.domains.parking.fees import shift_queries, shifts
from linli.domains.parking.fees.errors import NothingTaken
from linli.domains.parking.fees.rows import ShiftRow
from linli.domains.parking.fees.shift_queries import ShiftFilter
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.i18n import text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of

TAKE, LOOK = Right.FEES_TAKE.value, Right.FEES_MANAGE.value
HISTORY = (Kind(name=shifts.HISTORY_KIND, see=LOOK, manage=LOOK),)
MOST_TAKINGS = 500
_MOST_FEN = 100_000_000
_COLUMNS = ("person", "opened", "closed", "times", "back", "expected", "counted", "short", "over", "reason")


class ShiftLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A shift. Money in fen."""

    id: str
    person: Annotated[str, Meta(description="Empty: the account is no more.")]
    opened_ms: int
    closed_ms: Annotated[int | None, Meta(description="null: the cash was not handed over yet.")]
    times: Annotated[int, Meta(description="How often cash was taken.")]
    back_fen: Annotated[int, Meta(description="Cash that went back.")]
    expected_fen: Annotated[int, Meta(description="What was taken in cash, less what went back.")]
    counted_fen: int | None
    reason: Annotated[str, Meta(description="Why the two differ.")]


class TakingLine(msgspec.Struct, rename="camel", frozen=True):
    stay_id: str
    plate: str
    fen: int
    paid_ms: int


class ShiftView(msgspec.Struct, rename="camel", frozen=True):
    shift: ShiftLine
    takings: Annotated[list[TakingLine], Meta(description=f"The newest first, {MOST_TAKINGS} at most.")]


class CashDay(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Cash of a day of the site, whoever took it. Money in fen."""

    day: Annotated[str, Meta(description="YYYY-MM-DD")]
    times: int
    fen: Annotated[int, Meta(description="Taken.")]
    back_times: int
    back_fen: Annotated[int, Meta(description="Given back.")]


class OwnShift(msgspec.Struct, rename="camel", frozen=True):
    """What the caller holds in cash."""

    view: Annotated[ShiftView | None, Meta(description="null: nothing was taken since the last hand-over.")]


class HandOver(msgspec.Struct, rename="camel", frozen=True):
    counted_fen: Annotated[int, Meta(ge=0, le=_MOST_FEN, description="The cash as it was counted.")]
    reason: Annotated[str, Meta(description="Needed where it is not what was taken.")] = ""


class ShiftsAsked(Filter, frozen=True):
    """Shifts of a community, as their list is asked for. Times are UTC ms of their beginning."""

    state: Annotated[
        Literal["", "open", "closed", "differs"],
        Meta(description="differs: another amount was handed over than was taken."),
    ] = ""
    since_ms: int = 0
    until_ms: int = 1 << 52


shift_routes = Routes("/communities/{community_id:int}/parking/shifts", tags=("parking",))
ROUTES = (shift_routes,)


@shift_routes.get("/mine", right=TAKE)
async def show_own_shift(community_id: int, scope: Scope, db: Database) -> OwnShift:
    """Cash that the caller took and did not hand over yet."""
    row = await shift_queries.open_shift(scope, db, community_id=community_id, taken_by=shifts.taker(scope))
    return OwnShift(None if row is None else await _view(scope, db, row))


@shift_routes.post("/mine/hand-over", right=TAKE, status=200, raises=(NothingTaken, BadInput))
async def hand_over(community_id: int, data: HandOver, scope: Scope, tx: Tx, clock: Clock) -> ShiftLine:
    """Hand over the cash as it was counted; a difference needs a reason."""
    row = await shifts.hand_over(
        scope,
        tx,
        community_id=community_id,
        counted_fen=data.counted_fen,
        reason=data.reason,
        now_ms=clock.now_ms(),
    )
    (line,) = await _lines(scope, tx, [row])
    return line


@shift_routes.get(right=LOOK)
async def list_shifts(
    community_id: int, scope: Scope, db: Database, page: PageRequest, asked: ShiftsAsked
) -> Page[ShiftLine]:
    """Everybody's, the newest first."""
    rows = await shift_queries.page_of(scope, db, where=_where(community_id, asked), page=page)
    return Page.of(page, rows.total, await _lines(scope, db, rows.data))


@shift_routes.get("/days", right=LOOK)
async def list_cash_days(community_id: int, scope: Scope, db: Database, clock: Clock) -> list[CashDay]:
    """Cash of the last 7 days, the newest first; days without are left out."""
    await community(scope, db, community_id)
    days = await shift_queries.cash_by_day(
        scope, db, community_id=community_id, zone=await zone_of(db, community_id), now_ms=clock.now_ms()
    )
    return [
        CashDay(day=day, times=cash.times, fen=cash.fen, back_times=cash.back_times, back_fen=cash.back_fen)
        for day, cash in days
    ]


@shift_routes.get("/export.csv", right=LOOK)
async def export_shifts(
    community_id: int, scope: Scope, db: Database, asked: ShiftsAsked, language: str | None = None
) -> Stream:
    """All matching shifts as CSV, in the site's time."""
    await community(scope, db, community_id)
    chosen = language or scope.language
    titles = [text(f"parking_shift.column.{name}", chosen) for name in _COLUMNS]
    return csv_file("parking-shifts", titles, _chunks(scope, db, _where(community_id, asked)))


@shift_routes.get("/{shift_id:int}", right=LOOK, raises=(NotFound,))
async def show_shift(community_id: int, shift_id: int, scope: Scope, db: Database) -> ShiftView:
    """One shift with what was taken in it."""
    row = await shift_queries.shift(scope, db, shift_id)
    if row.community_id != community_id:
        raise NotFound(what="shift", id=str(shift_id))
    return await _view(scope, db, row)


def _where(community_id: int, asked: ShiftsAsked) -> ShiftFilter:
    return ShiftFilter(
        community_id=community_id, state=asked.state, since_ms=asked.since_ms, until_ms=asked.until_ms
    )


async def _view(scope: Scope, db: Reader, row: ShiftRow) -> ShiftView:
    (line,) = await _lines(scope, db, [row])
    takings = await shift_queries.takings(scope, db, row.shift_id, most=MOST_TAKINGS)
    return ShiftView(
        line, [TakingLine(str(part.stay_id), part.plate, part.fen, part.paid_ms) for part in takings]
    )


async def _lines(scope: Scope, db: Reader, rows: list[ShiftRow]) -> list[ShiftLine]:
    names = await caller_names(db, {row.taken_by for row in rows})
    sums = await shift_queries.sums(scope, db, [row.shift_id for row in rows])
    lines = []
    for row in rows:
        times, fen, back_fen = sums.get(row.shift_id, (0, 0, 0))
        lines.append(
            ShiftLine(
                id=str(row.shift_id),
                person=names.get(row.taken_by, ""),
                opened_ms=row.opened_ms,
                closed_ms=row.closed_ms or None,
                times=times,
                back_fen=back_fen,
                expected_fen=row.expected_fen if row.closed_ms else fen,
                counted_fen=row.counted_fen if row.closed_ms else None,
                reason=row.reason,
            )
        )
    return lines


async def _chunks(scope: Scope, db: Reader, where: ShiftFilter) -> AsyncIterator[list[tuple[str, ...]]]:
    zone, number = await zone_of(db, where.community_id), 1
    while True:
        rows = (await shift_queries.page_of(scope, db, where=where, page=PageRequest(number, AT_ONCE))).data
        yield [
            (
                line.person,
                write_time(line.opened_ms, zone),
                write_time(line.closed_ms, zone) if line.closed_ms else "",
                str(line.times),
                f"{line.back_fen / 100:.2f}" if line.back_fen else "",
                f"{line.expected_fen / 100:.2f}",
                "" if line.counted_fen is None else f"{line.counted_fen / 100:.2f}",
                _above(line.expected_fen, line.counted_fen),
                "" if line.counted_fen is None else _above(line.counted_fen, line.expected_fen),
                line.reason,
            )
            for line in await _lines(scope, db, rows)
        ]
        if len(rows) < AT_ONCE:
            return
        number += 1


def _above(fen: int, other: int | None) -> str:
    return f"{(fen - other) / 100:.2f}" if other is not None and fen > other else ""
