"""Events of doors, published to the other rooms in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class PassRecorded(Event, frozen=True):
    """Somebody passed a door, or was refused."""

    name: ClassVar[str] = "access.pass_recorded"
    pass_id: int
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    type: str
    """CARD, PASSWORD, QRCODE, BleCARD, FACE or CALL."""
    code: int
    """Pass result code (spec E 8); 0: the door opened."""
    message: str
    identity_id: str
    person_name: str
    direction: str
    passed_ms: int
    remaining: int | None = None
    """QR scans left; -1 without limit, None where they are not counted."""
    credential: str = ""
    """As the pass has it; of a face its faceId."""
    ext_info: str = ""
    """The door's further data: JSON text."""


class QrUsedUp(Event, frozen=True):
    """A QR code whose doors count together was used as often as it may: it must leave all of them."""

    name: ClassVar[str] = "access.qr_used_up"
    tenant_id: str
    qr_code: str


class DoorPersonDeleted(Event, frozen=True):
    """A door person is gone: the rights given in their name end."""

    name: ClassVar[str] = "access.person_deleted"
    tenant_id: str
    project_id: str
    identity_id: str


class DoorRegistered(Event, frozen=True):
    """A device serves as a door of a community from now on."""

    name: ClassVar[str] = "access.door_registered"
    tenant_id: str
    community_id: int
    iot_id: str


class DoorMoved(Event, frozen=True):
    """A door stands elsewhere in its community, or rings another unit."""

    name: ClassVar[str] = "access.door_moved"
    tenant_id: str
    community_id: int
    iot_id: str


class DoorRemoved(Event, frozen=True):
    """A device is no door of the community any more."""

    name: ClassVar[str] = "access.door_removed"
    tenant_id: str
    community_id: int
    iot_id: str


class RemoteOpened(Event, frozen=True):
    """Somebody asked to open a door remotely; `result` is `opened` or why it did not."""

    name: ClassVar[str] = "access.remote_opened"
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    caller: str
    result: str
    at_ms: int


class PassScopeChanged(Event, frozen=True):
    """A door serves other buildings or groups from now on: the keys of those who are in or were in reach it or not."""

    name: ClassVar[str] = "access.pass_scope_changed"
    tenant_id: str
    community_id: int
    iot_id: str
    refs: list[tuple[str, str]]
    """(kind, id) of what was added or taken away."""


class DoorAttacked(Event, frozen=True):
    """Somebody tries credentials of others at a door; published from time to time while it goes on, not once a try."""

    name: ClassVar[str] = "access.door_attacked"
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    what: str
    """`guessing`: PINs are tried; `forged`: calls in the door's name come from another address of the LAN."""
    at_ms: int
    count: int = 0
    """Tries so far."""
    peer: str = ""


class DoorAlarmed(Event, frozen=True):
    """A door raised an alarm, said it again, or said it is over; or a person took it, closed it, or undid that."""

    name: ClassVar[str] = "access.door_alarmed"
    alarm_id: int
    tenant_id: str
    community_id: int
    iot_id: str
    door_name: str
    kind: str
    """tamper, forced, held or fever."""
    temperature: float | None
    """Degrees Celsius, of a fever."""
    times: int
    raised_ms: int
    last_ms: int
    over_ms: int | None
    """None: it goes on."""
    new: bool
    """Raised just now, not said again and not over."""
    taken_by: str = ""
    taken_ms: int | None = None
    closed_by: str = ""
    closed_ms: int | None = None
    outcome: str = ""
    outcome_note: str = ""


class DoorServiceSwitched(Event, frozen=True):
    """A community switched its door service on or off: residents have keys, or none."""

    name: ClassVar[str] = "access.service_switched"
    tenant_id: str
    community_id: int
    on: bool
