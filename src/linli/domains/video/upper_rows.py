"""Rows of upper platforms by GB/T 28181, and of the cameras that each of them sees."""

from typing import Final, NamedTuple

from linli.kernel.scope import Caller, Scope

TRANSPORTS: Final = ("udp", "tcp")
EDITIONS: Final = ("2016", "2022")
CALLER: Final = "upper"
"""Kind of caller in the list of looks."""


class Upper(NamedTuple):
    """A row of `gb_uppers`, in the order of the columns."""

    upper_id: int
    tenant_id: str
    community_id: int
    name: str
    host: str
    port: int
    server_id: str
    domain: str
    gb_id: str
    password_sealed: str
    transport: str
    edition: str
    register_s: int
    keepalive_s: int
    most_streams: int
    steers: int
    alarms: int
    off: int
    media_hosts: str
    """Addresses of its media servers, by spaces: pictures go there, and to `host`, and nowhere else."""
    created_ms: int
    changed_ms: int

    @property
    def caller(self) -> str:
        """As the list of looks keeps it."""
        return f"{CALLER}:{self.upper_id}"

    @property
    def scope(self) -> Scope:
        """What it may see at most: its community."""
        return Scope(self.tenant_id, Caller("system", CALLER), frozenset((self.community_id,)))


class UpperCamera(NamedTuple):
    """A row of `gb_upper_cameras`, in the order of the columns."""

    upper_id: int
    iot_id: str
    tenant_id: str
    community_id: int
    code: str
    unmasked: int = 0
    """1: a camera that has masks goes out without them, as somebody said."""


class Shown(NamedTuple):
    """A camera as an upper platform sees it."""

    upper_id: int
    code: str
    """20 digits that the upper platform knows it by."""
    iot_id: str
    name: str
    maker: str
    model: str
    steers: int
    online: int
    device_state: str
    longitude: float | None
    """WGS-84."""
    latitude: float | None

    @property
    def is_on(self) -> bool:
        return bool(self.online) and self.device_state == "online"


def upper_seal(upper_id: int) -> str:
    return f"gb28181-upper:{upper_id}"
