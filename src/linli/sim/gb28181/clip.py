"""Pictures without end: those of a given clip again and again, or drawn ones."""

from collections.abc import Iterator

from linli.protocols import h26x
from linli.sim.voip.picture import RATE, Clip

CLOCK = 90_000


def looped(stream: bytes, *, rate: int = 25) -> Iterator[h26x.Picture]:
    """The pictures of a byte stream of H.264, from its begin again after the last one."""
    cutter = h26x.Pictures()
    pictures = cutter.feed(stream, None) + cutter.flush()
    count = 0
    while pictures:
        at = count * CLOCK // rate
        yield pictures[count % len(pictures)]._replace(pts=at, dts=at)
        count += 1


def drawn(width: int = 176, height: int = 144, *, shade: int = 128) -> Iterator[h26x.Picture]:
    """A moving ramp, ten pictures a second, made without an encoder."""
    clip = Clip(width, height, shade=shade)
    count = 0
    while True:
        units = tuple(clip.next())
        at = count * CLOCK // RATE
        yield h26x.Picture(len(units) > 1, at, at, units)
        count += 1
