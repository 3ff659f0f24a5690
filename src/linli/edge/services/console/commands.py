"""`linli edge console`: a new one-time code for the local console."""

import argparse
from pathlib import Path

from linli.edge.services.console.door import new_code

HOME = Path("/var/lib/linli-edge")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = commands.add_parser("console", help="print a one-time code to log in to the box's own page")
    parser.add_argument("--home", type=Path, default=HOME, help="the box's own folder")
    parser.set_defaults(run=_code)


def _code(words: argparse.Namespace) -> int:
    try:
        code = new_code(words.home / "console")
    except OSError as error:
        print(f"linli edge console: {error}")
        return 1
    print(f"one-time code, good for a day: {code}")
    return 0
