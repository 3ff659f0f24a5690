"""How the box names itself to doors: its address on their network, and the number of the card that has it."""

import contextlib
import ipaddress
import re
import socket
import struct
import uuid
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from linli.edge.doors.identity import BoxIdentity
from linli.edge.framework.supervisor import State, Supervisor
from linli.edge.runtime.components import Params, PartFailed
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import Deployment

log = logger(__name__)

CARDS: Final = Path("/sys/class/net")
_ADDRESS_OF_CARD: Final = 0x8915
"""SIOCGIFADDR, netdevice(7)."""

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


def door_address(deployment: Deployment | None, base_url: str) -> str:
    """The one that the console set; else where packets to the first door leave from; else to the cloud."""
    if deployment is not None:
        if deployment.settings.door_address:
            return deployment.settings.door_address
        for driver in deployment.drivers:
            for device in driver.devices:
                if door := _ipv4(device.custom.get("ip")):
                    return own_address(f"http://{door}")
    return own_address(base_url)


def box_identity(serial: str, ip: str) -> BoxIdentity:
    number = f"{uuid.getnode():012X}"
    mac = card_number(ip) or "-".join(number[at : at + 2] for at in range(0, 12, 2))
    sn = _NOT_SN.sub("-", serial)[:32]
    return BoxIdentity(sn if len(sn) >= 4 else f"box-{sn}", ip, mac)


def card_number(ip: str) -> str:
    """MAC of the card that has an address, `00-16-EA-00-00-01`; empty where none of this machine has."""
    for _, card in socket.if_nameindex():
        if address_of_card(card) == ip:
            with contextlib.suppress(OSError):
                number = (CARDS / card / "address").read_text("ascii").strip().upper().replace(":", "-")
                return number if number.strip("0-") else ""
    return ""


def address_of_card(card: str) -> str:
    """Its IPv4 address; empty where it has none or there is no such card."""
    import fcntl

    name = card.encode()[:15]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        answer = fcntl.ioctl(probe.fileno(), _ADDRESS_OF_CARD, struct.pack("256s", name))
        return socket.inet_ntoa(answer[20:24])
    return ""


def check_card(params: Params) -> None:
    """Whether the card that a component was given (网卡名称, 网卡IP) is this box's. Raises PartFailed."""
    card, ip = str(params.get("nicName") or ""), str(params.get("nicIp") or "")
    if card and card not in {name for _, name in socket.if_nameindex()}:
        raise PartFailed(f"this box has no network card {card}")
    if not ip:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((ip, 0))
        except OSError:
            raise PartFailed(f"{ip} is no address of this box") from None


class DoorNaming:
    """Keeps `BoxIdentity` among what drivers are offered; they start again when the box has another address for them."""

    def __init__(self, serial: str, base_url: str, services: dict[type, object]) -> None:
        self._serial = serial
        self._base_url = base_url
        self._services = services
        services[BoxIdentity] = box_identity(serial, door_address(None, base_url))

    async def follow(self, deployment: Deployment, supervisor: Supervisor) -> None:
        named = box_identity(self._serial, door_address(deployment, self._base_url))
        if named == self._services[BoxIdentity]:
            return
        log.info("doors find this box at %s", named.ip)
        self._services[BoxIdentity] = named
        for status in supervisor.status():
            if status.state is not State.STOPPED:
                await supervisor.restart(status.driver)


def _ipv4(value: object) -> str:
    try:
        return str(ipaddress.IPv4Address(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""
