"""What devices send, before it is broken, and what of it may be stored."""

import json
from typing import Any

GOOD: tuple[dict[str, Any], ...] = (
    {
        "id": "1",
        "version": "1.0",
        "params": {"Energy": 1.5},
        "method": "thing.event.property.post",
        "zusatz": "zählt",
    },
    {"id": "2", "version": "1.0", "params": {"power": 7}, "method": "thing.event.Overload.post"},
    {"id": "115984575173470", "code": 200, "data": {"a": "b"}, "message": "success"},
    {"id": "3", "version": "1.0", "params": [{"attrKey": "Floor", "attrValue": "3"}]},
    {"id": "4", "params": {"properties": {"Energy": [{"value": 1, "time": 1}]}, "events": {}}},
    {"deviceSendTime": "1571724098000"},
)
"""What devices send, before it is broken."""
TAILS = (
    "thing/event/property/post",
    "thing/event/property/post",
    "thing/event/property/batch/post",
    "thing/event/Overload/post",
    "thing/service/property/set_reply",
    "thing/deviceinfo/update",
    "thing/deviceinfo/delete",
    "thing/property/desired/delete",
    "thing/model/up_raw",
)


def readable(body: bytes) -> bool:
    """Whether a body is one JSON object by the letter of RFC 8259, in UTF-8."""
    try:
        return isinstance(json.loads(body.decode(), parse_constant=_no_number), dict)
    except (ValueError, RecursionError):
        return False


def _no_number(name: str) -> None:
    """Python's reader takes NaN and Infinity; JSON does not."""
    raise ValueError(name)


def is_message(kind: str, identifier: str, payload: bytes) -> bool:
    """Whether a stored payload may stand for a message of its kind."""
    if not readable(payload):
        return False
    params = json.loads(payload).get("params")
    if kind != "property" or identifier == "batch":
        return True
    return isinstance(params, dict) and params.keys() <= {"Power", "Energy", "ReportSeconds"}
