"""Result codes of the door protocol. Source: spec G 8 (3.5.1.2, appendix)."""

from enum import IntEnum


class Code(IntEnum):
    """`code` of every answer. 2 and 3 are reserved."""

    SUCCESS = 0
    NOT_RECOGNIZED = 1
    """The face or the QR code has no right at this door."""
    TOKEN_INVALID = 4
    BAD_PARAMETER = 5
    BAD_SIGNATURE = 6
    DEVICE_UNKNOWN = 7
    """The device's address is not configured."""
    OTHER = 99

    @property
    def message(self) -> str:
        return _MESSAGES[self]


_MESSAGES = {
    Code.SUCCESS: "success",
    Code.NOT_RECOGNIZED: "not recognized",
    Code.TOKEN_INVALID: "device is offline",
    Code.BAD_PARAMETER: "bad parameter",
    Code.BAD_SIGNATURE: "verify sign error",
    Code.DEVICE_UNKNOWN: "device is illegal",
    Code.OTHER: "other error",
}


class Refused(Exception):
    """The receiver answers with `code`; `message` may name the field and the rule it breaks."""

    def __init__(self, code: Code, message: str = "") -> None:
        super().__init__(message or code.message)
        self.code = code
        self.message = message or code.message
