"""Builders of examples for methods whose field names do not suffice, by (path, version). Empty version: any."""

from collections.abc import Callable
from typing import Any, Final

from linli.domains.sandbox.examples.people import PEOPLE
from linli.domains.sandbox.examples.view import View
from linli.domains.sandbox.seed import CITY, COMMUNITY, POID

type Build = Callable[[View], dict[str, Any]]

PAGE: Final = {"pageNo": 1, "pageSize": 10}
FILE: Final = {"modelId": "iot_park_pass_record", "attrName": "plateNumberImage"}
_C: Final = "/solution/community/paas"
_ASSET: Final = "/solution/community/household/spaceasset"
_NOTICE: Final = "/solution/community/notice"
_PERM: Final = "/entrance/paas/perm"


def _record(number: int) -> dict[str, Any]:
    return {"modelId": "Heartbeat", "conditions": [{"fieldName": "id", "operate": "eq", "value": number}]}


def _span(x: View) -> dict[str, Any]:
    return {"start": x.since(1), "end": x.now_ms, "pageSize": 10, "ordered": False}


def _own(name: str) -> Build:
    return lambda x: x.at(name)


_AUTH: Final[dict[tuple[str, str], Build]] = {
    ("/cloud/token", ""): lambda x: {"grantType": "project", "res": x.scope_id},
    ("/cloud/token/refresh", ""): lambda x: {"cloudToken": x.token},
    (f"{_C}/token/get", ""): lambda x: {"communityId": x.community_id},
    (f"{_C}/token/refresh", ""): lambda x: {"cloudToken": x.token},
}
_THINGS: Final[dict[tuple[str, str], Build]] = {
    ("/app/thing/dsl/get", ""): _own("door"),
    ("/app/thing/info/get", ""): _own("door"),
    ("/app/thing/status/get", ""): _own("door"),
    ("/app/thing/prop/get", ""): _own("door"),
    ("/app/thing/properties/get", ""): _own("meter"),
    ("/cloud/thing/properties/get", ""): _own("meter"),
    ("/app/thing/event/timeline/get", ""): lambda x: {
        **x.at("door"),
        **_span(x),
        "identifier": "passEvent",
        "eventType": "",
    },
    ("/app/thing/property/timeline/get", ""): lambda x: {**x.at("meter"), **_span(x), "identifier": "Power"},
    ("/app/thing/service/data/get", ""): lambda x: {
        **x.at("door"),
        **_span(x),
        "identifier": "remoteOpen",
    },
    ("/app/thing/list", ""): lambda x: {"productKeyList": [x.product_key], **PAGE},
    ("/app/thing/info/list/get", ""): lambda x: {"iotIds": [device.iot_id for device in x.devices]},
    ("/app/thing/properties/batch/get", ""): lambda x: {"productKey": x.product_key, **PAGE},
    ("/app/thing/topo/get", ""): lambda x: {**x.at("door"), **PAGE},
    ("/app/thing/status/batch/get", ""): lambda x: {
        "productKey": x.product_key,
        "deviceNames": [x.device_name],
    },
    ("/app/thing/properties/set", ""): lambda x: {**x.at("door"), "items": {"OpenSeconds": 5}},
    ("/app/thing/service/invoke", ""): lambda x: {**x.at("door"), "identifier": "remoteOpen", "args": {}},
    ("/cloud/thing/service/invoke", ""): lambda x: {**x.at("door"), "identifier": "remoteOpen", "args": {}},
}
_DATA: Final[dict[tuple[str, str], Build]] = {
    ("/data/model/data/insert", ""): lambda x: {
        "modelId": "Heartbeat",
        "version": "1.0",
        "scopeId": x.scope_id,
        "properties": {"parkingLotId": "P1"},
    },
    ("/data/model/data/query", ""): lambda x: {**_record(x.record), "scopeId": x.scope_id},
    ("/data/model/data/update", ""): lambda x: {
        **_record(x.record),
        "scopeId": x.scope_id,
        "properties": {"status": 2},
    },
    ("/data/model/data/delete", ""): lambda x: {**_record(x.spare("record")), "scopeId": x.scope_id},
    ("/data/model/data/upload", ""): lambda x: {**FILE, "scopeId": x.scope_id},
    ("/data/model/data/download", ""): lambda x: {**FILE, "scopeId": x.scope_id, "fileName": x.file_name},
    ("/message/subscription/create", ""): lambda x: {"kind": "sse", "name": f"我的事件流{x.next()}"},
    ("/message/subscription/list", ""): lambda x: {},
    ("/message/subscription/update", ""): lambda x: {
        "subscriptionId": x.stream,
        "kinds": ["data", "property"],
        "enabled": True,
    },
    ("/message/subscription/delete", ""): lambda x: {"subscriptionId": x.spare("stream")},
    ("/message/subscription/replay", ""): lambda x: {"subscriptionId": x.stream, "since": x.since(1)},
    ("/message/subscription/ack", ""): lambda x: {"subscriptionId": x.stream, "lastEventId": 0},
    ("/message/subscription/dead/list", ""): lambda x: {"subscriptionId": x.stream, **PAGE},
    ("/message/subscription/dead/resend", ""): lambda x: {"subscriptionId": x.stream},
}
_ACCESS: Final[dict[tuple[str, str], Build]] = {
    ("/entrance/paas/device/perm/query", ""): lambda x: {**x.at("door"), **PAGE},
    (f"{_PERM}/card/batchmodify", ""): lambda x: {
        "cards": [
            {
                **x.at("door"),
                "identityId": x.door_person,
                "cardId": f"NEWCARD{x.next()}",
                "expiryTime": x.wall(30),
            }
        ]
    },
    (f"{_PERM}/card/batchdelete", ""): lambda x: {
        "list": [{**x.at("door"), "identityId": x.door_person, "cardId": x.spare("card")}]
    },
    ("/entrance/paas/user/perm/query", ""): lambda x: {
        "permQueryList": [{**x.at("door"), "identityId": x.door_person, "cardId": x.card}]
    },
    (f"{_PERM}/qrcode/config", ""): lambda x: {
        "qrCode": x.qr_code,
        "iotIds": [x.door],
        "identityId": x.door_person,
        "expiryTime": x.wall(30),
    },
    (f"{_PERM}/qrcode/encrypt", ""): lambda x: {
        "qrCode": x.qr_code,
        "identityId": x.door_person,
        "expiryTime": x.wall(1),
    },
    (f"{_PERM}/qrcode/remove", ""): lambda x: {
        "qrCode": x.spare("qr_code"),
        "identityId": x.door_person,
        "iotIds": [x.door],
    },
    ("/entrance/paas/user/delete", ""): lambda x: {"identityId": x.spare("door_person")},
    ("/entrance/paas/user/get", ""): lambda x: {"identityId": x.door_person},
    ("/entrance/paas/user/modify", ""): lambda x: {
        "identityId": x.door_person,
        "name": "门禁人员",
        "extInfo": "{}",
    },
    ("/entrance/paas/user/query", ""): lambda x: PAGE,
    ("/homelink/common/qrcode/generate", ""): lambda x: {"identityId": x.person},
}
_COMMUNITIES: Final[dict[tuple[str, str], Build]] = {
    (f"{_C}/community/apply", ""): lambda x: {
        "poid": POID,
        "name": f"沙箱新区{x.next()}",
        "address": "示例路2号",
        "serviceStartTime": "2026-01-01",
        "serviceEndTime": "2035-12-31",
        "certificateUploadId": x.proof,
    },
    (f"{_C}/community/apply", "1.0.0"): lambda x: {
        "poid": POID,
        "name": f"沙箱新区{x.next()}",
        "address": "示例路2号",
        "serviceStartTime": "2026-01-01",
        "serviceEndTime": "2035-12-31",
        "certificate": x.spare("uploaded"),
    },
    (f"{_C}/community/delete", ""): lambda x: {"communityId": x.spare("rejected")},
    (f"{_C}/community/detail/get", ""): lambda x: {"communityId": x.community_id},
    (f"{_C}/community/query", ""): lambda x: {"projectId": x.scope_id},
    (f"{_C}/poid/query", ""): lambda x: {"keywords": COMMUNITY, "city": CITY},
    ("/solution/community/oss/ticket/get", ""): lambda x: {"type": "picture"},
    ("/solution/community/oss/file/save", ""): lambda x: {
        "tmpOssKey": x.spare("uploaded"),
        "bizCode": "DEFAULT",
        "communityId": x.community_id,
    },
    (f"{_C}/space/sub/create", ""): lambda x: {
        "parentId": x.unit,
        "typeCode": "house",
        "name": f"09{x.next():02}",
    },
    (f"{_C}/space/update", ""): lambda x: {"spaceId": x.building, "name": "1"},
    (f"{_C}/space/delete", ""): lambda x: {"spaceId": x.spare("space")},
    (f"{_C}/space/query", ""): lambda x: {"spaceId": x.building, **PAGE},
    (f"{_C}/space/sub/query", ""): lambda x: {"typeCode": "house", **PAGE},
    (f"{_C}/space/get", ""): lambda x: {"spaceIds": [x.building, x.house]},
    (f"{_ASSET}/add", ""): lambda x: {"houseId": x.house, "type": 2, "name": f"C-{x.next()}"},
    (f"{_ASSET}/update", ""): lambda x: {"houseId": x.house, "assetId": x.asset, "name": "A-01"},
    (f"{_ASSET}/delete", ""): lambda x: {"houseId": x.house, "assetId": x.spare("asset")},
    (f"{_ASSET}/list", ""): lambda x: {"houseId": x.house},
    (f"{_NOTICE}/add", ""): lambda x: {
        "title": f"沙箱公告{x.next()}",
        "publications": [{"text": "今晚八点检修电梯。"}],
        "type": 6,
        "isTop": 0,
        "publishType": 1,
        "communityId": x.community_id,
    },
    (f"{_NOTICE}/update", ""): lambda x: {"messageId": x.notice, "isTop": 1},
    (f"{_NOTICE}/query", ""): lambda x: {"communityId": x.community_id, **PAGE},
    (f"{_NOTICE}/delete", ""): lambda x: {"messageIds": [x.spare("notice")]},
    (f"{_NOTICE}/get", ""): lambda x: {"messageId": x.notice, "communityId": x.community_id},
}
_DEVICES: Final[dict[tuple[str, str], Build]] = {
    (f"{_C}/device/add", "1.0.2"): lambda x: {
        "deviceIdentity": {"type": "IOT_ID", "iotId": x.spare("loose")},
        "nickName": "新电表",
    },
    (f"{_C}/device/add", "1.0.0"): lambda x: {
        "deviceIdentity": {"type": "IOT_ID", "iotId": x.spare("loose")},
        "communityId": x.community_id,
        "nickName": "新电表",
    },
    (f"{_C}/device/query", "1.0.0"): lambda x: {**PAGE, "communityId": x.community_id},
    (f"{_C}/device/query", "1.0.2"): lambda x: PAGE,
    (f"{_C}/device/community/get", ""): lambda x: x.identity("door"),
    (f"{_C}/tenant/device/query", ""): lambda x: {**PAGE, "queryType": "OWNED"},
    (f"{_C}/device/remove", ""): lambda x: {"deviceIdentity": {"type": "IOT_ID", "iotId": x.spare("placed")}},
    ("/solution/community/device/nickname/update", ""): lambda x: {
        **x.identity("meter"),
        "nickName": "沙箱电表",
    },
    ("/project/device/bind", ""): lambda x: {"projectId": x.project_id, "iotIds": [x.spare("unbound")]},
    ("/project/device/unbind", ""): lambda x: {"projectId": x.project_id, "iotIds": [x.spare("loose")]},
}
_PROJECTS: Final[dict[tuple[str, str], Build]] = {
    ("/open/project/univisal/create", ""): lambda x: {
        "name": f"沙箱新项目{x.next()}",
        "clientName": "示例客户",
        "startTime": x.now_ms,
        "endTime": x.now_ms + 365 * 86_400_000,
    },
    ("/open/project/univisal/query", ""): lambda x: PAGE,
    ("/open/solution/basicinfo/query", ""): lambda x: PAGE,
}


def _vehicles(x: View, **more: Any) -> dict[str, Any]:
    return {"permList": [{"spaceId": x.root, "plateNumber": "浙A12345", **more}]}


_PARK: Final = "/parking/paas/vehicle"
_PARKING: Final[dict[tuple[str, str], Build]] = {
    (f"{_PARK}/permission/add", ""): lambda x: _vehicles(x, effectiveDate=x.wall(), expiryDate=x.wall(30)),
    (f"{_PARK}/permission/query", ""): lambda x: {"spaceIds": [x.root], **PAGE},
    (f"{_PARK}/permission/delete", ""): _vehicles,
    (f"{_PARK}/special/concerns/add", ""): lambda x: _vehicles(x, type="WHITELIST"),
    (f"{_PARK}/special/concerns/query", ""): lambda x: {"spaceIds": [x.root], "type": "WHITELIST", **PAGE},
    (f"{_PARK}/special/concerns/delete", ""): _vehicles,
}
WRITTEN: Final[dict[tuple[str, str], Build]] = {
    **_AUTH,
    **_THINGS,
    **_DATA,
    **_ACCESS,
    **_COMMUNITIES,
    **_DEVICES,
    **_PROJECTS,
    **_PARKING,
    **PEOPLE,
}
