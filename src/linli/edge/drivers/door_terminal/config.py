"""Form C of spec C 8.6: one device for a machine. Its port, abilities and face mode are those of its model."""

from linli.edge.doors.driver import StationConfig
from linli.protocols.driver_forms.doors import DoorTerminal


class Config(StationConfig, frozen=True, kw_only=True):
    """Doors come to port 10000, with those of the other form."""


class Device(DoorTerminal, frozen=True, kw_only=True):
    """As in the console's form, with the catalogue's values of the model."""
