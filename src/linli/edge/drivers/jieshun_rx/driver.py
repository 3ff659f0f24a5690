"""Up to where the public knowledge of jieshun_RX goes: `edge.framework.proprietary`."""

from linli.edge.drivers.jieshun_rx.config import Device
from linli.edge.framework import DriverContext
from linli.edge.framework.forms import NoConfig
from linli.edge.framework.proprietary import ClosedDriver

MISSING = "the commands of the DES link to the controller"


def create(context: DriverContext[NoConfig, Device]) -> ClosedDriver:
    return ClosedDriver(context, "jieshun_rx", MISSING)
