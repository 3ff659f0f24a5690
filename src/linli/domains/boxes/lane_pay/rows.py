"""Rows of payments at exits of boxes, in the order of the columns."""

from typing import NamedTuple


class LanePaid(NamedTuple):
    node_id: int
    nonce: str
    tenant_id: str
    project_id: str | None
    community_id: int
    order_number: str
    charge_id: int
    fen: int
    paid_ms: int
    counted_ms: int | None
    kept_fen: int
