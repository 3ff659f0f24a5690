"""Charges: opened at a provider, settled by its notices, given back. The amount is always the platform's.

open → paid, or open → failed → paid: money that came counts, however late and whatever was told before.
"""

from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, update

from linli.domains.payments.charges import queries
from linli.domains.payments.charges.collector import Collector, Notice
from linli.domains.payments.charges.errors import NoticeUntrue, NotPaid, RefundTooLarge
from linli.domains.payments.charges.events import ChargePaid, ChargeRefunded
from linli.domains.payments.charges.models import charges, notices, refunds
from linli.domains.payments.charges.rows import ASKED, DONE, FAILED, OPEN, PAID, ChargeRow, RefundRow
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Database, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

OPEN_MS: Final = 5 * 60_000
"""How long a payer may take: what is paid for may cost more then. Money that comes later counts all the same."""
GIVE_BACK: Final = "payments.give_back"
LONGEST_REASON: Final = 200

_this = charges.c.charge_id == bindparam("row", type_=INT)
_at = Command(update(charges).where(in_scope(charges), _this).values(pay_url=bindparam("address")))
_settle = Command(
    update(charges)
    .where(in_scope(charges), _this, charges.c.state != PAID)
    .values(state=PAID, trade_no=bindparam("number"), paid_ms=bindparam("now", type_=INT))
)
_fail = Command(update(charges).where(in_scope(charges), _this, charges.c.state == OPEN).values(state=FAILED))
_give = bindparam("give", type_=INT)
_take_back = Command(
    update(charges)
    .where(
        and_(
            in_scope(charges), _this, charges.c.state == PAID, charges.c.refunded_fen + _give <= charges.c.fen
        )
    )
    .values(refunded_fen=charges.c.refunded_fen + _give)
)
_given = Command(
    update(refunds)
    .where(in_scope(refunds), refunds.c.refund_id == bindparam("row", type_=INT), refunds.c.state == ASKED)
    .values(state=DONE, done_ms=bindparam("now", type_=INT))
)


class NewCharge(msgspec.Struct, frozen=True, kw_only=True):
    """`subject`: what is paid for; `payer_key`: the payer's own number of it."""

    community_id: int
    subject: str
    payer_key: str
    title: str
    fen: int
    return_to: str


class GiveBack(msgspec.Struct, frozen=True):
    """Outbox payload: have the provider give money back."""

    tenant_id: str
    refund_id: int


async def open_charge(
    scope: Scope, db: Database, *, new: NewCharge, collector: Collector, ids: Ids, now_ms: int
) -> ChargeRow:
    """The charge with the address at which it is paid; the one that is there where the payer asks again.

    Raises BadInput, Unavailable (provider).
    """
    if new.fen <= 0:
        raise BadInput(field="fen", rule="required")
    row = ChargeRow(
        charge_id=ids.number(), tenant_id=scope.tenant, community_id=new.community_id, subject=new.subject,
        payer_key=new.payer_key, title=new.title, fen=new.fen, return_to=new.return_to, provider=collector.name,
        pay_url="", state=OPEN, trade_no="", refunded_fen=0, created_ms=now_ms, expires_ms=now_ms + OPEN_MS,
        paid_ms=None,
    )  # fmt: skip

    async def work(tx: Tx) -> ChargeRow:
        before = await queries.of_payer(scope, tx, subject=new.subject, payer_key=new.payer_key)
        if before is None:
            await tx.insert(charges, row._asdict())
        return before or row

    charge = await db.run(work)
    if charge.pay_url:
        return charge
    address = await collector.open_order(charge)
    await db.run(lambda tx: _at.run(tx, scope, row=charge.charge_id, address=address))
    return charge._replace(pay_url=address)


async def take_notice(db: Database, collector: Collector, notice: Notice, *, now_ms: int) -> bool:
    """A notice that the provider signed: it settles its charge once, however often and from wherever it comes.

    Whether it was this one. Raises NoticeUntrue for a charge or an amount that is none of ours.
    """

    async def work(tx: Tx) -> bool:
        if await queries.is_known(tx, provider=collector.name, notice_id=notice.notice_id):
            return False
        charge = await queries.named_by_provider(tx, provider=collector.name, charge_id=notice.charge_id)
        if charge is None or charge.fen != notice.fen:
            raise NoticeUntrue()
        scope = Scope.system(charge.tenant_id, "payments")
        if notice.state == PAID:
            settled = await _settle.run(
                tx, scope, row=charge.charge_id, number=notice.trade_no, now=notice.paid_ms
            )
        else:
            await _fail.run(tx, scope, row=charge.charge_id)
            settled = 0
        await tx.insert(
            notices,
            {
                "provider": collector.name,
                "notice_id": notice.notice_id,
                "tenant_id": charge.tenant_id,
                "community_id": charge.community_id,
                "charge_id": charge.charge_id,
                "state": notice.state,
                "settled": settled,
                "received_ms": now_ms,
            },
        )
        if settled:
            paid = ChargePaid(
                charge.tenant_id,
                charge.community_id,
                charge.charge_id,
                charge.subject,
                charge.fen,
                charge.created_ms,
            )
            await emit(tx, paid, key=charge.subject)
        return bool(settled)

    return await db.run(work)


async def refund(
    scope: Scope, tx: Tx, *, charge_id: int, fen: int, reason: str, ids: Ids, now_ms: int
) -> RefundRow:
    """Give back some of what was paid, or all. The provider is asked after the commit, until it has.

    Raises NotFound, NotPaid, RefundTooLarge, BadInput.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > LONGEST_REASON:
        raise BadInput(field="reason", rule="too_long", limit=LONGEST_REASON)
    if fen <= 0:
        raise BadInput(field="fen", rule="positive")
    charge = await queries.charge(scope, tx, charge_id)
    if charge.state != PAID:
        raise NotPaid()
    if not await _take_back.run(tx, scope, row=charge_id, give=fen):
        raise RefundTooLarge(yuan=f"{(charge.fen - charge.refunded_fen) / 100:.2f}")
    row = RefundRow(
        refund_id=ids.number(),
        tenant_id=charge.tenant_id,
        community_id=charge.community_id,
        charge_id=charge_id,
        fen=fen,
        reason=reason,
        asked_by=f"{scope.caller.kind}:{scope.caller.id}",
        state=ASKED,
        asked_ms=now_ms,
        done_ms=None,
    )
    await tx.insert(refunds, row._asdict())
    event = ChargeRefunded(
        charge.tenant_id, charge.community_id, charge_id, row.refund_id, charge.subject, fen, reason
    )
    await emit(tx, event, key=charge.subject)
    await outbox.add(tx, GIVE_BACK, GiveBack(row.tenant_id, row.refund_id), key=f"charge:{charge_id}")
    return row


async def give_back(db: Database, collector: Collector | None, job: GiveBack, *, now_ms: int) -> None:
    """Outbox job. Raises NotFound, Unavailable: the outbox tries again."""
    scope = Scope.system(job.tenant_id, "payments")
    row = await queries.refund(scope, db, job.refund_id)
    if row is not None and row.state != DONE:
        await ask_again(scope, db, collector, refund_id=row.refund_id, now_ms=now_ms)


async def ask_again(
    scope: Scope, db: Database, collector: Collector | None, *, refund_id: int, now_ms: int
) -> None:
    """Ask the provider for a refund, done or not: it gives one number back once. Raises NotFound, Unavailable."""
    row = await queries.refund(scope, db, refund_id)
    if row is None:
        raise NotFound(what="refund", id=str(refund_id))
    charge = await queries.charge(scope, db, row.charge_id)
    if collector is None or collector.name != charge.provider:
        raise NotFound(what="payment_provider", id=charge.provider)
    await collector.refund(charge, refund_id=row.refund_id, fen=row.fen, reason=row.reason)
    await db.run(lambda tx: _given.run(tx, scope, row=row.refund_id, now=now_ms))
