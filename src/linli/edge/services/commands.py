"""The words that this room gives to `linli edge`."""

import argparse

from linli.edge.services.console import commands as console
from linli.edge.services.keeping import commands as keeping
from linli.edge.services.network import commands as network


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Each sets `run`: parsed words to exit code (0 done, 1 failed, 2 wrong words)."""
    network.add_to(commands)
    keeping.add_to(commands)
    console.add_to(commands)
