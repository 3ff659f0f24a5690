"""Rows of car parks at the edge, in the order of the columns."""

from typing import NamedTuple


class Stream(NamedTuple):
    node_id: int
    tenant_id: str
    stream: str
    seq: int


class EdgeLot(NamedTuple):
    node_id: int
    lot_id: str
    tenant_id: str
    project_id: str | None
    community_id: int | None
    name: str
    total: int
    free: int
    at_ms: int
    """Of its last heartbeat."""
    present: int
    follows: int
    """1: it charges and opens by what the cloud says."""


class BoxRow(NamedTuple):
    node_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    held_version: str
    held_ms: int | None
    fire_ms: int
    fire_over_ms: int

    @property
    def fire(self) -> bool:
        return self.fire_ms > self.fire_over_ms


class OrderRow(NamedTuple):
    node_id: int
    number: str
    tenant_id: str
    project_id: str | None
    community_id: int | None
    lot_id: str
    lot_name: str
    plate: str
    shown: str
    in_name: str
    in_ms: int
    out_name: str
    out_ms: int | None
    status: int
    fen: int
    waived_fen: int
    paid_ms: int | None
    basis: str
    tariff: str
    version: int
    lines: str
    reason: str
    changed_ms: int


class CarRow(NamedTuple):
    car_id: int
    node_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    lot_id: str
    lot_name: str
    barrier_id: str
    barrier_name: str
    way: int
    opened: int
    reason: str
    standing: str
    plate: str
    shown: str
    order_number: str
    fen: int
    at_ms: int
    received_ms: int
