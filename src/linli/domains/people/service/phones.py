"""Phones of log-ins: their owners change them and prove the new phone by a code; the persons' register follows."""

from typing import NamedTuple

from sqlalchemy import bindparam, delete, or_, select, update

from linli.domains.people.models import account_persons, persons
from linli.domains.people.models import accounts as account_table
from linli.domains.people.service import accounts, ownership
from linli.domains.people.service.accounts import Account, LoginTaken
from linli.kernel.db import INT, Command, Query, Tx, any_of, in_scope
from linli.kernel.scope import Scope

_a = account_table.c
_holder = Query(
    select(_a.id).where((_a.phone == bindparam("phone")) | (_a.login == bindparam("phone"))).limit(1)
)
_change = Command(
    update(account_table)
    .where(_a.id == bindparam("row", type_=INT))
    .values(
        phone=bindparam("new_phone"),
        login=bindparam("new_login"),
        proven_ms=bindparam("now", type_=INT),
        generation=_a.generation + 1,
        changed_ms=bindparam("now", type_=INT),
    )
)


class _Left(NamedTuple):
    account_id: int
    person_id: int
    phone: str | None


_left = Query(
    select(account_persons.c.account_id, persons.c.id, persons.c.phone)
    .join(account_persons, account_persons.c.person_id == persons.c.id)
    .join(account_table, _a.id == account_persons.c.account_id)
    .where(
        in_scope(persons),
        any_of(persons.c.id, "person_ids"),
        account_persons.c.tenant_id == persons.c.tenant_id,
        _a.phone.is_not(None),
        or_(persons.c.phone.is_(None), persons.c.phone != _a.phone),
    ),
    _Left,
)
_by_phone = Query(select(_a.id).where(_a.phone == bindparam("phone")))
_cut = Command(
    delete(account_persons).where(
        account_persons.c.account_id == bindparam("of_account", type_=INT),
        account_persons.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped="the person was found in the caller's scope",
)


async def follow(scope: Scope, tx: Tx, *, person_ids: list[int]) -> None:
    """The register gave persons other phones: the log-ins of the old ones are theirs no more.

    The persons' rights move to the log-ins of the new phones, if these exist. An old number may be somebody else's by
    now.
    """
    for left in await _left.all(tx, scope, person_ids=person_ids):
        await _cut.run(tx, of_account=left.account_id, of_tenant=scope.tenant)
        if left.phone and (new := await _by_phone.scalar(tx, phone=left.phone)) is not None:
            await accounts.link_person(
                tx, account_id=int(new), tenant_id=scope.tenant, person_id=left.person_id
            )


async def change(tx: Tx, *, account_id: int, phone: str, now_ms: int) -> Account:
    """Another phone, which the caller proved to be the owner's; sessions end, but for one that the caller keeps.

    A log-in that is named by its phone is named by the new one. Raises LoginTaken when the new phone has a log-in.
    """
    account = await accounts.get_account(tx, account_id)
    if await _holder.scalar(tx, phone=phone) not in (None, account_id):
        raise LoginTaken(field="phone", login=phone)
    login = phone if account.login == account.phone else account.login
    await _change.run(tx, row=account_id, new_phone=phone, new_login=login, now=now_ms)
    await ownership.end_under_way(tx, account_id=account_id)
    return await accounts.get_account(tx, account_id)
