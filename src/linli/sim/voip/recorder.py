"""External sound in place of the microphone (A61, A62)."""

from collections import deque
from collections.abc import Callable
from typing import Final

from linli.sim.voip.sound import RATE, SAMPLES, SILENCE, a_law

_MOST_PACKETS: Final = 250
"""Five seconds; older sound goes."""
_BYTES: Final = SAMPLES * 2


class VoipRecorder:
    """Takes 16-bit samples while a call wants them."""

    def __init__(self, samplerate: int = RATE, samples: int = SAMPLES) -> None:
        """Raises ValueError for another rate than 8,000."""
        if samplerate != RATE:
            raise ValueError("the sample rate is 8000")
        self.samples = samples
        self.on_start: Callable[[], None] = _nothing
        self.on_stop: Callable[[], None] = _nothing
        self._calls = 0
        self._rest = b""
        self._packets: deque[bytes] = deque(maxlen=_MOST_PACKETS)

    @property
    def is_recording(self) -> bool:
        return self._calls > 0

    def put_stream(self, data: bytes) -> bool:
        """False: no call wants it."""
        if not self.is_recording:
            return False
        data = self._rest + data
        whole = len(data) - len(data) % _BYTES
        for at in range(0, whole, _BYTES):
            self._packets.append(a_law(data[at : at + _BYTES]))
        self._rest = data[whole:]
        return True

    def begin(self) -> None:
        self._calls += 1
        if self._calls == 1:
            self.on_start()

    def end(self) -> None:
        self._calls -= 1
        if self._calls == 0:
            self._packets.clear()
            self._rest = b""
            self.on_stop()

    def next(self) -> bytes:
        return self._packets.popleft() if self._packets else SILENCE


def _nothing() -> None:
    return
