"""Delivery of messages between clients on user topics. Source: MQTT 5.0, 4.7, 4.8.

A device never gets its own messages back, because the SDKs would take them for the platform's. An app does, unless it
set No Local. Overlapping filters give one copy, at the highest QoS, with all their identifiers. One member of a shared
subscription gets the message, at whichever front it is (`others.SharedElsewhere`).
"""

import itertools
from collections.abc import Callable, Iterable, Iterator

import msgspec

from linli.protocols.mqtt import FilterTrie, Properties
from linli.things.mqtt import rules
from linli.things.mqtt.message import Message
from linli.things.mqtt.other_fronts import Room, Shared, SharedElsewhere
from linli.things.mqtt.outbox import Downlink
from linli.things.mqtt.session import Session
from linli.things.mqtt.subscriptions import Subscription

MAX_TRIES = 5
"""How often a shared message goes to another member because the one that had it left."""

type Members = dict[Session, Subscription]


class Exchange:
    def __init__(self, elsewhere: SharedElsewhere | None = None) -> None:
        """`elsewhere` None: no other front has members of shared subscriptions."""
        self._plain: FilterTrie[dict[Session, dict[str, Subscription]]] = FilterTrie()
        self._shared: FilterTrie[dict[Shared, Members]] = FilterTrie()
        self._turn = itertools.count()
        self._elsewhere = elsewhere

    # --- subscriptions ---

    def add(self, session: Session, subscription: Subscription) -> None:
        """Begin, or change the options of, a subscription within user topics; others are none of ours."""
        inner = subscription.inner
        if rules.user_owner(inner) is None:
            return
        share = subscription.share
        if share is None:
            node = self._plain.get(inner)
            if node is None:
                node = self._plain[inner] = {}
            node.setdefault(session, {})[subscription.text] = subscription
            return
        circles = self._shared.get(inner)
        if circles is None:
            circles = self._shared[inner] = {}
        shared = _shared(session, subscription)
        circles.setdefault(shared, {})[session] = subscription
        self._tell(shared)

    def remove(self, session: Session, subscription: Subscription) -> None:
        inner, share = subscription.inner, subscription.share
        if share is None:
            node = self._plain.get(inner)
            if node is not None and session in node:
                node[session].pop(subscription.text, None)
                if not node[session]:
                    del node[session]
                if not node:
                    self._plain.pop(inner)
            return
        circles = self._shared.get(inner)
        shared = _shared(session, subscription)
        if circles is not None and shared in circles:
            circles[shared].pop(session, None)
            if not circles[shared]:
                del circles[shared]
            if not circles:
                self._shared.pop(inner)
            self._tell(shared)

    def forget(self, session: Session) -> None:
        """The session ended."""
        for subscription in session.subscriptions:
            self.remove(session, subscription)

    def moved(self, session: Session) -> None:
        """The session has a connection now, or none any more: other fronts share by that."""
        if self._elsewhere is not None and self._shared:
            for subscription in session.subscriptions:
                if subscription.share is not None and rules.user_owner(subscription.inner) is not None:
                    self._tell(_shared(session, subscription))

    def _tell(self, shared: Shared) -> None:
        if self._elsewhere is not None:
            self._elsewhere.changed(shared, _room(self._members(shared)))

    def _members(self, shared: Shared) -> Members:
        return (self._shared.get(shared.inner) or {}).get(shared, {})

    # --- what is passed on ---

    def spread(self, message: Message, origin: Session | None) -> list[Session]:
        """Give it to all who subscribed here, and one of each group; returns those reached here."""
        reached = self.spread_plain(message, origin)
        for shared in self._circles(message.topic):
            chosen = self.share(message, shared)
            if chosen is not None:
                reached.append(chosen)
        return reached

    def spread_plain(self, message: Message, origin: Session | None) -> list[Session]:
        """The same without groups. `origin`: the session that it came by, if it is at this front."""
        reached: list[Session] = []
        for session, wanted in self._subscribers(message, origin):
            deliver(session, message, wanted)
            reached.append(session)
        return reached

    def _circles(self, topic: str) -> set[Shared]:
        groups = {shared for circles in self._shared.match(topic) for shared in circles}
        if self._elsewhere is not None:
            groups.update(self._elsewhere.matching(topic))
        return groups

    def _subscribers(
        self, message: Message, origin: Session | None
    ) -> Iterator[tuple[Session, list[Subscription]]]:
        by_session: dict[Session, list[Subscription]] = {}
        for node in self._plain.match(message.topic):
            for session, subscriptions in node.items():
                by_session.setdefault(session, []).extend(subscriptions.values())
        for session, wanted in by_session.items():
            if session is origin:
                wanted = [
                    subscription for subscription in wanted if session.is_app and not subscription.no_local
                ]
            if wanted and rules.may_get(session, message.owner):
                yield session, wanted

    def share(
        self, message: Message, shared: Shared, tried: frozenset[str] = frozenset(), tries: int = MAX_TRIES
    ) -> Session | None:
        """One member of the group gets it: in turn, members with room first, sessions without connection last.

        `tried`: fronts that had the message and nobody to give it to. Returns whom it went to, if that is here.
        """
        members = self._members(shared)
        able = [session for session in members if rules.may_get(session, message.owner)]
        if self._elsewhere is not None:
            front = self._elsewhere.choose(shared, _room(able), tried)
            if front:
                self._elsewhere.hand(
                    front, message, shared, tried, back=lambda been: self.share(message, shared, been)
                )
                return None
        if not able:
            return None
        turn = next(self._turn) % len(able)
        in_turn = able[turn:] + able[:turn]
        chosen = next(
            (s for s in in_turn if s.has_room()),
            next((s for s in in_turn if s.connection is not None), in_turn[0]),
        )

        def settled(delivered: bool) -> None:
            if not delivered and chosen.connection is None and tries:
                self.share(message, shared, tried, tries - 1)

        deliver(chosen, message, [members[chosen]], on_ack=settled)
        return chosen


def deliver(
    session: Session,
    message: Message,
    wanted: list[Subscription],
    *,
    retained: bool = False,
    on_ack: Callable[[bool], None] | None = None,
) -> bool:
    """Send one copy for these subscriptions of the session. `retained`: because it subscribed. False: no room for it."""
    qos = min(message.qos, max(subscription.qos for subscription in wanted))
    retain = retained or (message.retain and any(subscription.retain_as_published for subscription in wanted))
    properties = message.properties
    identifiers = tuple(subscription.identifier for subscription in wanted if subscription.identifier)
    if identifiers:
        properties = msgspec.structs.replace(properties or Properties(), subscription_ids=identifiers)
    if not qos:
        return session.send(
            message.topic,
            message.payload,
            retain=retain,
            properties=properties,
            expires_ms=message.expires_ms,
        )
    downlink = Downlink(
        message.topic,
        message.payload,
        on_ack,
        message.expires_ms,
        qos=qos,
        retain=retain,
        properties=properties,
    )
    return session.offer(downlink, keep=True)


def _shared(session: Session, subscription: Subscription) -> Shared:
    share = subscription.share
    assert share is not None
    return Shared(session.key[0] if session.is_app else "/".join(session.key), *share)


def _room(sessions: Iterable[Session]) -> Room:
    members = list(sessions)
    connected = sum(session.connection is not None for session in members)
    return Room(connected, len(members) - connected)
