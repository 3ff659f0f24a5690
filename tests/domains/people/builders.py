"""Small worlds for tests of people."""

from typing import NamedTuple

from linli.domains.people.service import groups
from linli.kernel import tenancy
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database, Reader
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Caller, Scope


class FixedHouses:
    """The port `Houses` over a dictionary: house id → community id."""

    def __init__(self, houses: dict[int, int]) -> None:
        self.houses = houses

    async def community_of_house(self, scope: Scope, db: Reader, house_id: int) -> int:
        community = self.houses.get(house_id)
        if community is None or not scope.allows(community):
            raise NotFound(what="house", id=house_id)
        return community

    async def root_space_ids(self, scope: Scope, db: Reader, community_ids: list[int]) -> dict[int, int]:
        return {community: 10_000 + community for community in community_ids}


class World(NamedTuple):
    tenant: Scope
    """Everything of the tenant."""
    first: Scope
    """Community 1 only."""
    second: Scope
    """Community 2 only."""
    houses: FixedHouses


async def make_world(db: Database, clock: ManualClock, ids: Ids) -> World:
    """One tenant with communities 1 (houses 101, 102) and 2 (house 201), each with its default groups."""
    async with db.begin() as tx:
        tenant_id = await tenancy.create_tenant(tx, name="绿城物业", ids=ids)
        tenant = Scope(tenant_id, Caller("staff", "1"))
        for community in (1, 2):
            await groups.create_defaults(tenant, tx, community_id=community, ids=ids, now_ms=clock.now_ms())
    app = Caller("app", "20000001")
    return World(
        tenant,
        Scope(tenant_id, app, frozenset({1})),
        Scope(tenant_id, app, frozenset({2})),
        FixedHouses({101: 1, 102: 1, 201: 2}),
    )
