"""Rows as the room reads them, in the order of the columns."""

from typing import Final, NamedTuple

APP: Final = 0
DOOR_STATION: Final = 1
KINDS: Final = (APP, DOOR_STATION)
TO_NUMBER: Final = 0
TO_GROUP: Final = 1
RINGS, TALKS, OVER = 0, 1, 2
ANSWERED, MISSED, GIVEN_UP, REFUSED, BUSY, UNREACHABLE, CUT = OUTCOMES = (
    "answered", "missed", "given_up", "refused", "busy", "unreachable", "cut",
)  # fmt: skip
"""How a call ended: taken; nobody answered; the caller hung up first; declined; all phones in use; no phone logged in;
the server ended while they talked."""
ASKED: Final = "asked"
"""Of an opening that nobody answered yet."""
UNANSWERED: Final = (MISSED, GIVEN_UP, BUSY, UNREACHABLE)
"""Calls that a home missed. A declined one was noticed by somebody."""


def seal_about(number: str) -> str:
    """What the password of an account is sealed about."""
    return f"sip:{number}"


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
    derived: int = 0


class HouseGroup(NamedTuple):
    space_id: int
    tenant_id: str
    community_id: int
    group_id: str
    room_id: str
    changed_ms: int
    derived: int = 0


class Owner(NamedTuple):
    owner: str
    number: str
    tenant_id: str
    community_id: int
    space_id: int | None
    identity_id: str
    iot_id: str
    created_ms: int


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


class CallRow(NamedTuple):
    id: int
    tenant_id: str
    project_id: str
    community_id: int | None
    caller: str
    caller_kind: int
    target: str
    target_type: int
    iot_id: str
    space_id: int | None
    room_id: str
    state: int
    outcome: str
    answered_by: str
    process: str
    started_ms: int
    answered_ms: int
    opened_ms: int
    ended_ms: int


class Ends(NamedTuple):
    """What the ends of a call are: which door, house and room, where they are known."""

    community_id: int | None = None
    iot_id: str = ""
    space_id: int | None = None
    room_id: str = ""


class Opening(NamedTuple):
    """A phone asked to open the door of its call."""

    id: int
    call_id: int
    tenant_id: str
    community_id: int | None
    iot_id: str
    number: str
    identity_id: str
    way: str
    result: str
    asked_ms: int
    answered_ms: int
