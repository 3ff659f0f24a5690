"""Errors of online debugging."""

from linli.kernel.errors import Conflict, NotFound


class DeviceIsOnline(Conflict):
    """The real device is connected: the simulator would throw it out."""

    code = "simulator.device_online"


class DeviceSpeaksOtherwise(Conflict):
    """Its product has a data format of its own, read by a script."""

    code = "simulator.own_format"


class SimulatorRefused(Conflict):
    """The front did not let the simulator in. Facts: `connack`, its code (MQTT 3.1.1, table 3.1)."""

    code = "simulator.refused"


class NotSimulated(NotFound):
    """Nothing stands in for this device now."""
