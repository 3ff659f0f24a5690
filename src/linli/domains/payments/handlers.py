"""Reactions of payments to events of other rooms."""

from linli.domains.communities.events import ResidentPageAsked
from linli.domains.payments.service import ACTIVE, PayeeMissing, payee
from linli.kernel.db import Tx
from linli.kernel.scope import Scope


async def resident_page_asked(tx: Tx, event: ResidentPageAsked) -> None:
    """Inline: refuse residents' pages to a company without a payee account, since they take fees. Raises PayeeMissing."""
    row = await payee(Scope.system(event.tenant_id, "payments"), tx)
    if row is None or row.state != ACTIVE:
        raise PayeeMissing()
