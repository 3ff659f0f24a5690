"""Pictures of a camera on their way to an upper platform: a program stream in RTP, by datagrams or a connection.

A picture is packed as it comes; nothing is encoded anew. Who takes too little gets nothing more before the next key
picture.
"""

from collections.abc import Callable
from typing import Final

from linli.domains.video.live.outlet import Outlet
from linli.media.cameras.hub import Stream
from linli.media.cameras.outputs import Packed
from linli.protocols import gb28181 as gb
from linli.protocols import h26x, mpeg_ps, rtp

MOST_WAITING: Final = 4 * 1024 * 1024
"""Bytes that were not sent yet."""
_PAYLOAD: Final = 1_400
_SPS: Final = 7


class Output(Outlet):
    """`hub.Player`. `ended` is called when the stream ends, and when the upper platform takes nothing any more."""

    def __init__(self, offer: gb.Offer, ssrc: int, ended: Callable[[], None]) -> None:
        super().__init__(offer.way, (offer.host, offer.port), ended)
        self._payload = offer.payload
        self._ssrc = ssrc
        self._waits_for_key = True
        self._parameters = (b"", b"")
        self._sequence = 0
        self.dropped = 0
        """Pictures."""

    def begin(self, stream: Stream) -> None:
        self._parameters = stream.parameters
        self._waits_for_key = True

    def picture(self, packed: Packed) -> None:
        if packed.key and self.unsent <= MOST_WAITING:
            self._waits_for_key = False
        elif self.unsent > MOST_WAITING:
            self._waits_for_key = True
        if self._waits_for_key:
            self.dropped += 1
            return
        units = tuple(h26x.sized_units(packed.data))
        if packed.key and not any(unit[0] & 31 == _SPS for unit in units):
            units = (*self._parameters, *units)
        pts = packed.dts + packed.shift
        data = mpeg_ps.write(h26x.Picture(packed.key, pts, packed.dts, units))
        last = len(data) - 1
        for at in range(0, len(data), _PAYLOAD):
            self._sequence = (self._sequence + 1) & 0xFFFF
            head = rtp.Head(self._payload, at + _PAYLOAD > last, self._sequence, pts & 0xFFFFFFFF, self._ssrc)
            self.put(rtp.build_packet(head, data[at : at + _PAYLOAD]))

    def over(self) -> None:
        self._ended()
