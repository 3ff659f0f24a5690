"""Wills: the message that a client wants published when its connection is lost. Source: MQTT 5.0, 3.1.2.5 and 3.1.3.2.2.

A will is an uplink like any other, stored and acknowledged to nobody; on a user topic it is passed on, and retained if
it says so. A delayed one waits for the client to come back, at most until its session ends. It is in the database from
the CONNECT on: when a front is killed, the process that takes over goes on waiting, or publishes it (`stored_wills`).
"""

from collections.abc import Callable
from typing import NamedTuple

from linli.protocols import mqtt
from linli.things.mqtt import rules
from linli.things.mqtt.connection import Connection
from linli.things.mqtt.message import Extra, message_of
from linli.things.mqtt.ports import Uplink
from linli.things.mqtt.principals import AppPrincipal, DevicePrincipal
from linli.things.mqtt.session import Session
from linli.things.mqtt.store import Key
from linli.things.mqtt.stored_wills import KeptWill, KeptWills
from linli.things.mqtt.traffic import Traffic


class _Waiting(NamedTuple):
    due_tick: int
    session: Session
    connection: Connection
    will: mqtt.Will


class Wills:
    def __init__(self, traffic: Traffic, kept: KeptWills) -> None:
        self._traffic = traffic
        self._kept = kept
        self._waiting: dict[Key, _Waiting] = {}
        self._written: set[Key] = set()
        """Clients whose will is in the database."""

    def arrived(self, session: Session, connection: Connection) -> None:
        """The session has a connection again: the last will is dropped. Call it once the session has begun again."""
        self.void(session.key)
        if connection.will is not None:
            self._keep(session, connection.will)

    def lost(self, session: Session, connection: Connection) -> None:
        """The connection ended; `connection.will` is None if it ended in order. The session may live on."""
        will = connection.will
        if will is None:
            self.void(session.key)
            return
        delay = _delay(session, will)
        if delay:
            self._waiting[session.key] = _Waiting(self._traffic.tick + delay, session, connection, will)
            self._keep(session, will, due_ms=self._traffic.clock.now_ms() + delay * 1000)
        else:
            self._say(session, connection, will)

    def void(self, key: Key) -> None:
        """The will is dropped."""
        self._waiting.pop(key, None)
        if key in self._written:
            self._written.discard(key)
            self._kept.drop(key)

    def ended(self, session: Session) -> None:
        """The session ends before its delay did."""
        waiting = self._waiting.get(session.key)
        if waiting is not None:
            self._say(waiting.session, waiting.connection, waiting.will)

    def sweep(self, tick: int) -> None:
        for waiting in [will for will in self._waiting.values() if will.due_tick <= tick]:
            self._say(waiting.session, waiting.connection, waiting.will)

    def restore(self, kept: KeptWill, session: Session, connection: Connection) -> None:
        """Of a front that has ended. `session`: the client's, waiting here; `connection` never had a socket."""
        if session.principal is None:
            session.principal = _principal(kept)
        due_ms = kept.due_ms or self._traffic.clock.now_ms() + kept.delay_s * 1000
        seconds = max(0, -((self._traffic.clock.now_ms() - due_ms) // 1000))
        self._waiting[kept.key] = _Waiting(self._traffic.tick + seconds, session, connection, kept.will)
        if kept.due_ms:
            self._written.add(kept.key)
        else:
            self._keep(session, kept.will, due_ms=due_ms)

    def _keep(self, session: Session, will: mqtt.Will, *, due_ms: int = 0) -> None:
        self._written.add(session.key)
        self._kept.keep(
            KeptWill(session.key, session.tenant_id, session.device_no, will, _delay(session, will), due_ms)
        )

    def _say(self, session: Session, connection: Connection, will: mqtt.Will) -> None:
        self.void(session.key)
        right = rules.publishing(session, will.topic)
        if right.device_no == rules.DENIED:
            return
        extra = None
        topic = right.topic
        if right.unusual:
            packet = mqtt.Publish(
                will.topic, will.payload, will.qos, 0, will.retain, properties=will.properties
            )
            owner = (topic.product_key, topic.device_name)
            now_ms = self._traffic.clock.now_ms()
            extra = Extra(message_of(packet, owner, session.tenant_id, now_ms=now_ms))
        uplink = Uplink(session, connection, topic, right.device_no, will.payload, 0, 0, extra=extra)
        connection.hand_over([uplink])


def _delay(session: Session, will: mqtt.Will) -> int:
    """Seconds that it waits; none beyond the session."""
    delay = will.properties.will_delay or 0 if will.properties is not None else 0
    return min(delay, session.expiry_s) if session.persistent else 0


def _principal(kept: KeptWill) -> DevicePrincipal | AppPrincipal:
    if kept.device_no:
        return DevicePrincipal(
            product_key=kept.key[0],
            device_name=kept.key[1],
            device_no=kept.device_no,
            tenant_id=kept.tenant_id,
        )
    return AppPrincipal(app_key=kept.key[0], may_subscribe=(), tenant_id=kept.tenant_id)


class Heirs:
    """Goes on with the wills of fronts that are no more."""

    def __init__(
        self,
        wills: Wills,
        kept: KeptWills,
        *,
        session_of: Callable[[KeptWill], Session],
        connection: Callable[[], Connection],
        is_back: Callable[[Key], bool],
    ) -> None:
        self._wills = wills
        self._kept = kept
        self._session_of = session_of
        self._connection = connection
        self._is_back = is_back

    async def start(self) -> None:
        """The only front over its database: it takes over the wills of every other front."""
        self._go_on(await self._kept.all())

    async def take_over(self, gone: str) -> None:
        """Wills of clients that came back meanwhile, here or elsewhere, are void."""
        self._go_on(await self._kept.inherit(gone))

    def _go_on(self, left: list[KeptWill]) -> None:
        for kept in left:
            if self._is_back(kept.key):
                self._kept.drop(kept.key)
            else:
                self._wills.restore(kept, self._session_of(kept), self._connection())
