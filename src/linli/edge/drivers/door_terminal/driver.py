"""The driver of 门禁一体机官方协议."""

from linli.edge.doors.driver import DoorDriver
from linli.edge.drivers.door_terminal.config import Config, Device
from linli.edge.drivers.door_terminal.mapping import machines
from linli.edge.framework import DriverContext


def create(context: DriverContext[Config, Device]) -> DoorDriver[Device]:
    return DoorDriver(context, machines(context.devices), context.config)
