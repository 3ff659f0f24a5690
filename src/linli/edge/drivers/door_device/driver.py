"""The driver of 门禁设备官方协议."""

from linli.edge.doors.driver import DoorDriver
from linli.edge.drivers.door_device.config import Config, Device
from linli.edge.drivers.door_device.mapping import machines
from linli.edge.framework import DriverContext


def create(context: DriverContext[Config, Device]) -> DoorDriver[Device]:
    return DoorDriver(context, machines(context.devices), context.config)
