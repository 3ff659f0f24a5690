"""Form C of spec C 8.6: one device for a machine. Its port, abilities and face mode are those of its model.

The catalogue of brands and models fills `abilities`, `port` and `faceCompareMode` in, so that people choose only a model.
"""

from typing import Annotated, Literal

from msgspec import Meta

from linli.edge.doors.driver import StationConfig
from linli.edge.doors.forms import DoorFields


class Config(StationConfig, frozen=True, kw_only=True):
    """Doors come to port 10000, with those of the other form."""


class Device(DoorFields, frozen=True, kw_only=True):
    brand: Annotated[str, Meta(max_length=64)] = ""
    model: Annotated[str, Meta(max_length=64)] = ""
    port: Annotated[int, Meta(ge=0, le=65535)]
    video_port: Annotated[int, Meta(ge=0, le=65535)] = 0
    """Of the intercom; 0: the same port."""
    abilities: Annotated[
        list[Literal["face", "qrcode", "card", "bluetooth", "video", "elevator"]], Meta(min_length=1)
    ]
    elevator_connected: Annotated[int, Meta(ge=0, le=1)] = 0
    """Whether the machine is wired to a lift controller."""
