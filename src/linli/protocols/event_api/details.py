"""What an alarm says of its target, by kind of event (spec H 3.5.9, F 2.3). All raise Refused."""

from typing import Any, Final

from linli.protocols.event_api.fields import Fields

OTHER: Final = 100
"""Another kind, or not known; the cloud's data model has 255 (0xFF) for it."""
NEEDS_DETAILS: Final = (1, 2, 6, 7, 8)
_UNKNOWN: Final = (OTHER, 255)
_PLATE_COLORS: Final = (*range(7), *_UNKNOWN)
_VEHICLE_COLORS: Final = (*range(1, 15), *_UNKNOWN)


def read_details(kind: int, block: Fields | None, objects: Fields) -> dict[str, Any]:
    """Of kinds without fields of their own the block goes on as it is, if it is small."""
    if block is None:
        if kind in (*NEEDS_DETAILS, 10, 11):
            raise objects.refuse("objectExtInfo")
        return {}
    return _READERS.get(kind, _plain)(block)


def _plain(block: Fields) -> dict[str, Any]:
    return {
        name: value
        for name, value in list(block.all().items())[:32]
        if isinstance(value, str | int | float | bool) and len(str(value)) <= 256 and len(name) <= 64
    }


def _choices(block: Fields, needed: bool, **choices: tuple[int, ...]) -> dict[str, Any]:
    result = {}
    for name, among in choices.items():
        if needed or block.has(name):
            value = block.one_of(name, among=among)
            result[name] = OTHER if value == 255 else value
    return result


def _person(block: Fields) -> dict[str, Any]:
    result: dict[str, Any] = {
        "similarity": block.decimal("similarity", low=0, high=1),
        "groupId": block.text("groupId", most=63),
        "faceId": block.text("faceId", most=63),
    }
    result |= _choices(
        block, False, gender=(1, 2, *_UNKNOWN), glass=(0, 1, *_UNKNOWN), mask=(0, 1, *_UNKNOWN)
    )
    for names in (("pitch",), ("yow", "yaw"), ("roll",)):
        if block.has(*names):
            result[names[0]] = block.whole(*names, low=-90, high=90)
    if block.has("faceQuality"):
        result["faceQuality"] = block.whole("faceQuality", low=0, high=100)
    return result


def _intrusion(block: Fields) -> dict[str, Any]:
    return _choices(block, True, targetType=(1, 2, *_UNKNOWN))


def _fire_lane(block: Fields) -> dict[str, Any]:
    result = _choices(block, True, plateColor=_PLATE_COLORS, vehicleColor=_VEHICLE_COLORS)
    return result | _plate(block)


def _plate(block: Fields) -> dict[str, Any]:
    return {"plateNum": block.text("plateNum", most=16)} if block.has("plateNum") else {}


def _temperature(block: Fields) -> dict[str, Any]:
    return {
        "alarmContion": block.one_of("alarmContion", "alarmCondition", among=(1, 2, 3)),
        "tempValue": block.decimal("tempValue", low=-300, high=5000),
        "tempUnit": block.one_of("tempUnit", among=(1, 2)),
    }


def _body_temperature(block: Fields) -> dict[str, Any]:
    return {
        "tempMax": block.decimal("tempMax", low=-100, high=200),
        "tempUnit": block.one_of("tempUnit", among=(1, 2)),
    }


def _e_bike(block: Fields) -> dict[str, Any]:
    return _choices(block, True, type=(1, 2, *_UNKNOWN))


def _parking(block: Fields) -> dict[str, Any]:
    result = _choices(block, True, type=(1, 2, *_UNKNOWN))
    result |= _choices(block, False, plateColor=_PLATE_COLORS, vehicleColor=_VEHICLE_COLORS)
    return result | _plate(block)


_READERS: Final = {
    1: _person,
    2: _intrusion,
    6: _fire_lane,
    7: _temperature,
    8: _body_temperature,
    10: _e_bike,
    11: _parking,
}
