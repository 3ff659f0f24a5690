"""Events of charges, raised in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class ChargePaid(Event, frozen=True):
    """The money of a charge is at the provider. Raised once a charge."""

    name: ClassVar[str] = "payments.charge_paid"
    tenant_id: str
    community_id: int
    charge_id: int
    subject: str
    fen: int
    priced_ms: int
    """When the amount was worked out: the payment counts as of then."""


class ChargeRefunded(Event, frozen=True):
    """Money of a charge goes back; `refund_id` names the row."""

    name: ClassVar[str] = "payments.charge_refunded"
    tenant_id: str
    community_id: int
    charge_id: int
    refund_id: int
    subject: str
    fen: int
    reason: str
