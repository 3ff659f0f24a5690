"""One MQTT connection: bytes in and out, flow control, and the handling of each packet.

    NEW --CONNECT--> ADMITTING --accepted--> OPEN
                              \\--registration--> REGISTERED (answer pushed, the client leaves)
    any --> CLOSED

Per message there is one Uplink, one entry in `pending` and a share of one write; everything else is
done once per `data_received`, per commit or per turn of the loop.
"""

import asyncio
from collections import deque
from typing import Protocol, cast

from linli.kernel.connections import Standing
from linli.kernel.telemetry import logger
from linli.protocols import mqtt
from linli.protocols.mqtt.encode import PINGRESP, pubacks
from linli.protocols.mqtt.packets import Puback, Publish
from linli.things.mqtt import inbound_packets, rules
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.home import Home
from linli.things.mqtt.link import Link, State
from linli.things.mqtt.ports import Uplink
from linli.things.mqtt.session import Session
from linli.things.mqtt.traffic import Hold
from linli.things.mqtt.version5 import Version5

log = logger(__name__)

_KNOWN_TOPICS = 512
_TLS_HELLO = 0x16
_TLS_HERE = "TLS at a port without TLS"
_ABRUPT = frozenset({Gone.SLOW, Gone.REFUSED, Gone.KEEP_ALIVE, Gone.DISPLACED})
"""Ends where the peer does not listen, or must not take the end for an orderly one."""


class Host(Home, Protocol):
    """The front that a connection is part of."""

    def admit(self, connection: "Connection", connect: mqtt.Connect) -> None:
        """Decide on a CONNECT, later."""
        ...

    def strayed(self, connection: "Connection", reason: str) -> None:
        """The first packet is not a CONNECT."""
        ...

    def ended(self, connection: "Connection", reason: Gone) -> None:
        """An open connection is no longer."""
        ...


class Connection(Link):
    __slots__ = (
        "_decoder",
        "_rights",
        "_unanswered",
        "home",
        "keep_ticks",
        "last_heard",
        "pending",
        "session",
    )

    def __init__(self, home: Host, security: str = "") -> None:
        super().__init__(home.traffic, security)
        self.home = home
        self._decoder = mqtt.Decoder(max_packet=home.traffic.limits.max_packet_unknown)
        self.session: Session | None = None
        self.keep_ticks = 0
        """Ticks of silence after which it is lost: one and a half keep-alives; 0: never."""
        self.last_heard = home.traffic.tick
        self.pending: deque[Uplink] = deque()
        """Uplinks with the backend, in the order they came."""
        self._rights: dict[str, rules.Right] = {}
        self._unanswered: list[mqtt.Packet] = []
        """Came behind the CONNECT, before its answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        peer = transport.get_extra_info("peername")
        if not self.traffic.enter(self, str(peer[0]) if peer else ""):
            self.state = State.CLOSED
            cast(asyncio.Transport, transport).abort()
            return
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.traffic.leave(self)
        self.close(Gone.LOST)

    def pause_writing(self) -> None:
        self.since = self.traffic.tick
        super().pause_writing()

    def resume_writing(self) -> None:
        self.since = self.traffic.tick
        super().resume_writing()
        if self.session is not None and not self.blocked:
            self.session.pump()
            inbound_packets.tell_if_ready(self.home, self.session)

    def data_received(self, data: bytes) -> None:
        if self.state is State.CLOSED:
            return
        self.last_heard = self.traffic.tick
        fault = None
        try:
            packets = self._decoder.feed(data)
        except mqtt.MqttError as error:
            packets, fault = error.packets, error
        if self.state is State.OPEN:
            self._take(packets)
        else:
            self._before_open(packets)
        if fault is not None and not self._closed():
            if self.state is State.NEW:
                self.home.strayed(self, _TLS_HERE if data[0] == _TLS_HELLO else f"not MQTT: {fault}")
            self._broken(fault)
        elif self.denials > self.traffic.limits.max_denied:
            self.close(Gone.NOT_ALLOWED)

    def _closed(self) -> bool:
        return self.state is State.CLOSED

    # --- packets ---

    def open(self, session: Session, connect: mqtt.Connect) -> None:
        """The CONNECT was accepted, and CONNACK is on its way."""
        self.state = State.OPEN
        self.session = session
        self.will = connect.will
        if connect.level == 5:
            self.v5 = Version5(connect, self.traffic.limits, self.traffic.clock)
        keep_alive = self.traffic.limits.keep_alive(connect)
        self.keep_ticks = keep_alive + (keep_alive + 1) // 2
        self.since = self.last_heard = self.traffic.tick
        self._decoder.max_packet = self.traffic.limits.max_packet

    def go_on(self) -> None:
        """Take what came behind the CONNECT, and read again."""
        packets, self._unanswered = self._unanswered, []
        self.release(Hold.ADMITTING)
        if packets and self.state is State.OPEN:
            self._take(packets)

    def await_leave(self) -> None:
        """A registration was answered; the client has nothing more to say here."""
        self.state = State.REGISTERED
        self.since = self.traffic.tick
        self._unanswered.clear()
        self.release(Hold.ADMITTING)

    def _before_open(self, packets: list[mqtt.Packet]) -> None:
        for packet in packets:
            if self.state is State.NEW:
                if not isinstance(packet, mqtt.Connect):
                    self.close(Gone.PROTOCOL)
                    return
                self.state = State.ADMITTING
                self.hold(Hold.ADMITTING)
                self.home.admit(self, packet)
            elif self.state is State.ADMITTING:
                self._unanswered.append(packet)
            elif isinstance(packet, mqtt.Disconnect):
                self.close(Gone.CLOSED)
                return
            elif isinstance(packet, mqtt.Pingreq):
                self.send(PINGRESP)

    def _take(self, packets: list[mqtt.Packet]) -> None:
        session = self.session
        assert session is not None
        rights = self._rights
        v5 = self.v5
        uplinks: list[Uplink] = []
        acknowledged = False
        for packet in packets:
            if type(packet) is Publish:
                if v5 is not None and packet.properties is not None and not self._resolved(v5, packet):
                    break
                right = rights.get(packet.topic)
                if right is None:
                    right = self._learn(session, packet.topic)
                topic, device_no, unusual = right
                if unusual or packet.qos == 2:
                    uplink = inbound_packets.take_unusual(self, self.home, session, packet, right)
                    if uplink is not None:
                        uplinks.append(uplink)
                    elif self.state is State.CLOSED:
                        break
                    continue
                uplinks.append(
                    Uplink(
                        session,
                        self,
                        topic,
                        device_no,
                        packet.payload,
                        packet.qos,
                        packet.packet_id,
                        packet.dup,
                    )
                )
            elif type(packet) is Puback:
                session.acknowledge(packet.packet_id, packet.reason)
                acknowledged = True
            else:
                if uplinks:
                    self.hand_over(uplinks)
                    uplinks = []
                inbound_packets.take_control(self, self.home, session, packet)
                if self.state is State.CLOSED:
                    break
        if uplinks:
            self.hand_over(uplinks)
        if acknowledged:
            inbound_packets.tell_if_ready(self.home, session)

    def _resolved(self, v5: Version5, packet: mqtt.Publish) -> bool:
        """Put the topic where an alias stands. False: that cannot be, and all is over."""
        try:
            v5.resolve(packet)
        except mqtt.MqttError as fault:
            self._broken(fault)
            return False
        return True

    def _learn(self, session: Session, text: str) -> rules.Right:
        if len(self._rights) >= _KNOWN_TOPICS:
            self._rights.clear()
        right = self._rights[text] = rules.publishing(session, text)
        return right

    def forget_topics(self) -> None:
        self._rights.clear()

    def hand_over(self, uplinks: list[Uplink]) -> None:
        """Give uplinks to the backend; those already settled only wait for their turn to be acknowledged."""
        size = 0
        settled = False
        for uplink in uplinks:
            size += len(uplink.payload)
            settled = settled or uplink.settled
        self.pending.extend(uplinks)
        self.traffic.take(len(uplinks), size)
        if len(self.pending) > self.traffic.limits.max_pending:
            self.hold(Hold.PENDING)
        handed = [uplink for uplink in uplinks if not uplink.settled] if settled else uplinks
        if handed:
            try:
                self.home.backend.accept(handed)
            except Exception:
                log.exception("the backend took no uplinks; closing, so that they come again")
                settled = True
                for uplink in handed:
                    uplink.settled = True
                self.close(Gone.REFUSED)
        if settled:
            self.acknowledge()

    def acknowledge(self) -> None:
        pending = self.pending
        acks: list[int] = []
        count = size = 0
        while pending and pending[0].settled:
            uplink = pending[0]
            extra = uplink.extra
            if extra is not None and not inbound_packets.conclude(self, self.home, uplink, extra):
                break
            pending.popleft()
            count += 1
            size += len(uplink.payload)
            if extra is not None:
                if acks and self.state is State.OPEN:
                    self.send(pubacks(acks))
                    acks = []
                inbound_packets.answer(self, uplink, extra)
            elif uplink.qos:
                acks.append(uplink.packet_id)
        if not count:
            return
        self.traffic.give_back(count, size)
        if self.state is State.OPEN:
            if acks:
                self.send(pubacks(acks))
            if self.holds(Hold.PENDING) and len(pending) <= self.traffic.limits.max_pending // 2:
                self.release(Hold.PENDING)

    # --- the end ---

    def _broken(self, fault: mqtt.MqttError) -> None:
        log.info("broken MQTT from %s", self.peer, extra={"facts": {"fault": str(fault)}})
        if self.state is State.NEW:
            if fault.fault is mqtt.Fault.UNSUPPORTED_LEVEL:
                self.send(mqtt.encode(mqtt.Connack(1)))
            elif self._decoder.level == 5:
                self.send(mqtt.encode(mqtt.Connack(fault.reason), 5))
        self.close(Gone.PROTOCOL, fault.reason)

    def close(self, gone: Gone, reason: int | None = None) -> None:
        if self.state is State.CLOSED:
            return
        was_open = self.state is State.OPEN
        abrupt = gone in _ABRUPT
        if self.v5 is not None and was_open:
            self.send(self.v5.disconnect(gone, reason))
            abrupt = gone is Gone.SLOW
        self.end(abrupt=abrupt)
        self.state = State.CLOSED
        self.traffic.seated.leave(self)
        self.since = self.traffic.tick
        self._unanswered.clear()
        if was_open:
            self.home.ended(self, gone)

    def standing(self) -> tuple[Standing, float]:
        """For others that need room (`Connections`)."""
        if self.state is State.ADMITTING:
            return Standing.BUSY, self.since
        if self.state is not State.OPEN:
            return Standing.IDLE, self.since
        busy = self.pending or (self.session is not None and self.session.is_app)
        return (Standing.BUSY if busy else Standing.IDLE), self.last_heard

    def displace(self) -> None:
        log.info("no room for all: closing the connection of %s", self.peer)
        self.close(Gone.DISPLACED)

    def check(self, tick: int) -> None:
        """Once a tick: has it been silent, slow or idle for too long?"""
        gone = self._overdue(tick)
        if gone is not None:
            self.close(gone)

    def has_pending(self) -> bool:
        return bool(self.pending)

    def _overdue(self, tick: int) -> Gone | None:
        """Why it is to be closed now, if so. One that is closed and does not go is cut off here. Source: 3.1.2.10."""
        limits = self.traffic.limits
        since = tick - self.since
        if self.state is State.CLOSED:
            if since > limits.connect_timeout:
                self.cut()
            return None
        if self.state is not State.OPEN:
            return Gone.PROTOCOL if since > limits.connect_timeout else None
        if self.blocked:
            return Gone.SLOW if since > limits.stall_timeout else None
        if self.paused:
            self.last_heard = tick
            return None
        if self.keep_ticks and tick - self.last_heard > self.keep_ticks:
            return Gone.KEEP_ALIVE
        if self.session is not None and self.session.is_app:
            oldest = next(iter(self.session.outbox.inflight.values()), None)
            if oldest is not None and tick - oldest.sent_tick > limits.app_ack_timeout:
                return Gone.SLOW
        return None
