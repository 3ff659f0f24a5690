"""Domain events of the thing platform: changes of devices that other rooms must not miss.

A device's coming online or going offline is no event here. It is a message of the inbox (kind `status`), also for
sub-devices, and so it is in order with their posts.
"""

from typing import ClassVar, Literal, NamedTuple

from linli.kernel.events import Event


class DeviceCreated(Event, frozen=True):
    """It exists and may connect; a project or community may come later."""

    name: ClassVar[str] = "things.device_created"

    device_no: int
    iot_id: str
    tenant_id: str
    project_id: str | None
    product_key: str
    device_name: str


class DeviceDeleted(Event, frozen=True):
    """Its connection was closed and its present state removed; history stays until its retention ends."""

    name: ClassVar[str] = "things.device_deleted"

    device_no: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    project_id: str | None
    product_key: str = ""
    device_name: str = ""


class DeviceEnabled(Event, frozen=True):
    """It was disabled and may connect again."""

    name: ClassVar[str] = "things.device_enabled"

    device_no: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    project_id: str | None
    product_key: str
    device_name: str


class DeviceDisabled(Event, frozen=True):
    """Its connection was closed, and it may not connect."""

    name: ClassVar[str] = "things.device_disabled"

    device_no: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    project_id: str | None
    product_key: str
    device_name: str


class DeviceMoved(Event, frozen=True):
    """It was put into a community or taken out of one."""

    name: ClassVar[str] = "things.device_moved"

    device_no: int
    iot_id: str
    tenant_id: str
    community_before: int | None
    community_id: int | None


class BatchStarted(Event, frozen=True):
    """Devices are going to be created in a community, by workers: refuse now what is wrong with it."""

    name: ClassVar[str] = "things.batch_started"

    batch_no: int
    tenant_id: str
    community_id: int


class Sub(NamedTuple):
    """One sub-device of a change."""

    device_no: int
    iot_id: str
    product_key: str
    device_name: str


class TopologyChanged(Event, frozen=True):
    """Sub-devices came to a gateway or left it. A move between two gateways is one event for each gateway."""

    name: ClassVar[str] = "things.topology_changed"

    gateway_no: int
    iot_id: str
    """The gateway's."""
    tenant_id: str
    community_id: int | None
    """The gateway's."""
    project_id: str | None
    """The gateway's."""
    product_key: str
    device_name: str
    change: Literal["added", "removed"]
    subs: list[Sub]


class FirmwareReported(Event, frozen=True):
    """A device reported a firmware version that differs from the last one (or is its first)."""

    name: ClassVar[str] = "things.firmware_reported"

    device_no: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    project_id: str | None
    module: str
    version: str
    version_before: str
    """Empty: it never reported one."""
    at_ms: int


class UpgradeMoved(Event, frozen=True):
    """A device went a step on its way through a campaign; there are many in an upgrade."""

    name: ClassVar[str] = "things.upgrade_moved"

    tenant_id: str
    community_id: int | None
    campaign_no: int
    job_no: int


class UpgradeFinished(Event, frozen=True):
    """A campaign is done with a device. `outcome`: succeeded, failed, timed_out, cancelled or rolled_back."""

    name: ClassVar[str] = "things.upgrade_finished"

    device_no: int
    iot_id: str
    tenant_id: str
    community_id: int | None
    project_id: str | None
    campaign_no: int
    module: str
    version: str
    """That the campaign brings."""
    outcome: str
    reason: str
    """`things.ota.states.Reason`, empty on success."""
    at_ms: int
