"""Playlists of live streams in fragmented MP4. Source: RFC 8216, 4.3."""

import math
from collections.abc import Sequence
from typing import NamedTuple


class Segment(NamedTuple):
    uri: str
    seconds: float


def playlist(first: int, segments: Sequence[Segment], head_uri: str, *, ended: bool = False) -> bytes:
    """`first`: number of the first segment; `head_uri`: where the part before all segments is."""
    longest = max((math.ceil(segment.seconds) for segment in segments), default=1)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{max(1, longest)}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        f'#EXT-X-MAP:URI="{head_uri}"',
    ]
    for segment in segments:
        lines += [f"#EXTINF:{segment.seconds:.3f},", segment.uri]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return ("\n".join(lines) + "\n").encode()
