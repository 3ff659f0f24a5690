"""Names and addresses of this machine. Sources: netdevice(7), proc(5) on if_inet6."""

import fcntl
import ipaddress
import socket
import struct
from pathlib import Path
from typing import Final

_SIOCGIFADDR: Final = 0x8915
_GLOBAL_SCOPE: Final = 0
_TEMPORARY, _DEPRECATED, _TENTATIVE = 0x01, 0x20, 0x40
_INET6: Final = Path("/proc/net/if_inet6")


def addresses() -> list[str]:
    """Addresses of its interfaces except the loopback: IPv4 first, then permanent global IPv6."""
    ips = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        for _, name in socket.if_nameindex():
            try:
                answer = fcntl.ioctl(asked, _SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
            except OSError:  # without an IPv4 address
                continue
            ips.append(str(ipaddress.IPv4Address(answer[20:24])))
    ips += _ipv6()
    return [address for address in ips if not ipaddress.ip_address(address).is_loopback]


def names() -> list[str]:
    """Its host name, and its name by multicast (mDNS)."""
    name = socket.gethostname().strip(".").lower()
    if not name or not all(_is_label(label) for label in name.split(".")):
        return []
    return [name] if "." in name else [name, f"{name}.local"]


def _is_label(text: str) -> bool:
    letters = text.replace("-", "")
    return 0 < len(text) <= 63 and letters.isascii() and letters.isalnum() and text.strip("-") == text


def _ipv6() -> list[str]:
    try:
        lines = _INET6.read_text("ascii").splitlines()
    except OSError:
        return []
    ips = []
    for line in lines:
        digits, _, _, scope, flags, _ = line.split()
        passing = int(flags, 16) & (_TEMPORARY | _DEPRECATED | _TENTATIVE)
        if int(scope, 16) == _GLOBAL_SCOPE and not passing:
            ips.append(str(ipaddress.IPv6Address(bytes.fromhex(digits))))
    return ips
