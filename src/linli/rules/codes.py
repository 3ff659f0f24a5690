"""Pass result codes with the texts that devices and subscribers know (spec E, 8; spec A, 4.3)."""

from enum import IntEnum


class PassCode(IntEnum):
    """Result of one attempt to pass. `message` is the wire text, misspellings kept."""

    SUCCESS = 0
    QR_NOT_EFFECTIVE = 101
    QR_EXPIRED = 102
    QR_UNKNOWN = 103
    QR_USED_UP = 104
    CARD_NOT_EFFECTIVE = 201
    CARD_EXPIRED = 202
    CARD_UNKNOWN = 203
    BLE_CARD_NOT_EFFECTIVE = 301
    BLE_CARD_EXPIRED = 302
    BLE_CARD_UNKNOWN = 303
    FACE_NOT_EFFECTIVE = 501
    FACE_EXPIRED = 502
    FACE_LIBRARY_EMPTY = 503
    FACE_FEATURE_FAILED = 504
    FACE_BELOW_THRESHOLD = 505
    FACE_BLACKLISTED = 506
    FACE_TIMED_OUT = 507
    UNKNOWN_ERROR = 10000

    @property
    def message(self) -> str:
        return _MESSAGES[self]

    @classmethod
    def of(cls, code: int) -> "PassCode":
        """The code, or UNKNOWN_ERROR for a number that the table does not hold."""
        try:
            return cls(code)
        except ValueError:
            return cls.UNKNOWN_ERROR


_MESSAGES = {
    PassCode.SUCCESS: "success",
    PassCode.QR_NOT_EFFECTIVE: "QR code does not take effect",
    PassCode.QR_EXPIRED: "QR code has expired",
    PassCode.QR_UNKNOWN: "QR code does not exist",
    PassCode.QR_USED_UP: "QR code have be used up",
    PassCode.CARD_NOT_EFFECTIVE: "Traditional card number does not take effect",
    PassCode.CARD_EXPIRED: "Traditional card number has expired",
    PassCode.CARD_UNKNOWN: "Traditional card number does not exist",
    PassCode.BLE_CARD_NOT_EFFECTIVE: "Bluetooth card number does not take effect",
    PassCode.BLE_CARD_EXPIRED: "Bluetooth card number has expired",
    PassCode.BLE_CARD_UNKNOWN: "Bluetooth card number does not exist",
    PassCode.FACE_NOT_EFFECTIVE: "Face auth does not take effect",
    PassCode.FACE_EXPIRED: "Face information has expired",
    PassCode.FACE_LIBRARY_EMPTY: "Face library is empty",
    PassCode.FACE_FEATURE_FAILED: "Face feature extraction failed",
    PassCode.FACE_BELOW_THRESHOLD: "Face matching similarity is less than the threshold",
    PassCode.FACE_BLACKLISTED: "The user is in blacklist",
    PassCode.FACE_TIMED_OUT: "Face recognition timeout",
    PassCode.UNKNOWN_ERROR: "Unknown error",
}
