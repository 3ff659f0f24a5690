"""QoS 1 downlinks of one session: a window in flight, a bounded queue behind it. Source: MQTT 3.1.1, 4.3.2, 4.4.

Within a connection nothing is sent twice; on resume of a persistent session what was in flight goes
again under its old packet id with DUP, in its old order, before anything new.
"""

from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from linli.protocols.mqtt.encode import publish, remaining_length, topic_field


class Downlink(msgspec.Struct):
    topic: str
    payload: bytes
    on_ack: Callable[[bool], None] | None = None
    expires_ms: int | None = None
    number: int = 0
    """In the session store; 0: not kept there."""
    sent_tick: int = 0
    """Tick of the front at which it was last sent."""


class Outbox:
    __slots__ = ("_next_id", "inflight", "queue", "queued_bytes")

    def __init__(self) -> None:
        self.inflight: dict[int, Downlink] = {}
        """By packet id, in the order sent."""
        self.queue: deque[Downlink] = deque()
        self.queued_bytes = 0
        """Payloads in `queue`."""
        self._next_id = 0

    def launch(self, downlink: Downlink, tick: int) -> bytes:
        """Give it a packet id and put it in flight; returns the PUBLISH. The window is the caller's to keep."""
        inflight = self.inflight
        packet_id = self._next_id % 65535 + 1
        while packet_id in inflight:
            packet_id = packet_id % 65535 + 1
        self._next_id = packet_id
        downlink.sent_tick = tick
        inflight[packet_id] = downlink
        field, payload = topic_field(downlink.topic), downlink.payload
        length = remaining_length(len(field) + 2 + len(payload))
        return b"".join((b"\x32", length, field, packet_id.to_bytes(2), payload))

    def wait(self, downlink: Downlink) -> None:
        self.queue.append(downlink)
        self.queued_bytes += len(downlink.payload)

    def next_waiting(self) -> Downlink | None:
        if not self.queue:
            return None
        downlink = self.queue.popleft()
        self.queued_bytes -= len(downlink.payload)
        return downlink

    def relaunch(self, tick: int) -> Iterator[bytes]:
        """What was in flight when the last connection ended, again."""
        for packet_id, downlink in self.inflight.items():
            downlink.sent_tick = tick
            yield publish(downlink.topic, downlink.payload, 1, packet_id, dup=True)

    def drain(self) -> list[Downlink]:
        """Take everything out, oldest first."""
        lost = [*self.inflight.values(), *self.queue]
        self.inflight.clear()
        self.queue.clear()
        self.queued_bytes = 0
        return lost
