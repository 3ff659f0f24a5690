"""The form of a controller: `protocols.driver_forms.modbus_lift`, checked whole."""

from linli.protocols.driver_forms.modbus_map import ModbusLift


class Device(ModbusLift, frozen=True, kw_only=True):
    """As the console's editor has it."""
