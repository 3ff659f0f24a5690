"""Domain events of the thing platform: what other rooms must not miss about a device."""

from typing import ClassVar

from linli.kernel.events import Event


class DeviceDeleted(Event, frozen=True):
    """Its connection was closed and its present state removed; history stays until its retention ends."""

    name: ClassVar[str] = "things.device_deleted"

    device_no: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    project_id: str | None


class DeviceMoved(Event, frozen=True):
    """It was put into a community or taken out of one."""

    name: ClassVar[str] = "things.device_moved"

    device_no: int
    iot_id: str
    tenant_id: str
    community_before: int | None
    community_id: int | None
