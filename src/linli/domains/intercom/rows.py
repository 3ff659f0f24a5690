"""Rows as the room reads them, in the order of the columns."""

from typing import Final, NamedTuple

APP: Final = 0
DOOR_STATION: Final = 1
KINDS: Final = (APP, DOOR_STATION)


class Account(NamedTuple):
    number: str
    tenant_id: str
    project_id: str
    kind: int
    password: str
    """Sealed."""
    created_ms: int
    changed_ms: int


class Group(NamedTuple):
    group_id: str
    tenant_id: str
    project_id: str
    created_ms: int


class DoorNumber(NamedTuple):
    iot_id: str
    tenant_id: str
    community_id: int
    number: str
    password: str
    """Sealed."""
    host: str
    port: str
    changed_ms: int


class Room(NamedTuple):
    iot_id: str
    room_key: str
    tenant_id: str
    community_id: int
    room_id: str
    group_id: str
    changed_ms: int


class HouseGroup(NamedTuple):
    space_id: int
    tenant_id: str
    community_id: int
    group_id: str
    room_id: str
    changed_ms: int


class Binding(NamedTuple):
    number: str
    tenant_id: str
    project_id: str
    contact: str
    transport: str
    host: str
    port: int
    call_id: str
    cseq: int
    agent: str
    registered_ms: int
    expires_ms: int
