"""As the source prints a 门禁Y08 (3.3.5.3.3): the number of the device, without its address."""

from linli.protocols.driver_forms.jieshun import JieshunParkingDoor


class Device(JieshunParkingDoor, frozen=True, kw_only=True):
    """As the console's editor checks it."""
