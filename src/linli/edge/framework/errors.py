"""Errors of a driver or of its devices."""

from linli.kernel.errors import Conflict, LinliError, NotFound, Unavailable


class DriverFailed(LinliError):
    """A driver cannot be loaded or does not run. `why` is for a person."""

    code = "driver.failed"


class ConfigBad(LinliError):
    """A driver's or a device's configuration breaks its form. `field` and `rule` say where and how."""

    code = "driver.config_bad"


class ParamsBad(LinliError):
    """A call's or a property's values break their form. `field` and `rule` say where and how."""

    code = "driver.params_bad"


class DeviceUnknown(NotFound):
    """No running driver has this device."""

    code = "driver.device_unknown"

    def __init__(self, device: str) -> None:
        super().__init__(what="device", id=device)


class ServiceUnknown(NotFound):
    """The device's driver has no such service or property."""

    code = "driver.service_unknown"

    def __init__(self, service: str) -> None:
        super().__init__(what="driverService", id=service)


class DeviceOffline(Unavailable):
    code = "driver.device_offline"


class DeviceRefused(Conflict):
    """The device answered no. `device_code` and `why` are its own words."""

    code = "driver.device_refused"
