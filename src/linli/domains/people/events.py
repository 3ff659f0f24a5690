"""Events of people, published to the other rooms in the transaction that wrote them."""

from typing import ClassVar, Literal

import msgspec

from linli.kernel.events import Event


class HouseTie(msgspec.Struct, frozen=True):
    """One person in one house."""

    house_id: int
    person_id: int
    identity_id: str
    type: int
    """MEMBER_TYPE."""


class ResidentsMovedIn(Event, frozen=True):
    """Persons live in houses of one community from now on. Imports tell up to some hundred ties at once."""

    name: ClassVar[str] = "people.residents_moved_in"
    tenant_id: str
    community_id: int
    ties: list[HouseTie]


class ResidentsMovedOut(Event, frozen=True):
    """Persons no longer belong to houses of a community: their rights from these houses end."""

    name: ClassVar[str] = "people.residents_moved_out"
    tenant_id: str
    community_id: int
    ties: list[HouseTie]


class ResidentCameBack(Event, frozen=True):
    """A move-out was undone: rights that ended with it, and not for another reason, may be restored.

    `ResidentsMovedIn` tells of the same return.
    """

    name: ClassVar[str] = "people.resident_came_back"
    tenant_id: str
    community_id: int
    identity_id: str
    left_ms: int
    """The time of the move-out; rights that it ended have ended since then."""


class UserChanged(Event, frozen=True):
    """Persons known to a community were added, changed or removed (push topic `community/user/change`, B §4.5)."""

    name: ClassVar[str] = "people.user_changed"
    tenant_id: str
    community_id: int
    ids: list[str]
    """identityIds."""
    type: Literal["insert", "update", "delete"]


class FaceChanged(Event, frozen=True):
    """A person has another face picture, or none: templates of the old picture are invalid."""

    name: ClassVar[str] = "people.face_changed"
    tenant_id: str
    person_id: int
    identity_id: str
    face_id: str
    upload_id: str
    """Empty: no picture."""


class EmployeesLeft(Event, frozen=True):
    """Persons no longer work for the property of a community: their rights from this work end."""

    name: ClassVar[str] = "people.employees_left"
    tenant_id: str
    community_id: int
    identity_ids: list[str]


class UsersErased(Event, frozen=True):
    """A community no longer knows persons: their rights in it end, and their data there is deleted."""

    name: ClassVar[str] = "people.users_erased"
    tenant_id: str
    community_id: int
    identity_ids: list[str]
    whole: bool
    """No community of the tenant knows them any more: nothing but the identityId is kept."""


class PersonsForgotten(Event, frozen=True):
    """Persons are deleted for good, since nothing but an undone import knew them: clear what refers to them."""

    name: ClassVar[str] = "people.persons_forgotten"
    tenant_id: str
    community_id: int
    identity_ids: list[str]


class VehiclesChanged(Event, frozen=True):
    """Vehicles of a community's persons were added, changed or removed: rights at barriers follow."""

    name: ClassVar[str] = "people.vehicles_changed"
    tenant_id: str
    community_id: int
    plates: list[str]
    """Cleaned; after a change of plate both the old and the new one."""


class ResidentRegistered(Event, frozen=True):
    """Somebody registered themselves, or once more: the property must decide."""

    name: ClassVar[str] = "people.resident_registered"
    tenant_id: str
    community_id: int
    house_id: int
    identity_id: str
    person: str


class ResidentReviewed(Event, frozen=True):
    """The property decided about somebody who registered themselves."""

    name: ClassVar[str] = "people.resident_reviewed"
    tenant_id: str
    community_id: int
    house_id: int
    identity_id: str
    status: int
    """RESIDENT_STATUS: 1 lives there now, 3 refused."""
    comment: str
    """Why they were refused."""


class AccountFrozen(Event, frozen=True):
    """An integrator froze an account, or unfroze it: sign-in ends at once, doors follow where a community says so."""

    name: ClassVar[str] = "people.account_frozen"
    tenant_id: str
    project_id: str
    identity_id: str
    frozen: bool


class AccountUnregistered(Event, frozen=True):
    """An integrator deleted an account: the rights that its project gave the person end."""

    name: ClassVar[str] = "people.account_unregistered"
    tenant_id: str
    project_id: str
    identity_id: str
