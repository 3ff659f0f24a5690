"""The box's part of a site's network plan, and its rules. Pure. Source: spec C 4.2-4.3, H 8.3.

One cable that reaches inside and outside is the standard (one card). Two cables are for emergencies: the outside card
carries the default route, the inside card a static route to each VLAN of the subsystems.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

type Method = Literal["static", "dhcp", "cellular"]
DNS: Final = "223.5.5.5"
"""The samples' name server."""
CARD_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
_ROUTES: Final = 64


class Card(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    """One network card. Addresses are IPv4 in dotted text."""

    device: str
    """As `ip a` lists it, e.g. enp95s0f0."""
    method: Method = "static"
    address: str = ""
    netmask: str = ""
    gateway: str = ""
    dns: str = DNS
    """Of the outside card only."""


class Plan(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", forbid_unknown_fields=True
):
    outside: Card
    """Carries the default route; with one card it reaches everything."""
    inside: Card | None = None
    routes: Annotated[list[str], Meta(max_length=_ROUTES)] = []
    """VLANs behind the inside card, `10.249.8.0/24`."""


class Fault(msgspec.Struct, frozen=True):
    """A field that breaks a rule. `rule` is the key of a text `edge.network.<rule>`."""

    field: str
    rule: str
    value: str = ""


def faults(plan: Plan) -> list[Fault]:
    """All that forbids this plan, by field; empty: it may be written."""
    card_faults = _card_faults("outside", plan.outside)
    if plan.inside is None:
        if plan.routes:
            card_faults.append(Fault("routes", "routes_need_inside"))
        return card_faults
    if plan.inside.method == "cellular":
        card_faults.append(Fault("inside.method", "inside_not_cellular"))
    else:
        card_faults += _card_faults("inside", plan.inside)
    if plan.inside.device == plan.outside.device:
        card_faults.append(Fault("inside.device", "card_twice", plan.inside.device))
    if plan.inside.address and plan.inside.address == plan.outside.address:
        card_faults.append(Fault("inside.address", "address_twice", plan.inside.address))
    return card_faults + _route_faults(plan.routes, plan.inside)


def warnings(plan: Plan) -> list[Fault]:
    """Settings that work but are seldom intended."""
    problems = []
    if plan.outside.method == "dhcp" and plan.inside is None:
        problems.append(Fault("outside.method", "dhcp_moves"))
    if plan.inside is not None:
        problems.append(Fault("inside", "two_cards"))
        if plan.inside.method == "static" and not plan.routes:
            problems.append(Fault("routes", "no_routes"))
    return problems


def network_of(card: Card) -> IPv4Network | None:
    try:
        return IPv4Network((card.address, card.netmask), strict=False)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def _card_faults(place: str, card: Card) -> list[Fault]:
    problems = []
    if not CARD_NAME.fullmatch(card.device):
        problems.append(Fault(f"{place}.device", "card_name", card.device))
    if card.method != "static":
        problems += [
            Fault(f"{place}.{field}", "only_static", value)
            for field in ("address", "netmask", "gateway")
            if (value := getattr(card, field))
        ]
        return problems
    for field in ("address", "netmask", "gateway", *(("dns",) if place == "outside" else ())):
        if _address(getattr(card, field)) is None:
            problems.append(Fault(f"{place}.{field}", "ipv4", getattr(card, field)))
    return problems or _static_faults(place, card)


def _static_faults(place: str, card: Card) -> list[Fault]:
    mask = int(IPv4Address(card.netmask))
    holes = ~mask & 0xFFFFFFFF
    if not mask or holes & (holes + 1) or holes < 3:
        return [Fault(f"{place}.netmask", "netmask", card.netmask)]
    network = IPv4Network((card.address, card.netmask), strict=False)
    address, gateway = IPv4Address(card.address), IPv4Address(card.gateway)
    problems = []
    if address in (network.network_address, network.broadcast_address) or not _unicast(address):
        problems.append(Fault(f"{place}.address", "host_address", card.address))
    if gateway not in network or gateway in (network.network_address, network.broadcast_address):
        problems.append(Fault(f"{place}.gateway", "gateway_outside", card.gateway))
    elif gateway == address:
        problems.append(Fault(f"{place}.gateway", "gateway_self", card.gateway))
    if place == "outside" and not _unicast(IPv4Address(card.dns)):
        problems.append(Fault(f"{place}.dns", "host_address", card.dns))
    return problems


def _route_faults(routes: list[str], inside: Card) -> list[Fault]:
    problems, seen = [], set()
    if routes and inside.method != "static":
        problems.append(Fault("routes", "routes_need_gateway"))
    own = network_of(inside)
    for n, route in enumerate(routes):
        network = _network(route)
        if network is None:
            problems.append(Fault(f"routes[{n}]", "route", route))
        elif network in seen:
            problems.append(Fault(f"routes[{n}]", "route_twice", route))
        elif network == own:
            problems.append(Fault(f"routes[{n}]", "route_own", route))
        else:
            seen.add(network)
    return problems


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def _unicast(address: IPv4Address) -> bool:
    return not (address.is_multicast or address.is_loopback or address.is_unspecified or address.is_reserved)


def _network(text: str) -> IPv4Network | None:
    """A target with its prefix; not everything (that is the default route), no host bits."""
    try:
        network = IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None
    return network if "/" in text and network.prefixlen and _unicast(network.network_address) else None
