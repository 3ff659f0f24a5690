"""The interface of the front for the packets of its connections."""

from collections.abc import Callable
from typing import Protocol

from linli.protocols import mqtt
from linli.protocols.linkkit.topics import UplinkTopic
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.message import Message
from linli.things.mqtt.ports import Backend
from linli.things.mqtt.session import Session
from linli.things.mqtt.traffic import Traffic


class Home(Protocol):
    """The interface of the front for a connection; `connection.Host` adds to it."""

    backend: Backend
    traffic: Traffic

    def denied(self, session: Session, topic: UplinkTopic, payload: bytes) -> None:
        """A publish was refused by the rules."""
        ...

    def subscribe(self, session: Session, packet: mqtt.Subscribe) -> None: ...

    def unsubscribe(self, session: Session, packet: mqtt.Unsubscribe) -> None: ...

    def app_ready(self, session: Session) -> None:
        """A starved app's session has room again."""
        ...

    def may_retain(self, message: Message, limits: Limits) -> bool: ...

    def pass_on(self, message: Message, origin: Session) -> list[Session]:
        """Give a message on a user topic to its subscribers, and retain it if it asks for that; those who get it."""
        ...

    def when_durable(self, call: Callable[[], None]) -> None:
        """Call back once every change to sessions and retained messages so far is on disk."""
        ...
