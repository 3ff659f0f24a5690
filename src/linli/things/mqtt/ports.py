"""What the MQTT front asks of the rest of the house, and the values they exchange.

The front knows connections, sessions and topics; it knows no tables. A `Backend` knows devices and
stores messages. `front.Front` implements `Publisher`, which the rest of the house calls.

Life of an uplink: the front hands every complete PUBLISH to `Backend.accept`, many in a call. The
backend stores a batch, commits it, may answer with `Uplink.reply`, and then calls `Publisher.done`
with the whole batch; only then do the PUBACKs go out, in the order the messages came (design 4.2).
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

from linli.protocols.linkkit import signatures
from linli.protocols.linkkit.connect import ConnectKind, ConnectName
from linli.protocols.linkkit.topics import UplinkTopic

if TYPE_CHECKING:
    from linli.things.mqtt.connection import Connection
    from linli.things.mqtt.message import Extra
    from linli.things.mqtt.session import Session

APP_PRODUCT = "app"
"""Stands for a product key in an app's own topics, `/app/{appKey}/user/…`; real ones are longer."""

BAD_NAMES, UNAVAILABLE, BAD_CREDENTIALS, NOT_ALLOWED = 2, 3, 4, 5
"""CONNACK return codes of MQTT 3.1.1, table 3.1."""


class ConnectRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One CONNECT that waits for its CONNACK."""

    name: ConnectName
    """Names as parsed (`kind`, `product_key`, `device_name`, `client_id`, `params`); not yet believed."""
    password: str
    clean: bool
    peer: str
    """Remote address, `host:port`."""
    security: str
    """What protected it on its way: `plain`, a version of TLS, … (`mqtt.wire`)."""
    certificate: bytes | None = None
    """The client's certificate (DER), if it showed one: trusted by the listener, not yet compared with the names."""

    def proves(self, secret: str) -> bool:
        """Whether the password follows from `secret`: the device secret, app secret, or the token itself."""
        return self.name.proves(self.password, secret)


class RegisterRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Dynamic registration with a product secret, by MQTT or HTTP (spec clients b.2)."""

    product_key: str
    device_name: str
    random: str
    sign: str
    new: bool = False
    """True: the device name need not exist beforehand, and the answer is a token (`regnwl`, MQTT only)."""
    peer: str = ""
    security: str

    def proves(self, product_secret: str) -> bool:
        text = signatures.register_text(self.device_name, self.product_key, self.random)
        return signatures.matches(self.sign, product_secret, text)


class PreAuthRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`POST /auth/devicename`: a device asks by HTTP where and as whom to connect (spec clients b.2)."""

    product_key: str
    device_name: str
    client_id: str
    timestamp: str | None
    sign: str
    peer: str = ""
    security: str
    reached: str = ""
    """Our own address by which it came."""

    def proves(self, device_secret: str) -> bool:
        text = signatures.device_text(self.client_id, self.device_name, self.product_key, self.timestamp)
        return signatures.matches(self.sign, device_secret, text)


def _nothing(product_key: str, device_name: str) -> bool:
    return False


class DevicePrincipal(msgspec.Struct, frozen=True, kw_only=True):
    """A device that proved itself, or a gateway. Also answers TOKEN and PRE_AUTH, whose names lack the device."""

    product_key: str
    device_name: str
    device_no: int
    """The backend's own number of the device; the front only hands it back."""
    tenant_id: str = ""


class AppPrincipal(msgspec.Struct, frozen=True, kw_only=True):
    """A subscriber that proved itself (design 4.8)."""

    app_key: str
    may_subscribe: tuple[str, ...]
    """Topic filters; a requested filter must be covered by one of them."""
    may_publish: tuple[str, ...] = ()
    tenant_id: str = ""
    sees: Callable[[str, str], bool] = _nothing
    """Whether (product key, device name) is a device in its sight: its user topics are then open to it."""
    max_inflight: int = 256
    """QoS 1 messages sent and not yet acknowledged, per connection."""


class Registered(msgspec.Struct, frozen=True, kw_only=True):
    """A registration that was accepted. `device_secret`, or for `new` ones `client_id` and `device_token`."""

    product_key: str
    device_name: str
    device_secret: str = ""
    client_id: str = ""
    device_token: str = ""


class PreAuthorized(msgspec.Struct, frozen=True, kw_only=True):
    """Answer to a PreAuthRequest. The token is at most 64, the host at most 63 characters (C client)."""

    iot_id: str
    iot_token: str
    host: str
    port: int


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody gets in. `reason` goes to the log and, for HTTP registration, to the device: no secrets in it."""

    reason: str
    connack: int = BAD_CREDENTIALS
    code: int = 400
    """Body code of an HTTP registration."""
    device_no: int = 0
    """Of the device that it says it is, where there is one: whoever sets it up sees the reason."""
    proven: bool = False
    """The client showed who it is, and may hear the reason (MQTT 5)."""


class Gone(StrEnum):
    """Why a connection ended."""

    CLOSED = "closed"
    """By the client, in order (DISCONNECT)."""
    LOST = "lost"
    """By the client or the network, without DISCONNECT."""
    KEEP_ALIVE = "keep_alive"
    TAKEN_OVER = "taken_over"
    """The same device connected again; `Backend.connected` follows at once."""
    KICKED = "kicked"
    PROTOCOL = "protocol"
    """It broke the protocol or its limits."""
    NOT_ALLOWED = "not_allowed"
    """It published too often where it may not."""
    SLOW = "slow"
    """It did not read what it was sent, or (apps) did not acknowledge in time."""
    REFUSED = "refused"
    """One of its uplinks could not be stored; it will send it again."""
    DISPLACED = "displaced"
    """There was no room left, and it had been silent longest."""
    STOPPED = "stopped"
    """The front stopped."""


class Uplink(msgspec.Struct, gc=False):
    """One PUBLISH of a device or, where allowed, of an app."""

    session: "Session"
    connection: "Connection"
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
    extra: "Extra | None" = None
    """Likewise: what is to be done once it is stored."""

    def reply(self, payload: bytes) -> None:
        """Answer on the topic's own reply topic at QoS 0, by the same connection. Lost if that is gone."""
        self.connection.reply(self.topic, payload)


type TopicFault = Literal["publish", "subscribe", "quota"]
"""What was not allowed; `quota`: one subscription more than a session may have."""


class Backend(Protocol):
    """What the front needs. Called on the event loop; the plain methods must not block."""

    async def authenticate(self, request: ConnectRequest) -> DevicePrincipal | AppPrincipal | Refused:
        """Decide on kinds DEVICE, TOKEN, PRE_AUTH and APP, with `request.proves`. Raising means CONNACK 3."""
        ...

    async def register(self, request: RegisterRequest) -> Registered | Refused:
        """Decide on a registration; what is returned must already be committed."""
        ...

    async def pre_authenticate(self, request: PreAuthRequest) -> PreAuthorized | Refused: ...

    def accept(self, uplinks: list[Uplink]) -> None:
        """Take messages of one connection, in order. The list is the backend's from here on.

        Every one must come back by `Publisher.done` or `Publisher.refuse`, later or at once, whatever
        becomes of its content; QoS 0 too, since unanswered uplinks are what back-pressure counts.
        """
        ...

    def topic_refused(self, session: "Session", topic: str, payload: bytes, what: TopicFault) -> None:
        """A device used a topic that is not its own; nothing else will be heard of it."""
        ...

    def connected(self, session: "Session") -> None: ...

    def disconnected(self, session: "Session", reason: Gone) -> None:
        """Sub-devices in `session.subs` go with it; they are detached right after this call."""
        ...


class Publisher(Protocol):
    """What the front offers. All calls are for the event loop's thread."""

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

    on_app_ready: Callable[[str, "Session"], None] | None
    """Called as (app_key, session) when an app's connection subscribed or is free again after a refusal."""

    def is_connected(self, product_key: str, device_name: str) -> bool:
        """Whether a downlink can reach it now, directly or by its gateway."""
        ...

    def attach(self, gateway: "Session", product_key: str, device_name: str, device_no: int) -> bool:
        """A sub-device logged in through `gateway`: it may speak for it and gets its downlinks.

        False if the gateway is no longer connected. Call it before the login's reply is sent. Another
        gateway that held the sub-device loses it.
        """
        ...

    def detach(self, gateway: "Session", product_key: str, device_name: str) -> None: ...

    def release(self, product_key: str, device_name: str) -> bool:
        """Detach a sub-device from whichever gateway of this front it logged in through; its own connection stays.

        True if it was attached.
        """
        ...

    def connects(self, product_key: str, device_name: str) -> bool:
        """Whether the device has a connection of its own at this front."""
        ...

    def through_gateway(self, product_key: str, device_name: str) -> bool:
        """Whether the device is logged in through a gateway of this front."""
        ...

    def kick(self, product_key: str, device_name: str) -> bool:
        """Close a device's own connection (deleted, disabled, secret changed), or detach a sub-device.

        Also forgets its persistent session. True if there was a connection.
        """
        ...

    def kick_app(self, app_key: str) -> int:
        """Close all connections of an app (key revoked); how many."""
        ...


__all__ = [
    "AppPrincipal",
    "Backend",
    "ConnectKind",
    "ConnectRequest",
    "DevicePrincipal",
    "Gone",
    "PreAuthRequest",
    "PreAuthorized",
    "Publisher",
    "Refused",
    "RegisterRequest",
    "Registered",
    "Uplink",
]
