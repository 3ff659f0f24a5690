"""Rows of picture health: the last look at a camera, its references, and what is wrong with its picture."""

from typing import Final, Literal, NamedTuple, get_args

type Kind = Literal["black", "white", "covered", "moved", "frozen", "blurred"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
"""What a picture shows, the worst first."""

CLOCK, LOST = "clock", "lost"
"""Its time is wrong; minutes of its recording are missing."""
FINDINGS: Final = (*KINDS, LOST, CLOCK)
"""The worst first: that is how lists are sorted."""
MOST_SEEN_DAYS: Final = 30
"""A finding that is no longer looked at goes with its picture, and so do references."""


class Verdict(NamedTuple):
    kind: Kind | Literal["clock", "lost"]
    sure: int
    """Of a hundred."""
    facts: dict[str, str | int]


def needed(kind: str) -> int:
    """Looks in a row, before it counts. What is over three looks or a day already needs no second one."""
    return 1 if kind in ("frozen", "lost") else 2


class Health(NamedTuple):
    """A row of `camera_health`, in the order of the columns."""

    iot_id: str
    tenant_id: str
    community_id: int
    off: int = 0
    tried_ms: int = 0
    looked_ms: int = 0
    trouble: str = ""
    mark: str = ""
    alike: int = 0
    in_place: int = -1
    spent_ms: int = 0


class View(NamedTuple):
    """A row of `camera_views`, in the order of the columns."""

    iot_id: str
    period: str
    tenant_id: str
    community_id: int
    sight: bytes
    jpeg: bytes
    set_by: str
    at_ms: int


class Finding(NamedTuple):
    """A row of `camera_findings`, in the order of the columns."""

    iot_id: str
    kind: str
    tenant_id: str
    community_id: int
    looks: int
    counts: int
    sure: int
    facts: str
    jpeg: bytes
    since_ms: int
    seen_ms: int
    muted_until_ms: int = 0


class ListedFinding(NamedTuple):
    """For lists: without its picture, with the camera."""

    camera_id: int
    name: str
    iot_id: str
    kind: str
    sure: int
    facts: str
    since_ms: int
    seen_ms: int
    muted_until_ms: int
    has_picture: int


class Due(NamedTuple):
    """A camera that is online; `tried_ms` null: it was never seen before."""

    iot_id: str
    tenant_id: str
    tried_ms: int | None
