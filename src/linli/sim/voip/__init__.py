"""The device SDK for door stations, in Python: the calls of the Android one, for simulated doors and for makers who try
a door before they build it. Source: spec G 3.10 (A44 to A62).

`line` logs in and carries calls by SIP, `talk` sends and hears a call's media, `picture` and `sound` make them.
"""

from linli.sim.voip.calls import CallState, EndReason, VoipCall
from linli.sim.voip.line import AccountState, LineFailed
from linli.sim.voip.manager import Account, Door, EdgeBoxManager, Event, VoipAccount, VoipError, VoipManager
from linli.sim.voip.recorder import VoipRecorder

__all__ = [
    "Account",
    "AccountState",
    "CallState",
    "Door",
    "EdgeBoxManager",
    "EndReason",
    "Event",
    "LineFailed",
    "VoipAccount",
    "VoipCall",
    "VoipError",
    "VoipManager",
    "VoipRecorder",
]
