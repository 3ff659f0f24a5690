"""Which communities an integration project sees: joins what the open API and the communities each know."""

import msgspec
from litestar import Controller, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.domains.communities.queries import communities
from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class GrantedCommunities(msgspec.Struct, rename="camel"):
    community_ids: list[int]


class ProjectCommunityRoutes(Controller):
    path = "/projects/{project_id:str}/communities"
    tags = ("integrations",)

    @put("/", right="integrations.manage", status_code=204)
    async def set_communities(
        self,
        project_id: FromPath[str],
        data: JSONBody[GrantedCommunities],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Say which communities the project sees: all of the list, and no other."""
        wanted = frozenset(data.community_ids)
        async with db.begin() as tx:
            project = await tenancy.get_project(within, tx, project_id=project_id)
            known = await communities.by_id(within, tx, sorted(wanted))
            if missing := wanted - known.keys():
                raise NotFound(what="community", id=min(missing))
            held = await tenancy.communities_of(tx, tenant_id=project.tenant_id, project_id=project_id)
            for community in sorted(wanted - held):
                await tenancy.grant_community(within, tx, project_id=project_id, community_id=community)
            for community in sorted(held - wanted):
                await tenancy.ungrant_community(within, tx, project_id=project_id, community_id=community)
