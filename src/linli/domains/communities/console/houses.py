"""Console: the list of houses, one house, its description."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.console.spaces import parent_of
from linli.domains.communities.queries import finding
from linli.domains.communities.queries import spaces as queries
from linli.domains.communities.rows import House
from linli.domains.communities.service import spaces
from linli.domains.people.ports import CardHolders
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class HouseRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    location: Annotated[str, Meta(description="Names from the first level down, joined by /.")]
    layout: Annotated[str, Meta(description="Bedrooms/living rooms/bathrooms, as 3/2/1.")]
    area_m2: Annotated[float | None, Meta(description="Square metres.")]
    house_type: Annotated[
        int | None,
        Meta(description="1 high-rise, 2 multi-storey, 3 villa, 4 terraced, 5 stacked, 6 flat, 7 other"),
    ]
    house_status: Annotated[int | None, Meta(description="1 owner-occupied, 2 let, 3 empty")]
    residents: Annotated[int, Meta(description="Persons who live there now.")]


class HouseDescription(msgspec.Struct, rename="camel", frozen=True):
    layout: str = ""
    area_m2: float | None = None
    house_type: int | None = None
    house_status: int | None = None


def _row(row: House, residents: int) -> HouseRow:
    return HouseRow(
        id=str(row.space_id),
        name=row.name,
        location=row.location,
        layout=row.layout,
        area_m2=row.area_m2,
        house_type=row.house_type,
        house_status=row.house_status,
        residents=residents,
    )


house_routes = Routes("/communities/{community_id:int}/houses", tags=("spaces",))


class HouseListFilter(queries.HouseFilter, frozen=True):
    """The filter of the list, with its order."""

    sort: Annotated[str, Meta(description="location, area, changed; - in front: backwards.")] = "location"


@house_routes.get(right=Right.HOUSES_SEE)
async def list_houses(
    community_id: int,
    where: HouseListFilter,
    page: PageRequest,
    scope: Scope,
    db: Database,
    rights: Rights,
    cards: CardHolders,
) -> Page[HouseRow]:
    """Houses in the order people count."""
    if where.sort not in queries.HOUSE_ORDERS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.HOUSE_ORDERS))
    under = await parent_of(scope, db, community_id, where)
    only = None
    if where.q.strip():
        search = finding.search_of(rights, scope, community_id, cards)
        only = await finding.houses_of(scope, db, where.q, search)
    house_page = await queries.house_page(
        scope, db, community_id, page, where=where, under=under, only=only, order=where.sort
    )
    living = await resident_queries.living_in(scope, db, [row.space_id for row in house_page.data])
    return Page.of(
        page, house_page.total, [_row(row, living.get(row.space_id, 0)) for row in house_page.data]
    )


@house_routes.put("/{house_id:int}", right=Right.HOUSES_MANAGE)
async def describe(
    community_id: int, house_id: int, data: HouseDescription, scope: Scope, tx: Tx, clock: Clock
) -> HouseRow:
    """Set the facts of a house."""
    if (await queries.house(scope, tx, house_id)).community_id != community_id:
        raise NotFound(what="house", id=house_id)
    await spaces.describe_house(
        scope,
        tx,
        space_id=house_id,
        layout=data.layout,
        area_m2=data.area_m2,
        house_type=data.house_type,
        house_status=data.house_status,
        now_ms=clock.now_ms(),
    )
    house = await queries.house(scope, tx, house_id)
    living = await resident_queries.living_in(scope, tx, [house_id])
    return _row(house, living.get(house_id, 0))
