"""What a connection goes through, and what it needs of the front that it is part of."""

from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from linli.protocols import mqtt
from linli.protocols.linkkit.topics import UplinkTopic
from linli.things.mqtt.limits import Limits
from linli.things.mqtt.message import Message
from linli.things.mqtt.ports import Backend, Gone
from linli.things.mqtt.session import Session
from linli.things.mqtt.traffic import Traffic

if TYPE_CHECKING:
    from linli.things.mqtt.connection import Connection


class State(Enum):
    NEW = "new"
    ADMITTING = "admitting"
    REGISTERED = "registered"
    OPEN = "open"
    CLOSED = "closed"


class Home(Protocol):
    """What a connection needs of the front."""

    backend: Backend
    traffic: Traffic

    def admit(self, connection: "Connection", connect: mqtt.Connect) -> None:
        """Decide on a CONNECT, later."""
        ...

    def ended(self, connection: "Connection", reason: Gone) -> None:
        """An open connection is no longer."""
        ...

    def denied(self, session: Session, topic: UplinkTopic, payload: bytes) -> None:
        """A publish was refused by the rules."""
        ...

    def denied_filter(self, session: Session, text: str, *, full: bool) -> None:
        """A subscription was refused by the rules, or (`full`) since the session has as many as it may."""
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
        """Call back once everything told to sessions and retained so far is on disk."""
        ...
