"""Where persistent sessions live beyond the process: the port, and a store for those that need none.

A store writes behind: calls return at once, and what was told is durable when `when_durable` calls
back. A downlink that is told and settled between two writes never touches the disk.
"""

from collections.abc import Callable
from typing import Protocol

import msgspec

type Key = tuple[str, str]
"""(product key, device name)."""


class StoredDownlink(msgspec.Struct, frozen=True, gc=False):
    number: int
    """Grows with each downlink of the front, also over restarts; unique among all fronts over one database."""
    topic: str
    payload: bytes
    expires_ms: int | None = None


class StoredSession(msgspec.Struct, kw_only=True):
    key: Key
    gone_ms: int
    """When it last lost its connection; epoch ms."""
    filters: dict[str, int] = msgspec.field(default_factory=dict)
    downlinks: list[StoredDownlink] = msgspec.field(default_factory=list)
    """In the order of their numbers."""


class SessionStore(Protocol):
    async def load(self) -> list[StoredSession]:
        """All sessions, at start. Those that were connected when the process ended count as gone since then."""
        ...

    async def find(self, key: Key) -> StoredSession | None:
        """One session as other fronts left it. Raises Unavailable."""
        ...

    def opened(self, key: Key) -> None:
        """A persistent session begins, or has its connection again."""
        ...

    def gone(self, key: Key, at_ms: int) -> None: ...

    def forgotten(self, key: Key) -> None:
        """It ended, with all its filters and downlinks."""
        ...

    def subscribed(self, key: Key, filters: dict[str, int]) -> None: ...

    def unsubscribed(self, key: Key, filters: list[str]) -> None: ...

    def queued(self, key: Key, downlink: StoredDownlink) -> None: ...

    def settled(self, key: Key, number: int) -> None:
        """Acknowledged, expired or lost."""
        ...

    def when_durable(self, call: Callable[[], None]) -> None:
        """Call back once everything told so far is durable; at once if it is."""
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

    def opened(self, key: Key) -> None:
        pass

    def gone(self, key: Key, at_ms: int) -> None:
        pass

    def forgotten(self, key: Key) -> None:
        pass

    def subscribed(self, key: Key, filters: dict[str, int]) -> None:
        pass

    def unsubscribed(self, key: Key, filters: list[str]) -> None:
        pass

    def queued(self, key: Key, downlink: StoredDownlink) -> None:
        pass

    def settled(self, key: Key, number: int) -> None:
        pass

    def when_durable(self, call: Callable[[], None]) -> None:
        call()

    async def close(self) -> None:
        pass
