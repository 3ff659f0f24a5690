"""What happens to requests for deletion, told to the other rooms in the transaction that wrote it."""

from typing import ClassVar

from linli.kernel.events import Event


class DeletionAsked(Event, frozen=True):
    """A resident wants deleted what a community holds about them."""

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
    """Days that are left; negative: over."""


class DeletionDecided(Event, frozen=True):
    name: ClassVar[str] = "privacy.deletion_decided"
    tenant_id: str
    community_id: int
    request_id: int
    account_id: int
    done: bool
    reason: str
