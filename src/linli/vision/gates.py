"""What a picture must reach to be kept or searched with; numbers alone, so that pages can tell them without any model."""

from typing import Final, NamedTuple


class Gate(NamedTuple):
    """What a picture must reach. Degrees, pixels of the file's picture, grey 0 to 255."""

    height: float
    """Of the face from forehead to chin."""
    yaw: float
    pitch: float
    roll: float
    sharpness: float
    darkest: float
    brightest: float
    contrast: float
    alone: bool
    """Whether the face must be the only one."""
    whole: float
    """How much of the face's box must lie in the picture."""


GATES: Final[dict[str, Gate]] = {
    "enrol": Gate(100, 25, 25, 35, 30, 40, 215, 12, alone=True, whole=0.92),
    "search": Gate(60, 45, 40, 50, 8, 15, 245, 5, alone=False, whole=0.75),
}
