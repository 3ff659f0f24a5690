"""Two tenants with communities and projects, as the tests of the data bus need them."""

from dataclasses import dataclass

import pytest

from linli.databus import scopes
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets


@dataclass(frozen=True)
class Project:
    """One integrator project with its key, and the communities it was granted."""

    tenant_id: str
    project_id: str
    app_key: str
    app_secret: str
    communities: tuple[int, ...]
    scope: Scope

    @property
    def owner(self) -> Scope:
        """The tenant's own scope: everything of it."""
        return Scope.system(self.tenant_id)


SCOPE_IDS = {101: "a124aaaaaaaaaaaa", 102: "a124bbbbbbbbbbbb", 201: "a124cccccccccccc"}


@pytest.fixture
async def db(database: Database, clock: ManualClock) -> Database:
    """The database on the manual clock."""
    database.clock = clock
    return database


@pytest.fixture
def secrets() -> Secrets:
    return Secrets.random()


async def make_project(
    db: Database,
    ids: Ids,
    secrets: Secrets,
    name: str,
    communities: tuple[int, ...],
    granted: tuple[int, ...],
) -> Project:
    async with db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name=name, ids=ids)
        owner = Scope.system(tenant_id)
        project_id = await tenancy.create_project(owner, tx, name=name, ids=ids)
        app_key, app_secret = await tenancy.create_app_key(
            owner, tx, project_id=project_id, ids=ids, secrets=secrets
        )
        for community in communities:
            await scopes.register_community(
                tx, tenant_id=tenant_id, community_id=community, scope_id=SCOPE_IDS[community]
            )
        for community in granted:
            await tenancy.grant_community(owner, tx, project_id=project_id, community_id=community)
    key = await tenancy.find_app_key(db, app_key)
    assert key is not None
    scope = await tenancy.app_scope(db, key)
    return Project(tenant_id, project_id, app_key, app_secret, granted, scope)


@pytest.fixture
async def ours(db: Database, ids: Ids, secrets: Secrets) -> Project:
    """A tenant with communities 101 and 102, of which its project was granted 101 only."""
    return await make_project(db, ids, secrets, "ours", (101, 102), (101,))


@pytest.fixture
async def theirs(db: Database, ids: Ids, secrets: Secrets) -> Project:
    """Another tenant, with community 201."""
    return await make_project(db, ids, secrets, "theirs", (201,), (201,))
