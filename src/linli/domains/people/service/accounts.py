"""Log-ins: made, checked, changed. Passwords are argon2id; the hash never leaves this module."""

import asyncio
import re
from contextlib import suppress
from typing import Final, NamedTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, delete, or_, select, update

from linli.domains.people.models import (
    account_persons,
    account_roles,
    accounts,
    company_role_holders,
    house_members,
    staff,
    staff_rights,
)
from linli.domains.people.person_rules import MOVED_IN, clean_phone, is_phone
from linli.domains.people.queries import own_rights
from linli.domains.people.queries.open_accounts import let_in
from linli.domains.people.rights import COMMUNITY_ROLES, TENANT_ROLES, Rights, Role, RoleGrant
from linli.domains.people.service.ownership import NO_PASSWORD, enters
from linli.kernel import tenancy
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx
from linli.kernel.disk import DiskFull
from linli.kernel.errors import BadInput, Conflict, NotFound, Unauthorized
from linli.kernel.ids import Ids

PASSWORD_MIN: Final = 10
PASSWORD_MAX: Final = 128
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,63}")
_hasher = PasswordHasher()
_NOBODY = (
    f"$argon2id$v=19$m={_hasher.memory_cost},t={_hasher.time_cost},p={_hasher.parallelism}"
    "$c2FsdCBvZiBub2JvZHkncw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""A fake hash to compare passwords for unknown log-ins with. It costs the same time as a real one. Hashing something
each time that a process starts would cost it 0.2 s."""


class BadCredentials(Unauthorized):
    """Unknown log-in and wrong password look alike."""

    code = "account.bad_credentials"


class LoginTaken(Conflict):
    code = "account.login_taken"


class Account(NamedTuple):
    id: int
    login: str
    phone: str | None
    name: str
    must_change: int
    """The password was set by somebody else."""
    proven_ms: int
    """Since when all that opens the log-in is its owner's own; 0 while others may have made some of it."""
    generation: int
    """Sessions of an earlier one are over."""
    created_ms: int


class _WithHash(NamedTuple):
    id: int
    login: str
    phone: str | None
    name: str
    must_change: int
    proven_ms: int
    generation: int
    created_ms: int
    password_hash: str


_columns = (
    accounts.c.id,
    accounts.c.login,
    accounts.c.phone,
    accounts.c.name,
    accounts.c.must_change,
    accounts.c.proven_ms,
    accounts.c.generation,
    accounts.c.created_ms,
)
_by_login = Query(
    select(*_columns, accounts.c.password_hash).where(
        or_(accounts.c.login == bindparam("login"), accounts.c.phone == bindparam("phone"))
    ),
    _WithHash,
)
_by_id = Query(select(*_columns).where(accounts.c.id == bindparam("id", type_=INT)), Account)
_any = Query(select(accounts.c.id).limit(1))
_CLOSED = select(tenancy.closed_communities.c.community_id).scalar_subquery()
_roles = Query(
    select(account_roles.c.role, account_roles.c.tenant_id, account_roles.c.community_id)
    .where(
        account_roles.c.account_id == bindparam("id", type_=INT), account_roles.c.community_id.not_in(_CLOSED)
    )
    .order_by(account_roles.c.created_ms, account_roles.c.tenant_id, account_roles.c.community_id),
    unscoped="the rights of an account are what scopes are made of",
)
_has_role = Query(
    select(account_roles.c.role).where(
        account_roles.c.account_id == bindparam("id", type_=INT),
        account_roles.c.role == bindparam("role"),
        account_roles.c.tenant_id == bindparam("tenant"),
        account_roles.c.community_id == bindparam("community", type_=INT),
    ),
    unscoped="the tenant is a condition of its own",
)
_homes = Query(
    select(account_persons.c.tenant_id, house_members.c.community_id)
    .join(house_members, house_members.c.person_id == account_persons.c.person_id)
    .where(
        account_persons.c.account_id == bindparam("id", type_=INT),
        house_members.c.tenant_id == account_persons.c.tenant_id,
        house_members.c.status == MOVED_IN,
        house_members.c.community_id.not_in(_CLOSED),
        let_in(account_persons.c.person_id, house_members.c.community_id),
    )
    .distinct(),
    unscoped="the rights of an account are what scopes are made of",
)
_rehash = Command(
    update(accounts)
    .where(accounts.c.id == bindparam("row", type_=INT), accounts.c.password_hash == bindparam("old"))
    .values(password_hash=bindparam("hash"))
)
_holds = [
    select(table.c.account_id).where(table.c.account_id == bindparam("row", type_=INT)).exists()
    for table in (account_roles, account_persons, company_role_holders, staff, staff_rights)
]
_drop_unused = Command(
    delete(accounts).where(accounts.c.id == bindparam("row", type_=INT), *(~hold for hold in _holds)),
    unscoped="a log-in is of the installation",
)


def clean_login(login: str) -> str:
    """A log-in name in lower case; a phone number as `clean_phone` leaves it."""
    login = login.strip().lower()
    phone = clean_phone(login)
    return phone if is_phone(phone) else login


def check_password(password: str, *, login: str = "") -> None:
    """Raises BadInput for one that is too short, too long, or the log-in itself."""
    if len(password) < PASSWORD_MIN:
        raise BadInput(field="password", rule="too_short", limit=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise BadInput(field="password", rule="too_long", limit=PASSWORD_MAX)
    if login and login in password.lower():
        raise BadInput(field="password", rule="password_has_login")


async def hash_password(password: str) -> str:
    """The argon2id hash, made beside the event loop (about 50 ms of work)."""
    return await asyncio.to_thread(_hasher.hash, password)


async def create_account(
    tx: Tx,
    *,
    login: str,
    password_hash: str,
    name: str,
    ids: Ids,
    now_ms: int,
    phone: str = "",
    proven: bool = False,
) -> int:
    """A new log-in; its id. `password_hash` comes from `hash_password`, awaited before the transaction.

    A login that is a phone number is the phone too. `proven`: its creator is its owner and has proved it by a code to
    the phone, or by the set-up code. Raises BadInput, LoginTaken.
    """
    login = clean_login(login)
    phone = clean_phone(phone) or (login if is_phone(login) else "")
    if not is_phone(login) and not _LOGIN.fullmatch(login):
        raise BadInput(field="login", rule="format", example="wang.wei / 13800138000")
    if phone and not is_phone(phone):
        raise BadInput(field="phone", rule="format", example="13800138000")
    name = " ".join(name.split())
    if not name:
        raise BadInput(field="name", rule="required")
    if len(name) > 64:
        raise BadInput(field="name", rule="too_long", limit=64)
    if await _by_login.one(tx, login=login, phone=phone or login):
        raise LoginTaken(field="login", login=login)
    account_id = ids.number()
    row = {
        "id": account_id,
        "login": login,
        "phone": phone or None,
        "name": name,
        "password_hash": password_hash,
        "must_change": 0,
        "proven_ms": now_ms if proven else 0,
        "generation": 0,
        "password_changed_ms": now_ms,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    await tx.insert(accounts, row)
    return account_id


async def authenticate(db: Database, *, login: str, password: str) -> Account:
    """The account behind a log-in name or phone and its password.

    Takes the same time for an unknown log-in. Raises BadCredentials. Throttling is the caller's.
    """
    name = clean_login(login)
    with_hash = await _by_login.one(db, login=name, phone=name)
    good = await asyncio.to_thread(verify, with_hash.password_hash if with_hash else _NOBODY, password)
    if with_hash is None or not good:
        raise BadCredentials()
    if _hasher.check_needs_rehash(with_hash.password_hash):
        better = await hash_password(password)
        with suppress(DiskFull):  # another time
            await db.run(
                lambda tx: _rehash.run(tx, row=with_hash.id, old=with_hash.password_hash, hash=better)
            )
    return Account(*with_hash[:-1])


def verify(hash_text: str, password: str) -> bool:
    """Whether a password is the one of a hash. It takes as long where there is none: nobody learns who has one."""
    try:
        target_hash = _NOBODY if hash_text == NO_PASSWORD else hash_text
        return _hasher.verify(target_hash, password[: PASSWORD_MAX + 1])
    except (VerificationError, InvalidHashError):
        return False


async def get_account(db: Reader, account_id: int) -> Account:
    """Raises NotFound."""
    if (account := await _by_id.one(db, id=account_id)) is None:
        raise NotFound(what="account", id=account_id)
    return account


async def find_account(db: Reader, login: str) -> Account | None:
    """The account with this log-in name or phone."""
    name = clean_login(login)
    with_hash = await _by_login.one(db, login=name, phone=name)
    return Account(*with_hash[:-1]) if with_hash else None


async def any_account(db: Reader) -> bool:
    """Whether the installation has a log-in at all: the first-run wizard asks."""
    return await _any.one(db) is not None


async def grant_role(
    tx: Tx, *, account_id: int, role: Role, now_ms: int, tenant_id: str = "", community_id: int = 0
) -> None:
    """Give an account a role; twice changes nothing. The caller has checked that the community is the tenant's.

    Raises NotFound for an unknown account or tenant, BadInput for a role that does not go with the place.
    """
    await get_account(tx, account_id)
    if role is Role.OPERATOR:
        tenant_id, community_id = "", 0
    elif role in TENANT_ROLES:
        community_id = 0
    elif role not in COMMUNITY_ROLES:
        raise BadInput(field="role", rule="one_of", allowed=", ".join(sorted(TENANT_ROLES | COMMUNITY_ROLES)))
    elif not community_id:
        raise BadInput(field="communityId", rule="required")
    if role is not Role.OPERATOR:
        await tenancy.get_tenant(tx, tenant_id)
    if await _has_role.one(tx, id=account_id, role=role.value, tenant=tenant_id, community=community_id):
        return
    row = {
        "account_id": account_id,
        "role": role.value,
        "tenant_id": tenant_id,
        "community_id": community_id,
        "created_ms": now_ms,
    }
    keys = ("account_id", "role", "tenant_id", "community_id")
    await tx.upsert(account_roles, [row], keys=keys)
    await enters(tx, account_id=account_id)


async def rights(db: Reader, account_id: int) -> Rights:
    """An account's rights: built-in roles, its houses, and rights from companies. Raises NotFound.

    A company that disabled the person has given nothing.
    """
    account = await get_account(db, account_id)
    closed = await own_rights.closed_tenants(db, account_id)
    grants = [
        RoleGrant(Role(role), tenant, community)
        for role, tenant, community in await _roles.all(db, id=account_id)
        if tenant not in closed
    ]
    homes = [
        RoleGrant(Role.RESIDENT, tenant, community)
        for tenant, community in await _homes.all(db, id=account_id)
    ]
    own = [
        own_right
        for own_right in await own_rights.own_rights(db, account_id)
        if own_right.tenant_id not in closed
    ]
    return Rights(account_id, account.name, (*grants, *homes), tuple(own), bool(account.must_change))


async def link_person(tx: Tx, *, account_id: int, tenant_id: str, person_id: int) -> None:
    """Say which person of a tenant a log-in is."""
    row = {"account_id": account_id, "tenant_id": tenant_id, "person_id": person_id}
    await tx.upsert(account_persons, [row], keys=("account_id", "tenant_id"), update=("person_id",))
    await enters(tx, account_id=account_id)


async def drop_if_unused(tx: Tx, *, account_id: int) -> None:
    """Delete a log-in that is nobody any more: no person, no role, no company. Its sessions end with it."""
    await _drop_unused.run(tx, row=account_id)
