"""The identity of a client, read from the client id and user name of an MQTT CONNECT. Source: spec clients b.1.

    clientId  = ID|name=value,name=value,…|        username = deviceName&productKey

A value may itself hold `|`, and one client writes line ends and blanks between its parameters.
"""

from enum import StrEnum

import msgspec

from linli.protocols.linkkit import signatures


class ConnectKind(StrEnum):
    """How a client means to prove itself."""

    DEVICE = "device"
    """Device secret (一机一密)."""
    REGISTER = "register"
    """Product secret; the device name is known beforehand (一型一密预注册)."""
    REGISTER_NEW = "regnwl"
    """Product secret; the device name is new (一型一密免预注册)."""
    TOKEN = "connwl"
    """Password is the device token that a `regnwl` gave out."""
    PRE_AUTH = "pre_auth"
    """User name and password are the iotId and iotToken that `POST /auth/devicename` gave out."""
    X509 = "x509"
    """A client certificate alone: without names, or with those of a device that it is for."""
    APP = "app"
    """A subscriber: user name is an appKey (design 4.8)."""


class ConnectName(msgspec.Struct, frozen=True, kw_only=True):
    """The parsed names of one CONNECT. Nothing is verified yet."""

    kind: ConnectKind
    client_id: str
    """The ID part: all before the first `|`. This, not the whole, is what clients sign."""
    params: dict[str, str]
    product_key: str = ""
    """Empty for PRE_AUTH and APP."""
    device_name: str = ""
    """Empty for PRE_AUTH and APP."""
    user: str = ""
    """The user name as sent: appKey for APP, iotId for PRE_AUTH."""

    @property
    def timestamp(self) -> str:
        """As sent: seconds, milliseconds, uptime or a constant. No clock can be read off it (trap 5)."""
        return self.params.get("timestamp", "")

    @property
    def rrpc_style(self) -> str:
        """`ext` if synchronous calls go to `/ext/rrpc/…` (bit 0 of parameter `ext`), else `sys`."""
        ext = self.params.get("ext", "")
        return "ext" if ext.isascii() and ext.isdigit() and int(ext[-9:]) & 1 else "sys"

    def sign_text(self) -> str | None:
        """The text whose HMAC the password is, or None where the password is a token compared as it is."""
        match self.kind:
            case ConnectKind.DEVICE:
                return signatures.device_text(
                    self.client_id, self.device_name, self.product_key, self.params.get("timestamp")
                )
            case ConnectKind.REGISTER | ConnectKind.REGISTER_NEW:
                return signatures.register_text(
                    self.device_name, self.product_key, self.params.get("random", "")
                )
            case ConnectKind.APP:
                return self.client_id + self.timestamp
            case ConnectKind.TOKEN | ConnectKind.PRE_AUTH | ConnectKind.X509:
                return None

    def proves(self, password: str, secret: str) -> bool:
        """Whether `password` follows from `secret`, in constant time.

        `secret` is the device secret, product secret or app secret, or for TOKEN and PRE_AUTH the token itself.
        """
        text = self.sign_text()
        if text is None:
            return signatures.same(password, secret)
        if self.kind is ConnectKind.APP:
            return signatures.matches(password, secret, text, hashes=("sha256",))
        return signatures.matches(password, secret, text)


def parse_connect(client_id: str, username: str) -> ConnectName | None:
    """Read the two names; None if they fit no kind (answer CONNACK 2).

    Parameters that repeat count once, the last one; parameters without `=` count as empty.
    """
    client_id = client_id.strip()
    head, bar, tail = client_id.partition("|")
    inside = tail[: tail.rindex("|")] if "|" in tail else tail
    params: dict[str, str] = {}
    if bar:
        for pair in inside.split(","):
            name, _, value = pair.partition("=")
            if name.strip():
                params[name.strip()] = value.strip()

    device_name, ampersand, product_key = username.rpartition("&")
    if params.get("securemode") == "-1" and username:
        return ConnectName(kind=ConnectKind.PRE_AUTH, client_id=head, params=params, user=username)
    if not ampersand:
        if not username:
            return None
        return ConnectName(kind=ConnectKind.APP, client_id=head, params=params, user=username)
    if not device_name or not product_key:
        return None
    kind = _KINDS.get(params.get("authType", ""))
    if kind is None:
        return None
    return ConnectName(
        kind=kind,
        client_id=head,
        params=params,
        product_key=product_key,
        device_name=device_name,
        user=username,
    )


_KINDS = {
    "": ConnectKind.DEVICE,
    "register": ConnectKind.REGISTER,
    "regnwl": ConnectKind.REGISTER_NEW,
    "connwl": ConnectKind.TOKEN,
    "x509": ConnectKind.X509,
}
