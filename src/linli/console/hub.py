"""Live events for the pages: an event is broadcast in the process to everybody who may see it.

Nothing here is durable. A page that missed an event is told so and loads its list again.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Set
from typing import Final, NamedTuple, Protocol

import msgspec

from linli.kernel.scope import Scope

MOST_WAITING: Final = 256
MOST_EACH: Final = 192
"""Streams that one account holds, of some thirty windows; one more ends its oldest."""
LOOK_SECONDS: Final = 15.0
"""How often it is asked again whether a page may still hear what it follows."""
MISSED: Final = "missed"
"""Topic of the event that stands for those dropped because the reader was too slow."""


class LiveEvent(NamedTuple):
    topic: str
    body: bytes
    """JSON."""


class Subscription:
    """One page's queue. Events beyond `MOST_WAITING` drop the oldest and leave a `missed` event."""

    def __init__(self, scopes: Mapping[str, Scope], account_id: int) -> None:
        self._scopes = dict(scopes)
        self.account_id = account_id
        self._waiting: deque[LiveEvent] = deque()
        self._ready = asyncio.Event()
        self._missed = False
        self.closed = False

    @property
    def topics(self) -> Set[str]:
        return self._scopes.keys()

    def wants(self, topic: str, tenant_id: str, community_id: int | None) -> bool:
        scope = self._scopes.get(topic)
        return scope is not None and scope.tenant_id == tenant_id and scope.allows(community_id)

    def follows(self, topic: str, tenant_id: str) -> bool:
        """Whether anything of a topic in a company may be for it."""
        scope = self._scopes.get(topic)
        return scope is not None and scope.tenant_id == tenant_id

    def see(self, scopes: Mapping[str, Scope]) -> None:
        """From now on it hears this of the same topics. If that differs, waiting events are dropped as missed."""
        if scopes == self._scopes:
            return
        self._scopes = dict(scopes)
        self._waiting.clear()
        self.miss()

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
        self._subscriptions: dict[Subscription, None] = {}
        """In the order of their coming."""
        self.relay: Relay | None = None
        self.look_seconds = LOOK_SECONDS

    def publish(
        self, topic: str, payload: object, *, tenant_id: str, community_id: int | None = None
    ) -> None:
        """Tell everyone who follows `topic` and may see the community. Call it after the commit.

        `payload` is a row as the topic's list gives it to accounts with the topic's right. One without a community
        reaches those who see the whole tenant. Costs nothing when nobody looks.
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
        """`publish` of an event of another process, as JSON."""
        event = LiveEvent(topic, body)
        for reader in self._subscriptions:
            if reader.wants(topic, tenant_id, community_id):
                reader.put(event)

    def tell_missed(self, topic: str, *, tenant_id: str) -> None:
        """Another process did not send everything."""
        for reader in self._subscriptions:
            if reader.follows(topic, tenant_id):
                reader.miss()

    def subscribe(self, scopes: Mapping[str, Scope], *, account_id: int) -> Subscription:
        """Follow each topic as far as its scope reaches."""
        own = [subscription for subscription in self._subscriptions if subscription.account_id == account_id]
        if len(own) >= MOST_EACH:
            own[0].close()
            self._subscriptions.pop(own[0], None)
        subscription = Subscription(scopes, account_id)
        self._subscriptions[subscription] = None
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
        self._subscriptions.pop(subscription, None)
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
