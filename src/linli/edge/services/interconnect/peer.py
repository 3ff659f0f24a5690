"""One app's connection to the local broker."""

import asyncio
import secrets
from typing import Final, Protocol, cast

from linli.protocols import mqtt
from linli.protocols.mqtt import Reason

CONNECT_S: Final = 10
WINDOW: Final = 1000
"""Messages that one app may leave unacknowledged."""
UNSENT: Final = 4 * 1024 * 1024
FILTERS: Final = 256
KEEP_ALIVE_MOST_S: Final = 1200


class Broker(Protocol):
    """The broker's interface for a peer (`broker.LocalBroker`)."""

    def came(self, peer: "Peer") -> bool:
        """Whether there is room for one more."""
        ...

    def left(self, peer: "Peer") -> None: ...

    def admit(self, peer: "Peer", packet: mqtt.Connect) -> int:
        """0, or the return code of 3.1.1 that refuses (table 3.1)."""
        ...

    def accept_publish(self, topic: str, payload: bytes) -> bool:
        """An app publishes; whether it may on this topic."""
        ...

    def retained(self, wanted: str) -> list[tuple[str, bytes]]: ...

    def slow(self, peer: "Peer") -> None:
        """It does not keep up, and is hung up on."""
        ...


class Peer(asyncio.Protocol):
    """Decodes, answers, and knows what its app subscribed to."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._decoder = mqtt.Decoder("server")
        self._filters: dict[str, int] = {}
        self._flying: set[int] = set()
        self._next_id = 0
        self._unreleased: dict[int, tuple[str, bytes]] = {}
        """Messages of QoS 2 from the app, until it releases them."""
        self._will: mqtt.Will | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._keep_alive = 0
        self._transport: asyncio.Transport
        self.address = ""
        self.name = ""
        """Its client id; empty before it is logged in."""

    # transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.address = str((transport.get_extra_info("peername") or ("",))[0])
        self._wait(CONNECT_S)
        if not self._broker.came(self):
            self._transport.abort()

    def connection_lost(self, error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._broker.left(self)
        will, self._will = self._will, None
        if will is not None:
            self._broker.accept_publish(will.topic, will.payload)

    def data_received(self, data: bytes) -> None:
        try:
            packets = self._decoder.feed(data)
        except mqtt.MqttError as error:
            self._take_all(error.packets)
            if error.fault is mqtt.Fault.UNSUPPORTED_LEVEL:
                self._send(mqtt.Connack(1))
                self._transport.close()
            else:
                self.end(error.reason)
            return
        self._take_all(packets)

    def _take_all(self, packets: list[mqtt.Packet]) -> None:
        for packet in packets:
            if self._transport.is_closing():
                return
            self._take(packet)
        if self.name and self._keep_alive:
            self._wait(self._keep_alive * 1.5)

    def _wait(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self.end, Reason.KEEP_ALIVE_TIMEOUT)

    def end(self, reason: int) -> None:
        """Close the connection; an app of MQTT 5 gets the reason."""
        if self._transport.is_closing():
            return
        if self.name and self._decoder.level == 5:
            self._send(mqtt.Disconnect(int(reason)))
        self._broker.left(self)
        self._transport.close()

    def _send(self, packet: mqtt.Packet) -> None:
        self._transport.write(mqtt.encode(packet, self._decoder.level))

    # what the app says

    def _take(self, packet: mqtt.Packet) -> None:
        if isinstance(packet, mqtt.Connect):
            self._connect(packet)
            return
        if not self.name:
            self._transport.abort()
            return
        match packet:
            case mqtt.Publish():
                self._publish(packet)
            case mqtt.Puback() | mqtt.Pubcomp():
                self._flying.discard(packet.packet_id)
            case mqtt.Pubrel():
                message = self._unreleased.pop(packet.packet_id, None)
                if message is not None:
                    self._broker.accept_publish(*message)
                self._send(mqtt.Pubcomp(packet.packet_id))
            case mqtt.Subscribe():
                self._subscribe(packet)
            case mqtt.Unsubscribe():
                codes = tuple(
                    Reason.SUCCESS
                    if self._filters.pop(text, None) is not None
                    else Reason.NO_SUBSCRIPTION_EXISTED
                    for text in packet.filters
                )
                self._send(mqtt.Unsuback(packet.packet_id, codes))
            case mqtt.Pingreq():
                self._send(mqtt.Pingresp())
            case mqtt.Disconnect():
                if packet.reason != Reason.DISCONNECT_WITH_WILL:
                    self._will = None
                self._transport.close()
            case _:
                self.end(Reason.PROTOCOL_ERROR)

    def _connect(self, packet: mqtt.Connect) -> None:
        if self.name:
            self.end(Reason.PROTOCOL_ERROR)
            return
        self.name = packet.client_id or f"app-{secrets.token_hex(8)}"
        code = self._broker.admit(self, packet)
        five = packet.level == 5
        if code:
            self.name = ""
            self._send(mqtt.Connack(mqtt.reasons.OF_RETURN_CODE[code] if five else code))
            self._transport.close()
            return
        self._keep_alive = min(packet.keep_alive or KEEP_ALIVE_MOST_S, KEEP_ALIVE_MOST_S)
        self._will = packet.will
        properties = None
        if five:
            properties = mqtt.Properties(
                maximum_qos=1,
                retain_available=0,
                shared_available=0,
                subscription_ids_available=0,
                session_expiry=0,
                server_keep_alive=self._keep_alive if packet.keep_alive != self._keep_alive else None,
                assigned_client_id=None if packet.client_id else self.name,
            )
        self._send(mqtt.Connack(0, False, properties))

    def _publish(self, packet: mqtt.Publish) -> None:
        if not packet.topic:  # an alias, which was not offered
            self.end(Reason.TOPIC_ALIAS_INVALID)
            return
        if packet.qos == 2:
            if len(self._unreleased) >= WINDOW:
                self.end(Reason.RECEIVE_MAXIMUM_EXCEEDED)
                return
            self._unreleased[packet.packet_id] = (packet.topic, packet.payload)
            self._send(mqtt.Pubrec(packet.packet_id))
            return
        allowed = self._broker.accept_publish(packet.topic, packet.payload)
        if packet.qos:
            refused = Reason.NOT_AUTHORIZED if self._decoder.level == 5 and not allowed else 0
            self._send(mqtt.Puback(packet.packet_id, int(refused)))

    def _subscribe(self, packet: mqtt.Subscribe) -> None:
        codes, fresh = [], []
        for text, options in packet.filters:
            if text.startswith("$") or (text not in self._filters and len(self._filters) >= FILTERS):
                codes.append(int(Reason.NOT_AUTHORIZED) if self._decoder.level == 5 else mqtt.REFUSED_FILTER)
                continue
            self._filters[text] = qos = min(options & mqtt.QOS_BITS, 1)
            codes.append(qos)
            fresh.append((text, qos))
        self._send(mqtt.Suback(packet.packet_id, tuple(codes)))
        for text, qos in fresh:
            for topic, payload in self._broker.retained(text):
                self._deliver(topic, payload, qos, retain=True)

    # what it is told

    def tell(self, topic: str, payload: bytes) -> None:
        """Deliver once, at the highest QoS of the filters that match."""
        qos = max((qos for text, qos in self._filters.items() if mqtt.matches(text, topic)), default=-1)
        if qos >= 0:
            self._deliver(topic, payload, qos, retain=False)

    def _deliver(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> None:
        if self._transport.is_closing():
            return
        if len(self._flying) >= WINDOW or self._transport.get_write_buffer_size() > UNSENT:
            self._broker.slow(self)
            self._transport.abort()
            return
        packet_id = self._take_id() if qos else 0
        self._send(mqtt.Publish(topic, payload, qos, packet_id, retain=retain))

    def _take_id(self) -> int:
        while True:
            self._next_id = self._next_id % 65_535 + 1
            if self._next_id not in self._flying:
                self._flying.add(self._next_id)
                return self._next_id
