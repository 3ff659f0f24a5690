"""What the manifest of an exported recording says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from linli import __version__
from linli.domains.video.recorder.timeline import Hole
from linli.domains.video.recording_rows import Segment
from linli.domains.video.rows import Camera

_NOT_BURNT: Final = (
    "The name of who exported is not in the picture: it is not encoded anew. No part of it is hidden."
)
_BURNT: Final = "Parts of the picture are filled for privacy, so it was encoded anew."


class Asked(NamedTuple):
    """Who exports what, and why."""

    begin_ms: int
    end_ms: int
    name: str
    account: str
    reason: str
    at_ms: int


def facts_of(
    camera: Camera,
    asked: Asked,
    files: Sequence[Segment],
    gaps: Sequence[Hole],
    zone: ZoneInfo,
    *,
    masks: int,
) -> dict[str, Any]:
    """Of the manifest, beside its files. `files`, `gaps`: of the span."""

    def time(ms: int) -> str:
        return datetime.fromtimestamp(ms / 1000, zone).isoformat(timespec="milliseconds")

    def span(begin_ms: int, end_ms: int) -> dict[str, str]:
        return {"begin": time(max(begin_ms, asked.begin_ms)), "end": time(min(end_ms, asked.end_ms))}

    return {
        "platform": {"name": "Linli", "version": __version__},
        "camera": {"id": str(camera.camera_id), "name": camera.name, "device": camera.iot_id},
        "community": str(camera.community_id),
        "asked": span(asked.begin_ms, asked.end_ms),
        "contained": [span(each.begin_ms, each.end_ms) for each in files],
        "begins": "with the last key picture at or before the asked time",
        "gaps": [{**span(each.begin_ms, each.end_ms), "cause": each.cause} for each in gaps],
        "exported": {
            "by": asked.name, "account": asked.account, "at": time(asked.at_ms), "reason": asked.reason,
        },
        "picture": _BURNT if masks else _NOT_BURNT,
        "masks": masks,
    }  # fmt: skip
