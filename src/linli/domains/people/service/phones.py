"""The phone of a log-in: changed by its owner, who shows by a code that the new one is theirs."""

from sqlalchemy import bindparam, select, update

from linli.domains.people.models import accounts as account_table
from linli.domains.people.service import accounts, ownership
from linli.domains.people.service.accounts import Account, LoginTaken
from linli.kernel.db import INT, Command, Query, Tx

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
