"""Small pictures out of recordings, for the line of a day: key pictures, decoded by FFmpeg, in memory up to a quota.

They lie on no disk, and are found by way of the file's row: what was erased has none any more.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from linli.domains.video.recorder.ledger import Ledger
from linli.domains.video.recording_rows import Segment
from linli.media import stills
from linli.media.recorder import files
from linli.media.stills import Box

MOST_BYTES: Final = 16 * 1024 * 1024
WIDTH: Final = 160
_MOST_FRAGMENT: Final = 4 * 1024 * 1024

type _Key = tuple[int, int, tuple[Box, ...]]


class FilmStills:
    def __init__(self, ledger: Ledger, *, most_bytes: int = MOST_BYTES) -> None:
        self._ledger = ledger
        self._most = most_bytes
        self._made: OrderedDict[_Key, bytes] = OrderedDict()
        self.bytes = 0

    async def still(self, segment: Segment, at_ms: int, hidden: Sequence[Box]) -> bytes:
        """JPEG of the last key picture at or before a moment of the file. Raises NoStill."""
        path, after = self._ledger.path(segment), max(0, at_ms - segment.begin_ms) * 90
        try:
            there = await self._ledger.blocking(lambda: files.contents(path))
        except OSError as error:
            raise stills.NoStill from error
        if not there.extents:
            raise stills.NoStill
        number = files.begin_of(there, after)
        key = (segment.segment_id, number, tuple(hidden))
        if (kept := self._made.get(key)) is not None:
            self._made.move_to_end(key)
            return kept
        extent = there.extents[number]
        if extent.size > _MOST_FRAGMENT:
            raise stills.NoStill
        ranges = [(0, there.head), (extent.at, extent.size)]
        try:
            film = await self._ledger.blocking(lambda: b"".join(files.read_parts(path, ranges)))
        except OSError as error:
            raise stills.NoStill from error
        image = await stills.jpeg(film, width=WIDTH, hidden=hidden, form="mp4")
        self._keep(key, image)
        return image

    def _keep(self, key: _Key, image: bytes) -> None:
        if key in self._made:
            return
        self._made[key] = image
        self.bytes += len(image)
        while self.bytes > self._most:
            _, oldest = self._made.popitem(last=False)
            self.bytes -= len(oldest)
