"""Path, version and result of each method of `households`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.households.models import (
    HouseholdPage,
    HouseOfUser,
    MemberInfo,
    MemberSaved,
)
from linli_sdk.methods import Method

DELETE_MEMBER: Method[None] = Method(
    "/solution/community/paas/house/member/delete", "2.0.0", token="required"
)
LIST_MEMBERS: Method[list[MemberInfo]] = Method(
    "/solution/community/paas/house/member/list",
    "3.0.3",
    token="required",
    result=list[MemberInfo],
    reads=True,
)
SAVE_MEMBER: Method[MemberSaved] = Method(
    "/solution/community/paas/house/member/save", "1.0.5", token="required", result=MemberSaved
)
LIST_HOUSES_OF_USER: Method[list[HouseOfUser]] = Method(
    "/solution/community/paas/household/house/list",
    "1.0.0",
    token="required",
    result=list[HouseOfUser],
    reads=True,
)
QUERY_RESIDENTS: Method[HouseholdPage] = Method(
    "/solution/community/paas/household/query", "1.0.5", token="required", result=HouseholdPage, reads=True
)
