"""Path, version and result of each method of `projects`. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from linli_sdk.api.projects.models import (
    DefaultApp,
    ProjectDetailRows,
    ProjectWhole,
    SolutionInfoRows,
)
from linli_sdk.methods import Method

GET_DEFAULT_APP: Method[DefaultApp] = Method(
    "/open/project/defaultapp/get", "1.0.0", token="none", result=DefaultApp, reads=True
)
CREATE_PROJECT: Method[str] = Method("/open/project/univisal/create", "1.0.0", token="none", result=str)
GET_PROJECT: Method[ProjectWhole] = Method(
    "/open/project/univisal/get", "1.0.0", token="none", result=ProjectWhole, reads=True
)
QUERY_PROJECTS: Method[ProjectDetailRows] = Method(
    "/open/project/univisal/query", "1.0.0", token="none", result=ProjectDetailRows, reads=True
)
QUERY_SOLUTIONS: Method[SolutionInfoRows] = Method(
    "/open/solution/basicinfo/query", "1.0.0", token="none", result=SolutionInfoRows, reads=True
)
