"""How devices at one place become one machine. Source: spec C 8.4-8.6; the forms are `protocols.driver_forms.doors`."""

from collections.abc import Callable, Iterable
from typing import Any

from linli.edge.doors.machines import NO_CHECK, Ability, Machine
from linli.edge.framework import ConfigBad, Device
from linli.protocols.door_http.messages.connection import TemperatureRule
from linli.protocols.driver_forms.doors import DoorFields


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
