"""A device → a machine with all its abilities."""

from collections.abc import Iterable

from linli.edge.doors.forms import algorithm, temperature_rule
from linli.edge.doors.machines import Ability, Machine
from linli.edge.drivers.door_terminal.config import Device as Custom
from linli.edge.framework import Device


def machines(devices: Iterable[Device[Custom]]) -> list[Machine]:
    return [_machine(device) for device in devices]


def _machine(device: Device[Custom]) -> Machine:
    custom = device.custom
    abilities = {Ability(ability) for ability in custom.abilities}
    if not custom.elevator_connected:
        abilities.discard(Ability.LIFT)
    return Machine(
        ip=custom.ip,
        devices={ability: device.name for ability in Ability if ability in abilities}
        or {Ability.CARD: device.name},
        port=custom.port or None,
        ports={Ability.VIDEO: custom.video_port} if custom.video_port else {},
        face_mode=custom.face_compare_mode,
        similarity=custom.face_similarity,
        temperature=temperature_rule(custom),
        algorithm=algorithm(custom),
    )
