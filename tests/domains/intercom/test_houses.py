"""What becomes of a house's group when the house goes."""

import pytest

from linli.domains.communities.service import removal
from linli.domains.intercom import room
from linli.domains.intercom.errors import HouseUnbound
from linli.domains.intercom.queries.doors import house_binding
from linli.domains.intercom.service import doors, numbers
from linli.kernel.clock import ManualClock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from tests.domains.communities.builders import make_space, make_world


async def test_a_house_that_goes_has_no_group_and_the_group_stays(
    database: Database, clock: ManualClock, ids: Ids
) -> None:
    room.register(database.handlers)
    world = await make_world(database, clock, ids)
    building = await make_space(database, world.app, ids, world.community.root_space_id, "building", "1")
    houses = [await make_space(database, world.app, ids, building, "house", name) for name in ("101", "102")]
    scope = world.app
    async with database.begin() as tx:
        (group,) = await numbers.add_groups(scope, tx, count=1, ids=ids, now_ms=0)
        for house in houses:
            await doors.save_house(
                scope, tx, space_id=house, group_id=group.group_id, room_id="1-1-101", now_ms=0
            )
    async with database.begin() as tx:
        await removal.remove(scope, tx, space_id=houses[0], now_ms=1)
    with pytest.raises(HouseUnbound):
        await house_binding(scope, database, space_id=houses[0], group_id=None)
    kept = await house_binding(scope, database, space_id=houses[1], group_id=None)
    assert kept.group_id == group.group_id
