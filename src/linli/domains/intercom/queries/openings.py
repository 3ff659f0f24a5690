"""Who asks to open a door from a call."""

from typing import NamedTuple

from sqlalchemy import bindparam, select

from linli.domains.intercom.models import accounts, owners
from linli.kernel.db import Query, Reader


class Asker(NamedTuple):
    """An account, and whose it is."""

    kind: int
    tenant_id: str
    identity_id: str | None
    """None: an application made it."""
    community_id: int | None


_asker = Query(
    select(accounts.c.kind, accounts.c.tenant_id, owners.c.identity_id, owners.c.community_id)
    .outerjoin(owners, owners.c.number == accounts.c.number)
    .where(accounts.c.number == bindparam("number")),
    Asker,
    unscoped="the number of a phone that is in a call that it proved itself for",
)


async def asker(db: Reader, number: str) -> Asker | None:
    """None: the account is no more."""
    return await _asker.one(db, number=number)
