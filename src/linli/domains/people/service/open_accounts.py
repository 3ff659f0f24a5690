"""Accounts that integrators register (spec E 3.1). Each is the account of a person; the answer has the person's
identityId.

They open no page of Linli's own: those are entered by one-time code or a password that the person set. A frozen
account shuts them all the same, wherever its project serves.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from linli.domains.people.events import AccountFrozen, AccountUnregistered
from linli.domains.people.models import community_persons, open_accounts, persons
from linli.domains.people.person_rules import clean_person_name, clean_phone, is_phone, name_problem
from linli.domains.people.queries import open_accounts as queries
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.open_accounts import OpenAccount
from linli.domains.people.schemas import Profile
from linli.domains.people.service.persons import person_row
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput, Conflict, LinliError, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

LONGEST = {
    "loginName": 64,
    "nickName": 64,
    "email": 128,
    "password": 128,
    "avatarUrl": 1024,
    "creater": 64,
    "mobileLocationCode": 8,
}


class RegisterFailed(Conflict):
    """The log-in name or the phone already has an account in the project."""

    code = "account.register_failed"
    api_code = 2402


class PhoneMalformed(LinliError):
    code = "account.phone_malformed"
    api_code = 2404


class AccountUnknown(NotFound):
    """The project registered no account of this identityId (unregister, freeze: spec E T18)."""

    code = "account.unknown"
    api_code = 460

    def __init__(self, identity_id: str) -> None:
        super().__init__(what="account", id=identity_id)


class IdentityBlank(LinliError):
    """`identityId is blank!`, as spec E G3 has it."""

    code = "account.identity_blank"
    api_code = 460


@dataclass(frozen=True, slots=True)
class Registration:
    """An integrator's data of a person. Texts are as given."""

    login_name: str
    nick_name: str
    phone: str = ""
    email: str = ""
    avatar_url: str = ""
    location_code: str = ""
    creater: str = ""
    password: str = ""
    """Checked and forgotten: no page of Linli is opened by it."""


_freeze = Command(
    update(open_accounts)
    .where(
        open_accounts.c.identity_id == bindparam("of_identity"),
        open_accounts.c.tenant_id == bindparam("scope_tenant"),
        open_accounts.c.project_id == bindparam("scope_project"),
    )
    .values(
        frozen=bindparam("to_frozen", type_=INT),
        modifier=bindparam("by"),
        changed_ms=bindparam("now", type_=INT),
    )
)
_delete = Command(
    delete(open_accounts).where(
        open_accounts.c.identity_id == bindparam("of_identity"),
        open_accounts.c.tenant_id == bindparam("scope_tenant"),
        open_accounts.c.project_id == bindparam("scope_project"),
    )
)
# Only the account made this person, so nothing is kept of them; of a person whom somebody knows nothing is touched.
_drop_person = Command(
    delete(persons).where(
        persons.c.identity_id == bindparam("of_identity"),
        persons.c.tenant_id == bindparam("scope_tenant"),
        ~select(community_persons.c.person_id).where(community_persons.c.person_id == persons.c.id).exists(),
        ~select(open_accounts.c.identity_id)
        .where(open_accounts.c.identity_id == persons.c.identity_id)
        .exists(),
    )
)


async def register(scope: Scope, tx: Tx, *, wish: Registration, ids: Ids, now_ms: int) -> str:
    """Register an account; the identityId of its person: the tenant's person of that phone, or a new one.

    Raises RegisterFailed, PhoneMalformed, BadInput.
    """
    _check(wish)
    phone = clean_phone(wish.phone) or None
    if phone is not None and not is_phone(phone):
        raise PhoneMalformed(field="phone")
    login_name = wish.login_name.strip()
    if await queries.taken(scope, tx, login_name=login_name, phone=phone):
        raise RegisterFailed()
    nick_name = clean_person_name(wish.nick_name)
    identity_id = await _person_of(scope, tx, nick_name, phone, ids, now_ms)
    if await queries.find(scope, tx, identity_id=identity_id) is not None:
        raise RegisterFailed()
    row = OpenAccount(
        tenant_id=scope.tenant,
        project_id=scope.project_id or "",
        identity_id=identity_id,
        login_id=str(ids.number()),
        login_name=login_name,
        nick_name=nick_name,
        phone=phone,
        email=wish.email.strip(),
        avatar_url=wish.avatar_url.strip(),
        location_code=wish.location_code.strip(),
        creater=wish.creater.strip(),
        modifier=wish.creater.strip(),
        create_app_key=scope.caller.id,
        frozen=0,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(open_accounts, row._asdict())
    return identity_id


async def set_frozen(scope: Scope, tx: Tx, *, identity_id: str, frozen: bool, now_ms: int) -> None:
    """Freeze an account or unfreeze it; twice changes nothing. Raises AccountUnknown, IdentityBlank."""
    open_account = await _account(scope, tx, identity_id)
    if bool(open_account.frozen) == frozen:
        return
    await _freeze.run(
        tx, scope, of_identity=open_account.identity_id, to_frozen=int(frozen), by=scope.caller.id, now=now_ms
    )
    await emit(
        tx,
        AccountFrozen(open_account.tenant_id, open_account.project_id, open_account.identity_id, frozen),
        key=open_account.identity_id,
    )


async def unregister(scope: Scope, tx: Tx, *, identity_id: str) -> None:
    """Delete an account, and its person when nobody else knows them. Raises AccountUnknown, IdentityBlank."""
    open_account = await _account(scope, tx, identity_id)
    who: dict[str, Any] = {"of_identity": open_account.identity_id}
    await _delete.run(tx, scope, **who)
    await _drop_person.run(tx, scope, **who)
    await emit(
        tx,
        AccountUnregistered(open_account.tenant_id, open_account.project_id, open_account.identity_id),
        key=open_account.identity_id,
    )


async def _account(scope: Scope, tx: Tx, identity_id: str) -> OpenAccount:
    if not identity_id.strip():
        raise IdentityBlank(field="identityId")
    if (open_account := await queries.find(scope, tx, identity_id=identity_id.strip())) is None:
        raise AccountUnknown(identity_id)
    return open_account


async def _person_of(scope: Scope, tx: Tx, name: str, phone: str | None, ids: Ids, now_ms: int) -> str:
    if phone is not None and (person := await people.person_of_phone(scope, tx, phone)) is not None:
        return person.identity_id
    row = person_row(
        Profile(name=name, phone=phone),
        person_id=ids.number(),
        identity_id=ids.identity_id(),
        tenant_id=scope.tenant,
        now_ms=now_ms,
    )
    await tx.insert(persons, row)
    return str(row["identity_id"])


def _check(wish: Registration) -> None:
    given = {
        "loginName": wish.login_name,
        "nickName": wish.nick_name,
        "email": wish.email,
        "password": wish.password,
        "avatarUrl": wish.avatar_url,
        "creater": wish.creater,
        "mobileLocationCode": wish.location_code,
    }
    for field in ("loginName", "nickName"):
        if not given[field].strip():
            raise BadInput(field=field, rule="blank")
    for field, text in given.items():
        if len(text) > LONGEST[field]:
            raise BadInput(field=field, rule="too_long", limit=LONGEST[field])
    if problem := name_problem(clean_person_name(wish.nick_name)):
        raise BadInput(field="nickName", rule=problem, limit=LONGEST["nickName"])
