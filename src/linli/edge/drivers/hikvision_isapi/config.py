"""The driver's own settings and the form of a camera."""

from typing import Annotated

from msgspec import Meta

from linli.edge.framework import DriverConfig
from linli.protocols.driver_forms.lane_cameras import HikvisionCamera


class Config(DriverConfig, frozen=True, kw_only=True):
    host: str = ""
    """Empty: every address of the box."""
    port: Annotated[int, Meta(ge=0, le=65535)] = 10072
    silent_seconds: Annotated[int, Meta(ge=5, le=600)] = 90
    """Without an alarm or heartbeat, after which a camera counts as offline."""


class Device(HikvisionCamera, frozen=True, kw_only=True):
    """As the console's editor has it."""
