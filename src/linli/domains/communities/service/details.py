"""What a company says about its community by itself, without a review."""

import re

from sqlalchemy import bindparam, update

from linli.domains.communities.models import communities
from linli.domains.communities.queries import communities as queries
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

_PHONE = re.compile(r"\+?[0-9][0-9 -]{2,22}")
_set_phone = Command(
    update(communities)
    .where(communities.c.community_id == bindparam("row", type_=INT), in_scope(communities))
    .values(phone=bindparam("to"), changed_ms=bindparam("now", type_=INT))
)


async def set_phone(scope: Scope, tx: Tx, *, community_id: int, phone: str, now_ms: int) -> None:
    """The property's phone; empty takes it away. Raises NotFound, BadInput."""
    phone = " ".join(phone.split())
    if phone and not _PHONE.fullmatch(phone):
        raise BadInput(field="phone", rule="format", example="0571-88886666")
    await queries.community(scope, tx, community_id)
    await _set_phone.run(tx, scope, row=community_id, to=phone, now=now_ms)
