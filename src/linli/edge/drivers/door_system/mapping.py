"""Devices → machines: devices of the same server and number are one door."""

from collections.abc import Iterable

from linli.edge.doors.forms import grouped
from linli.edge.doors.machines import Machine
from linli.edge.drivers.door_system.config import Device as Custom
from linli.edge.framework import Device


def machines(devices: Iterable[Device[Custom]]) -> list[Machine]:
    """Raises ConfigBad for a number that is there twice with one ability: it would take all its doors offline."""
    return grouped(devices, lambda device: (device.custom.ip, device.custom.unique_id))
