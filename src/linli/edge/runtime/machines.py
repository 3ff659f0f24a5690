"""The deployed devices of one machine: a door with its lock, its reader and its camera."""

from collections.abc import Iterable

from linli.protocols.edge_link import DeployedDriver


class Machines:
    """One per box; the deployer says it again with each deployment."""

    def __init__(self) -> None:
        self._of: dict[str, tuple[str, ...]] = {}

    def learn(self, drivers: Iterable[DeployedDriver]) -> None:
        """Devices at the same place are one machine, in the form for door drivers (`doors.forms.grouped`)."""
        places: dict[tuple[str, str, str], list[str]] = {}
        for driver in drivers:
            for device in driver.devices:
                ip = str(device.custom.get("ip") or device.device_name)
                sn = str(device.custom.get("uniqueId") or "")
                places.setdefault((driver.id, ip, sn), []).append(device.device_name)
        self._of = {name: tuple(names) for names in places.values() for name in names}

    def siblings(self, device: str) -> tuple[str, ...]:
        """All devices of the machine that a device belongs to, itself first."""
        return (device, *(name for name in self._of.get(device, ()) if name != device))
