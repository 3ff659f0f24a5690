"""Rows of plates that the platform reads. Times are UTC ms."""

from typing import Final, Literal, NamedTuple

type Outcome = Literal["read", "hint", "none", "agrees", "differs"]
READ: Final = "read"
"""The camera read no plate, and the pass went on with ours."""
HINT: Final = "hint"
"""The camera read none, and ours is for a person to look at: unsure, or of a car that does not pass by itself."""
NONE: Final = "none"
"""No plate was seen."""
AGREES: Final = "agrees"
DIFFERS: Final = "differs"
"""Ours is surely another one than the camera's: for a person."""


class ReadingRule(NamedTuple):
    lane_id: int
    tenant_id: str
    community_id: int
    is_on: int
    lets_guests_in: int
    doubt_below: float
    changed_ms: int


class PlateReading(NamedTuple):
    pass_id: int
    tenant_id: str
    community_id: int
    lane_id: int
    outcome: str
    plate: str
    confidence: float
    pictures: int
    opens: int
    model_id: str
    made_ms: int
