"""One stream fanned out: the pictures since the last key picture are kept, so that who comes begins at once."""

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from linli.media.cameras.outputs import Keys, Packed
from linli.media.cameras.wire import Facts, Frame
from linli.protocols import fmp4, hls
from linli.protocols.h26x import Shape, Unreadable, read_shape

MOST_KEPT: Final = 500
"""Pictures between two key pictures that are kept; of more none, and who comes waits for the next key picture."""
MOST_KEPT_BYTES: Final = 12 * 1024 * 1024
MOST_PLAYERS: Final = 256
SEGMENTS: Final = 6
_USUAL: Final = 3_600


class Full(Exception):
    """As many as may look at one stream do."""


class Player(Protocol):
    def begin(self, stream: "Stream") -> None:
        """The stream's head is there; also when it changes."""
        ...

    def picture(self, packed: Packed) -> None: ...

    def over(self) -> None:
        """The stream has ended."""
        ...


class Segment:
    """The pictures from one key picture to the next."""

    def __init__(self, number: int, pictures: list[Packed]) -> None:
        self.number = number
        self._pictures = pictures
        first, last = pictures[0], pictures[-1]
        self.seconds = (last.dts + last.duration - first.dts) / fmp4.TIMESCALE

    def data(self, keys: Keys | None) -> bytes:
        first = self._pictures[0]
        samples = [packed.sample(keys) for packed in self._pictures]
        return fmp4.fragment(first.number, first.dts, samples)


class Stream:
    """`on_empty`: the last player has gone. Of one event loop."""

    def __init__(self, on_empty: Callable[[], None]) -> None:
        self._on_empty = on_empty
        self.parameters = (b"", b"")
        self.head = b""
        """Before all fragments of MP4; empty before the first key picture."""
        self.shape: Shape | None = None
        self.facts = Facts()
        self.kept: deque[Packed] = deque()
        self._kept_bytes = 0
        self._players: set[Player] = set()
        self._number = 0
        self._shift = 0
        self._last_dts = -1
        self._step = _USUAL
        self.segments: deque[Segment] = deque(maxlen=SEGMENTS)
        self._segment = 0
        self._torn = False
        """Too much came since the last key picture: it is not kept."""
        self.segmented = False
        """Whether somebody plays by HLS."""
        self._heard: set[Callable[[], None]] = set()
        self.ended = False

    @property
    def pictures(self) -> int:
        """So many came."""
        return self._number

    @property
    def players(self) -> int:
        return len(self._players)

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Be told of news of facts and of the first picture; what comes back ends it."""
        self._heard.add(changed)
        return lambda: self._heard.discard(changed)

    def _tell(self) -> None:
        for changed in list(self._heard):
            changed()

    # ------------------------------------------------------------ what comes

    def take_facts(self, facts: Facts) -> None:
        self.facts = facts
        self._tell()

    def take(self, frame: Frame) -> None:
        if frame.key and (frame.sps, frame.pps) != self.parameters:
            try:
                self.shape, head = read_shape(frame.sps), fmp4.head(frame.sps, frame.pps)
            except Unreadable:
                return
            self.parameters, self.head = (frame.sps, frame.pps), head
            self._cut()
            for player in list(self._players):
                player.begin(self)
        if not self.head:
            return
        dts = frame.dts + self._shift
        if dts <= self._last_dts:  # by a child that began anew
            self._shift += self._last_dts + self._step - dts
            dts = self._last_dts + self._step
        elif self._last_dts >= 0:
            self._step = dts - self._last_dts
        self._last_dts = dts
        self._number += 1
        packed = Packed(frame, number=self._number, dts=dts, duration=self._step)
        if frame.key:
            self._cut()
        if len(self.kept) >= MOST_KEPT or self._kept_bytes > MOST_KEPT_BYTES:
            self._cut()
            self._torn = True
        if not self._torn:
            self.kept.append(packed)
            self._kept_bytes += len(packed.data)
        for player in list(self._players):
            player.picture(packed)
        if self._number == 1:
            self._tell()

    def _cut(self) -> None:
        """What was kept is a whole segment now."""
        if self.segmented and self.kept:
            self.segments.append(Segment(self._segment, list(self.kept)))
            self._segment += 1
        self.kept.clear()
        self._kept_bytes = 0
        self._torn = False

    # ------------------------------------------------------------ players

    def join(self, player: Player) -> None:
        """Raises Full."""
        if len(self._players) >= MOST_PLAYERS:
            raise Full
        self._players.add(player)
        if self.head:
            player.begin(self)
            for packed in list(self.kept):
                player.picture(packed)

    def leave(self, player: Player) -> None:
        if player in self._players:
            self._players.discard(player)
            if not self._players:
                self._on_empty()

    def playlist(self, suffix: str) -> bytes:
        """`suffix`: the query that each address needs."""
        listed = [hls.Segment(f"{part.number}.m4s{suffix}", part.seconds) for part in self.segments]
        first = self.segments[0].number if self.segments else self._segment
        return hls.playlist(first, listed, f"head.mp4{suffix}", ended=self.ended)

    def segment(self, name: str, keys: Keys | None = None) -> bytes:
        """Empty: it is not there any more."""
        for part in self.segments:
            if str(part.number) == name:
                return part.data(keys)
        return b""

    def end(self) -> None:
        self.ended = True
        self._cut()
        for player in list(self._players):
            player.over()
        self._players.clear()
        self._tell()
