"""Console: the last 24 hours of a lane in one look."""

from linli.domains.parking.lane_day import LaneDay, day_of_lane
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

day_routes = Routes("/communities/{community_id:int}/parking/lanes/{lane_id:int}/day", tags=("parking",))


@day_routes.get(right=Right.VEHICLES_SEE.value, raises=(NotFound,))
async def show_day_of_lane(
    community_id: int, lane_id: int, scope: Scope, db: Database, clock: Clock
) -> LaneDay:
    """The last 24 hours of a lane, hour by hour, and when its device was away."""
    return await day_of_lane(scope, db, community_id=community_id, lane_id=lane_id, now_ms=clock.now_ms())
