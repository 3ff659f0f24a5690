"""Rules of clusters and boxes that need no table. Spec C §2, §3, §15 (G2, G13), H §5.10."""

import ipaddress
import re
from typing import Final, NamedTuple

from linli.kernel.errors import BadInput

NAME_MOST: Final = 60
NODE_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{2,28}[a-z0-9]")
SERIAL: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{3,63}")
DEFAULT_CIDR: Final = "10.249.24.20/24"
MODELS: Final[dict[str, tuple[str, str]]] = {
    "LE-A-B001-SC001": ("楼宇版", "Building"),
    "LE-A-B002-SC001": ("人行版", "People"),
    "LE-A-B011-SC001": ("停车版", "Parking"),
    "LE-A-S001-SC001": ("通行版", "Passage"),
    "LE-A-S006-SC001": ("综合版", "Comprehensive"),
}
"""Models as their labels say, and the edition. Other models are accepted too: the builder of a box names its model."""

UNACTIVATED: Final = "unactivated"
ACTIVATING: Final = "activating"
RUNNING: Final = "running"
REPLACING: Final = "replacing"

WAITING_PERCENT: Final = 0
IDENTITY_PERCENT: Final = 34
CONNECTED_PERCENT: Final = 54
RUNNING_PERCENT: Final = 100
SILENT_MS: Final = 100_000
"""A box that was not heard of for so long (three heartbeats missed, and the road) is offline."""
LATE_BEAT_MS: Final = 45_000
"""One heartbeat missed, and the road: it is waited for."""
LATE_MS: Final[dict[str, int]] = {"waiting": 10 * 60_000, "identity": 5 * 60_000, "connected": 20 * 60_000}
"""From when on a stage of the activation is called stuck (H §5.10)."""


def stage_of(percent: int) -> str:
    """waiting, identity, connected, running."""
    if percent >= RUNNING_PERCENT:
        return "running"
    if percent >= CONNECTED_PERCENT:
        return "connected"
    return "identity" if percent >= IDENTITY_PERCENT else "waiting"


def clean_name(text: str, field: str = "name", most: int = NAME_MOST) -> str:
    """Raises BadInput."""
    strip = text.strip()
    if not strip:
        raise BadInput(field=field, rule="blank")
    if len(strip) > most:
        raise BadInput(field=field, rule="too_long", limit=most)
    return strip


def clean_node_name(text: str) -> str:
    """`jinanwangyuefu-01`. Raises BadInput."""
    if not NODE_NAME.fullmatch(text):
        raise BadInput(field="name", rule="edge.node_name")
    return text


def clean_serial(text: str, field: str = "serialNumber") -> str:
    """Raises BadInput."""
    strip = text.strip()
    if not SERIAL.fullmatch(strip):
        raise BadInput(field=field, rule="edge.serial")
    return strip


def clean_model(text: str) -> str:
    """Raises BadInput."""
    return clean_name(text, "model", 64)


def clean_cidr(text: str) -> str:
    """`10.249.24.20/24` → `10.249.24.0/24` (G13). Raises BadInput."""
    try:
        if "/" not in text:
            raise ValueError
        return str(ipaddress.IPv4Network(text.strip(), strict=False))
    except ValueError:
        raise BadInput(field="lanCidr", rule="format", example=DEFAULT_CIDR) from None


def clean_address(text: str, field: str = "doorAddress") -> str:
    """An IPv4 address of a machine, or nothing. Raises BadInput."""
    strip = text.strip()
    if not strip:
        return ""
    try:
        address = ipaddress.IPv4Address(strip)
    except ValueError:
        raise BadInput(field=field, rule="format", example="192.168.1.2") from None
    if address.is_multicast or address.is_unspecified or address.is_reserved:
        raise BadInput(field=field, rule="format", example="192.168.1.2")
    return str(address)


class Condition(NamedTuple):
    """Whether a box is there: A and B and C (spec H 5.9). None: not known, since nothing was heard that would tell."""

    network: bool | None
    """A: its heartbeat comes, so it reaches the platform."""
    gateway: bool
    """B: its gateway device is connected."""
    runtime: bool | None
    """C: its deployment runs."""

    @property
    def online(self) -> bool:
        return self.network is not False and self.gateway and self.runtime is not False

    @property
    def layer(self) -> str:
        """The layer to look at first; empty when all is well. Two causes that the platform cannot tell apart are
        `lan_or_wan`; `unheard` is none yet: the connection ended, and no heartbeat since says whether the network did.
        """
        if self.network is None:
            return "" if self.gateway else "unheard"
        if not self.network:
            return "heartbeat" if self.gateway else "lan_or_wan"
        if not self.gateway:
            return "link"
        return "runtime" if self.runtime is False else ""


def network_of(*, silence_ms: int | None, parted_ms: int | None) -> bool | None:
    """Condition A. `silence_ms`: since the last heartbeat; None: none ever came. `parted_ms`: since the gateway's
    connection ended; None: it stands. A heartbeat from before that, or of the same millisecond, tells nothing of the
    network after it."""
    if silence_ms is None or silence_ms >= SILENT_MS:
        return False
    if silence_ms >= LATE_BEAT_MS or (parted_ms is not None and parted_ms <= silence_ms):
        return None
    return True
