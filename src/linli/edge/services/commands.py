"""The words that this room gives to `linli edge`."""

import argparse
from collections.abc import Sequence

from linli.edge.services.console import commands as console
from linli.edge.services.keeping import commands as keeping
from linli.edge.services.network import commands as network


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Each sets `run`: parsed words to exit code (0 done, 1 failed, 2 wrong words)."""
    network.add_to(commands)
    keeping.add_to(commands)
    console.add_to(commands)


def run(arguments: Sequence[str]) -> int:
    """These words alone, while the box does not run. The exit code."""
    parser = argparse.ArgumentParser(prog="linli edge", description="The edge box of a site.")
    add_to(parser.add_subparsers(required=True, metavar="COMMAND"))
    words = parser.parse_args(arguments)
    code: int = words.run(words)
    return code
