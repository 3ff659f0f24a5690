"""The network of the box: a plan, its rules, the system's files, applying, trying and undoing. Source: spec C 4."""

from linli.edge.services.network.install import Change, NetworkFiles, NetworkRefused, NothingToUndo
from linli.edge.services.network.modem_link import ModemLink, link_faults
from linli.edge.services.network.plan import Card, Fault, Method, Plan, faults, warnings
from linli.edge.services.network.style import Style
from linli.edge.services.network.styles import NoStyle, style_of
from linli.edge.services.network.trial import LinkOutcome, Trial, TrialRecord, TrialRuns

__all__ = [
    "Card",
    "Change",
    "Fault",
    "LinkOutcome",
    "Method",
    "ModemLink",
    "NetworkFiles",
    "NetworkRefused",
    "NoStyle",
    "NothingToUndo",
    "Plan",
    "Style",
    "Trial",
    "TrialRecord",
    "TrialRuns",
    "faults",
    "link_faults",
    "style_of",
    "warnings",
]
