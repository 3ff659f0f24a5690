"""Turning and zooming in the numbers of `PTZActionControl`, whatever a camera speaks.

0 left, 1 right, 2 up, 3 down, 4 up and left, 5 up and right, 6 down and left, 7 down and right, 8 in, 9 out.
"""

from typing import Final, NamedTuple


class Move(NamedTuple):
    """-1, 0 or 1 each: left or right, down or up, out or in. All 0: stop."""

    across: int = 0
    up: int = 0
    zoom: int = 0


ACTIONS: Final = (
    Move(-1), Move(1), Move(0, 1), Move(0, -1), Move(-1, 1), Move(1, 1), Move(-1, -1), Move(1, -1),
    Move(0, 0, 1), Move(0, 0, -1),
)  # fmt: skip
"""By `ActionType`."""
STEP_MOST: Final = 10
SPEED_MOST: Final = 9
PRESETS_MOST: Final = 255
MOVE_S: Final = 5.0
"""A move that nobody ends or goes on with stops by itself."""


def nudge_s(step: int) -> float:
    """How long a camera that knows no steps turns for one: 0.2 s for step 0, 1.2 s for step 10."""
    return 0.2 + max(0, min(STEP_MOST, step)) / 10


NO_SERVICE, BAD_VALUE, CAMERA_AWAY = 404, 460, 503
CANNOT_STEER, NO_SUCH_PRESET, NO_FREE_PRESET, CAMERA_REFUSES, LOG_IN_REFUSED = 6201, 6202, 6203, 6204, 6205
"""Codes of refusals in answers of cameras behind a box. The message is for logs; pages have words of their own."""

START, STOP, NUDGE = "StartPTZAction", "StopPTZAction", "PTZActionControl"
GO_TO_PRESET, SET_PRESET, DELETE_PRESET = "PTZGotoPreset", "PTZSetPreset", "PTZDeletePreset"
GO_HOME, QUERY, SET_CRUISE, START_CRUISE = "PTZGotoHome", "PTZQuery", "PTZSetCruise", "PTZStartCruise"
SERVICES: Final = frozenset(
    (START, STOP, NUDGE, GO_TO_PRESET, SET_PRESET, DELETE_PRESET, GO_HOME, QUERY, SET_CRUISE, START_CRUISE)
)
"""Of the thing model of cameras."""
