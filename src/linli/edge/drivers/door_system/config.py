"""Form B of spec C 8.5: form A, and the number that the integrator's server gives each door."""

from typing import Annotated, Literal

from msgspec import Meta

from linli.edge.doors.driver import StationConfig
from linli.edge.doors.forms import DoorFields


class Config(StationConfig, frozen=True, kw_only=True):
    """Servers come to port 10020."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 10020


class Device(DoorFields, frozen=True, kw_only=True):
    """`ip` is the server's."""

    access_type: Literal["face", "qrcode", "card", "bluetooth", "video"]
    port: Annotated[int, Meta(ge=0, le=65535)]
    unique_id: Annotated[str, Meta(pattern=r"^[A-Za-z0-9\-_@.:]{4,32}$")]
    """设备唯一标识: what the server says as `sn` when it connects for this door."""
