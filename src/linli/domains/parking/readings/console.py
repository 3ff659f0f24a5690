"""Console: what the platform reads at a lane by itself, whether it can, and what it read last."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import LANE
from linli.domains.parking.queries import readings as queries
from linli.domains.parking.readings import service
from linli.domains.parking.readings.jobs import PlateReadings
from linli.domains.parking.readings.shapes import LaneReading, reading_row
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

MANAGE = Right.VEHICLES_MANAGE.value
HISTORY = (Kind(name=service.HISTORY_KIND, see=MANAGE, manage=MANAGE),)


class LaneReader(msgspec.Struct, rename="camel", frozen=True):
    is_on: bool
    lets_guests_in: bool
    doubt_below: Annotated[int, Meta(description="Percent; 0: no second opinion.")]
    can_read: Annotated[bool, Meta(description="Whether models are loaded.")]
    cause: Annotated[str, Meta(description="Why not: no_models, stopped, unusable; or empty.")]
    last: list[LaneReading]


class LaneReaderIn(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    is_on: bool
    lets_guests_in: bool = False
    doubt_below: Annotated[int, Meta(ge=0, le=100, description="Percent; 0: no second opinion.")] = 0


reading_routes = Routes(
    "/communities/{community_id:int}/parking/lanes/{lane_id:int}/reading", tags=("parking",)
)
ROUTES = (reading_routes,)


@reading_routes.get(right=MANAGE, raises=(NotFound,))
async def show_lane_reading(
    community_id: int, lane_id: int, scope: Scope, db: Database, readings: PlateReadings
) -> LaneReader:
    """What is read at a lane beside its camera, whether it can be, and what was read last."""
    await _require_lane(scope, db, community_id, lane_id)
    return await _view(scope, db, lane_id, readings)


@reading_routes.put(right=MANAGE, raises=(NotFound, BadInput))
async def change_lane_reading(
    community_id: int,
    lane_id: int,
    data: LaneReaderIn,
    scope: Scope,
    tx: Tx,
    clock: Clock,
    readings: PlateReadings,
) -> LaneReader:
    """Have plates read at a lane where its camera reads none, or is less sure than this."""
    await _require_lane(scope, tx, community_id, lane_id)
    await service.set_rule(
        scope,
        tx,
        lane_id=lane_id,
        is_on=data.is_on,
        lets_guests_in=data.lets_guests_in,
        doubt_below=data.doubt_below / 100,
        now_ms=clock.now_ms(),
    )
    return await _view(scope, tx, lane_id, readings)


async def _view(scope: Scope, db: Reader, lane_id: int, readings: PlateReadings) -> LaneReader:
    rule = await queries.rule_of(scope, db, lane_id)
    state = readings.engine.state
    return LaneReader(
        is_on=rule is not None and bool(rule.is_on),
        lets_guests_in=rule is not None and bool(rule.lets_guests_in),
        doubt_below=round(rule.doubt_below * 100) if rule is not None else 0,
        can_read=bool(state.model_id),
        cause="" if state.model_id else state.cause,
        last=[reading_row(row) for row in await queries.last_at(scope, db, lane_id)],
    )


async def _require_lane(scope: Scope, db: Reader, community_id: int, lane_id: int) -> None:
    lane = await spaces.space(scope, db, lane_id)
    if lane.community_id != community_id or lane.kind != LANE:
        raise NotFound(what="lane", id=lane_id)
