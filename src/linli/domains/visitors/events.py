"""Events of visits for the other rooms, in the transaction of the change."""

from typing import ClassVar

from linli.kernel.events import Event


class VisitChanged(Event, frozen=True):
    """A visit was asked for, admitted, refused, voided, or its visitor came or left."""

    name: ClassVar[str] = "visitors.changed"
    tenant_id: str
    community_id: int
    house_id: int
    apply_id: int
    state: str
    """One of schemas.STATES."""
    source: str
    submitter_id: int | None = None
    """The person who invited, if it was a resident."""
