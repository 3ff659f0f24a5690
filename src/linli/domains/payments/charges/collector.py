"""The interface of a provider that takes payers' money: an order with an address, signed notices, refunds, statements."""

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from linli.domains.payments.charges.rows import ChargeRow


class Notice(NamedTuple):
    """What a provider told of an order. `notice_id`: its own number; one that comes again has the same."""

    notice_id: str
    charge_id: int
    state: str
    """paid, failed."""
    fen: int
    trade_no: str
    paid_ms: int


class StatementLine(NamedTuple):
    """A line of the provider's books. `fen` is below zero for what went back."""

    charge_id: int
    refund_id: int
    """0: a payment."""
    fen: int
    at_ms: int


class Collector(Protocol):
    name: str

    async def open_order(self, charge: ChargeRow) -> str:
        """The address at which the payer pays. The same for the same charge. Raises Unavailable."""
        ...

    def read_notice(self, headers: Mapping[bytes, bytes], body: bytes) -> Notice:
        """Raises NoticeUntrue."""
        ...

    async def refund(self, charge: ChargeRow, *, refund_id: int, fen: int, reason: str) -> None:
        """Give money back, once a refund's number. Raises Unavailable."""
        ...

    async def statement(self, tenant_id: str, *, since_ms: int, until_ms: int) -> list[StatementLine]:
        """What the provider booked of a company. Raises Unavailable."""
        ...


class Collecting(NamedTuple):
    """Who takes payments over the network here; None: nobody."""

    collector: Collector | None
