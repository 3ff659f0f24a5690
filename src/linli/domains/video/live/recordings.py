"""What a recorder says that it has, by GB/T 28181's RecordInfo: the question, and its answers read. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from linli.kernel.errors import NotFound
from linli.protocols import gb28181 as gb

_CHINA: Final = timedelta(hours=8)
_TYPES: Final = {"time": 0, "alarm": 1, "manual": 2, "all": 0, "": 0}
"""Kinds of recordings as cameras say them, and as the open API does."""
_NAMES: Final = {0: "time", 1: "alarm", 2: "manual", 99: "all"}


class Recording(NamedTuple):
    """What a recorder has. Seconds since 1970."""

    begin_s: int
    end_s: int
    kind: int
    """0 planned, 1 alarm, 2 by hand."""
    size: int
    """Bytes; 0: it does not say."""
    file: str
    """By which it can be asked for: its span, and the recorder's own name."""


def question(begin_s: int, end_s: int, kind: int) -> dict[str, str | int]:
    """Fields of the question for a span. `kind`: 99: all."""
    return {
        "StartTime": _china(begin_s),
        "EndTime": _china(end_s),
        "Secrecy": 0,
        "Type": _NAMES.get(kind, "all"),
    }


def within(items: Iterable[object], begin_s: int, end_s: int, kind: int) -> list[Recording]:
    """Of the items of answers those of the span, each once, the earliest first; what cannot be read is left out."""
    by_span = {
        (recording.begin_s, recording.end_s, recording.kind): recording
        for item in items
        if (recording := _recording(item)) is not None
    }
    wanted = (recording for recording in by_span.values() if kind in (99, recording.kind))
    return sorted(
        recording for recording in wanted if recording.end_s > begin_s and recording.begin_s < end_s
    )


def _recording(item: object) -> Recording | None:
    values = dict(item) if isinstance(item, dict) else {}
    begin, end = (gb.date_text(values.get(name, "")) for name in ("StartTime", "EndTime"))
    if not begin or not end:
        return None
    begin_s, end_s = _seconds(begin), _seconds(end)
    if begin_s is None or end_s is None or end_s <= begin_s:
        return None
    size = values.get("FileSize", "")
    kind = _TYPES.get(values.get("Type", "").lower(), 0)
    number = int(size) if size.isascii() and size.isdigit() and len(size) < 16 else 0
    return Recording(begin_s, end_s, kind, number, f"{begin_s}-{end_s}-{kind}")


def _seconds(text: str) -> int | None:
    try:
        at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return int((at - _CHINA).timestamp())


def _china(seconds: int) -> str:
    return (datetime.fromtimestamp(seconds, UTC) + _CHINA).strftime("%Y-%m-%dT%H:%M:%S")


def span_of(file: str) -> tuple[int, int]:
    """The span that a recording's file name says. Raises NotFound."""
    begin, _, rest = file.partition("-")
    end = rest.partition("-")[0]
    if not all(text.isascii() and text.isdigit() and len(text) <= 11 for text in (begin, end)) or int(
        end
    ) <= int(begin):
        raise NotFound(what="recording", id=file[:64])
    return int(begin), int(end)
