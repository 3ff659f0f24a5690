"""The kinds of clients, their proofs of identity, and the principals as which they connect."""

from collections.abc import Callable

import msgspec

from linli.protocols.linkkit import signatures
from linli.protocols.linkkit.connect import ConnectName

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
    """The protection of the connection: `plain`, a version of TLS, … (`mqtt.wire`)."""
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
    """`POST /auth/devicename`: a device asks by HTTP where to connect, and as which client (spec clients b.2)."""

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
    """A device that proved itself, or a gateway. Also answers TOKEN and PRE_AUTH; their names do not have the device."""

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
    is_guest: bool = False
    """Of `ports.Guests`: nothing but the filters above, no user topics of its own either, and no queue."""


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
    """The claimed device's, if it exists: the person who sets the device up sees the reason."""
    noted: str = ""
    """A text for the operator or developer, when it may say more than `reason` may say to the client."""
    proven: bool = False
    """The client showed who it is, and may hear the reason (MQTT 5)."""
