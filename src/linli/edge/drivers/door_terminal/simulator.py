"""A terminal with everything that the protocol knows, comparing faces itself."""

from linli.edge.doors.simulator.subject import HERE, MachineSubject
from linli.edge.framework.certification import Kit

ABILITIES = ("face", "qrcode", "card", "bluetooth", "video", "elevator")


def create(kit: Kit) -> MachineSubject:
    return MachineSubject(
        kit,
        lambda port: {
            "ip": HERE,
            "port": port,
            "abilities": list(ABILITIES),
            "faceCompareMode": "device",
            "elevatorConnected": 1,
        },
        abilities=frozenset((*ABILITIES, "device_face")),
        sn="terminal-0001",
    )
