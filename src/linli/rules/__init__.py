"""May this credential open this door now? Pure functions shared by the cloud, the edge and the simulated door.

Each answer is a `Decision` with the pass result code that doors report in `passEvent` (spec A 4.3, spec E 8).
"""

from linli.rules.codes import PassCode
from linli.rules.credentials import (
    UNLIMITED,
    Decision,
    Right,
    ScanRight,
    check_ble_card,
    check_card,
    check_pin,
    check_qr,
)
from linli.rules.pins import Keypad, digits_needed, pin_digest, pin_problem

__all__ = [
    "UNLIMITED",
    "Decision",
    "Keypad",
    "PassCode",
    "Right",
    "ScanRight",
    "check_ble_card",
    "check_card",
    "check_pin",
    "check_qr",
    "digits_needed",
    "pin_digest",
    "pin_problem",
]
