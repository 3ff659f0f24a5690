"""Tenants, projects, keys and grants: what a partner's Scope is made of, and what another tenant sees of it: nothing."""

import random

import pytest

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import SealBroken, Secrets


class Owner:
    """A tenant with one project and one key."""

    def __init__(self, tenant_id: str, project_id: str, key: str, secret: str) -> None:
        self.scope = Scope.system(tenant_id)
        self.tenant_id, self.project_id, self.key, self.secret = tenant_id, project_id, key, secret


@pytest.fixture
def secrets() -> Secrets:
    return Secrets.random()


async def make(database: Database, ids: Ids, secrets: Secrets, name: str) -> Owner:
    async with database.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name=name, ids=ids)
        scope = Scope.system(tenant_id)
        project_id = await tenancy.create_project(scope, tx, name="doors", ids=ids)
        key, secret = await tenancy.create_app_key(scope, tx, project_id=project_id, ids=ids, secrets=secrets)
    return Owner(tenant_id, project_id, key, secret)


@pytest.fixture
async def mine(database: Database, ids: Ids, secrets: Secrets) -> Owner:
    return await make(database, ids, secrets, "mine")


@pytest.fixture
async def theirs(database: Database, ids: Ids, secrets: Secrets) -> Owner:
    return await make(database, ids, secrets, "theirs")


async def test_names_are_given_and_taken(database: Database, ids: Ids, mine: Owner, theirs: Owner) -> None:
    async with database.begin() as tx:
        for name in ("", "  "):
            with pytest.raises(BadInput):
                await tenancy.create_tenant(tx, name=name, ids=ids)
            with pytest.raises(BadInput):
                await tenancy.create_project(mine.scope, tx, name=name, ids=ids)
        with pytest.raises(tenancy.TenantNameTaken):
            await tenancy.create_tenant(tx, name=" mine ", ids=ids)
        with pytest.raises(tenancy.ProjectNameTaken):  # "doors" of the other tenant is another project
            await tenancy.create_project(mine.scope, tx, name="doors", ids=ids)
        with pytest.raises(NotFound):
            await tenancy.create_project(Scope.system(), tx, name="x", ids=ids)
    assert [t.name for t in await tenancy.list_tenants(database)] == ["mine", "theirs"]
    found = await tenancy.find_tenant(database, "mine")
    assert found is not None
    assert found.id == mine.tenant_id
    with pytest.raises(NotFound):
        await tenancy.get_tenant(database, "none")


async def test_a_strangers_rows_are_absent(
    database: Database, ids: Ids, secrets: Secrets, mine: Owner, theirs: Owner
) -> None:
    with pytest.raises(NotFound):
        await tenancy.get_project(mine.scope, database, project_id=theirs.project_id)
    assert [p.project_id for p in await tenancy.list_projects(mine.scope, database)] == [mine.project_id]
    assert [k.app_key for k in await tenancy.list_app_keys(mine.scope, database)] == [mine.key]
    async with database.begin() as tx:
        for attempt in (
            tenancy.create_app_key(mine.scope, tx, project_id=theirs.project_id, ids=ids, secrets=secrets),
            tenancy.rotate_app_key(mine.scope, tx, app_key=theirs.key, ids=ids, secrets=secrets),
            tenancy.enable_app_key(mine.scope, tx, app_key=theirs.key, enabled=False),
            tenancy.grant_community(mine.scope, tx, project_id=theirs.project_id, community_id=1),
        ):
            with pytest.raises(NotFound):
                await attempt
        await tenancy.grant_community(theirs.scope, tx, project_id=theirs.project_id, community_id=7)
        await tenancy.ungrant_community(mine.scope, tx, project_id=theirs.project_id, community_id=7)
    key = await tenancy.find_app_key(database, theirs.key)
    assert key is not None
    assert key.enabled
    assert secrets.open(key.secret, about=f"app_key:{theirs.key}") == theirs.secret
    assert (await tenancy.app_scope(database, key)).communities == {7}


async def test_keys_are_sealed_rotated_and_switched_off(
    database: Database, ids: Ids, secrets: Secrets, mine: Owner
) -> None:
    before = database.tenancy_epoch
    async with database.begin() as tx:
        secret = await tenancy.rotate_app_key(mine.scope, tx, app_key=mine.key, ids=ids, secrets=secrets)
        await tenancy.enable_app_key(mine.scope, tx, app_key=mine.key, enabled=False)
        assert database.tenancy_epoch == before  # caches look again only after the commit
    assert database.tenancy_epoch > before
    key = await tenancy.find_app_key(database, mine.key)
    assert key is not None
    assert secret not in key.secret
    assert secret != mine.secret
    assert not key.enabled
    assert secrets.open(key.secret, about=f"app_key:{mine.key}") == secret
    with pytest.raises(SealBroken):
        secrets.open(key.secret, about="app_key:00000000")


async def test_grants_make_the_scope(database: Database, mine: Owner) -> None:
    key = await tenancy.find_app_key(database, mine.key)
    assert key is not None
    assert (await tenancy.app_scope(database, key)).communities == frozenset()
    async with database.begin() as tx:
        for community_id in (1, 2, 2):
            await tenancy.grant_community(
                mine.scope, tx, project_id=mine.project_id, community_id=community_id
            )
    scope = await tenancy.app_scope(database, key, language="en")
    assert (scope.tenant, scope.caller.id, scope.project_id, scope.communities, scope.language) == (
        mine.tenant_id, mine.key, mine.project_id, {1, 2}, "en",
    )  # fmt: skip
    async with database.begin() as tx:
        await tenancy.ungrant_community(mine.scope, tx, project_id=mine.project_id, community_id=2)
    assert (await tenancy.app_scope(database, key)).communities == {1}


async def test_a_key_that_exists_is_not_made_again(
    database: Database, secrets: Secrets, mine: Owner, theirs: Owner
) -> None:
    """Eight digits run out slowly, but the dice may fall alike."""
    twins = [Ids(random.Random(3)) for _ in range(2)]
    made = []
    for owner, ids in zip((mine, theirs), twins, strict=True):
        async with database.begin() as tx:
            made.append(
                await tenancy.create_app_key(
                    owner.scope, tx, project_id=owner.project_id, ids=ids, secrets=secrets
                )
            )
    assert made[0][0] != made[1][0]
