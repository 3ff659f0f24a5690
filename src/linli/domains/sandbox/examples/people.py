"""Examples of residents, groups, employees, vehicles and visitors; see `by_method`."""

from collections.abc import Callable
from typing import Any, Final

from linli.domains.sandbox.examples.view import View

type Build = Callable[[View], dict[str, Any]]

PAGE: Final = {"pageNo": 1, "pageSize": 10}
_C: Final = "/solution/community/paas"
_GROUP: Final = "/solution/community/paas/user/group"
_ORG: Final = "/solution/community/org"
_INSIDE: Final = "/solution/community/department/employee"
_VEHICLE: Final = "/solution/community/household/user/vehicle"
_APPLY: Final = "/solution/community/house/visitor/apply"


def _phone(x: View) -> str:
    return f"199{x.next():08d}"


PEOPLE: Final[dict[tuple[str, str], Build]] = {
    (f"{_C}/house/member/save", ""): lambda x: {
        "houseSpaceId": x.house,
        "communityId": x.community_id,
        "name": f"钱新{x.next()}",
        "type": 2,
    },
    (f"{_C}/house/member/delete", ""): lambda x: {"houseSpaceId": x.house, "identityId": x.spare("person")},
    (f"{_C}/house/member/list", ""): lambda x: {"houseSpaceId": x.house, "communityId": x.community_id},
    (f"{_C}/household/query", ""): lambda x: {
        "communityId": x.community_id,
        "houseSpaceId": x.house,
        **PAGE,
    },
    (f"{_C}/household/house/list", ""): lambda x: {"identityId": x.person},
    (f"{_C}/user/add", ""): lambda x: {
        "userGroupId": x.group,
        "userName": "孙女士",
        "mobile": _phone(x),
    },
    (f"{_C}/user/get", ""): lambda x: {"identityId": x.person},
    (f"{_C}/user/query", ""): lambda x: {"userGroupId": x.group, "communityId": x.community_id, **PAGE},
    (f"{_C}/user/group/query", ""): lambda x: PAGE,
    (f"{_C}/user/update", ""): lambda x: {"identityId": x.person, "userName": "王沙"},
    (f"{_C}/user/delete", ""): lambda x: {"identityId": x.spare("user")},
    (f"{_GROUP}/add", ""): lambda x: {
        "userGroupName": f"沙箱组{x.next()}",
        "userGroupType": "VISITOR",
        "communityId": x.community_id,
    },
    (f"{_GROUP}/update", ""): lambda x: {
        "userGroupId": x.kept("group"),
        "userGroupName": f"沙箱改名组{x.next()}",
    },
    (f"{_GROUP}/delete", ""): lambda x: {"userGroupId": x.spare("old_group")},
    (f"{_GROUP}/member/add", ""): lambda x: {"userGroupId": x.kept("group"), "identityId": x.person},
    (f"{_GROUP}/member/delete", ""): lambda x: {
        "userGroupId": x.kept("group"),
        "identityId": x.spare("member"),
    },
    (f"{_ORG}/employee/create", ""): lambda x: {"name": "新员工", "mobile": _phone(x)},
    (f"{_ORG}/employee/modify", ""): lambda x: {"identityId": x.kept("employee"), "name": "沙员工"},
    (f"{_ORG}/employee/delete", ""): lambda x: {"identityId": x.spare("old_employee")},
    (f"{_ORG}/employee/query", ""): lambda x: PAGE,
    (f"{_ORG}/employee/get", ""): lambda x: {"identityId": x.kept("employee")},
    (f"{_INSIDE}/add", ""): lambda x: {
        "identityId": x.kept("employee"),
        "depId": str(x.kept("department")),
    },
    (f"{_INSIDE}/remove", ""): lambda x: {
        "identityId": x.spare("placed_employee"),
        "depId": str(x.kept("department")),
    },
    (f"{_INSIDE}/query", ""): lambda x: {"depId": str(x.kept("department")), **PAGE},
    ("/solution/community/employee/department/list", ""): lambda x: {"identityId": x.kept("employee")},
    (f"{_ORG}/department/create", ""): lambda x: {"name": f"沙箱部门{x.next()}"},
    (f"{_ORG}/department/modify", ""): lambda x: {
        "depId": x.kept("department"),
        "name": f"沙箱改名部门{x.next()}",
    },
    (f"{_ORG}/department/delete", ""): lambda x: {"depId": x.spare("old_department")},
    (f"{_ORG}/department/query", ""): lambda x: PAGE,
    (f"{_C}/app/perm/query", ""): lambda x: {"identityId": x.kept("employee"), "appId": x.project_id},
    (f"{_C}/app/community/auth/list", ""): lambda x: {
        "identityId": x.kept("employee"),
        "appKey": x.app_key,
    },
    (f"{_VEHICLE}/add", ""): lambda x: {
        "identityId": x.person,
        "vehicleList": [{"plateNumber": f"浙A{10_000 + x.next()}"}],
    },
    (f"{_VEHICLE}/update", ""): lambda x: {"vehicleList": [{"id": x.kept("vehicle"), "brand": "比亚迪"}]},
    (f"{_VEHICLE}/query", ""): lambda x: {"identityId": x.person},
    (f"{_VEHICLE}/delete", ""): lambda x: {"vehicleList": [{"id": x.spare("old_vehicle")}]},
    (f"{_APPLY}/add", ""): lambda x: {
        "houseId": x.house,
        "startTime": x.wall(),
        "endTime": x.wall(0.25),
        "visitors": [{"name": f"访客{x.next()}", "type": "4"}],
    },
    (f"{_APPLY}/cancel", ""): lambda x: {"applyId": str(x.spare("visit"))},
    (f"{_APPLY}/confirm", ""): lambda x: {"applyId": str(x.spare("visit"))},
    (f"{_APPLY}/get", ""): lambda x: {"applyId": str(x.kept("visit"))},
    (f"{_APPLY}/query", ""): lambda x: {
        "houseId": x.house,
        "startTime": x.wall(-1),
        "endTime": x.wall(7),
        **PAGE,
    },
}
