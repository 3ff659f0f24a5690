"""Several grants become one content on the device: its window, schedule and body, and the time of its next change."""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import msgspec

from linli.delivery.schemas import Content, Support
from linli.rules import schedules
from linli.sync import Window, next_change, window_now

LINGER_MS = 86_400_000
"""An ended right stays on the device for a day, so that the door says "expired" and not "unknown", then goes."""


class _Stretch(NamedTuple):
    """A time in which the same schedule holds. UTC ms, both ends inclusive."""

    starts_ms: int
    ends_ms: int
    schedule: str
    newest: Support


def unite(
    supports: list[Support], now_ms: int, *, keeps_schedules: bool = True, zone: str = ""
) -> tuple[str, int | None]:
    """The content for these grants on a device now, and the time of its next change.

    The window is the union's current or next piece (never a gap between two grants); the body is that of the
    newest grant in the piece. A device that keeps no schedules gets their current or next piece as its window, by
    the clocks of `zone`.
    Returns ("", None) when nothing is to be held.
    """
    if not supports:
        return "", None
    if any(support.schedule for support in supports):
        return _scheduled(supports, now_ms, keeps_schedules, zone)
    windows = [Window(support.starts_ms, support.ends_ms) for support in supports]
    window = window_now(windows, now_ms)
    if window is None:
        return _lingering(supports, now_ms)
    inside = [s for s in supports if s.starts_ms <= window.ends_ms and s.ends_ms >= window.starts_ms]
    newest = max(inside, key=lambda support: support.grant_id)
    return _content(newest, window), next_change(windows, now_ms)


def _scheduled(
    supports: list[Support], now_ms: int, keeps_schedules: bool, zone: str
) -> tuple[str, int | None]:
    for stretch in _stretches(supports, now_ms):
        window = Window(stretch.starts_ms, stretch.ends_ms)
        if not stretch.schedule or keeps_schedules:
            return _content(stretch.newest, window, stretch.schedule, zone), window.ends_ms + 1
        piece = schedules.piece_at(stretch.schedule, max(now_ms, window.starts_ms), zone)
        if piece is not None and piece.starts_ms <= window.ends_ms:
            cut = Window(max(piece.starts_ms, window.starts_ms), min(piece.ends_ms, window.ends_ms))
            return _content(stretch.newest, cut, stretch.schedule, zone, cut=True), cut.ends_ms + 1
    return _lingering(supports, now_ms)


def _stretches(supports: list[Support], now_ms: int) -> Iterator[_Stretch]:
    """The times from now on in which some grant holds, cut where the schedule that is in force changes."""
    edges = sorted({s.starts_ms for s in supports} | {s.ends_ms + 1 for s in supports})
    open_one: _Stretch | None = None
    for start, after in pairwise(edges):
        inside = [s for s in supports if s.starts_ms <= start and s.ends_ms >= after - 1]
        if after <= now_ms or not inside:
            continue
        schedule = schedules.either(s.schedule for s in inside)
        newest = max(inside, key=lambda support: support.grant_id)
        if open_one and open_one.ends_ms + 1 == start and open_one.schedule == schedule:
            newest = max(open_one.newest, newest, key=lambda support: support.grant_id)
            open_one = open_one._replace(ends_ms=after - 1, newest=newest)
            continue
        if open_one:
            yield open_one
        open_one = _Stretch(start, after - 1, schedule, newest)
    if open_one:
        yield open_one


def _lingering(supports: list[Support], now_ms: int) -> tuple[str, int | None]:
    last = max(supports, key=lambda support: (support.ends_ms, support.grant_id))
    if now_ms > last.ends_ms + LINGER_MS:
        return "", None
    return _content(last, Window(last.starts_ms, last.ends_ms)), last.ends_ms + LINGER_MS + 1


def _content(
    support: Support, window: Window, schedule: str = "", zone: str = "", *, cut: bool = False
) -> str:
    body = msgspec.Raw(support.content.encode())
    content = Content(
        window.starts_ms, window.ends_ms, support.subject, body, schedule, cut, zone if schedule else ""
    )
    return msgspec.json.encode(content).decode()
