"""Rows as the queries of this room read them. Times are UTC ms."""

from typing import NamedTuple


class Door(NamedTuple):
    iot_id: str
    tenant_id: str
    community_id: int
    product_key: str
    device_name: str
    name: str
    space_id: int | None
    direction: str
    """ENTRANCE or EXIT."""
    sn: str
    ext_info: str
    created_ms: int
    changed_ms: int


class DoorPerson(NamedTuple):
    tenant_id: str
    project_id: str
    identity_id: str
    name: str
    ext_info: str
    created_ms: int
    changed_ms: int


class QrCode(NamedTuple):
    qr_code: str
    tenant_id: str
    project_id: str
    identity_id: str
    shared_used: int
    created_ms: int


class QrPermissionRow(NamedTuple):
    qr_code: str
    iot_id: str
    tenant_id: str
    community_id: int
    identity_id: str
    starts_ms: int
    ends_ms: int
    max_scans: int
    shared: int
    used: int
    live: int
    end_reason: str
    created_ms: int
    changed_ms: int


class Card(NamedTuple):
    iot_id: str
    card_id: str
    tenant_id: str
    community_id: int
    project_id: str
    identity_id: str
    starts_ms: int
    ends_ms: int
    live: int
    created_ms: int
    changed_ms: int


class Pass(NamedTuple):
    id: int
    day: int
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    type: str
    code: int
    message: str
    credential: str
    identity_id: str
    name: str
    direction: str
    remaining: int | None
    ext_info: str
    passed_ms: int
    received_ms: int


class RemoteOpen(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    iot_id: str
    caller: str
    reason: str
    result: str
    asked_ms: int
    answered_ms: int | None
