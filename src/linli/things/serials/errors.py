"""Errors of serial numbers."""

from linli.kernel.errors import Conflict


class SerialNumberTaken(Conflict):
    """The serial number, or the device, is already listed with another counterpart."""

    code = "serial.taken"


class SerialCategoryTaken(Conflict):
    """The tenant already has a category of this name."""

    code = "serial.category_taken"


class SerialCategoryInUse(Conflict):
    """It still holds serial numbers."""

    code = "serial.category_in_use"
