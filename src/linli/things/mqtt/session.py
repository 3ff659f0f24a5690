"""A device's or app's session: the state that outlives a connection, and the QoS 1 and 2 downlinks. Source: MQTT 3.1.1,
3.1.2.4."""

import asyncio

from linli.protocols import mqtt
from linli.protocols.linkkit.connect import ConnectName
from linli.protocols.mqtt import Properties
from linli.protocols.mqtt.bodies5 import read_properties
from linli.protocols.mqtt.encode import publish, publishes
from linli.protocols.mqtt.properties import On, write_properties
from linli.things.mqtt.link import Link
from linli.things.mqtt.outbox import Downlink, Outbox, wire_of
from linli.things.mqtt.principals import AppPrincipal, DevicePrincipal
from linli.things.mqtt.store import Key, SessionStore, StoredDownlink
from linli.things.mqtt.subscriptions import Subscriptions
from linli.things.mqtt.traffic import Traffic


class Session:
    """Keyed by (product key, device name), or (appKey, client id) for an app; never by the client id alone,
    which changes with each connection of most SDKs (spec clients, trap 2).

    For the backend: `key`, `principal`, `device_no`, `name`, `peer`, `subs`. The rest is the front's.
    """

    __slots__ = (
        "_store",
        "_traffic",
        "claim",
        "connection",
        "expiry_s",
        "gone_ms",
        "incoming",
        "key",
        "max_inflight",
        "name",
        "outbox",
        "peer",
        "persistent",
        "principal",
        "restored",
        "starved",
        "subs",
        "subscriptions",
    )

    def __init__(self, key: Key, *, traffic: Traffic, store: SessionStore) -> None:
        self.key = key
        self.persistent = False
        """It outlives its connection, and is kept in the store."""
        self.principal: DevicePrincipal | AppPrincipal | None = None
        """None until it connects for the first time since the front started."""
        self.name: ConnectName | None = None
        """Names of the present or last CONNECT; `name.rrpc_style` tells how to call it synchronously."""
        self.peer = ""
        """Remote address, `host:port`."""
        self.subs: dict[Key, int] = {}
        """Sub-devices logged in through it, with the backend's numbers."""
        self.connection: Link | None = None
        self.claim = 0
        """By which this front holds the device, where there are others (`others.OtherFronts`)."""
        self.subscriptions = Subscriptions()
        self.outbox = Outbox()
        self.incoming: dict[int, bool] = {}
        """Packet ids of QoS 2 uplinks between PUBLISH and PUBREL, not taken twice -> whether PUBREC is due."""
        self.expiry_s = 0
        """Seconds it outlives its connection."""
        self.restored = False
        """Its present connection is the first since it was read from the store: `incoming` may lack the last ids."""
        self.max_inflight = traffic.limits.max_inflight
        self.gone_ms = 0
        self.starved = False
        """An app's message found no room here since it last had some."""
        self._traffic = traffic
        self._store = store

    @property
    def device_no(self) -> int:
        """The backend's number of the device; 0 for an app."""
        return self.principal.device_no if isinstance(self.principal, DevicePrincipal) else 0

    @property
    def tenant_id(self) -> str:
        return "" if self.principal is None else self.principal.tenant_id

    @property
    def is_app(self) -> bool:
        return isinstance(self.principal, AppPrincipal)

    def send(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        properties: Properties | None = None,
        expires_ms: int | None = None,
    ) -> bool:
        """At QoS 0. False: no connection, or the connection does not read the earlier messages."""
        connection = self.connection
        if connection is None or connection.blocked:
            return False
        v5 = connection.v5
        if v5 is None:
            connection.send(publish(topic, payload, retain=retain))
        else:
            connection.send(
                v5.publish(topic, payload, retain=retain, properties=properties, expires_ms=expires_ms)
            )
        return True

    def send_all(self, topic: str, payloads: list[bytes]) -> bool:
        """Several of these in a row: all of them, or, returning False, none."""
        connection = self.connection
        if connection is None or connection.blocked:
            return False
        v5 = connection.v5
        if v5 is None:
            connection.send(publishes(topic, payloads))
        else:
            connection.send(b"".join(v5.publish(topic, payload) for payload in payloads))
        return True

    def offer(self, downlink: Downlink, *, keep: bool) -> bool:
        """At QoS 1 or 2: send it, or let it wait for the window. False: no room.

        `keep`: it may wait for the next connection and survive a restart, if the session is persistent.
        """
        connection = self.connection
        outbox = self.outbox
        kept = keep and self.persistent
        if connection is not None and not connection.blocked and not outbox.queue:
            if len(outbox.inflight) < self.max_inflight:
                if kept:
                    self._keep(downlink)
                self._launch(connection, downlink)
                return True
        elif connection is None and not kept:
            return False
        size = len(downlink.payload)
        limits = self._traffic.limits
        if (
            len(outbox.queue) >= limits.max_queued
            or outbox.queued_bytes + size > limits.max_queued_bytes
            or self._traffic.queued_bytes + size > limits.max_queued_total_bytes
        ):
            return False
        if kept:
            self._keep(downlink)
        self._wait(downlink)
        return True

    def launch(self, downlink: Downlink) -> None:
        """At once; call it only right after `has_room` was true."""
        connection = self.connection
        assert connection is not None
        self._launch(connection, downlink)

    def _launch(self, connection: Link, downlink: Downlink) -> None:
        packet_id = self.outbox.launch(downlink, self._traffic.tick)
        wire = wire_of(downlink, packet_id, connection.v5)
        if not wire:
            del self.outbox.inflight[packet_id]
            self._settle(downlink, delivered=False)
        elif downlink.qos == 2 and downlink.number:
            # Sent again after a crash it must have the same packet id: else the device takes it twice.
            self._store.sent(self.key, downlink.number, packet_id)
            self._store.when_durable(lambda: connection.send(wire) if self.connection is connection else None)
        else:
            connection.send(wire)

    def has_room(self) -> bool:
        """Whether an app's message could be sent at once."""
        connection = self.connection
        return (
            connection is not None
            and not connection.blocked
            and len(self.outbox.inflight) < self.max_inflight
        )

    def acknowledge(self, packet_id: int, reason: int = 0) -> None:
        """PUBACK came. An id that is not in flight is ignored: some clients acknowledge twice."""
        downlink = self.outbox.inflight.get(packet_id)
        if downlink is None or downlink.qos == 2:
            return
        del self.outbox.inflight[packet_id]
        self._settle(downlink, delivered=reason < 0x80)
        if self.outbox.queue:
            self.pump()

    def note_received(self, packet_id: int, reason: int = 0) -> None:
        """PUBREC came: the device has the message; release it, once that is written down."""
        downlink, connection = self.outbox.inflight.get(packet_id), self.connection
        assert connection is not None
        if downlink is None or downlink.qos != 2:
            # An id of an older session: let the client finish (5.0, 4.3.3; 3.1.1 knows no reasons).
            unknown = mqtt.Pubrel(packet_id, mqtt.Reason.PACKET_ID_NOT_FOUND)
            connection.send(mqtt.encode(unknown, connection.level))
            return
        if reason >= 0x80:
            del self.outbox.inflight[packet_id]
            self._settle(downlink, delivered=False)
            self.pump()
            return
        wire = mqtt.encode(mqtt.Pubrel(packet_id))
        if downlink.number and not downlink.released:
            self._store.released(self.key, downlink.number)
            downlink.released = True
            self._store.when_durable(lambda: connection.send(wire) if self.connection is connection else None)
            return
        downlink.released = True
        connection.send(wire)

    def complete(self, packet_id: int) -> None:
        """PUBCOMP came."""
        downlink = self.outbox.inflight.get(packet_id)
        if downlink is None or not downlink.released:
            return
        del self.outbox.inflight[packet_id]
        self._settle(downlink, delivered=True)
        if self.outbox.queue:
            self.pump()

    def receiving(self, packet_id: int) -> None:
        """A QoS 2 message was taken: write its id down."""
        self._store.receiving(self.key, packet_id)

    def received(self, packet_id: int) -> None:
        """The device released it."""
        self._store.received(self.key, packet_id)

    def pump(self) -> None:
        """Send waiting messages within the window; messages that expired are dropped."""
        connection = self.connection
        outbox = self.outbox
        while (
            connection is not None
            and not connection.blocked
            and self.connection is connection
            and len(outbox.inflight) < self.max_inflight
        ):
            downlink = outbox.next_waiting()
            if downlink is None:
                return
            self._traffic.queued_bytes -= len(downlink.payload)
            if self._expired(downlink):
                self._settle(downlink, delivered=False)
            else:
                self._launch(connection, downlink)

    def resume(self) -> None:
        """On a new connection: first resend the messages in flight, in order, then send the waiting ones (4.4)."""
        outbox = self.outbox
        for packet_id, downlink in list(outbox.inflight.items()):
            if self._expired(downlink) and not downlink.released:
                self._settle(outbox.inflight.pop(packet_id), delivered=False)
        connection = self.connection
        if connection is not None:
            beyond = list(outbox.inflight.items())[self.max_inflight :]
            for packet_id, downlink in reversed(beyond):
                if downlink.qos == 1:  # the window became smaller
                    del outbox.inflight[packet_id]
                    self._traffic.queued_bytes += len(downlink.payload)
                    outbox.wait_first(downlink)
            for packet_id, downlink in list(outbox.inflight.items()):
                downlink.sent_tick = self._traffic.tick
                wire = wire_of(downlink, packet_id, connection.v5, dup=True)
                if wire:
                    connection.send(wire)
                else:
                    self._settle(outbox.inflight.pop(packet_id), delivered=False)
        self.pump()

    def suspend(self) -> None:
        """The connection is gone: give up what may not wait for the next one."""
        outbox = self.outbox
        lost: list[Downlink] = []
        for packet_id, downlink in list(outbox.inflight.items()):
            if not downlink.number:
                lost.append(outbox.inflight.pop(packet_id))
        for _ in range(len(outbox.queue)):
            waiting = outbox.next_waiting()
            assert waiting is not None
            if waiting.number:
                outbox.wait(waiting)
            else:
                self._traffic.queued_bytes -= len(waiting.payload)
                lost.append(waiting)
        for downlink in lost:
            self._settle(downlink, delivered=False)

    def discard(self) -> None:
        """The session ends, and with it all that was to be sent."""
        self._traffic.queued_bytes -= self.outbox.queued_bytes
        for downlink in self.outbox.drain():
            downlink.number = 0
            self._settle(downlink, delivered=False)
        if self.persistent:
            self.persistent = False
            self._store.forgotten(self.key)

    def let_go(self) -> None:
        """Another front goes on with the session: forget it here; the stored rows stay."""
        self._traffic.queued_bytes -= self.outbox.queued_bytes
        self.persistent = False
        for downlink in self.outbox.drain():
            downlink.number = 0
            self._settle(downlink, delivered=False)

    def begin(self, connect: mqtt.Connect, *, may_outlive: bool) -> None:
        """Take this CONNECT's settings for the session. In 3.1.1 a session that is not clean lasts as long as allowed."""
        connection, limits = self.connection, self._traffic.limits
        assert connection is not None
        self.max_inflight = limits.max_inflight
        if isinstance(self.principal, AppPrincipal):
            self.max_inflight = self.principal.max_inflight
        expiry_s = 0 if connect.clean else limits.session_expiry
        if connection.v5 is not None:
            self.max_inflight = min(self.max_inflight, connection.v5.receive_maximum)
            expiry_s = min(connection.v5.session_expiry, limits.session_expiry)
        self.outlive(expiry_s if may_outlive else 0)

    def is_over(self, now_ms: int) -> bool:
        """Whether it has been without a connection for longer than it may."""
        if self.connection is not None:
            return False
        return not self.persistent or now_ms - self.gone_ms > self.expiry_s * 1000

    def outlive(self, expiry_s: int) -> None:
        """From now on it ends so many seconds after its connection; 0: with it, and nothing of it is stored."""
        self.expiry_s = expiry_s
        if expiry_s:
            self.persistent = True
            self._store.opened(self.key, expiry_s)
        elif self.persistent:
            self.persistent = False
            for downlink in (*self.outbox.inflight.values(), *self.outbox.queue):
                downlink.number = 0
            self._store.forgotten(self.key)

    def restore(self, stored: StoredDownlink) -> None:
        """A downlink that waited, or was in flight, when the last process ended."""
        downlink = Downlink(
            stored.topic,
            stored.payload,
            expires_ms=stored.expires_ms,
            number=stored.number,
            qos=stored.qos,
            retain=stored.retain,
            properties=read_properties(On.PUBLISH, stored.properties, 0)[0] if stored.properties else None,
            released=stored.released,
        )
        if stored.packet_id:
            self.outbox.inflight[stored.packet_id] = downlink
        else:
            self._wait(downlink)

    def drop_expired(self) -> None:
        """Free the room of what waited too long for a device that is away."""
        outbox = self.outbox
        for _ in range(len(outbox.queue)):
            waiting = outbox.next_waiting()
            assert waiting is not None
            if self._expired(waiting):
                self._traffic.queued_bytes -= len(waiting.payload)
                self._settle(waiting, delivered=False)
            else:
                outbox.wait(waiting)

    def _expired(self, downlink: Downlink) -> bool:
        return downlink.expires_ms is not None and downlink.expires_ms <= self._traffic.clock.now_ms()

    def _wait(self, downlink: Downlink) -> None:
        self.outbox.wait(downlink)
        self._traffic.queued_bytes += len(downlink.payload)

    def _keep(self, downlink: Downlink) -> None:
        downlink.number = self._traffic.next_number()
        self._store.queued(
            self.key,
            StoredDownlink(
                downlink.number,
                downlink.topic,
                downlink.payload,
                downlink.expires_ms,
                downlink.qos,
                downlink.retain,
                write_properties(downlink.properties) if downlink.properties is not None else None,
            ),
        )

    def _settle(self, downlink: Downlink, *, delivered: bool) -> None:
        if downlink.number:
            self._store.settled(self.key, downlink.number)
        if downlink.on_ack is not None:
            # Later, so that nobody sends, kicks or closes in the midst of a queue being walked.
            asyncio.get_running_loop().call_soon(downlink.on_ack, delivered)
