"""Cars without a plate as the queries read them, in the order of the columns."""

from typing import NamedTuple


class LaneCode(NamedTuple):
    lane_id: int
    tenant_id: str
    community_id: int
    code: str
    is_on: int
    changed_ms: int


class LaneCar(NamedTuple):
    lane_id: int
    tenant_id: str
    community_id: int
    pass_id: int
    since_ms: int
    seen_ms: int
    taken_ms: int


class Ticket(NamedTuple):
    stay_id: int
    tenant_id: str
    community_id: int
    token_hash: str
    created_ms: int
    opened_ms: int
