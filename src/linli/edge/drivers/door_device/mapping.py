"""Devices → machines: those at one address are one machine."""

from collections.abc import Iterable

from linli.edge.doors.forms import grouped
from linli.edge.doors.machines import Machine
from linli.edge.drivers.door_device.config import Device as Custom
from linli.edge.framework import Device


def machines(devices: Iterable[Device[Custom]]) -> list[Machine]:
    """Raises ConfigBad when two devices of one machine claim the same ability."""
    return grouped(devices, lambda device: (device.custom.ip, ""))
