"""Path, version and result of each method of `users`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.users.models import (
    GroupInfo,
    UserAdded,
    UserInfo,
    UserRow,
)
from linli_sdk.methods import Method

ADD_USER: Method[UserAdded] = Method(
    "/solution/community/paas/user/add", "1.0.2", token="required", result=UserAdded
)
GET_USER: Method[UserInfo] = Method(
    "/solution/community/paas/user/get", "1.0.2", token="required", result=UserInfo, reads=True
)
QUERY_GROUPS: Method[list[GroupInfo]] = Method(
    "/solution/community/paas/user/group/query", "1.0.1", token="required", result=list[GroupInfo], reads=True
)
QUERY_USERS: Method[list[UserRow]] = Method(
    "/solution/community/paas/user/query", "1.0.5", token="required", result=list[UserRow], reads=True
)
