"""A voice on its way to a camera: G.711A of 8,000 samples a second in RTP, 20 ms a packet."""

import secrets as system_secrets
from collections.abc import Callable
from typing import Final

from linli.domains.video.live.outlet import Outlet
from linli.protocols import gb28181 as gb
from linli.protocols import rtp

SAMPLES: Final = 160
"""Of a packet."""
AHEAD_S: Final = 1.0
"""So much more than time has passed is taken; the rest of what a page sends is thrown away."""
_MOST_WAITING: Final = 2 * gb.RATE
_GAP_MS: Final = 500


class Voice(Outlet):
    """`take` what is said."""

    def __init__(self, listener: gb.Listener, host: str, ssrc: int, ended: Callable[[], None]) -> None:
        """`host`: where it is sent to, whatever the listener says."""
        super().__init__(listener.way, (host, listener.port), ended)
        self._payload = listener.payload
        self._ssrc = ssrc
        self._sequence = system_secrets.randbelow(1 << 16)
        self._time = system_secrets.randbelow(1 << 32)
        self._rest = b""
        self._began_ms = 0
        self._last_ms = 0
        self._taken = 0
        self.sent = 0
        """Packets."""
        self.dropped = 0
        """Samples."""

    def take(self, samples: bytes, now_ms: int) -> None:
        if not self._began_ms:
            self._began_ms = self._last_ms = now_ms
        most = int(((now_ms - self._began_ms) / 1000 + AHEAD_S) * gb.RATE) - self._taken
        if len(samples) > most or self.unsent > _MOST_WAITING:
            self.dropped += len(samples)
            return
        self._taken += len(samples)
        gap = not self.sent or now_ms - self._last_ms > _GAP_MS
        if gap:
            self._time = (self._time + (now_ms - self._last_ms) * gb.RATE // 1000) & 0xFFFFFFFF
        self._last_ms = now_ms
        data = self._rest + samples
        whole = len(data) - len(data) % SAMPLES
        for at in range(0, whole, SAMPLES):
            self._sequence = (self._sequence + 1) & 0xFFFF
            head = rtp.Head(self._payload, gap, self._sequence, self._time, self._ssrc)
            self.put(rtp.build_packet(head, data[at : at + SAMPLES]))
            self._time = (self._time + SAMPLES) & 0xFFFFFFFF
            self.sent += 1
            gap = False
        self._rest = data[whole:]
