"""Path, version and result of each method of `households`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.households.models import (
    AppliedVisitor,
    HouseholdPage,
    HouseOfUser,
    MemberInfo,
    MemberSaved,
    VehicleInfo,
    VisitorDetail,
    VisitorPage,
)
from linli_sdk.methods import Method

ADD_VISITORS: Method[list[AppliedVisitor]] = Method(
    "/solution/community/house/visitor/apply/add", "1.0.0", token="required", result=list[AppliedVisitor]
)
CANCEL_VISITOR: Method[None] = Method(
    "/solution/community/house/visitor/apply/cancel", "1.0.0", token="required"
)
CONFIRM_VISITOR: Method[None] = Method(
    "/solution/community/house/visitor/apply/confirm", "1.0.0", token="required"
)
GET_VISITOR: Method[VisitorDetail] = Method(
    "/solution/community/house/visitor/apply/get", "1.0.0", token="required", result=VisitorDetail, reads=True
)
QUERY_VISITORS: Method[VisitorPage] = Method(
    "/solution/community/house/visitor/apply/query", "1.0.0", token="required", result=VisitorPage, reads=True
)
ADD_VEHICLES: Method[list[int]] = Method(
    "/solution/community/household/user/vehicle/add", "1.0.1", token="required", result=list[int]
)
DELETE_VEHICLES: Method[None] = Method(
    "/solution/community/household/user/vehicle/delete", "1.0.1", token="required"
)
QUERY_VEHICLES: Method[list[VehicleInfo]] = Method(
    "/solution/community/household/user/vehicle/query",
    "1.0.1",
    token="required",
    result=list[VehicleInfo],
    reads=True,
)
UPDATE_VEHICLES: Method[list[int]] = Method(
    "/solution/community/household/user/vehicle/update", "1.0.1", token="required", result=list[int]
)
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
