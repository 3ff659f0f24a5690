"""The MQTT front: connections come to it and end at it. The `switchboard` has the connected clients and the ways to
reach them."""

import asyncio
from collections.abc import Callable

from linli.kernel.clock import Clock
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.connect import ConnectName
from linli.protocols.linkkit.topics import UplinkTopic, ext_error
from linli.protocols.mqtt import Reason
from linli.things.mqtt.admission import Admission
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.connection import Connection
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.message import Message
from linli.things.mqtt.metrics import Meter
from linli.things.mqtt.ports import Backend
from linli.things.mqtt.principals import APP_PRODUCT, UNAVAILABLE, AppPrincipal, DevicePrincipal
from linli.things.mqtt.retained_messages import MemoryRetained, Retained
from linli.things.mqtt.session import Session
from linli.things.mqtt.subscribing import Subscribing
from linli.things.mqtt.switchboard import Switchboard
from linli.things.mqtt.wills import Heirs

log = logger(__name__)

NOT_LOGGED_IN = 520
"""Code on `/ext/error/…`: the sub-device is not logged in here; an SDK then logs it in again."""
_EXPIRY_TICKS = 60
_DRAINED_AT_ONCE = 20


class Front:
    """One MQTT front in this process. `connection` is the protocol factory for its listeners."""

    def __init__(
        self,
        backend: Backend,
        switchboard: Switchboard,
        *,
        clock: Clock,
        retained: Retained | None = None,
    ) -> None:
        self.backend = backend
        self.switchboard = switchboard
        self.traffic = switchboard.traffic
        self.on_spread: list[Callable[[Message], None]] = []
        """Called with each message that clients publish on user topics here: other fronts may have subscribers."""
        self._clock = clock
        self._limits = switchboard.limits
        self._store = switchboard.store
        self._exchange = switchboard.exchange
        self._clients = clients = switchboard.clients
        self._wills, self._kept_wills = switchboard.wills, switchboard.kept_wills
        self._on_app_ready = switchboard.on_app_ready
        self._retained: Retained = retained or MemoryRetained(clock)
        self._admission = Admission(backend, self.welcome, switchboard.handover, self._limits)
        self._subscribing = Subscribing(
            self._store, self._exchange, self._retained, self._limits, self._denied_filter
        )
        self._sweeper: asyncio.Task[None] | None = None
        self._retained_sweep: asyncio.Task[None] | None = None
        self._meter = Meter()
        heirs = Heirs(
            self._wills,
            self._kept_wills,
            session_of=lambda kept: clients.devices.get(kept.key) or clients.new(kept.key),
            connection=self.connection,
            is_back=lambda key: clients.is_connected(*key) or clients.app(*key) is not None,
        )
        self._find_wills, self.take_over_wills = heirs.start, heirs.take_over

    # --- life ---

    async def start(self) -> None:
        """Bring back persistent sessions and begin to count ticks. Listeners come after this.

        Beside other fronts a session is brought back when its device comes, or by `adopt`.
        """
        for stored in [] if self._clients.others is not None else await self._store.load():
            self._clients.restore(stored)
        await self._retained.start()
        if self._clients.others is None:
            await self._find_wills()
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
        await self._kept_wills.close()

    def connection(self, security: str = "") -> Connection:
        """`security`: how its bytes are protected where the socket does not show it (`mqtt.wire`)."""
        return Connection(self, security)

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
        self._meter.tell(traffic, sessions=len(self._clients.devices), refused=self._admission.refused)
        self._wills.sweep(traffic.tick)
        if traffic.tick % _EXPIRY_TICKS == 0:
            self._clients.expire(self._clock.now_ms())
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

    def strayed(self, connection: Connection, reason: str) -> None:
        self.backend.strayed(reason=reason, peer=connection.peer, security=connection.security)

    def welcome(
        self,
        connection: Connection,
        connect: mqtt.Connect,
        name: ConnectName,
        principal: DevicePrincipal | AppPrincipal,
    ) -> None:
        """Open the session of a client that proved itself, taking over its older connection."""
        clients = self._clients
        if isinstance(principal, AppPrincipal):
            key = (principal.app_key, name.client_id)
            old = clients.app(*key)
        else:
            key = (principal.product_key, principal.device_name)
            old = clients.devices.get(key)
        if old is not None and old.connection is not None:
            old.connection.close(Gone.TAKEN_OVER)
        if old is not None and (connect.clean or old.is_over(self._clock.now_ms())):
            clients.forget(old)
            old = None
        full = old is None and len(clients.devices) >= self._limits.max_sessions
        if full or not self.traffic.seat(connection):
            log.warning("no room for another %s", "session" if full else "connection")
            refusal = Reason.QUOTA_EXCEEDED if connect.level == 5 else UNAVAILABLE
            connection.send(mqtt.encode(mqtt.Connack(refusal), connect.level))
            connection.close(Gone.NOT_ALLOWED)
            return

        session = old or clients.new(key)
        session.principal = principal
        session.name = name
        session.peer = connection.peer
        session.connection = connection
        clients.enter(session)
        connection.open(session, connect)
        # What an app waits for is kept in its durable queues, not here (design 4.8).
        session.begin(connect, may_outlive=not session.is_app)
        self._wills.arrived(session, connection)
        if connection.v5 is None:
            connection.send(mqtt.encode(mqtt.Connack(0, session_present=old is not None)))
        else:
            connection.send(
                connection.v5.connack(
                    connect,
                    self._limits,
                    present=old is not None,
                    expiry_s=session.expiry_s,
                    assigned="" if connect.client_id else name.client_id,
                    topics=f"/{'/'.join((APP_PRODUCT, key[0]) if session.is_app else key)}/user/",
                )
            )
        self.backend.connected(session)
        self._exchange.moved(session)
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
        self._clients.detach_all(session)
        if session.persistent:
            session.suspend()
            self._exchange.moved(session)
            self._store.gone(session.key, session.gone_ms, session.expiry_s)
            if self._clients.others is not None:
                self._clients.others.left(session.key, session.claim, kept=True)
        else:
            self._clients.forget(session)

    def denied(self, session: Session, topic: UplinkTopic, payload: bytes) -> None:
        if session.is_app:
            return
        self.backend.topic_refused(session, topic.text, payload, "publish")
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

    def _denied_filter(self, session: Session, text: str, full: bool) -> None:
        if not session.is_app:
            self.backend.topic_refused(session, text, b"", "quota" if full else "subscribe")

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
        for listener in self.on_spread:
            listener(message)
        return self._exchange.spread(message, origin)

    def spread(self, message: Message) -> None:
        """Give this front's subscribers a message that came to another front. The other front chooses for groups
        (`share`)."""
        self._exchange.spread_plain(message, None)

    def when_durable(self, call: Callable[[], None]) -> None:
        self._retained.when_durable(lambda: self._store.when_durable(call))

    def app_ready(self, session: Session) -> None:
        if isinstance(session.principal, AppPrincipal) and session.principal.is_guest:
            return
        for listener in self._on_app_ready:
            listener(session.key[0], session)

    async def drain(self, seconds: float) -> None:
        """Close all connections one after the other, so that their clients do not all come to another front at once."""
        connections = list(self.traffic.connections)
        for number, connection in enumerate(connections):
            connection.close(Gone.STOPPED)
            if number % _DRAINED_AT_ONCE == _DRAINED_AT_ONCE - 1:
                await self._clock.sleep(seconds * _DRAINED_AT_ONCE / len(connections))
