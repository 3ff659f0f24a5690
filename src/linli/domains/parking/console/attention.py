"""Console: lanes that need a person now, with why and since when."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.parking.attention import Why, needs_of
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.scope import Scope

attention_routes = Routes("/communities/{community_id:int}/parking/attention", tags=("parking",))


class LaneInNeed(msgspec.Struct, rename="camel", frozen=True):
    lane_id: str
    why: Annotated[
        Why,
        Meta(
            description="fee_due: a car that owes stands before the closed exit; paid_shut: it owes nothing, and the "
            "exit is still closed; ticket_shut: it took a ticket, and the entrance is still closed; "
            "read_shut: its plate was read in the picture, and the barrier is still closed; refused_open: a car "
            "stands there, and the barrier did not open for the last order; "
            "no_plate: the newest car has no plate; plate_doubt: its plate in the picture seems to be another one than "
            "the camera's; opened_by_force: the barrier went up "
            "without an order; offline: the device is not there."
        ),
    ]
    since_ms: Annotated[int | None, Meta(description="UTC ms; null: the device was never online.")]
    plate: Annotated[str, Meta(description="Empty: none was read.")]
    stay_id: Annotated[
        str,
        Meta(
            description="Of the car before a closed exit, or whose plate is in doubt; empty: another cause."
        ),
    ]
    read: Annotated[
        str, Meta(description="What the platform reads in the picture; empty: no other plate than `plate`.")
    ]


@attention_routes.get(right=Right.VEHICLES_SEE.value)
async def list_lanes_in_need(community_id: int, scope: Scope, db: Database, clock: Clock) -> list[LaneInNeed]:
    """Lanes that need a person, the most urgent first; one that has two causes comes twice."""
    await spaces.require_root(scope, db, community_id)
    return await lanes_in_need(scope.narrowed(community_id), db, community_id, now_ms=clock.now_ms())


async def lanes_in_need(scope: Scope, db: Reader, community_id: int, *, now_ms: int) -> list[LaneInNeed]:
    needs = await needs_of(scope, db, community_id, now_ms=now_ms)
    return [
        LaneInNeed(str(need.lane_id), need.why, need.since_ms, need.plate, str(need.stay_id or ""), need.read)
        for need in needs
    ]
