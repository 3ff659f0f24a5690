"""What a camera pushes by ITSAPI. Pure. Source: 大华's public ITSAPI text."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any, Final

import msgspec

PICTURE_BYTES: Final = 3 * 1024 * 1024
_PLATE_COLORS: Final = {"blue": 1, "yellow": 2, "white": 3, "black": 4, "green": 5, "yellowgreen": 6}
_CAR_COLORS: Final = {
    "red": 1, "green": 2, "blue": 3, "yellow": 4, "white": 5, "gray": 6, "black": 7, "purple": 8, "brown": 9, "pink": 10,
}  # fmt: skip


class BadPush(ValueError):
    """The camera's message cannot be read; the text says why."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    device_id: str
    plate: str
    source: str
    confidence: int
    picture: str
    plate_color: int
    car_color: int


def read_object(body: bytes) -> dict[str, Any]:
    """Raises BadPush."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadPush(f"no JSON object: {error}") from None


def device_of(message: Mapping[str, Any]) -> str:
    """Raises BadPush."""
    place = message.get("Picture")
    snap = place.get("SnapInfo") if isinstance(place, dict) else None
    number = snap.get("DeviceID") if isinstance(snap, dict) else message.get("DeviceID")
    if not isinstance(number, str) or not number:
        raise BadPush("DeviceID is missing")
    return number


def read_push(message: Mapping[str, Any]) -> Push:
    """Raises BadPush."""
    whole = _object(message, "Picture")
    plate, snap = _object(whole, "Plate"), _object(whole, "SnapInfo")
    car, picture = whole.get("Vehicle"), whole.get("NormalPic")
    number = plate.get("PlateNumber")
    if not isinstance(number, str) or len(number) > 32:
        raise BadPush("PlateNumber is no plate")
    device, at = device_of(message), snap.get("AccurateTime") or snap.get("SnapTime")
    confidence = plate.get("Confidence")
    content = picture.get("Content") if isinstance(picture, dict) else ""
    return Push(
        device_id=device,
        plate=number.strip() if plate.get("IsExist", True) else "",
        source=f"{device}:{at}:{number}" if isinstance(at, str) and at else "",
        confidence=min(100, max(0, confidence)) if isinstance(confidence, int) else 0,
        picture=content if isinstance(content, str) else "",
        plate_color=_PLATE_COLORS.get(str(plate.get("PlateColor", "")).lower(), 0),
        car_color=_CAR_COLORS.get(str(car.get("VehicleColor", "")).lower(), 0)
        if isinstance(car, dict)
        else 0,
    )


def read_picture(text: str) -> bytes:
    """A JPEG. Raises BadPush."""
    if len(text) > PICTURE_BYTES * 4 // 3 + 4:
        raise BadPush(f"the picture has more than {PICTURE_BYTES} bytes")
    try:
        picture = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadPush(f"the picture is no base64: {error}") from None
    if not picture.startswith(b"\xff\xd8\xff"):
        raise BadPush("the picture is no JPEG")
    return picture


def masked(plate: str) -> str:
    return f"{plate[:2]}***{plate[-2:]}" if len(plate) > 5 else "***" if plate else ""


def _object(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = message.get(name)
    if not isinstance(value, dict):
        raise BadPush(f"{name} is missing")
    return value
