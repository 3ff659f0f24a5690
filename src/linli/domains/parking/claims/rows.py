"""Rows of claims, in the order of the columns. Times are UTC ms."""

from typing import NamedTuple


class LaneClaim(NamedTuple):
    lane_id: int
    tenant_id: str
    community_id: int
    session_id: int
    holder: str
    since_ms: int
    beat_ms: int
