"""Pure rules of a camera's fields: lengths, choices, addresses. Spec B §2.11, D §2 (VideoDevice), B113."""

import re
import unicodedata
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

from linli.domains.people.person_rules import clean_phone, is_phone

type Labels = dict[int, tuple[str, ...]]
type Broken = tuple[str, dict[str, Any]]
"""Key of the text `rule.<rule>`, and the facts that fill it."""

PROTOCOLS: Final[Labels] = {
    1: ("海康", "Hikvision"),
    2: ("大华", "Dahua"),
    3: ("ONVIF", "ONVIF"),
    4: ("国标 GB28181", "GB28181"),
    5: ("RTSP", "RTSP"),
}
"""The camera's protocol (D §2: 海康, 大华, onvif, 国标; B113 adds RTSP)."""
STATUSES: Final[Labels] = {1: ("使用中", "in use"), 2: ("维修中", "under repair"), 3: ("停用", "out of use")}
"""The source calls `status` an Enum and lists no value: these are ours."""
IN_USE: Final = 1
DIRECTIONS: Final[Labels] = {
    1: ("东", "east"),
    2: ("南", "south"),
    3: ("西", "west"),
    4: ("北", "north"),
    5: ("东南", "south-east"),
    6: ("西南", "south-west"),
    7: ("东北", "north-east"),
    8: ("西北", "north-west"),
    9: ("环视", "all round"),
}
"""The direction that it looks in."""

CAMERA_CATEGORIES: Final = frozenset(
    {
        "community/security/ipcamera",
        "community/security/tptzcamera",
        "community/security/frcamera",
        "community/security/pmcamera",
        "community/car/lprc",
        "life/home/camera",
    }
)
"""Categories of the built-in library whose devices are cameras (D 2.1, VID-05)."""

LENGTHS: Final = {
    "name": 64, "brand": 32, "product_model": 64, "resolution": 32, "ip": 253, "nvr_ip": 253, "channel": 16,
    "url": 512, "username": 64, "password": 128, "group_name": 32, "address": 128, "manager": 32, "remark": 500,
}  # fmt: skip
CHOICES: Final[dict[str, Labels]] = {
    "protocol": PROTOCOLS,
    "status": STATUSES,
    "direction": DIRECTIONS,
}
RANGES: Final[dict[str, tuple[float, float]]] = {
    "port": (1, 65535),
    "longitude": (-180, 180),
    "latitude": (-90, 90),
}
FIELDS: Final = (
    "name", "brand", "product_model", "resolution", "protocol", "ip", "port", "nvr_ip", "channel", "url",
    "username", "password", "group_name", "status", "address", "space_id", "direction", "longitude", "latitude",
    "installed_on", "manager", "manager_phone", "remark",
)  # fmt: skip
"""Fields by inner name. `password` is stored sealed and never shown."""

_HOST = re.compile(r"[0-9A-Za-z]([0-9A-Za-z.:-]*[0-9A-Za-z])?")
_SCHEMES: Final = ("rtsp", "rtsps", "rtmp", "http", "https", "ws", "wss", "gb28181")
_OLDEST: Final = date(1970, 1, 1)


def is_camera(category_code: str, category_name: str) -> bool:
    """Whether devices of a category are cameras: categories of the library, and a tenant's own with such a name."""
    if category_code in CAMERA_CATEGORIES:
        return True
    model = category_code.rpartition("/")[2].casefold()
    label = category_name.rpartition("/")[2]
    own = not category_code.startswith(("community/", "life/", "edge/"))
    return own and ("camera" in model or "摄像" in label or "相机" in label)


def clean(field: str, value: Any) -> Any:
    """Normalized: blanks folded, full-width letters made plain. A password is not changed."""
    if not isinstance(value, str) or field == "password":
        return value
    if field == "manager_phone":
        return clean_phone(value)
    return " ".join(unicodedata.normalize("NFKC", value).split())


def problem(field: str, value: Any) -> Broken | None:
    """The rule that a cleaned value breaks. None and empty text break none, except for the name."""
    if value is None or value == "":
        return ("required", {}) if field == "name" else None
    if (limit := LENGTHS.get(field)) is not None:
        if len(value) > limit:
            return "too_long", {"limit": limit}
        if any(unicodedata.category(char) in ("Cc", "Cs") for char in value):
            return "control_character", {}
    if (labels := CHOICES.get(field)) is not None and value not in labels:
        return "choice", {"allowed": ", ".join(f"{key}:{names[0]}" for key, names in labels.items())}
    if (bounds := RANGES.get(field)) is not None and not bounds[0] <= value <= bounds[1]:
        return "range", {"low": f"{bounds[0]:g}", "high": f"{bounds[1]:g}"}
    return _PROBLEMS[field](value) if field in _PROBLEMS else None


def pair_problem(longitude: float | None, latitude: float | None) -> Broken | None:
    """The rule that a position breaks: it has both coordinates or none."""
    return ("camera.both_coordinates", {}) if (longitude is None) != (latitude is None) else None


def _host(value: str) -> Broken | None:
    return None if _HOST.fullmatch(value) else ("format", {"example": "192.168.1.64"})


def _url(value: str) -> Broken | None:
    try:
        parts = urlsplit(value)
        host = parts.hostname
        parts.port  # noqa: B018 - reading it checks it
    except ValueError:
        return "format", {"example": "rtsp://192.168.1.64:554/ch1"}
    if parts.scheme not in _SCHEMES or not host or " " in value:
        return "format", {"example": "rtsp://192.168.1.64:554/ch1"}
    if parts.username is not None or parts.password is not None:
        return "camera.url_password", {}
    return None


def _day(value: str) -> Broken | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return "format", {"example": "2024-05-01"}
    return None if day >= _OLDEST and len(value) == 10 else ("format", {"example": "2024-05-01"})


def _phone(value: str) -> Broken | None:
    return None if is_phone(value) else ("phone", {})


_PROBLEMS: Final = {
    "ip": _host,
    "nvr_ip": _host,
    "url": _url,
    "installed_on": _day,
    "manager_phone": _phone,
}
