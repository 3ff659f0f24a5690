"""Console: the provider's statement against our books, by day, with what puts a difference right, and to take away."""

from collections.abc import AsyncIterator
from typing import Annotated, Final, Literal

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console.tables import csv_file, workbook
from linli.domains.access.times import write_time
from linli.domains.payments.charges import queries, service, statements
from linli.domains.payments.charges.collector import Collecting, Collector
from linli.domains.payments.charges.errors import NoProvider, NotBooked
from linli.domains.payments.charges.statements import Statement
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound, Unavailable
from linli.kernel.i18n import text
from linli.kernel.scope import Scope
from linli.rules.schedules import SITE_ZONE, zone_named

MANAGE: Final = Right.ORGANISATION_MANAGE.value
_DAY_MS: Final = 86_400_000
_WEEK_MS: Final = 7 * _DAY_MS
_LONGEST_MS: Final = 92 * _DAY_MS
_MOST_SHOWN: Final = 200
_COLUMNS: Final = ("time", "what", "charge", "refund", "ours", "theirs", "kind")
_WIDTHS: Final = (20, 36, 20, 20, 14, 14, 20)

type Remedy = Literal["", "settle", "ask_again"]


class StatementDifference(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    kind: Literal["missing_here", "missing_there", "other_amount", "waits"]
    title: Annotated[str, Meta(description="Empty: no charge of ours has this number.")]
    charge_id: str
    refund_id: Annotated[str, Meta(description="Empty: a payment.")]
    our_fen: int
    their_fen: int
    at_ms: int
    remedy: Annotated[
        Remedy,
        Meta(
            description="settle: count it by the provider's books; ask_again: have the refund done; empty: a person "
            "asks the provider."
        ),
    ]


class StatementDay(msgspec.Struct, rename="camel", frozen=True):
    day: str
    paid: int
    paid_fen: int
    refunded_fen: int
    differences: int


class StatementView(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Of the whole company: a provider's books know no communities. Money in fen."""

    paid: int
    paid_fen: int
    refunded_fen: int
    matched: int
    days: Annotated[
        list[StatementDay], Meta(description="The newest first; days without money are left out.")
    ]
    differences: Annotated[list[StatementDifference], Meta(description="The newest first, at most 200.")]


class StatementSpan(Filter, frozen=True):
    """UTC ms; without them the last week."""

    since_ms: int = 0
    until_ms: int = 0


statement_routes = Routes("/payment-statement", tags=("payments",))
ROUTES = (statement_routes,)


@statement_routes.get(right=MANAGE, raises=(NoProvider, Unavailable, BadInput))
async def compare_statement(
    scope: Scope, db: Database, clock: Clock, where: StatementSpan, payments: Collecting
) -> StatementView:
    """What the provider booked of the company, against what is known here."""
    whole = _company(scope)
    statement = await _statement(whole, db, clock, where, payments)
    shown = statement.differences[:_MOST_SHOWN]
    titles = await queries.titles(whole, db, sorted({line.charge_id for line in shown}))
    return StatementView(
        paid=len(statement.paid),
        paid_fen=sum(line.our_fen for line in statement.paid),
        refunded_fen=statement.refunded_fen,
        matched=len(statement.lines) - len(statement.differences),
        days=[StatementDay(*day) for day in statement.by_day(zone_named(SITE_ZONE))],
        differences=[
            StatementDifference(
                kind=line.kind,  # type: ignore[arg-type]
                title=titles.get(line.charge_id, ""),
                charge_id=str(line.charge_id),
                refund_id=str(line.refund_id or ""),
                our_fen=line.our_fen,
                their_fen=line.their_fen,
                at_ms=line.at_ms,
                remedy=_remedy(line, is_known=line.charge_id in titles),
            )
            for line in shown
        ],
    )


@statement_routes.get("/export.csv", right=MANAGE, raises=(NoProvider, Unavailable, BadInput))
async def export_statement_csv(
    scope: Scope,
    db: Database,
    clock: Clock,
    where: StatementSpan,
    payments: Collecting,
    language: str | None = None,
) -> Stream:
    """Each payment and refund with the amounts of both books, as CSV."""
    statement = await _statement(_company(scope), db, clock, where, payments)
    chosen = language or scope.language
    return csv_file("statement", _titles(chosen), _rows(_company(scope), db, statement, chosen))


@statement_routes.get("/export.xlsx", right=MANAGE, raises=(NoProvider, Unavailable, BadInput))
async def export_statement_xlsx(
    scope: Scope,
    db: Database,
    clock: Clock,
    where: StatementSpan,
    payments: Collecting,
    language: str | None = None,
) -> Stream:
    """The same as a workbook."""
    statement = await _statement(_company(scope), db, clock, where, payments)
    chosen = language or scope.language
    rows = _rows(_company(scope), db, statement, chosen)
    return workbook("statement", text("statement.title", chosen), _titles(chosen), _WIDTHS, rows)


@statement_routes.post(
    "/charges/{charge_id:int}/settle",
    right=MANAGE,
    status=204,
    raises=(NotFound, NoProvider, NotBooked, Unavailable),
)
async def settle_charge(
    charge_id: int, scope: Scope, db: Database, clock: Clock, payments: Collecting
) -> None:
    """Count a payment whose notice never came, if the provider's books have it with its amount."""
    await queries.charge(_company(scope), db, charge_id)
    collector = _collector(payments)
    await statements.settle(_company(scope), db, collector, charge_id=charge_id, now_ms=clock.now_ms())


@statement_routes.post(
    "/refunds/{refund_id:int}/ask-again", right=MANAGE, status=204, raises=(NotFound, NoProvider, Unavailable)
)
async def ask_refund_again(
    refund_id: int, scope: Scope, db: Database, clock: Clock, payments: Collecting
) -> None:
    """Ask the provider for a refund once more; it gives one number back once."""
    if await queries.refund(_company(scope), db, refund_id) is None:
        raise NotFound(what="refund", id=str(refund_id))
    collector = _collector(payments)
    await service.ask_again(_company(scope), db, collector, refund_id=refund_id, now_ms=clock.now_ms())


def _company(scope: Scope) -> Scope:
    return Scope(scope.tenant, scope.caller, language=scope.language)


def _collector(payments: Collecting) -> Collector:
    if payments.collector is None:
        raise NoProvider()
    return payments.collector


async def _statement(
    scope: Scope, db: Database, clock: Clock, where: StatementSpan, payments: Collecting
) -> Statement:
    collector = _collector(payments)
    until_ms = where.until_ms or clock.now_ms() + 1
    since_ms = where.since_ms or until_ms - _WEEK_MS
    if not 0 <= since_ms < until_ms <= 1 << 52 or until_ms - since_ms > _LONGEST_MS:
        raise BadInput(field="sinceMs", rule="statement.span", days=_LONGEST_MS // _DAY_MS)
    return await statements.compare(scope, db, collector, since_ms=since_ms, until_ms=until_ms)


def _remedy(line: statements.Line, *, is_known: bool) -> Remedy:
    """What a press here can do about a difference."""
    if not is_known:
        return ""
    if line.kind == statements.WAITS or (line.refund_id and line.kind == statements.MISSING_THERE):
        return "ask_again"
    return "settle" if line.kind == statements.MISSING_HERE and not line.refund_id else ""


def _titles(language: str) -> list[str]:
    return [text(f"statement.column.{name}", language) for name in _COLUMNS]


async def _rows(
    scope: Scope, db: Database, statement: Statement, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    titles = await queries.titles(scope, db, sorted({line.charge_id for line in statement.lines}))
    yield [
        (
            write_time(line.at_ms, SITE_ZONE),
            titles.get(line.charge_id, ""),
            str(line.charge_id),
            str(line.refund_id or ""),
            f"{line.our_fen / 100:.2f}",
            f"{line.their_fen / 100:.2f}",
            text(f"statement.kind.{line.kind}", language),
        )
        for line in statement.lines
    ]
