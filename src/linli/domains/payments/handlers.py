"""What payments react to."""

from linli.domains.communities.events import ResidentPageAsked
from linli.domains.payments.service import ACTIVE, PayeeMissing, payee
from linli.kernel.db import Tx
from linli.kernel.scope import Scope


async def resident_page_asked(tx: Tx, event: ResidentPageAsked) -> None:
    """Inline: pages for residents take fees, so their company has an account first. Raises PayeeMissing."""
    row = await payee(Scope.system(event.tenant_id, "payments"), tx)
    if row is None or row.state != ACTIVE:
        raise PayeeMissing()
