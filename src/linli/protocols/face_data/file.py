"""JSON of the face-data file, its results and the report, both directions."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from linli.protocols.face_data.model import (
    MAX_CRON,
    MAX_EXTRA_INFO,
    MAX_GROUP_ID,
    MAX_GROUPS,
    MAX_NAME,
    MAX_PERSON_ID,
    MAX_ZONE,
    AddImage,
    AddUser,
    ClearAll,
    ClearGroup,
    DeleteImage,
    DeleteUser,
    FaceEvent,
    FaceImage,
    FaceReport,
    FaceResult,
    FaceUser,
)

USER_INFO, USER_PICTURE, USER_FAST_DELETE, GROUP_DELETE, DELETE_ALL = 1, 2, 4, 5, 21
"""LINKFACE_SYNC_EVENT_E. 3 (USERFEATURE) carries features of a closed format: neither written nor read."""
ADD, DELETE = 1, 2
"""`type` of an entry, as in the permission file."""

type _Object = dict[str, Any]


class FaceDataError(ValueError):
    """The file breaks its format; the text names the entry (from 0) and the field."""


def encode_file(events: Iterable[FaceEvent]) -> bytes:
    """The file as UTF-8 JSON. A device works through the entries in their order."""
    return msgspec.json.encode({"version": "1.0", "events": [_write(event) for event in events]})


def decode_file(data: bytes) -> list[FaceEvent]:
    """Unknown keys are ignored. Raises FaceDataError."""
    rows = _document(data).get("events")
    if not isinstance(rows, list):
        raise FaceDataError("events is not an array")
    events = []
    for number, row in enumerate(rows):
        try:
            events += _read(row)
        except (KeyError, TypeError, ValueError) as error:
            raise FaceDataError(f"events[{number}]: {error}") from error
    return events


def encode_results(results: Iterable[FaceResult]) -> str:
    """Value of `FaceResult` in the answer to SyncFaceData: JSON text."""
    return msgspec.json.encode([_result(result) for result in results]).decode()


def decode_results(value: Any) -> list[FaceResult] | None:
    """None when a device answers without results, as firmware that knows no `FaceResult` does. Raises FaceDataError."""
    if value is None or value == "":
        return None
    try:
        rows = msgspec.json.decode(value) if isinstance(value, str) else value
        return [_read_result(row) for row in rows]
    except (msgspec.DecodeError, KeyError, TypeError, ValueError) as error:
        raise FaceDataError(f"FaceResult: {error}") from error


def encode_report(report: FaceReport) -> bytes:
    return msgspec.json.encode(
        {
            "users": [_user(user) for user in report.users],
            "images": [_image(image) for image in report.images],
            "failed": [_result(result) for result in report.failed],
        }
    )


def decode_report(data: bytes) -> FaceReport:
    """Raises FaceDataError."""
    document = _document(data)
    try:
        return FaceReport(
            tuple(_read_user(row) for row in document.get("users") or ()),
            tuple(_read_image(row) for row in document.get("images") or ()),
            tuple(_read_result(row) for row in document.get("failed") or ()),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise FaceDataError(f"report: {error}") from error


def _document(data: bytes) -> _Object:
    try:
        return msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise FaceDataError(f"not a JSON object: {error}") from error


def _write(event: FaceEvent) -> _Object:
    match event:
        case AddUser(user):
            return {"event": USER_INFO, "type": ADD} | _user(user)
        case DeleteUser(person_id, at):
            return {"event": USER_INFO, "type": DELETE, "personId": person_id, "timestampMs": str(at)}
        case AddImage(image):
            return {"event": USER_PICTURE, "type": ADD} | _image(image)
        case DeleteImage(person_id, md5, at):
            head = {"event": USER_PICTURE, "type": DELETE, "personId": person_id}
            return head | {"faceimgMd5": md5, "timestampMs": str(at)}
        case ClearGroup(group_id):
            return {"event": GROUP_DELETE, "groupId": group_id}
        case ClearAll():
            return {"event": DELETE_ALL}


def _read(row: Any) -> list[FaceEvent]:
    if not isinstance(row, dict):
        raise TypeError("an entry must be an object")
    event, deleting = row["event"], row.get("type", ADD) == DELETE
    if event == USER_INFO:
        if deleting:
            return [DeleteUser(_text(row, "personId", MAX_PERSON_ID), _number(row, "timestampMs"))]
        return [AddUser(_read_user(row))]
    if event == USER_PICTURE:
        if deleting:
            person, at = _text(row, "personId", MAX_PERSON_ID), _number(row, "timestampMs")
            return [DeleteImage(person, row.get("faceimgMd5") or "", at)]
        return [AddImage(_read_image(row))]
    if event == USER_FAST_DELETE:
        person = _text(row, "personId", MAX_PERSON_ID)
        return [DeleteImage(person), DeleteUser(person)]
    if event == GROUP_DELETE:
        return [ClearGroup(_text(row, "groupId", MAX_GROUP_ID))]
    if event == DELETE_ALL:
        return [ClearAll()]
    raise ValueError(f"event {event!r} is not known")


def _user(user: FaceUser) -> _Object:
    row: _Object = {
        "personId": user.person_id,
        "name": user.name,
        "groupIds": list(user.group_ids),
        "timestampMs": str(user.timestamp_ms),
        "extraInfo": user.extra_info,
        "policy": user.policy,
        "startTime": str(user.starts_ms),
    }
    if user.ends_ms:
        row["endTime"] = str(user.ends_ms)
    if user.schedule:
        row["cron"] = user.schedule
        if user.zone:
            row["timeZone"] = user.zone
    return row


def _read_user(row: Mapping[str, Any]) -> FaceUser:
    groups = row.get("groupIds") or []
    if not isinstance(groups, list) or len(groups) > MAX_GROUPS:
        raise ValueError(f"groupIds must be an array of at most {MAX_GROUPS}")
    for group in groups:
        if not isinstance(group, str) or not 0 < len(group) <= MAX_GROUP_ID:
            raise ValueError("groupIds must be texts")
    policy = row.get("policy") or "PERMISSION"
    if policy not in ("PERMISSION", "DENY"):
        raise ValueError("policy must be PERMISSION or DENY")
    return FaceUser(
        person_id=_text(row, "personId", MAX_PERSON_ID),
        name=_optional(row, "name", MAX_NAME),
        group_ids=tuple(groups),
        timestamp_ms=_number(row, "timestampMs"),
        extra_info=_optional(row, "extraInfo", MAX_EXTRA_INFO),
        policy=policy,
        starts_ms=_number(row, "startTime"),
        ends_ms=_number(row, "endTime"),
        schedule=_optional(row, "cron", MAX_CRON),
        zone=_optional(row, "timeZone", MAX_ZONE),
    )


def _image(image: FaceImage) -> _Object:
    row: _Object = {
        "personId": image.person_id,
        "faceimgMd5": image.md5,
        "faceimgSize": image.size,
        "timestampMs": str(image.timestamp_ms),
    }
    return row | {"imageUrl": image.url} if image.url else row


def _read_image(row: Mapping[str, Any]) -> FaceImage:
    md5 = _text(row, "faceimgMd5", 32)
    person = _text(row, "personId", MAX_PERSON_ID)
    return FaceImage(
        person,
        md5,
        _number(row, "faceimgSize"),
        _number(row, "timestampMs"),
        _optional(row, "imageUrl", 4096),
    )


def _result(result: FaceResult) -> _Object:
    return {"personId": result.person_id, "event": result.event, "code": result.code}


def _read_result(row: Mapping[str, Any]) -> FaceResult:
    code = row["code"]
    if not isinstance(code, int):
        raise TypeError("code must be a number")
    return FaceResult(_text(row, "personId", MAX_PERSON_ID), int(row.get("event") or USER_PICTURE), code)


def _text(row: Mapping[str, Any], name: str, most: int) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise ValueError(f"{name} must be a text of 1 to {most} characters")
    return value


def _optional(row: Mapping[str, Any], name: str, most: int) -> str:
    value = row.get(name) or ""
    if not isinstance(value, str) or len(value) > most:
        raise ValueError(f"{name} must be a text of at most {most} characters")
    return value


def _number(row: Mapping[str, Any], name: str) -> int:
    """A JSON integer or a decimal text; 0 when it is absent."""
    value = row.get(name)
    if value is None or value == "":
        return 0
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 16:
        return int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{name} must be a number or a decimal text")
    return value
