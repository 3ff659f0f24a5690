"""The resident's own houses."""

from typing import Annotated

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from msgspec import Meta

from linli.domains.communities.queries import communities as community_queries
from linli.domains.communities.queries import spaces
from linli.domains.people.queries.residence import Home, Resident
from linli.kernel.db import Database, Reader


class MyHouse(msgspec.Struct, rename="camel", frozen=True):
    """A house of the resident, and how the certification stands."""

    house_id: str
    community_id: str
    community: str
    location: str
    type: Annotated[int, Meta(description="1 owner, 2 relative, 3 tenant, 4 friend … 9 other")]
    status: Annotated[int, Meta(description="1 living there, 2 under review, 3 refused")]
    reason: Annotated[str, Meta(description="Why it was refused.")]
    since_ms: int
    """When the resident moved in, or asked."""


async def told(resident: Resident, db: Reader, homes: list[Home]) -> list[MyHouse]:
    rows = []
    names: dict[int, str] = {}
    for home in homes:
        scope = resident.at(home)
        if home.community_id not in names:
            found = await community_queries.by_id(scope, db, [home.community_id])
            names |= {one.community_id: one.name for one in found.values()}
        house = (await spaces.houses_by_id(scope, db, [home.house_id])).get(home.house_id)
        rows.append(
            MyHouse(
                str(home.house_id),
                str(home.community_id),
                names.get(home.community_id, ""),
                house.location if house else "",
                home.type,
                home.status,
                home.approve_comment,
                home.moved_in_ms or home.changed_ms,
            )
        )
    return rows


class HouseRoutes(Controller):
    path = "/houses"
    tags = ("houses",)

    @get("/")
    async def my_houses(
        self, resident: NamedDependency[Resident], db: NamedDependency[Database]
    ) -> list[MyHouse]:
        """Houses lived in first, then those under review and refused."""
        return await told(resident, db, list(resident.homes))
