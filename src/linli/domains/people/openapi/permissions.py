"""Open API: a user's permissions for an app: USE, MANAGE. Spec B §3.21, A125, A126.

The app is the caller's own, or one of the platform's functions by its code (notices, doors, …). The same rows are what
permission management shows in the console.
"""

from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.openapi.employees import community_of
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.service import permissions
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method

type UserId = Annotated[str, Meta(description="用户 id / user id")]


class AuthList(msgspec.Struct, rename="camel"):
    identity_id: UserId
    app_key: Annotated[str, Meta(description="应用的 appKey / appKey of the app")]


class CommunityAuth(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    action_codes: Annotated[list[str], Meta(description="权限点 MANAGE, USE / permission points")]


def _codes(levels: set[str]) -> list[str]:
    return sorted(level.upper() for level in levels)


@method(
    "/solution/community/paas/app/community/auth/list",
    "1.0.0",
    service="user",
    raises=(NotFound,),
    title="获取用户在每个小区的应用权限列表",
    title_en="A user's permission points of an app in every community",
    contract=Contract(source="spec B 3.21 A125"),
)
async def list_community_auth(data: AuthList, call: Call, scope: Scope, db: Database) -> list[CommunityAuth]:
    """In every community of the calling app, not only the cloudToken's. Communities without any are left out."""
    communities = await tenancy.communities_of(db, tenant_id=call.tenant_id, project_id=call.project_id)
    wide = replace(scope, communities=communities)
    function = await permissions.function_of_app(wide, db, project_id=call.project_id, app=data.app_key)
    person = await person_queries.person(wide, db, data.identity_id)
    levels = await permissions.levels(wide, db, person_id=person.id, function=function)
    return [CommunityAuth(community_id, _codes(levels[community_id])) for community_id in sorted(levels)]


class PermQuery(msgspec.Struct, rename="camel"):
    identity_id: UserId
    app_id: Annotated[str, Meta(description="应用的 appId / appId of the app")]


class ActionCode(msgspec.Struct, rename="camel"):
    action_code: Annotated[str, Meta(description="MANAGE 或 USE / MANAGE or USE")]


class AppPermission(msgspec.Struct, rename="camel"):
    action_codes: Annotated[list[ActionCode], Meta(description="权限点 / permission points")]


@method(
    "/solution/community/paas/app/perm/query",
    "1.0.0",
    service="user",
    raises=(NotFound,),
    title="获取用户的应用权限列表",
    title_en="A user's permission points of an app",
    contract=Contract(source="spec B 3.21 A126"),
)
async def query_app_permissions(
    data: PermQuery, call: Call, scope: Scope, db: Database
) -> list[AppPermission]:
    """In the community of the cloudToken; empty when there are none."""
    function = await permissions.function_of_app(scope, db, project_id=call.project_id, app=data.app_id)
    person = await person_queries.person(scope, db, data.identity_id)
    levels_by_community = await permissions.levels(scope, db, person_id=person.id, function=function)
    levels = levels_by_community.get(community_of(call))
    return [AppPermission([ActionCode(code) for code in _codes(levels)])] if levels else []
