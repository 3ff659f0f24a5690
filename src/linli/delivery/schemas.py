"""Values of delivery: a domain's grants, and rows as they are read."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import msgspec

from linli.kernel.events import Event
from linli.sync import Delivery, Item, State, wire_status

FOREVER_MS = 4_102_415_999_000
"""End of a right without an end: 2099-12-31 23:59:59 at UTC+8."""
ON_DEVICE = "device"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One right that a source wants to hold. Its identity is everything but the window and the content."""

    community_id: int
    source: str
    """The source that owns it, e.g. `qr`: each source changes and revokes only its own grants."""
    kind: str
    subject: str = ""
    """identityId of the person, where there is one."""
    credential: str = ""
    target: str
    """iotId, or the id of a scope."""
    target_type: str = ON_DEVICE
    starts_ms: int = 0
    ends_ms: int = FOREVER_MS
    """UTC ms, both ends inclusive."""
    content: str = "{}"
    """JSON object in the kind's own shape, window left out."""
    schedule: str = ""
    """When within the window it holds (`linli.rules.schedules`); empty: always."""


class GrantRow(NamedTuple):
    id: int
    tenant_id: str
    community_id: int
    source: str
    kind: str
    subject: str
    credential: str
    target_type: str
    target: str
    starts_ms: int
    ends_ms: int
    content: str
    live: int
    generation: int
    changed_ms: int
    schedule: str = ""

    @property
    def grant(self) -> Grant:
        """The grant as it was requested."""
        return Grant(**{name: getattr(self, name) for name in Grant.__struct_fields__})

    def support(self, target: "Target") -> "Support":
        """How one of its targets is stored."""
        return Support(
            grant_id=self.id,
            device=target.device,
            credential=target.credential,
            tenant_id=self.tenant_id,
            community_id=self.community_id,
            subject=target.subject,
            starts_ms=self.starts_ms,
            ends_ms=self.ends_ms,
            content=target.content or self.content,
            schedule=target.schedule,
        )


class Target(NamedTuple):
    """One device that a grant reaches, as an expander finds it."""

    device: str
    credential: str
    subject: str
    content: str
    schedule: str = ""


class Support(NamedTuple):
    """A target row: a live grant, and one device that it reaches."""

    grant_id: int
    device: str
    credential: str
    tenant_id: str
    community_id: int
    subject: str
    starts_ms: int
    ends_ms: int
    content: str
    schedule: str = ""

    @property
    def target(self) -> Target:
        return Target(self.device, self.credential, self.subject, self.content, self.schedule)


class DesiredRow(NamedTuple):
    """A desired row with its grants' union and how far it got. Times are UTC ms."""

    id: int
    tenant_id: str
    community_id: int
    device: str
    kind: str
    credential: str
    subject: str
    content: str
    generation: int
    wanted: str
    reported: str
    state: str
    failures: int
    next_try_ms: int | None
    reason: str
    detail: str
    recheck_ms: int | None
    created_ms: int
    changed_ms: int
    confirmed_ms: int | None

    @property
    def item(self) -> Item:
        return Item(
            device=self.device,
            kind=self.kind,
            credential=self.credential,
            generation=self.generation,
            wanted=self.wanted,
            reported=self.reported,
            state=State(self.state),
            failures=self.failures,
            next_try_ms=self.next_try_ms,
            reason=self.reason,
            detail=self.detail,
        )

    @property
    def deleting(self) -> bool:
        return self.wanted == ""

    @property
    def status(self) -> str:
        """The wire status, e.g. `toBeTransferred`."""
        return wire_status(State(self.state), deleting=self.deleting, reason=self.reason)


class Content(msgspec.Struct, frozen=True, omit_defaults=True):
    """The content of a desired row: the present or next window, and the kind's own body."""

    starts_ms: int
    ends_ms: int
    subject: str
    body: msgspec.Raw
    schedule: str = ""
    """When within its grants' windows it holds (`linli.rules.schedules`); empty: always."""
    cut: bool = False
    """The device keeps no schedules: the window is the schedule's present or next piece."""
    zone: str = ""
    """Time zone of the schedule; empty: the default (`linli.rules.schedules`)."""

    @property
    def cron(self) -> str:
        """The schedule that the device is to keep by itself."""
        return "" if self.cut else self.schedule

    @property
    def cron_zone(self) -> str:
        """In which time zone, where it keeps one."""
        return self.zone if self.cron else ""


@dataclass(frozen=True, slots=True)
class Parcel(Delivery):
    """A claimed row on its way to a device."""

    tenant_id: str
    community_id: int

    def opened(self) -> Content:
        """The content to carry. Only for rows that are not `item.deleting`."""
        return msgspec.json.decode(self.content, type=Content)


class Compared(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a device's own list differed from what it should hold when it was last asked."""

    held: int = 0
    missing: int = 0
    different: int = 0
    surplus: int = 0
    error: str = ""
    """`offline` or `refused`: it did not say."""
    detail: str = ""
    """The device's own text in place of its rows."""

    def plus(self, other: "Compared") -> "Compared":
        return Compared(
            self.held + other.held,
            self.missing + other.missing,
            self.different + other.different,
            self.surplus + other.surplus,
        )


class HistoryRow(NamedTuple):
    at_ms: int
    generation: int
    state: str
    deleting: int
    reason: str
    detail: str
    caller: str


class DesiredFilter(msgspec.Struct, frozen=True):
    """The filter of a list of desired rows; None: no filter."""

    community_id: int | None = None
    device: str | None = None
    subject: str | None = None
    credential: str | None = None
    kinds: tuple[str, ...] | None = None
    statuses: tuple[str, ...] | None = None
    """Wire statuses, e.g. `needManual`."""
    verdict: Literal["cannot", "should_not"] | None = None
    """`cannot`: wanted, and the device has not confirmed it. `should_not`: to be gone, and perhaps still there."""


class DeliverySettled(Event, frozen=True):
    """A desired row changed its state."""

    name = "delivery.settled"
    row_id: int
    tenant_id: str
    community_id: int
    device: str
    kind: str
    credential: str
    subject: str
    status: str
    before: str
    reason: str
    at_ms: int


class ExpandGrant(msgspec.Struct, frozen=True):
    """Outbox payload: bring a grant's targets up to date."""

    grant_id: int


class ExpandScope(msgspec.Struct, frozen=True):
    """Outbox payload: scopes gained or lost devices."""

    target_type: str
    target: str
    more: tuple[str, ...] = ()
    """Further targets of the type, in the same order of jobs."""


class RefreshSubject(msgspec.Struct, frozen=True):
    """Outbox payload: a person's rights rest in a community, or hold again."""

    tenant_id: str
    community_id: int
    subject: str
