"""Console: car parks of boxes: what holds there, orders with their lines, cars with the reason. Spec H H-07, F 5.14."""

from collections.abc import AsyncIterator
from typing import Annotated, Final, Literal

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console.tables import AT_ONCE, csv_file
from linli.domains.access.times import write_time
from linli.domains.boxes.errors import OrderRefused
from linli.domains.boxes.parking import boxes, queries
from linli.domains.boxes.parking.calls_down import settle_order
from linli.domains.boxes.parking.queries import CarFilter, OrderFilter
from linli.domains.boxes.parking.rows import BoxRow, CarRow, EdgeLot, OrderRow
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.communities.queries import spaces
from linli.domains.parking.fees.stay_shapes import sees_amounts
from linli.domains.people.rights import Right, Rights
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.i18n import text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.protocols.edge_link import FeeLine
from linli.rules.plates import clean_plate
from linli.things.errors import DeviceOffline, DeviceSilent
from linli.things.room import Things

SEE, MANAGE = Right.VEHICLES_SEE.value, Right.VEHICLES_MANAGE.value
HISTORY = (Kind(name=boxes.HISTORY, see=SEE, manage=MANAGE),)
type OrderStatus = Literal["paid", "free", "paid_here", "cancelled", "unpaid"]
type Basis = Literal["tariff", "box_price", "none"]
type Settling = Literal["paid_here", "free"]
STATUSES: Final[tuple[OrderStatus, ...]] = ("paid", "free", "paid_here", "cancelled", "unpaid")
LONGEST_REASON: Final = 200
_COLUMNS: Final = (
    "plate",
    "lot",
    "entry",
    "came",
    "exit",
    "left",
    "fee",
    "waived",
    "status",
    "basis",
    "reason",
)
NumberText = Annotated[str, Meta(pattern="^[0-9A-Za-z]{1,64}$")]


class EdgeLotLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    node_id: str
    box: str
    id: str
    name: str
    total: int
    free: int
    at_ms: Annotated[int, Meta(description="Of its last heartbeat.")]
    present: Annotated[bool, Meta(description="False: no heartbeat for 90 seconds.")]
    rules: Annotated[
        Literal["held", "waiting", "own"],
        Meta(
            description="Tariffs and rights of the cloud: hold on the box, are on their way, or it asks for none."
        ),
    ]
    held_ms: int | None


class EdgeParking(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    lots: list[EdgeLotLine]
    fire: Annotated[bool, Meta(description="Barriers are up until a person says that it is over.")]


class EdgeFeeLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """One line of a fee; below zero where something is taken off."""

    kind: str
    fen: int
    day: str
    begins: str
    ends: str
    count: int
    minutes: int
    each_fen: int
    coupon: Annotated[str, Meta(description="Kind of the coupon whose line it is; empty: of none.")]
    value: Annotated[int, Meta(description="The coupon's: minutes, percent or fen.")]


class EdgeOrderLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    node_id: str
    number: str
    plate: str
    lot_id: str
    lot_name: str
    in_name: str
    in_ms: int
    out_name: str
    out_ms: int | None
    status: OrderStatus
    fen: Annotated[int | None, Meta(description="null: the caller does not see amounts.")]
    waived_fen: Annotated[int | None, Meta(description="null: the caller does not see amounts.")]
    paid_ms: int | None
    basis: Annotated[Basis, Meta(description="By what: a tariff's version, the box's own price, or nothing.")]
    tariff_id: str
    version: int
    lines: Annotated[list[EdgeFeeLine], Meta(description="Empty where the caller does not see amounts.")]
    reason: str


class EdgeCarLine(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    id: str
    at_ms: int
    plate: str
    lot_name: str
    barrier_name: str
    way: Literal["in", "out"]
    opened: bool
    reason: str
    standing: str
    order_number: str
    fen: Annotated[int | None, Meta(description="null: the caller does not see amounts.")]


class EdgeOrderSettling(msgspec.Struct, rename="camel", frozen=True):
    status: Settling
    reason: str = ""


class OrdersAsked(Filter, frozen=True):
    q: Annotated[str, Meta(description="Part of the plate.")] = ""
    lot_id: str = ""
    status: OrderStatus | None = None
    since_ms: Annotated[int, Meta(description="UTC ms, of the entry.")] = 0
    until_ms: int = 1 << 52


class CarsAsked(Filter, frozen=True):
    q: Annotated[str, Meta(description="Part of the plate.")] = ""
    lot_id: str = ""
    opened: bool | None = None
    since_ms: Annotated[int, Meta(description="UTC ms")] = 0
    until_ms: int = 1 << 52


edge_parking_routes = Routes("/communities/{community_id:int}/edge-parking", tags=("parking",))


@edge_parking_routes.get(right=SEE, raises=(NotFound,))
async def list_edge_parking(community_id: int, scope: Scope, db: Database) -> EdgeParking:
    """Car parks that boxes of the community run, and whether tariffs and rights hold there."""
    await spaces.require_root(scope, db, community_id)
    within = scope.narrowed(community_id)
    box_row = {row.node_id: row for row in await queries.boxes_in(within, db, community_id)}
    rows = await queries.lots(within, db)
    system = Scope.system(scope.tenant, "boxes")
    names = {
        number: (await cluster_queries.node(system, db, number)).name
        for number in {row.node_id for row in rows}
    }
    return EdgeParking(
        lots=[_lot(row, box_row.get(row.node_id), names[row.node_id]) for row in rows],
        fire=any(row.fire for row in box_row.values()),
    )


@edge_parking_routes.post("/end-fire", right=MANAGE, status=204, raises=(NotFound,))
async def end_parking_fire(community_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The fire is over: barriers that went up close again."""
    await spaces.require_root(scope, tx, community_id)
    await boxes.end_fire(scope, tx, community_id=community_id, now_ms=clock.now_ms())


@edge_parking_routes.get("/orders", right=SEE, raises=(NotFound,))
async def list_edge_orders(
    community_id: int, scope: Scope, db: Database, rights: Rights, page: PageRequest, asked: OrdersAsked
) -> Page[EdgeOrderLine]:
    """The newest entry first; amounts for who takes fees."""
    await spaces.require_root(scope, db, community_id)
    matches = await queries.orders(scope, db, where=_orders(community_id, asked), page=page)
    amounts = sees_amounts(rights, scope, community_id)
    return Page.of(page, matches.total, [_order(row, amounts=amounts) for row in matches.data])


@edge_parking_routes.get("/orders/export.csv", right=SEE, raises=(NotFound,))
async def export_edge_orders(
    community_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    rights: Rights,
    asked: OrdersAsked,
    language: str | None = None,
) -> Stream:
    """All matching orders as CSV, in the site's time; the export is kept with the person. Amounts for who takes fees."""
    await spaces.require_root(scope, db, community_id)
    where = _orders(community_id, asked)
    total = (await queries.orders(scope, db, where=where, page=PageRequest(1, 1))).total
    record = history.Record(boxes.HISTORY, str(community_id), community_id)
    async with db.begin() as tx:
        await history.note(
            scope, tx, record, "orders_exported", before={}, after={"rows": total}, now_ms=clock.now_ms()
        )
    chosen = language or scope.language
    amounts = sees_amounts(rights, scope, community_id)
    titles = [text(f"edge.parking.column.{name}", chosen) for name in _COLUMNS]
    return csv_file("parking-orders", titles, _lines(scope, db, where, chosen, amounts=amounts))


@edge_parking_routes.get("/orders/{node_id:int}/{number:str}", right=SEE, raises=(NotFound,))
async def show_edge_order(
    community_id: int, node_id: int, number: NumberText, scope: Scope, db: Database, rights: Rights
) -> EdgeOrderLine:
    """One order, with its fee line by line for who takes fees."""
    await spaces.require_root(scope, db, community_id)
    row = await queries.order(scope.narrowed(community_id), db, node_id, number)
    return _order(row, amounts=sees_amounts(rights, scope, community_id))


@edge_parking_routes.post(
    "/orders/{node_id:int}/{number:str}/settle",
    right=MANAGE,
    status=204,
    raises=(NotFound, BadInput, OrderRefused, DeviceOffline, DeviceSilent),
)
async def settle_edge_order(
    community_id: int,
    node_id: int,
    number: NumberText,
    data: EdgeOrderSettling,
    scope: Scope,
    db: Database,
    clock: Clock,
    things: Things,
) -> None:
    """Close an order that is not paid: taken on site, or free for a reason. A car that waits for it is let out."""
    await spaces.require_root(scope, db, community_id)
    row = await queries.order(scope.narrowed(community_id), db, node_id, number)
    reason = data.reason.strip()
    if data.status == "free" and not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > LONGEST_REASON:
        raise BadInput(field="reason", rule="too_long", limit=LONGEST_REASON)
    node = await cluster_queries.node(Scope.system(scope.tenant, "boxes"), db, node_id)
    await settle_order(things.rrpc, node, row, status=STATUSES.index(data.status), reason=reason)
    record = history.Record(boxes.HISTORY, str(community_id), community_id)
    async with db.begin() as tx:
        after = {"order": number, "reason": reason}
        await history.note(scope, tx, record, data.status, before={}, after=after, now_ms=clock.now_ms())


@edge_parking_routes.get("/cars", right=SEE, raises=(NotFound,))
async def list_edge_cars(
    community_id: int, scope: Scope, db: Database, rights: Rights, page: PageRequest, asked: CarsAsked
) -> Page[EdgeCarLine]:
    """Each car at a barrier, and why it passed or did not; the newest first."""
    await spaces.require_root(scope, db, community_id)
    where = CarFilter(
        community_id=community_id, lot=asked.lot_id, opened=asked.opened, part=clean_plate(asked.q),
        since_ms=asked.since_ms, until_ms=asked.until_ms,
    )  # fmt: skip
    matches = await queries.cars(scope, db, where=where, page=page)
    amounts = sees_amounts(rights, scope, community_id)
    return Page.of(page, matches.total, [_car(row, amounts=amounts) for row in matches.data])


def _orders(community_id: int, asked: OrdersAsked) -> OrderFilter:
    return OrderFilter(
        community_id=community_id,
        lot=asked.lot_id,
        status=None if asked.status is None else STATUSES.index(asked.status),
        part=clean_plate(asked.q),
        since_ms=asked.since_ms,
        until_ms=asked.until_ms,
    )


def _lot(row: EdgeLot, box_row: BoxRow | None, box: str) -> EdgeLotLine:
    held_ms = box_row.held_ms if box_row is not None else None
    return EdgeLotLine(
        node_id=str(row.node_id),
        box=box,
        id=row.lot_id,
        name=row.name,
        total=row.total,
        free=row.free,
        at_ms=row.at_ms,
        present=bool(row.present),
        rules="own" if box_row is None or not row.follows else "waiting" if held_ms is None else "held",
        held_ms=held_ms if row.follows else None,
    )


def _order(row: OrderRow, *, amounts: bool) -> EdgeOrderLine:
    return EdgeOrderLine(
        node_id=str(row.node_id),
        number=row.number,
        plate=row.shown,
        lot_id=row.lot_id,
        lot_name=row.lot_name or row.lot_id,
        in_name=row.in_name,
        in_ms=row.in_ms,
        out_name=row.out_name,
        out_ms=row.out_ms,
        status=STATUSES[row.status],
        fen=row.fen if amounts else None,
        waived_fen=row.waived_fen if amounts else None,
        paid_ms=row.paid_ms,
        basis=_basis(row.basis),
        tariff_id=row.tariff,
        version=row.version,
        lines=[_line(line) for line in msgspec.json.decode(row.lines, type=list[FeeLine])] if amounts else [],
        reason=row.reason,
    )


def _basis(kept: str) -> Basis:
    return "tariff" if kept == "tariff" else "box_price" if kept == "box_price" else "none"


def _line(line: FeeLine) -> EdgeFeeLine:
    return EdgeFeeLine(
        kind=line.kind,
        fen=line.fen,
        day=line.day,
        begins=line.begins,
        ends=line.ends,
        count=line.count,
        minutes=line.minutes,
        each_fen=line.each_fen,
        coupon=line.coupon,
        value=line.value,
    )


def _car(row: CarRow, *, amounts: bool) -> EdgeCarLine:
    return EdgeCarLine(
        id=str(row.car_id),
        at_ms=row.at_ms,
        plate=row.shown,
        lot_name=row.lot_name or row.lot_id,
        barrier_name=row.barrier_name or row.barrier_id,
        way="out" if row.way else "in",
        opened=bool(row.opened),
        reason=row.reason,
        standing=row.standing,
        order_number=row.order_number,
        fen=row.fen if amounts else None,
    )


async def _lines(
    scope: Scope, db: Reader, where: OrderFilter, language: str, *, amounts: bool
) -> AsyncIterator[list[tuple[str, ...]]]:
    zone, number = await zone_of(db, where.community_id), 1
    while True:
        rows = (await queries.orders(scope, db, where=where, page=PageRequest(number, AT_ONCE))).data
        yield [
            (
                row.shown,
                row.lot_name or row.lot_id,
                row.in_name,
                write_time(row.in_ms, zone),
                row.out_name,
                "" if row.out_ms is None else write_time(row.out_ms, zone),
                f"{row.fen / 100:.2f}" if amounts else "",
                f"{row.waived_fen / 100:.2f}" if amounts and row.waived_fen else "",
                text(f"edge.parking.status.{STATUSES[row.status]}", language),
                text(f"edge.parking.basis.{row.basis}", language, version=row.version),
                row.reason,
            )
            for row in rows
        ]
        if len(rows) < AT_ONCE:
            return
        number += 1
