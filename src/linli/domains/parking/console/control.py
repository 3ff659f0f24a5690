"""Console: the control room. Which lanes need a person and which seat sees to each; taking, keeping and giving back."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries.doors import doors_of_community
from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import LANE
from linli.domains.parking.claims import queries, service
from linli.domains.parking.claims.errors import ClaimOver, LaneClaimed
from linli.domains.parking.claims.rows import LaneClaim
from linli.domains.parking.console.attention import LaneInNeed, lanes_in_need
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

SEE, ACT = Right.VEHICLES_SEE.value, Right.DOORS_OPEN.value
HISTORY = (Kind(name=service.HISTORY_KIND, see=SEE, manage=Right.VEHICLES_MANAGE.value),)


class LaneClaimRow(msgspec.Struct, rename="camel", frozen=True):
    """The seat that sees to a lane."""

    lane_id: str
    person: Annotated[str, Meta(description="Empty: the account has no name.")]
    mine: Annotated[
        bool, Meta(description="The caller's own log-in has it; another of the same account is another.")
    ]
    since_ms: int


class LaneStation(msgspec.Struct, rename="camel", frozen=True):
    """A door station that stands at a lane: its calls to the guard desk are the lane's."""

    lane_id: str
    iot_id: str
    name: str


class ControlRoom(msgspec.Struct, rename="camel", frozen=True):
    needs: Annotated[
        list[LaneInNeed],
        Meta(description="The most urgent first; a lane that has two causes comes twice."),
    ]
    claims: Annotated[list[LaneClaimRow], Meta(description="The oldest first.")]
    stations: Annotated[list[LaneStation], Meta(description="By name.")]


class ClaimWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    reason: Annotated[
        str,
        Meta(description="Why the lane is taken from the seat that has it; empty: only where none has it."),
    ] = ""


control_routes = Routes("/communities/{community_id:int}/parking", tags=("parking",))


@control_routes.get("/control-room", right=SEE, raises=(NotFound,))
async def show_control_room(
    community_id: int, scope: Scope, db: Database, clock: Clock, session: Session
) -> ControlRoom:
    """Lanes that need a person, the seats that see to lanes, and door stations at lanes."""
    await spaces.require_root(scope, db, community_id)
    scope, now_ms = scope.narrowed(community_id), clock.now_ms()
    claims = await queries.claims_in(scope, db, community_id, now_ms=now_ms)
    return ControlRoom(
        await lanes_in_need(scope, db, community_id, now_ms=now_ms),
        await _rows(db, claims, session),
        await _stations(scope, db, community_id),
    )


@control_routes.post(
    "/lanes/{lane_id:int}/claim", right=ACT, status=200, raises=(NotFound, BadInput, LaneClaimed)
)
async def claim_lane(
    community_id: int,
    lane_id: int,
    data: ClaimWish,
    scope: Scope,
    tx: Tx,
    clock: Clock,
    session: Session,
) -> LaneClaimRow:
    """See to a lane: no other seat does then. With a reason it is taken over, which the history keeps."""
    scope = await _narrowed(scope, tx, community_id, lane_id)
    row = await service.claim(
        scope,
        tx,
        community_id=community_id,
        lane_id=lane_id,
        seat=session.id,
        reason=data.reason,
        now_ms=clock.now_ms(),
    )
    return (await _rows(tx, [row], session))[0]


@control_routes.put("/lanes/{lane_id:int}/claim", right=ACT, raises=(NotFound, ClaimOver))
async def keep_lane(
    community_id: int, lane_id: int, scope: Scope, tx: Tx, clock: Clock, session: Session
) -> None:
    """Say that the seat is still there; a minute without it gives the lane back."""
    scope = await _narrowed(scope, tx, community_id, lane_id)
    await service.keep(scope, tx, lane_id=lane_id, seat=session.id, now_ms=clock.now_ms())


@control_routes.delete("/lanes/{lane_id:int}/claim", right=ACT, raises=(NotFound,))
async def give_lane_back(community_id: int, lane_id: int, scope: Scope, tx: Tx, session: Session) -> None:
    """Leave a lane to other seats; of a lane that is another's nothing happens."""
    scope = await _narrowed(scope, tx, community_id, lane_id)
    await service.give_back(scope, tx, lane_id=lane_id, seat=session.id)


async def _narrowed(scope: Scope, db: Reader, community_id: int, lane_id: int) -> Scope:
    """Raises NotFound for a space that is no lane of the community."""
    lane = await spaces.space(scope, db, lane_id)
    if lane.community_id != community_id or lane.kind != LANE:
        raise NotFound(what="lane", id=lane_id)
    return scope.narrowed(community_id)


async def _stations(scope: Scope, db: Reader, community_id: int) -> list[LaneStation]:
    doors = [
        (door, door.space_id)
        for door in await doors_of_community(scope, db, community_id=community_id)
        if door.space_id is not None
    ]
    at = await spaces.spaces_by_id(scope, db, sorted({space_id for _, space_id in doors})) if doors else {}
    stations = [
        LaneStation(str(space_id), door.iot_id, door.name)
        for door, space_id in doors
        if space_id in at and at[space_id].kind == LANE
    ]
    return sorted(stations, key=lambda station: (station.name, station.iot_id))


async def _rows(db: Reader, claims: list[LaneClaim], session: Session) -> list[LaneClaimRow]:
    names = await caller_names(db, {claim.holder for claim in claims})
    return [
        LaneClaimRow(
            str(claim.lane_id), names.get(claim.holder, ""), claim.session_id == session.id, claim.since_ms
        )
        for claim in claims
    ]
