"""Cash given back: out of the till of who gives it, never more than was taken in cash, and not owed again."""

from linli.domains.parking.fees import shift_queries, shifts, stay_queries
from linli.domains.parking.fees.bills import CASH, GIVEN_BACK, WAIVED, note
from linli.domains.parking.fees.errors import CashRefundTooLarge, NotInTill
from linli.domains.parking.fees.models import payments
from linli.domains.parking.fees.reasons import checked_reason
from linli.domains.parking.fees.rows import PaymentRow
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope


def cash_left(taken: list[PaymentRow]) -> int:
    """What was taken in cash for a stay and did not go back, in fen."""
    return sum(
        row.fen for row in taken if row.method == CASH or (row.method == GIVEN_BACK and row.charge_id is None)
    )


async def give_back(
    scope: Scope, tx: Tx, *, stay_id: int, fen: int, reason: str, ids: Ids, now_ms: int
) -> None:
    """Give back cash of a stay. Raises NotFound, BadInput, CashRefundTooLarge, NotInTill."""
    if fen < 1:
        raise BadInput(field="fen", rule="range")
    reason = checked_reason(reason)
    row = await stay_queries.held_stay(scope, tx, stay_id)
    left = cash_left((await stay_queries.paid_for(scope, tx, [stay_id]))[stay_id])
    if fen > left:
        raise CashRefundTooLarge(yuan=f"{left / 100:.2f}")
    mine = await shift_queries.held_shift(
        scope, tx, community_id=row.community_id, taken_by=shifts.taker(scope)
    )
    in_till = 0 if mine is None else await shift_queries.sum_of(scope, tx, mine.shift_id)
    if mine is None or fen > in_till:
        raise NotInTill(yuan=f"{in_till / 100:.2f}")
    back = PaymentRow(
        payment_id=ids.number(),
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        stay_id=stay_id,
        fen=-fen,
        method=GIVEN_BACK,
        reason=reason,
        taken_by=shifts.taker(scope),
        paid_ms=now_ms,
        shift_id=mine.shift_id,
    )
    await tx.insert(payments, back._asdict())
    forgiven = back._replace(payment_id=ids.number(), fen=fen, method=WAIVED, shift_id=None)
    await tx.insert(payments, forgiven._asdict())
    await note(scope, tx, row, GIVEN_BACK, now_ms, after={"fen": fen, "reason": reason})
