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


class AutoOpenMoved(Event, frozen=True):
    """A home opens by itself for some minutes, let somebody in, or does not any more."""

    name: ClassVar[str] = "intercom.auto_open_moved"
    tenant_id: str
    community_id: int
    space_id: int
    auto_id: int
    identity_id: str
    """Who set it up."""
    what: str
    """set, used, ended"""
    times: int
    until_ms: int
    at_ms: int
