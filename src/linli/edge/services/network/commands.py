"""`linli edge network`: show, check, apply and undo the network of the box on its own console or over SSH."""

import argparse
import os
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

import msgspec

from linli.edge.services.network.files import FOLDER
from linli.edge.services.network.install import Change, NetworkFiles, NetworkRefused, NothingToUndo
from linli.edge.services.network.plan import DNS, Fault, Plan, warnings
from linli.kernel import i18n

DONE, FAILED, WRONG = 0, 1, 2


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Give `linli edge` its word `network`."""
    network = commands.add_parser("network", help="show and set the addresses of the box")
    words = network.add_subparsers(required=True, metavar="COMMAND")
    places = argparse.ArgumentParser(add_help=False)
    places.add_argument("--folder", type=Path, default=Path(FOLDER), help=f"the system's scripts, {FOLDER}")
    places.add_argument("--home", type=Path, default=Path("/var/lib/linli-edge"), help="the box's own folder")

    words.add_parser("show", parents=[places], help="what is configured now").set_defaults(run=_show)
    words.add_parser("undo", parents=[places], help="take the last change back").set_defaults(run=_undo)
    parser = words.add_parser("apply", parents=[places], help="check a plan and write it")
    _plan_words(parser)
    parser.add_argument("--dry-run", action="store_true", help="check, and show what would change")
    parser.set_defaults(run=_apply)


def _plan_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--plan", type=Path, help="a plan as JSON, instead of the words below")
    parser.add_argument(
        "--outside", metavar="CARD", help="the card with the default route; the only one, mostly"
    )
    parser.add_argument("--address", metavar="A.B.C.D/N", help="static address with its prefix")
    parser.add_argument("--gateway", metavar="A.B.C.D")
    parser.add_argument("--dns", metavar="A.B.C.D", default=DNS)
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dhcp", action="store_true", help="the outside card asks for its address")
    how.add_argument(
        "--cellular", action="store_true", help="the way out is a SIM card; power off to change it"
    )
    parser.add_argument("--inside", metavar="CARD", help="emergency only: a second card towards the devices")
    parser.add_argument("--inside-address", metavar="A.B.C.D/N")
    parser.add_argument("--inside-gateway", metavar="A.B.C.D")
    parser.add_argument(
        "--route", metavar="A.B.C.D/N", action="append", default=[], help="a VLAN behind the inside card"
    )


def _files(words: argparse.Namespace) -> NetworkFiles:
    return NetworkFiles(words.folder, words.home / "network")


def _show(words: argparse.Namespace) -> int:
    files = _files(words)
    for card, default in files.cards():
        where = (
            f"{card.address} {card.netmask} via {card.gateway}" if card.method == "static" else card.method
        )
        print(f"{card.device:16} {where}{'  default route' if default else ''}")
        for route in files.routes(card.device):
            print(f"{'':16} {route}")
    print(f"{files.undoable} changes can be undone")
    return DONE


def _apply(words: argparse.Namespace) -> int:
    try:
        plan = _read_plan(words)
        changes = _files(words).changes(plan) if words.dry_run else _files(words).apply(plan)
    except NetworkRefused as refused:
        for fault in refused.faults:
            print(_fault_text(fault))
        return WRONG
    except (ValueError, OSError) as error:
        print(f"linli edge network: {error}")
        return FAILED
    for fault in warnings(plan):
        print(f"note: {_fault_text(fault)}")
    _tell(changes, dry_run=words.dry_run)
    return DONE


def _tell(changes: list[Change], *, dry_run: bool) -> None:
    for change in changes:
        print(change.diff(), end="")
    if not changes:
        print("nothing to change")
    elif dry_run:
        print("dry run: nothing was written")
    else:
        cards = [change.name.removeprefix("ifcfg-") for change in changes if change.name.startswith("ifcfg-")]
        again = "; ".join(f"ifdown {card} && ifup {card}" for card in cards)
        print(f"written; in force after a restart{f', or: {again}' if cards else ''}")
        print("to take it back: linli edge network undo")


def _undo(words: argparse.Namespace) -> int:
    try:
        names = _files(words).undo()
    except NothingToUndo:
        print("linli edge network: no change of ours is left to undo")
        return FAILED
    except OSError as error:
        print(f"linli edge network: {error}")
        return FAILED
    print(f"as before: {', '.join(names)}")
    return DONE


def _read_plan(words: argparse.Namespace) -> Plan:
    """Raises ValueError, OSError; NetworkRefused is left to the rules."""
    if words.plan is not None:
        return msgspec.json.decode(words.plan.read_bytes(), type=Plan)
    if not words.outside:
        raise ValueError("--outside CARD or --plan FILE is needed")
    method = "dhcp" if words.dhcp else "cellular" if words.cellular else "static"
    outside = {
        "device": words.outside,
        "method": method,
        **_addresses(words.address, words.gateway),
        "dns": words.dns,
    }
    plan: dict[str, Any] = {"outside": outside, "routes": words.route}
    if words.inside:
        plan["inside"] = {
            "device": words.inside,
            "method": "static" if words.inside_address else "dhcp",
            **_addresses(words.inside_address, words.inside_gateway),
        }
    return msgspec.convert(plan, Plan)


def _addresses(address: str | None, gateway: str | None) -> dict[str, str]:
    """Prefix to netmask; what cannot be read is left as it is for the rules to refuse."""
    try:
        interface = IPv4Interface(address or "")
    except ValueError:
        return {"address": address or "", "netmask": "", "gateway": gateway or ""}
    return {"address": str(interface.ip), "netmask": str(interface.netmask), "gateway": gateway or ""}


def _fault_text(fault: Fault) -> str:
    language = "zh-CN" if os.environ.get("LANG", "").startswith("zh") else "en"
    shown = f" ({fault.value})" if fault.value else ""
    return f"{fault.field}{shown}: {i18n.text(f'edge.network.{fault.rule}', language)}"
