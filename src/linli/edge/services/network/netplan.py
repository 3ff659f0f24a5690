"""Files of netplan. Source: netplan's YAML reference, netplan-apply(8).

The plan is written to `90-linli.yaml`. Netplan merges a card's definitions of all files and appends their lists, so a
card of the plan is taken out of the other files. Their other settings of the card (its MAC, its MTU, the cards of a
bond, the key of a wireless network) move with it. Another card's default route goes: only one may have it.
"""

import io
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Interface, NetmaskValueError
from typing import Any, Final

import yaml
from yaml.emitter import Emitter
from yaml.representer import SafeRepresenter
from yaml.resolver import BaseResolver
from yaml.serializer import Serializer

from linli.edge.services.network.modem_link import METRIC as MODEM_METRIC
from linli.edge.services.network.modem_link import ModemLink
from linli.edge.services.network.plan import DNS, Card, Plan
from linli.edge.services.network.style import METRIC, Command, Configured, Files, FileUnreadable, Style

OURS: Final = "90-linli.yaml"
_MODEM: Final = "91-linli-modem.yaml"
"""Of the modem's card; plans leave it alone."""
_MODEM_HEAD: Final = "# Written by the box for its modem, and taken away when it disconnects.\n"
_HEAD: Final = "# Written by `linli edge network`; `linli edge network undo` takes it back.\n"
_DEFAULT: Final = ("default", "0.0.0.0/0")
_KINDS: Final = ("ethernets", "wifis", "modems", "bonds", "bridges", "vlans", "dummy-devices", "tunnels")
_ADDRESSING: Final = frozenset(("dhcp4", "dhcp4-overrides", "addresses", "gateway4", "nameservers", "routes"))
_YES: Final = ("true", "yes", "on", "y", "1")
_NO_WAY_OUT: Final = {"use-routes": "false", "use-dns": "false"}
_DEEPEST: Final = 20

type Tree = dict[str, Any]


class _Dumper(Emitter, Serializer, SafeRepresenter, BaseResolver):  # type: ignore[misc]
    """Writes every scalar as the text that it was read as: `12:30:00:11:22:33` is no number."""

    def __init__(self, stream: io.StringIO) -> None:
        Emitter.__init__(self, stream, allow_unicode=True, width=120)
        Serializer.__init__(self)
        SafeRepresenter.__init__(self, default_flow_style=False, sort_keys=False)
        BaseResolver.__init__(self)

    def ignore_aliases(self, data: Any) -> bool:
        return True


class Netplan(Style):
    name = "netplan"
    usual = "/etc/netplan"
    mode = 0o600

    def owns(self, name: str) -> bool:
        return name.endswith(".yaml") and not name.startswith(".")

    def after(self, plan: Plan, files: Files) -> dict[str, bytes | None]:
        trees = {name: _read(name, files[name]) for name in sorted(files) if name != _MODEM}
        changed: set[str] = set()
        planned: Tree = {}
        for card, outside in ((plan.outside, True), (plan.inside, False)):
            if card is None:
                continue
            kind, key = "ethernets", card.device
            kept: Tree = {}
            for name, tree in trees.items():
                for taken in _taken_out(tree, card.device):
                    kind, key, earlier = taken
                    kept |= {word: value for word, value in earlier.items() if word not in _ADDRESSING}
                    changed.add(name)
            if card.method != "cellular":  # the modem's own file says its addresses
                wanted = kept | definition(card, outside=outside, routes=plan.routes)
                planned.setdefault(kind, {})[key] = wanted
        changed |= {name for name, tree in trees.items() if _give_up_default(tree)}
        ours = trees.pop(OURS, {"network": {"version": "2"}})
        for kind, cards in planned.items():
            ours["network"].setdefault(kind, {}).update(cards)
        content = _written(ours)
        if OURS in files and _read(OURS, files[OURS]) == _read(OURS, content):
            content = files[OURS]
        after: dict[str, bytes | None] = {OURS: content}
        return after | {name: _written(trees[name]) for name in changed if name != OURS}

    def after_link(self, link: ModemLink, files: Files) -> dict[str, bytes | None]:
        if link.method == "none":
            return {_MODEM: None}
        tree = {"network": {"version": "2", "ethernets": {link.device: link_definition(link)}}}
        return {_MODEM: _written(tree, _MODEM_HEAD)}

    def cards(self, files: Files) -> list[Configured]:
        merged: Tree = {}
        for name in sorted(files):
            for kind in _KINDS:
                for key, words in _devices(_read(name, files[name]), kind).items():
                    device = str(words.get("set-name", key))
                    merged[device] = merged.get(device, {}) | words
        modem = _devices(_read(_MODEM, files[_MODEM]), "ethernets") if _MODEM in files else {}
        configured = [_configured(device, merged[device]) for device in sorted(merged)]
        return [
            read._replace(default_route=False) if read.card.device in modem else read for read in configured
        ]

    def commands(self, cards: Sequence[str]) -> list[Command]:
        return [Command(["netplan", "apply"])]


def definition(card: Card, *, outside: bool, routes: list[str]) -> Tree:
    """A card's own words. Scalars are texts, as `_Dumper` writes them."""
    if card.method == "dhcp":
        taken = {"route-metric": str(METRIC)} if outside else dict(_NO_WAY_OUT)
        tree: Tree = {"dhcp4": "true", "dhcp4-overrides": taken}
    else:
        interface = IPv4Interface(f"{card.address}/{card.netmask}")
        tree = {"dhcp4": "false", "addresses": [str(interface)]}
        if outside:
            tree["nameservers"] = {"addresses": [card.dns]}
            tree["routes"] = [{"to": "default", "via": card.gateway, "metric": str(METRIC)}]
        elif routes:
            tree["routes"] = [{"to": route, "via": card.gateway} for route in routes]
    return tree if outside else tree | {"accept-ra": "false"}


def link_definition(link: ModemLink) -> Tree:
    """Nobody waits for it at the start of the system: a modem connects when it can."""
    tree: Tree = {"optional": "true", "accept-ra": "false"}
    if link.mtu:
        tree["mtu"] = str(link.mtu)
    if link.method == "dhcp":
        return tree | {"dhcp4": "true", "dhcp4-overrides": {"route-metric": str(MODEM_METRIC)}}
    way = {"via": link.gateway, "on-link": "true"} if link.gateway else {"scope": "link"}
    tree |= {"dhcp4": "false", "addresses": [link.interface]}
    tree["routes"] = [{"to": "0.0.0.0/0", **way, "metric": str(MODEM_METRIC)}]
    if link.dns:
        tree["nameservers"] = {"addresses": list(link.dns)}
    return tree


def _read(name: str, content: bytes) -> Tree:
    try:
        tree = yaml.load(content, Loader=yaml.BaseLoader) or {}  # every scalar stays a text
        _check_depth(tree)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise FileUnreadable(f"{name} cannot be read: {error}") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("network") or {}, dict):
        raise FileUnreadable(f"{name} cannot be read: it has no `network`")
    tree["network"] = tree.get("network") or {}
    for kind in _KINDS:
        if not isinstance(_section(tree, kind), dict):
            raise FileUnreadable(f"{name} cannot be read: `{kind}` holds no cards")
    return tree


def _check_depth(tree: Any, depth: int = 0) -> None:
    if depth > _DEEPEST:
        raise RecursionError("it is nested too deeply")
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        _check_depth(part, depth + 1)


def _section(tree: Tree, kind: str) -> Any:
    return tree["network"].get(kind) or {}


def _devices(tree: Tree, kind: str) -> dict[str, Tree]:
    return {device: words for device, words in _section(tree, kind).items() if isinstance(words, dict)}


def _written(tree: Tree, head: str = _HEAD) -> bytes:
    out = io.StringIO()
    dumper = _Dumper(out)
    dumper.open()
    dumper.represent(tree)
    dumper.close()
    return (head + out.getvalue()).encode()


def _taken_out(tree: Tree, device: str) -> list[tuple[str, str, Tree]]:
    """(kind, key, definition) of a card, no longer in the tree. One with another key has its name as `set-name`."""
    parts = []
    for kind in _KINDS:
        for key, words in _devices(tree, kind).items():
            if device in (key, words.get("set-name")):
                parts.append((kind, key, tree["network"][kind].pop(key)))
        if kind in tree["network"] and not tree["network"][kind]:
            del tree["network"][kind]
    return parts


def _give_up_default(tree: Tree) -> bool:
    """Whether a card of it had one. A default route by DHCP stands behind ours, unless it is of an earlier plan."""
    had = False
    for kind in _KINDS:
        for words in _devices(tree, kind).values():
            had |= words.pop("gateway4", None) is not None
            overrides = words.get("dhcp4-overrides")
            if isinstance(overrides, dict) and overrides.get("route-metric") == str(METRIC):
                words["dhcp4-overrides"], had = dict(_NO_WAY_OUT), True
            routes = words.get("routes")
            if isinstance(routes, list):
                kept = [route for route in routes if not _is_default(route)]
                had |= len(kept) != len(routes)
                if kept:
                    words["routes"] = kept
                else:
                    del words["routes"]
    return had


def _is_default(route: Any) -> bool:
    return isinstance(route, dict) and route.get("to") in _DEFAULT


def _configured(device: str, words: Tree) -> Configured:
    interface = next(filter(None, map(_ipv4, _list(words.get("addresses")))), None)
    by_dhcp = words.get("dhcp4", "").lower() in _YES if isinstance(words.get("dhcp4"), str) else False
    routes = [route for route in _list(words.get("routes")) if isinstance(route, dict)]
    defaults = [str(route.get("via", "")) for route in routes if _is_default(route)]
    defaults += [words["gateway4"]] if isinstance(words.get("gateway4"), str) else []
    others = [route for route in routes if not _is_default(route)]
    names, overrides = words.get("nameservers"), words.get("dhcp4-overrides")
    servers = _list(names.get("addresses")) if isinstance(names, dict) else []
    refused = isinstance(overrides, dict) and overrides.get("use-routes") == "false"
    card = Card(
        device=device,
        method="dhcp" if by_dhcp and interface is None else "static",
        address=str(interface.ip) if interface else "",
        netmask=str(interface.netmask) if interface else "",
        gateway=next(iter(defaults or [str(route.get("via", "")) for route in others]), ""),
        dns=next((server for server in servers if isinstance(server, str)), "" if interface else DNS),
    )
    targets = [str(route["to"]) for route in others if "to" in route]
    return Configured(card, bool(defaults) or (by_dhcp and not refused), targets)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _ipv4(text: Any) -> IPv4Interface | None:
    try:
        return IPv4Interface(text) if isinstance(text, str) else None
    except (AddressValueError, NetmaskValueError, ValueError):
        return None
