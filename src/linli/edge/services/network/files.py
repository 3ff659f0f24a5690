"""The files of the network cards, byte for byte as the manual has them. Pure. Source: spec C 4.3.

`ifcfg-<card>` holds keys, `route-<inside card>` one static route a line.
"""

import re
from typing import Final

from linli.edge.services.network.plan import DNS, Card, Plan

FOLDER: Final = "/etc/sysconfig/network-scripts"
_DEFAULT_ROUTE: Final = re.compile(
    rb"(?m)^[ \t]*DEFROUTE[ \t]*=[ \t]*[\"']?(?:yes|true|y|t|on|1)[\"']?[ \t]*$", re.I
)
_KEY: Final = re.compile(r"^\s*([A-Z0-9_]+)\s*=\s*[\"']?([^\"'\n]*?)[\"']?\s*$", re.M)


def written(plan: Plan) -> dict[str, bytes]:
    """Content by file name. The plan must have no faults. A card on cellular has no file: its modem dials by itself."""
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


def route_file(routes: list[str], inside: Card) -> bytes:
    return "".join(f"{route} via {inside.gateway} dev {inside.device}\n" for route in routes).encode()


def without_default_route(content: bytes) -> bytes:
    """Another card's file that no longer claims the default route, which only one card may. Else untouched."""
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
