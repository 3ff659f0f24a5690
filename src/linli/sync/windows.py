"""Several grants, one window on the device.

A device keeps one window per credential. A window across a gap between two grants would open the door in the gap. So
the device gets the current piece of the union, or the next one. The row is checked again when that piece ends.
"""

from collections.abc import Iterable
from typing import NamedTuple


class Window(NamedTuple):
    """UTC ms, both ends inclusive."""

    starts_ms: int
    ends_ms: int


def window_now(windows: Iterable[Window], now_ms: int) -> Window | None:
    """The piece of the union that holds at `now_ms`, else the next one, else None (all are past)."""
    current: Window | None = None
    for window in sorted(w for w in windows if w.starts_ms <= w.ends_ms and w.ends_ms >= now_ms):
        if current is None:
            current = window
        elif window.starts_ms <= current.ends_ms + 1:
            current = Window(current.starts_ms, max(current.ends_ms, window.ends_ms))
        else:
            break
    return current


def next_change(windows: Iterable[Window], now_ms: int) -> int | None:
    """When `window_now` will answer otherwise: the first ms after its present answer ends; None if never."""
    current = window_now(windows, now_ms)
    return None if current is None else current.ends_ms + 1
