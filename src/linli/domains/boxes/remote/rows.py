"""Rows of remote work, in the order of their columns."""

from typing import NamedTuple


class Tunnel(NamedTuple):
    tunnel_id: int
    tenant_id: str
    project_id: str | None
    community_id: int | None
    node_id: int
    kind: str
    by_kind: str
    by_id: str
    by_name: str
    session_id: int
    reason: str
    state: str
    why_ended: str
    box_ticket: str
    person_ticket: str
    box_process: str
    person_process: str
    asked_ms: int
    opened_ms: int | None
    until_ms: int
    ended_ms: int | None
    bytes_to_box: int
    bytes_from_box: int
    recorded: int
    transcript: str


class Figure(NamedTuple):
    at_ms: int
    cpu: float
    memory: float
    disk: float
    load: float
    temperature: float | None
    uplink_backlog: int
    clock_offset_ms: int
    drivers_down: int
    devices_online: int


class LogEntry(NamedTuple):
    entry_no: int
    node_id: int
    at_ms: int
    event: str
    facts: str


class LineRow(NamedTuple):
    at_ms: int
    mark: int
    level: int
    driver: str
    device: str
    text: str
    facts: str
