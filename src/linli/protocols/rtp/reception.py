"""How a stream arrives: counted, lost, out of order, jitter. Source: RFC 3550, 6.4.1, A.1, A.3 and A.8."""

from typing import Final

from .packets import Head

_MAX_JUMP: Final = 3000
"""Sequence numbers ahead that are still loss; more is a new beginning."""
_MAX_BEHIND: Final = 100


class Reception:
    """One sender's stream; a new SSRC begins anew, but the counts go on."""

    __slots__ = (
        "_base",
        "_cycles",
        "_highest",
        "_jitter16",
        "_received",
        "_transit",
        "lost_before",
        "packets",
        "ssrc",
    )

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self.packets = 0
        self.lost_before = 0
        self._base = 0
        self._highest = 0
        self._cycles = 0
        self._received = 0
        self._transit: int | None = None
        self._jitter16 = 0

    def follows(self, head: Head) -> bool:
        """Whether a packet goes on with this stream: its SSRC, and a sequence number near the last."""
        ahead = (head.sequence - self._highest) & 0xFFFF
        return head.ssrc == self.ssrc and (ahead < _MAX_JUMP or ahead > 0xFFFF - _MAX_BEHIND)

    def take(self, head: Head, arrived: int) -> None:
        """`arrived`: the time in units of the clock rate, from any beginning."""
        self.packets += 1
        if not self.follows(head):
            self._begin(head)
        else:
            ahead = (head.sequence - self._highest) & 0xFFFF
            if ahead < _MAX_JUMP:
                if head.sequence < self._highest:
                    self._cycles += 1 << 16
                self._highest = head.sequence
            self._received += 1
        transit = (arrived - head.timestamp) & 0xFFFFFFFF
        if self._transit is not None:
            moved = (transit - self._transit) & 0xFFFFFFFF
            apart = min(moved, (1 << 32) - moved)
            self._jitter16 += apart - ((self._jitter16 + 8) >> 4)
        self._transit = transit

    def _begin(self, head: Head) -> None:
        self.lost_before = self.lost
        self.ssrc = head.ssrc
        self._base = self._highest = head.sequence
        self._cycles = 0
        self._received = 1
        self._transit = None
        self._jitter16 = 0

    @property
    def lost(self) -> int:
        """Packets that did not come; duplicates may hide some."""
        if self.ssrc is None:
            return 0
        expected = self._cycles + self._highest - self._base + 1
        return self.lost_before + max(0, expected - self._received)

    @property
    def jitter(self) -> int:
        """In units of the clock rate."""
        return self._jitter16 >> 4
