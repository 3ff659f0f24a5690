"""The device topics of spec clients b.4: read an uplink, build a downlink, tell whose a filter is.

/sys/{pk}/{dn}/…    /ext/…    /shadow/…    /ota/device/…    /{pk}/{dn}/user/…
"""

from enum import StrEnum

import msgspec


class UplinkKind(StrEnum):
    """The content of an uplink topic. The value is the topic's tail where the tail is fixed."""

    PROPERTY_POST = "thing/event/property/post"
    PROPERTY_BATCH_POST = "thing/event/property/batch/post"
    PROPERTY_HISTORY_POST = "thing/event/property/history/post"
    EVENT_POST = "event_post"
    """`identifier` is the event's."""
    SERVICE_REPLY = "service_reply"
    """Answer to an asynchronous call; `identifier` is the service's, `property/set` and `property/get` too."""
    RRPC_RESPONSE = "rrpc_response"
    """Answer to a synchronous call; `message_id` pairs it. `identifier` is set in the `/ext/rrpc` form only."""
    MODEL_UP_RAW = "thing/model/up_raw"
    MODEL_DOWN_RAW_REPLY = "thing/model/down_raw_reply"
    INFO_UPDATE = "thing/deviceinfo/update"
    INFO_DELETE = "thing/deviceinfo/delete"
    INFO_GET = "thing/deviceinfo/get"
    DESIRED_GET = "thing/property/desired/get"
    DESIRED_DELETE = "thing/property/desired/delete"
    CONFIG_GET = "thing/config/get"
    CONFIG_PUSH_REPLY = "thing/config/push_reply"
    LOG_CONFIG_GET = "thing/config/log/get"
    LOG_CONFIG_PUSH_REPLY = "thing/config/log/push_reply"
    TOPO_ADD = "thing/topo/add"
    TOPO_DELETE = "thing/topo/delete"
    TOPO_GET = "thing/topo/get"
    TOPO_NOTIFY_REPLY = "thing/topo/add/notify_reply"
    TOPO_CHANGE_REPLY = "thing/topo/change_reply"
    SUB_REGISTER = "thing/sub/register"
    SUB_UNREGISTER = "thing/sub/unregister"
    PRODUCT_REGISTER = "thing/proxy/provisioning/product_register"
    PERMIT_REPLY = "thing/gateway/permit_reply"
    DISABLE_REPLY = "thing/disable_reply"
    ENABLE_REPLY = "thing/enable_reply"
    DELETE_REPLY = "thing/delete_reply"
    LIST_FOUND = "thing/list/found"
    TSL_GET = "thing/dynamicTsl/get"
    TSL_TEMPLATE_GET = "thing/dsltemplate/get"
    LOG_POST = "thing/log/post"
    FIRMWARE_GET = "thing/ota/firmware/get"
    SUB_LOGIN = "combine/login"
    SUB_LOGOUT = "combine/logout"
    SUB_BATCH_LOGIN = "combine/batch_login"
    SUB_BATCH_LOGOUT = "combine/batch_logout"
    SHADOW_UPDATE = "shadow_update"
    OTA_INFORM = "inform"
    OTA_PROGRESS = "progress"
    OTA_REQUEST = "request"
    NTP_REQUEST = "ntp_request"
    USER = "user"
    """Free topics of the device; `identifier` is what follows `/user/`."""
    USER_RAW = "user_raw"
    """A free topic with the mark RAW_MARK: its payload is for the product's script. `identifier` is without the mark."""
    OTHER = "other"
    """In the device's own namespace, but of no meaning known here; `identifier` is the tail."""


class UplinkTopic(msgspec.Struct, frozen=True, gc=False):
    """One parsed uplink topic."""

    kind: UplinkKind
    product_key: str
    device_name: str
    text: str
    """The topic as sent."""
    identifier: str = ""
    message_id: str = ""
    """Of a synchronous call (RRPC)."""
    reply: str = ""
    """The topic that its answer goes to; empty if it takes none."""


RAW_MARK = "?_sn=default"
"""At the end of a free topic: the payload is bytes of the device's own format, to be read by the product's script."""

_SYS_TAILS = {kind.value: kind for kind in UplinkKind if kind.value.startswith("thing/")}
_SESSION_TAILS = {kind.value: kind for kind in UplinkKind if kind.value.startswith("combine/")}
_OTA_TAILS = {
    kind.value: kind for kind in (UplinkKind.OTA_INFORM, UplinkKind.OTA_PROGRESS, UplinkKind.OTA_REQUEST)
}


def parse_uplink(topic: str) -> UplinkTopic | None:
    """Read a topic that a device publishes; None if it lies in no device namespace.

    Whether the sender may speak for (product_key, device_name) is the caller's to check.
    """
    levels = topic.split("/")
    if len(levels) < 4 or levels[0]:
        return None
    root = levels[1]
    if root == "sys":
        return _parse_sys(topic, levels)
    if root == "ext":
        return _parse_ext(topic, levels)
    if root == "shadow":
        if len(levels) == 5 and levels[2] == "update" and levels[3] and levels[4]:
            pk, dn = levels[3], levels[4]
            return UplinkTopic(UplinkKind.SHADOW_UPDATE, pk, dn, topic, reply=f"/shadow/get/{pk}/{dn}")
        return None
    if root == "ota":
        return _parse_ota(topic, levels)
    if len(levels) >= 5 and levels[3] == "user" and levels[1] and levels[2]:
        if topic.endswith(RAW_MARK):
            tail = "/".join(levels[4:]).removesuffix(RAW_MARK)
            return UplinkTopic(UplinkKind.USER_RAW, levels[1], levels[2], topic, tail)
        return UplinkTopic(UplinkKind.USER, levels[1], levels[2], topic, "/".join(levels[4:]))
    return None


def _parse_sys(topic: str, levels: list[str]) -> UplinkTopic | None:
    if len(levels) < 5 or not levels[2] or not levels[3]:
        return None
    pk, dn = levels[2], levels[3]
    tail = "/".join(levels[4:])
    kind = _SYS_TAILS.get(tail)
    if kind is not None:
        reply = "" if tail.endswith("_reply") else f"{topic}_reply"
        return UplinkTopic(kind, pk, dn, topic, reply=reply)
    if tail.startswith("thing/event/") and tail.endswith("/post") and len(levels) == 8:
        return UplinkTopic(UplinkKind.EVENT_POST, pk, dn, topic, levels[6], reply=f"{topic}_reply")
    if tail.startswith("thing/service/") and tail.endswith("_reply"):
        identifier = tail[len("thing/service/") : -len("_reply")]
        if identifier:
            return UplinkTopic(UplinkKind.SERVICE_REPLY, pk, dn, topic, identifier)
    if len(levels) == 7 and levels[4] == "rrpc" and levels[5] == "response" and levels[6]:
        return UplinkTopic(UplinkKind.RRPC_RESPONSE, pk, dn, topic, message_id=levels[6])
    return UplinkTopic(UplinkKind.OTHER, pk, dn, topic, tail)


def _parse_ext(topic: str, levels: list[str]) -> UplinkTopic | None:
    name = levels[2]
    if name == "rrpc" and len(levels) >= 6 and levels[3]:
        inner = "/" + "/".join(levels[4:])
        service = levels[4] == "sys" and len(levels) >= 10 and levels[7:9] == ["thing", "service"]
        if service and levels[5] and levels[6]:
            identifier = "/".join(levels[9:])
            return UplinkTopic(UplinkKind.RRPC_RESPONSE, levels[5], levels[6], topic, identifier, levels[3])
        owner = parse_uplink(inner) if levels[4] not in {"ext", "sys"} else None
        if owner is None:
            return None
        return UplinkTopic(
            UplinkKind.RRPC_RESPONSE, owner.product_key, owner.device_name, topic, owner.identifier, levels[3]
        )
    if len(levels) < 6 or not levels[3] or not levels[4]:
        return None
    pk, dn = levels[3], levels[4]
    tail = "/".join(levels[5:])
    if name == "session" and tail in _SESSION_TAILS:
        return UplinkTopic(_SESSION_TAILS[tail], pk, dn, topic, reply=f"{topic}_reply")
    if name == "ntp" and tail == "request":
        return UplinkTopic(UplinkKind.NTP_REQUEST, pk, dn, topic, reply=f"/ext/ntp/{pk}/{dn}/response")
    return UplinkTopic(UplinkKind.OTHER, pk, dn, topic, f"{name}/{tail}")


def _parse_ota(topic: str, levels: list[str]) -> UplinkTopic | None:
    if len(levels) != 6 or levels[2] != "device" or not levels[4] or not levels[5]:
        return None
    kind = _OTA_TAILS.get(levels[3])
    if kind is None:
        return UplinkTopic(UplinkKind.OTHER, levels[4], levels[5], topic, levels[3])
    return UplinkTopic(
        kind, levels[4], levels[5], topic, reply=topic if kind is UplinkKind.OTA_REQUEST else ""
    )


def sys_topic(product_key: str, device_name: str, tail: str) -> str:
    """`/sys/{pk}/{dn}/{tail}`."""
    return f"/sys/{product_key}/{device_name}/{tail}"


def service_call(product_key: str, device_name: str, identifier: str) -> str:
    """Asynchronous call. `property/set` and `property/get` are services too."""
    return f"/sys/{product_key}/{device_name}/thing/service/{identifier}"


def rrpc_call(style: str, message_id: str, product_key: str, device_name: str, identifier: str) -> str:
    """Synchronous call in the style the client declared: `ext` or `sys` (ConnectName.rrpc_style)."""
    if style == "ext":
        return f"/ext/rrpc/{message_id}{service_call(product_key, device_name, identifier)}"
    return f"/sys/{product_key}/{device_name}/rrpc/request/{message_id}"


def shadow_get(product_key: str, device_name: str) -> str:
    return f"/shadow/get/{product_key}/{device_name}"


def ota_upgrade(product_key: str, device_name: str) -> str:
    return f"/ota/device/upgrade/{product_key}/{device_name}"


def ext_error(product_key: str, device_name: str) -> str:
    """Where a gateway learns that one of its messages was refused, e.g. for a sub-device not logged in."""
    return f"/ext/error/{product_key}/{device_name}"


REGISTERED = "/ext/register"
"""Answer to an MQTT registration of a known device name."""
REGISTERED_NEW = "/ext/regnwl"
"""Answer to an MQTT registration of a new device name."""

IDENTITY = "/ext/auth/identity/response"
"""The names of a device that proved itself only by its certificate."""


def topic_owner(topic: str) -> tuple[str, str] | None:
    """(product key, device name) of a topic or filter; None if it is nobody's or a wildcard stands there."""
    levels = topic.split("/")
    if len(levels) < 4 or levels[0]:
        return None
    at = 2
    match levels[1]:
        case "sys" | "broadcast":
            at = 2
        case "shadow":
            at = 3
        case "ota":
            at = 4
        case "ext":
            if levels[2] == "rrpc":
                inner = levels[4:5] == ["sys"]
                at = 5 if inner else 4
                if not inner and levels[at + 2 : at + 3] != ["user"]:
                    return None
            elif levels[2] in {"session", "ntp", "error"}:
                at = 3
            else:
                return None
        case _:
            at = 1
            if levels[3] != "user":
                return None
    owner = levels[at : at + 2]
    if len(owner) < 2 or not all(owner) or any(mark in level for level in owner for mark in "+#"):
        return None
    return owner[0], owner[1]


SYSTEM_ROOTS = frozenset({"sys", "ext", "shadow", "ota", "broadcast"})
"""First levels of topics that are not free ones of a device."""


def is_user_topic(topic: str) -> bool:
    """Whether a downlink on this topic needs a subscription: `/{pk}/{dn}/user/…`, plain or as `/ext/rrpc/…`.

    All other device topics belong to the system and are delivered unasked (b.3).
    """
    if topic.startswith("/ext/rrpc/"):
        return topic.split("/", 5)[4:5] != ["sys"]
    return not topic.startswith(("/sys/", "/ext/", "/shadow/", "/ota/"))
