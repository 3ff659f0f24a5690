"""Path, version and result of each method of `users`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.users.models import (
    AppPermission,
    CommunityAuth,
    GroupAdded,
    GroupInfo,
    UserAdded,
    UserFound,
    UserInfo,
    UserRow,
)
from linli_sdk.methods import Method

CHECK_FACE_IMAGE: Method[None] = Method("/solution/community/faceimage/check", "1.0.1", token="required")
LIST_COMMUNITY_AUTH: Method[list[CommunityAuth]] = Method(
    "/solution/community/paas/app/community/auth/list",
    "1.0.0",
    token="required",
    result=list[CommunityAuth],
    reads=True,
)
QUERY_APP_PERMISSIONS: Method[list[AppPermission]] = Method(
    "/solution/community/paas/app/perm/query",
    "1.0.0",
    token="required",
    result=list[AppPermission],
    reads=True,
)
ADD_USER_1_0_0: Method[UserAdded] = Method(
    "/solution/community/paas/user/add", "1.0.0", token="required", result=UserAdded
)
ADD_USER: Method[UserAdded] = Method(
    "/solution/community/paas/user/add", "1.0.2", token="required", result=UserAdded
)
DELETE_USER: Method[None] = Method("/solution/community/paas/user/delete", "1.0.0", token="required")
GET_USER: Method[UserInfo] = Method(
    "/solution/community/paas/user/get", "1.0.2", token="required", result=UserInfo, reads=True
)
FIND_USERS_BY_IMAGE: Method[list[UserFound]] = Method(
    "/solution/community/paas/user/getbyimage", "1.0.1", token="required", result=list[UserFound]
)
ADD_GROUP_1_0_0: Method[str] = Method(
    "/solution/community/paas/user/group/add", "1.0.0", token="required", result=str
)
ADD_GROUP: Method[GroupAdded] = Method(
    "/solution/community/paas/user/group/add", "1.0.1", token="required", result=GroupAdded
)
DELETE_GROUP_V1_0_0: Method[None] = Method(
    "/solution/community/paas/user/group/delete", "1.0.0", token="required"
)
DELETE_GROUP: Method[None] = Method("/solution/community/paas/user/group/delete", "1.0.1", token="required")
ADD_GROUP_MEMBER_V1_0_0: Method[None] = Method(
    "/solution/community/paas/user/group/member/add", "1.0.0", token="required"
)
ADD_GROUP_MEMBER: Method[None] = Method(
    "/solution/community/paas/user/group/member/add", "1.0.1", token="required"
)
DELETE_GROUP_MEMBER: Method[None] = Method(
    "/solution/community/paas/user/group/member/delete", "1.0.1", token="required"
)
QUERY_GROUPS_V1_0_0: Method[list[GroupInfo]] = Method(
    "/solution/community/paas/user/group/query", "1.0.0", token="required", result=list[GroupInfo], reads=True
)
QUERY_GROUPS: Method[list[GroupInfo]] = Method(
    "/solution/community/paas/user/group/query", "1.0.1", token="required", result=list[GroupInfo], reads=True
)
UPDATE_GROUP_V1_0_0: Method[None] = Method(
    "/solution/community/paas/user/group/update", "1.0.0", token="required"
)
UPDATE_GROUP: Method[None] = Method("/solution/community/paas/user/group/update", "1.0.1", token="required")
QUERY_USERS_1_0_0: Method[list[UserRow]] = Method(
    "/solution/community/paas/user/query", "1.0.0", token="required", result=list[UserRow], reads=True
)
QUERY_USERS: Method[list[UserRow]] = Method(
    "/solution/community/paas/user/query", "1.0.5", token="required", result=list[UserRow], reads=True
)
UPDATE_USER: Method[None] = Method("/solution/community/paas/user/update", "1.0.2", token="required")
