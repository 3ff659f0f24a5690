"""Form B of spec C 8.5: form A, and the number that the integrator's server gives each door."""

from typing import Annotated

from msgspec import Meta

from linli.edge.doors.driver import StationConfig
from linli.protocols.driver_forms.doors import DoorSystemDevice


class Config(StationConfig, frozen=True, kw_only=True):
    """Servers come to port 10020."""

    port: Annotated[int, Meta(ge=0, le=65535)] = 10020


class Device(DoorSystemDevice, frozen=True, kw_only=True):
    """As the console's form has it."""
