"""States of one desired row, and the delivery statuses of the spec read off them."""

from collections.abc import Sequence
from enum import StrEnum


class State(StrEnum):
    WAITING = "waiting"
    """To be sent at its next try."""
    SENDING = "sending"
    """With the device now; sent again when the lease runs out without a result."""
    HELD = "held"
    """The device confirmed that it holds what is wanted."""
    REMOVED = "removed"
    """The device confirmed that it holds nothing, and nothing is wanted."""
    OFFLINE = "offline"
    """Waits for the device to come back, for days if need be."""
    TIMED_OUT = "timed_out"
    FAILED = "failed"
    """Refused by the device; tried again later."""
    NEEDS_PERSON = "needs_person"
    """All tries used. Only a person or a change of what is wanted starts it again."""


SETTLED = frozenset((State.HELD, State.REMOVED))

_WRITING = {
    State.WAITING: "toBeTransferred",
    State.SENDING: "transferring",
    State.HELD: "transferred",
    State.REMOVED: "transferDeleted",
    State.OFFLINE: "deviceOffline",
    State.TIMED_OUT: "transferTimeout",
    State.FAILED: "unknownError",
    State.NEEDS_PERSON: "needManual",
}
_DELETING = _WRITING | {State.TIMED_OUT: "deleteTimeout", State.FAILED: "deleteFailed"}
FAULTS = {
    "image_download": "faceDlError",
    "image_check": "faceCheckError",
    "image_check_timeout": "faceCheckTimeout",
    "library_full": "facePushError",
    "device_store": "facePushError",
}
"""Reasons with a status of their own while a picture is brought to a device (spec B 2.1 FACE_SYNC, E 5.1)."""
_FAULTY = (State.FAILED, State.TIMED_OUT)


def wire_status(state: State, *, deleting: bool, reason: str = "") -> str:
    """The status of spec B 2.1 (FACE_SYNC, CAR_SYNC) and E 5.1: `toBeTransferred`, `transferred`, `needManual` …"""
    if not deleting and state in _FAULTY and reason in FAULTS:
        return FAULTS[reason]
    return (_DELETING if deleting else _WRITING)[state]


def states_of(statuses: Sequence[str], *, deleting: bool) -> list[State]:
    """The states that show as one of `statuses`; unknown statuses match nothing."""
    shown = _DELETING if deleting else _WRITING
    return [state for state in State if shown[state] in statuses]


def faults_of(statuses: Sequence[str]) -> list[str]:
    """The reasons in FAULTS that show as one of `statuses`."""
    return [reason for reason, status in FAULTS.items() if status in statuses]
