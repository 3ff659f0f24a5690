"""Up to where the public knowledge of jieshun_parking goes: `edge.framework.proprietary`."""

from linli.edge.drivers.jieshun_parking.config import Device
from linli.edge.framework import DriverContext
from linli.edge.framework.forms import NoConfig
from linli.edge.framework.proprietary import ClosedDriver

MISSING = "how the Y08 is reached, and its messages"


def create(context: DriverContext[NoConfig, Device]) -> ClosedDriver:
    return ClosedDriver(context, "jieshun_parking", MISSING)
