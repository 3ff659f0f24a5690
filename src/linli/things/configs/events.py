"""Domain events of remote configuration."""

from typing import ClassVar

from linli.kernel.events import Event


class ConfigPushMoved(Event, frozen=True):
    """A batch went out, or a device answered."""

    name: ClassVar[str] = "things.config_push_moved"

    tenant_id: str
    push_no: int
