"""What boxes are told of lifts beside their rules: cars that do not run. Written by `elevators`. Spec E 5.6."""

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select

from linli.domains.boxes.passage.models import edge_lift_orders
from linli.domains.boxes.passage.service import push
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.service.products import whole
from linli.kernel.db import Command, Query, Reader, Tx, any_of, in_scope
from linli.kernel.scope import Scope
from linli.protocols.edge_link import LiftOrders
from linli.rules.lifts import exit_floors

_o = edge_lift_orders.c


class KeptOrders(LiftOrders, frozen=True, kw_only=True):
    """As they are kept here."""

    home: str = ""
    """The floor that its cars are sent to in an emergency, as a person set it; empty: nobody did."""

    def with_exits(self, starts: list[str]) -> LiftOrders:
        """In the form that boxes get. `starts`: where passes call the lift to."""
        floors = list(dict.fromkeys(floor for served in self.cars.values() for floor in served))
        exits = exit_floors(self.home, floors, starts)
        return LiftOrders(
            mode=self.mode, cars=self.cars, out=self.out, emergency=self.emergency, ended_ms=self.ended_ms,
            exits=exits,
        )  # fmt: skip


class _Row(NamedTuple):
    iot_id: str
    tenant_id: str
    content: str
    changed_ms: int


_of_lifts = Query(
    select(edge_lift_orders).where(in_scope(edge_lift_orders), any_of(_o.iot_id, "iot_ids")), _Row
)
_forget = Command(
    delete(edge_lift_orders).where(in_scope(edge_lift_orders), _o.iot_id == bindparam("of_lift"))
)


async def orders_of(scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, KeptOrders]:
    """By iotId; a lift of which nothing is known is absent."""
    rows = await _of_lifts.all(db, scope, iot_ids=iot_ids) if iot_ids else []
    return {row.iot_id: msgspec.json.decode(row.content, type=KeptOrders) for row in rows}


async def keep(scope: Scope, tx: Tx, *, iot_id: str, orders: KeptOrders, now_ms: int) -> None:
    """The box of the lift is told at once of what is new to it; a lift behind no box keeps it for one that comes."""
    scope = whole(scope)
    if (await orders_of(scope, tx, [iot_id])).get(iot_id) == orders:
        return
    content = msgspec.json.encode(orders, order="sorted").decode()
    row = _Row(iot_id, scope.tenant, content, now_ms)
    await tx.upsert(
        edge_lift_orders, [row._asdict()], keys=("iot_id",), update=("tenant_id", "content", "changed_ms")
    )
    device = await gateway_queries.device_of(scope, tx, iot_id)
    if device is not None:
        await push(scope, tx, await gateway_queries.gateway(scope, tx, device.gateway_id))


async def forget(scope: Scope, tx: Tx, *, iot_id: str) -> None:
    """The lift is gone, and with it its rules."""
    await _forget.run(tx, scope, of_lift=iot_id)
