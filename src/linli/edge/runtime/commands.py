"""`linli edge …`: set a box up, run it, see how it is."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from linli.edge.cloud import (
    BoxClock,
    CloudRefused,
    CloudUnreachable,
    Identity,
    activate,
    hardware_id,
    load_identity,
    save_identity,
)
from linli.edge.cloud.identity import default_serial
from linli.edge.framework.device_logs import DeviceLogs
from linli.edge.remote import commands as remote
from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.remote.logs import RuntimeLog
from linli.edge.runtime.compose import Box
from linli.edge.runtime.diagnosis import diagnose_by
from linli.edge.runtime.lan import Lan, Ports
from linli.edge.runtime.network import own_address
from linli.edge.runtime.state import Inactive
from linli.edge.runtime.status import STATUS, STATUS_S
from linli.edge.services import commands as services
from linli.edge.services.console.door import new_code
from linli.kernel import telemetry
from linli.kernel.ids import Ids

DONE, FAILED, WRONG = 0, 1, 2
STALE_S: Final = 6 * STATUS_S
"""A box that lost its power, or hangs, leaves its last status behind."""
HOME: Final = Path(os.environ.get("LINLI_EDGE_HOME", "/var/lib/linli-edge"))


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 done, 1 failed, 2 wrong words."""
    words = _parser().parse_args(arguments)
    code: int = words.run(words)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linli edge", description="The edge box of a site.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    home = argparse.ArgumentParser(add_help=False)
    home.add_argument("--home", type=Path, default=HOME, help="the box's folder (default: %(default)s)")

    command = commands.add_parser("setup", parents=[home], help="activate this box with its code")
    command.add_argument(
        "--cloud", required=True, help="address of the platform, e.g. https://linli.example.com"
    )
    command.add_argument("--code", required=True, help="activation code, as the console shows it")
    command.add_argument(
        "--serial", help="serial number as entered in the console; default: made of this machine"
    )
    command.add_argument(
        "--model", default="", help="model as on the label; default: as entered in the console"
    )
    command.add_argument("--once", action="store_true", help="fail at once when the platform does not answer")
    command.set_defaults(run=_setup)

    command = commands.add_parser("serial", parents=[home], help="print this machine's own serial number")
    command.set_defaults(run=_serial)

    command = commands.add_parser("run", parents=[home], help="run the box until it is told to stop")
    command.add_argument(
        "--models", type=Path, help="folder of face models (default: models in the box's folder)"
    )
    command.add_argument(
        "--lan", default="0.0.0.0", help="address to offer files, local MQTT and the page on; empty: none"
    )
    command.set_defaults(run=_run)

    command = commands.add_parser("status", parents=[home], help="how the running box is")
    command.add_argument("--json", action="store_true")
    command.set_defaults(run=_status)
    services.add_to(commands)
    remote.add_to(commands)
    return parser


def _setup(words: argparse.Namespace) -> int:
    existing = load_identity(words.home)
    if existing is not None:
        name = existing.activated.node.name
        print(
            f"linli edge setup: this box is {name} ({existing.node_id}) already; remove {words.home} to begin anew"
        )
        return FAILED
    serial = words.serial or default_serial(words.home)
    print(f"serial number {serial}: calling {words.cloud}")
    work = activate(
        words.cloud,
        serial=serial,
        code=words.code,
        hardware=hardware_id(words.home),
        clock=BoxClock(),
        ids=Ids(),
        report=lambda text: print(text, flush=True),
        model=words.model,
        tries=1 if words.once else None,
    )
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
    print(
        f"its own page: port {Ports().console}; one-time code, good for a day: {new_code(words.home / 'console')}"
    )
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
    telemetry.configure()
    with contextlib.suppress(KeyboardInterrupt):
        _loop(words, identity)
    return DONE


def _loop(words: argparse.Namespace, identity: Identity | None) -> None:
    import uvloop

    uvloop.run(_until_stopped(words, identity))


async def _until_stopped(words: argparse.Namespace, identity: Identity | None) -> None:
    event = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, event.set)
    ports = Ports(host=words.lan) if words.lan else None
    if identity is None:
        identity = await _until_active(words.home, ports, event)
    if identity is None:
        return
    box = Box(words.home, identity, models=words.models, ports=ports)
    logging.getLogger("linli").addHandler(RuntimeLog(box.logs))
    await box.start()
    try:
        await event.wait()
    finally:
        await box.stop()


async def _until_active(home: Path, ports: Ports | None, stop: asyncio.Event) -> Identity | None:
    """Show the box's own page, where it can be activated; None: it was stopped first."""
    print(
        "not active yet: open this box's page, or run: linli edge setup --cloud URL --code CODE", flush=True
    )
    if ports is None:
        return None
    clock = BoxClock()
    state = Inactive(home, clock)
    lan = Lan(
        home,
        state,
        ports,
        clock=clock,
        logs=DeviceLogs(clock, home / "logs"),
        diagnose=diagnose_by(Doctor(clock, home, Target())),
    )
    await lan.start()
    address = own_address("") if ports.host == "0.0.0.0" else ports.host
    where = f"http://{address}:{lan.console_port}"
    print(f"{where}  one-time code, good for a day: {new_code(home / 'console')}", flush=True)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((stopped, state.identity), return_when=asyncio.FIRST_COMPLETED)
        await asyncio.sleep(0.5)  # the page gets its answer
        return state.identity.result() if state.identity.done() else None
    finally:
        stopped.cancel()
        await lan.stop()


def _status(words: argparse.Namespace) -> int:
    try:
        file = words.home / STATUS
        status: dict[str, Any] = json.loads(file.read_text("utf-8"))
        age_s = time.time() - file.stat().st_mtime
    except (OSError, ValueError):
        active = load_identity(words.home) is not None
        print("the box does not run" if active else "this box is not active", file=sys.stderr)
        return FAILED
    if age_s > STALE_S:
        print(f"the box does not run: it said nothing for {int(age_s)} s", file=sys.stderr)
        return FAILED
    if words.json:
        print(json.dumps(status, ensure_ascii=False))
        return DONE
    uplink, cloud = status["uplink"], status["cloud"]
    print(
        f"node       {status['node']['name']} ({status['node']['id']}),"
        f" serial {status['serialNumber']}, {status['version']}"
    )
    print(
        f"cloud      {cloud['baseUrl']}: line {cloud['line']}{f' ({cloud["why"]})' if cloud['why'] else ''}"
    )
    print(
        f"uplink     {uplink['backlog']} wait, {uplink['sent']} sent, {uplink['pictureBytes'] >> 20} MiB of pictures"
    )
    print(f"deployment {status['generation']}")
    for driver in status["drivers"]:
        why = f" ({driver['why']})" if driver["why"] else ""
        print(
            f"driver     {driver['id']}: {driver['state']}{why}, {driver['online']} of {driver['devices']} devices online"
        )
    for device, why in status["refused"].items():
        print(f"refused    {device}: {why}")
    return DONE
