"""The lowest quality of a picture for storing or searching: numbers only, so that pages can show them without a model."""

from typing import Final, NamedTuple


class Gate(NamedTuple):
    """The lowest quality of a picture. Degrees, pixels of the file's picture, grey 0 to 255."""

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
    "enrol": Gate(
        height=100,
        yaw=25,
        pitch=25,
        roll=35,
        sharpness=30,
        darkest=40,
        brightest=215,
        contrast=12,
        alone=True,
        whole=0.92,
    ),
    "search": Gate(
        height=60,
        yaw=45,
        pitch=40,
        roll=50,
        sharpness=8,
        darkest=15,
        brightest=245,
        contrast=5,
        alone=False,
        whole=0.75,
    ),
}
