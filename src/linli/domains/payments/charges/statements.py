"""Our charges against the provider's statement."""

from typing import NamedTuple

from linli.domains.payments.charges import queries
from linli.domains.payments.charges.collector import Collector
from linli.kernel.db import Reader
from linli.kernel.scope import Scope

MISSING_HERE, MISSING_THERE, OTHER_AMOUNT = "missing_here", "missing_there", "other_amount"


class Difference(NamedTuple):
    """`kind`: the provider booked what we do not know, we know what it did not book, or the amounts differ."""

    kind: str
    charge_id: int
    refund_id: int
    our_fen: int
    their_fen: int


class Statement(NamedTuple):
    paid: int
    paid_fen: int
    refunded_fen: int
    differences: list[Difference]


async def compare(
    scope: Scope, db: Reader, collector: Collector, *, since_ms: int, until_ms: int
) -> Statement:
    """Of a company and a time, by the provider's clock. Raises Unavailable."""
    ours: dict[tuple[int, int], int] = {}
    charges = await queries.paid_between(
        scope, db, provider=collector.name, since_ms=since_ms, until_ms=until_ms
    )
    for charge in charges:
        ours[charge.charge_id, 0] = charge.fen
    given = await queries.refunded_between(scope, db, since_ms=since_ms, until_ms=until_ms)
    for refund in given:
        ours[refund.charge_id, refund.refund_id] = -refund.fen
    theirs = {
        (line.charge_id, line.refund_id): line.fen
        for line in await collector.statement(scope.tenant, since_ms=since_ms, until_ms=until_ms)
    }
    differences = []
    for key in sorted(ours.keys() | theirs.keys()):
        our, their = ours.get(key, 0), theirs.get(key, 0)
        if our != their:
            kind = OTHER_AMOUNT if our and their else MISSING_THERE if our else MISSING_HERE
            differences.append(Difference(kind, *key, our, their))
    return Statement(
        len(charges), sum(charge.fen for charge in charges), sum(refund.fen for refund in given), differences
    )
