"""The section [media]: sound and picture of calls through the platform."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Media(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    enabled: Annotated[
        bool,
        Meta(description="Relay sound and picture of calls, instead of letting phones send to each other."),
    ] = False
    host: Annotated[str, Meta(description="Address whose UDP ports are used. Empty: that of [sip].")] = ""
    first_port: Annotated[
        int,
        Meta(
            ge=1024,
            le=65_534,
            description="First UDP port; a call takes two for each voice and each picture.",
        ),
    ] = 10_000
    last_port: Annotated[int, Meta(ge=1025, le=65_535, description="Last UDP port.")] = 20_000
    public_host: Annotated[
        str,
        Meta(
            description="IP address that phones are told to send to. Empty: that of the network they come by."
        ),
    ] = ""
    browser_port: Annotated[
        int,
        Meta(
            ge=0,
            le=65_535,
            description="UDP port of all browsers that take calls. 0: browsers take none.",
        ),
    ] = 9_990
    memory_mb: Annotated[
        int, Meta(ge=64, le=65_536, description="Most memory of the process that relays.")
    ] = 256

    def __post_init__(self) -> None:
        if self.last_port <= self.first_port + 2:
            raise ValueError("[media] last_port must be above first_port by more than 2")
