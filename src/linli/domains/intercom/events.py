"""Events of the intercom, published to the other rooms in the transaction that wrote them."""

from typing import ClassVar

from linli.kernel.events import Event


class CallMoved(Event, frozen=True):
    """A call rings, was taken, or is over."""

    name: ClassVar[str] = "intercom.call_moved"
    call_id: int
    tenant_id: str
    project_id: str
    community_id: int | None
    iot_id: str
    space_id: int | None
    caller: str
    target: str
    target_type: int
    state: int
    """`rows.RINGS`, TALKS or OVER."""
    outcome: str
    """`rows.OUTCOMES`; empty until it is over."""
    started_ms: int
