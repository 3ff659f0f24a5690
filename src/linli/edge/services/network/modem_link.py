"""The card of a modem: what its bearer says of addresses, as a way out behind every cable. Pure."""

from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.edge.services.network.plan import CARD_NAME, Fault

METRIC: Final = 2000
"""Of its default route: above those of cables, ours (50) and what DHCP clients give theirs (100 to 1024)."""
NAMES: Final = 3
"""Name servers that a bearer may bring."""


class ModemLink(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """Addresses are IPv4 in dotted text."""

    device: str
    """As `ip a` lists it, e.g. wwan0."""
    method: Literal["dhcp", "static", "none"]
    """`none`: the card is no way out any more."""
    address: str = ""
    prefix: Annotated[int, Meta(ge=0, le=32)] = 0
    gateway: str = ""
    """Empty on a line with two ends, where everything goes to the other one."""
    dns: Annotated[list[str], Meta(max_length=NAMES)] = []
    mtu: Annotated[int, Meta(ge=0, le=65535)] = 0
    """0: the system's."""

    @property
    def interface(self) -> str:
        return f"{self.address}/{self.prefix}"


def link_faults(link: ModemLink) -> list[Fault]:
    """All that forbids this link, by field; empty: it may be written."""
    problems = []
    if not CARD_NAME.fullmatch(link.device):
        problems.append(Fault("device", "card_name", link.device))
    if link.method == "static":
        problems += _static_faults(link)
    else:
        problems += [
            Fault(name, "only_static", value)
            for name in ("address", "gateway")
            if (value := getattr(link, name))
        ]
    problems += [Fault("dns", "ipv4", name) for name in link.dns if not _is_host(name)]
    if link.mtu and link.mtu < 576:
        problems.append(Fault("mtu", "mtu", str(link.mtu)))
    return problems


def _static_faults(link: ModemLink) -> list[Fault]:
    if not _is_host(link.address):
        return [Fault("address", "ipv4", link.address)]
    try:
        network = IPv4Interface(link.interface).network
    except (AddressValueError, NetmaskValueError, ValueError):
        return [Fault("prefix", "netmask", str(link.prefix))]
    if not link.prefix:
        return [Fault("prefix", "netmask", str(link.prefix))]
    if not link.gateway:
        return []
    if not _is_host(link.gateway):
        return [Fault("gateway", "ipv4", link.gateway)]
    if link.gateway == link.address:
        return [Fault("gateway", "gateway_self", link.gateway)]
    if link.prefix < 31 and IPv4Address(link.gateway) not in network:
        return [Fault("gateway", "gateway_outside", link.gateway)]
    return []


def _is_host(text: str) -> bool:
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return False
    return not (address.is_multicast or address.is_loopback or address.is_unspecified or address.is_reserved)
