"""Form A of spec C 8.4: one device for one ability of a machine."""

from typing import Annotated, Literal

from msgspec import Meta

from linli.edge.doors.driver import StationConfig
from linli.edge.doors.forms import DoorFields


class Config(StationConfig, frozen=True, kw_only=True):
    """Doors come to port 10000."""


class Device(DoorFields, frozen=True, kw_only=True):
    access_type: Literal["face", "qrcode", "card", "bluetooth", "video"]
    port: Annotated[int, Meta(ge=0, le=65535)]
    """Of the machine itself. 0: it serves none, the box never calls it."""
