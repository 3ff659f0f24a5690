"""Whose packets a port takes, and where it sends: symmetric RTP that strangers cannot turn around. Pure."""

from typing import Final

type Address = tuple[str, int]

SILENT_MS: Final = 3_000
"""After so long without a packet another port of the same host may go on, whatever its stream is."""
UNPROVED_MS: Final = 10_000
"""So long is sent to an announced address that is not the one which signalled, and from which nothing came."""


class Gate:
    """One port's other end.

    The first packet is taken from the address that the description announced, or from any port of the host that the
    signalling came from: behind NAT the announced one is never seen. From then on only that address counts. It moves
    when its network gives it another port: the same host goes on with the same stream, or after a silence. Who only
    knows the port number cannot take a call over.
    """

    __slots__ = ("_announced", "_until_ms", "heard_ms", "latched", "signalled")

    def __init__(self, signalled: str, latched: Address | None = None, now_ms: int = 0) -> None:
        self.signalled = signalled
        self.latched = latched
        self.heard_ms = now_ms
        self._announced: Address | None = None
        self._until_ms: int | None = None

    def announce(self, signalled: str, address: Address | None, now_ms: int) -> None:
        """What the description says now; a new address begins anew, the same one changes nothing."""
        if self._announced is not None and address != self._announced:
            self.latched = None
        self.signalled = signalled
        self._announced = address
        same = address is not None and address[0] == signalled
        self._until_ms = None if same else now_ms + UNPROVED_MS

    def takes(self, source: Address, now_ms: int, *, continues: bool) -> bool:
        """Whether a packet from another address than `latched` is taken; it is the latched one then.

        `continues`: the packet goes on with the stream that came last.
        """
        if self.latched is None:
            good = source == self._announced or source[0] == self.signalled
        else:
            same_host = source == self._announced or source[0] in (self.latched[0], self.signalled)
            good = same_host and (continues or now_ms - self.heard_ms >= SILENT_MS)
        if good:
            self.latched = source
        return good

    def target(self, now_ms: int) -> Address | None:
        """Where to send; None while nobody proved to want it."""
        if self.latched is not None:
            return self.latched
        if self._until_ms is not None and now_ms > self._until_ms:
            return None
        return self._announced
