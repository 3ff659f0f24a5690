"""Console: how long people waited for a lift, by hour of the week."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.elevators.queries.waits import hours_of
from linli.domains.elevators.service.waits import WEEKS, week_of, zone_at
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device


class LiftWait(msgspec.Struct, rename="camel", frozen=True):
    """One hour of the week, over the last eight weeks."""

    weekday: Annotated[int, Meta(description="0 Monday to 6 Sunday")]
    hour: int
    calls: int
    served: Annotated[int, Meta(description="Of these a car stood at the floor within ten minutes.")]
    average_ms: Annotated[int | None, Meta(description="Of those served; null: none.")]
    longest_ms: int


wait_routes = Routes("/lifts", tags=("lifts",))


@wait_routes.get("/{iot_id:str}/waits", right=Right.DEVICES_SEE.value, raises=(NotFound,))
async def lift_waits(iot_id: str, scope: Scope, db: Database, clock: Clock) -> list[LiftWait]:
    """From the call to a car that stands there; hours without a call are left out. At the site's time."""
    device = await get_device(scope, db, iot_id=iot_id)
    week, _ = week_of(clock.now_ms(), await zone_at(db, device.community_id))
    return [
        LiftWait(
            weekday=row.slot // 24,
            hour=row.slot % 24,
            calls=row.calls,
            served=row.served,
            average_ms=row.wait_ms // row.served if row.served else None,
            longest_ms=row.longest_ms,
        )
        for row in await hours_of(scope, db, iot_id, since=week - WEEKS + 1)
    ]
