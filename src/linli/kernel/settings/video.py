"""The sections [gb28181] and [video]: cameras that register here, and how their pictures come and go."""

from typing import Annotated

import msgspec
from msgspec import Meta


class Gb28181(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    enabled: Annotated[
        bool, Meta(description="Let cameras and recorders register by GB/T 28181 (2016, 2022).")
    ] = False
    host: Annotated[str, Meta(description="Address that cameras reach.")] = "0.0.0.0"
    port: Annotated[int, Meta(ge=0, le=65_535, description="SIP by UDP and TCP; 0: any free one.")] = 5060
    server_id: Annotated[
        str, Meta(pattern="^[0-9]{20}$", description="Code of this platform, as cameras are set up with it.")
    ] = "34020000002000000001"
    domain: Annotated[str, Meta(pattern="^[0-9]{10}$", description="SIP domain, and realm.")] = "3402000000"
    public_host: Annotated[
        str,
        Meta(description="IP address that cameras are told. Empty: that of the network they come by."),
    ] = ""
    offline_seconds: Annotated[
        int, Meta(ge=30, le=3_600, description="Without a sign of life for so long a camera is offline.")
    ] = 180
    max_connections: Annotated[int, Meta(ge=1, description="TCP connections of cameras.")] = 2_000


class Video(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    first_port: Annotated[
        int, Meta(ge=1024, le=65_534, description="First port for pictures; each stream takes one.")
    ] = 30_000
    last_port: Annotated[int, Meta(ge=1025, le=65_535, description="Last of these ports.")] = 30_999
    memory_mb: Annotated[
        int, Meta(ge=64, le=65_536, description="Most memory of the process that takes streams in.")
    ] = 512
    idle_seconds: Annotated[
        int, Meta(ge=1, le=3_600, description="A stream that nobody watches stops after so long.")
    ] = 30
    rtmp_port: Annotated[
        int,
        Meta(ge=0, le=65_535, description="Players by RTMP (1935 by custom), in plain; 0: none."),
    ] = 0

    health_minutes: Annotated[
        int,
        Meta(
            ge=0,
            le=1_440,
            description="Each camera's picture is looked at so often, whether it is good; 0: only by hand.",
        ),
    ] = 10
    health_cpu_percent: Annotated[
        int, Meta(ge=1, le=100, description="Of one core, that looking at pictures may take at most.")
    ] = 10

    recordings_folder: Annotated[
        str, Meta(description="Where recordings lie; empty: `recordings` in the data folder.")
    ] = ""
    recordings_mb: Annotated[
        int, Meta(ge=0, description="Most megabytes of all recordings; 0: as the reserve below allows.")
    ] = 0
    recordings_reserve_mb: Annotated[
        int,
        Meta(
            ge=0,
            description="Megabytes of the disk that recordings leave free; the oldest unlocked ones go before that.",
        ),
    ] = 4_096

    def __post_init__(self) -> None:
        if self.last_port <= self.first_port:
            raise ValueError("[video] last_port must be above first_port")
