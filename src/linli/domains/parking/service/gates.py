"""Moving a barrier from afar, with a reason and a trace. Spec B 3.15, A 2.2.3.8."""

from typing import Final

from sqlalchemy import bindparam, update

from linli.delivery.ports import Invoker
from linli.domains.parking.claims.service import require_free
from linli.domains.parking.events import GateOpened
from linli.domains.parking.models import gate_orders
from linli.domains.parking.queries.lanes import device_at
from linli.domains.parking.queries.settings import require_own
from linli.domains.parking.rows import Action, GateOrder
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

TIMEOUT_S: Final = 10.0
MAX_REASON: Final = 200
ASKED, DONE = "asked", "done"
OPERAT_TYPE: Final[dict[Action, int]] = {"close": 0, "open": 1, "hold": 2}
_answer = Command(
    update(gate_orders)
    .where(gate_orders.c.id == bindparam("row_id", type_=INT))
    .values(result=bindparam("to_result"), answered_ms=bindparam("now", type_=INT)),
    unscoped="the row was made by this call",
)


async def move(
    scope: Scope,
    db: Database,
    *,
    invoker: Invoker,
    lane_id: int,
    action: Action,
    reason: str,
    ids: Ids,
    clock: Clock,
    seat: int | None = None,
) -> GateOrder:
    """Have a lane's barrier open, close or stay open, and wait for its answer; the audit row.

    The row is there before the device is asked, so a crash leaves a trace too. `seat`: a log-in of the console, which
    no other seat must be before; None: an app or the platform. Raises LaneEmpty, ServiceOff, OtherProvider, BadInput,
    LaneClaimed, and what the call raises (offline, silent, refused), after noting it.
    """
    reason = reason.strip()
    if not reason:
        raise BadInput(field="reason", rule="required")
    if len(reason) > MAX_REASON:
        raise BadInput(field="reason", rule="too_long", limit=MAX_REASON)
    device = await device_at(scope, db, lane_id=lane_id)
    await require_own(scope, db, community_id=device.community_id)
    row = GateOrder(
        id=ids.number(),
        tenant_id=device.tenant_id,
        community_id=device.community_id,
        lane_id=lane_id,
        iot_id=device.iot_id,
        action=action,
        caller=f"{scope.caller.kind}:{scope.caller.id}",
        reason=reason,
        result=ASKED,
        asked_ms=clock.now_ms(),
        answered_ms=None,
    )

    async def order(tx: Tx) -> None:
        if seat is not None:
            await require_free(
                scope, tx, [lane_id], community_id=row.community_id, seat=seat, now_ms=row.asked_ms
            )
        await tx.insert(gate_orders, row._asdict())

    await db.run(order)
    try:
        await invoker.invoke(
            scope, device.iot_id, "OperatGate", {"OperatType": OPERAT_TYPE[action]}, timeout_s=TIMEOUT_S
        )
    except LinliError as error:
        await _note(db, row, error.code, clock.now_ms())
        raise
    return await _note(db, row, DONE, clock.now_ms())


async def _note(db: Database, row: GateOrder, result: str, now_ms: int) -> GateOrder:
    async def work(tx: Tx) -> None:
        await _answer.run(tx, row_id=row.id, to_result=result, now=now_ms)
        if result == DONE and row.action != "close":
            await emit(tx, GateOpened(row.tenant_id, row.community_id, row.lane_id))

    await db.run(work)
    return row._replace(result=result, answered_ms=now_ms)
