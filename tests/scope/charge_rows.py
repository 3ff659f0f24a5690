"""A payment over the network in each lot."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.payments.charges.models import charges
from linli.domains.payments.charges.rows import PAID, ChargeRow


async def add_charges(platform: Platform, lot: Any) -> None:
    now_ms = platform.clock.now_ms()
    lot.charge = platform.ids.number()
    row = ChargeRow(
        charge_id=lot.charge, tenant_id=lot.project.tenant_id, community_id=lot.community,
        subject=f"parking_stay:{lot.owing_stay}", payer_key="k", title="停车费", fen=900, return_to="/park/x",
        provider="cashier", pay_url="/pay/x", state=PAID, trade_no="T", refunded_fen=0, created_ms=now_ms,
        expires_ms=now_ms, paid_ms=now_ms,
    )  # fmt: skip
    async with platform.db.begin() as tx:
        await tx.insert(charges, row._asdict())
