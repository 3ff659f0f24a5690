"""Where persistent sessions live beyond the process: the port, and a store for those that need none.

A store writes behind: calls return at once, and what was told is durable when `when_durable` calls
back. A downlink that is told and settled between two writes never touches the disk.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

from linli.things.mqtt.subscriptions import Subscription

type Key = tuple[str, str]
"""(product key, device name)."""


class StoredDownlink(msgspec.Struct, frozen=True, gc=False):
    number: int
    """Grows with each downlink of the front, also over restarts; unique among all fronts over one database."""
    topic: str
    payload: bytes
    expires_ms: int | None = None
    qos: int = 1
    retain: bool = False
    properties: bytes | None = None
    """Those of MQTT 5, as on the wire."""
    packet_id: int = 0
    """Under which it was sent, at QoS 2; 0: not sent yet."""
    released: bool = False
    """The device has it: only PUBREL is to be sent."""


class StoredSession(msgspec.Struct, kw_only=True):
    key: Key
    gone_ms: int
    """When it last lost its connection; epoch ms."""
    expiry_s: int
    """How long it outlives its connection."""
    filters: list[Subscription] = msgspec.field(default_factory=list)
    downlinks: list[StoredDownlink] = msgspec.field(default_factory=list)
    """In the order of their numbers."""
    incoming: list[int] = msgspec.field(default_factory=list)
    """Packet ids of QoS 2 messages taken and not released."""


class SessionStore(Protocol):
    async def load(self) -> list[StoredSession]:
        """All sessions, at start. Those connected when the process ended count as disconnected since then."""
        ...

    async def find(self, key: Key) -> StoredSession | None:
        """One session as other fronts left it. Raises Unavailable."""
        ...

    def opened(self, key: Key, expiry_s: int) -> None:
        """A persistent session begins, or has its connection again."""
        ...

    def gone(self, key: Key, at_ms: int, expiry_s: int) -> None: ...

    def forgotten(self, key: Key) -> None:
        """It ended, with all its filters and downlinks."""
        ...

    def subscribed(self, key: Key, filters: list[Subscription]) -> None: ...

    def unsubscribed(self, key: Key, filters: list[str]) -> None: ...

    def queued(self, key: Key, downlink: StoredDownlink) -> None: ...

    def sent(self, key: Key, number: int, packet_id: int) -> None:
        """One at QoS 2 goes out under this packet id."""
        ...

    def released(self, key: Key, number: int) -> None:
        """PUBREC came for it."""
        ...

    def settled(self, key: Key, number: int) -> None:
        """Acknowledged, expired or lost."""
        ...

    def receiving(self, key: Key, packet_id: int) -> None:
        """A message at QoS 2 was taken."""
        ...

    def received(self, key: Key, packet_id: int) -> None:
        """The device released it (PUBREL)."""
        ...

    def when_durable(self, call: Callable[[], None]) -> None:
        """Call back once all changes so far are durable; at once if they are."""
        ...

    async def close(self) -> None:
        """Write what is left."""
        ...


class MemorySessionStore:
    """Keeps nothing beyond the process: persistent sessions then end with it. Implements SessionStore."""

    async def load(self) -> list[StoredSession]:
        return []

    async def find(self, key: Key) -> StoredSession | None:
        return None

    def opened(self, key: Key, expiry_s: int) -> None:
        pass

    def gone(self, key: Key, at_ms: int, expiry_s: int) -> None:
        pass

    def forgotten(self, key: Key) -> None:
        pass

    def subscribed(self, key: Key, filters: list[Subscription]) -> None:
        pass

    def unsubscribed(self, key: Key, filters: list[str]) -> None:
        pass

    def queued(self, key: Key, downlink: StoredDownlink) -> None:
        pass

    def sent(self, key: Key, number: int, packet_id: int) -> None:
        pass

    def released(self, key: Key, number: int) -> None:
        pass

    def settled(self, key: Key, number: int) -> None:
        pass

    def receiving(self, key: Key, packet_id: int) -> None:
        pass

    def received(self, key: Key, packet_id: int) -> None:
        pass

    def when_durable(self, call: Callable[[], None]) -> None:
        call()

    async def close(self) -> None:
        pass
