"""How each registered method is called with ids of a lot.

A recipe builds the `params` of one call from a lot. Every attribute that it reads and that is an id (`town.IDS`)
becomes a case of its own: the same call with that one id foreign, and with it absent. A method may have several
recipes. A method without one fails the test: whoever registers a method adds its recipe here.
"""

from collections.abc import Callable
from typing import Any

from tests.scope import (
    camera_rows,
    face_rows,
    intercom_rows,
    lift_rows,
    notice_rows,
    parking_rows,
    vehicle_rows,
    visit_rows,
)
from tests.scope.service_recipes import service_recipes
from tests.scope.town import FILE, wall

type Recipe = Callable[[Any], dict[str, Any]]

PAGE = {"pageNo": 1, "pageSize": 10}
SPAN = {"start": 0, "end": 4102444800000, "pageSize": 10, "ordered": False}
SPACE = "/solution/community/paas/space"
MEMBER = "/solution/community/paas/house/member"
ASSET = "/solution/community/household/spaceasset"


def by_id(iot_id: str) -> dict[str, Any]:
    return {"deviceIdentity": {"type": "IOT_ID", "iotId": iot_id}}


def by_names(product_key: str, device_name: str) -> dict[str, Any]:
    return {"deviceIdentity": {"type": "PK_AND_DN", "productKey": product_key, "deviceName": device_name}}


def at(iot_id: str) -> dict[str, Any]:
    return {"iotId": iot_id}


def named(x: Any) -> dict[str, Any]:
    return {"productKey": x.product, "deviceName": x.door_name}


def record_is(number: int) -> dict[str, Any]:
    return {"modelId": "Heartbeat", "conditions": [{"fieldName": "id", "operate": "eq", "value": number}]}


def _tokens() -> dict[tuple[str, str], list[Recipe]]:
    get: list[Recipe] = [lambda x: {"grantType": "project", "res": x.scope_id}]
    refresh: list[Recipe] = [lambda x: {"cloudToken": x.token}]
    return {
        ("/cloud/token", "1.0.0"): get,
        ("/cloud/token", "1.0.1"): get,
        ("/cloud/token/refresh", "1.0.0"): refresh,
        ("/cloud/token/refresh", "1.0.1"): refresh,
        ("/solution/community/paas/token/get", "1.0.0"): [lambda x: {"communityId": x.community}],
        ("/solution/community/paas/token/refresh", "1.0.0"): refresh,
    }


def _things() -> dict[tuple[str, str], list[Recipe]]:
    read: list[Recipe] = [lambda x: at(x.device), named]
    invoke: list[Recipe] = [
        lambda x: {"identifier": "remoteOpen", "args": {}, **at(x.door)},
        lambda x: {"identifier": "remoteOpen", "args": {}, **named(x)},
    ]
    return {
        ("/app/thing/dsl/get", "1.0.1"): read,
        ("/app/thing/event/timeline/get", "1.0.3"): [
            lambda x: {**at(x.door), **SPAN, "identifier": "passEvent", "eventType": ""}
        ],
        ("/app/thing/info/get", "1.0.3"): read,
        ("/app/thing/list", "1.0.4"): [
            lambda x: {"productKeyList": [x.product], **PAGE},
            lambda x: {"appId": x.own_key, **PAGE},
        ],
        ("/app/thing/prop/get", "1.0.1"): read,
        ("/app/thing/properties/batch/get", "1.0.1"): [lambda x: {"productKey": x.product, **PAGE}],
        ("/app/thing/topo/get", "1.0.0"): [
            lambda x: {**at(x.device), **PAGE},
            lambda x: {**named(x), **PAGE},
        ],
        ("/app/thing/info/list/get", "1.4.1"): [
            lambda x: {"iotIds": [x.device, x.door]},
            lambda x: {"productKey": x.product, "deviceName": [x.door_name]},
            lambda x: {"appId": x.own_key},
        ],
        ("/app/thing/properties/get", "1.0.4"): read,
        ("/cloud/thing/properties/get", "1.0.2"): read,
        ("/app/thing/properties/set", "1.0.3"): [
            lambda x: {**at(x.door), "items": {"RSAPublicKey": "a"}},
            lambda x: {**named(x), "items": {"RSAPublicKey": "b"}},
        ],
        ("/app/thing/property/timeline/get", "1.0.4"): [
            lambda x: {**at(x.device), **SPAN, "identifier": "Energy"}
        ],
        ("/app/thing/service/data/get", "1.0.3"): [
            lambda x: {**at(x.door), **SPAN, "identifier": "remoteOpen"}
        ],
        ("/app/thing/service/invoke", "1.0.3"): invoke,
        ("/cloud/thing/service/invoke", "1.0.1"): invoke,
        ("/cloud/thing/service/invoke", "1.0.2"): invoke,
        ("/app/thing/status/get", "1.0.3"): read,
        ("/app/thing/status/batch/get", "1.0.3"): [
            lambda x: {"productKey": x.product, "deviceNames": [x.door_name]}
        ],
    }


def _data() -> dict[tuple[str, str], list[Recipe]]:
    insert: list[Recipe] = [
        lambda x: {
            "modelId": "Heartbeat",
            "version": "1.0",
            "scopeId": x.scope_id,
            "properties": {"parkingLotId": "P"},
        }
    ]
    return {
        ("/data/model/data/insert", "0.0.3"): insert,
        ("/data/model/data/insert", "1.0"): insert,
        ("/data/model/data/insert", "1.0.0"): insert,
        ("/data/model/data/query", "0.0.3"): [lambda x: {**record_is(x.record), "scopeId": x.scope_id}],
        ("/data/model/data/update", "0.0.2"): [
            lambda x: {**record_is(x.record), "scopeId": x.scope_id, "properties": {"status": 2}}
        ],
        ("/data/model/data/delete", "0.0.2"): [
            lambda x: {**record_is(x.spare_record), "scopeId": x.scope_id}
        ],
        ("/data/model/data/upload", "0.0.1"): [lambda x: {**FILE, "scopeId": x.scope_id}],
        ("/data/model/data/download", "0.0.1"): [
            lambda x: {**FILE, "scopeId": x.scope_id, "fileName": x.file_name}
        ],
    }


def _subscriptions() -> dict[tuple[str, str], list[Recipe]]:
    of: list[Recipe] = [lambda x: {"subscriptionId": x.stream}]
    calls: dict[str, list[Recipe]] = {
        "create": [lambda x: {"kind": "sse", "name": f"new {x.name} {x.once}"}],
        "list": [lambda x: {}],
        "update": [lambda x: {"subscriptionId": x.stream, "kinds": ["data"], "enabled": True}],
        "delete": [lambda x: {"subscriptionId": x.spare_stream}],
        "replay": [lambda x: {"subscriptionId": x.stream, "since": 1}],
        "test": of,
        "ack": [lambda x: {"subscriptionId": x.stream, "lastEventId": 0}],
        "ticket/get": of,
        "dead/list": of,
        "dead/resend": of,
    }
    return {(f"/message/subscription/{name}", "1.0.0"): recipes for name, recipes in calls.items()}


def _access() -> dict[tuple[str, str], list[Recipe]]:
    def holder(x: Any) -> dict[str, Any]:
        return {"identityId": x.door_person, "iotId": x.door}

    def card(x: Any) -> dict[str, Any]:
        return {**holder(x), "cardId": x.card}

    def code(x: Any) -> dict[str, Any]:
        return {"qrCode": x.qr_code, "identityId": x.door_person}

    return {
        ("/entrance/paas/device/perm/query", "1.0.0"): [lambda x: {**at(x.door), **PAGE}],
        ("/entrance/paas/perm/card/batchmodify", "1.0.2"): [
            lambda x: {"cards": [{**holder(x), "cardId": f"NEW{x.name}", "expiryTime": wall(5)}]}
        ],
        ("/entrance/paas/perm/blecard/batchmodify", "1.0.0"): [
            lambda x: {"cards": [{**holder(x), "bleCardId": f"BLE{x.name}", "expiryTime": wall(5)}]}
        ],
        ("/entrance/paas/perm/blecard/batchdelete", "1.0.0"): [
            lambda x: {"list": [{**holder(x), "bleCardId": x.ble_card}]}
        ],
        ("/entrance/paas/user/perm/query", "1.0.1"): [lambda x: {"permQueryList": [card(x)]}],
        ("/entrance/paas/perm/card/batchdelete", "1.0.1"): [lambda x: {"list": [card(x)]}],
        ("/entrance/paas/perm/qrcode/config", "1.0.1"): [
            lambda x: {**code(x), "iotIds": [x.door], "expiryTime": wall(7)},
            lambda x: {
                **code(x),
                "iotIds": [x.door],
                "expiryTime": wall(7),
                "maxScanTimes": 3,
                "maxScanScope": "SHARE",
            },
        ],
        ("/entrance/paas/perm/qrcode/encrypt", "1.0.0"): [lambda x: {**code(x), "expiryTime": wall(1)}],
        ("/entrance/paas/perm/qrcode/remove", "1.0.1"): [lambda x: {**code(x), "iotIds": [x.door]}],
        ("/entrance/paas/user/delete", "1.0.0"): [lambda x: {"identityId": x.spare_door_person}],
        ("/entrance/paas/user/get", "1.0.0"): [lambda x: {"identityId": x.door_person}],
        # An unknown identityId makes a person of the caller's own project, so it is no id of a row here.
        ("/entrance/paas/user/modify", "1.0.0"): [
            lambda x: {"identityId": f"new-{x.name}", "name": "新人", "extInfo": {}}
        ],
        ("/entrance/paas/user/query", "1.0.0"): [lambda x: PAGE],
        ("/homelink/common/qrcode/generate", "1.0.1"): [
            lambda x: {"identityId": x.door_person},
            lambda x: {"identityId": x.person},
        ],
    }


def _accounts() -> dict[tuple[str, str], list[Recipe]]:
    return {
        # A phone that the tenant knows means its person, so it is no id of a row here.
        ("/user/account/register", "1.0.2"): [
            lambda x: {"loginName": f"new-{x.name}-{x.once}", "nickName": "新账号"}
        ],
        ("/user/account/freeze", "1.0.1"): [lambda x: {"identityId": x.account}],
        ("/user/account/unfreeze", "1.0.0"): [lambda x: {"identityId": x.account}],
        ("/user/account/querybyphone", "1.0.1"): [lambda x: {"phone": x.account_phone}],
        ("/user/account/unregister", "1.0.1"): [lambda x: {"identityId": x.spare_account}],
    }


def _communities() -> dict[tuple[str, str], list[Recipe]]:
    community = "/solution/community/paas/community"
    return {
        (f"{community}/apply", "1.0.3"): [
            lambda x: {
                "poid": "B0FFF0EG44",
                "name": f"新区{x.name}",
                "address": "金龙楼",
                "serviceStartTime": "2026-01-01",
                "serviceEndTime": "2036-01-01",
                "certificateUploadId": x.proof,
            }
        ],
        (f"{community}/delete", "1.0.1"): [lambda x: {"communityId": x.rejected}],
        (f"{community}/detail/get", "1.0.3"): [lambda x: {"communityId": x.community}],
        (f"{community}/query", "1.0.2"): [lambda x: {"projectId": x.scope_id}],
        ("/solution/community/paas/poid/query", "1.0.1"): [lambda x: {"keywords": "桂花", "city": "杭州"}],
        ("/solution/community/paas/poid/query", "1.0.0"): [lambda x: {"keywords": "桂花", "city": "杭州"}],
        ("/solution/community/paas/community/query", "1.0.0"): [lambda x: {"projectId": x.scope_id}],
        ("/solution/community/paas/community/detail/get", "1.0.0"): [lambda x: {"communityId": x.community}],
        ("/solution/community/paas/community/apply", "1.0.0"): [
            lambda x: {
                "poid": "B0FFF0EG44",
                "name": f"旧{x.name}",
                "address": "金龙楼",
                "serviceStartTime": "2026-01-01",
                "serviceEndTime": "2036-01-01",
                "certificate": x.spare_tmp_key,
            }
        ],
        ("/solution/community/faceimage/check", "1.0.1"): [
            lambda x: {"width": 640, "height": 640, "url": x.face_key}
        ],
        ("/face/quality/query", "1.0.0"): [lambda x: {"faceUrl": x.face_url, "provider": "IoT"}],
        ("/solution/community/paas/user/getbyimage", "1.0.1"): [lambda x: {"ossFileKey": x.face_key}],
        ("/solution/community/oss/ticket/get", "1.0.2"): [lambda x: {"type": "picture"}],
        ("/solution/community/oss/ticket/get", "1.0.1"): [lambda x: {"type": "faceimage"}],
        ("/solution/community/oss/file/save", "1.0.0"): [
            lambda x: {"tmpOssKey": x.tmp_key, "bizCode": "DEFAULT", "communityId": x.community}
        ],
        (f"{SPACE}/sub/create", "1.0.1"): [
            lambda x: {"parentId": x.unit, "typeCode": "house", "name": f"9{x.name}"}
        ],
        (f"{SPACE}/update", "1.0.1"): [lambda x: {"spaceId": x.building, "name": f"改{x.name}"}],
        (f"{SPACE}/delete", "1.0.0"): [lambda x: {"spaceId": x.spare_space}],
        (f"{SPACE}/query", "1.0.2"): [lambda x: {"spaceId": x.building, **PAGE}],
        (f"{SPACE}/sub/query", "1.0.1"): [lambda x: {"typeCode": "house", **PAGE}],
        (f"{SPACE}/get", "1.0.2"): [lambda x: {"spaceIds": [x.building, x.house]}],
        (f"{ASSET}/add", "1.0.1"): [lambda x: {"houseId": x.house, "type": 2, "name": "G1"}],
        (f"{ASSET}/update", "1.0.1"): [lambda x: {"houseId": x.house, "assetId": x.asset, "name": "P9"}],
        (f"{ASSET}/delete", "1.0.1"): [lambda x: {"houseId": x.house, "assetId": x.spare_asset}],
        (f"{ASSET}/list", "1.0.1"): [lambda x: {"houseId": x.house}],
    }


def _devices() -> dict[tuple[str, str], list[Recipe]]:
    device = "/solution/community/paas/device"
    return {
        (f"{device}/add", "1.0.2"): [
            lambda x: {**by_id(x.loose_device), "nickName": "新"},
            lambda x: {"deviceIdentity": {"type": "SN", "sn": x.sn}},
        ],
        (f"{device}/add", "1.0.0"): [
            lambda x: {**by_id(x.loose_device), "communityId": x.community, "nickName": "新"}
        ],
        (f"{device}/query", "1.0.0"): [lambda x: {**PAGE, "communityId": x.community}],
        (f"{device}/community/get", "1.0.0"): [lambda x: by_id(x.device)],
        ("/solution/community/paas/tenant/device/query", "1.0.0"): [
            lambda x: {**PAGE, "queryType": "OWNED"},
            lambda x: {**PAGE, "queryType": "AUTHORIZED"},
        ],
        (f"{device}/remove", "1.0.1"): [lambda x: by_id(x.spare_device)],
        (f"{device}/query", "1.0.2"): [lambda x: PAGE],
        (f"{device}/community/get", "1.0.3"): [
            lambda x: by_id(x.device),
            lambda x: by_names(x.product, x.door_name),
        ],
        ("/solution/community/paas/tenant/device/query", "1.0.1"): [
            lambda x: {**PAGE, "queryType": "OWNED"},
            lambda x: {**PAGE, "queryType": "AUTHORIZED"},
        ],
        ("/solution/community/device/nickname/update", "1.0.0"): [
            lambda x: {**by_id(x.device), "nickName": "改名"},
            lambda x: {**by_names(x.product, x.door_name), "nickName": "改名"},
        ],
        ("/project/device/bind", "1.0.0"): [
            lambda x: {"projectId": x.project_id, "iotIds": [x.unbound_device]},
            lambda x: {"projectId": x.project_id, "iotIds": [x.bound_device]},
        ],
        ("/project/device/unbind", "1.0.0"): [
            lambda x: {"projectId": x.project_id, "iotIds": [x.bound_device]}
        ],
    }


def _projects() -> dict[tuple[str, str], list[Recipe]]:
    own: list[Recipe] = [lambda x: {"projectId": x.project_id}]
    return {
        ("/open/project/univisal/create", "1.0.0"): [
            lambda x: {
                "name": f"新项目{x.name}{x.once}",
                "clientName": "甲方",
                "startTime": 1581075936000,
                "endTime": 1681075936000,
            }
        ],
        ("/open/project/univisal/query", "1.0.0"): [lambda x: PAGE],
        ("/open/project/univisal/get", "1.0.0"): own,
        ("/open/project/defaultapp/get", "1.0.0"): own,
        ("/open/solution/basicinfo/query", "1.0.0"): [lambda x: PAGE],
    }


def _people() -> dict[tuple[str, str], list[Recipe]]:
    household, user = "/solution/community/paas/household", "/solution/community/paas/user"
    return {
        (f"{MEMBER}/save", "1.0.5"): [
            lambda x: {"houseSpaceId": x.house, "communityId": x.community, "name": "赵先生", "type": 2},
            lambda x: {"houseSpaceId": x.house, "identityId": x.person, "company": "某公司"},
            lambda x: {"houseSpaceId": x.house, "name": "钱先生", "type": 3, "faceImgUploadId": x.face},
        ],
        (f"{MEMBER}/delete", "2.0.0"): [lambda x: {"houseSpaceId": x.house, "identityId": x.spare_person}],
        (f"{MEMBER}/list", "3.0.3"): [
            lambda x: {"houseSpaceId": x.house, "identityId": x.person, "communityId": x.community}
        ],
        (f"{household}/query", "1.0.5"): [
            lambda x: {"communityId": x.community, "houseSpaceId": x.house, **PAGE}
        ],
        (f"{household}/house/list", "1.0.0"): [lambda x: {"identityId": x.person}],
        (f"{user}/add", "1.0.2"): [
            lambda x: {
                "userGroupId": x.group,
                "userName": "孙女士",
                "mobile": f"1380000000{ord(x.name) % 10}",
            },
            lambda x: {
                "userGroupId": x.group,
                "userName": "周女士",
                "mobile": f"1390000000{ord(x.name) % 10}",
                "faceImgUploadId": x.face,
            },
        ],
        (f"{user}/add", "1.0.0"): [
            lambda x: {
                "userGroupId": x.group,
                "userName": "郑女士",
                "mobile": f"1370000000{ord(x.name) % 10}",
            }
        ],
        (f"{user}/update", "1.0.2"): [
            lambda x: {"identityId": x.person, "age": 33},
            lambda x: {"identityId": x.person, "faceImgUploadId": x.face},
        ],
        (f"{user}/delete", "1.0.0"): [lambda x: {"identityId": x.dropped_person}],
        (f"{user}/get", "1.0.2"): [
            lambda x: {"identityId": x.person},
            lambda x: {"faceId": x.face_id},
        ],
        (f"{user}/query", "1.0.5"): [lambda x: {"userGroupId": x.group, **PAGE}],
        (f"{user}/query", "1.0.0"): [lambda x: {"communityId": x.community, "identityId": x.person, **PAGE}],
    }


def _groups() -> dict[tuple[str, str], list[Recipe]]:
    group = "/solution/community/paas/user/group"

    def add(x: Any) -> dict[str, Any]:
        return {"userGroupName": f"组{x.name}{x.once}", "userGroupType": "VISITOR"}

    def member(x: Any) -> dict[str, Any]:
        return {"userGroupId": x.own_group, "identityId": x.person}

    rename = [lambda x: {"userGroupId": x.own_group, "userGroupName": f"改{x.name}"}]
    return {
        (f"{group}/add", "1.0.1"): [add],
        (f"{group}/add", "1.0.0"): [lambda x: {**add(x), "communityId": x.community}],
        (f"{group}/update", "1.0.1"): rename,
        (f"{group}/update", "1.0.0"): rename,
        (f"{group}/delete", "1.0.1"): [lambda x: {"userGroupId": x.spare_group}],
        (f"{group}/delete", "1.0.0"): [lambda x: {"userGroupId": x.old_group}],
        (f"{group}/query", "1.0.1"): [lambda x: PAGE],
        (f"{group}/query", "1.0.0"): [lambda x: PAGE],
        (f"{group}/member/add", "1.0.1"): [member],
        (f"{group}/member/add", "1.0.0"): [member],
        (f"{group}/member/delete", "1.0.1"): [member],
    }


def _employees() -> dict[tuple[str, str], list[Recipe]]:
    org, inside = "/solution/community/org", "/solution/community/department/employee"

    def both(x: Any) -> dict[str, Any]:
        return {"identityId": x.employee, "depId": str(x.department)}

    def one(x: Any) -> dict[str, Any]:
        return {"identityId": x.employee}

    def hire(x: Any) -> dict[str, Any]:
        return {"name": "新员工", "mobile": f"134{x.once:08d}"}

    app = "/solution/community/paas/app"
    return {
        (f"{org}/employee/create", "1.0.0"): [hire, lambda x: {**hire(x), "faceImgUploadId": x.face}],
        (f"{org}/employee/modify", "1.0.0"): [
            lambda x: {**one(x), "name": "改名"},
            lambda x: {**one(x), "faceImgUploadId": x.face},
        ],
        (f"{org}/employee/delete", "1.0.0"): [lambda x: {"identityId": x.spare_employee}],
        (f"{org}/employee/query", "1.0.0"): [lambda x: PAGE],
        (f"{org}/employee/get", "1.0.0"): [one],
        (f"{inside}/add", "1.0.0"): [both],
        (f"{inside}/remove", "1.0.0"): [both],
        (f"{inside}/query", "1.0.0"): [lambda x: {"depId": str(x.department), **PAGE}],
        ("/solution/community/employee/department/list", "1.0.0"): [one],
        (f"{org}/department/create", "1.0.0"): [
            lambda x: {"name": f"部门{x.name}{x.once}", "parentDepId": x.department}
        ],
        (f"{org}/department/modify", "1.0.0"): [lambda x: {"depId": x.department, "name": f"改{x.name}"}],
        (f"{org}/department/delete", "1.0.0"): [lambda x: {"depId": x.spare_department}],
        (f"{org}/department/query", "1.0.0"): [lambda x: {"parentDepId": x.department, **PAGE}],
        (f"{app}/perm/query", "1.0.0"): [lambda x: {"identityId": x.employee, "appId": x.project_id}],
        (f"{app}/community/auth/list", "1.0.0"): [lambda x: {"identityId": x.employee, "appKey": x.own_key}],
    }


RECIPES: dict[tuple[str, str], list[Recipe]] = {
    **_tokens(),
    **_things(),
    **_data(),
    **_subscriptions(),
    **_access(),
    **_accounts(),
    **_communities(),
    **_devices(),
    **_people(),
    **_groups(),
    **_employees(),
    **notice_rows.methods(),
    **face_rows.methods(),
    **intercom_rows.methods(),
    **lift_rows.methods(),
    **camera_rows.methods(),
    **parking_rows.methods(),
    **vehicle_rows.methods(),
    **visit_rows.methods(),
    **_projects(),
    **service_recipes(),
}
