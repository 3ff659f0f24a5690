"""The port by which the gateway asks for which communities a cloudToken may be issued."""

from linli.domains.communities.queries import communities as queries
from linli.domains.communities.rows import APPROVED, Community
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.openapi.tokens import TokenTarget


class CommunityTargets:
    """Implements `openapi.tokens.TokenTargets` over the communities that a scope may see."""

    async def community(self, scope: Scope, db: Reader, *, community_id: int) -> TokenTarget | None:
        try:
            return _target(scope, await queries.community(scope, db, community_id))
        except NotFound:
            return None

    async def project(self, scope: Scope, db: Reader, *, project_id: str) -> TokenTarget | None:
        community = await queries.of_scope_id(scope, db, project_id)
        return None if community is None else _target(scope, community)


def _target(scope: Scope, community: Community) -> TokenTarget | None:
    """A project sees its own applications, approved or not; once approved, a community must be granted to it too."""
    approved = community.apply_status == APPROVED
    if approved and not scope.allows(community.community_id):
        return None
    return TokenTarget(community.community_id, approved)
