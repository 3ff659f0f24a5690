"""A connection as sessions and the backend see it: its state, the packets it sends, and its end."""

from abc import ABC, abstractmethod
from enum import Enum

from linli.protocols import mqtt
from linli.protocols.linkkit.topics import UplinkTopic
from linli.protocols.mqtt.encode import publishes
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.traffic import Traffic
from linli.things.mqtt.version5 import Version5
from linli.things.mqtt.wire import Wire


class State(Enum):
    NEW = "new"
    ADMITTING = "admitting"
    REGISTERED = "registered"
    OPEN = "open"
    CLOSED = "closed"


class Link(Wire, ABC):
    """`connection.Connection` handles the received packets."""

    __slots__ = ("denials", "since", "state", "v5", "will")

    def __init__(self, traffic: Traffic, security: str = "") -> None:
        super().__init__(traffic, security)
        self.state = State.NEW
        self.since = traffic.tick
        """When its state began, or since when it is blocked."""
        self.v5: Version5 | None = None
        """The state of an MQTT 5 client beyond older versions; None for 3.1 and 3.1.1."""
        self.will: mqtt.Will | None = None
        self.denials = 0
        """Publishes and filters refused."""

    @property
    def level(self) -> int:
        """4: MQTT 3.1.1 and older, 5: MQTT 5."""
        return 4 if self.v5 is None else 5

    @property
    def is_open(self) -> bool:
        return self.state is State.OPEN

    def awaits_answer(self) -> bool:
        """Whether its CONNECT is still to be decided on."""
        return self.state is State.ADMITTING

    def reply(self, topic: UplinkTopic, payload: bytes) -> None:
        """The backend's answer to an uplink, at QoS 0."""
        self.replies(topic, [payload])

    def replies(self, topic: UplinkTopic, payloads: list[bytes]) -> None:
        """Several of these, on one topic."""
        if topic.reply and self.state is State.OPEN and not self.blocked:
            if self.v5 is None:
                self.send(publishes(topic.reply, payloads))
            else:
                self.send(b"".join(self.v5.publish(topic.reply, payload) for payload in payloads))

    def count_denial(self) -> None:
        """A publish or a filter was refused: too many end the connection."""
        self.denials += 1
        self.traffic.denied += 1

    @abstractmethod
    def has_pending(self) -> bool:
        """Whether uplinks that came by it are still with the backend."""

    @abstractmethod
    def acknowledge(self) -> None:
        """Drop the finished uplinks at the head, and send their PUBACKs in that order."""

    @abstractmethod
    def forget_topics(self) -> None:
        """A sub-device came or went: judge topics again."""

    @abstractmethod
    def close(self, gone: Gone, reason: int | None = None) -> None:
        """End it now, writing out what is already to be sent; uplinks with the backend stay there.

        `reason`: code for an MQTT 5 client where `gone` does not say enough.
        """
