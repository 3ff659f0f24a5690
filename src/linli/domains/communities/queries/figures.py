"""Numbers of a community's spaces."""

from sqlalchemy import bindparam, func, select

from linli.domains.communities.models import house_assets, houses
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

LAYOUTS_SHOWN = 12
"""The most frequent layouts; a community has a handful."""

_h, _a = houses.c, house_assets.c
_community = bindparam("community_id", type_=INT)
_total = Query(
    select(func.count()).select_from(houses).where(in_scope(houses), _h.community_id == _community)
)
_any = Query(select(_h.space_id).where(in_scope(houses), _h.community_id == _community).limit(1))
_assets = Query(
    select(_a.type, func.count())
    .where(in_scope(house_assets), _a.community_id == _community)
    .group_by(_a.type),
    heavy=True,
)
_types = Query(
    select(_h.house_type, func.count())
    .where(in_scope(houses), _h.community_id == _community)
    .group_by(_h.house_type),
    heavy=True,
)
_statuses = Query(
    select(_h.house_status, func.count())
    .where(in_scope(houses), _h.community_id == _community)
    .group_by(_h.house_status),
    heavy=True,
)
_layouts = Query(
    select(_h.layout, func.count())
    .where(in_scope(houses), _h.community_id == _community)
    .group_by(_h.layout)
    .order_by(func.count().desc(), _h.layout)
    .limit(LAYOUTS_SHOWN),
    heavy=True,
)


async def any_house(scope: Scope, db: Reader, community_id: int) -> bool:
    return await _any.scalar(db, scope, community_id=community_id) is not None


async def count_houses(scope: Scope, db: Reader, community_id: int) -> int:
    return int(await _total.scalar(db, scope, community_id=community_id))


async def count_assets(scope: Scope, db: Reader, community_id: int) -> dict[int, int]:
    """ASSET_TYPE -> how many."""
    return {int(type): int(n) for type, n in await _assets.all(db, scope, community_id=community_id)}


async def count_by_type(scope: Scope, db: Reader, community_id: int) -> dict[str, int]:
    """House type 1 to 7 as text -> houses; empty where it is not known."""
    return _coded(await _types.all(db, scope, community_id=community_id))


async def count_by_status(scope: Scope, db: Reader, community_id: int) -> dict[str, int]:
    """House status 1 to 3 as text -> houses; empty where it is not known."""
    return _coded(await _statuses.all(db, scope, community_id=community_id))


async def count_by_layout(scope: Scope, db: Reader, community_id: int) -> dict[str, int]:
    """Layout, such as 3/2/1 -> houses, the most frequent first."""
    return {str(layout): int(n) for layout, n in await _layouts.all(db, scope, community_id=community_id)}


def _coded(rows: list[tuple[int | None, int]]) -> dict[str, int]:
    return {"" if code is None else str(code): int(count) for code, count in rows}
