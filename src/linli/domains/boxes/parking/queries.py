"""Reads of car parks at the edge."""

import msgspec
from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.boxes.parking.models import (
    edge_parking_boxes,
    edge_parking_cars,
    edge_parking_lots,
    edge_parking_orders,
    edge_parking_streams,
)
from linli.domains.boxes.parking.rows import BoxRow, CarRow, EdgeLot, OrderRow, Stream
from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_stream = Query(
    select(edge_parking_streams)
    .where(in_scope(edge_parking_streams), edge_parking_streams.c.node_id == bindparam("node", type_=INT))
    .with_for_update(),
    Stream,
)
_lots = Query(
    select(edge_parking_lots)
    .where(in_scope(edge_parking_lots))
    .order_by(edge_parking_lots.c.name, edge_parking_lots.c.node_id, edge_parking_lots.c.lot_id)
    .limit(1000),
    EdgeLot,
)
_box = Query(
    select(edge_parking_boxes).where(
        in_scope(edge_parking_boxes), edge_parking_boxes.c.node_id == bindparam("node", type_=INT)
    ),
    BoxRow,
)
_boxes = Query(
    select(edge_parking_boxes)
    .where(
        in_scope(edge_parking_boxes),
        edge_parking_boxes.c.community_id == bindparam("community", type_=INT),
    )
    .order_by(edge_parking_boxes.c.node_id),
    BoxRow,
)
_o, _c = edge_parking_orders.c, edge_parking_cars.c
_order = Query(
    select(edge_parking_orders).where(
        in_scope(edge_parking_orders),
        _o.node_id == bindparam("node", type_=INT),
        _o.number == bindparam("number"),
    ),
    OrderRow,
)
_orders_where = and_(
    in_scope(edge_parking_orders),
    _o.community_id == bindparam("community", type_=INT),
    or_(bindparam("lot") == "", _o.lot_id == bindparam("lot")),
    or_(bindparam("status", type_=INT) == -1, _o.status == bindparam("status", type_=INT)),
    or_(bindparam("part") == "", _o.plate.like(bindparam("part"), escape="\\")),
    _o.in_ms >= bindparam("since", type_=INT),
    _o.in_ms < bindparam("until", type_=INT),
)
_orders = Query(
    select(edge_parking_orders)
    .where(_orders_where)
    .order_by(_o.in_ms.desc(), _o.number.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    OrderRow,
)
_orders_count = Query(select(func.count()).select_from(edge_parking_orders).where(_orders_where))
_cars_where = and_(
    in_scope(edge_parking_cars),
    _c.community_id == bindparam("community", type_=INT),
    or_(bindparam("lot") == "", _c.lot_id == bindparam("lot")),
    or_(bindparam("opened", type_=INT) == -1, _c.opened == bindparam("opened", type_=INT)),
    or_(bindparam("part") == "", _c.plate.like(bindparam("part"), escape="\\")),
    _c.at_ms >= bindparam("since", type_=INT),
    _c.at_ms < bindparam("until", type_=INT),
)
_cars = Query(
    select(edge_parking_cars)
    .where(_cars_where)
    .order_by(_c.at_ms.desc(), _c.car_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    CarRow,
)
_cars_count = Query(select(func.count()).select_from(edge_parking_cars).where(_cars_where))


class OrderFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Empty and None: any."""

    community_id: int
    lot: str = ""
    status: int | None = None
    part: str = ""
    """Of the plate."""
    since_ms: int = 0
    until_ms: int = 1 << 52


class CarFilter(msgspec.Struct, frozen=True, kw_only=True):
    community_id: int
    lot: str = ""
    opened: bool | None = None
    part: str = ""
    since_ms: int = 0
    until_ms: int = 1 << 52


async def stream_of(scope: Scope, tx: Tx, node_id: int) -> Stream | None:
    """Locked until the end of the transaction."""
    return await _stream.one(tx, scope, node=node_id)


async def lots(scope: Scope, db: Reader) -> list[EdgeLot]:
    return await _lots.all(db, scope)


async def box(scope: Scope, db: Reader, node_id: int) -> BoxRow | None:
    """None: it never asked for tariffs and rights."""
    return await _box.one(db, scope, node=node_id)


async def boxes_in(scope: Scope, db: Reader, community_id: int) -> list[BoxRow]:
    """Those that follow tariffs and rights of a community."""
    return await _boxes.all(db, scope, community=community_id)


async def order(scope: Scope, db: Reader, node_id: int, number: str) -> OrderRow:
    """Raises NotFound."""
    row = await _order.one(db, scope, node=node_id, number=number)
    if row is None:
        raise NotFound(what="parking_order", id=number[:64])
    return row


async def orders(scope: Scope, db: Reader, *, where: OrderFilter, page: PageRequest) -> Page[OrderRow]:
    """The newest entry first."""
    binds = {
        "community": where.community_id,
        "lot": where.lot,
        "status": -1 if where.status is None else where.status,
        "part": _part(where.part),
        "since": where.since_ms,
        "until": where.until_ms,
    }
    total = int(await _orders_count.scalar(db, scope, **binds))
    return Page.of(page, total, await _orders.all(db, scope, **binds, **page.binds))


async def cars(scope: Scope, db: Reader, *, where: CarFilter, page: PageRequest) -> Page[CarRow]:
    """The newest first."""
    binds = {
        "community": where.community_id,
        "lot": where.lot,
        "opened": -1 if where.opened is None else int(where.opened),
        "part": _part(where.part),
        "since": where.since_ms,
        "until": where.until_ms,
    }
    total = int(await _cars_count.scalar(db, scope, **binds))
    return Page.of(page, total, await _cars.all(db, scope, **binds, **page.binds))


def _part(text: str) -> str:
    for character in ("\\", "%", "_"):
        text = text.replace(character, f"\\{character}")
    return f"%{text}%" if text else ""
