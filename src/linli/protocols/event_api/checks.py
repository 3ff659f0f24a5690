"""What each call may say, the same for adapters, the app on the box and the cloud. All raise Refused."""

from datetime import date
from typing import Any, Final, NamedTuple

from linli.protocols.event_api.details import NEEDS_DETAILS, OTHER, read_details
from linli.protocols.event_api.fields import Code, Fields, Refused
from linli.protocols.event_api.names import MANUFACTURES
from linli.protocols.event_api.signature import METHODS

EVENT_TYPES: Final = (*range(1, 14), OTHER)
"""A kind of a maker's own is declared as 1000 and above."""
OWN_TYPES: Final = range(1000, 10_000)
GROUP_TYPES: Final = (1, 2, 3, 4, OTHER)
WEEKDAYS: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
"""From 0, as the calendar counts them."""
DAY_MINUTES: Final = 1440
CORNER: Final = 8192
WINDOW_S: Final = 86_400
_TIMES: Final = 4_102_444_800
"""Seconds until 2100."""
SLOTS_MOST: Final = 48
EXT_MOST: Final = 4096


class PictureFile(NamedTuple):
    content: bytes
    kind: str
    """JPG, PNG, BMP."""


class Login(NamedTuple):
    ip: str
    mac: str
    time: int
    manufacture: str
    sign_method: str
    sign: str
    port: int


class AlarmEvent(NamedTuple):
    """One target of an event. `details` has the fields of its kind by the source's names, 100 for unknown."""

    event_id: str
    event_type: int
    time_s: int
    status: int | None
    confidence: int | None
    scene: PictureFile | None
    target: PictureFile | None
    corners: tuple[int, int, int, int] | None
    """Left, top, right, bottom, each from 0 to 8192."""
    details: dict[str, Any]
    library_face: PictureFile | None
    ext_info: str


class Capture(NamedTuple):
    task_id: str
    time_s: int
    picture: PictureFile


def login(fields: Fields) -> Login:
    """Raises Refused: 809 for a brand that is not known, 804 for the rest."""
    manufacture = fields.text("manufacture", most=16)
    if manufacture not in MANUFACTURES:
        raise Refused(Code.BAD_MANUFACTURE)
    method = fields.text("signMethod", most=8)
    if method.upper() not in METHODS:
        raise fields.refuse("signMethod")
    return Login(
        ip=fields.text("ip", most=45),
        mac=fields.text("mac", most=32),
        time=fields.whole("time", low=0, high=_TIMES),
        manufacture=manufacture,
        sign_method=method.upper(),
        sign=fields.text("sign", most=64),
        port=fields.whole("alarmAdapterPort", low=1, high=65_535),
    )


def event_type(fields: Fields) -> int:
    """255 and 0xFF mean 100."""
    if str(fields.raw("eventType")).lower() in ("255", "0xff"):
        return OTHER
    value = fields.whole("eventType", low=1, high=OWN_TYPES.stop - 1)
    if value not in EVENT_TYPES and value not in OWN_TYPES:
        raise fields.refuse("eventType")
    return value


def group(fields: Fields, *, existing: bool = False) -> dict[str, Any]:
    """A library to be made, or with `known` to be changed."""
    result: dict[str, Any] = {"groupName": fields.text("groupName", most=63)}
    if existing:
        result["groupId"] = fields.text("groupId", most=63)
    if fields.has("groupType"):
        result["groupType"] = fields.one_of("groupType", among=GROUP_TYPES)
    if fields.has("extInfo"):
        result["extInfo"] = fields.loose_text("extInfo", most=EXT_MOST)
    return result


def face(fields: Fields, *, existing: bool = False) -> dict[str, Any]:
    """A face to be added, or with `known` to be changed."""
    result: dict[str, Any] = {"groupId": fields.text("groupId", most=63)}
    if existing:
        result["faceId"] = fields.text("faceId", most=63)
    url = fields.text("facePicUrl", most=2048, needed=not existing)
    if url:
        result["facePicUrl"] = url
    if fields.has("name"):
        result["name"] = fields.text("name", most=63, needed=False)
    if fields.has("extInfo"):
        result["extInfo"] = fields.loose_text("extInfo", most=EXT_MOST)
    return result


def person_search(fields: Fields) -> dict[str, Any]:
    """`pageSize` has the older name `getCount`."""
    return {
        "groupId": fields.text("groupId", most=63),
        "name": fields.text("name", most=63, needed=False),
        "extInfo": fields.loose_text("extInfo", most=EXT_MOST),
        "pageNo": fields.whole("pageNo", low=1, high=100_000, default=1),
        "pageSize": fields.whole("pageSize", "getCount", low=1, high=100, default=10),
    }


def arming(fields: Fields) -> list[dict[str, Any]]:
    """The week, one item a day; empty disarms."""
    week, days = [], set()
    for day in fields.objects("alarmRule", most=7):
        name = _weekday(day)
        if name in days:
            raise day.refuse("weekDay")
        days.add(name)
        result: dict[str, Any] = {
            "weekDay": name,
            "timeSlot": [_slot(slot) for slot in day.objects("timeSlot", most=SLOTS_MOST)],
        }
        groups = [
            {"groupId": each.text("groupId", most=63)}
            for each in day.objects("bindGroup", most=64, needed=False)
        ]
        if groups:
            result["bindGroup"] = groups
        if day.has("extInfo"):
            result["extInfo"] = day.loose_text("extInfo", most=EXT_MOST)
        week.append(result)
    return week


def _weekday(fields: Fields) -> str:
    name = fields.text("weekDay", most=9).upper()
    if name not in WEEKDAYS:
        raise fields.refuse("weekDay")
    return name


def _slot(fields: Fields) -> dict[str, Any]:
    text = fields.text("time", most=11)
    minutes_of(text, fields)
    result: dict[str, Any] = {"time": text, "interval": fields.whole("interval", low=0, high=WINDOW_S)}
    if fields.has("timeExtInfo"):
        result["timeExtInfo"] = fields.loose_text("timeExtInfo", most=EXT_MOST)
    return result


def minutes_of(text: str, fields: Fields | None = None) -> tuple[int, int]:
    """First and last minute of `H:mm-H:mm`, both inside: 00:00-23:59 is the whole day."""
    first, dash, last = text.partition("-")
    begin, end = _minute(first), _minute(last)
    if not dash or begin is None or end is None or begin > end or begin >= DAY_MINUTES:
        raise (fields or Fields({})).refuse("time")
    return begin, min(end, DAY_MINUTES - 1)


def _minute(text: str) -> int | None:
    """24:00 is the end of the day."""
    hour, colon, minute = text.strip().partition(":")
    if not (colon and hour.isascii() and hour.isdecimal() and len(hour) <= 2):
        return None
    if not (minute.isascii() and minute.isdecimal() and len(minute) == 2 and int(minute) < 60):
        return None
    value = int(hour) * 60 + int(minute)
    return value if value <= DAY_MINUTES else None


def capture_plan(fields: Fields) -> dict[str, Any]:
    """Without its cameras. Times come as an array or as text with commas, and are kept as an array."""
    begin, end = _day(fields, "startDate"), _day(fields, "endDate")
    if end < begin:
        raise fields.refuse("endDate")
    weekly, cron = fields.has("captureWeekDay"), fields.has("cron")
    if weekly == cron:
        raise fields.refuse("captureWeekDay" if not weekly else "cron")
    result: dict[str, Any] = {
        "taskId": fields.text("taskId", most=64),
        "startDate": begin.isoformat(),
        "endDate": end.isoformat(),
        "status": fields.one_of("status", among=(0, 1)),
    }
    if weekly:
        result["captureWeekDay"] = [_capture_day(day) for day in fields.objects("captureWeekDay", most=7)]
        if not result["captureWeekDay"]:
            raise fields.refuse("captureWeekDay")
    else:
        result["cron"] = [str(item) for item in fields.items("cron", most=24)]
        if not result["cron"] or any(not 9 <= len(item) <= 128 for item in result["cron"]):
            raise fields.refuse("cron")
    if fields.has("extInfo"):
        result["extInfo"] = fields.loose_text("extInfo", most=EXT_MOST)
    return result


def _day(fields: Fields, name: str) -> date:
    text = fields.text(name, most=10)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise fields.refuse(name) from None


def _capture_day(fields: Fields) -> dict[str, Any]:
    value = fields.raw("captureTime")
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list) or not 0 < len(texts) <= 288:
        raise fields.refuse("captureTime")
    times = []
    for text in texts:
        for part in str(text).split(","):
            minute = _minute(part)
            if minute is None or minute >= DAY_MINUTES:
                raise fields.refuse("captureTime")
            times.append(f"{minute // 60:02}:{minute % 60:02}")
    return {"weekDay": _weekday(fields), "captureTime": list(dict.fromkeys(times))}


def record_search(fields: Fields, *, whole: bool = False) -> tuple[PictureFile, dict[str, Any]]:
    """The picture looked for, and the rest. `whole`: all of them (`record/getAll`), without limit and pages."""
    picture = fields.picture("picBase64", "picType")
    assert picture is not None
    begin = fields.whole("startTime", low=0, high=_TIMES)
    end = fields.whole("endTime", low=0, high=_TIMES)
    if not 0 <= end - begin <= WINDOW_S:
        raise fields.refuse("endTime")
    least = fields.decimal("minSimilarity", low=0, high=1)
    most = fields.decimal("maxSimilarity", low=0, high=1)
    if most <= least:
        raise fields.refuse("maxSimilarity")
    result: dict[str, Any] = {
        "startTime": begin,
        "endTime": end,
        "minSimilarity": least,
        "maxSimilarity": most,
    }
    if not whole:
        result |= {
            "recordLimit": fields.whole("recordLimit", low=1, high=1000),
            "pageNo": fields.whole("pageNo", low=1, high=1000, default=1),
            "pageSize": fields.whole("pageSize", low=2, high=20, default=10),
        }
    return PictureFile(*picture), result


def capture_report(fields: Fields) -> Capture:
    picture = fields.picture("picBase64", "picType")
    assert picture is not None
    return Capture(
        fields.text("taskId", most=64, needed=False),
        fields.whole("captureTime", low=1, high=_TIMES),
        PictureFile(*picture),
    )


def alarm_event(fields: Fields) -> AlarmEvent:
    """A report of one target (spec H 3.5.9)."""
    kind = event_type(fields)
    scene = fields.picture("scenePicBase64", "scenePicType", needed=False)
    target, corners, details, library_face = None, None, {}, None
    objects = fields.inner("objectInfo")
    if objects is not None:
        target = objects.picture("objPicBase64", "objPicType", needed=False)
        corners = _corners(objects)
        block = objects.inner("objectExtInfo")
        details = read_details(kind, block, objects)
        if kind == 1 and block is not None:
            library_face = block.picture("facePicBase64", "facePicType", needed=False)
    elif kind in NEEDS_DETAILS:
        raise fields.refuse("objectInfo")
    return AlarmEvent(
        event_id=fields.text("eventId", most=128),
        event_type=kind,
        time_s=fields.whole("eventTime", low=1, high=_TIMES),
        status=fields.one_of("eventStatus", among=(0, 1, 2)) if fields.has("eventStatus") else None,
        confidence=fields.whole("confidence", low=0, high=255) if fields.has("confidence") else None,
        scene=PictureFile(*scene) if scene else None,
        target=PictureFile(*target) if target else None,
        corners=corners,
        details=details,
        library_face=PictureFile(*library_face) if library_face else None,
        ext_info=fields.loose_text("extInfo", most=EXT_MOST),
    )


def _corners(fields: Fields) -> tuple[int, int, int, int] | None:
    names = (("letfTopX", "leftTopX"), ("leftTopY",), ("rightBottomX",), ("rightBottomY",))
    if not any(fields.has(*each) for each in names):
        return None
    left, top, right, bottom = (fields.whole(*each, low=0, high=CORNER) for each in names)
    return left, top, right, bottom
