"""The cases for a lift controller on Modbus."""

from linli.edge.drivers.modbus_lift.cases import CASES

__all__ = ["CASES"]
