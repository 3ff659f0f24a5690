"""RHEL's files of the network cards, byte for byte as the manual has them. Source: spec C 4.3.

`ifcfg-<card>` holds keys, `route-<inside card>` one static route a line.
"""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from linli.edge.services.network.modem_link import METRIC as MODEM_METRIC
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import DNS, Card, Plan
from linli.edge.services.network.style import Command, Configured, Files, Style

_DEFAULT_ROUTE: Final = re.compile(
    rb"(?m)^[ \t]*DEFROUTE[ \t]*=[ \t]*[\"']?(?:yes|true|y|t|on|1)[\"']?[ \t]*$", re.I
)
_MODEM_HEAD: Final = b"# Written by the box for its modem, and taken away when it disconnects.\n"
_KEY: Final = re.compile(r"^\s*([A-Z0-9_]+)\s*=\s*[\"']?([^\"'\n]*?)[\"']?\s*$", re.M)


class Ifcfg(Style):
    name = "ifcfg"
    usual = "/etc/sysconfig/network-scripts"

    def owns(self, name: str) -> bool:
        return name.startswith(("ifcfg-", "route-")) and name != "ifcfg-lo"

    def after(self, plan: Plan, files: Files) -> dict[str, bytes | None]:
        after: dict[str, bytes | None] = {**written(plan)}
        for card in filter(None, (plan.outside, plan.inside)):  # routes of an earlier plan on these cards
            after.setdefault(f"route-{card.device}", None)
        for name, content in files.items():
            if name.startswith("ifcfg-") and name not in after and not content.startswith(_MODEM_HEAD):
                after[name] = without_default_route(content)
        return after

    def after_link(self, link: ModemLink, files: Files) -> dict[str, bytes | None]:
        after: dict[str, bytes | None] = {
            name: None for name, content in files.items() if content.startswith(_MODEM_HEAD)
        }
        return after if link.method == "none" else after | {f"ifcfg-{link.device}": link_file(link)}

    def cards(self, files: Files) -> list[Configured]:
        configured = []
        for name in sorted(name for name in files if name.startswith("ifcfg-")):
            card, default = read_card(files[name])
            default = default and not files[name].startswith(_MODEM_HEAD)
            device = card.device or name.removeprefix("ifcfg-")
            routes = read_routes(files.get(f"route-{device}", b""))
            configured.append(Configured(msgspec.structs.replace(card, device=device), default, routes))
        return configured

    def cards_of(self, names: Sequence[str]) -> list[str]:
        return [name.removeprefix("ifcfg-") for name in names if name.startswith("ifcfg-")]

    def commands(self, cards: Sequence[str]) -> list[Command]:
        return [
            command
            for card in cards
            for command in (Command(["ifdown", card], may_fail=True), Command(["ifup", card]))
        ]


def written(plan: Plan) -> dict[str, bytes]:
    """Content by file name. The plan must have no faults. A modem's card is not written here (`link_file`)."""
    contents = {}
    if plan.outside.method != "cellular":
        contents[f"ifcfg-{plan.outside.device}"] = card_file(plan.outside, outside=True)
    if plan.inside is not None:
        contents[f"ifcfg-{plan.inside.device}"] = card_file(plan.inside, outside=False)
        if plan.routes:
            contents[f"route-{plan.inside.device}"] = route_file(plan.routes, plan.inside)
    return contents


def card_file(card: Card, *, outside: bool) -> bytes:
    if card.method == "dhcp":
        lines = ["BOOTPROTO=dhcp"] + (["PEERDNS=yes"] if outside else [])
    else:
        lines = [
            "BOOTPROTO=static",
            f"IPADDR={card.address}",
            f"NETMASK={card.netmask}",
            f"GATEWAY={card.gateway}",
        ]
        lines += [f"DNS1={card.dns}", "PEERDNS=no"] if outside else []
    lines += [f"DEFROUTE={'yes' if outside else 'no'}", "ONBOOT=yes", f'DEVICE="{card.device}"']
    return ("\n".join(lines) + "\n").encode()


def link_file(link: ModemLink) -> bytes:
    """Not at the start of the system: a modem connects when it can, and the box brings its card up then."""
    if link.method == "dhcp":
        lines = ["BOOTPROTO=dhcp", "PEERDNS=no"]
    else:
        lines = ["BOOTPROTO=static", f"IPADDR={link.address}", f"PREFIX={link.prefix}"]
        lines += [f"GATEWAY={link.gateway}"] if link.gateway else [f"GATEWAYDEV={link.device}"]
        lines += [f"DNS{number}={name}" for number, name in enumerate(link.dns, 1)]
    lines += [f"MTU={link.mtu}"] if link.mtu else []
    lines += ["DEFROUTE=yes", f"METRIC={MODEM_METRIC}", "ONBOOT=no", f'DEVICE="{link.device}"']
    return _MODEM_HEAD + ("\n".join(lines) + "\n").encode()


def route_file(routes: list[str], inside: Card) -> bytes:
    return "".join(f"{route} via {inside.gateway} dev {inside.device}\n" for route in routes).encode()


def without_default_route(content: bytes) -> bytes:
    """Another card's file without the default route, because only one card may have it; otherwise unchanged."""
    return _DEFAULT_ROUTE.sub(b"DEFROUTE=no", content)


def read_card(content: bytes) -> tuple[Card, bool]:
    """A card from its file, for showing, and whether it carries the default route. Unknown keys are passed over."""
    keys = dict(_KEY.findall(content.decode("utf-8", "replace")))
    card = Card(
        device=keys.get("DEVICE", ""),
        method="dhcp" if keys.get("BOOTPROTO", "").lower() in ("dhcp", "bootp") else "static",
        address=keys.get("IPADDR", ""),
        netmask=keys.get("NETMASK", ""),
        gateway=keys.get("GATEWAY", ""),
        dns=keys.get("DNS1", DNS if not keys.get("IPADDR") else ""),
    )
    return card, without_default_route(content) != content


def read_routes(content: bytes) -> list[str]:
    return [
        line.split()[0]
        for line in content.decode("utf-8", "replace").splitlines()
        if line.split()[1:2] == ["via"]
    ]
