"""`linli edge …`: set a box up, run it, see how it is."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from linli.edge.cloud import (
    BoxClock,
    CloudRefused,
    CloudUnreachable,
    activate,
    hardware_id,
    load_identity,
    save_identity,
)
from linli.edge.cloud.identity import default_serial
from linli.edge.remote import commands as remote
from linli.edge.remote.logs import RuntimeLog
from linli.edge.runtime.compose import STATUS, Box
from linli.edge.services import commands as services
from linli.kernel import telemetry
from linli.kernel.ids import Ids

DONE, FAILED, WRONG = 0, 1, 2
HOME: Final = Path(os.environ.get("LINLI_EDGE_HOME", "/var/lib/linli-edge"))


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 failed, 2 wrong words."""
    words = _parser().parse_args(arguments)
    code: int = words.run(words)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linli edge", description="The appliance of a site.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    home = argparse.ArgumentParser(add_help=False)
    home.add_argument("--home", type=Path, default=HOME, help="the box's folder (default: %(default)s)")

    one = commands.add_parser("setup", parents=[home], help="activate this box with its code")
    one.add_argument("--cloud", required=True, help="address of the platform, e.g. https://linli.example.com")
    one.add_argument("--code", required=True, help="activation code, as the console shows it")
    one.add_argument(
        "--serial", help="serial number as entered in the console; default: made of this machine"
    )
    one.add_argument("--model", default="", help="model as on the label; default: as entered in the console")
    one.add_argument("--once", action="store_true", help="fail at once when the platform does not answer")
    one.set_defaults(run=_setup)

    one = commands.add_parser("serial", parents=[home], help="print this machine's own serial number")
    one.set_defaults(run=_serial)

    one = commands.add_parser("run", parents=[home], help="run the box until it is told to stop")
    one.add_argument(
        "--models", type=Path, help="folder of face models (default: models in the box's folder)"
    )
    one.set_defaults(run=_run)

    one = commands.add_parser("status", parents=[home], help="how the running box is")
    one.add_argument("--json", action="store_true")
    one.set_defaults(run=_status)
    services.add_to(commands)
    remote.add_to(commands)
    return parser


def _setup(words: argparse.Namespace) -> int:
    held = load_identity(words.home)
    if held is not None:
        name = held.activated.node.name
        print(
            f"linli edge setup: this box is {name} ({held.node_id}) already; remove {words.home} to begin anew"
        )
        return FAILED
    serial = words.serial or default_serial(words.home)
    print(f"serial number {serial}: calling {words.cloud}")
    work = activate(
        words.cloud, serial=serial, code=words.code, hardware=hardware_id(words.home), clock=BoxClock(), ids=Ids(),
        said=lambda text: print(text, flush=True), model=words.model, tries=1 if words.once else None,
    )  # fmt: skip
    try:
        identity = asyncio.run(work)
    except msgspec.ValidationError as error:
        print(f"linli edge setup: {error}", file=sys.stderr)
        return WRONG
    except (CloudRefused, CloudUnreachable) as error:
        print(f"linli edge setup: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    save_identity(words.home, identity)
    if words.model:
        (words.home / "model").write_text(words.model, "utf-8")
    print(f"active: node {identity.activated.node.name} ({identity.node_id}); start it with: linli edge run")
    return DONE


def _serial(words: argparse.Namespace) -> int:
    print(default_serial(words.home))
    return DONE


def _run(words: argparse.Namespace) -> int:
    try:
        identity = load_identity(words.home)
    except ValueError as error:
        print(f"linli edge run: {error}", file=sys.stderr)
        return FAILED
    if identity is None:
        print(
            "linli edge run: not active yet; run first: linli edge setup --cloud URL --code CODE",
            file=sys.stderr,
        )
        return WRONG
    telemetry.configure()
    box = Box(words.home, identity, models=words.models)
    logging.getLogger("linli").addHandler(RuntimeLog(box.logs))
    with contextlib.suppress(KeyboardInterrupt):
        _loop(box)
    return DONE


def _loop(box: Box) -> None:
    import uvloop

    uvloop.run(_until_told(box))


async def _until_told(box: Box) -> None:
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    await box.start()
    try:
        await told.wait()
    finally:
        await box.stop()


def _status(words: argparse.Namespace) -> int:
    try:
        told: dict[str, Any] = json.loads((words.home / STATUS).read_text("utf-8"))
    except (OSError, ValueError):
        active = load_identity(words.home) is not None
        print("the box does not run" if active else "this box is not active", file=sys.stderr)
        return FAILED
    if words.json:
        print(json.dumps(told, ensure_ascii=False))
        return DONE
    uplink, cloud = told["uplink"], told["cloud"]
    print(
        f"node       {told['node']['name']} ({told['node']['id']}), serial {told['serialNumber']}, {told['version']}"
    )
    print(
        f"cloud      {cloud['baseUrl']}: line {cloud['line']}{f' ({cloud["why"]})' if cloud['why'] else ''}"
    )
    print(
        f"uplink     {uplink['backlog']} wait, {uplink['sent']} sent, {uplink['pictureBytes'] >> 20} MiB of pictures"
    )
    print(f"deployment {told['generation']}")
    for one in told["drivers"]:
        why = f" ({one['why']})" if one["why"] else ""
        print(
            f"driver     {one['id']}: {one['state']}{why}, {one['online']} of {one['devices']} devices online"
        )
    for device, why in told["refused"].items():
        print(f"refused    {device}: {why}")
    return DONE
