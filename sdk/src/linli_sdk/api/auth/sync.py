"""The methods of `auth`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.auth import contracts
from linli_sdk.api.auth.models import CommunityToken, ProjectToken, ProjectTokenGet, TokenGet, TokenRefresh
from linli_sdk.service import Service


class Auth(Service):
    """The 6 methods of service `auth`, as a key is granted it."""

    def get_project_token_v1_0_0(self, *, grant_type: str, res: str) -> ProjectToken:
        """Get a cloudToken by project id / 获取云端资源Token

        `/cloud/token` 1.0.0, legacy.

        The same token as by community id, asked for by the community's own project id.

        Args:
            grant_type: 固定为 project / always project
            res: 小区的 projectId（scope_id），控制台“密钥”页列出；不是 AppKey 所属项目的 ProjectId / the community's own projectId (scope_id), as the console's Keys page lists it; not the ProjectId of the key's project

        Codes of its own: 403.
        """
        return self._call(contracts.GET_PROJECT_TOKEN_V1_0_0, ProjectTokenGet(grant_type=grant_type, res=res))

    def get_project_token(self, *, grant_type: str, res: str) -> ProjectToken:
        """Get a cloudToken by project id / 获取云端资源Token

        `/cloud/token` 1.0.1.

        The same token as by community id, asked for by the community's own project id.

        Args:
            grant_type: 固定为 project / always project
            res: 小区的 projectId（scope_id），控制台“密钥”页列出；不是 AppKey 所属项目的 ProjectId / the community's own projectId (scope_id), as the console's Keys page lists it; not the ProjectId of the key's project

        Codes of its own: 403.
        """
        return self._call(contracts.GET_PROJECT_TOKEN, ProjectTokenGet(grant_type=grant_type, res=res))

    def refresh_project_token_v1_0_0(self, *, cloud_token: str | None = None) -> ProjectToken:
        """Refresh a cloudToken got by project id / 刷新云端资源Token

        `/cloud/token/refresh` 1.0.0, legacy.

        The token sent stays good for five more minutes.

        Args:
            cloud_token: 当前 cloudToken / the present cloudToken
        """
        return self._call(contracts.REFRESH_PROJECT_TOKEN_V1_0_0, TokenRefresh(cloud_token=cloud_token))

    def refresh_project_token(self, *, cloud_token: str | None = None) -> ProjectToken:
        """Refresh a cloudToken got by project id / 刷新云端资源Token

        `/cloud/token/refresh` 1.0.1.

        The token sent stays good for five more minutes.

        Args:
            cloud_token: 当前 cloudToken / the present cloudToken
        """
        return self._call(contracts.REFRESH_PROJECT_TOKEN, TokenRefresh(cloud_token=cloud_token))

    def get_token(self, *, community_id: int) -> CommunityToken:
        """Get the cloudToken of a community / 获取小区授权token

        `/solution/community/paas/token/get` 1.0.0.

        Call once per community until it expires: a second call issues a new token and kills the earlier one.

        Args:
            community_id: 小区 id / community id
        """
        return self._call(contracts.GET_TOKEN, TokenGet(community_id=community_id))

    def refresh_token(self, *, cloud_token: str | None = None) -> CommunityToken:
        """Refresh the cloudToken of a community / 刷新小区授权token

        `/solution/community/paas/token/refresh` 1.0.0.

        The token sent stays good for five more minutes.

        Args:
            cloud_token: 当前 cloudToken / the present cloudToken
        """
        return self._call(contracts.REFRESH_TOKEN, TokenRefresh(cloud_token=cloud_token))
