"""A door's further data in `extInfo` (an object as JSON text): its snapshot, a body temperature, its own time."""

from typing import Any

import msgspec

LOWEST_C, HIGHEST_C = 30.0, 45.0
"""Body temperatures that a door may be set to (spec C, 人脸测温): beyond them its sensor saw something else."""


def capture_folder(tenant_id: str, iot_id: str) -> str:
    """The folder of a door's snapshots: pictures at other places are not shown."""
    return f"{tenant_id}/captures/{iot_id}"


def capture_key(tenant_id: str, iot_id: str, ext_info: str) -> str:
    """Object key of the snapshot of a pass; empty when there is none, or it is not the door's own."""
    key = read_details(ext_info).get("captureImg")
    folder = capture_folder(tenant_id, iot_id)
    return key if isinstance(key, str) and key.startswith(f"{folder}/") and ".." not in key else ""


def temperature_c(ext_info: str) -> float | None:
    """`temperature` in degrees Celsius, a number or its text (spec G A7); None when not measured or not a body's."""
    value = read_details(ext_info).get("temperature")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        degrees = float(value)
    except ValueError:
        return None
    return round(degrees, 1) if LOWEST_C <= degrees <= HIGHEST_C else None


def event_time_ms(ext_info: str) -> int | None:
    """`eventTime`: epoch seconds as text; None when it is not there."""
    seconds = text_in(ext_info, "eventTime")
    return int(seconds) * 1000 if seconds.isascii() and seconds.isdigit() and len(seconds) <= 11 else None


def text_in(ext_info: str, name: str) -> str:
    """A text of `extInfo`; empty when there is none."""
    value = read_details(ext_info).get(name)
    return value if isinstance(value, str) else ""


def read_details(ext_info: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(ext_info, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
