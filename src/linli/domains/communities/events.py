"""Events of communities and spaces, published to the other rooms in the transaction that wrote them."""

from typing import ClassVar, Literal

from linli.kernel.events import Event


class CommunityApproved(Event, frozen=True):
    """A community is in management from now on: it has a root space, a scope_id and its default groups."""

    name: ClassVar[str] = "communities.approved"
    tenant_id: str
    community_id: int
    scope_id: str
    root_space_id: int


class CommunityRejected(Event, frozen=True):
    name: ClassVar[str] = "communities.rejected"
    tenant_id: str
    community_id: int
    reason: str


class CommunityDeleted(Event, frozen=True):
    """A rejected application was taken away."""

    name: ClassVar[str] = "communities.deleted"
    tenant_id: str
    community_id: int


class CommunityServiceChanged(Event, frozen=True):
    """The service of a community in management was suspended or stopped, or runs again."""

    name: ClassVar[str] = "communities.service_changed"
    tenant_id: str
    community_id: int
    state: str
    reason: str


class CommunityZoneChanged(Event, frozen=True):
    """A community lives by the clocks of another time zone from now on."""

    name: ClassVar[str] = "communities.zone_changed"
    tenant_id: str
    community_id: int


class CommunityServiceEnding(Event, frozen=True):
    """The service of a community ends soon; published once for each day of warning."""

    name: ClassVar[str] = "communities.service_ending"
    tenant_id: str
    community_id: int
    service_end: str
    days: int
    """Days that are left, the last one not counted."""


class ResidentPageAsked(Event, frozen=True):
    """A company wants pages of its own for a community's residents.

    An inline handler of a room that knows what is missing (a payee account) raises, and the request is not made.
    """

    name: ClassVar[str] = "communities.resident_page_asked"
    tenant_id: str
    community_id: int


class SpaceChanged(Event, frozen=True):
    """Spaces of a community changed (push topic `community/space/change`, spec B §4.5)."""

    name: ClassVar[str] = "communities.space_changed"
    tenant_id: str
    community_id: int
    ids: list[int]
    type: Literal["insert", "update", "delete"]


class SpaceDeleting(Event, frozen=True):
    """A space without children, residents and assets is about to go.

    A room with rows on the space (a lane's camera, an intercom room) has an inline handler. It raises
    `service.spaces.SpaceInUse` to keep the space, or deletes its own rows.
    """

    name: ClassVar[str] = "communities.space_deleting"
    tenant_id: str
    community_id: int
    space_id: int
    kind: str
