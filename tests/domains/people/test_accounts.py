import subprocess
import sys

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from linli.domains.people.rights import Right, Role
from linli.domains.people.schemas import Profile
from linli.domains.people.service import accounts, passwords, residents
from linli.domains.people.service import persons as person_service
from linli.kernel.errors import BadInput, Forbidden, NotFound
from tests.domains.people.builders import make_world

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def password_hash():
    return accounts._hasher.hash(PASSWORD)


def test_the_platform_hashes_as_rfc_9106_says():
    """Tests hash in a moment (tests.plugins.passwords), so this asks a process that they have not touched.

    What a password for an unknown log-in is compared with takes as long as a real hash, and never agrees.
    """
    shown = (
        "from linli.domains.people.service import accounts as a\n"
        "print(a._NOBODY, a._hasher.hash('x'), a.verify(a._NOBODY, 'x'), sep='\\n')"
    )
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True)
    nobody, somebody, agrees = done.stdout.split()
    assert extract_parameters(nobody) == extract_parameters(somebody) == RFC_9106_LOW_MEMORY
    assert len(nobody) == len(somebody)
    assert agrees == "False"


async def create(db, ids, clock, password_hash, login="wang.wei", **more):
    async with db.begin() as tx:
        return await accounts.create_account(
            tx, login=login, password_hash=password_hash, name="王伟", ids=ids, now_ms=clock.now_ms(), **more
        )


async def test_login_by_name_and_by_phone(database, ids, clock, password_hash):
    account_id = await create(database, ids, clock, password_hash, phone="+86 138-0013-8000")
    for login in ("Wang.Wei", " wang.wei ", "13800138000", "+8613800138000"):
        account = await accounts.authenticate(database, login=login, password=PASSWORD)
        assert account.id == account_id
    for login, password in (("wang.wei", "wrong"), ("nobody", PASSWORD), ("", "")):
        with pytest.raises(accounts.BadCredentials):
            await accounts.authenticate(database, login=login, password=password)


async def test_logins_and_phones_are_unique(database, ids, clock, password_hash):
    await create(database, ids, clock, password_hash, login="13800138000")
    for login, phone in (("13800138000", ""), ("other", "13800138000")):
        with pytest.raises(accounts.LoginTaken):
            await create(database, ids, clock, password_hash, login=login, phone=phone)
    for login in ("", "a", "有", "x y", "-dash"):
        with pytest.raises(BadInput) as refused:
            await create(database, ids, clock, password_hash, login=login)
        assert refused.value.field == "login"


async def test_a_password_is_changed_by_who_knows_the_old_one(database, ids, clock, password_hash):
    account_id = await create(database, ids, clock, password_hash)
    with pytest.raises(accounts.BadCredentials) as refused:
        await passwords.check_old(database, account_id=account_id, old="wrong")
    assert refused.value.field == "old"
    await passwords.check_old(database, account_id=account_id, old=PASSWORD)
    for weak in ("short", "wang.wei-2026"):
        with pytest.raises(BadInput):
            accounts.check_password(weak, login="wang.wei")
    hashed = await accounts.hash_password("another long one")
    async with database.begin() as tx:
        before = await accounts.get_account(tx, account_id)
        after = await passwords.set_password(tx, account_id=account_id, password_hash=hashed, now_ms=2)
    assert after.generation > before.generation
    assert await accounts.authenticate(database, login="wang.wei", password="another long one")


async def test_roles_make_scopes(database, ids, clock, password_hash):
    world = await make_world(database, clock, ids)
    tenant = world.tenant.tenant
    account_id = await create(database, ids, clock, password_hash)
    with pytest.raises(Forbidden):
        (await accounts.rights(database, account_id)).scope(tenant)
    async with database.begin() as tx:
        for community in (1, 1):
            await accounts.grant_role(
                tx, account_id=account_id, role=Role.STAFF, tenant_id=tenant, community_id=community, now_ms=1
            )
    rights = await accounts.rights(database, account_id)
    scope = rights.scope(tenant)
    assert scope.communities == frozenset({1})
    assert scope.caller.kind == "staff"
    assert rights.may(Right.DOORS_OPEN, tenant_id=tenant, community_id=1)
    with pytest.raises(Forbidden):
        rights.require(Right.HOUSES_MANAGE, tenant_id=tenant, community_id=1)
    with pytest.raises(NotFound):
        rights.require(Right.HOUSES_SEE, tenant_id=tenant, community_id=2)
    async with database.begin() as tx:
        await accounts.grant_role(
            tx, account_id=account_id, role=Role.TENANT_ADMIN, tenant_id=tenant, now_ms=2
        )
        await accounts.grant_role(tx, account_id=account_id, role=Role.OPERATOR, now_ms=3)
    rights = await accounts.rights(database, account_id)
    assert rights.scope(tenant).communities is None
    assert rights.is_operator
    assert rights.tenants == [tenant]
    assert rights.may(Right.HOUSES_MANAGE, tenant_id=tenant, community_id=2)
    assert not rights.may(Right.HOUSES_MANAGE, tenant_id="another")
    assert rights.may(Right.COMMUNITIES_REVIEW, tenant_id="another")


async def test_the_operator_alone_sees_no_tenant(database, ids, clock, password_hash):
    world = await make_world(database, clock, ids)
    account_id = await create(database, ids, clock, password_hash)
    async with database.begin() as tx:
        await accounts.grant_role(tx, account_id=account_id, role=Role.OPERATOR, now_ms=1)
    with pytest.raises(Forbidden):
        (await accounts.rights(database, account_id)).scope(world.tenant.tenant)


async def test_roles_that_do_not_fit_their_place(database, ids, clock, password_hash):
    world = await make_world(database, clock, ids)
    account_id = await create(database, ids, clock, password_hash)
    bad = [
        ({"role": Role.STAFF, "tenant_id": world.tenant.tenant}, BadInput),
        ({"role": Role.RESIDENT, "tenant_id": world.tenant.tenant, "community_id": 1}, BadInput),
        ({"role": Role.TENANT_ADMIN, "tenant_id": "nowhere"}, NotFound),
    ]
    for arguments, error in bad:
        with pytest.raises(error):
            async with database.begin() as tx:
                await accounts.grant_role(tx, account_id=account_id, now_ms=1, **arguments)


async def test_a_resident_role_follows_the_house(database, ids, clock, password_hash):
    world = await make_world(database, clock, ids)
    account_id = await create(database, ids, clock, password_hash)
    async with database.begin() as tx:
        identity = await residents.move_in(
            world.tenant, tx, world.houses, house_id=101, profile=Profile(name="王伟", phone="13800138000"),
            type=1, ids=ids, now_ms=clock.now_ms(),
        )  # fmt: skip
        person, _ = await person_service.find_or_create(
            world.tenant,
            tx,
            profile=Profile(name="王伟", phone="13800138000"),
            ids=ids,
            now_ms=clock.now_ms(),
        )
        await accounts.link_person(
            tx, account_id=account_id, tenant_id=world.tenant.tenant, person_id=person.id
        )
    scope = (await accounts.rights(database, account_id)).scope(world.tenant.tenant)
    assert scope.communities == frozenset({1})
    assert scope.caller.kind == "resident"
    async with database.begin() as tx:
        await residents.move_out(world.tenant, tx, house_id=101, identity_id=identity, now_ms=clock.now_ms())
    assert (await accounts.rights(database, account_id)).grants == ()
