"""The desired configuration of a box, as a deployment stores it, and the difference of two of them. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

_HIDDEN: Final = ("passw", "secret", "deskey", "token")
"""Words of field names. A difference shows only that such a field changed, not its values."""
MASK: Final = "••••"


class SnapshotDevice(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    iot_id: str
    product_key: str
    device_name: str
    alias: str = ""
    custom: dict[str, Any] = {}


class SnapshotDriver(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    protocol_id: int
    id: str
    name: str
    version: str
    config: dict[str, Any] = {}
    devices: list[SnapshotDevice] = []


class SnapshotInterconnect(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    on: bool = False
    user: str = ""
    password: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    gateway_id: int = 0
    gateway_name: str = ""
    drivers: list[SnapshotDriver] = []
    interconnect: SnapshotInterconnect = SnapshotInterconnect()
    settings: dict[str, Any] = {}


class FieldDifference(msgspec.Struct, frozen=True, rename="camel"):
    field: str
    before: str
    after: str


class DriverDifference(msgspec.Struct, frozen=True, rename="camel"):
    driver_id: str
    protocol: str
    change: str
    """added, removed, upgraded, changed."""
    before: str
    """Version."""
    after: str


class DeviceDifference(msgspec.Struct, frozen=True, rename="camel"):
    device_name: str
    alias: str
    protocol: str
    change: str
    """added, removed, changed."""
    fields: list[FieldDifference] = []


class Differences(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`offline`: devices that are running and will be away while their driver restarts."""

    drivers: list[DriverDifference] = []
    devices: list[DeviceDifference] = []
    interconnect: bool = False
    settings: list[FieldDifference] = []
    offline: list[str] = []

    def __bool__(self) -> bool:
        return bool(self.drivers or self.devices or self.interconnect or self.settings)


def differences(before: Snapshot, after: Snapshot) -> Differences:
    """The changes for the box."""
    was, now = (
        {snapshot_driver.id: snapshot_driver for snapshot_driver in before.drivers},
        {snapshot_driver.id: snapshot_driver for snapshot_driver in after.drivers},
    )
    drivers = [
        driver_difference
        for id in {**was, **now}
        if (driver_difference := _driver(was.get(id), now.get(id))) is not None
    ]
    devices = [device for id in {**was, **now} for device in _devices(was.get(id), now.get(id))]
    touched = {difference.driver_id for difference in drivers} | {
        id
        for id, snapshot_driver in {**was, **now}.items()
        if any(device.protocol == snapshot_driver.name for device in devices)
    }
    return Differences(
        drivers=drivers,
        devices=devices,
        interconnect=before.interconnect != after.interconnect,
        settings=fields_of(before.settings, after.settings),
        offline=[
            device.device_name for id, driver in was.items() if id in touched for device in driver.devices
        ],
    )


def _driver(was: SnapshotDriver | None, now: SnapshotDriver | None) -> DriverDifference | None:
    if was is None:
        return DriverDifference(now.id, now.name, "added", "", now.version) if now else None
    if now is None:
        return DriverDifference(was.id, was.name, "removed", was.version, "")
    if was.version != now.version:
        return DriverDifference(now.id, now.name, "upgraded", was.version, now.version)
    if was.config != now.config:
        return DriverDifference(now.id, now.name, "changed", was.version, now.version)
    return None


def _devices(was: SnapshotDriver | None, now: SnapshotDriver | None) -> list[DeviceDifference]:
    name = now.name if now is not None else was.name if was is not None else ""
    old = {device.iot_id: device for device in was.devices} if was is not None else {}
    new = {device.iot_id: device for device in now.devices} if now is not None else {}
    device_differences = []
    for iot_id, snapshot_device in {**old, **new}.items():
        if iot_id not in new:
            device_differences.append(
                DeviceDifference(snapshot_device.device_name, snapshot_device.alias, name, "removed")
            )
        elif iot_id not in old:
            device_differences.append(
                DeviceDifference(snapshot_device.device_name, snapshot_device.alias, name, "added")
            )
        elif old[iot_id] != snapshot_device:
            field_differences = fields_of(
                {"alias": old[iot_id].alias, **old[iot_id].custom},
                {"alias": snapshot_device.alias, **snapshot_device.custom},
            )
            device_differences.append(
                DeviceDifference(
                    snapshot_device.device_name, snapshot_device.alias, name, "changed", field_differences
                )
            )
    return device_differences


def fields_of(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[FieldDifference]:
    """Fields that differ, secrets hidden."""
    return [
        FieldDifference(name, _word(name, before.get(name)), _word(name, after.get(name)))
        for name in {**before, **after}
        if before.get(name) != after.get(name)
    ]


def hidden(name: str) -> bool:
    """Whether a field's value is kept from people."""
    lower = name.casefold()
    return any(part in lower for part in _HIDDEN)


def _word(name: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if hidden(name):
        return MASK
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
