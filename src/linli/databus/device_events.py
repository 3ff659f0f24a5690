"""Messages to subscribers about devices: their lifecycle and the topology of gateways.

    /sys/appkey/{appKey}/thing/{productKey}/{deviceName}/lifecycle   {"action": "created", "time": …}
    /sys/appkey/{appKey}/thing/{productKey}/{deviceName}/topology    {"action": "added", "subDevices": […], "time": …}
    /sys/appkey/{appKey}/thing/{productKey}/{deviceName}/ota         {"action": "finished", "outcome": …, "module": …}

Each also carries iotId, productKey and deviceName; of a topology those of the gateway. Actions of a lifecycle:
created, activated (first connection), enabled, disabled, deleted. Sub-devices that log in or out are `status`. Of an
upgrade: `reported` (another version runs now) and `finished` (with an outcome and its reason).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import msgspec

from linli.databus.changes import DeviceFacts, publish_devices
from linli.databus.topics import Kind
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device


class _Upgrade(msgspec.Struct, rename="camel"):
    action: str
    iot_id: str
    product_key: str
    device_name: str
    module: str
    version: str
    outcome: str
    reason: str
    time: int


type DeviceMessage = tuple[DeviceFacts, str, str, bytes]


class _Lifecycle(msgspec.Struct, rename="camel"):
    action: str
    iot_id: str
    product_key: str
    device_name: str
    time: int


class _Named(msgspec.Struct, rename="camel"):
    iot_id: str
    product_key: str
    device_name: str


class _Topology(msgspec.Struct, rename="camel"):
    action: str
    iot_id: str
    product_key: str
    device_name: str
    sub_devices: list[_Named]
    time: int


class DeviceEvent(Protocol):
    """A domain event about one device."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def project_id(self) -> str | None: ...
    @property
    def iot_id(self) -> str: ...
    @property
    def product_key(self) -> str: ...
    @property
    def device_name(self) -> str: ...


class SubDevice(Protocol):
    @property
    def iot_id(self) -> str: ...
    @property
    def product_key(self) -> str: ...
    @property
    def device_name(self) -> str: ...


class TopologyEvent(DeviceEvent, Protocol):
    """Sub-devices came to a gateway, or left it."""

    @property
    def change(self) -> str: ...
    @property
    def subs(self) -> Sequence[SubDevice]: ...


def lifecycle(of: DeviceFacts, action: str, time_ms: int) -> DeviceMessage:
    """The message of one step in a device's life, for `publish_devices`."""
    body = _Lifecycle(action, of.iot_id, of.product_key, of.device_name, time_ms)
    return of, Kind.LIFECYCLE, action, msgspec.json.encode(body)


def relay_lifecycle(action: str) -> Callable[[Tx, Any], Awaitable[None]]:
    """An inline handler that tells subscribers of a DeviceEvent."""

    async def handle(tx: Tx, event: DeviceEvent) -> None:
        await publish_devices(tx, [lifecycle(_facts(event), action, tx.db.clock.now_ms())])

    return handle


async def relay_topology(tx: Tx, event: TopologyEvent) -> None:
    """An inline handler that tells subscribers of a gateway's sub-devices."""
    subs = [_Named(sub.iot_id, sub.product_key, sub.device_name) for sub in event.subs]
    body = _Topology(
        event.change, event.iot_id, event.product_key, event.device_name, subs, tx.db.clock.now_ms()
    )
    await publish_devices(tx, [(_facts(event), Kind.TOPOLOGY, event.change, msgspec.json.encode(body))])


class UpgradeEvent(Protocol):
    """A message about a device's firmware. Its event does not name the device's product."""

    @property
    def tenant_id(self) -> str: ...
    @property
    def iot_id(self) -> str: ...
    @property
    def module(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def at_ms(self) -> int: ...


def relay_upgrade(action: str) -> Callable[[Tx, Any], Awaitable[None]]:
    """An inline handler that tells subscribers of an UpgradeEvent; `outcome` and `reason` where it has them."""

    async def handle(tx: Tx, event: UpgradeEvent) -> None:
        device = await get_device(Scope.system(event.tenant_id), tx, iot_id=event.iot_id)
        of = DeviceFacts(
            event.tenant_id,
            device.community_id,
            device.project_id,
            device.product_key,
            device.device_name,
            event.iot_id,
        )
        body = _Upgrade(
            action=action,
            iot_id=of.iot_id,
            product_key=of.product_key,
            device_name=of.device_name,
            module=event.module,
            version=event.version,
            outcome=getattr(event, "outcome", ""),
            reason=getattr(event, "reason", ""),
            time=event.at_ms,
        )
        await publish_devices(tx, [(of, Kind.OTA, action, msgspec.json.encode(body))])

    return handle


def _facts(event: DeviceEvent) -> DeviceFacts:
    # A device that has just been created is in no community yet.
    community_id = getattr(event, "community_id", None)
    return DeviceFacts(
        event.tenant_id, community_id, event.project_id, event.product_key, event.device_name, event.iot_id
    )
