"""What each device, project, data and subscription method answers when it fails, as the specification names it.

`ROWS` has a row for each method of `PARTS`; every method answers what is in `COMMON` too, by its gateway. Source: spec D
3.1 to 3.3 and 8, B 3.13, H 8.2. Subscription calls are Linli's own: their rows hold what `raises=` declares, told with
the codes of H 8.2.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from linli.things.openapi.wire import MAX_PAGE

PARTS = (
    "/app/thing/",
    "/cloud/thing/",
    "/open/",
    "/project/device/",
    "/data/model/",
    "/solution/community/device/",
    "/message/subscription/",
)
PARTS_OF_B = ("/solution/community/paas/device/", "/solution/community/paas/tenant/device/")


class Says(NamedTuple):
    code: int
    message: str
    chinese: str


FORBIDDEN = Says(403, "request forbidden.", "请求被禁止")
NO_ROUTE = Says(20003, "gateway.not found backend router", "没有找到路由服务")
BUSY = Says(400, "request error.", "系统繁忙")
LIST_FAILED = Says(40061, "query device error", "查询设备错误")
NOT_YOURS = Says(40062, "not authorization query device", "没有权限查询设备")
NO_APP = Says(40063, "app not exist", "应用不存在")
NO_TENANT = Says(40106, "saas tenant not exist", "saas租户不存在")

COMMON = {"a key without the service": FORBIDDEN, "a version that is not": NO_ROUTE}


class Named(NamedTuple):
    """A failure of one method's own: what brings it about, and what is said."""

    how: str
    """`busy`: the database does not serve; `tenant`: the caller's is gone; `full`: the key has all the subscriptions it
    may have; else members of the params instead."""
    says: Says
    params: Mapping[str, Any] = MappingProxyType({})


_busy = Named("busy", BUSY)
_list = [Named("busy", LIST_FAILED), Named("app", NO_APP, {"appId": "20999999"}), Named("tenant", NO_TENANT)]
_unknown = {"iotId": "0" * 32, "productKey": None, "deviceName": None}


def _wrong(message: str, chinese: str) -> Says:
    """The answer to a parameter that breaks a rule."""
    return Says(460, f"request parameter error. {message}", f"请求参数错误：{chinese}")


def _one_of(field: str, allowed: str) -> Says:
    return _wrong(f"{field}: must be one of {allowed}", f"{field}：应为以下之一：{allowed}")


_KINDS = "space, message, user, data, call, property, event, service_reply, status, lifecycle, topology, ota"
_no_subscription = Named("absent", FORBIDDEN, {"subscriptionId": 8_000_000_000_000_000})

ROWS: dict[tuple[str, str], list[Named]] = {
    ("/app/thing/dsl/get", "1.0.1"): [],
    ("/app/thing/event/timeline/get", "1.0.3"): [_busy],
    ("/app/thing/info/get", "1.0.3"): [Named("device", NOT_YOURS, _unknown)],
    ("/app/thing/info/list/get", "1.4.1"): [],
    ("/app/thing/list", "1.0.4"): _list,
    ("/app/thing/prop/get", "1.0.1"): [],
    ("/app/thing/properties/batch/get", "1.0.1"): [],
    ("/app/thing/properties/get", "1.0.4"): [_busy],
    ("/app/thing/properties/set", "1.0.3"): [_busy],
    ("/app/thing/property/timeline/get", "1.0.4"): [],
    ("/app/thing/service/data/get", "1.0.3"): [_busy],
    ("/app/thing/service/invoke", "1.0.3"): [_busy],
    ("/app/thing/status/batch/get", "1.0.3"): [_busy],
    ("/app/thing/status/get", "1.0.3"): [_busy],
    ("/app/thing/topo/get", "1.0.0"): [],
    ("/cloud/thing/properties/get", "1.0.2"): [_busy],
    ("/cloud/thing/service/invoke", "1.0.1"): [],
    ("/cloud/thing/service/invoke", "1.0.2"): [],
    ("/open/project/defaultapp/get", "1.0.0"): [],
    ("/open/project/univisal/create", "1.0.0"): [],
    ("/open/project/univisal/get", "1.0.0"): [],
    ("/open/project/univisal/query", "1.0.0"): [],
    ("/open/solution/basicinfo/query", "1.0.0"): [],
    ("/project/device/bind", "1.0.0"): [],
    ("/project/device/unbind", "1.0.0"): [],
    ("/solution/community/device/nickname/update", "1.0.0"): [],
    ("/solution/community/paas/device/add", "1.0.0"): [],
    ("/solution/community/paas/device/add", "1.0.2"): [],
    ("/solution/community/paas/device/community/get", "1.0.0"): [],
    ("/solution/community/paas/device/community/get", "1.0.3"): [],
    ("/solution/community/paas/device/query", "1.0.0"): [],
    ("/solution/community/paas/device/query", "1.0.2"): [],
    ("/solution/community/paas/device/remove", "1.0.1"): [],
    ("/solution/community/paas/tenant/device/query", "1.0.0"): [],
    ("/solution/community/paas/tenant/device/query", "1.0.1"): [],
    ("/data/model/data/delete", "0.0.2"): [],
    ("/data/model/data/download", "0.0.1"): [],
    ("/data/model/data/insert", "0.0.3"): [],
    ("/data/model/data/insert", "1.0"): [],
    ("/data/model/data/insert", "1.0.0"): [],
    ("/data/model/data/query", "0.0.3"): [],
    ("/data/model/data/update", "0.0.2"): [],
    ("/data/model/data/upload", "0.0.1"): [],
    ("/message/subscription/ack", "1.0.0"): [
        _no_subscription,
        Named(
            "never sent", _wrong("lastEventId: is not known", "lastEventId：无法识别"), {"lastEventId": 2**52}
        ),
    ],
    ("/message/subscription/create", "1.0.0"): [
        Named("kind", _one_of("kind", "webhook, sse, amqp"), {"kind": "pigeon"}),
        Named("no broker", _one_of("kind", "webhook, sse"), {"kind": "amqp"}),
        Named("blank name", _wrong("name is blank!", "name：不能为空白"), {"name": " "}),
        Named("kinds", _one_of("kinds[1]", _KINDS), {"kinds": ["data", "x"]}),
        Named("models", _wrong("models[0]: is not known", "models[0]：无法识别"), {"models": ["x"]}),
        Named(
            "devices",
            _wrong("devices: must have at most 200 items", "devices：最多 200 项"),
            {"devices": ["x"] * 201},
        ),
        Named(
            "address",
            _wrong(
                "url: must look like https://example.com/linli", "url：格式应如 https://example.com/linli"
            ),
            {"kind": "webhook", "url": "ftp://a"},
        ),
        Named(
            "forbidden address",
            _wrong(
                "url: must not lead into a private, local or reserved network (169.254.169.254)",
                "url：不能指向内网、本机或保留地址（169.254.169.254）",
            ),
            {"kind": "webhook", "url": "http://169.254.169.254/x"},
        ),
        Named(
            "taken",
            _wrong("There is already a subscription named stream B.", "已有名为 stream B 的订阅。"),
            {"name": "stream B"},
        ),
        Named("full", _wrong("An appKey can have at most 0 subscriptions.", "每个 AppKey 最多 0 个订阅。")),
    ],
    ("/message/subscription/dead/list", "1.0.0"): [_no_subscription],
    ("/message/subscription/dead/resend", "1.0.0"): [
        _no_subscription,
        Named("message", FORBIDDEN, {"messageId": 8_000_000_000_000_000}),
    ],
    ("/message/subscription/delete", "1.0.0"): [_no_subscription],
    ("/message/subscription/list", "1.0.0"): [],
    ("/message/subscription/replay", "1.0.0"): [
        _no_subscription,
        Named("future", _wrong("since: must be earlier than now", "since：应早于 now"), {"since": 2**52}),
    ],
    ("/message/subscription/test", "1.0.0"): [_no_subscription],
    ("/message/subscription/ticket/get", "1.0.0"): [_no_subscription],
    ("/message/subscription/update", "1.0.0"): [
        _no_subscription,
        Named("blank name", _wrong("name is blank!", "name：不能为空白"), {"name": ""}),
        Named("kinds", _one_of("kinds[0]", _KINDS), {"kinds": ["x"]}),
        Named(
            "taken",
            _wrong("There is already a subscription named stream B.", "已有名为 stream B 的订阅。"),
            {"name": "stream B"},
        ),
    ],
}

OF_ANY_TYPE = {"items", "args", "properties", "updateDetails"}
"""Objects whose members are judged by a model, not by a type."""
BEYOND = {"pageSize": MAX_PAGE + 100_000, "pageNo": -1}
"""Values that no method takes, by the name of the parameter."""


def malformed(value: Any) -> Any:
    """Something of another JSON type than a parameter's."""
    return ["x"] if isinstance(value, dict) else {"x": [[]]}
