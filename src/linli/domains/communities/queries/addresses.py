"""Houses by the words of their address."""

from typing import Any

from sqlalchemy import bindparam, or_, select

from linli.domains.communities import addresses
from linli.domains.communities.address_search import AddressWish
from linli.domains.communities.models import houses
from linli.domains.communities.queries.spaces import houses_by_id
from linli.domains.communities.rows import House
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

_LOOKED_AT = 100_000
_h = houses.c


def _locations(*more: Any) -> Query[Any]:
    part = or_(_h.location.like(bindparam("part")), _h.location.like(bindparam("wide_part")))
    return Query(
        select(_h.space_id, _h.location)
        .where(in_scope(houses), *more, part)
        .order_by(_h.community_id, _h.location_key, _h.space_id)
        .limit(_LOOKED_AT),
        heavy=True,
    )


_in_community = _locations(_h.community_id == bindparam("community_id", type_=INT))
_anywhere = _locations()


async def house_ids(scope: Scope, db: Reader, text: str, *, community_id: int | None = None) -> list[int]:
    """Houses of the scope, or of one community, by an address as people type it: "0301", "3-1-502", "3幢1单元502室".

    In the order people count. An address that names no level is looked for on every level.
    """
    wish = AddressWish(text)
    if not wish:
        return []
    for part in dict.fromkeys((wish.parts, ("", ""))) if wish.may_run_together else (wish.parts,):
        if fitting := wish.choose(await _read(scope, db, part, community_id)):
            return fitting
    return []


async def _read(
    scope: Scope, db: Reader, parts: tuple[str, str], community_id: int | None
) -> list[tuple[int, str]]:
    binds: dict[str, Any] = {"part": f"%{parts[0]}%", "wide_part": f"%{parts[1]}%"}
    if community_id is None:
        rows = await _anywhere.all(db, scope, **binds)
    else:
        rows = await _in_community.all(db, scope, community_id=community_id, **binds)
    return [tuple(row) for row in rows]


async def find_houses(scope: Scope, db: Reader, community_id: int, written: str) -> list[House]:
    """Houses of a community whose location ends with the written text: "3-1-502", "3幢1单元502室". Several: say more."""
    wanted = addresses.parts(written[:64])
    if not wanted:
        return []
    fitting = await house_ids(scope, db, written, community_id=community_id)
    houses_of_ids = await houses_by_id(scope, db, fitting)
    same = [(addresses.parts(houses_of_ids[key].location), houses_of_ids[key]) for key in fitting]
    whole = [house for parts, house in same if parts == wanted]
    return whole or [house for parts, house in same if parts[-len(wanted) :] == wanted]
