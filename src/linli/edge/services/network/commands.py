"""`linli edge network`: show, check, apply and undo the network of the box on its own console or over SSH."""

import argparse
import contextlib
import os
import signal
import time
from collections.abc import Iterator
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Any

import msgspec

from linli.edge.services.network.helper import SOCKET, USER, Helper, listening, uid_of
from linli.edge.services.network.install import (
    Change,
    NetworkFiles,
    NetworkRefused,
    NothingToUndo,
    state_folder,
)
from linli.edge.services.network.plan import DNS, Fault, Plan, warnings
from linli.edge.services.network.styles import STYLES, NoStyle, style_of
from linli.edge.services.network.trial import SECONDS, Trial, TrialRecord, TrialRuns
from linli.kernel import i18n
from linli.kernel.clock import SystemClock

DONE, FAILED, WRONG = 0, 1, 2


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Give `linli edge` its word `network`."""
    network = commands.add_parser("network", help="show and set the addresses of the box")
    words = network.add_subparsers(required=True, metavar="COMMAND")
    places = argparse.ArgumentParser(add_help=False)
    places.add_argument("--style", choices=sorted(STYLES), default="", help="else the system's own is found")
    places.add_argument(
        "--folder", type=Path, help="the system's network files, else where its style has them"
    )
    home = Path(os.environ.get("LINLI_EDGE_HOME", "/var/lib/linli-edge"))
    places.add_argument("--home", type=Path, default=home, help="the box's own folder")

    words.add_parser("show", parents=[places], help="what is configured now").set_defaults(run=_show)
    words.add_parser("undo", parents=[places], help="take the last change back").set_defaults(run=_undo)
    parser = words.add_parser("apply", parents=[places], help="check a plan and write it")
    _plan_words(parser)
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--dry-run", action="store_true", help="check, and show what would change")
    when.add_argument(
        "--now", action="store_true", help="bring it into force, and take it back if the cloud is not reached"
    )
    parser.add_argument(
        "--within",
        type=_seconds,
        default=SECONDS,
        metavar="SECONDS",
        help="for the cloud, with --now (%(default)s)",
    )
    parser.set_defaults(run=_apply)
    helper = words.add_parser(
        "helper", parents=[places], help="change the network, as root, for a box that runs without that right"
    )
    helper.add_argument("--socket", type=Path, default=SOCKET, help="where orders come (%(default)s)")
    helper.add_argument("--user", default=USER, help="whose orders are taken (%(default)s)")
    helper.add_argument("--within", type=_seconds, default=SECONDS, metavar="SECONDS", help="for the cloud")
    helper.set_defaults(run=_help)
    words.add_parser(
        "resume",
        parents=[places],
        help="go on with a trial that a power cut broke off; at each start of the system",
    ).set_defaults(run=_resume)


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
        "--cellular",
        action="store_true",
        help="the modem is the only way out; power off to change the SIM card",
    )
    parser.add_argument("--inside", metavar="CARD", help="emergency only: a second card towards the devices")
    parser.add_argument("--inside-address", metavar="A.B.C.D/N")
    parser.add_argument("--inside-gateway", metavar="A.B.C.D")
    parser.add_argument(
        "--route", metavar="A.B.C.D/N", action="append", default=[], help="a VLAN behind the inside card"
    )


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 1 <= seconds <= 600:
        raise ValueError(text)
    return seconds


def _files(words: argparse.Namespace) -> NetworkFiles:
    """Raises NoStyle."""
    return NetworkFiles(style_of(name=words.style, folder=words.folder), state_folder(words.home))


def _trial(words: argparse.Namespace, files: NetworkFiles) -> Trial:
    return Trial(words.home, files, SystemClock(), seconds=getattr(words, "within", SECONDS))


def _show(words: argparse.Namespace) -> int:
    try:
        files = _files(words)
        cards = files.cards()
    except OSError as error:
        return _failed(error)
    for card, default, routes in cards:
        where = (
            f"{card.address} {card.netmask} via {card.gateway or '-'}"
            if card.method == "static"
            else card.method
        )
        print(f"{card.device:16} {where}{'  default route' if default else ''}")
        for route in routes:
            print(f"{'':16} {route}")
    print(f"{files.undoable} changes can be undone")
    record = _trial(words, files).record
    if record is not None:
        print(f"last trial: {_record_text(record)}")
    return DONE


def _apply(words: argparse.Namespace) -> int:
    try:
        files = _files(words)
        trial = _trial(words, files)
        plan = _read_plan(words)
        if words.dry_run:
            changes = files.changes(plan)
        elif words.now:
            return _try(trial, plan)
        else:
            trial.refuse_while_on()
            changes = files.apply(plan)
    except NetworkRefused as refused:
        for fault in refused.faults:
            print(_fault_text(fault))
        return WRONG
    except TrialRuns:
        return _failed(_TRIAL_RUNS)
    except KeyboardInterrupt:
        return _failed("stopped; now run: linli edge network resume")
    except (ValueError, OSError) as error:
        return _failed(error)
    _note(plan)
    _tell(files, changes, dry_run=words.dry_run)
    return DONE


def _try(trial: Trial, plan: Plan) -> int:
    """On trial. A session that ends with the old address does not end it; Ctrl-C and SIGTERM take it back."""
    with _unhurt():
        changes = trial.begin(plan)
        _note(plan)
        for change in changes:
            _say(change.diff())
        if not changes:
            _say("nothing to change\n")
            return DONE
        _say("on trial: kept when the cloud is reached in time, taken back else\n")
        try:
            record = trial.go_on()
        except KeyboardInterrupt:
            record = trial.take_back("stopped")
    return _ended(record)


def _resume(words: argparse.Namespace) -> int:
    try:
        with _unhurt():
            return _ended(_trial(words, _files(words)).resume())
    except NoStyle:
        return DONE  # then nothing was ever tried
    except TrialRuns:
        return _failed(_TRIAL_RUNS)
    except KeyboardInterrupt:
        return _failed("stopped; it goes on at the next start")
    except OSError as error:
        return _failed(error)


def _help(words: argparse.Namespace) -> int:
    """Until nobody asks it any more."""
    try:
        uid = uid_of(words.user)
        try:
            style = style_of(name=words.style, folder=words.folder)
        except NoStyle:
            style = None
        listener = listening(words.socket, uid)
        with _unhurt():
            Helper(NetworkFiles(style, state_folder(words.home)), uid=uid, seconds=words.within).serve(
                listener
            )
    except KeyError:
        return _failed(f"there is no user {words.user}")
    except KeyboardInterrupt:
        return DONE
    except OSError as error:
        return _failed(error)
    return DONE


def _ended(record: TrialRecord | None) -> int:
    if record is None:
        return DONE
    _say(f"{_record_text(record)}\n")
    return DONE if record.state in ("kept", "untried") else FAILED


@contextlib.contextmanager
def _unhurt() -> Iterator[None]:
    def stopped(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = {
        signal.SIGHUP: signal.signal(signal.SIGHUP, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, stopped),
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may be gone with the old address
        print(text, end="", flush=True)


def _record_text(record: TrialRecord) -> str:
    """One line, in the language of the session."""
    until = time.strftime("%H:%M:%S", time.localtime(record.until_ms / 1000)) if record.until_ms else ""
    state = record.state if record.ended or record.state == "asking" else "bringing"
    text = i18n.text(f"edge.network.trial_{state}", _language(), until=until)
    why = i18n.text(f"edge.network.why_{record.reason}", _language()) if record.reason else ""
    return ": ".join(part for part in (text, why, record.detail) if part)


def _failed(why: object) -> int:
    print(f"linli edge network: {why}")
    return FAILED


_TRIAL_RUNS = "a change is on trial; wait for its end, or run: linli edge network resume"


def _note(plan: Plan) -> None:
    for fault in warnings(plan):
        print(f"note: {_fault_text(fault)}")


def _tell(files: NetworkFiles, changes: list[Change], *, dry_run: bool) -> None:
    for change in changes:
        print(change.diff(), end="")
    if not changes:
        print("nothing to change")
    elif dry_run:
        print("dry run: nothing was written")
    else:
        again = _again(files, changes)
        print(f"written; in force after a restart{f', or: {again}' if again else ''}")
        print("to take it back: linli edge network undo")


def _again(files: NetworkFiles, changes: list[Change]) -> str:
    """The commands that bring them into force, for a shell."""
    style = files.style
    if style is None:
        return ""
    lines = style.commands(style.cards_of([change.name for change in changes]))
    return " && ".join(" ".join(command.words) for command in lines)


def _undo(words: argparse.Namespace) -> int:
    try:
        files = _files(words)
        _trial(words, files).refuse_while_on()
        names = files.undo()
    except NothingToUndo:
        return _failed("no change of ours is left to undo")
    except TrialRuns:
        return _failed(_TRIAL_RUNS)
    except OSError as error:
        return _failed(error)
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
    """Prefix to netmask; unreadable text is left unchanged, and the rules refuse it."""
    try:
        interface = IPv4Interface(address or "")
    except ValueError:
        return {"address": address or "", "netmask": "", "gateway": gateway or ""}
    return {"address": str(interface.ip), "netmask": str(interface.netmask), "gateway": gateway or ""}


def _fault_text(fault: Fault) -> str:
    shown = f" ({fault.value})" if fault.value else ""
    return f"{fault.field}{shown}: {i18n.text(f'edge.network.{fault.rule}', _language())}"


def _language() -> str:
    return "zh-CN" if os.environ.get("LANG", "").startswith("zh") else "en"
