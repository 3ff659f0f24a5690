"""Path, version and result of each method of `auth`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.auth.models import CommunityToken, ProjectToken
from linli_sdk.methods import Method

GET_PROJECT_TOKEN_V1_0_0: Method[ProjectToken] = Method(
    "/cloud/token", "1.0.0", token="none", result=ProjectToken
)
GET_PROJECT_TOKEN: Method[ProjectToken] = Method("/cloud/token", "1.0.1", token="none", result=ProjectToken)
REFRESH_PROJECT_TOKEN_V1_0_0: Method[ProjectToken] = Method(
    "/cloud/token/refresh", "1.0.0", token="none", result=ProjectToken
)
REFRESH_PROJECT_TOKEN: Method[ProjectToken] = Method(
    "/cloud/token/refresh", "1.0.1", token="none", result=ProjectToken
)
GET_TOKEN: Method[CommunityToken] = Method(
    "/solution/community/paas/token/get", "1.0.0", token="none", result=CommunityToken
)
REFRESH_TOKEN: Method[CommunityToken] = Method(
    "/solution/community/paas/token/refresh", "1.0.0", token="none", result=CommunityToken
)
