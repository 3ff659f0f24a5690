"""What records of a box say beside their data model: each car with the reason, each order with its lines."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.boxes.parking import boxes, coupons
from linli.domains.boxes.parking.models import edge_parking_cars, edge_parking_orders
from linli.domains.boxes.parking.rows import CarRow, OrderRow
from linli.domains.boxes.rows import Node
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.protocols.edge_link import CarDetail, CouponUses, OrderDetail, ParkingRecord
from linli.rules.plates import clean_plate

LANE_EVENT: Final = "linli_park_lane_event"
"""A car that was kept out, a barrier that went up at a fire: no data model of the source."""
COUPONS_USED: Final = "linli_park_coupons_used"
"""What coupons took off the orders of a stay that ended."""
OURS: Final = (LANE_EVENT, COUPONS_USED)
FIRE: Final = "fire"
FEE: Final = "iot_park_fee"
_DAY_MS: Final = 86_400_000
_old_cars = Command(
    delete(edge_parking_cars).where(edge_parking_cars.c.received_ms < bindparam("before", type_=INT)),
    unscoped="what was kept its time goes, whose it is",
)
_old_orders = Command(
    delete(edge_parking_orders).where(
        edge_parking_orders.c.changed_ms < bindparam("before", type_=INT), edge_parking_orders.c.status != 4
    ),
    unscoped="what was kept its time goes, whose it is",
)


async def keep(tx: Tx, node: Node, record: ParkingRecord, *, ids: Ids, now_ms: int) -> None:
    """Raises BadInput."""
    if not record.detail:
        return
    try:
        if record.model == COUPONS_USED:
            await coupons.used(tx, node, msgspec.convert(record.detail, CouponUses), now_ms=now_ms)
        elif record.model == FEE:
            await _order(tx, node, msgspec.convert(record.detail, OrderDetail), now_ms)
        else:
            await _car(tx, node, msgspec.convert(record.detail, CarDetail), ids.number(), now_ms)
    except msgspec.ValidationError as error:
        raise BadInput(field="detail", rule="edge.parking_detail", why=str(error)) from None


async def purge(db: Database, *, now_ms: int, days: int) -> None:
    """Cars and closed orders kept longer than `days`."""

    async def work(tx: Tx) -> None:
        for command in (_old_cars, _old_orders):
            await command.run(tx, before=now_ms - days * _DAY_MS)

    await db.run(work)


async def _order(tx: Tx, node: Node, detail: OrderDetail, now_ms: int) -> None:
    row = OrderRow(
        node_id=node.node_id,
        number=detail.number,
        tenant_id=node.tenant_id,
        project_id=node.project_id,
        community_id=node.community_id,
        lot_id=detail.lot,
        lot_name=detail.lot_name,
        plate=clean_plate(detail.plate),
        shown=detail.plate,
        in_name=detail.in_name,
        in_ms=detail.in_ms,
        out_name=detail.out_name,
        out_ms=detail.out_ms,
        status=detail.status,
        fen=detail.fen,
        waived_fen=detail.waived_fen,
        paid_ms=detail.paid_ms,
        basis=detail.basis,
        tariff=detail.tariff,
        version=detail.version,
        lines=msgspec.json.encode(detail.lines).decode(),
        reason=detail.reason,
        changed_ms=now_ms,
    )._asdict()
    keys = ("node_id", "number")
    await tx.upsert(
        edge_parking_orders, [row], keys=keys, update=tuple(name for name in row if name not in keys)
    )


async def _car(tx: Tx, node: Node, detail: CarDetail, car_id: int, now_ms: int) -> None:
    row = CarRow(
        car_id=car_id,
        node_id=node.node_id,
        tenant_id=node.tenant_id,
        project_id=node.project_id,
        community_id=node.community_id,
        lot_id=detail.lot,
        lot_name=detail.lot_name,
        barrier_id=detail.barrier,
        barrier_name=detail.barrier_name,
        way=detail.way,
        opened=int(detail.opened),
        reason=detail.reason,
        standing=detail.standing,
        plate=clean_plate(detail.plate),
        shown=detail.plate,
        order_number=detail.order,
        fen=detail.fen,
        at_ms=detail.at_ms,
        received_ms=now_ms,
    )
    await tx.insert(edge_parking_cars, row._asdict())
    if detail.reason == FIRE and not detail.plate and node.community_id is not None:
        await boxes.fire(tx, node.tenant_id, node.community_id, at_ms=min(detail.at_ms, now_ms))
