"""What a camera pushes and how it is answered. Pure. Source: the makers' HTTP push protocol (臻识 and those like it)."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

PICTURE_BYTES: Final = 3 * 1024 * 1024
"""Of a decoded picture."""
NO_PLATE: Final = frozenset(("", "_无_", "无牌车", "无车牌"))
NOT_A_CAR_COMING: Final = frozenset((64, 65, 66))
"""Triggers of a car that stays, goes on or turns back: no pass."""
BY_ITSELF: Final = frozenset((1, 2))
"""`ctrltype`: opened for the server's word, or by its own white list while offline."""
_TYPES: Final[Mapping[int, int]] = {
    1: 1, 2: 2048, 3: 2, 4: 16, 5: 4, 6: 8, 7: 256, 8: 128, 9: 128, 10: 1024, 11: 9001, 12: 9002, 13: 64, 14: 9003,
    15: 8, 16: 8, 17: 8, 18: 4096, 19: 8192, 22: 1024, 31: 9004,
}  # fmt: skip
"""Kind of plate, as `iot_park_pass_record` has it."""
_CAR_COLORS: Final[Mapping[int, int]] = {0: 5, 1: 6, 2: 4, 3: 10, 4: 1, 5: 2, 6: 3, 7: 9, 8: 7}
_CAR_TYPES: Final[Mapping[int, int]] = {1: 1, 2: 7, 3: 8, 4: 2, 5: 3, 6: 10, 7: 12}
_FIELD: Final = re.compile(rb'name="\s*serialno"\s*(?:\r\n\r\n)?\s*([0-9A-Za-z\-_.:]{4,64})')


class BadPush(ValueError):
    """The camera's message cannot be read; the text says why."""


class Push(msgspec.Struct, frozen=True, kw_only=True):
    """One reading."""

    serial: str
    plate: str
    """Empty: no plate."""
    plate_id: int
    at_s: int
    offline: bool
    """A record of a time when it did not reach the box."""
    opened: bool
    """It let the car through then."""
    coming: bool
    """False: the car stays or turns back, which is no pass."""
    confidence: int
    picture: str
    """Base64."""
    picture_path: str
    """Where the camera has put it in the box's file service; empty: nowhere."""
    plate_color: int
    plate_type: int
    car_color: int
    car_type: int

    @property
    def source(self) -> str:
        """Its own number of the reading; empty where it gives none. Numbers begin anew when it restarts."""
        return f"{self.serial}:{self.plate_id}:{self.at_s}" if self.plate_id else ""


def read_push(body: bytes) -> Push:
    """Raises BadPush."""
    try:
        message = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadPush(f"no JSON object: {error}") from None
    alarm = _object(message, "AlarmInfoPlate")
    result = _object(_object(alarm, "result"), "PlateResult")
    serial = alarm.get("serialno")
    if not isinstance(serial, str) or not serial:
        raise BadPush("serialno is missing")
    license = result.get("license")
    if not isinstance(license, str) or len(license) > 32:
        raise BadPush("license is no plate")
    time = result.get("timeStamp")
    value = time.get("Timeval") if isinstance(time, dict) else None
    outs = result.get("gioouts")
    picture = result.get("imageFile")
    brand = result.get("car_brand")
    return Push(
        serial=serial,
        plate="" if license.strip() in NO_PLATE else license.strip(),
        plate_id=_number(result, "plateid"),
        at_s=_number(value, "sec") if isinstance(value, dict) else 0,
        offline=_number(result, "isoffline") == 1,
        opened=isinstance(outs, list)
        and any(isinstance(out, dict) and _number(out, "ctrltype") in BY_ITSELF for out in outs),
        coming=_number(result, "triggerType") not in NOT_A_CAR_COMING,
        confidence=min(100, max(0, _number(result, "confidence"))),
        picture=picture if isinstance(picture, str) else "",
        picture_path=_path(result.get("imagePath")),
        plate_color=color if 0 <= (color := _number(result, "colorType")) <= 6 else 0,
        plate_type=_TYPES.get(_number(result, "type"), 0),
        car_color=_CAR_COLORS.get(_number(result, "carColor", 255), 0),
        car_type=_CAR_TYPES.get(_number(brand, "type") if isinstance(brand, dict) else 0, 0),
    )


def read_picture(text: str) -> bytes:
    """A JPEG. Raises BadPush."""
    if len(text) > PICTURE_BYTES * 4 // 3 + 4:
        raise BadPush(f"the picture has more than {PICTURE_BYTES} bytes")
    try:
        if "\n" in text or "\r" in text:
            text = text.replace("\n", "").replace("\r", "")
        picture = binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise BadPush(f"the picture is no base64: {error}") from None
    if not picture.startswith(b"\xff\xd8\xff"):
        raise BadPush("the picture is no JPEG")
    return picture


def read_registration(body: bytes) -> str:
    """The serial number in a camera's sign of life, which is a form. Raises BadPush."""
    match = _FIELD.search(body)
    if match is None:
        raise BadPush("serialno is missing")
    return match[1].decode("ascii")


def answer(
    *, opens: bool = False, text: bytes = b"", channel: int = 0, plate_id: int = 0, more: bool = False,
    extra: Mapping[str, Any] | None = None, qr: bytes = b"",
) -> bytes:  # fmt: skip
    """`qr`: an address that the display draws after the text.

    `more`: it may go on with its next offline record. `retransfer_stop`: it need not push this one again."""
    response: dict[str, Any] = {
        "info": "ok" if opens else "no",
        "content": "retransfer_stop",
        "is_pay": "true" if opens else "false",
        **(extra or {}),
    }
    if plate_id:
        response["plateid"] = plate_id
    if text:
        response["serialData"] = [serial_data(channel, part) for part in (text, qr) if part]
    if more:
        response["ContinuePushOffline"] = {"plateid": plate_id, "continue": 1}
    return json.dumps({"Response_AlarmInfoPlate": response}, ensure_ascii=False).encode()


def serial_data(channel: int, data: bytes) -> dict[str, Any]:
    """Bytes for what hangs on the camera's serial port, passed through as they are."""
    return {"serialChannel": channel, "data": base64.b64encode(data).decode(), "dataLen": len(data)}


def masked(plate: str) -> str:
    """For logs: `浙A***45`."""
    return f"{plate[:2]}***{plate[-2:]}" if len(plate) > 5 else "***" if plate else ""


def _path(value: object) -> str:
    """Of a URL in the box's file service (`…/oss/{path}`). A path within the camera is of no use to the box."""
    _, mark, path = value.partition("/oss/") if isinstance(value, str) else ("", "", "")
    return path if mark and 0 < len(path) <= 256 and ".." not in path else ""


def _object(message: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = message.get(name)
    if not isinstance(value, dict):
        raise BadPush(f"{name} is missing")
    return value


def _number(values: Mapping[str, Any], name: str, default: int = 0) -> int:
    value = values.get(name, default)
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value[:18])
    return value if isinstance(value, int) and not isinstance(value, bool) else default
