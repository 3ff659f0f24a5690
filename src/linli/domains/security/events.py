"""What happened here, told in the transaction that wrote it."""

from typing import ClassVar

from linli.kernel.events import Event


class SecurityAlarmed(Event, frozen=True):
    """One target of an alarm. `row`: as the page's list shows it, without pictures."""

    name: ClassVar[str] = "security.alarmed"

    tenant_id: str
    community_id: int | None
    alarm_id: int
    iot_id: str
    event_type: int
    at_ms: int
    state: str
