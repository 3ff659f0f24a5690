"""Open-RMF's lift messages as JSON in the operations of rosbridge: what robots send, and what they hear. Pure.

Source: rmf_lift_msgs LiftRequest and LiftState; rosbridge protocol 2.1 (publish, subscribe, status).
"""

from typing import Any, Final, Literal

import msgspec

REQUESTS: Final = ("/lift_requests", "/adapter_lift_requests")
STATES: Final = "/lift_states"
SESSIONS: Final = "/lift_sessions"
"""Ours beside the standard's: what a session waits for, and why it ended."""
END_SESSION, AGV_MODE, HUMAN_MODE = 0, 1, 2
DOOR_CLOSED, DOOR_OPEN = 0, 2
STOPPED, UP, DOWN, UNKNOWN = 0, 1, 2, 3
MODE_UNKNOWN, MODE_HUMAN, MODE_AGV, MODE_FIRE, MODE_OFFLINE, MODE_EMERGENCY = range(6)
OTHERS: Final = "occupied"
"""`session_id` of a car that another robot's session holds."""
MODES: Final = {"fire": MODE_FIRE, "emergency": MODE_EMERGENCY, "trapped": MODE_EMERGENCY}
"""By state of the car; in every other that is not normal it is as good as off-line."""


class Time(msgspec.Struct, frozen=True):
    sec: int = 0
    nanosec: int = 0

    @property
    def ms(self) -> int:
        return self.sec * 1000 + self.nanosec // 1_000_000


def time_of(ms: int) -> Time:
    return Time(ms // 1000, ms % 1000 * 1_000_000)


class LiftRequest(msgspec.Struct, frozen=True):
    """`load_kg` and `hold_seconds` are ours, and may be left out."""

    lift_name: str
    session_id: str
    request_time: Time
    request_type: Literal[0, 1, 2] = 1
    destination_floor: str = ""
    door_state: int = DOOR_OPEN
    load_kg: int | None = None
    hold_seconds: int | None = None


class LiftState(msgspec.Struct, frozen=True):
    lift_time: Time
    lift_name: str
    available_floors: list[str]
    current_floor: str
    destination_floor: str
    door_state: int
    motion_state: int
    available_modes: list[int]
    current_mode: int
    session_id: str


class SessionState(msgspec.Struct, frozen=True):
    """Of the robot's own session; `reason` tells what it waits for, or why it ended."""

    lift_name: str
    session_id: str
    state: str
    reason: str


class Operation(msgspec.Struct, frozen=True):
    """A frame. Other fields of rosbridge are read past."""

    op: str
    topic: str = ""
    id: str = ""
    msg: msgspec.Raw = msgspec.Raw(b"null")


def published(topic: str, message: Any) -> str:
    return msgspec.json.encode({"op": "publish", "topic": topic, "msg": message}).decode()


def refused(operation_id: str, code: str, text: str, field: str = "") -> str:
    """`status` of rosbridge; `code` and `field` are ours, for programs."""
    status = {"op": "status", "level": "error", "msg": text, "code": code, "field": field, "id": operation_id}
    return msgspec.json.encode({name: value for name, value in status.items() if value}).decode()
