"""The last 24 hours of a lane: who passed, who was refused, when its device was away."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import LANE
from linli.domains.parking.queries import lanes
from linli.domains.parking.queries.passes import HOUR_MS, hours_of_lane
from linli.domains.parking.service.gates import ASKED, DONE
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.queries.activity import absences_of
from linli.things.queries.devices import find_devices

HOURS: Final = 24


class HourOfLane(msgspec.Struct, rename="camel", frozen=True):
    begin_ms: Annotated[int, Meta(description="UTC ms")]
    passed: int
    refused: Annotated[int, Meta(description="Cars on the black list.")]
    failed: Annotated[int, Meta(description="Orders that the barrier did not carry out.")]
    forced: Annotated[int, Meta(description="The barrier went up without an order.")]


class TimeAway(msgspec.Struct, rename="camel", frozen=True):
    """The device was not connected. UTC ms."""

    begin_ms: int
    end_ms: int


class LaneDay(msgspec.Struct, rename="camel", frozen=True):
    begin_ms: Annotated[int, Meta(description="UTC ms, a full hour.")]
    end_ms: Annotated[int, Meta(description="The end of the hour that runs.")]
    hours: Annotated[list[HourOfLane], Meta(description="24, the oldest first.")]
    away: Annotated[list[TimeAway], Meta(description="The oldest first.")]


async def day_of_lane(scope: Scope, db: Reader, *, community_id: int, lane_id: int, now_ms: int) -> LaneDay:
    """The 24 hours that end with the one that runs. Raises NotFound."""
    lane = await spaces.space(scope, db, lane_id)
    if lane.community_id != community_id or lane.kind != LANE:
        raise NotFound(what="lane", id=lane_id)
    scope = scope.narrowed(community_id)
    end_ms = (now_ms // HOUR_MS + 1) * HOUR_MS
    begin_ms = end_ms - HOURS * HOUR_MS
    hours = await hours_of_lane(scope, db, community_id=community_id, lane_id=lane_id, since_ms=begin_ms)
    failed = [0] * HOURS
    orders = await lanes.orders_since(scope, db, lane_ids=[lane_id], since_ms=begin_ms)
    for order in orders.get(lane_id, []):
        if order.result not in (ASKED, DONE) and order.asked_ms < end_ms:
            failed[(order.asked_ms - begin_ms) // HOUR_MS] += 1
    device = await lanes.find_at(scope, db, lane_id=lane_id)
    things = [] if device is None else await find_devices(scope, db, iot_ids=[device.iot_id])
    away = await absences_of(db, things[0], since_ms=begin_ms, now_ms=now_ms) if things else []
    return LaneDay(
        begin_ms,
        end_ms,
        [
            HourOfLane(row.begin_ms, row.passed, row.refused, failed[number], row.forced)
            for number, row in enumerate(hours)
        ],
        [TimeAway(row.begin_ms, row.end_ms) for row in away],
    )
