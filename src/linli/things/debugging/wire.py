"""On which topic a stored message came or went: derived from its kind, since only refused ones keep it.

Source: spec clients b.4.
"""

from typing import Final

from linli.protocols.linkkit.topics import UplinkKind, service_call, sys_topic
from linli.things.downlink.records import GET, SET
from linli.things.inbox.messages import HISTORY
from linli.things.inbox.posts import BATCH
from linli.things.models import MessageKind

_PROPERTY: Final = {
    "": UplinkKind.PROPERTY_POST,
    BATCH: UplinkKind.PROPERTY_BATCH_POST,
    HISTORY: UplinkKind.PROPERTY_HISTORY_POST,
}
_OTA: Final = frozenset((UplinkKind.OTA_INFORM, UplinkKind.OTA_PROGRESS, UplinkKind.OTA_REQUEST))


def up_topic(product_key: str, device_name: str, kind: MessageKind, identifier: str) -> str:
    """Empty where it is unknown."""
    tail = _up_tail(kind, identifier)
    if tail:
        return sys_topic(product_key, device_name, tail)
    if kind == "user":
        return f"/{product_key}/{device_name}/user/{identifier}"
    if kind == "request" and identifier in _OTA:
        return f"/ota/device/{identifier}/{product_key}/{device_name}"
    if kind == "request" and identifier == UplinkKind.SHADOW_UPDATE:
        return f"/shadow/update/{product_key}/{device_name}"
    return ""


def _up_tail(kind: MessageKind, identifier: str) -> str:
    match kind:
        case "property":
            return _PROPERTY.get(identifier, UplinkKind.PROPERTY_POST)
        case "event":
            return f"thing/event/{identifier}/post"
        case "service_reply":
            return f"thing/service/{identifier}_reply"
        case "info":
            return f"thing/deviceinfo/{identifier}"
        case "raw":
            return UplinkKind.MODEL_UP_RAW
        case "log":
            return UplinkKind.LOG_POST
        case "request" if identifier.startswith(("thing/", "combine/")):
            return identifier
        case _:
            return ""


def down_topic(product_key: str, device_name: str, identifier: str, call_type: str) -> str:
    """Empty for synchronous calls: there the device chose one of two forms when it connected."""
    if call_type == "sync":
        return ""
    tail = {SET: "property/set", GET: "property/get"}.get(identifier, identifier)
    return service_call(product_key, device_name, tail)


def down_qos(call_type: str) -> int:
    """A caller waits for a synchronous answer, so it is not sent again; everything else is."""
    return 0 if call_type == "sync" else 1
