"""Events of requests for deletion, raised in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class DeletionAsked(Event, frozen=True):
    """A resident asks a community to delete their data."""

    name: ClassVar[str] = "privacy.deletion_asked"
    tenant_id: str
    community_id: int
    request_id: int


class DeletionDue(Event, frozen=True):
    """The deadline of a request is near, or over."""

    name: ClassVar[str] = "privacy.deletion_due"
    tenant_id: str
    community_id: int
    request_id: int
    days: int
    """Days left; negative once the deadline is over."""


class DeletionDecided(Event, frozen=True):
    name: ClassVar[str] = "privacy.deletion_decided"
    tenant_id: str
    community_id: int
    request_id: int
    account_id: int
    done: bool
    reason: str
