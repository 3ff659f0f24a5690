"""Commands beside steering, each in a field of its own. Source: GB/T 28181-2016, 9.3 and A.2.3."""

from collections.abc import Mapping
from typing import Final, Literal

type Order = Literal["guard", "unguard", "reset_alarm", "record", "stop_record", "restart"]
type Duty = Literal["on", "off", "alarm", "unknown"]

_FIELDS: Final[Mapping[Order, tuple[str, str]]] = {
    "guard": ("GuardCmd", "SetGuard"),
    "unguard": ("GuardCmd", "ResetGuard"),
    "reset_alarm": ("AlarmCmd", "ResetAlarm"),
    "record": ("RecordCmd", "Record"),
    "stop_record": ("RecordCmd", "StopRecord"),
    "restart": ("TeleBoot", "Boot"),
}
ORDERS: Final = ("GuardCmd", "AlarmCmd", "RecordCmd", "TeleBoot")
OF_CAMERAS: Final = frozenset({"record", "stop_record"})
"""Said to one camera; the others are to the whole device."""
_DUTIES: Final[Mapping[str, Duty]] = {"ONDUTY": "on", "OFFDUTY": "off", "ALARM": "alarm"}


def order_fields(order: Order) -> dict[str, str | int]:
    name, value = _FIELDS[order]
    return {name: value}


def duty_of(text: str) -> Duty:
    """DutyStatus of an answer to DeviceStatus."""
    return _DUTIES.get(text.strip().upper(), "unknown")
