"""Our charges against the provider's statement, line by line and by day, and what puts a difference right."""

from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from linli.domains.payments.charges import queries
from linli.domains.payments.charges.collector import Collector, Notice
from linli.domains.payments.charges.errors import NotBooked
from linli.domains.payments.charges.rows import PAID
from linli.domains.payments.charges.service import take_notice
from linli.kernel.db import Database, Reader
from linli.kernel.scope import Scope

MATCHED, MISSING_HERE, MISSING_THERE, OTHER_AMOUNT = (
    "matched",
    "missing_here",
    "missing_there",
    "other_amount",
)
WAITS: Final = "waits"
"""A refund that the provider was asked for and has not confirmed."""
MARGIN_MS: Final = 3_600_000
"""Two clocks book one payment: lines are matched beyond the ends of the time that was asked for."""


class Line(NamedTuple):
    """One payment or refund. `kind`: the provider booked what we do not know, we know what it did not book, the amounts
    differ, a refund waits, or all is well. `at_ms`: by our books, where they have it. Below zero: it went back."""

    kind: str
    charge_id: int
    refund_id: int
    our_fen: int
    their_fen: int
    at_ms: int


class Day(NamedTuple):
    """ISO date, and what was booked on it here."""

    day: str
    paid: int
    paid_fen: int
    refunded_fen: int
    differences: int


class Statement(NamedTuple):
    lines: list[Line]

    @property
    def differences(self) -> list[Line]:
        return [line for line in self.lines if line.kind != MATCHED]

    @property
    def paid(self) -> list[Line]:
        """Payments that we know of."""
        return [line for line in self.lines if line.our_fen > 0]

    @property
    def refunded_fen(self) -> int:
        return -sum(line.our_fen for line in self.lines if line.our_fen < 0 and line.kind != WAITS)

    def by_day(self, zone: ZoneInfo) -> list[Day]:
        """The newest day first."""
        days: dict[str, list[Line]] = {}
        for line in self.lines:
            days.setdefault(datetime.fromtimestamp(line.at_ms / 1000, zone).date().isoformat(), []).append(
                line
            )
        return [
            Day(
                day,
                len((some := Statement(days[day])).paid),
                sum(line.our_fen for line in some.paid),
                some.refunded_fen,
                len(some.differences),
            )
            for day in sorted(days, reverse=True)
        ]


async def compare(
    scope: Scope, db: Reader, collector: Collector, *, since_ms: int, until_ms: int
) -> Statement:
    """Of a company and a time. Raises Unavailable."""
    wide = {"since_ms": since_ms - MARGIN_MS, "until_ms": until_ms + MARGIN_MS}
    ours: dict[tuple[int, int], tuple[int, int]] = {}
    for charge in await queries.paid_between(scope, db, provider=collector.name, **wide):
        ours[charge.charge_id, 0] = charge.fen, charge.paid_ms or 0
    for refund in await queries.refunded_between(scope, db, **wide):
        ours[refund.charge_id, refund.refund_id] = -refund.fen, refund.done_ms or 0
    waiting = {}
    for refund in await queries.refunds_waiting(scope, db, **wide):
        waiting[refund.charge_id, refund.refund_id] = -refund.fen, refund.asked_ms
    theirs = {
        (line.charge_id, line.refund_id): (line.fen, line.at_ms)
        for line in await collector.statement(scope.tenant, **wide)
    }
    lines = []
    for key in sorted(ours.keys() | theirs.keys() | waiting.keys()):
        our, our_ms = ours.get(key, waiting.get(key, (0, 0)))
        their, their_ms = theirs.get(key, (0, 0))
        line = Line(_kind(our, their, waits=key in waiting), *key, our, their, our_ms or their_ms)
        if since_ms <= line.at_ms < until_ms:
            lines.append(line)
    return Statement(sorted(lines, key=lambda line: line.at_ms, reverse=True))


def _kind(our: int, their: int, *, waits: bool) -> str:
    if waits:
        return WAITS
    if our == their:
        return MATCHED
    return OTHER_AMOUNT if our and their else MISSING_THERE if our else MISSING_HERE


async def settle(scope: Scope, db: Database, collector: Collector, *, charge_id: int, now_ms: int) -> None:
    """Count a payment whose notice never came, by the provider's books. Raises NotFound, NotBooked, Unavailable."""
    charge = await queries.charge(scope, db, charge_id)
    booked = await collector.statement(
        charge.tenant_id, since_ms=charge.created_ms - MARGIN_MS, until_ms=now_ms + MARGIN_MS
    )
    line = next((line for line in booked if line.charge_id == charge_id and not line.refund_id), None)
    if line is None or line.fen != charge.fen or charge.provider != collector.name:
        raise NotBooked()
    notice = Notice(f"statement:{charge_id}", charge_id, PAID, line.fen, "", line.at_ms)
    await take_notice(db, collector, notice, now_ms=now_ms)
