"""A door behind an integrator's server, with cards."""

from linli.edge.doors.simulator.subject import HERE, MachineSubject
from linli.edge.framework.certification import Kit


def create(kit: Kit) -> MachineSubject:
    return MachineSubject(
        kit,
        lambda port: {"ip": HERE, "port": port, "accessType": "card", "uniqueId": "UC-1271"},
        abilities=frozenset(("card",)),
        sn="UC-1271",
    )
