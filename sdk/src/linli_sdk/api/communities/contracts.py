"""Path, version and result of each method of `communities`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from linli_sdk.api.communities.models import (
    AssetInfo,
    CommunityApplied,
    CommunityDetail,
    CommunityInfo,
    CommunityOfDevice,
    DeploymentRow,
    FileSaved,
    SpaceCreated,
    SpaceDetail,
    SpacePage,
    Ticket,
)
from linli_sdk.methods import Method

ADD_ASSET: Method[str] = Method(
    "/solution/community/household/spaceasset/add", "1.0.1", token="required", result=str
)
DELETE_ASSET: Method[None] = Method(
    "/solution/community/household/spaceasset/delete", "1.0.1", token="required"
)
LIST_ASSETS: Method[list[AssetInfo]] = Method(
    "/solution/community/household/spaceasset/list",
    "1.0.1",
    token="required",
    result=list[AssetInfo],
    reads=True,
)
UPDATE_ASSET: Method[None] = Method(
    "/solution/community/household/spaceasset/update", "1.0.1", token="required"
)
SAVE_FILE: Method[FileSaved] = Method(
    "/solution/community/oss/file/save", "1.0.0", token="optional", result=FileSaved
)
GET_OLD_TICKET: Method[Ticket] = Method(
    "/solution/community/oss/ticket/get", "1.0.1", token="optional", result=Ticket, reads=True
)
GET_TICKET: Method[Ticket] = Method(
    "/solution/community/oss/ticket/get", "1.0.2", token="optional", result=Ticket, reads=True
)
APPLY_OLDER: Method[CommunityApplied] = Method(
    "/solution/community/paas/community/apply", "1.0.0", token="none", result=CommunityApplied
)
APPLY_FOR_COMMUNITY: Method[CommunityApplied] = Method(
    "/solution/community/paas/community/apply", "1.0.3", token="none", result=CommunityApplied
)
DELETE_COMMUNITY: Method[None] = Method("/solution/community/paas/community/delete", "1.0.1", token="none")
GET_COMMUNITY_OLDER: Method[CommunityDetail] = Method(
    "/solution/community/paas/community/detail/get", "1.0.0", token="none", result=CommunityDetail, reads=True
)
GET_COMMUNITY: Method[CommunityDetail] = Method(
    "/solution/community/paas/community/detail/get", "1.0.3", token="none", result=CommunityDetail, reads=True
)
QUERY_COMMUNITIES_OLDER: Method[list[CommunityInfo]] = Method(
    "/solution/community/paas/community/query",
    "1.0.0",
    token="optional",
    result=list[CommunityInfo],
    reads=True,
)
QUERY_COMMUNITIES: Method[list[CommunityInfo]] = Method(
    "/solution/community/paas/community/query",
    "1.0.2",
    token="optional",
    result=list[CommunityInfo],
    reads=True,
)
GET_COMMUNITY_OF_DEVICE_V1_0_0: Method[CommunityOfDevice] = Method(
    "/solution/community/paas/device/community/get",
    "1.0.0",
    token="optional",
    result=CommunityOfDevice,
    reads=True,
)
GET_COMMUNITY_OF_DEVICE: Method[CommunityOfDevice] = Method(
    "/solution/community/paas/device/community/get",
    "1.0.3",
    token="optional",
    result=CommunityOfDevice,
    reads=True,
)
QUERY_POIS_OLDER: Method[list[dict[str, Any]]] = Method(
    "/solution/community/paas/poid/query", "1.0.0", token="optional", result=list[dict[str, Any]], reads=True
)
QUERY_POIS: Method[list[dict[str, Any]]] = Method(
    "/solution/community/paas/poid/query", "1.0.1", token="optional", result=list[dict[str, Any]], reads=True
)
DELETE_SPACE: Method[None] = Method("/solution/community/paas/space/delete", "1.0.0", token="required")
GET_SPACES: Method[list[SpaceDetail]] = Method(
    "/solution/community/paas/space/get", "1.0.2", token="required", result=list[SpaceDetail], reads=True
)
QUERY_CHILDREN: Method[SpacePage] = Method(
    "/solution/community/paas/space/query", "1.0.2", token="required", result=SpacePage, reads=True
)
CREATE_SPACE: Method[SpaceCreated] = Method(
    "/solution/community/paas/space/sub/create", "1.0.1", token="required", result=SpaceCreated
)
QUERY_SPACES_OF_TYPE: Method[SpacePage] = Method(
    "/solution/community/paas/space/sub/query", "1.0.1", token="required", result=SpacePage, reads=True
)
UPDATE_SPACE: Method[None] = Method("/solution/community/paas/space/update", "1.0.1", token="required")
DELETE_USER_FACES: Method[None] = Method(
    "/solution/community/paas/user/face/delete", "1.0.0", token="required"
)
DEPLOY_GROUP: Method[None] = Method("/solution/community/paas/user/group/deploy", "1.0.0", token="optional")
QUERY_DEPLOYMENTS: Method[list[DeploymentRow]] = Method(
    "/solution/community/paas/user/group/deploy/query",
    "1.0.0",
    token="optional",
    result=list[DeploymentRow],
    reads=True,
)
UNDEPLOY_GROUP: Method[None] = Method(
    "/solution/community/paas/user/group/undeploy", "1.0.0", token="optional"
)
