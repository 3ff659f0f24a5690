"""What this platform answers an upper one: its catalogue, what it is and how it fares, recordings, presets.

Source: GB/T 28181-2016, 9.3 to 9.7 and A.2.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import linli
from linli.domains.video.live.recordings import Recording
from linli.domains.video.upper_rows import Shown, Upper
from linli.protocols import gb28181 as gb

_CHINA: Final = timedelta(hours=8)
"""Times of messages are Beijing's."""
PART_BYTES: Final = 1_100
"""Of items in one message: it has to fit into one datagram."""
_TYPES: Final = ("time", "alarm", "manual")

type Item = Mapping[str, str | int]


def item_of(upper: Upper, shown: Shown) -> dict[str, str | int]:
    """A camera in the catalogue."""
    item: dict[str, str | int] = {
        "DeviceID": shown.code,
        "Name": shown.name,
        "Manufacturer": shown.maker or "Unknown",
        "Model": shown.model or "Unknown",
        "Owner": "Owner",
        "CivilCode": upper.gb_id[:6],
        "Address": shown.name,
        "Parental": 0,
        "ParentID": upper.gb_id,
        "SafetyWay": 0,
        "RegisterWay": 1,
        "Secrecy": 0,
        "Status": "ON" if shown.is_on else "OFF",
    }
    if shown.longitude is not None and shown.latitude is not None:
        item |= {"Longitude": f"{shown.longitude:.6f}", "Latitude": f"{shown.latitude:.6f}"}
    if upper.steers and shown.steers:
        item["PTZType"] = 1
    return item


def catalogue(upper: Upper, number: str, items: Iterable[Item], *, kind: str = "Response") -> list[bytes]:
    """In parts; one without items where there is none."""
    return _parts(kind, "Catalog", number, upper.gb_id, list(items), {}, "DeviceList")


def device_info(upper: Upper, number: str, code: str, shown: Shown | None, cameras: int) -> bytes:
    facts: dict[str, str | int] = {
        "DeviceName": upper.name if shown is None else shown.name,
        "Result": "OK",
        "Manufacturer": "Linli" if shown is None else shown.maker,
        "Model": "Linli" if shown is None else shown.model,
        "Firmware": linli.__version__ if shown is None else "",
        "Channel": cameras if shown is None else 1,
    }
    return gb.build("Response", "DeviceInfo", number, code, facts)


def device_status(number: str, code: str, shown: Shown | None, now_ms: int) -> bytes:
    on = shown is None or shown.is_on
    facts: dict[str, str | int] = {
        "Result": "OK",
        "Online": "ONLINE" if on else "OFFLINE",
        "Status": "OK",
        "Encode": "ON" if on else "OFF",
        "Record": "OFF",
        "DeviceTime": china_text(now_ms // 1000),
    }
    return gb.build("Response", "DeviceStatus", number, code, facts)


def recordings(shown: Shown, number: str, rows: Iterable[Recording]) -> list[bytes]:
    items: list[Item] = [
        {
            "DeviceID": shown.code,
            "Name": shown.name,
            "FilePath": f"{row.begin_s}-{row.end_s}",
            "Address": "",
            "StartTime": china_text(row.begin_s),
            "EndTime": china_text(row.end_s),
            "Secrecy": 0,
            "Type": _TYPES[row.kind] if 0 <= row.kind < len(_TYPES) else _TYPES[0],
            "FileSize": row.size,
        }
        for row in rows
    ]
    return _parts("Response", "RecordInfo", number, shown.code, items, {"Name": shown.name}, "RecordList")


def presets(shown: Shown, number: str, names: Mapping[int, str]) -> bytes:
    items: list[Item] = [{"PresetID": preset, "PresetName": name} for preset, name in names.items()]
    return gb.build("Response", "PresetQuery", number, shown.code, {}, items, list_name="PresetList")


def _parts(
    kind: str, command: str, number: str, code: str, items: list[Item], more: dict[str, str | int], name: str
) -> list[bytes]:
    parts: list[list[Item]] = [[]]
    size = 0
    for item in items:
        length = sum(len(field) * 2 + 8 + len(str(value).encode("gb18030")) for field, value in item.items())
        if parts[-1] and size + length > PART_BYTES:
            parts.append([])
            size = 0
        parts[-1].append(item)
        size += length
    total: dict[str, str | int] = {**more, "SumNum": len(items)}
    return [gb.build(kind, command, number, code, total, part, list_name=name) for part in parts]


def china_text(seconds: int) -> str:
    """Seconds since 1970 as messages have them."""
    return (datetime.fromtimestamp(seconds, UTC) + _CHINA).strftime("%Y-%m-%dT%H:%M:%S")


def china_seconds(text: str) -> int | None:
    """None: it is no time."""
    try:
        at = datetime.strptime(gb.date_text(text), "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) - _CHINA
        return int(at.timestamp())
    except (ValueError, OverflowError):
        return None
