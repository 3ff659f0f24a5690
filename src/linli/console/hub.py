"""Live events for the pages: what happened is broadcast in the process to everybody who may see it.

Nothing here is durable; a page that missed something is told so and loads its list again.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from typing import Final, NamedTuple, Protocol

import msgspec

from linli.kernel.scope import Scope

MOST_WAITING: Final = 256
MISSED: Final = "missed"
"""Topic of the event that stands for those dropped because the reader was too slow."""


class LiveEvent(NamedTuple):
    topic: str
    body: bytes
    """JSON."""


class Subscription:
    """One page's queue. Events beyond `MOST_WAITING` drop the oldest and leave a `missed` event."""

    def __init__(self, scope: Scope, topics: frozenset[str], community_id: int | None) -> None:
        self._scope = scope
        self.topics = topics
        self._community_id = community_id
        self._waiting: deque[LiveEvent] = deque()
        self._ready = asyncio.Event()
        self._missed = False
        self.closed = False

    def wants(self, topic: str, tenant_id: str, community_id: int | None) -> bool:
        if topic not in self.topics:
            return False
        if self._scope.tenant_id is not None and self._scope.tenant_id != tenant_id:
            return False
        if self._community_id is not None and community_id is not None and community_id != self._community_id:
            return False
        return self._scope.allows(community_id)

    def miss(self) -> None:
        """Something that it wants was not sent."""
        self._missed = True
        self._ready.set()

    def put(self, event: LiveEvent) -> None:
        if len(self._waiting) >= MOST_WAITING:
            self._waiting.popleft()
            self._missed = True
        self._waiting.append(event)
        self._ready.set()

    def close(self) -> None:
        self.closed = True
        self._ready.set()

    async def next(self, timeout: float) -> LiveEvent | None:
        """The next event, or None when none came within `timeout` seconds or the hub closed."""
        if not self._waiting and not self.closed:
            try:
                async with asyncio.timeout(timeout):
                    await self._ready.wait()
            except TimeoutError:
                return None
        if self._missed:
            self._missed = False
            return LiveEvent(MISSED, b"{}")
        event = self._waiting.popleft() if self._waiting else None
        if not self._waiting and not self.closed:
            self._ready.clear()
        return event


class Relay(Protocol):
    """Pages that are served by other processes (`app.live`)."""

    @property
    def watched(self) -> frozenset[str]:
        """Topics that pages elsewhere follow."""
        ...

    def send(self, topic: str, body: bytes, tenant_id: str, community_id: int | None) -> None:
        """Tell the processes whose pages follow `topic`."""
        ...

    def changed(self) -> None:
        """Other topics than before are followed here."""
        ...


class Hub:
    """Broadcasts to the subscriptions of this process, and through `relay` to those of others."""

    def __init__(self) -> None:
        self._subscriptions: set[Subscription] = set()
        self.relay: Relay | None = None

    def publish(
        self, topic: str, payload: object, *, tenant_id: str, community_id: int | None = None
    ) -> None:
        """Tell everyone who follows `topic` and may see the community. Call it after the commit.

        A payload without a community reaches those who see the whole tenant. Costs nothing when nobody looks.
        """
        readers = [s for s in self._subscriptions if s.wants(topic, tenant_id, community_id)]
        relay = self.relay if self.relay is not None and topic in self.relay.watched else None
        if readers or relay:
            event = LiveEvent(topic, msgspec.json.encode(payload))
            for reader in readers:
                reader.put(event)
            if relay is not None:
                relay.send(topic, event.body, tenant_id, community_id)

    def publish_here(self, topic: str, body: bytes, *, tenant_id: str, community_id: int | None) -> None:
        """`publish` of what another process told, as JSON."""
        event = LiveEvent(topic, body)
        for reader in self._subscriptions:
            if reader.wants(topic, tenant_id, community_id):
                reader.put(event)

    def tell_missed(self, topic: str, *, tenant_id: str) -> None:
        """Another process did not send everything."""
        for reader in self._subscriptions:
            if reader.wants(topic, tenant_id, None):
                reader.miss()

    def subscribe(
        self, scope: Scope, topics: Collection[str], *, community_id: int | None = None
    ) -> Subscription:
        """Raises NotFound for a community outside the scope."""
        if community_id is not None:
            scope.allow(community_id)
        subscription = Subscription(scope, frozenset(topics), community_id)
        self._subscriptions.add(subscription)
        self._changed()
        return subscription

    def watched(self, topic: str) -> bool:
        """Whether any page follows `topic`, wherever it is served."""
        return any(topic in s.topics for s in self._subscriptions) or (
            self.relay is not None and topic in self.relay.watched
        )

    def watched_here(self) -> frozenset[str]:
        """Topics that pages of this process follow."""
        return frozenset().union(*(s.topics for s in self._subscriptions))

    def leave(self, subscription: Subscription) -> None:
        self._subscriptions.discard(subscription)
        self._changed()

    def _changed(self) -> None:
        if self.relay is not None:
            self.relay.changed()

    @property
    def idle(self) -> bool:
        """Whether no page follows anything, wherever it is served."""
        return not self._subscriptions and (self.relay is None or not self.relay.watched)

    @property
    def readers(self) -> int:
        return len(self._subscriptions)

    def close(self) -> None:
        """End every stream, so that a stopping server need not wait for them."""
        for subscription in self._subscriptions:
            subscription.close()
