"""A payment over the network in each lot."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.payments.charges.models import charges, refunds
from linli.domains.payments.charges.rows import PAID, ChargeRow, RefundRow


async def add_charges(platform: Platform, lot: Any) -> None:
    now_ms = platform.clock.now_ms()
    lot.charge = platform.ids.number()
    row = ChargeRow(
        charge_id=lot.charge, tenant_id=lot.project.tenant_id, community_id=lot.community,
        subject=f"parking_stay:{lot.owing_stay}", payer_key="k", title="停车费", fen=900, return_to="/park/x",
        provider="cashier", pay_url="/pay/x", state=PAID, trade_no="T", refunded_fen=0, created_ms=now_ms,
        expires_ms=now_ms, paid_ms=now_ms,
    )  # fmt: skip
    lot.refund = platform.ids.number()
    back = RefundRow(
        refund_id=lot.refund, tenant_id=row.tenant_id, community_id=row.community_id, charge_id=lot.charge,
        fen=100, reason="R", asked_by="staff:1", state="done", asked_ms=now_ms, done_ms=now_ms,
    )  # fmt: skip
    async with platform.db.begin() as tx:
        await tx.insert(charges, row._asdict())
        await tx.insert(refunds, back._asdict())
