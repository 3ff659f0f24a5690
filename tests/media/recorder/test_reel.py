"""Fragments of a stream, and the time of day that they get."""

from linli.media.cameras.hub import Stream
from linli.media.cameras.wire import Frame
from linli.media.recorder.reel import Cut, Reel
from linli.protocols.h26x import KEY, PPS, SPS
from linli.sim import gb28181 as sim

STEP = 3_600


class Camera:
    """Its pictures at its own pace, and the clock of who records it."""

    def __init__(self, step: int = STEP, group: int = 25) -> None:
        self.now_ms, self.dts = 1_000_000, 0
        self._step, self._group, self._count = step, group, 0
        key = next(picture for picture in sim.drawn() if picture.key)
        units = {unit[0] & 31: unit for unit in key.units}
        self._head = units[SPS], units[PPS]
        self._key = units[KEY]
        self.stream = Stream(lambda: None)
        self.reel = Reel(lambda: self.now_ms)
        self.stream.join(self.reel)

    def sends(self, pictures: int) -> None:
        for _ in range(pictures):
            key = self._count % self._group == 0
            head = self._head if key else (b"", b"")
            self.stream.take(Frame(1, key, self.dts, 0, self._key, *head))
            self._count += 1
            self.passes(self._step)

    def passes(self, dts: int) -> None:
        self.dts += dts
        self.now_ms += dts // 90

    def cuts(self) -> list[Cut]:
        self.reel.over()
        cuts: list[Cut] = []
        while (cut := self.reel.rest()) is not None:
            cuts.append(cut)
        return cuts


def test_a_line_that_was_cut_for_some_seconds_leaves_a_gap_and_no_long_picture() -> None:
    camera = Camera()
    camera.sends(50)
    camera.passes(3 * 90_000)
    camera.sends(50)
    first, second, third, fourth = camera.cuts()
    assert [cut.duration for cut in (first, second, third, fourth)] == [90_000] * 4
    assert [cut.torn for cut in (second, third, fourth)] == [False, True, False]
    assert third.begin_ms - second.end_ms == 3_000


def test_a_camera_with_a_picture_each_two_seconds_has_no_gaps() -> None:
    camera = Camera(step=2 * 90_000, group=1)
    camera.sends(10)
    cuts = camera.cuts()
    assert sum(cut.torn for cut in cuts[2:]) == 0
    assert {cut.duration for cut in cuts[1:-1]} == {2 * 90_000}
