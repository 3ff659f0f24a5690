"""`linli demo`: the words of the command, its folder and ports; `running` does the rest."""

import argparse
import math
import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import uvloop

from linli.demo.folder import DemoFolder, NotADemo
from linli.demo.progress import Terminal
from linli.demo.running import Wishes, run_demo
from linli.demo.seed import SeedFailed
from linli.kernel import i18n, telemetry
from linli.ops import file_modes
from linli.ops.layout import InUse, sharing

DEFAULT_FOLDER: Final = Path("var/demo")
HOST: Final = "127.0.0.1"
DEFAULT_WARP: Final = 30.0
"""A day in 37 minutes: something passes every second, in the rush hours more."""
DONE, FAILED = 0, 1


def run(arguments: Sequence[str]) -> int:
    """Run until SIGINT or SIGTERM. The exit code: 0 stopped, 1 it could not run, 2 wrong words."""
    words = _parser().parse_args(arguments)
    telemetry.configure("WARNING")
    terminal = Terminal(i18n.pick(os.environ.get("LC_ALL") or os.environ.get("LANG")))
    folder = DemoFolder(words.data)
    try:
        if words.reset and not _reset(folder, terminal, sure=words.yes):
            return FAILED
        wishes = Wishes(
            host=HOST,
            port=_port(words.port, "--port"),
            mqtt_port=_port(words.mqtt_port, "--mqtt-port"),
            # Beside a port that nobody chose, the one 7,000 above may be anybody's.
            mqtt_tls_port=None if words.mqtt_port else _port(0, "--mqtt-port"),
            sip_port=_port(0, "--port"),
            browser_port=_port(0, "--port"),
            warp=words.warp,
            life=not words.no_life,
            logins=words.logins,
            integrator=words.app,
            faces=words.faces,
            cameras=words.cameras,
            edge=words.edge,
            edge_port=_port(words.edge_port, "--edge-port") if words.edge else 0,
            car_park=words.car_park,
        )
        marker = folder.claim()
        with sharing(folder.layout):
            file_modes.mend(folder.layout)
            return uvloop.run(run_demo(folder, marker, wishes, terminal))
    except PortTaken as taken:
        terminal.complain("port_taken", port=taken.port, option=taken.option)
    except NotADemo as error:
        terminal.complain("not_a_demo", folder=error)
    except InUse as error:
        print(f"linli: {error.text(terminal.language)}", file=sys.stderr)
    except SeedFailed as error:
        terminal.complain("seed_failed", reason=error)
    return FAILED


class PortTaken(Exception):
    def __init__(self, port: int, option: str) -> None:
        super().__init__(port)
        self.port = port
        self.option = option


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="linli demo", description="Run the platform with a living sample community on simulated devices."
    )
    parser.add_argument("--data", type=Path, default=DEFAULT_FOLDER, help="its own data folder (%(default)s)")
    parser.add_argument(
        "--port", type=_number, default=8080, help="of the pages (%(default)s; 0: a free one)"
    )
    parser.add_argument(
        "--mqtt-port", type=_number, default=1883, help="of the devices (%(default)s; 0: a free one)"
    )
    parser.add_argument("--reset", action="store_true", help="throw the demo's data away and start anew")
    parser.add_argument("--yes", action="store_true", help="do not ask before throwing away")
    parser.add_argument("--logins", action="store_true", help="make and print new passwords")
    parser.add_argument(
        "--warp", type=_warp, default=DEFAULT_WARP, help="how many times faster the day runs (%(default)g)"
    )
    parser.add_argument(
        "--faces", action="store_true", help="look at faces with the models of `linli models --cache fetch`"
    )
    parser.add_argument(
        "--no-edge", dest="edge", action="store_false", help="without the box and its twenty doors"
    )
    parser.add_argument(
        "--edge-port",
        type=_number,
        default=8090,
        help="of the page at the box's site (%(default)s; 0: a free one)",
    )
    parser.add_argument(
        "--car-park",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="a box of its own that decides at the two lanes of a car park",
    )
    parser.add_argument(
        "--no-cameras",
        dest="cameras",
        action="store_false",
        help="without the recorder whose cameras show pictures",
    )
    parser.add_argument(
        "--no-app",
        dest="app",
        action="store_false",
        help="without the sample app that calls the open API and takes records at a webhook",
    )
    parser.add_argument("--no-life", action="store_true", help="devices are online, nobody moves")
    return parser


def _number(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise argparse.ArgumentTypeError("a port is 0 to 65535")
    return port


def _warp(text: str) -> float:
    warp = float(text)
    if not (math.isfinite(warp) and 0 < warp <= 10_000):
        raise argparse.ArgumentTypeError("more than 0, at most 10000")
    return warp


def _port(port: int, option: str) -> int:
    """The port, if it can be had; a free one for 0. Told before anything is made, since that takes seconds."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(port, option) from error
        return int(probe.getsockname()[1])


def _reset(folder: DemoFolder, terminal: Terminal, *, sure: bool) -> bool:
    """Whether to go on. Raises NotADemo, InUse."""
    folder.check()
    if folder.holds_data and not sure and not terminal.ask("ask_reset", folder=folder.path):
        terminal.say("kept")
        return False
    folder.reset()
    return True
