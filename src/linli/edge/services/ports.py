"""The running box's interface for the local services; the runtime implements it. Times are UTC ms."""

from typing import Protocol

import msgspec


class DriverView(msgspec.Struct, frozen=True, rename="camel"):
    id: str
    protocol: str
    version: str
    state: str
    """`running`, `starting`, `waiting` (crashed, will start again), `stopped`."""
    devices: int
    online: int
    crashes: int = 0
    why: str = ""


class DeviceView(msgspec.Struct, frozen=True, rename="camel"):
    """One device of the box. `address` is where it stands on the LAN, empty where its driver has none."""

    product_key: str
    name: str
    alias: str
    driver: str
    protocol: str
    address: str
    online: bool
    refused: str = ""
    """Why the cloud does not take it; empty when it does."""
    seen_ms: int = 0
    """Its newest report since the box started; 0: none."""


class RefusedDriver(msgspec.Struct, frozen=True, rename="camel"):
    """A package that was not taken. `code`: where there are words of both languages."""

    driver: str
    version: str
    why: str
    code: str = ""


class StrangerView(msgspec.Struct, frozen=True, rename="camel"):
    """Calls in a door's name from an address that is not known to be its own. `outcome`: refused, moved."""

    device: str
    ip: str
    peer: str
    outcome: str
    first_ms: int
    last_ms: int
    count: int


class Summary(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the box is. Holds no secret."""

    active: bool
    """Whether it was activated; else most of the rest is empty."""
    serial_number: str
    model: str
    version: str
    now_ms: int
    started_ms: int
    clock_offset_ms: int = 0
    """How far the machine's own clock is from the cloud's."""
    node_id: str = ""
    node_name: str = ""
    cloud: str = ""
    line_up: bool = False
    line_why: str = ""
    generation: int = 0
    backlog: int = 0
    """Reports that wait for the cloud."""
    sent: int = 0
    drivers: list[DriverView] = []
    unchecked: list[str] = []
    """Listeners that take doors' calls from any address."""
    unconfined: list[str] = []
    """Drivers of others that run as the box's own user."""
    refused_drivers: list[RefusedDriver] = []
    gateway: str = ""
    """What the console calls it; empty before the first deployment."""
    community: str = ""
    """Number of the community."""
    zone: str = ""
    """IANA name of the community's time zone."""
    driver_root: str = ""
    """Fingerprint of the key by which drivers are trusted, as the console shows it."""


class BoxState(Protocol):
    """The present state of the box; before the activation that of a box without identity."""

    def summary(self) -> Summary: ...

    def devices(self) -> list[DeviceView]: ...

    def strangers(self) -> list[StrangerView]: ...

    def settle(self, device: str, peer: str, *, confirm: bool) -> bool:
        """Whether there was such a call. `confirm`: the address is the door's own."""
        ...

    async def activate(self, *, cloud: str, serial: str, code: str) -> None:
        """Call the cloud once. Raises LinliError, msgspec.ValidationError."""
        ...


class FindingView(msgspec.Struct, frozen=True, rename="camel"):
    """The finding of a step of a diagnosis, in words. `level`: ok, warning, error; `advice`: a remedy, or empty."""

    step: str
    level: str
    text: str
    advice: str = ""


class DiagnosisView(msgspec.Struct, frozen=True, rename="camel"):
    at_ms: int
    summary: str
    findings: list[FindingView]
    text: str
    """The whole of it, to save for support."""
