"""QoS 1 and 2 downlinks of one session: a window in flight, a bounded queue behind it. Source: MQTT 3.1.1, 4.3, 4.4.

Within a connection nothing is sent twice; on resume of a persistent session what was in flight goes
again under its old packet id with DUP, in its old order, before anything new. At QoS 2 a message that the
device has (PUBREC) does not go again: only its release (PUBREL) does.
"""

from collections import deque
from collections.abc import Callable

import msgspec

from linli.protocols import mqtt
from linli.protocols.mqtt import Properties
from linli.protocols.mqtt.encode import publish
from linli.protocols.mqtt.write import remaining_length, topic_field
from linli.things.mqtt.version5 import Version5


class Downlink(msgspec.Struct):
    topic: str
    payload: bytes
    on_ack: Callable[[bool], None] | None = None
    expires_ms: int | None = None
    number: int = 0
    """In the session store; 0: not kept there."""
    sent_tick: int = 0
    """Tick of the front at which it was last sent."""
    qos: int = 1
    retain: bool = False
    properties: Properties | None = None
    """For MQTT 5."""
    released: bool = False
    """QoS 2: the device has it, PUBCOMP is to come."""


class Outbox:
    __slots__ = ("_next_id", "inflight", "queue", "queued_bytes")

    def __init__(self) -> None:
        self.inflight: dict[int, Downlink] = {}
        """By packet id, in the order sent."""
        self.queue: deque[Downlink] = deque()
        self.queued_bytes = 0
        """Payloads in `queue`."""
        self._next_id = 0

    def launch(self, downlink: Downlink, tick: int) -> int:
        """Put it in flight; returns its packet id. The window is the caller's to keep."""
        inflight = self.inflight
        packet_id = self._next_id % 65535 + 1
        while packet_id in inflight:
            packet_id = packet_id % 65535 + 1
        self._next_id = packet_id
        downlink.sent_tick = tick
        inflight[packet_id] = downlink
        return packet_id

    def wait(self, downlink: Downlink) -> None:
        self.queue.append(downlink)
        self.queued_bytes += len(downlink.payload)

    def wait_first(self, downlink: Downlink) -> None:
        """Before all that waits."""
        self.queue.appendleft(downlink)
        self.queued_bytes += len(downlink.payload)

    def next_waiting(self) -> Downlink | None:
        if not self.queue:
            return None
        downlink = self.queue.popleft()
        self.queued_bytes -= len(downlink.payload)
        return downlink

    def drain(self) -> list[Downlink]:
        """Take everything out, oldest first."""
        lost = [*self.inflight.values(), *self.queue]
        self.inflight.clear()
        self.queue.clear()
        self.queued_bytes = 0
        return lost


def wire_of(downlink: Downlink, packet_id: int, v5: Version5 | None, *, dup: bool = False) -> bytes:
    """Its packet: PUBLISH, or PUBREL once it was released. Empty if the client takes no packet that large."""
    if downlink.released:
        return mqtt.encode(mqtt.Pubrel(packet_id))
    if v5 is not None:
        return v5.publish(
            downlink.topic,
            downlink.payload,
            downlink.qos,
            packet_id,
            dup=dup,
            retain=downlink.retain,
            properties=downlink.properties,
            expires_ms=downlink.expires_ms,
        )
    if downlink.qos == 1 and not (dup or downlink.retain):  # nearly all there are
        field, payload = topic_field(downlink.topic), downlink.payload
        length = remaining_length(len(field) + 2 + len(payload))
        return b"".join((b"\x32", length, field, packet_id.to_bytes(2), payload))
    return publish(downlink.topic, downlink.payload, downlink.qos, packet_id, dup=dup, retain=downlink.retain)
