"""How the box names itself to doors: the address that its cloud (or its LAN) is reached from, and that card's number."""

import contextlib
import re
import socket
import uuid
from typing import Any
from urllib.parse import urlsplit

from linli.edge.doors.identity import BoxIdentity

_NOT_SN = re.compile(r"[^A-Za-z0-9\-_@.:]")


def own_address(base_url: str) -> str:
    """The IPv4 address that packets to the cloud leave from; nothing is sent."""
    parts = urlsplit(base_url)
    target = (parts.hostname or "192.0.2.1", parts.port or 80)
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(target)
        return str(probe.getsockname()[0])
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return str(probe.getsockname()[0])
    return "127.0.0.1"


def box_identity(serial: str, base_url: str, settings: dict[str, Any]) -> BoxIdentity:
    """`settings.doorAddress` where the doors' network is another one than the cloud's."""
    address = settings.get("doorAddress")
    ip = address if isinstance(address, str) and address else own_address(base_url)
    number = f"{uuid.getnode():012X}"
    mac = "-".join(number[at : at + 2] for at in range(0, 12, 2))
    sn = _NOT_SN.sub("-", serial)[:32]
    return BoxIdentity(sn if len(sn) >= 4 else f"box-{sn}", ip, mac)
