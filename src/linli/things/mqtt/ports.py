"""The MQTT front's interfaces to the other rooms, and the values they exchange.

The front knows connections, sessions and topics; it knows no tables. A `Backend` knows devices and
stores messages. `switchboard.Switchboard` implements `Publisher`, which the rest of the house calls.

Life of an uplink: the front hands every complete PUBLISH to `Backend.accept`, many in a call. The
backend stores a batch, commits it, may answer with `Uplink.reply`, and then calls `Publisher.done`
with the whole batch; only then do the PUBACKs go out, in the order the messages came (design 4.2).
"""

from collections.abc import Callable, Iterable
from typing import Literal, Protocol

import msgspec

from linli.protocols.linkkit.topics import UplinkTopic
from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.link import Link
from linli.things.mqtt.message import Extra
from linli.things.mqtt.principals import (
    AppPrincipal,
    ConnectRequest,
    DevicePrincipal,
    PreAuthorized,
    PreAuthRequest,
    Refused,
    Registered,
    RegisterRequest,
)
from linli.things.mqtt.session import Session


class Uplink(msgspec.Struct, gc=False):
    """One PUBLISH of a device or, where allowed, of an app."""

    session: Session
    connection: Link
    topic: UplinkTopic
    """Parsed. The device it speaks for may be a sub-device of the session's."""
    device_no: int
    """Of the device the topic names: the session's own or an attached sub-device's. 0 for apps."""
    payload: bytes
    qos: int
    packet_id: int
    dup: bool = False
    """The client marked it as sent again (MQTT 3.1.1, 3.3.1.1): it may have been stored already."""
    settled: bool = False
    """For the front alone."""
    extra: Extra | None = None
    """Likewise: the actions after it is stored."""

    def reply(self, payload: bytes) -> None:
        """Answer on the topic's own reply topic at QoS 0, by the same connection. Lost if that is gone."""
        self.connection.reply(self.topic, payload)


type TopicFault = Literal["publish", "subscribe", "quota"]
"""The refused action; `quota`: one subscription more than a session may have."""


class Backend(Protocol):
    """The interface of the backend for the front. Called on the event loop; the plain methods must not block."""

    async def authenticate(self, request: ConnectRequest) -> DevicePrincipal | AppPrincipal | Refused:
        """Decide on kinds DEVICE, TOKEN, PRE_AUTH and APP, with `request.proves`. Raising means CONNACK 3."""
        ...

    async def register(self, request: RegisterRequest) -> Registered | Refused:
        """Decide on a registration. The returned result must already be committed."""
        ...

    async def pre_authenticate(self, request: PreAuthRequest) -> PreAuthorized | Refused: ...

    async def unfit(self, refused: Refused, *, user: str, peer: str, security: str) -> None:
        """A CONNECT was refused for its form alone. `user`: its user name, not believed."""
        ...

    def strayed(self, *, reason: str, peer: str, security: str) -> None:
        """The first packet of a connection was not a CONNECT."""
        ...

    def accept(self, uplinks: list[Uplink]) -> None:
        """Take messages of one connection, in order. The list is the backend's from here on.

        Every message must end with `Publisher.done` or `Publisher.refuse`, later or at once, whatever happens to its
        content. QoS 0 too, because back-pressure counts the unanswered uplinks.
        """
        ...

    def topic_refused(self, session: Session, topic: str, payload: bytes, what: TopicFault) -> None:
        """A device used a topic that is not its own; nothing else will be heard of it."""
        ...

    def connected(self, session: Session) -> None: ...

    def disconnected(self, session: Session, reason: Gone) -> None:
        """Sub-devices in `session.subs` go with it; they are detached right after this call."""
        ...


class Guests(Protocol):
    """Clients that are neither devices nor apps, such as robots: the room that knows them hears all that they say."""

    prefix: str
    """Of their user names, up to a colon; no appKey has one."""

    async def authenticate(self, request: ConnectRequest) -> AppPrincipal | Refused:
        """Its `app_key` is the user name, and it `is_guest`."""
        ...

    def came(self, session: Session) -> None: ...

    def left(self, session: Session) -> None: ...

    def take(self, uplinks: list[Uplink]) -> None:
        """As `Backend.accept`."""
        ...


class Publisher(Protocol):
    """The interface of the front. All calls are for the event loop's thread."""

    def done(self, uplinks: Iterable[Uplink]) -> None:
        """These are committed: acknowledge them. One call per commit, of any connections, is the fast way."""
        ...

    def answer(self, replies: Iterable[tuple[Uplink, bytes]]) -> None:
        """`Uplink.reply` for those of one commit, in their order."""
        ...

    def refuse(self, uplinks: Iterable[Uplink]) -> None:
        """These could not be stored: their connections are closed without PUBACK, so that they come again."""
        ...

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
        """Send to a device, by its own connection or its gateway's. False: nobody to take it now.

        System topics need no subscription, user topics do, and then go at the granted QoS if lower.
        `queue`: if the device is away and has a persistent session, keep a QoS 1 message for it until
        `expires_ms` (epoch ms, None: as long as the session). Calls with a time-out leave it False.
        `on_ack(True)` on the device's PUBACK (at QoS 0: when written), `on_ack(False)` once it is lost;
        never called when False is returned.
        """
        ...

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
        """Send to ONE of the app's connections that subscribed to `topic`: the one with fewest in flight.

        `client_id` narrows it to one. False: none is connected, subscribed and free; try again when
        `on_app_ready` fires. `on_ack(False)`: lost or 30 s unacknowledged, send it again.
        """
        ...

    on_app_ready: list[Callable[[str, Session], None]]
    """Each is called as (app_key, session) when an app's connection subscribed or is free again after a refusal."""

    def is_connected(self, product_key: str, device_name: str) -> bool:
        """Whether a downlink can reach it now, directly or by its gateway."""
        ...

    def attach(self, gateway: Session, product_key: str, device_name: str, device_no: int) -> bool:
        """A sub-device logged in through `gateway`: it may speak for it and gets its downlinks.

        False if the gateway is no longer connected. Call it before the login's reply is sent. Another
        gateway that held the sub-device loses it.
        """
        ...

    def detach(self, gateway: Session, product_key: str, device_name: str) -> None: ...

    def release(self, product_key: str, device_name: str) -> bool:
        """Detach a sub-device from the gateway of this front through which it logged in; its own connection stays.

        True if it was attached.
        """
        ...

    def connects(self, product_key: str, device_name: str) -> bool:
        """Whether the device has a connection of its own at this front."""
        ...

    def through_gateway(self, product_key: str, device_name: str) -> bool:
        """Whether the device is logged in through a gateway of this front."""
        ...
