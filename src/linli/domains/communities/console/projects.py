"""The communities that an integration project sees, joined from the open API's rows and the communities'."""

import msgspec

from linli.domains.communities.queries import communities
from linli.kernel import tenancy
from linli.kernel.db import Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class GrantedCommunities(msgspec.Struct, rename="camel"):
    community_ids: list[int]


project_community_routes = Routes("/projects/{project_id:str}/communities", tags=("integrations",))


@project_community_routes.put(right="integrations.manage", raises=(NotFound,))
async def set_communities(project_id: str, data: GrantedCommunities, scope: Scope, tx: Tx) -> None:
    """Say which communities the project sees: all of the list, and no other."""
    wanted = frozenset(data.community_ids)
    project = await tenancy.get_project(scope, tx, project_id=project_id)
    rows_by_id = await communities.by_id(scope, tx, sorted(wanted))
    if missing := wanted - rows_by_id.keys():
        raise NotFound(what="community", id=min(missing))
    current = await tenancy.communities_of(tx, tenant_id=project.tenant_id, project_id=project_id)
    for community in sorted(wanted - current):
        await tenancy.grant_community(scope, tx, project_id=project_id, community_id=community)
    for community in sorted(current - wanted):
        await tenancy.ungrant_community(scope, tx, project_id=project_id, community_id=community)
