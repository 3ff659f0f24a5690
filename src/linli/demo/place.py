"""Where the sample stands in a database: found by name, so that later runs need no notes of their own."""

from typing import NamedTuple

from linli.app.platform import Platform
from linli.demo import sample
from linli.domains.communities.queries import communities
from linli.domains.communities.rows import APPROVED, Community
from linli.domains.people.service import accounts
from linli.kernel import tenancy
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope


class Place(NamedTuple):
    """The sample's community and those who act in it."""

    community: Community
    tenant: Scope
    """The property company: everything of the tenant."""
    app: Scope
    """The residents' app: a project of its own with one key."""

    async def staff(self, platform: Platform, login: str) -> Scope:
        """The scope of a staff log-in. Falls back on the tenant when the log-in was removed."""
        account = await accounts.find_account(platform.db, login)
        if account is None:
            return self.tenant
        caller = Caller("staff", str(account.id))
        return Scope(self.tenant.tenant, caller, frozenset((self.community.community_id,)))


async def find(platform: Platform) -> Place | None:
    """None before the tenant and its approved community are there."""
    owner = await find_tenant(platform)
    if owner is None:
        return None
    page = await communities.page(
        owner, platform.db, PageRequest(1, 100), apply_status=APPROVED, text=sample.COMMUNITY
    )
    community = next((row for row in page.data if row.poid == sample.POID), None)
    app = await find_app(platform, owner)
    if community is None or app is None:
        return None
    return Place(community, owner, app)


async def find_tenant(platform: Platform) -> Scope | None:
    tenant = await tenancy.find_tenant(platform.db, sample.TENANT)
    return Scope(tenant.id, Caller("operator", "linli demo")) if tenant else None


async def find_app(platform: Platform, owner: Scope) -> Scope | None:
    """The scope of the sample's own key."""
    project = next(
        (row for row in await tenancy.list_projects(owner, platform.db) if row.name == sample.PROJECT), None
    )
    keys = await tenancy.list_app_keys(owner, platform.db)
    key = next((row for row in keys if project is not None and row.project_id == project.project_id), None)
    return await tenancy.app_scope(platform.db, key) if key else None
