"""Rows of the recorder: plans, files, gaps and views, with what their words may be."""

from typing import Final, NamedTuple

OFF, PLAN, EVENT = "off", "plan", "event"
MODES: Final = (OFF, PLAN, EVENT)
"""Not; in the hours; in the hours, but only around alarms."""
MANUAL: Final = "manual"
"""A cause beside the two modes that record."""
OPEN, WHOLE, ERASING = "open", "whole", "erasing"
DISK_FULL, QUOTA, RESTARTED, INTERRUPTED, UNPLANNED, ERASED = (
    "disk_full", "quota", "restarted", "interrupted", "unplanned", "erased",
)  # fmt: skip
"""Why nothing is there, besides the codes of errors; the last but one is no row but follows from the plan, and the last
is one only where files went before their days were over."""
LOOKS: Final = ("live", "picture", "test", "play", "device", "download", "lock", "unlock", "order", "talk")
"""Live pictures, one picture, the doctor's test; recordings of the platform and of a recorder played, taken, locked; a
command to the camera, and a voice."""
LASTING: Final = ("live", "talk")
"""Of these, those that go on for a while."""
SEEING: Final = ("live", "picture", "test", "play", "device", "download")
"""Of these, those by which somebody sees pictures."""
SURFACES: Final = ("console", "wall", "lane", "phone", "openapi", "upper")
"""Where it was seen: a camera's page, the wall, lane control, the staff's phone, a program with a key, an upper
platform."""
SILENT_MS: Final = 60_000
"""A live look without a sign of life for so long is over."""
NEAR_MS: Final = 1_500
"""What is shorter lies between two files that go on."""


class Plan(NamedTuple):
    """A row of `recording_plans`, in the order of the columns."""

    iot_id: str
    tenant_id: str
    community_id: int
    mode: str = OFF
    hours: str = ""
    sub: int = 0
    days: int = 30
    most_mb: int = 0
    manual_since_ms: int = 0
    manual_until_ms: int = 0
    manual_by: str = ""
    event_until_ms: int = 0
    changed_ms: int = 0


class Segment(NamedTuple):
    """A row of `recording_segments`, in the order of the columns."""

    segment_id: int
    tenant_id: str
    community_id: int
    iot_id: str
    begin_ms: int
    end_ms: int
    bytes: int
    cause: str
    state: str
    locked: int


class Gap(NamedTuple):
    """A row of `recording_gaps`, in the order of the columns."""

    gap_id: int
    tenant_id: str
    community_id: int
    iot_id: str
    begin_ms: int
    end_ms: int
    cause: str


class View(NamedTuple):
    """Who looked at a camera, took something of it away, or locked it."""

    view_id: int
    iot_id: str
    caller: str
    what: str
    surface: str
    begin_ms: int
    end_ms: int
    over: int
    reason: str
    sha256: str
    at_ms: int

    def goes_on(self, now_ms: int) -> bool:
        """A look that ended with its process is over at its last sign of life."""
        return not self.over and now_ms - self.end_ms < SILENT_MS


class Use(NamedTuple):
    """How much of a camera there is."""

    segments: int
    bytes: int
    first_ms: int
    locked_bytes: int
