"""Rows as the room reads them, in the order of the columns."""

from typing import NamedTuple

from linli.calls.rows import VIDEO

RECORDING, READY, FAILED = "recording", "ready", "failed"
"""Of a message: it is left or made ready now; it can be seen; FFmpeg could make nothing of it."""


def seal_about(number: str) -> str:
    """What the password of an account is sealed about."""
    return f"sip:{number}"


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


class Settings(NamedTuple):
    """What a community says of its calls."""

    community_id: int
    tenant_id: str
    talk_minutes: int = 5
    """Longest talk (spec A 4.1: one to five)."""
    view_seconds: int = 60
    """Longest look through a door's camera."""
    changed_ms: int = 0
    indoor: str = VIDEO
    """How the terminals of homes may talk with doors."""
    mobile: str = VIDEO
    """How their members' phones may."""


class HomeRules(NamedTuple):
    """How a home wants to be called."""

    space_id: int
    tenant_id: str
    community_id: int
    steps: str = ""
    """`rules.ladder`; empty: the usual ones."""
    neighbour_id: int | None = None
    neighbour_agreed: int = 0
    strict_quiet: int = 0
    log_hidden: int = 0
    changed_ms: int = 0
    indoor: str = ""
    """As in `Settings`, for this home; empty: as the community says."""
    mobile: str = ""
    messages: int = 0
    """Whether visitors whom nobody answers may leave a message."""


class Message(NamedTuple):
    """What a visitor left whom nobody answered."""

    call_id: int
    tenant_id: str
    community_id: int
    space_id: int
    process: str
    state: str
    kind: str
    film: str
    photo: str
    length_ms: int
    why: str
    recorded_ms: int
    seen_ms: int


class QuietHours(NamedTuple):
    """When a home or a member is not to be disturbed."""

    space_id: int
    identity_id: str
    tenant_id: str
    community_id: int
    from_minute: int
    to_minute: int
    days: int
    manner: str
    changed_ms: int


class AutoOpen(NamedTuple):
    """For some minutes a home opens to whoever rings it."""

    id: int
    tenant_id: str
    community_id: int
    space_id: int
    identity_id: str
    until_ms: int
    most: int
    used: int
    used_ms: int
    ended_ms: int


class Terminal(NamedTuple):
    """A terminal that is bound."""

    bind_id: str
    tenant_id: str
    community_id: int
    space_id: int | None
    """The house; None: the property's office."""
    app_project: str
    device_type: str
    device_id: str
    nickname: str
    identity_id: str
    number: str
    created_ms: int
    changed_ms: int


class TerminalCode(NamedTuple):
    """What a terminal shows to be bound by, as a hash."""

    app_project: str
    device_type: str
    device_id: str
    tenant_id: str
    code_hash: str
    made_ms: int
    expires_ms: int
    used_ms: int


class Screen(NamedTuple):
    """A page of ours that is a terminal, or waits to be bound."""

    screen_id: str
    token_hash: str
    old_hash: str
    number: str
    """Of its terminal's account; empty: it is not bound."""
    tenant_id: str
    floor: str
    created_ms: int
    renewed_ms: int


class Doorbell(NamedTuple):
    """A printed code at an entrance, by which a visitor's own phone rings a home."""

    bell_id: int
    tenant_id: str
    community_id: int
    space_id: int | None
    """Whose homes it rings: those below; None: all of the community."""
    iot_id: str
    """The door that is opened from a call; empty: there is none."""
    name: str
    code: str
    is_on: int
    from_minute: int
    to_minute: int
    days: int
    muted_until_ms: int
    created_ms: int
    changed_ms: int


class CallNote(NamedTuple):
    """What a member of staff noted about a call."""

    id: int
    call_id: int
    tenant_id: str
    community_id: int
    writer: str
    """As callers are named: `staff:12`."""
    words: str
    created_ms: int


class DoorLook(NamedTuple):
    """A member of staff looked through a door from the guard desk."""

    id: int
    tenant_id: str
    community_id: int
    iot_id: str
    viewer: str
    """As callers are named: `staff:12`."""
    process: str
    began_ms: int
    talked_ms: int
    """0: the door never heard them."""
    ended_ms: int
    """0: it goes on."""
