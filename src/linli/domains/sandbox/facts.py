"""Ids of what is in a sandbox; examples are filled with them."""

from typing import Final, NamedTuple

import msgspec


class SimDevice(msgspec.Struct, frozen=True):
    """One simulated device."""

    name: str
    """Short name of the sandbox's own: a key of `devices.KINDS`."""
    iot_id: str
    product_key: str
    device_name: str


class Facts(msgspec.Struct, kw_only=True):
    """Ids as on the wire. `spare`: objects that an example may delete or use up, by name."""

    project_id: str = ""
    community_id: int = 0
    scope_id: str = ""
    root: int = 0
    building: int = 0
    unit: int = 0
    house: int = 0
    asset: int = 0
    group: str = ""
    person: str = ""
    door_person: str = ""
    qr_code: str = ""
    card: str = ""
    record: int = 0
    file_name: str = ""
    stream: int = 0
    notice: int = 0
    proof: str = ""
    face: str = ""
    sn: str = ""
    devices: list[SimDevice] = []
    spare: dict[str, str | int] = {}
    count: int = 0
    """Counts names that must be unique."""

    def device(self, name: str) -> SimDevice:
        """Raises KeyError."""
        for device in self.devices:
            if device.name == name:
                return device
        raise KeyError(name)


class Kind(NamedTuple):
    """One simulated device and its product."""

    name: str
    title: str
    category: str
    device_name: str
    sn: str = ""


KINDS: Final[tuple[Kind, ...]] = (
    Kind("door", "沙箱门禁一体机", "community/people/aio", "sandbox-door", "SANDBOX0001"),
    Kind("lift", "沙箱梯控", "community/people/elevator", "sandbox-lift"),
    Kind("meter", "沙箱电表", "community/eba/powermeter", "sandbox-meter"),
    Kind("thermometer", "沙箱温度传感器", "community/eba/temper", "sandbox-thermometer"),
    Kind("smoke", "沙箱烟雾探测器", "community/indoor/smoke", "sandbox-smoke"),
)
NAMES: Final = tuple(kind.name for kind in KINDS)
CARD: Final = "SANDBOXCARD1"
"""The card that the sandbox's door accepts."""
