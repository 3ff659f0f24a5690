"""Console: the codes of lanes to print, and cars without a plate whose phone was lost."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.accounts.service.sessions import Session
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.parking.claims.errors import LaneClaimed
from linli.domains.parking.claims.service import require_free
from linli.domains.parking.errors import LaneEmpty, OtherProvider, ServiceOff
from linli.domains.parking.fees.bills import bill
from linli.domains.parking.fees.errors import StayOver
from linli.domains.parking.fees.reasons import checked_reason
from linli.domains.parking.fees.stay_console import picture_of
from linli.domains.parking.fees.stay_shapes import sees_amounts
from linli.domains.parking.tickets import queries, service
from linli.domains.parking.tickets.errors import NoCarWaits, OtherLot
from linli.domains.parking.tickets.pages import PATH
from linli.domains.parking.tickets.rows import LaneCode
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.qr import qr_svg
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

SEE, MANAGE, TAKE = Right.VEHICLES_SEE.value, Right.VEHICLES_MANAGE.value, Right.FEES_TAKE.value
HISTORY = (Kind(name=service.HISTORY_KIND, see=MANAGE, manage=MANAGE),)


class LaneCodeView(msgspec.Struct, rename="camel", frozen=True):
    """What drivers without a plate scan at a lane."""

    is_on: bool
    url: Annotated[str, Meta(description="Empty: the lane has no code.")]
    svg: Annotated[str, Meta(description="The picture to print.")]
    changed_ms: int


class LaneCodeSwitch(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    is_on: bool


class CarWithoutPlate(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A car inside whose ticket is a phone. Money in fen, as it is now."""

    id: str
    ticket: str
    lot_id: int
    lot_name: str
    in_ms: int
    due_fen: Annotated[int | None, Meta(description="null: the caller does not see amounts.")]
    in_picture: Annotated[str, Meta(description="Address for ten minutes; empty: none.")]


class CarsFilter(Filter, frozen=True):
    """When they came: UTC ms."""

    community_id: int
    since_ms: int = 0
    until_ms: int = 1 << 52


class ExitOfCar(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """At which exit a car stands, and why a person says so."""

    lane_id: Annotated[str, Meta(pattern="^[0-9]{1,19}$")]
    reason: str


code_routes = Routes("/communities/{community_id:int}/parking/lanes/{lane_id:int}/code", tags=("parking",))
car_routes = Routes("/parking-cars-without-plate", tags=("parking",))
ROUTES = (code_routes, car_routes)


@code_routes.get(right=MANAGE, raises=(NotFound,))
async def show_lane_code(
    community_id: int, lane_id: int, scope: Scope, db: Database, settings: Settings
) -> LaneCodeView:
    """The code of a lane for cars without a plate, with its picture to print."""
    await _lane(scope, db, community_id, lane_id)
    return _view(await queries.of_lane(scope, db, lane_id), settings)


@code_routes.post(right=MANAGE, status=200, raises=(NotFound, BadInput))
async def renew_lane_code(
    community_id: int, lane_id: int, scope: Scope, tx: Tx, ids: Ids, clock: Clock, settings: Settings
) -> LaneCodeView:
    """A new code: what was printed before leads nowhere any more."""
    lane = await _lane(scope, tx, community_id, lane_id)
    return _view(await service.renew(scope, tx, lane=lane, ids=ids, now_ms=clock.now_ms()), settings)


@code_routes.put(right=MANAGE, raises=(NotFound,))
async def switch_lane_code(
    community_id: int,
    lane_id: int,
    data: LaneCodeSwitch,
    scope: Scope,
    tx: Tx,
    clock: Clock,
    settings: Settings,
) -> LaneCodeView:
    """Out of use for a while, or in use again; what was printed stays good."""
    row = await _code(scope, tx, community_id, lane_id)
    return _view(await service.switch(scope, tx, row=row, is_on=data.is_on, now_ms=clock.now_ms()), settings)


@code_routes.delete(right=MANAGE, raises=(NotFound,))
async def remove_lane_code(community_id: int, lane_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """No tickets at this lane any more."""
    row = await _code(scope, tx, community_id, lane_id)
    await service.remove(scope, tx, row=row, now_ms=clock.now_ms())


@car_routes.get(right=SEE)
async def list_cars_without_plate(
    scope: Scope, db: Database, objects: ObjectStore, clock: Clock, rights: Rights, where: CarsFilter
) -> list[CarWithoutPlate]:
    """Cars inside whose ticket is a phone, with the pictures of their entries, the last first; at most 60."""
    amounts = sees_amounts(rights, scope, where.community_id)
    scope = scope.narrowed(where.community_id)
    rows = await queries.inside_without_plate(
        scope, db, community_id=where.community_id, since_ms=where.since_ms, until_ms=where.until_ms
    )
    names = await spaces.names(scope, db, sorted({row.lot_id for row in rows})) if rows else {}
    return [
        CarWithoutPlate(
            id=str(row.stay_id),
            ticket=row.plate,
            lot_id=row.lot_id,
            lot_name=names.get(row.lot_id, ""),
            in_ms=row.in_ms,
            due_fen=(await bill(scope, db, row, now_ms=clock.now_ms())).due_fen if amounts else None,
            in_picture=await picture_of(scope, db, objects, row.community_id, row.in_pass),
        )
        for row in rows
    ]


@car_routes.post(
    "/{stay_id:int}/exit",
    right=TAKE,
    status=204,
    raises=(
        NotFound,
        BadInput,
        StayOver,
        NoCarWaits,
        OtherLot,
        LaneEmpty,
        ServiceOff,
        OtherProvider,
        LaneClaimed,
    ),
)
async def stand_at_exit(
    stay_id: int, data: ExitOfCar, scope: Scope, tx: Tx, ids: Ids, clock: Clock, session: Session
) -> None:
    """Its phone was lost, and a person knows the car by its picture: it stands at this exit, and is let out once
    nothing is due."""
    lane = await service.lane_of(scope, tx, int(data.lane_id))
    await require_free(
        scope,
        tx,
        [lane.space_id],
        community_id=lane.community_id,
        seat=session.id,
        now_ms=clock.now_ms(),
    )
    await service.stand_at(
        scope,
        tx,
        stay_id=stay_id,
        lane_id=int(data.lane_id),
        ids=ids,
        now_ms=clock.now_ms(),
        reason=checked_reason(data.reason),
    )


async def _lane(scope: Scope, db: Reader, community_id: int, lane_id: int) -> Space:
    lane = await service.lane_of(scope, db, lane_id)
    if lane.community_id != community_id:
        raise NotFound(what="lane", id=lane_id)
    return lane


async def _code(scope: Scope, db: Reader, community_id: int, lane_id: int) -> LaneCode:
    await _lane(scope, db, community_id, lane_id)
    row = await queries.of_lane(scope, db, lane_id)
    if row is None:
        raise NotFound(what="lane_code", id=lane_id)
    return row


def _view(row: LaneCode | None, settings: Settings) -> LaneCodeView:
    if row is None:
        return LaneCodeView(False, "", "", 0)
    url = f"{settings.public_url}{PATH}/{row.code}"
    return LaneCodeView(bool(row.is_on), url, qr_svg(url), row.changed_ms)
