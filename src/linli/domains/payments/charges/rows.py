"""Charges as the queries read them, in the order of the columns."""

from typing import NamedTuple

OPEN, PAID, FAILED = "open", "paid", "failed"
ASKED, DONE = "asked", "done"


class ChargeRow(NamedTuple):
    charge_id: int
    tenant_id: str
    community_id: int
    subject: str
    payer_key: str
    title: str
    fen: int
    return_to: str
    provider: str
    pay_url: str
    state: str
    trade_no: str
    refunded_fen: int
    created_ms: int
    expires_ms: int
    paid_ms: int | None


class RefundRow(NamedTuple):
    refund_id: int
    tenant_id: str
    community_id: int
    charge_id: int
    fen: int
    reason: str
    asked_by: str
    state: str
    asked_ms: int
    done_ms: int | None
