"""A player of one stream that cuts it into fragments of about a second, with the time at which each was seen."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

from linli.media.cameras.hub import Stream
from linli.media.cameras.outputs import Packed
from linli.protocols import fmp4

FRAGMENT: Final = fmp4.TIMESCALE
"""A fragment ends after so long, and before each key picture."""
MOST_WAITING: Final = 24 * 1024 * 1024
"""Bytes that the disk has not taken; beyond it pictures are left out up to the next key picture."""
LATE_MS: Final = 1_000
"""So much behind the clock, for so long, and pictures are missing: a new file begins."""
GAP: Final = fmp4.TIMESCALE * 3 // 2
"""A key picture so long after the one before it comes after a cut of the camera's line."""
_MANY_STEPS: Final = 3
"""Where pictures come as seldom, it is so many times the usual."""
_AFRESH_MS: Final = 200
"""A new file is set right by the clock when it is further from it than that."""


class Cut(NamedTuple):
    """A fragment that is whole."""

    head: bytes
    """What stands before all fragments of a file with it."""
    key: bool
    begin_ms: int
    """By the wall clock."""
    start: int
    duration: int
    samples: list[fmp4.Sample]
    torn: bool
    """Pictures are missing before it: it begins a new file."""

    @property
    def size(self) -> int:
        return sum(len(sample.data) for sample in self.samples)

    @property
    def end_ms(self) -> int:
        return self.begin_ms + self.duration // 90


class Reel:
    """Joins a `Stream`; `take` gives what it cut. `now_ms`: the wall clock."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._head = b""
        self._open: list[Packed] = []
        self._torn = False
        self._waits = True
        """For a key picture."""
        self._anchor: tuple[int, int] | None = None
        """A time of the clock, and of the stream, that belong together."""
        self._late_ms: int | None = None
        """The least that pictures since the last key picture came late."""
        self._done: deque[Cut] = deque()
        self._size = 0
        self._news = asyncio.Event()
        self.seen_ms = now_ms()
        """When the last picture came."""
        self.ended = False

    # ------------------------------------------------------------ as a player

    def begin(self, stream: Stream) -> None:
        self._close(None)
        self._head = stream.head
        self._waits = True
        self._torn = True
        kept = stream.kept
        past = (kept[-1].dts - kept[0].dts) // 90 if kept else 0
        self._anchor = (self._now_ms() - past, kept[0].dts) if kept else None
        self._late_ms = None

    def picture(self, packed: Packed) -> None:
        self.seen_ms = now_ms = self._now_ms()
        if self._size > MOST_WAITING:
            self._waits, self._torn = True, True
        if self._waits and not packed.key:
            self._close(None)
            return
        self._waits = False
        if packed.key:
            self._part_from(packed)
            self._close(packed.dts)
            self._set_right(packed.dts, now_ms)
        elif self._open and packed.dts - self._open[0].dts >= FRAGMENT:
            self._close(packed.dts)
        if self._anchor is None:
            self._anchor = (now_ms, packed.dts)
        late_ms = now_ms - self._wall(packed.dts)
        self._late_ms = late_ms if self._late_ms is None else min(self._late_ms, late_ms)
        self._open.append(packed)

    def over(self) -> None:
        self._close(None)
        self.ended = True
        self._news.set()

    # ------------------------------------------------------------ cutting

    def _wall(self, dts: int) -> int:
        assert self._anchor is not None
        return self._anchor[0] + (dts - self._anchor[1]) // 90

    def _part_from(self, packed: Packed) -> None:
        """A key picture after a time without any: its file is a new one, and what was before is not stretched."""
        if not self._open:
            return
        last = self._open[-1]
        if packed.dts - last.dts > max(GAP, _MANY_STEPS * last.duration):
            self._close(None)
            self._torn = True

    def _set_right(self, dts: int, now_ms: int) -> None:
        """A burst after a busy moment is no gap: only what stayed late since the last key picture is."""
        late_ms, self._late_ms = self._late_ms, None
        if late_ms is not None and abs(late_ms) > LATE_MS and self._anchor is not None:
            self._anchor = (self._wall(dts) + late_ms, dts)
            self._torn = True

    def afresh(self, cut: Cut) -> int:
        """When a cut that begins a new file began, by the clock: a camera's own clock runs a little off."""
        late_ms = self._late_ms
        if late_ms is None or not _AFRESH_MS < abs(late_ms) <= LATE_MS or self._anchor is None:
            return cut.begin_ms
        self._anchor = (self._anchor[0] + late_ms, self._anchor[1])
        self._late_ms = 0
        return cut.begin_ms + late_ms

    def _close(self, next_dts: int | None) -> None:
        pictures, self._open = self._open, []
        if not pictures:
            return
        ends = [each.dts for each in pictures[1:]]
        last = pictures[-1]
        ends.append(last.dts + last.duration if next_dts is None else next_dts)
        samples = [
            fmp4.Sample(end - each.dts, each.key, each.shift, each.data)
            for each, end in zip(pictures, ends, strict=True)
        ]
        first = pictures[0]
        cut = Cut(
            self._head, first.key, self._wall(first.dts), first.dts, ends[-1] - first.dts, samples,
            self._torn,
        )  # fmt: skip
        self._torn = False
        self._done.append(cut)
        self._size += cut.size
        self._news.set()

    async def take(self, seconds: float) -> Cut | None:
        """The next cut; None when there was none for so long, or the stream has ended."""
        if not self._done and not self.ended:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
        return self.rest()

    def rest(self) -> Cut | None:
        """What is there already."""
        if not self._done:
            return None
        cut = self._done.popleft()
        self._size -= cut.size
        return cut
