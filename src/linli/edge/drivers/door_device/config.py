"""Form A of spec C 8.4: one device for one ability of a machine."""

from linli.edge.doors.driver import StationConfig
from linli.protocols.driver_forms.doors import DoorDevice


class Config(StationConfig, frozen=True, kw_only=True):
    """Doors come to port 10000."""


class Device(DoorDevice, frozen=True, kw_only=True):
    """As the console's form has it."""
