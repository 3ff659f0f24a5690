"""The fields that all door forms share, and how devices at one place become one machine. Source: spec C 8.4-8.6."""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from msgspec import Meta

from linli.edge.doors.machines import NO_CHECK, Ability, FaceMode, Machine
from linli.edge.framework import ConfigBad, Device, DriverConfig
from linli.protocols.door_http.messages.connection import TemperatureRule

Celsius = Annotated[str, Meta(pattern=r"^(3\d|4[0-4])\.\d$|^45\.0$")]
"""30.0 to 45.0 with one decimal."""
Port = Annotated[int, Meta(ge=0, le=65535)]


class DoorFields(DriverConfig, frozen=True, kw_only=True):
    ip: Annotated[str, Meta(max_length=15)]
    face_similarity: Annotated[int, Meta(ge=0, le=100)] = 55
    """Percent."""
    face_compare_mode: FaceMode = "edge"
    is_check: Annotated[int, Meta(ge=0, le=1)] = 0
    """Whether the door takes temperatures."""
    max_threshold: Celsius | None = None
    min_threshold: Celsius | None = None
    algorithm_ip: Annotated[str, Meta(max_length=15)] = ""
    """Where features are made for a door that compares itself."""
    algorithm_port: Port = 0

    def __post_init__(self) -> None:
        for field, value in (("ip", self.ip), ("algorithmIp", self.algorithm_ip or "0.0.0.0")):
            try:
                ipaddress.IPv4Address(value)
            except ValueError:
                raise ValueError(f"{field}: must be an IPv4 address") from None
        if self.is_check:
            if self.max_threshold is None or self.min_threshold is None:
                raise ValueError("maxThreshold: both limits are required when temperatures are taken")
            if float(self.min_threshold) >= float(self.max_threshold):
                raise ValueError("minThreshold: must be below maxThreshold")


def temperature_rule(fields: DoorFields) -> TemperatureRule:
    if not fields.is_check:
        return NO_CHECK
    return TemperatureRule(is_check=1, max_threshold=fields.max_threshold, min_threshold=fields.min_threshold)


def algorithm(fields: DoorFields) -> tuple[str, int] | None:
    return (
        (fields.algorithm_ip, fields.algorithm_port)
        if fields.algorithm_ip and fields.algorithm_port
        else None
    )


def grouped(devices: Iterable[Device[Any]], place: Callable[[Device[Any]], tuple[str, str]]) -> list[Machine]:
    """One machine for each (ip, sn), one device for each ability. Raises ConfigBad for an ability that is there twice.

    Devices have `access_type` and `port` beside the common fields. The machine's own port is that of its first device
    that has one, faces before others, and each ability keeps its own.
    """
    places: dict[tuple[str, str], dict[Ability, Device[Any]]] = {}
    for device in devices:
        at, ability = places.setdefault(place(device), {}), Ability(device.custom.access_type)
        if ability in at:
            raise ConfigBad(field=device.name, rule=f"{at[ability].name} has {ability} at this place already")
        at[ability] = device
    return [_machine(ip, sn, at) for (ip, sn), at in places.items()]


def _machine(ip: str, sn: str, at: dict[Ability, Device[Any]]) -> Machine:
    ordered = {ability: at[ability] for ability in Ability if ability in at}
    ports = {ability: device.custom.port for ability, device in ordered.items() if device.custom.port}
    face = at.get(Ability.FACE)
    return Machine(
        ip=ip,
        sn=sn,
        devices={ability: device.name for ability, device in ordered.items()},
        port=next(iter(ports.values()), None),
        ports=ports,
        face_mode="edge" if face is None else face.custom.face_compare_mode,
        similarity=55 if face is None else face.custom.face_similarity,
        temperature=NO_CHECK if face is None else temperature_rule(face.custom),
        algorithm=None if face is None else algorithm(face.custom),
    )
