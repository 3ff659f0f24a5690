"""The MQTT front: sessions and routes, and what the rest of the house may ask of it (`ports.Publisher`)."""

import asyncio
import contextlib
from collections.abc import Callable, Iterable

from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.connect import ConnectName
from linli.protocols.linkkit.topics import UplinkTopic, ext_error, is_user_topic
from linli.protocols.mqtt import Reason
from linli.things.mqtt.admission import Admission
from linli.things.mqtt.connection import Connection
from linli.things.mqtt.exchange import Exchange
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.message import Message
from linli.things.mqtt.metrics import Meter
from linli.things.mqtt.others import OtherFronts
from linli.things.mqtt.outbox import Downlink
from linli.things.mqtt.ports import (
    APP_PRODUCT,
    UNAVAILABLE,
    AppPrincipal,
    Backend,
    DevicePrincipal,
    Gone,
    Uplink,
)
from linli.things.mqtt.retained import MemoryRetained, Retained
from linli.things.mqtt.session import Session
from linli.things.mqtt.store import Key, MemorySessionStore, SessionStore, StoredSession
from linli.things.mqtt.subscribing import Subscribing
from linli.things.mqtt.traffic import Traffic
from linli.things.mqtt.wills import Wills

log = logger(__name__)

NOT_LOGGED_IN = 520
"""Code on `/ext/error/…`: the sub-device is not logged in here; an SDK then logs it in again."""
_EXPIRY_TICKS = 60
_LET_GO_SECONDS = 1.0
_LOOK_SECONDS = 0.005
_DRAINED_AT_ONCE = 20


class Front:
    """One MQTT front in this process. `connection` is the protocol factory for its listeners."""

    def __init__(
        self,
        backend: Backend,
        *,
        clock: Clock,
        limits: Limits | None = None,
        store: SessionStore | None = None,
        retained: Retained | None = None,
    ) -> None:
        self.backend = backend
        self.limits = limits or Limits()
        self.traffic = Traffic(self.limits, clock)
        self.on_app_ready: Callable[[str, Session], None] | None = None
        self.others: OtherFronts | None = None
        """None: this front is the only one over its database."""
        self._clock = clock
        self._store: SessionStore = store or MemorySessionStore()
        self._retained: Retained = retained or MemoryRetained(clock)
        self._admission = Admission(backend, self, self.limits)
        self._exchange = Exchange()
        self._wills = Wills(self.traffic)
        self._subscribing = Subscribing(self._store, self._exchange, self._retained, self.limits)
        self.on_spread: Callable[[Message], None] | None = None
        """Told of every message that clients of this front publish on user topics: other fronts may have subscribers."""
        self._sessions: dict[Key, Session] = {}
        self._routes: dict[Key, Session] = {}
        """Sub-device -> the connected gateway it logged in through."""
        self._apps: dict[str, dict[str, Session]] = {}
        """appKey -> client id -> connected session."""
        self._sweeper: asyncio.Task[None] | None = None
        self._retained_sweep: asyncio.Task[None] | None = None
        self._meter = Meter()

    # --- life ---

    async def start(self) -> None:
        """Bring back persistent sessions and begin to count ticks. Listeners come after this.

        Beside other fronts a session is brought back when its device comes, or by `adopt`.
        """
        for stored in [] if self.others is not None else await self._store.load():
            self._restore(stored)
        await self._retained.start()
        self._sweeper = asyncio.get_running_loop().create_task(self._count())

    async def stop(self) -> None:
        """Close every connection and write the sessions. Listeners go before this."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.gather(self._sweeper, return_exceptions=True)
        await self._admission.stop()
        await self._subscribing.stop()
        if self._retained_sweep is not None:
            await asyncio.gather(self._retained_sweep, return_exceptions=True)
        for connection in list(self.traffic.connections):
            connection.close(Gone.STOPPED)
        await self._store.close()
        await self._retained.close()

    def connection(self) -> Connection:
        return Connection(self)

    async def _count(self) -> None:
        while True:
            await self._clock.sleep(1)
            self.sweep()

    def sweep(self) -> None:
        """One tick: time-outs of connections and, now and then, of sessions."""
        traffic = self.traffic
        traffic.tick += 1
        for connection in list(traffic.connections):
            connection.check(traffic.tick)
        self._meter.tell(traffic, sessions=len(self._sessions), refused=self._admission.refused)
        self._wills.sweep(traffic.tick)
        if traffic.tick % _EXPIRY_TICKS == 0:
            now_ms = self._clock.now_ms()
            for session in [s for s in self._sessions.values() if s.connection is None]:
                if session.is_over(now_ms):
                    self._forget(session)
                elif session.outbox.queue:
                    session.drop_expired()
            if self._retained_sweep is None or self._retained_sweep.done():
                self._retained_sweep = asyncio.get_running_loop().create_task(self._sweep_retained())

    async def _sweep_retained(self) -> None:
        try:
            await self._retained.sweep()
        except Exception:
            log.exception("retained messages could not be swept")

    # --- for connections ---

    def admit(self, connection: Connection, connect: mqtt.Connect) -> None:
        self._admission.admit(connection, connect)

    async def prepare(
        self, connect: mqtt.Connect, name: ConnectName, principal: DevicePrincipal | AppPrincipal
    ) -> None:
        """Take a device over from the other fronts, its stored session included. Raises Unavailable."""
        if self.others is None:
            return
        if isinstance(principal, AppPrincipal):
            self.others.app_joined(principal.app_key, name.client_id)
            return
        key = (principal.product_key, principal.device_name)
        if not await self.others.take(key, principal.device_no, style=name.rrpc_style):
            return
        if connect.clean:
            self._store.forgotten(key)
        elif key not in self._sessions:
            stored = await self._store.find(key)
            if stored is not None and key not in self._sessions:
                self._restore(stored)

    def left_before_welcome(self, principal: DevicePrincipal | AppPrincipal) -> None:
        """The connection that `prepare` was for is gone."""
        if self.others is None or isinstance(principal, AppPrincipal):
            return
        key = (principal.product_key, principal.device_name)
        session = self._sessions.get(key)
        if session is None or session.connection is None:
            self.others.left(key, self.others.claim_of(key), kept=session is not None)

    def welcome(
        self,
        connection: Connection,
        connect: mqtt.Connect,
        name: ConnectName,
        principal: DevicePrincipal | AppPrincipal,
    ) -> None:
        """Open the session of a client that proved itself, taking over its older connection."""
        if isinstance(principal, AppPrincipal):
            key = (principal.app_key, name.client_id)
            old = self._apps.get(principal.app_key, {}).get(name.client_id)
        else:
            key = (principal.product_key, principal.device_name)
            old = self._sessions.get(key)
        if old is not None and old.connection is not None:
            old.connection.close(Gone.TAKEN_OVER)
        if old is not None and (connect.clean or old.is_over(self._clock.now_ms())):
            self._forget(old)
            old = None
        if old is None and len(self._sessions) >= self.limits.max_sessions:
            log.warning("no room for another session")
            refusal = Reason.QUOTA_EXCEEDED if connect.level == 5 else UNAVAILABLE
            connection.send(mqtt.encode(mqtt.Connack(refusal), connect.level))
            connection.close(Gone.NOT_ALLOWED)
            return

        session = old or self._new_session(key)
        session.principal = principal
        session.name = name
        session.peer = connection.peer
        session.connection = connection
        if isinstance(principal, AppPrincipal):
            self._apps.setdefault(principal.app_key, {})[name.client_id] = session
        else:
            self._sessions[key] = session
            if self.others is not None:
                session.claim = self.others.claim_of(key)
        connection.open(session, connect)
        self._wills.returned(session)
        # What an app waits for is kept in its durable queues, not here (design 4.8).
        session.begin(connect, may_outlive=not session.is_app)
        if connection.v5 is None:
            connection.send(mqtt.encode(mqtt.Connack(0, session_present=old is not None)))
        else:
            connection.send(
                connection.v5.connack(
                    connect,
                    self.limits,
                    present=old is not None,
                    expiry_s=session.expiry_s,
                    assigned="" if connect.client_id else name.client_id,
                    topics=f"/{'/'.join((APP_PRODUCT, key[0]) if session.is_app else key)}/user/",
                )
            )
        self.backend.connected(session)
        session.resume()
        connection.go_on()

    def ended(self, connection: Connection, reason: Gone) -> None:
        session = connection.session
        if session is None or session.connection is not connection:
            return
        self._wills.lost(session, connection)
        session.connection = None
        session.restored = False
        session.gone_ms = self._clock.now_ms()
        self.backend.disconnected(session, reason)
        for key in session.subs:
            if self._routes.get(key) is session:
                del self._routes[key]
                if self.others is not None:
                    self.others.detached(key)
        session.subs.clear()
        if session.persistent:
            session.suspend()
            self._store.gone(session.key, session.gone_ms, session.expiry_s)
            if self.others is not None:
                self.others.left(session.key, session.claim, kept=True)
        else:
            self._forget(session)

    def denied(self, session: Session, topic: UplinkTopic) -> None:
        if session.is_app:
            return
        log.info(
            "publish refused", extra={"facts": {"device": "/".join(session.key), "topic": topic.text[:200]}}
        )
        body = envelope.reply(
            envelope.Request(),
            code=NOT_LOGGED_IN,
            message="device session error",
            data={"productKey": topic.product_key, "deviceName": topic.device_name},
        )
        session.send(ext_error(*session.key), body)

    def subscribe(self, session: Session, packet: mqtt.Subscribe) -> None:
        if self._subscribing.subscribe(session, packet) and session.is_app:
            session.starved = False
            self.app_ready(session)

    def unsubscribe(self, session: Session, packet: mqtt.Unsubscribe) -> None:
        self._subscribing.unsubscribe(session, packet)

    def may_retain(self, message: Message, limits: Limits) -> bool:
        return len(message.payload) <= limits.max_retained_bytes and self._retained.takes(
            message, limits.max_retained
        )

    def pass_on(self, message: Message, origin: Session | None) -> list[Session]:
        if message.retain:
            self._retained.keep(message)
        if self.on_spread is not None:
            self.on_spread(message)
        return self._exchange.spread(message, origin)

    def spread(self, message: Message) -> None:
        """Give subscribers of this front a message that came to another one."""
        self._exchange.spread(message, None)

    def when_durable(self, call: Callable[[], None]) -> None:
        self._retained.when_durable(lambda: self._store.when_durable(call))

    def app_ready(self, session: Session) -> None:
        if self.on_app_ready is not None:
            self.on_app_ready(session.key[0], session)

    # --- for the rest of the house: ports.Publisher ---

    def done(self, uplinks: Iterable[Uplink]) -> None:
        touched: set[Connection] = set()
        last: Connection | None = None
        for uplink in uplinks:
            uplink.settled = True
            if uplink.connection is not last:
                last = uplink.connection
                touched.add(last)
        for connection in touched:
            connection.acknowledge()

    def answer(self, replies: Iterable[tuple[Uplink, bytes]]) -> None:
        # Messages of one commit come in runs of one connection and topic: a run is one write.
        run: list[bytes] = []
        connection: Connection | None = None
        topic: UplinkTopic | None = None
        for uplink, payload in replies:
            if uplink.topic is not topic or uplink.connection is not connection:
                if connection is not None and topic is not None:
                    connection.replies(topic, run)
                connection, topic, run = uplink.connection, uplink.topic, []
            run.append(payload)
        if connection is not None and topic is not None:
            connection.replies(topic, run)

    def refuse(self, uplinks: Iterable[Uplink]) -> None:
        touched: set[Connection] = set()
        for uplink in uplinks:
            uplink.settled = True
            if uplink.extra is not None:
                uplink.extra.refused = True
            touched.add(uplink.connection)
        for connection in touched:
            connection.close(Gone.REFUSED)
            connection.acknowledge()

    def publish(
        self,
        product_key: str,
        device_name: str,
        topic: str,
        payload: bytes,
        *,
        qos: int = 0,
        on_ack: Callable[[bool], None] | None = None,
        queue: bool = False,
        expires_ms: int | None = None,
    ) -> bool:
        key = (product_key, device_name)
        session = self._sessions.get(key)
        own = session is not None and session.connection is not None
        if self.others is not None and session is None and key not in self._routes:
            return self.others.forward(
                key, topic, payload, qos=qos, on_ack=on_ack, queue=queue, expires_ms=expires_ms
            )
        user = is_user_topic(topic)
        for candidate in (session if own else None, self._routes.get(key)):
            if candidate is None:
                continue
            granted = candidate.subscriptions.granted(topic)
            if granted is None:
                if user:
                    continue
                granted = 1
            if not min(qos, granted):
                if candidate.send(topic, payload):
                    if on_ack is not None:
                        asyncio.get_running_loop().call_soon(on_ack, True)
                    return True
            elif candidate.offer(Downlink(topic, payload, on_ack, expires_ms), keep=queue):
                return True
        if not queue or not qos or own or session is None:
            return False
        granted = session.subscriptions.granted(topic)
        if (granted is None and user) or granted == 0:
            return False
        return session.offer(Downlink(topic, payload, on_ack, expires_ms), keep=True)

    def publish_app(
        self,
        app_key: str,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        on_ack: Callable[[bool], None] | None = None,
        client_id: str | None = None,
    ) -> bool:
        best: Session | None = None
        best_granted = least = 0
        for session in self._apps.get(app_key, {}).values():
            if client_id is not None and session.key[1] != client_id:
                continue
            granted = session.subscriptions.granted(topic)
            if granted is None:
                continue
            if not session.has_room():
                session.starved = True
                continue
            busy = len(session.outbox.inflight)
            if best is None or busy < least:
                best, best_granted, least = session, granted, busy
        if best is None:
            return False
        if qos and best_granted:
            best.launch(Downlink(topic, payload, on_ack))
            return True
        sent = best.send(topic, payload)
        if sent and on_ack is not None:
            asyncio.get_running_loop().call_soon(on_ack, True)
        return sent

    def is_connected(self, product_key: str, device_name: str) -> bool:
        key = (product_key, device_name)
        session = self._sessions.get(key)
        here = (session is not None and session.connection is not None) or key in self._routes
        return here or (self.others is not None and self.others.reaches(key))

    def attach(self, gateway: Session, product_key: str, device_name: str, device_no: int) -> bool:
        key = (product_key, device_name)
        if gateway.connection is None or key == gateway.key:
            return False
        if key not in gateway.subs and len(gateway.subs) >= self.limits.max_subs:
            return False
        before = self._routes.get(key)
        if before is not None and before is not gateway:
            self.detach(before, product_key, device_name)
        self._routes[key] = gateway
        gateway.subs[key] = device_no
        gateway.connection.forget_topics()
        if self.others is not None:
            self.others.attached(key, device_no)
        return True

    def detach(self, gateway: Session, product_key: str, device_name: str) -> None:
        key = (product_key, device_name)
        gateway.subs.pop(key, None)
        if self._routes.get(key) is gateway:
            del self._routes[key]
            if self.others is not None:
                self.others.detached(key)
        if gateway.connection is not None:
            gateway.connection.forget_topics()

    def release(self, product_key: str, device_name: str) -> bool:
        gateway = self._routes.get((product_key, device_name))
        if gateway is not None:
            self.detach(gateway, product_key, device_name)
        return gateway is not None

    def connects(self, product_key: str, device_name: str) -> bool:
        session = self._sessions.get((product_key, device_name))
        return session is not None and session.connection is not None

    def through_gateway(self, product_key: str, device_name: str) -> bool:
        return (product_key, device_name) in self._routes

    def kick(self, product_key: str, device_name: str) -> bool:
        key = (product_key, device_name)
        gateway = self._routes.get(key)
        self.release(product_key, device_name)
        session = self._sessions.get(key)
        connected = session is not None and session.connection is not None
        if session is not None:
            if session.connection is not None:
                session.connection.close(Gone.KICKED)
            self._forget(session)
        return connected or gateway is not None

    def kick_app(self, app_key: str) -> int:
        sessions = list(self._apps.get(app_key, {}).values())
        for session in sessions:
            if session.connection is not None:
                session.connection.close(Gone.KICKED)
        return len(sessions)

    # --- for the other fronts ---

    async def let_go(self, key: Key) -> None:
        """Another front takes this device: end its connection here, write its session, and forget it.

        Returns once what it sent here is committed and its session is durable; not later than a second.
        """
        gateway = self._routes.get(key)
        if gateway is not None:
            self.detach(gateway, *key)
        session = self._sessions.get(key)
        if session is None:
            return
        connection = session.connection
        if connection is not None:
            connection.close(Gone.TAKEN_OVER)
        if self._sessions.get(key) is session:
            del self._sessions[key]
            self._exchange.forget(session)
            self._wills.returned(session)
            session.let_go()
        durable = asyncio.Event()
        self._store.when_durable(durable.set)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LET_GO_SECONDS):
                await durable.wait()
                while connection is not None and connection.pending:  # noqa: ASYNC110 - a rare case, and short
                    await asyncio.sleep(_LOOK_SECONDS)

    async def adopt(self, key: Key) -> bool:
        """Keep the stored session of a device whose front is gone. False: there is none, or it is here already."""
        if key in self._sessions:
            return False
        stored = await self._store.find(key)
        if stored is None or key in self._sessions:
            return False
        self._restore(stored)
        return True

    def holds(self, key: Key) -> bool:
        """Whether this front has a connection, a gateway or a waiting session for the device."""
        return key in self._sessions or key in self._routes

    def app_elsewhere(self, app_key: str, client_id: str) -> None:
        """The same subscriber connected to another front."""
        session = self._apps.get(app_key, {}).get(client_id)
        if session is not None and session.connection is not None:
            session.connection.close(Gone.TAKEN_OVER)

    async def drain(self, seconds: float) -> None:
        """Close all connections one after the other, so that their clients do not all come to another front at once."""
        connections = list(self.traffic.connections)
        for number, connection in enumerate(connections):
            connection.close(Gone.STOPPED)
            if number % _DRAINED_AT_ONCE == _DRAINED_AT_ONCE - 1:
                await self._clock.sleep(seconds * _DRAINED_AT_ONCE / len(connections))

    # --- sessions ---

    def _restore(self, stored: StoredSession) -> None:
        session = self._new_session(stored.key)
        session.persistent = session.restored = True
        session.gone_ms, session.expiry_s = stored.gone_ms, stored.expiry_s
        session.incoming = dict.fromkeys(stored.incoming, True)
        for subscription in stored.filters:
            session.subscriptions.add(subscription)
            self._exchange.add(session, subscription)
        for downlink in stored.downlinks:
            session.restore(downlink)
            self.traffic.number = max(self.traffic.number, downlink.number)
        if self.others is not None:
            session.claim = self.others.claim_of(stored.key)
        self._sessions[stored.key] = session

    def _new_session(self, key: Key) -> Session:
        return Session(key, traffic=self.traffic, store=self._store)

    def _forget(self, session: Session) -> None:
        self._wills.ended(session)
        self._exchange.forget(session)
        session.discard()
        if self._sessions.get(session.key) is session:
            del self._sessions[session.key]
            if self.others is not None:
                self.others.left(session.key, session.claim, kept=False)
        apps = self._apps.get(session.key[0])
        if apps is not None and apps.get(session.key[1]) is session:
            del apps[session.key[1]]
            if not apps:
                del self._apps[session.key[0]]
