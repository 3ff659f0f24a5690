"""Passing messages on: who gets what one client publishes on a user topic. Source: MQTT 5.0, 4.7, 4.8.

A device never gets its own messages back (the SDKs take them for the platform's); an app does, unless it said
No Local. Filters that overlap give one copy, at the highest QoS, with all their identifiers.
"""

import itertools
from collections.abc import Callable, Iterator

import msgspec

from linli.protocols.mqtt import FilterTrie, Properties
from linli.things.mqtt import rules
from linli.things.mqtt.message import Message
from linli.things.mqtt.outbox import Downlink
from linli.things.mqtt.session import Session
from linli.things.mqtt.subscriptions import Subscription

MAX_TRIES = 5
"""How often a shared message goes to another member because the one that had it left."""

type Group = tuple[str, str]
"""(whose: appKey or device, name of the group)."""
type Members = dict[Session, Subscription]


class Exchange:
    def __init__(self) -> None:
        self._plain: FilterTrie[dict[Session, dict[str, Subscription]]] = FilterTrie()
        self._shared: FilterTrie[dict[Group, Members]] = FilterTrie()
        self._turn = itertools.count()

    # --- who wants what ---

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
        groups = self._shared.get(inner)
        if groups is None:
            groups = self._shared[inner] = {}
        groups.setdefault(_group(session, share[0]), {})[session] = subscription

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
        groups = self._shared.get(inner)
        group = _group(session, share[0])
        if groups is not None and group in groups:
            groups[group].pop(session, None)
            if not groups[group]:
                del groups[group]
            if not groups:
                self._shared.pop(inner)

    def forget(self, session: Session) -> None:
        """The session ended."""
        for subscription in session.subscriptions:
            self.remove(session, subscription)

    # --- what is passed on ---

    def spread(self, message: Message, origin: Session | None) -> list[Session]:
        """Give it to all who subscribed; returns those. `origin`: whose session it came by, if that is here."""
        reached: list[Session] = []
        for session, wanted in self._subscribers(message, origin):
            deliver(session, message, wanted)
            reached.append(session)
        for groups in self._shared.match(message.topic):
            for members in list(groups.values()):
                chosen = self._share(message, members, MAX_TRIES)
                if chosen is not None:
                    reached.append(chosen)
        return reached

    def _subscribers(
        self, message: Message, origin: Session | None
    ) -> Iterator[tuple[Session, list[Subscription]]]:
        found: dict[Session, list[Subscription]] = {}
        for node in self._plain.match(message.topic):
            for session, subscriptions in node.items():
                found.setdefault(session, []).extend(subscriptions.values())
        for session, wanted in found.items():
            if session is origin:
                wanted = [one for one in wanted if session.is_app and not one.no_local]
            if wanted and rules.may_get(session, message.owner):
                yield session, wanted

    def _share(self, message: Message, members: Members, tries: int) -> Session | None:
        """One of the group gets it: in turn, whoever has room first, and a session without connection last."""
        able = [session for session in members if rules.may_get(session, message.owner)]
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
                self._share(message, members, tries - 1)

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
    qos = min(message.qos, max(one.qos for one in wanted))
    retain = retained or (message.retain and any(one.retain_as_published for one in wanted))
    properties = message.properties
    identifiers = tuple(one.identifier for one in wanted if one.identifier)
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


def _group(session: Session, name: str) -> Group:
    return (session.key[0] if session.is_app else "/".join(session.key), name)
