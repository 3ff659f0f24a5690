"""Finding, starting, watching and asking drivers. Knows no protocol."""

from linli.edge.framework.contract import (
    BaseDriver,
    Device,
    Driver,
    DriverContext,
    Things,
)
from linli.edge.framework.errors import (
    ConfigBad,
    DeviceOffline,
    DeviceRefused,
    DeviceUnknown,
    DriverFailed,
    ParamsBad,
    ServiceUnknown,
)
from linli.edge.framework.forms import DriverConfig, Secret

__all__ = [
    "BaseDriver",
    "ConfigBad",
    "Device",
    "DeviceOffline",
    "DeviceRefused",
    "DeviceUnknown",
    "Driver",
    "DriverConfig",
    "DriverContext",
    "DriverFailed",
    "ParamsBad",
    "Secret",
    "ServiceUnknown",
    "Things",
]
