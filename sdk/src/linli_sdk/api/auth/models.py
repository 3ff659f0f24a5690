"""What the methods of `auth` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class ProjectTokenGet(Model, kw_only=True):
    grant_type: str = field(name="grantType")
    """固定为 project / always project"""
    res: str
    """小区的 projectId（scope_id），控制台“密钥”页列出；不是 AppKey 所属项目的 ProjectId / the community's own projectId (scope_id), as the console's Keys page lists it; not the ProjectId of the key's project"""


class ProjectToken(Model, kw_only=True):
    """The vendor's pages disagree on the name of the validity: both are sent."""

    cloud_token: str = field(name="cloudToken")
    """小区授权 token / token of the community"""
    expire_in: int = field(name="expireIn")
    """有效期，毫秒 / validity in milliseconds"""
    expires_in: int = field(name="expiresIn")
    """同 expireIn / the same as expireIn"""


class TokenRefresh(Model, kw_only=True):
    """Some clients send the token in `request` alone: then `params` may be without."""

    cloud_token: str | None = field(default=None, name="cloudToken")
    """当前 cloudToken / the present cloudToken"""


class TokenGet(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""


class CommunityToken(Model, kw_only=True):
    cloud_token: str = field(name="cloudToken")
    """小区授权 token / token of the community"""
    expires_in: int = field(name="expiresIn")
    """有效期，毫秒 / validity in milliseconds"""
