"""SUBSCRIBE and UNSUBSCRIBE: rights, options, and the retained messages of a new subscription.

Source: MQTT 5.0, 3.8-3.11; 3.1.1 likewise without options.
"""

import asyncio
from collections.abc import Callable

from linli.kernel.errors import Unavailable
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.mqtt import Reason
from linli.things.mqtt import rules
from linli.things.mqtt.exchange import Exchange, deliver
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.retained_messages import Retained
from linli.things.mqtt.session import Session
from linli.things.mqtt.store import SessionStore
from linli.things.mqtt.subscriptions import Subscription

log = logger(__name__)

_ROOM_SECONDS = 0.02
_ROOM_TRIES = 500


type Denied = Callable[[Session, str, bool], None]
"""(session, filter, whether the session has as many as it may); else the rules do not allow it."""


class Subscribing:
    def __init__(
        self, store: SessionStore, exchange: Exchange, retained: Retained, limits: Limits, denied: Denied
    ) -> None:
        self._store = store
        self._exchange = exchange
        self._retained = retained
        self._limits = limits
        self._denied = denied
        self._tasks: set[asyncio.Task[None]] = set()

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def subscribe(self, session: Session, packet: mqtt.Subscribe) -> bool:
        """SUBACK goes out once the filters are durable, where the session is persistent. True: something changed."""
        connection = session.connection
        assert connection is not None
        v5 = connection.v5 is not None
        identifier = 0
        if packet.properties is not None and packet.properties.subscription_ids:
            identifier = packet.properties.subscription_ids[0]
        codes: list[int] = []
        changed: list[Subscription] = []
        retained: list[Subscription] = []
        for text, options in packet.filters:
            before = session.subscriptions.get(text)
            if before is None and len(session.subscriptions) >= self._limits.max_filters:
                connection.count_denial()
                self._denied(session, text, True)
                codes.append(Reason.QUOTA_EXCEEDED if v5 else mqtt.REFUSED_FILTER)
                continue
            if not rules.may_subscribe(session, text):
                connection.count_denial()
                self._denied(session, text, False)
                codes.append(Reason.NOT_AUTHORIZED if v5 else mqtt.REFUSED_FILTER)
                continue
            qos = options & mqtt.QOS_BITS
            codes.append(qos)
            subscription = Subscription(text, qos, options & ~mqtt.QOS_BITS, identifier)
            if session.subscriptions.add(subscription):
                changed.append(subscription)
                self._exchange.add(session, subscription)
            handling = subscription.retain_handling
            if subscription.share is None and (handling == 0 or (handling == 1 and before is None)):
                retained.append(subscription)
        if changed and session.persistent:
            self._store.subscribed(session.key, changed)
        self._answer(
            session, mqtt.Suback(packet.packet_id, tuple(codes)), stored=bool(changed), then=retained
        )
        return bool(changed)

    def unsubscribe(self, session: Session, packet: mqtt.Unsubscribe) -> None:
        gone: list[str] = []
        codes: list[int] = []
        for text in packet.filters:
            subscription = session.subscriptions.get(text)
            if subscription is None:
                codes.append(Reason.NO_SUBSCRIPTION_EXISTED)
                continue
            session.subscriptions.remove(text)
            self._exchange.remove(session, subscription)
            gone.append(text)
            codes.append(Reason.SUCCESS)
        if gone and session.persistent:
            self._store.unsubscribed(session.key, gone)
        self._answer(session, mqtt.Unsuback(packet.packet_id, tuple(codes)), stored=bool(gone), then=[])

    def _answer(
        self,
        session: Session,
        answer: mqtt.Suback | mqtt.Unsuback,
        *,
        stored: bool,
        then: list[Subscription],
    ) -> None:
        connection = session.connection
        assert connection is not None
        wire = mqtt.encode(answer, connection.level)
        wanted = [subscription for subscription in then if rules.user_owner(subscription.inner) is not None]

        def send() -> None:
            connection.send(wire)
            if wanted:
                task = asyncio.get_running_loop().create_task(self._send_retained(session, wanted))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

        if stored and session.persistent:
            self._store.when_durable(send)
        else:
            send()

    async def _send_retained(self, session: Session, wanted: list[Subscription]) -> None:
        connection = session.connection
        for subscription in wanted:
            owner = rules.user_owner(subscription.inner)
            if owner is None:
                continue
            try:
                messages = await self._retained.find(subscription.inner, owner)
            except Unavailable:
                log.warning("retained messages could not be read")
                return
            allowed = [message for message in messages if rules.may_get(session, message.owner)]
            for message in allowed[: self._limits.max_retained_sent]:
                for _ in range(_ROOM_TRIES):
                    if session.connection is not connection or connection is None:
                        return
                    if deliver(session, message, [subscription], retained=True):
                        break
                    await asyncio.sleep(_ROOM_SECONDS)
