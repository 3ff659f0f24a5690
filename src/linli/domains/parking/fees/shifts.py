"""Cash in the hands of a person: it belongs to their shift until they hand it over, counted."""

from typing import Final

from sqlalchemy import and_, bindparam, update

from linli.domains.parking.fees import shift_queries
from linli.domains.parking.fees.errors import NothingTaken
from linli.domains.parking.fees.models import shifts
from linli.domains.parking.fees.reasons import LONGEST_REASON, checked_reason
from linli.domains.parking.fees.rows import ShiftRow
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

HISTORY_KIND: Final = "parking_shift"
_close = Command(
    update(shifts)
    .where(and_(in_scope(shifts), shifts.c.shift_id == bindparam("row", type_=INT), shifts.c.closed_ms == 0))
    .values(
        closed_ms=bindparam("now", type_=INT),
        expected_fen=bindparam("expected", type_=INT),
        counted_fen=bindparam("counted", type_=INT),
        reason=bindparam("why"),
    )
)


def taker(scope: Scope) -> str:
    """The caller as shifts name them."""
    return f"{scope.caller.kind}:{scope.caller.id}"


async def current(scope: Scope, tx: Tx, *, community_id: int, ids: Ids, now_ms: int) -> int:
    """The number of the caller's shift that goes on, begun now where there is none; held until the transaction ends."""
    key = {"community_id": community_id, "taken_by": taker(scope)}
    row = await shift_queries.held_shift(scope, tx, **key)  # type: ignore[arg-type]
    if row is None:
        new = ShiftRow(ids.number(), scope.tenant, community_id, taker(scope), now_ms, 0, 0, 0, "")
        await tx.upsert(shifts, [new._asdict()], keys=("community_id", "taken_by", "closed_ms"))
        row = await shift_queries.held_shift(scope, tx, **key)  # type: ignore[arg-type]
        assert row is not None
    return row.shift_id


async def hand_over(
    scope: Scope, tx: Tx, *, community_id: int, counted_fen: int, reason: str, now_ms: int
) -> ShiftRow:
    """End the caller's shift with the cash as it was counted. Raises NothingTaken, BadInput where a reason lacks."""
    row = await shift_queries.held_shift(scope, tx, community_id=community_id, taken_by=taker(scope))
    if row is None:
        raise NothingTaken()
    expected = await shift_queries.sum_of(scope, tx, row.shift_id)
    reason = checked_reason(reason) if counted_fen != expected else reason.strip()[:LONGEST_REASON]
    await _close.run(
        tx, scope, row=row.shift_id, now=now_ms, expected=expected, counted=counted_fen, why=reason
    )
    record = history.Record(HISTORY_KIND, str(row.shift_id), community_id)
    after = {"expectedFen": expected, "countedFen": counted_fen, "reason": reason}
    await history.note(scope, tx, record, "handed_over", now_ms=now_ms, before={}, after=after)
    return row._replace(closed_ms=now_ms, expected_fen=expected, counted_fen=counted_fen, reason=reason)
