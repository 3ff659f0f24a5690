"""How many parking spaces a lot has and how many are free: guests do not come into a full one.

Who has a right comes in all the same, and so does who the lane's camera lets in by itself: the platform counts them too,
and `left` may be below zero.
"""

from typing import Final

from sqlalchemy import bindparam, select

from linli.domains.parking.fees import lots, stay_queries
from linli.domains.parking.fees.exits import HISTORY_KIND
from linli.domains.parking.fees.models import lot_rules
from linli.kernel import history
from linli.kernel.db import INT, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

MOST: Final = 100_000
_capacities = Query(
    select(lot_rules.c.lot_id, lot_rules.c.capacity)
    .where(
        in_scope(lot_rules),
        lot_rules.c.community_id == bindparam("community_id", type_=INT),
        lot_rules.c.capacity.is_not(None),
    )
    .order_by(lot_rules.c.lot_id)
)


async def set_capacity(scope: Scope, tx: Tx, *, lot_id: int, capacity: int | None, now_ms: int) -> None:
    """None: not counted. Raises NotFound, BadInput, also for a space that is no lot."""
    if capacity is not None and not 1 <= capacity <= MOST:
        raise BadInput(field="capacity", rule="range", low=1, high=MOST)
    community_id = await lots.require_lot(scope, tx, lot_id)
    before = (await capacities(scope, tx, community_id)).get(lot_id)
    row = {
        "lot_id": lot_id,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "holds_unpaid": 0,
        "capacity": capacity,
        "changed_ms": now_ms,
    }
    await tx.upsert(lot_rules, [row], keys=("lot_id",), update=("capacity", "changed_ms"))
    await history.note(
        scope, tx, history.Record(HISTORY_KIND, str(lot_id), community_id), "changed", now_ms=now_ms,
        before={"capacity": before}, after={"capacity": capacity},
    )  # fmt: skip


async def capacities(scope: Scope, db: Reader, community_id: int) -> dict[int, int]:
    """Parking spaces of the lots of a community that are counted."""
    return {lot: int(count) for lot, count in await _capacities.all(db, scope, community_id=community_id)}


async def left(scope: Scope, db: Reader, *, community_id: int, lot_id: int) -> int | None:
    """Free parking spaces of a lot; None: not counted."""
    capacity = (await capacities(scope, db, community_id)).get(lot_id)
    if capacity is None:
        return None
    return capacity - (await stay_queries.counts_inside(scope, db, community_id)).get(lot_id, 0)
