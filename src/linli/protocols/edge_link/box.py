"""Signed calls of an active box: deployment, pictures, heartbeat, logs; and the cloud's request to fetch something."""

import hashlib
import re
from typing import Annotated, Any, Final, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta

from linli.protocols.edge_link.trust import DriverRoot

DEPLOYMENT: Final = "/edge/deployment"
"""GET; answers `Deployment`."""
PICTURES: Final = "/edge/pictures"
"""POST, body JPEG, `x-linli-for` the DeviceName; answers `PictureTaken`."""
HEARTBEAT: Final = "/edge/heartbeat"
"""POST `Heartbeat` each 30 s; answers `HeartbeatAnswer`."""
LOGS: Final = "/edge/logs"
AWAY_MOST: Final = 500
LIFTS_MOST: Final = 200
"""Most devices in one heartbeat that went offline."""
STRANGERS_MOST: Final = 20
"""Most incidents with doors' addresses in one heartbeat."""
COMPONENTS_MOST: Final = 200
"""Most components in one heartbeat."""
WHY_MOST: Final = 300
"""Most characters of the reason."""
REFRESH: Final = "edgeRefresh"
"""The service of a box's gateway device by which the cloud asks it to fetch something: `Refresh`."""


_MESSAGE_ID: Final = re.compile(r"[0-9A-Za-z_.:-]{1,64}-[0-9]{1,18}")


def message_id(node: str, seq: int) -> str:
    """The id of a report of a box. A report that is sent again has the same id and the same bytes."""
    return f"{node}-{seq}"


def is_message_id(text: str) -> bool:
    """Whether an envelope's id is that of a box's report."""
    return _MESSAGE_ID.fullmatch(text) is not None


def report_path(generation: int) -> str:
    """POST `DeploymentReport`."""
    return f"{DEPLOYMENT}/{generation}/report"


def package_path(package_id: str, version: str) -> str:
    """GET; the package as it was signed."""
    return f"/edge/packages/{quote(package_id, safe='')}/{quote(version, safe='')}"


class _Struct(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class CommunityName(_Struct, frozen=True, kw_only=True):
    id: str
    zone: str = "Asia/Shanghai"
    """IANA name: windows that recur are read in it."""


class GatewayName(_Struct, frozen=True, kw_only=True):
    id: str
    name: str


class DeployedDevice(_Struct, frozen=True, kw_only=True):
    """One device behind the box: a sub-device of its gateway."""

    product_key: Annotated[str, Meta(min_length=1)]
    device_name: Annotated[str, Meta(min_length=1)]
    device_secret: Annotated[str, Meta(min_length=1)]
    alias: str = ""
    custom: dict[str, Any] = {}
    """The driver's own form of a device."""


class DeployedDriver(_Struct, frozen=True, kw_only=True):
    id: Annotated[str, Meta(min_length=1)]
    config: dict[str, Any] = {}
    devices: list[DeployedDevice] = []


class Interconnect(_Struct, frozen=True, kw_only=True):
    """The box's own MQTT on the LAN (网关互联)."""

    on: bool = False
    user: str = ""
    password: str = ""


class DeployedPackage(_Struct, frozen=True, kw_only=True):
    """A signed package of a driver or an application. `url` may be a path of the cloud."""

    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,63}$")]
    version: Annotated[str, Meta(min_length=1, max_length=32)]
    url: str
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    signature: str = ""
    """Ed25519 over the package, base64."""
    public_key: str = ""
    """PEM of the vendor who signed it; it counts only as far as the box's root vouches for it."""
    key_proof: str = ""
    """The root's signature, base64 (`trust`)."""


class WantedComponent(_Struct, frozen=True, kw_only=True):
    """A component that the box is to have; one that is not named is not to run."""

    code: Annotated[str, Meta(min_length=1, max_length=64)]
    on: bool = True
    """False: it stays installed and is stopped."""
    params: dict[str, Any] = {}


class BoxSettings(_Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Switches of the box's cluster, and what the console sets for this box. None: of a cloud that does not say."""

    log: bool | None = None
    """Its logs are collected."""
    monitor: bool | None = None
    """Its figures are measured."""
    local_accounts: bool | None = None
    """False: the password of its page is the cloud's (账号是否由本地管理)."""
    page_password: dict[str, Any] | None = None
    """`PageWord`. One that cannot be read keeps nobody from the rest of a deployment."""
    door_address: str = ""
    """Its own address on the network of the doors; empty: it finds that out."""


class Deployment(_Struct, frozen=True, kw_only=True):
    """The desired state of a box."""

    generation: Annotated[int, Meta(ge=0)]
    """Grows with every change."""
    community: CommunityName
    gateway: GatewayName
    drivers: list[DeployedDriver] = []
    interconnect: Interconnect = Interconnect()
    settings: BoxSettings = BoxSettings()
    components: list[WantedComponent] | None = None
    """None: of a cloud that names none; then all that the box has runs."""
    packages: list[DeployedPackage] = []
    driver_roots: list[DriverRoot] = []
    """From the first root to the present one, each signed by the root before."""
    driver_root_proof: str = ""
    """Of the last, for a box that was activated before there were roots (`trust.introduction`)."""


class DeviceReport(_Struct, frozen=True, kw_only=True):
    device_name: str
    state: Literal["waiting", "running", "failed"]
    """`running`: its driver has it; whether it is online says the thing itself."""
    why: str = ""
    code: Annotated[str, Meta(max_length=64)] = ""
    """Of `why`, where the platform has words for it."""


class PageWord(_Struct, frozen=True, kw_only=True):
    """The password of the box's own page, as the console set it. Both hex."""

    salt: Annotated[str, Meta(pattern=r"^[0-9a-f]{32}$")]
    hash: Annotated[str, Meta(pattern=r"^[0-9a-f]{128}$")]
    """`word_hash`"""


def word_hash(word: str, salt: str) -> str:
    """scrypt (n 2^14, r 8, p 1) of a word of the box's page, hex; `salt` too. Takes a tenth of a second."""
    return hashlib.scrypt(
        word.encode("utf-8", "replace"), salt=bytes.fromhex(salt), n=2**14, r=8, p=1, maxmem=64 * 1024 * 1024
    ).hex()


class DeploymentReport(_Struct, frozen=True, kw_only=True):
    state: Literal["running", "done", "failed"]
    devices: list[DeviceReport] = []
    percent: Annotated[int, Meta(ge=0, le=100)] = 0


class PictureTaken(_Struct, frozen=True, kw_only=True):
    photo_id: Annotated[str, Meta(min_length=1)]
    url: str = ""


class DriverHealth(_Struct, frozen=True, kw_only=True):
    id: str
    state: str
    version: str = ""
    why: str = ""
    devices: int = 0
    online: int = 0
    restarts: int = 0


class ComponentHealth(_Struct, frozen=True, kw_only=True):
    """A component that the box has, as it is. `failed` is one that is to run and does not."""

    code: Annotated[str, Meta(min_length=1, max_length=80)]
    state: Literal["running", "stopped", "failed"]
    version: Annotated[str, Meta(max_length=32)] = ""
    """Of its own package."""
    why: Annotated[str, Meta(max_length=WHY_MOST)] = ""


class DeviceAway(_Struct, frozen=True, kw_only=True):
    """A device behind the box that went offline."""

    device_name: str
    since_ms: int
    """By the box's clock, UTC ms."""
    why: Annotated[str, Meta(max_length=WHY_MOST)] = ""
    """`silent`: no sign of life; `unreachable`: it does not take the box's connection; `driver_stopped`; or words."""


class Stranger(_Struct, frozen=True, kw_only=True):
    """Calls in a door's name from another address than its own. Times are UTC ms."""

    device: Annotated[str, Meta(max_length=64)]
    """The machine's first device."""
    ip: Annotated[str, Meta(max_length=45)]
    """Of its form."""
    sn: Annotated[str, Meta(max_length=64)] = ""
    peer: Annotated[str, Meta(max_length=45)]
    """Where the calls came from."""
    outcome: Literal["refused", "moved"]
    """`moved`: taken as its new address, since it had the machine's token, or ran before addresses were checked, and
    nothing answered at the old one."""
    first_ms: int
    last_ms: int
    count: Annotated[int, Meta(ge=1)] = 1


class LiftKeeping(_Struct, frozen=True, kw_only=True):
    """A lift whose own readers have linkages: what of them its gateway keeps itself. Times are UTC ms, 0: never."""

    device_name: Annotated[str, Meta(max_length=64)]
    keeps: bool | None = None
    """Whether it supports linkage; None: it was not reached yet. Where it does not, the box carries linkages out."""
    wanted: Annotated[int, Meta(ge=0)] = 0
    """Rules that it is to keep: one a person."""
    confirmed: Annotated[int, Meta(ge=0)] = 0
    """Those of them that it has confirmed, or that were read back."""
    compared_ms: int = 0
    same_since_ms: int = 0
    """Since when it keeps just what it is to keep; 0: it does not now."""
    missing: Annotated[int, Meta(ge=0)] = 0
    """At the last comparison, as `other` and `foreign`; each was mended then."""
    other: Annotated[int, Meta(ge=0)] = 0
    foreign: Annotated[int, Meta(ge=0)] = 0
    unfit: Annotated[int, Meta(ge=0)] = 0
    """Persons whose rule it cannot keep: the box carries it out."""
    unfit_why: Annotated[str, Meta(max_length=WHY_MOST)] = ""
    """Of one of them: a code, and what it is about, such as `no_floor 11`."""
    why: Annotated[str, Meta(max_length=WHY_MOST)] = ""
    """The last error, in the gateway's words or ours."""


class Heartbeat(_Struct, frozen=True, kw_only=True):
    version: Annotated[str, Meta(min_length=1, max_length=32)]
    booted_ms: int
    """When the machine came up, UTC ms."""
    cpu: Annotated[float, Meta(ge=0)] = 0
    """Percent of all cores since the last heartbeat."""
    memory: Annotated[float, Meta(ge=0)] = 0
    """Percent in use."""
    disk: Annotated[float, Meta(ge=0)] = 0
    """Percent in use where the box keeps its data."""
    load: Annotated[float, Meta(ge=0)] = 0
    """Of one minute."""
    temperature: float | None = None
    """Degrees Celsius; None where the machine has no sensor."""
    clock_offset_ms: int = 0
    """How far the machine's clock is ahead of the cloud's."""
    uplink_backlog: Annotated[int, Meta(ge=0)] = 0
    """Reports that wait for the cloud."""
    generation: int = 0
    """Of the deployment that runs."""
    drivers: list[DriverHealth] = []
    components: Annotated[list[ComponentHealth], Meta(max_length=COMPONENTS_MOST)] | None = None
    """All that the box has, drivers as `driver.<id>`; None: of a box that does not say."""
    addresses: list[str] = []
    """Of the machine on its networks."""
    away: Annotated[list[DeviceAway], Meta(max_length=AWAY_MOST)] = []
    """The devices that went offline last, if there are more."""
    lifts: Annotated[list[LiftKeeping], Meta(max_length=LIFTS_MOST)] = []
    strangers: Annotated[list[Stranger], Meta(max_length=STRANGERS_MOST)] = []
    unchecked: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=20)] = []
    """Listeners that take doors' calls from any address, as somebody chose."""
    unconfined: Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=20)] = []
    """Drivers of others that run as the box's own user, since the box may not change users."""


class HeartbeatAnswer(_Struct, frozen=True, kw_only=True):
    time: int
    """The cloud's clock, UTC ms."""
    generation: int = 0
    """Of the newest deployment: a box that runs an older one fetches it."""


class Refresh(_Struct, frozen=True, kw_only=True):
    """`what` is open: a box that does not know one says so."""

    what: Annotated[str, Meta(min_length=1, max_length=32)]
    """deployment, rules, lifts, tunnel, logs, diagnosis"""
    ticket: str = ""
    kind: str = ""
    """Of a tunnel: shell, files, http; of `lifts`: the DeviceName of the one to be compared, empty for all."""


class LogLine(_Struct, frozen=True, omit_defaults=True):
    """A line of a log of the box. `driver`: `runtime` for the box itself. Without a device it is the driver's own log."""

    at_ms: int
    level: Literal["info", "warning", "error"]
    driver: Annotated[str, Meta(max_length=64)]
    text: str
    device: Annotated[str, Meta(max_length=64)] = ""
    facts: dict[str, Any] = {}


class LogBatch(_Struct, frozen=True):
    """Sent again when its answer was lost: the cloud keeps each line once."""

    lines: Annotated[list[LogLine], Meta(max_length=500)]


class LogAnswer(_Struct, frozen=True):
    on: bool
    """Whether the cloud collects this box's logs."""
