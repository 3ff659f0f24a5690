"""Pure: a span of time without its recordings, each part with why there are none."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from linli.domains.video.recording_rows import ERASED, NEAR_MS, OPEN, UNPLANNED, Gap, Segment

DAY_MS: Final = 86_400_000
GROWING_MS: Final = 15_000
"""So much a file that still grows may have beyond what its row says."""


class Hole(NamedTuple):
    begin_ms: int
    end_ms: int
    cause: str


def uncovered(segments: Sequence[Segment], begin_ms: int, end_ms: int) -> list[tuple[int, int]]:
    """Parts of a span without a file. `segments`: the earliest first."""
    parts: list[tuple[int, int]] = []
    at = begin_ms
    for segment in segments:
        if segment.begin_ms - at > NEAR_MS:
            parts.append((at, min(segment.begin_ms, end_ms)))
        at = max(at, segment.end_ms + (GROWING_MS if segment.state == OPEN else 0))
    if end_ms - at > NEAR_MS:
        parts.append((at, end_ms))
    return parts


def holes(
    segments: Sequence[Segment], gaps: Iterable[Gap], begin_ms: int, end_ms: int, *, now_ms: int, days: int
) -> list[Hole]:
    """Why there is nothing, for each part of the span that has passed and has no file."""
    ordered = sorted(gaps, key=lambda gap: gap.begin_ms)
    parts: list[Hole] = []
    for first, last in uncovered(segments, begin_ms, min(end_ms, now_ms)):
        at = first
        for gap in ordered:
            until = min(gap.end_ms or now_ms, last)
            since = max(gap.begin_ms, at)
            if until - since <= 0:
                continue
            parts += _silent(at, since, now_ms, days)
            parts.append(Hole(since, until, gap.cause))
            at = until
        parts += _silent(at, last, now_ms, days)
    return parts


def _silent(begin_ms: int, end_ms: int, now_ms: int, days: int) -> list[Hole]:
    """Of such a part no gap tells: the plan did not want it, or its time is over."""
    if end_ms - begin_ms <= NEAR_MS:
        return []
    over_ms = now_ms - days * DAY_MS
    parts = ((begin_ms, min(end_ms, over_ms), ERASED), (max(begin_ms, over_ms), end_ms, UNPLANNED))
    return [Hole(*part) for part in parts if part[1] > part[0]]
