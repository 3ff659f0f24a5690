"""The space tree: level by level, by kind, along a path, and under a node."""

from typing import Annotated, Any, Final, NamedTuple

from msgspec import Meta
from sqlalchemy import bindparam, func, or_, select

from linli.domains.communities import space_rules as rules
from linli.domains.communities.models import house_assets, houses, spaces
from linli.domains.communities.rows import Asset, House, Space
from linli.kernel.db import INT, Query, Reader, any_of, in_scope, paging
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_s, _h = spaces.c, houses.c


class HouseRow(NamedTuple):
    """A row of `houses`."""

    space_id: int
    layout: str
    area_m2: float | None
    house_type: int | None
    house_status: int | None
    location: str
    location_key: str


_by_id = Query(select(spaces).where(in_scope(spaces), _s.space_id == bindparam("space_id", type_=INT)), Space)
_locked = Query(
    select(spaces)
    .where(in_scope(spaces), _s.space_id == bindparam("space_id", type_=INT))
    .with_for_update(),  # PostgreSQL: siblings are made one after the other; SQLite has one writer anyway
    Space,
)
_many = Query(select(spaces).where(in_scope(spaces), any_of(_s.space_id, "space_ids")), Space)
_names = Query(select(_s.space_id, _s.name).where(in_scope(spaces), any_of(_s.space_id, "space_ids")))
_roots = Query(
    select(_s.community_id, _s.space_id).where(
        in_scope(spaces), any_of(_s.community_id, "community_ids"), _s.parent_id.is_(None)
    )
)
_sibling = Query(
    select(_s.space_id).where(
        in_scope(spaces), _s.parent_id == bindparam("parent_id", type_=INT), _s.name == bindparam("name")
    )
)
_under = Query(
    select(spaces)
    .where(in_scope(spaces), _s.path >= bindparam("low"), _s.path < bindparam("high"))
    .order_by(_s.path),
    Space,
    heavy=True,
)
_by_kind = Query(
    select(func.count()).where(
        in_scope(spaces),
        _s.community_id == bindparam("community_id", type_=INT),
        _s.kind == bindparam("kind"),
    )
)
_assets = Query(
    select(house_assets.c.asset_id, house_assets.c.house_id, house_assets.c.type, house_assets.c.name)
    .where(in_scope(house_assets), house_assets.c.house_id == bindparam("house_id", type_=INT))
    .order_by(house_assets.c.type, house_assets.c.name),
    Asset,
)

_assets_of = Query(
    select(house_assets.c.asset_id, house_assets.c.house_id, house_assets.c.type, house_assets.c.name)
    .where(in_scope(house_assets), any_of(house_assets.c.house_id, "house_ids"))
    .order_by(house_assets.c.house_id, house_assets.c.type, house_assets.c.name),
    Asset,
)
_assets_count = Query(
    select(func.count()).where(in_scope(house_assets), any_of(house_assets.c.house_id, "house_ids"))
)
_rows_of_houses = Query(
    select(_h.space_id, _h.layout, _h.area_m2, _h.house_type, _h.house_status, _h.location, _h.location_key)
    .where(in_scope(houses), any_of(_h.space_id, "house_ids"))
    .order_by(_h.space_id),
    HouseRow,
)

_child = spaces.alias("child")
_below = spaces.alias("below")
_past_the_subtree = func.substr(_s.path, 1, func.length(_s.path) - 1).concat(rules.subtree_range("/")[1])
_tree = Query(
    select(
        _s.space_id,
        _s.parent_id,
        _s.kind,
        _s.name,
        _s.direction,
        select(func.count()).where(_child.c.parent_id == _s.space_id).correlate(spaces).scalar_subquery(),
        select(func.count())
        .where(_below.c.kind == rules.HOUSE, _below.c.path >= _s.path, _below.c.path < _past_the_subtree)
        .correlate(spaces)
        .scalar_subquery(),
    )
    .where(in_scope(spaces), _s.parent_id == bindparam("parent_id", type_=INT))
    .order_by(_s.order_key, _s.space_id),
    heavy=True,
)


class TreeNode(NamedTuple):
    space_id: int
    parent_id: int
    kind: str
    name: str
    direction: int | None
    children: int
    """Direct children."""
    houses: int
    """Houses in the whole subtree; a house counts itself."""


async def space(scope: Scope, db: Reader, space_id: int, *, lock: bool = False) -> Space:
    """Raises NotFound. `lock` keeps the row from changing until the unit of work ends."""
    query = _locked if lock else _by_id
    if (space_row := await query.one(db, scope, space_id=space_id)) is None:
        raise NotFound(what="space", id=space_id)
    return space_row


async def spaces_by_id(scope: Scope, db: Reader, space_ids: list[int]) -> dict[int, Space]:
    """The given spaces that exist in the scope."""
    return {row.space_id: row for row in await _many.all(db, scope, space_ids=space_ids)}


async def names(scope: Scope, db: Reader, space_ids: list[int]) -> dict[int, str]:
    """Space id → name, for those that exist in the scope."""
    return dict(await _names.all(db, scope, space_ids=space_ids))


async def way(scope: Scope, db: Reader, space_id: int) -> list[tuple[int, str]]:
    """(id, name) of the spaces from the root down to one, itself last. Raises NotFound."""
    along = rules.path_ids((await space(scope, db, space_id)).path)
    names_by_id = await names(scope, db, along)
    return [(ancestor_id, names_by_id[ancestor_id]) for ancestor_id in along]


async def below_root(scope: Scope, db: Reader, space_id: int) -> frozenset[int]:
    """Ids of the spaces on the way to one, itself among them and the root not; none where it is gone."""
    row = (await spaces_by_id(scope, db, [space_id])).get(space_id)
    return frozenset(rules.path_ids(row.path)[1:]) if row else frozenset()


async def root_ids(scope: Scope, db: Reader, community_ids: list[int]) -> dict[int, int]:
    """Community id → id of its root space; communities that are not approved are absent."""
    return dict(await _roots.all(db, scope, community_ids=community_ids))


async def require_root(scope: Scope, db: Reader, community_id: int) -> int:
    """Id of the root space of an approved community. Raises NotFound."""
    root = (await root_ids(scope, db, [community_id])).get(community_id)
    if root is None:
        raise NotFound(what="community", id=community_id)
    return root


async def sibling(scope: Scope, db: Reader, parent_id: int, name: str) -> int | None:
    """Id of the child of `parent_id` with this name."""
    scalar: int | None = await _sibling.scalar(db, scope, parent_id=parent_id, name=name)
    return scalar


async def subtree(scope: Scope, db: Reader, space: Space) -> list[Space]:
    """A space and everything under it, parents before children."""
    low, high = rules.subtree_range(space.path)
    return await _under.all(db, scope, low=low, high=high)


async def count_kind(scope: Scope, db: Reader, community_id: int, kind: str) -> int:
    """Spaces of one kind in a community."""
    return int(await _by_kind.scalar(db, scope, community_id=community_id, kind=kind))


async def tree_level(scope: Scope, db: Reader, parent_id: int) -> list[TreeNode]:
    """The children of a space with what is under each, in the order people count."""
    return [TreeNode(*row) for row in await _tree.all(db, scope, parent_id=parent_id)]


async def assets(scope: Scope, db: Reader, house_id: int) -> list[Asset]:
    return await _assets.all(db, scope, house_id=house_id)


async def asset_rows(scope: Scope, db: Reader, house_ids: list[int]) -> list[Asset]:
    """Assets of these houses."""
    return await _assets_of.all(db, scope, house_ids=house_ids)


async def count_assets(scope: Scope, db: Reader, house_ids: list[int]) -> int:
    return int(await _assets_count.scalar(db, scope, house_ids=house_ids))


async def house_rows(scope: Scope, db: Reader, house_ids: list[int]) -> list[HouseRow]:
    """The facts of these houses."""
    return await _rows_of_houses.all(db, scope, house_ids=house_ids)


_KINDS = any_of(_s.kind, "kinds")
_children = select(spaces).where(in_scope(spaces), _s.parent_id == bindparam("parent_id", type_=INT))
_flat = select(spaces).where(
    in_scope(spaces), _s.community_id == bindparam("community_id", type_=INT), _s.kind == bindparam("kind")
)


def _paged(base: Any) -> tuple[Query[Space], Query[Any]]:
    rows = base.order_by(_s.order_key, _s.space_id)
    rows = rows.limit(bindparam("limit", type_=INT)).offset(bindparam("offset", type_=INT))
    return Query(rows, Space), Query(base.with_only_columns(func.count()))


_children_page = _paged(_children)
_children_of_kinds_page = _paged(_children.where(_KINDS))
_flat_page = _paged(_flat)


async def children(
    scope: Scope, db: Reader, parent_id: int, page: PageRequest, *, kinds: list[str] | None = None
) -> Page[Space]:
    """Direct children in the order people count. Spec B §3.5, A012."""
    rows, count = _children_of_kinds_page if kinds else _children_page
    binds: dict[str, Any] = {"parent_id": parent_id} | ({"kinds": kinds} if kinds else {})
    total = int(await count.scalar(db, scope, **binds))
    return Page.of(page, total, await rows.all(db, scope, **binds, **page.binds))


async def of_kind(scope: Scope, db: Reader, community_id: int, kind: str, page: PageRequest) -> Page[Space]:
    """All spaces of one kind in a community, whatever their depth. Spec B §3.5, A013."""
    rows, count = _flat_page
    total = int(await count.scalar(db, scope, community_id=community_id, kind=kind))
    return Page.of(page, total, await rows.all(db, scope, community_id=community_id, kind=kind, **page.binds))


_HOUSE_COLUMNS = (
    _s.space_id, _s.community_id, _s.parent_id, _s.name, _h.location, _h.layout, _h.area_m2, _h.house_type,
    _h.house_status, _s.created_ms, _s.changed_ms,
)  # fmt: skip
_house_rows = select(*_HOUSE_COLUMNS).join(spaces, _s.space_id == _h.space_id).where(in_scope(houses))
_house = Query(_house_rows.where(_h.space_id == bindparam("space_id", type_=INT)), House)
_houses_by_id = Query(_house_rows.where(any_of(_h.space_id, "space_ids")), House)
_FILTERS: dict[str, Any] = {
    "low": _s.path >= bindparam("low"),
    "high": _s.path < bindparam("high"),
    "only": any_of(_h.space_id, "only"),
    "house_type": _h.house_type == bindparam("house_type", type_=INT),
    "house_status": or_(
        _h.house_status == bindparam("house_status", type_=INT),
        (bindparam("house_status", type_=INT) == 0) & _h.house_status.is_(None),
    ),
}
_ORDERS: dict[str, Any] = {
    "location": (_h.location_key, _h.space_id),
    "-location": (_h.location_key.desc(), _h.space_id.desc()),
    "area": (_h.area_m2, _h.space_id),
    "-area": (_h.area_m2.desc(), _h.space_id),
    "-changed": (_s.changed_ms.desc(), _s.space_id.desc()),
}
HOUSE_ORDERS = tuple(_ORDERS)
_OF_SPACES = frozenset({"low", "high"})
_A_HOUSE = (_s.community_id == bindparam("community_id", type_=INT), _s.kind == rules.HOUSE)
_house_pages: dict[tuple[frozenset[str], str], tuple[paging.Pair[House], Query[Any]]] = {}


def _house_page(filters: frozenset[str], order: str) -> tuple[paging.Pair[House], Query[Any]]:
    """(rows, count) for one set of filters; each set is compiled once, so that the engine can use its indexes."""
    key = (filters, order)
    if key not in _house_pages:
        wanted = [
            in_scope(houses),
            _h.community_id == bindparam("community_id", type_=INT),
            *(_FILTERS[name] for name in sorted(filters)),
        ]
        count = select(func.count()).select_from(houses).where(*wanted)
        keys = select(_h.space_id).where(*wanted)
        if filters & _OF_SPACES:
            count = count.join(spaces, _s.space_id == _h.space_id)
        if order == "-changed" and filters <= _OF_SPACES:  # an index of spaces holds all that is asked
            own = (_FILTERS[name] for name in sorted(filters))
            keys = select(_s.space_id).where(in_scope(spaces), *_A_HOUSE, *own)
        elif filters & _OF_SPACES or order == "-changed":
            keys = keys.join(spaces, _s.space_id == _h.space_id).where(*_A_HOUSE)

        def rows(order_by: list[Any]) -> Query[House]:
            chosen = paging.limited(keys.order_by(*order_by)).subquery("chosen")
            listed = _house_rows.join(chosen, _h.space_id == chosen.c.space_id).order_by(*order_by)
            return Query(listed, House, heavy=True)

        _house_pages[key] = paging.both_ways(rows, _ORDERS[order]), Query(count, heavy=True)
    return _house_pages[key]


class PlaceFilter(Filter, frozen=True):
    """Houses by their place."""

    parent_id: Annotated[int | None, Meta(description="Only below.")] = None
    q: Annotated[
        str,
        Meta(
            description='A house as people say it: "0301", "3-1-502", "3幢1单元502室"; or a part of a plate or a card\'s '
            "whole number of who lives there."
        ),
    ] = ""


class HouseFilter(PlaceFilter, frozen=True):
    """Houses by their place and their facts."""

    house_type: int | None = None
    house_status: Annotated[int | None, Meta(description="0: not said.")] = None


ALL_HOUSES: Final = HouseFilter()


async def house_page(
    scope: Scope,
    db: Reader,
    community_id: int,
    page: PageRequest,
    *,
    where: HouseFilter = ALL_HOUSES,
    under: Space | None = None,
    only: list[int] | None = None,
    order: str = "location",
) -> Page[House]:
    """Houses of a community, or of one subtree: the caller looked up the filter's parent, which is `under`, and the
    houses of its address, which are `only`."""
    binds: dict[str, Any] = {"house_type": where.house_type, "house_status": where.house_status}
    binds["only"] = only
    if under is not None and under.depth:
        binds["low"], binds["high"] = rules.subtree_range(under.path)
    binds = {key: value for key, value in binds.items() if value is not None}
    rows, count = _house_page(frozenset(binds), order)
    binds["community_id"] = community_id
    return await paging.page_of(rows, count, db, scope, page, binds)


async def house(scope: Scope, db: Reader, space_id: int) -> House:
    """Raises NotFound, also for a space that is no house."""
    if (house_row := await _house.one(db, scope, space_id=space_id)) is None:
        raise NotFound(what="house", id=space_id)
    return house_row


async def houses_by_id(scope: Scope, db: Reader, space_ids: list[int]) -> dict[int, House]:
    return {row.space_id: row for row in await _houses_by_id.all(db, scope, space_ids=space_ids)}
