"""A machine as one of its devices shows it: the card reader. On the bench each device is certified by itself."""

from linli.edge.doors.simulator.subject import HERE, MachineSubject
from linli.edge.framework.certification import Kit


def create(kit: Kit) -> MachineSubject:
    return MachineSubject(
        kit,
        lambda port: {"ip": HERE, "port": port, "accessType": "card"},
        abilities=frozenset(("card",)),
        sn="device-0001",
    )
