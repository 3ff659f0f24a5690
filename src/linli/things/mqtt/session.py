"""A device's or app's session: what outlives a connection, and the QoS 1 downlinks. Source: MQTT 3.1.1, 3.1.2.4."""

import asyncio
from typing import TYPE_CHECKING

from linli.protocols.linkkit.connect import ConnectName
from linli.protocols.mqtt.encode import publish, publishes
from linli.things.mqtt.outbox import Downlink, Outbox
from linli.things.mqtt.ports import AppPrincipal, DevicePrincipal
from linli.things.mqtt.store import Key, SessionStore, StoredDownlink
from linli.things.mqtt.subscriptions import Subscriptions
from linli.things.mqtt.traffic import Traffic

if TYPE_CHECKING:
    from linli.things.mqtt.connection import Connection


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
        "gone_ms",
        "incoming",
        "key",
        "max_inflight",
        "name",
        "outbox",
        "peer",
        "persistent",
        "principal",
        "starved",
        "subs",
        "subscriptions",
    )

    def __init__(self, key: Key, *, persistent: bool, traffic: Traffic, store: SessionStore) -> None:
        self.key = key
        self.persistent = persistent
        self.principal: DevicePrincipal | AppPrincipal | None = None
        """None until it connects for the first time since the front started."""
        self.name: ConnectName | None = None
        """Names of the present or last CONNECT; `name.rrpc_style` tells how to call it synchronously."""
        self.peer = ""
        """Remote address, `host:port`."""
        self.subs: dict[Key, int] = {}
        """Sub-devices logged in through it, with the backend's numbers."""
        self.connection: Connection | None = None
        self.claim = 0
        """By which this front holds the device, where there are others (`others.OtherFronts`)."""
        self.subscriptions = Subscriptions()
        self.outbox = Outbox()
        self.incoming: set[int] = set()
        """Packet ids of QoS 2 uplinks between PUBLISH and PUBREL: not taken twice."""
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
    def is_app(self) -> bool:
        return isinstance(self.principal, AppPrincipal)

    def send(self, topic: str, payload: bytes) -> bool:
        """At QoS 0. False: no connection, or one that does not take what it was sent before."""
        connection = self.connection
        if connection is None or connection.blocked:
            return False
        connection.send(publish(topic, payload))
        return True

    def send_all(self, topic: str, payloads: list[bytes]) -> bool:
        """Several of these in a row: all of them, or, returning False, none."""
        connection = self.connection
        if connection is None or connection.blocked:
            return False
        connection.send(publishes(topic, payloads))
        return True

    def offer(self, downlink: Downlink, *, keep: bool) -> bool:
        """At QoS 1: send it, or let it wait for the window. False: no room.

        `keep`: it may wait for the next connection and survive a restart, if the session is persistent.
        """
        connection = self.connection
        outbox = self.outbox
        kept = keep and self.persistent
        if connection is not None and not connection.blocked and not outbox.queue:
            if len(outbox.inflight) < self.max_inflight:
                if kept:
                    self._keep(downlink)
                connection.send(outbox.launch(downlink, self._traffic.tick))
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
        """At QoS 1 and at once; only where `has_room` just said so."""
        connection = self.connection
        assert connection is not None
        connection.send(self.outbox.launch(downlink, self._traffic.tick))

    def has_room(self) -> bool:
        """Whether an app's message could be sent at once."""
        connection = self.connection
        return (
            connection is not None
            and not connection.blocked
            and len(self.outbox.inflight) < self.max_inflight
        )

    def acknowledge(self, packet_id: int) -> None:
        """PUBACK came. An id that is not in flight is ignored: some clients acknowledge twice."""
        downlink = self.outbox.inflight.pop(packet_id, None)
        if downlink is None:
            return
        self._settle(downlink, delivered=True)
        if self.outbox.queue:
            self.pump()

    def pump(self) -> None:
        """Send what waits, as far as the window goes; what expired while it waited is given up."""
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
                connection.send(outbox.launch(downlink, self._traffic.tick))

    def resume(self) -> None:
        """On a new connection: first what was in flight, again and in order, then what waits (4.4)."""
        inflight = self.outbox.inflight
        for packet_id in [i for i, downlink in inflight.items() if self._expired(downlink)]:
            self._settle(inflight.pop(packet_id), delivered=False)
        connection = self.connection
        if connection is not None:
            for wire in self.outbox.relaunch(self._traffic.tick):
                connection.send(wire)
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
        """Another front goes on with the session: forget it here; what is stored stays."""
        self._traffic.queued_bytes -= self.outbox.queued_bytes
        self.persistent = False
        for downlink in self.outbox.drain():
            downlink.number = 0
            self._settle(downlink, delivered=False)

    def restore(self, downlink: StoredDownlink) -> None:
        """A downlink that waited when the last process ended."""
        self._wait(
            Downlink(downlink.topic, downlink.payload, expires_ms=downlink.expires_ms, number=downlink.number)
        )

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
            StoredDownlink(downlink.number, downlink.topic, downlink.payload, downlink.expires_ms),
        )

    def _settle(self, downlink: Downlink, *, delivered: bool) -> None:
        if downlink.number:
            self._store.settled(self.key, downlink.number)
        if downlink.on_ack is not None:
            # Later, so that nobody sends, kicks or closes in the midst of a queue being walked.
            asyncio.get_running_loop().call_soon(downlink.on_ack, delivered)
