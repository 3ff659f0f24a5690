"""What each device, project and data method answers when it fails, as the specification names it.

`ROWS` has a row for each method of `PARTS`; every method answers what is in `COMMON` too, by its gateway. Source: spec D
3.1 to 3.3 and 8, B 3.13, H 8.2.
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
    """`busy`: the database does not serve; `tenant`: the caller's is gone; else members of the params instead."""
    says: Says
    params: Mapping[str, Any] = MappingProxyType({})


_busy = Named("busy", BUSY)
_list = [Named("busy", LIST_FAILED), Named("app", NO_APP, {"appId": "20999999"}), Named("tenant", NO_TENANT)]
_unknown = {"iotId": "0" * 32, "productKey": None, "deviceName": None}

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
}

OF_ANY_TYPE = {"items", "args", "properties", "updateDetails"}
"""Objects whose members are judged by a model, not by a type."""
BEYOND = {"pageSize": MAX_PAGE + 100_000, "pageNo": -1}
"""Values that no method takes, by the name of the parameter."""


def malformed(value: Any) -> Any:
    """Something of another JSON type than a parameter's."""
    return ["x"] if isinstance(value, dict) else {"x": [[]]}
