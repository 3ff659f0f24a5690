"""What became of asking a camera for its live picture: the last time, measured by the parts that did it."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from linli.media.cameras.wire import Facts
from linli.protocols.h26x import Shape

_WINDOW_MS: Final = 12_000
_MOST_SAMPLES: Final = 64
_EARLY_MS: Final = 6_000
_LEAST_MS: Final = 1_500
"""Over less nothing is measured."""


class Rates(NamedTuple):
    """Over the last seconds, as it came."""

    fps: float
    kbits: int
    lost: float
    """Of a hundred packets."""


class _Sample(NamedTuple):
    at_ms: int
    facts: Facts


@dataclass
class Attempt:
    """Times of day, ms; 0: it did not come to that."""

    began_ms: int
    sub: bool
    way: str = "udp"
    port: int = 0
    ssrc: int = 0
    to_host: str = ""
    """Where it was told to send."""
    camera: str = ""
    """The address that pictures may come from."""
    answered_ms: int = 0
    status: int = 0
    """Of its answer to INVITE; 408: there was none."""
    hung_up: bool = False
    """The camera ended it."""
    packets_ms: int = 0
    picture_ms: int = 0
    ended_ms: int = 0
    facts: Facts = field(default_factory=Facts)
    shape: Shape | None = None
    before: "Attempt | None" = None
    """The one before it, while this one has not come to anything."""
    samples: deque[_Sample] = field(default_factory=lambda: deque(maxlen=_MOST_SAMPLES))

    def measure(self, facts: Facts, now_ms: int, steady_ms: int) -> None:
        self.facts = facts
        if facts.packets and not self.packets_ms:
            self.packets_ms = now_ms
        if facts.pictures and not self.picture_ms:
            self.picture_ms = now_ms
        if facts.packets:
            self.samples.append(_Sample(steady_ms, facts))
        while len(self.samples) > 2 and self.samples[-1].at_ms - self.samples[0].at_ms > _WINDOW_MS:
            self.samples.popleft()

    def waits(self, now_ms: int) -> bool:
        """Whether it is too early to say what became of it."""
        undecided = self.status in (0, 200) and not self.packets_ms and not self.facts.strangers
        return undecided and not self.ended_ms and now_ms - (self.answered_ms or self.began_ms) < _EARLY_MS

    def rates(self) -> Rates | None:
        """None: it has not been measured long enough."""
        if len(self.samples) < 2:
            return None
        first, last = self.samples[0], self.samples[-1]
        span_ms = last.at_ms - first.at_ms
        if span_ms < _LEAST_MS:
            return None
        came = last.facts.packets - first.facts.packets
        lost = last.facts.lost - first.facts.lost
        return Rates(
            round((last.facts.pictures - first.facts.pictures) * 1000 / span_ms, 1),
            (last.facts.octets - first.facts.octets) * 8 // span_ms,
            round(lost * 100 / (came + lost), 2) if came + lost else 0.0,
        )
