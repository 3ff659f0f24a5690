"""The network of the box: a plan, its rules, the files of the network cards, applying and undoing. Source: spec C 4."""

from linli.edge.services.network.files import FOLDER, written
from linli.edge.services.network.install import Change, NetworkFiles, NetworkRefused, NothingToUndo
from linli.edge.services.network.plan import Card, Fault, Method, Plan, faults, warnings

__all__ = [
    "FOLDER",
    "Card",
    "Change",
    "Fault",
    "Method",
    "NetworkFiles",
    "NetworkRefused",
    "NothingToUndo",
    "Plan",
    "faults",
    "warnings",
    "written",
]
