"""What a platform subscribes to at a device, and what comes of it. Source: GB/T 28181-2016, 9.11, A.2.4 and A.2.5."""

import math
from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from linli.protocols.gb28181.manscdp import Message, date_text

type Kind = Literal["catalogue", "alarm", "position"]

COMMANDS: Final[Mapping[Kind, str]] = {"catalogue": "Catalog", "alarm": "Alarm", "position": "MobilePosition"}
POSITION_EACH_S: Final = 5
OFF_EVENTS: Final = frozenset({"OFF", "VLOST", "DEFECT"})
"""The camera is there and shows nothing: it is off, its picture is lost, it is broken."""
WHOLE_EVENTS: Final = frozenset({"ADD", "UPDATE"})
DELETED: Final = "DEL"
_MOST_TIME: Final = 32


def event_of(kind: Kind, number: int) -> str:
    """The field Event of a SUBSCRIBE."""
    return f"Catalog;id={number}" if kind == "catalogue" else "presence"


def wanted(kind: Kind) -> dict[str, str | int]:
    """The fields of its body beside the command."""
    if kind == "alarm":
        return {"StartAlarmPriority": 0, "EndAlarmPriority": 0, "AlarmMethod": 0}
    return {"Interval": POSITION_EACH_S} if kind == "position" else {}


class Place(NamedTuple):
    """Where a mobile camera is. WGS-84."""

    code: str
    longitude: float
    latitude: float
    time: str
    """By its own clock, in Beijing; as it is told, where it has another form."""


def places(message: Message) -> list[Place]:
    """Of a position that was told; of the edition of 2022 one of each camera. What is no place is left out."""
    items: list[Mapping[str, str]] = [dict(message.fields), *message.items]
    result: list[Place] = []
    for item in items:
        longitude = _degrees(item.get("Longitude", ""), 180)
        latitude = _degrees(item.get("Latitude", ""), 90)
        if longitude is None or latitude is None or (longitude == 0 and latitude == 0):
            continue
        text = item.get("Time", "") or item.get("CaptureTime", "")
        time = date_text(text) or " ".join(text.split())[:_MOST_TIME]
        code = item.get("DeviceID", "") or message.device
        result.append(Place(code[:32], longitude, latitude, time))
    return result


def _degrees(text: str, most: int) -> float | None:
    if len(text) > 24 or not text.isascii():
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= most else None
