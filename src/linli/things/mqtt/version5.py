"""The extra state of an MQTT 5 connection: topic aliases in both directions, sizes, and the form of its PUBLISH
packets."""

import msgspec

from linli.kernel.clock import Clock
from linli.protocols import mqtt
from linli.protocols.mqtt import Fault, MqttError, Properties, Reason
from linli.protocols.mqtt.encode5 import publish
from linli.protocols.mqtt.properties import NO_PROPERTIES, write_properties
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.limits import Limits

NEVER = 0xFFFF_FFFF
"""Session expiry of a session that is not to end."""

DISCONNECT_REASONS = {
    Gone.KEEP_ALIVE: Reason.KEEP_ALIVE_TIMEOUT,
    Gone.TAKEN_OVER: Reason.SESSION_TAKEN_OVER,
    Gone.KICKED: Reason.ADMINISTRATIVE_ACTION,
    Gone.PROTOCOL: Reason.PROTOCOL_ERROR,
    Gone.NOT_ALLOWED: Reason.NOT_AUTHORIZED,
    Gone.SLOW: Reason.QUOTA_EXCEEDED,
    Gone.REFUSED: Reason.SERVER_BUSY,
    Gone.DISPLACED: Reason.SERVER_BUSY,
    Gone.STOPPED: Reason.SERVER_SHUTTING_DOWN,
}
"""The reason that the client gets when the front ends the connection; none for the ends that the client made."""

_NOTHING = Properties()


class Version5:
    __slots__ = (
        "_alias_of",
        "_alias_room",
        "_clock",
        "_max_aliases",
        "_topics",
        "max_packet",
        "receive_maximum",
        "session_expiry",
        "tells_problems",
        "wants_response",
    )

    def __init__(self, connect: mqtt.Connect, limits: Limits, clock: Clock) -> None:
        asked = connect.properties or _NOTHING
        self.receive_maximum = asked.receive_maximum or 65535
        self.max_packet = asked.maximum_packet or NEVER
        self.session_expiry = asked.session_expiry or 0
        """Seconds, as asked; DISCONNECT may change it."""
        self.tells_problems = asked.request_problem != 0
        self.wants_response = asked.request_response == 1
        self._clock = clock
        self._max_aliases = limits.max_aliases
        self._topics: dict[int, str] = {}
        """The client's aliases."""
        self._alias_of: dict[str, int] = {}
        """Ours: given to the first topics that we send."""
        self._alias_room = min(asked.topic_alias_maximum or 0, limits.max_aliases)

    def connack(
        self,
        connect: mqtt.Connect,
        limits: Limits,
        *,
        present: bool,
        expiry_s: int,
        assigned: str,
        topics: str,
    ) -> bytes:
        """`assigned`: a client id of ours, empty if the client has one; `topics`: where it may ask to be answered."""
        keep_alive = limits.keep_alive(connect)
        properties = Properties(
            session_expiry=expiry_s if expiry_s != self.session_expiry else None,
            receive_maximum=limits.max_incoming,
            maximum_packet=limits.max_packet,
            topic_alias_maximum=limits.max_aliases,
            assigned_client_id=assigned or None,
            server_keep_alive=keep_alive if keep_alive != connect.keep_alive else None,
            response_information=topics if self.wants_response else None,
            retain_available=1,
            wildcard_available=1,
            subscription_ids_available=1,
            shared_available=1,
        )  # Maximum QoS is 2 where it is left out (3.2.2.3.4).
        return mqtt.encode(mqtt.Connack(0, present, properties), 5)

    def resolve(self, packet: mqtt.Publish) -> mqtt.Publish:
        """The PUBLISH under its topic. Raises MqttError for an alias that is too high or stands for nothing."""
        properties = packet.properties
        if properties is None or properties.topic_alias is None:
            return packet
        alias = properties.topic_alias
        if alias > self._max_aliases:
            raise MqttError(Fault.ALIAS, f"topic alias {alias}, at most {self._max_aliases} are taken")
        if packet.topic:
            self._topics[alias] = packet.topic
            return packet
        topic = self._topics.get(alias)
        if topic is None:
            raise MqttError(Fault.PROTOCOL, f"topic alias {alias} stands for nothing")
        packet.topic = topic
        return packet

    def publish(
        self,
        topic: str,
        payload: bytes,
        qos: int = 0,
        packet_id: int = 0,
        *,
        dup: bool = False,
        retain: bool = False,
        properties: Properties | None = None,
        expires_ms: int | None = None,
    ) -> bytes:
        """A PUBLISH for this client; empty if it is larger than the client takes (3.1.2.11.4)."""
        alias = self._alias_of.get(topic)
        text = topic
        if alias is not None:
            text = ""
        elif len(self._alias_of) < self._alias_room:
            alias = len(self._alias_of) + 1
        if alias is None and properties is None and expires_ms is None:
            wire_properties = NO_PROPERTIES
        else:
            left = None
            if expires_ms is not None:
                left = max(0, (expires_ms - self._clock.now_ms() + 999) // 1000)
            wire_properties = write_properties(
                msgspec.structs.replace(properties or _NOTHING, topic_alias=alias, message_expiry=left)
            )
        wire = publish(text, payload, qos, packet_id, dup=dup, retain=retain, properties=wire_properties)
        if len(wire) > self.max_packet:
            return b""
        if alias is not None and text:
            self._alias_of[topic] = alias
        return wire

    def disconnect(self, gone: Gone, reason: int | None) -> bytes:
        """The DISCONNECT that tells why the front closes; empty for an end that the client made."""
        code = reason if reason is not None else DISCONNECT_REASONS.get(gone)
        if code is None:
            return b""
        # In words too: some clients read no reason that stands alone.
        text = Properties(reason_string=Reason(code).name.lower().replace("_", " "))
        return mqtt.encode(mqtt.Disconnect(code, text), 5)
