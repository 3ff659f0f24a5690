"""Numbers and names of remote work, and what follows from a heartbeat. Pure. Sources: spec C 4.4-4.5, H 5.9."""

from typing import Final, NamedTuple

KEPT_FIGURES_DAYS: Final = 7
KEPT_LINES_DAYS: Final = 14
"""Of logs that boxes send."""
LINES_A_DAY: Final = 200_000
"""For one box, so that a driver that repeats its lines all day takes no space of other boxes."""
LEVELS: Final = ("info", "warning", "error")
KEPT_DAYS: Final = 180
"""Of tunnels and of the on/off-line log."""

TICKET_MS: Final = 60_000
"""A ticket that was not used by then is void."""
BOX_SECONDS: Final = 20.0
"""How long a person waits for the box to come."""
MINUTES: Final = range(1, 121)
DEFAULT_MINUTES: Final = 30
TOOLS_MINUTES: Final = 5
MOST_OPEN: Final = 6
"""Tunnels of one box at once."""
REASON_CHARS: Final = range(2, 201)
TRANSCRIPT_CHARS: Final = 200_000
"""Of a terminal's screen; later bytes are counted, not stored."""


CPU_WARN: Final = 85.0
MEMORY_WARN: Final = 85.0
DISK_WARN: Final = 85.0
TEMPERATURE_WARN: Final = 75.0
CLOCK_WARN_MS: Final = 5_000
BACKLOG_WARN: Final = 1_000


class Threshold(NamedTuple):
    """From `warn` on a figure is shown as a warning."""

    figure: str
    unit: str
    warn: float


THRESHOLDS: Final = (
    Threshold("cpu", "%", CPU_WARN),
    Threshold("memory", "%", MEMORY_WARN),
    Threshold("disk", "%", DISK_WARN),
    Threshold("temperature", "°C", TEMPERATURE_WARN),
    Threshold("uplinkBacklog", "", BACKLOG_WARN),
    Threshold("clockOffsetMs", "ms", CLOCK_WARN_MS),
)
