"""The last uplinks that were refused: nothing of them is stored, but who sets up a device must see why."""

from collections import deque
from collections.abc import Callable
from typing import NamedTuple


class Refusal(NamedTuple):
    device_no: int
    at_ms: int
    topic: str
    payload: bytes
    """As it came, cut after SHOWN_BYTES."""
    reason: str
    """As the device got it."""


SHOWN_BYTES = 4096
SHOWN_TOPIC = 500
"""Characters."""


class Refusals:
    """Kept in memory, for all devices of this process together; the oldest give way."""

    def __init__(self, most: int = 1000) -> None:
        self._last: deque[Refusal] = deque(maxlen=most)
        self.listeners: list[Callable[[Refusal], None]] = []
        """Called with each. Must not block."""

    def note(self, refusal: Refusal) -> None:
        self._last.append(refusal)
        for listener in self.listeners:
            listener(refusal)

    def of(self, device_no: int) -> list[Refusal]:
        """The refusals of a device, newest first. The caller knows that it may see the device."""
        return [refusal for refusal in reversed(self._last) if refusal.device_no == device_no]
