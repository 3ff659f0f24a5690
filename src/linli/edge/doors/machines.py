"""Configured door machines: their address, their abilities, and their devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from linli.protocols.door_http.messages.connection import TemperatureRule
from linli.protocols.driver_forms.doors import FaceMode


class Ability(StrEnum):
    """`accessType` of a device (spec C 8.4); each may be a device of its own on the same machine."""

    FACE = "face"
    QR = "qrcode"
    CARD = "card"
    BLE = "bluetooth"
    VIDEO = "video"
    LIFT = "elevator"


_PREFIXES: Final = (
    ("/recognize", Ability.FACE),
    ("/faceAC/", Ability.FACE),
    ("/setTempCheckRule", Ability.FACE),
    ("/qrcode", Ability.QR),
    ("/cardAC/", Ability.CARD),
    ("/setKeepOpen", Ability.CARD),
    ("/getKeepOpen", Ability.CARD),
    ("/bleAC/", Ability.BLE),
    ("/visualIntercom/", Ability.VIDEO),
    ("/elevator/", Ability.LIFT),
)


def ability_of(path: str) -> Ability | None:
    """The device of these calls; None for calls of the whole machine."""
    return next((ability for prefix, ability in _PREFIXES if path.startswith(prefix)), None)


NO_CHECK: Final = TemperatureRule(is_check=0)


@dataclass(frozen=True, slots=True)
class Machine:
    """One door machine, or one door behind an integrator's server."""

    ip: str
    """The address that it connects from and says in `/connect`."""
    devices: Mapping[Ability, str]
    """DeviceName by ability; one device may have several."""
    sn: str = ""
    """The number of a door behind a server (设备唯一标识); empty: the address alone identifies the machine."""
    port: int | None = None
    """Its own HTTP port; None: the box never calls it and the connection stays one-way."""
    ports: Mapping[Ability, int] = field(default_factory=dict)
    """Other ports for single abilities, such as the intercom's."""
    face_mode: FaceMode = "edge"
    similarity: int = 55
    """Least similarity in percent."""
    temperature: TemperatureRule = NO_CHECK
    algorithm: tuple[str, int] | None = None
    """Address of the service that makes the features of a door that compares itself; None: the box's own models."""

    @property
    def name(self) -> str:
        """Of the machine's first device, for logs."""
        return next(iter(self.devices.values()))

    @property
    def device_names(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.devices.values()))

    def device_for(self, path: str) -> str | None:
        """The device that a call belongs to; None where the machine was not configured for it."""
        ability = ability_of(path)
        return self.name if ability is None else self.devices.get(ability)

    def port_for(self, path: str) -> int | None:
        ability = ability_of(path)
        return self.port if ability is None else self.ports.get(ability, self.port)
