"""The open-API methods of the gateway itself: cloudTokens, in both families of paths that clients call."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi import answers
from linli.openapi.policies import ALWAYS_GRANTED
from linli.openapi.registry import Call, Contract, method
from linli.openapi.tokens import CommunityNotReady, TokenRefused, Tokens, TokenTargets

_GRANT_TYPE = "project"


class ResUnknown(NotFound):
    """`res` is no community's projectId, or not one of a community that the key's project was granted."""

    code = "openapi.res_unknown"
    api_code: ClassVar[int | str | None] = answers.FORBIDDEN

    def __init__(self, *, id: str) -> None:
        super().__init__(what="project", id=id)


class TokenGet(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]


class TokenRefresh(msgspec.Struct, rename="camel"):
    """Some clients send the token in `request` alone: then `params` may be without."""

    cloud_token: Annotated[str, Meta(description="当前 cloudToken / the present cloudToken")] = ""


class CommunityToken(msgspec.Struct, rename="camel"):
    cloud_token: Annotated[str, Meta(description="小区授权 token / token of the community")]
    expires_in: Annotated[int, Meta(description="有效期，毫秒 / validity in milliseconds")]


class ProjectTokenGet(msgspec.Struct, rename="camel"):
    grant_type: Annotated[str, Meta(description="固定为 project / always project")]
    res: Annotated[
        str,
        Meta(
            description="小区的 projectId（scope_id），控制台“密钥”页列出；不是 AppKey 所属项目的 ProjectId / "
            "the community's own projectId (scope_id), as the console's Keys page lists it; "
            "not the ProjectId of the key's project"
        ),
    ]


class ProjectToken(msgspec.Struct, rename="camel"):
    """The vendor's pages disagree on the name of the validity: both are sent."""

    cloud_token: Annotated[str, Meta(description="小区授权 token / token of the community")]
    expire_in: Annotated[int, Meta(description="有效期，毫秒 / validity in milliseconds")]
    expires_in: Annotated[int, Meta(description="同 expireIn / the same as expireIn")]


@method(
    "/solution/community/paas/token/get",
    "1.0.0",
    service=ALWAYS_GRANTED,
    token="none",
    raises=(NotFound, CommunityNotReady),
    title="获取小区授权token",
    title_en="Get the cloudToken of a community",
    contract=Contract(source="spec B 3.3 A001"),
)
async def get_token(
    data: TokenGet, scope: Scope, tx: Tx, targets: TokenTargets, tokens: Tokens
) -> CommunityToken:
    """Call once per community until it expires: a second call issues a new token and kills the earlier one."""
    target = await targets.community(scope, tx, community_id=data.community_id)
    if target is None:
        raise NotFound(what="community", id=data.community_id)
    issued = await tokens.issue(scope, tx, target)
    return CommunityToken(issued.token, issued.expires_in_ms)


@method(
    "/solution/community/paas/token/refresh",
    "1.0.0",
    service=ALWAYS_GRANTED,
    token="none",
    raises=(TokenRefused,),
    title="刷新小区授权token",
    title_en="Refresh the cloudToken of a community",
    contract=Contract(source="spec B 3.3 A002"),
)
async def refresh_token(
    data: TokenRefresh, call: Call, scope: Scope, tx: Tx, tokens: Tokens
) -> CommunityToken:
    """The token sent stays good for five more minutes."""
    issued = await tokens.refresh(scope, tx, data.cloud_token or call.cloud_token)
    return CommunityToken(issued.token, issued.expires_in_ms)


@method(
    "/cloud/token",
    "1.0.0",
    service=ALWAYS_GRANTED,
    token="none",
    raises=(ResUnknown, CommunityNotReady),
    title="获取云端资源Token",
    title_en="Get a cloudToken by project id",
    contract=Contract(legacy=True, source="public clients"),
)
@method(
    "/cloud/token",
    "1.0.1",
    service=ALWAYS_GRANTED,
    token="none",
    raises=(ResUnknown, CommunityNotReady),
    title="获取云端资源Token",
    title_en="Get a cloudToken by project id",
    contract=Contract(source="public clients"),
)
async def get_project_token(
    data: ProjectTokenGet, scope: Scope, tx: Tx, targets: TokenTargets, tokens: Tokens
) -> ProjectToken:
    """The same token as by community id, asked for by the community's own project id."""
    if data.grant_type != _GRANT_TYPE:
        raise BadInput(field="grantType", rule="one_of", allowed=_GRANT_TYPE)
    if not data.res.strip():
        raise BadInput(field="res", rule="blank")
    target = await targets.project(scope, tx, project_id=data.res)
    if target is None:
        raise ResUnknown(id=data.res)
    issued = await tokens.issue(scope, tx, target)
    return ProjectToken(issued.token, issued.expires_in_ms, issued.expires_in_ms)


@method(
    "/cloud/token/refresh",
    "1.0.0",
    service=ALWAYS_GRANTED,
    token="none",
    raises=(TokenRefused,),
    title="刷新云端资源Token",
    title_en="Refresh a cloudToken got by project id",
    contract=Contract(legacy=True, source="public clients"),
)
@method(
    "/cloud/token/refresh",
    "1.0.1",
    service=ALWAYS_GRANTED,
    token="none",
    raises=(TokenRefused,),
    title="刷新云端资源Token",
    title_en="Refresh a cloudToken got by project id",
    contract=Contract(source="public clients"),
)
async def refresh_project_token(
    data: TokenRefresh, call: Call, scope: Scope, tx: Tx, tokens: Tokens
) -> ProjectToken:
    """The token sent stays good for five more minutes."""
    issued = await tokens.refresh(scope, tx, data.cloud_token or call.cloud_token)
    return ProjectToken(issued.token, issued.expires_in_ms, issued.expires_in_ms)
