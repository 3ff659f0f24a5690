"""A driver's payment: a charge for what is due now, counted for the stay when the provider says that it came."""

from typing import Final

from sqlalchemy import bindparam, select

from linli.domains.parking.fees import exits, stay_queries
from linli.domains.parking.fees.bills import GIVEN_BACK, WAIVED, bill, note
from linli.domains.parking.fees.errors import NothingDue
from linli.domains.parking.fees.models import payments
from linli.domains.parking.fees.rows import PaymentRow, StayRow
from linli.domains.parking.prepay.limits import PAYMENTS_OF_STAY, count
from linli.domains.payments.charges import queries as charge_queries
from linli.domains.payments.charges import service as charges
from linli.domains.payments.charges.collector import Collector
from linli.domains.payments.charges.events import ChargePaid, ChargeRefunded
from linli.domains.payments.charges.rows import ChargeRow
from linli.kernel.db import INT, Database, Query, Tx, in_scope
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SUBJECT: Final = "parking_stay"
ONLINE: Final = "online"
_PROVIDER: Final = "system:payments"

_of_charge = Query(
    select(payments)
    .where(in_scope(payments), payments.c.charge_id == bindparam("charge_id", type_=INT))
    .order_by(payments.c.payment_id),
    PaymentRow,
)


async def open_payment(
    scope: Scope,
    db: Database,
    *,
    row: StayRow,
    payer_key: str,
    title: str,
    return_to: str,
    collector: Collector,
    ids: Ids,
    now_ms: int,
) -> ChargeRow:
    """The charge for all that is due now. Raises NothingDue, TooManyAsked, Unavailable."""
    owed = (await bill(scope, db, row, now_ms=now_ms)).due_fen
    if not owed:
        raise NothingDue()
    await count(db, PAYMENTS_OF_STAY, str(row.stay_id), now_ms=now_ms)
    new = charges.NewCharge(
        community_id=row.community_id,
        subject=f"{SUBJECT}:{row.stay_id}",
        payer_key=f"{payer_key}:{owed}:{now_ms // charges.OPEN_MS}",
        title=title,
        fen=owed,
        return_to=return_to,
    )
    return await charges.open_charge(scope, db, new=new, collector=collector, ids=ids, now_ms=now_ms)


class DriversPayments:
    """What parking does when a provider says that money came or went back."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def paid(self, tx: Tx, event: ChargePaid) -> None:
        """Inline: it counts for the stay as far as anything is due; the rest goes back at once."""
        scope = Scope.system(event.tenant_id, "payments")
        stay_id = _stay_of(event.subject)
        if stay_id is None:
            return
        row = await stay_queries.held_stay(scope, tx, stay_id)
        owed = (await bill(scope, tx, row, now_ms=event.priced_ms)).due_fen
        kept = min(owed, event.fen)
        if kept:
            await self._add(tx, row, event.charge_id, kept, ONLINE, "", event.priced_ms)
            await note(scope, tx, row, ONLINE, tx.db.clock.now_ms(), after={"fen": kept})
        await exits.paid(scope, tx, stay_id, now_ms=event.priced_ms)
        if event.fen > kept:
            await charges.refund(
                scope,
                tx,
                charge_id=event.charge_id,
                fen=event.fen - kept,
                reason=text("parking.prepay.paid_twice", scope.language),
                ids=self._ids,
                now_ms=tx.db.clock.now_ms(),
            )

    async def given_back(self, tx: Tx, event: ChargeRefunded) -> None:
        """Inline: what went back is no longer owed, since a person gave it back with a reason."""
        scope = Scope.system(event.tenant_id, "payments")
        stay_id = _stay_of(event.subject)
        if stay_id is None:
            return
        row = await stay_queries.held_stay(scope, tx, stay_id)
        booked = [
            entry
            for entry in await _of_charge.all(tx, scope, charge_id=event.charge_id)
            if entry.method != WAIVED
        ]
        charge = await charge_queries.charge(scope, tx, event.charge_id)
        over = sum(entry.fen for entry in booked) - (charge.fen - charge.refunded_fen)
        if over > 0:
            at_ms = booked[0].paid_ms
            await self._add(tx, row, event.charge_id, -over, GIVEN_BACK, event.reason, at_ms)
            await self._add(tx, row, event.charge_id, over, WAIVED, event.reason, at_ms)
            await note(
                scope, tx, row, GIVEN_BACK, tx.db.clock.now_ms(), after={"fen": over, "reason": event.reason}
            )

    async def _add(
        self, tx: Tx, row: StayRow, charge_id: int, fen: int, method: str, reason: str, at_ms: int
    ) -> None:
        payment = PaymentRow(
            payment_id=self._ids.number(),
            tenant_id=row.tenant_id,
            community_id=row.community_id,
            stay_id=row.stay_id,
            fen=fen,
            method=method,
            reason=reason,
            taken_by=_PROVIDER,
            paid_ms=at_ms,
            charge_id=charge_id,
        )
        await tx.insert(payments, payment._asdict())


def _stay_of(subject: str) -> int | None:
    kind, _, number = subject.partition(":")
    return int(number) if kind == SUBJECT else None
