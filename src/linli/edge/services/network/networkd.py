"""Files of systemd-networkd. Source: systemd.network(5), networkctl(1).

A card's file is `00-linli-<card>.network`: networkd takes the first that fits a card, whatever others say of it. Another
card's default route is commented out, as only one may have it; one by DHCP stands behind ours by its metric.
"""

import re
from collections.abc import Iterator, Sequence
from ipaddress import AddressValueError, IPv4Interface, NetmaskValueError
from typing import Final, NamedTuple

from linli.edge.services.network.modem_link import METRIC as MODEM_METRIC
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import DNS, Card, Plan
from linli.edge.services.network.style import METRIC, Command, Configured, Files, Style

_PREFIX: Final = "00-linli-"
_SUFFIX: Final = ".network"
_MODEM: Final = "01-linli-modem.network"
"""Of the modem's card; plans leave it alone."""
_HEAD: Final = "# Written by `linli edge network`; `linli edge network undo` takes it back.\n"
_MODEM_HEAD: Final = "# Written by the box for its modem, and taken away when it disconnects.\n"
_ALL: Final = "0.0.0.0/0"
_EVERYWHERE: Final = ("", _ALL)
_SECTION: Final = re.compile(r"\s*\[(.+)\]\s*$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9]+)\s*=\s*(.*?)\s*$")
_NO: Final = ("no", "false", "off", "0", "n", "f")


class Line(NamedTuple):
    at: int
    """Of the file's lines, from 0."""
    section: int
    """Sections may come again, as `[Route]` does: their number, from 0."""
    title: str
    key: str
    value: str


class Networkd(Style):
    name = "networkd"
    usual = "/etc/systemd/network"

    def owns(self, name: str) -> bool:
        return name.endswith(_SUFFIX) and not name.startswith(".")

    def after(self, plan: Plan, files: Files) -> dict[str, bytes | None]:
        planned: dict[str, bytes | None] = {}
        if plan.outside.method != "cellular":
            planned[_file(plan.outside)] = card_file(plan.outside, outside=True, routes=[])
        else:
            planned[_file(plan.outside)] = None  # the modem's own file says its addresses
        if plan.inside is not None:
            planned[_file(plan.inside)] = card_file(plan.inside, outside=False, routes=plan.routes)
        ours = {card.device for card in (plan.outside, plan.inside) if card is not None}
        others = {
            name: _inside(content) if name.startswith(_PREFIX) else without_default_route(content)
            for name, content in files.items()
            if name not in planned
            and name != _MODEM
            and not ours.intersection(_values(list(_lines(content)), "Match", "Name"))
        }
        return planned | others

    def after_link(self, link: ModemLink, files: Files) -> dict[str, bytes | None]:
        after: dict[str, bytes | None] = {_MODEM: None if link.method == "none" else link_file(link)}
        if (stale := f"{_PREFIX}{link.device}{_SUFFIX}") in files:  # of an earlier plan: it would come first
            after[stale] = None
        return after

    def cards(self, files: Files) -> list[Configured]:
        configured: dict[str, Configured] = {}
        for name in sorted(files):
            lines = list(_lines(files[name]))
            for device in _values(lines, "Match", "Name"):
                read = _read(device, lines)
                configured.setdefault(device, read._replace(default_route=False) if name == _MODEM else read)
        return [configured[device] for device in sorted(configured)]

    def cards_of(self, names: Sequence[str]) -> list[str]:
        return [name[len(_PREFIX) : -len(_SUFFIX)] for name in names if name.startswith(_PREFIX)]

    def commands(self, cards: Sequence[str]) -> list[Command]:
        again = [Command(["networkctl", "reconfigure", *cards])] if cards else []
        return [Command(["networkctl", "reload"]), *again]


def card_file(card: Card, *, outside: bool, routes: list[str]) -> bytes:
    sections = [f"[Match]\nName={card.device}\n"]
    if card.method == "dhcp":
        taken = f"RouteMetric={METRIC}" if outside else "UseRoutes=no\nUseGateway=no\nUseDNS=no"
        sections += ["[Network]\nDHCP=ipv4\n", f"[DHCPv4]\n{taken}\n"]
    else:
        names = f"DNS={card.dns}\n" if outside else ""
        sections.append(f"[Network]\nDHCP=no\nAddress={_interface(card)}\n{names}")
        if outside:
            sections.append(f"[Route]\nGateway={card.gateway}\nMetric={METRIC}\n")
        sections += [f"[Route]\nDestination={route}\nGateway={card.gateway}\n" for route in routes]
    if not outside:
        sections[1] += "IPv6AcceptRA=no\n"  # else a router there offers another way out
    return (_HEAD + "\n" + "\n".join(sections)).encode()


def link_file(link: ModemLink) -> bytes:
    """Nobody waits for it at the start of the system: a modem connects when it can."""
    mtu = f"MTUBytes={link.mtu}\n" if link.mtu else ""
    names = "".join(f"DNS={name}\n" for name in link.dns)
    sections = [f"[Match]\nName={link.device}\n", f"[Link]\nRequiredForOnline=no\n{mtu}"]
    if link.method == "dhcp":
        sections += ["[Network]\nDHCP=ipv4\nIPv6AcceptRA=no\n", f"[DHCPv4]\nRouteMetric={MODEM_METRIC}\n"]
    else:
        sections.append(f"[Network]\nDHCP=no\nAddress={link.interface}\n{names}IPv6AcceptRA=no\n")
        way = (
            f"Gateway={link.gateway}\nGatewayOnLink=yes"
            if link.gateway
            else f"Destination={_ALL}\nScope=link"
        )
        sections.append(f"[Route]\n{way}\nMetric={MODEM_METRIC}\n")
    return (_MODEM_HEAD + "\n" + "\n".join(sections)).encode()


def without_default_route(content: bytes) -> bytes:
    """Another card's file without a default route of its own. Else untouched, byte for byte."""
    lines = list(_lines(content))
    aside = {line.at for line in lines if _is_default(line, lines)}
    if not aside:
        return content
    parts = content.splitlines(keepends=True)
    return b"".join(b"#" + part if at in aside else part for at, part in enumerate(parts))


def _inside(content: bytes) -> bytes:
    """A file of ours from an earlier plan: its card stays, and is the way out no more."""
    lines = list(_lines(content))
    for device in _values(lines, "Match", "Name"):
        card, default, routes = _read(device, lines)
        if default:
            return card_file(card, outside=False, routes=routes)
    return content


def _file(card: Card) -> str:
    return f"{_PREFIX}{card.device}{_SUFFIX}"


def _interface(card: Card) -> IPv4Interface:
    return IPv4Interface(f"{card.address}/{card.netmask}")


def _lines(content: bytes) -> Iterator[Line]:
    section, title = -1, ""
    for at, part in enumerate(content.splitlines()):
        text = part.decode("utf-8", "replace")
        if header := _SECTION.match(text):
            section, title = section + 1, header.group(1)
        elif pair := _KEY.match(text):
            yield Line(at, section, title, pair.group(1), pair.group(2))


def _values(lines: list[Line], title: str, key: str) -> list[str]:
    return [word for line in lines if (line.title, line.key) == (title, key) for word in line.value.split()]


def _is_default(line: Line, lines: list[Line]) -> bool:
    """Whether the line gives an IPv4 default route by its gateway."""
    if line.key != "Gateway" or ":" in line.value or not line.value:
        return False
    return line.title == "Network" or (line.title == "Route" and _target(line, lines) in _EVERYWHERE)


def _target(line: Line, lines: list[Line]) -> str:
    beside = (other for other in lines if other.section == line.section and other.key == "Destination")
    return next((other.value for other in beside), "")


def _read(device: str, lines: list[Line]) -> Configured:
    by_dhcp = any(value in ("yes", "ipv4", "true", "both") for value in _values(lines, "Network", "DHCP"))
    addresses = [*_values(lines, "Network", "Address"), *_values(lines, "Address", "Address")]
    interface = next(filter(None, map(_ipv4, addresses)), None)
    defaults = [line.value for line in lines if _is_default(line, lines)]
    gateways = [
        line
        for line in lines
        if (line.title, line.key) == ("Route", "Gateway") and not _is_default(line, lines)
    ]
    refused = [
        value.lower() in _NO for key in ("UseGateway", "UseRoutes") for value in _values(lines, "DHCPv4", key)
    ]
    card = Card(
        device=device,
        method="dhcp" if by_dhcp and interface is None else "static",
        address=str(interface.ip) if interface else "",
        netmask=str(interface.netmask) if interface else "",
        gateway=next(iter(defaults or [line.value for line in gateways]), ""),
        dns=next(iter(_values(lines, "Network", "DNS")), "" if interface else DNS),
    )
    routes = [target for line in gateways if (target := _target(line, lines))]
    return Configured(card, bool(defaults) or (by_dhcp and not any(refused)), routes)


def _ipv4(text: str) -> IPv4Interface | None:
    try:
        return IPv4Interface(text)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None
