"""Console: cars that boxes keep before the barriers of their car parks, for a person.

Read from what a box reports of each car: the last one at a barrier counts. It leaves the list when the box reports
another car there, or that this one was let through.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.domains.boxes.parking import queries
from linli.domains.boxes.parking.queries import CarFilter
from linli.domains.boxes.parking.rows import CarRow
from linli.domains.communities.queries import spaces
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.rules.parking_entry import Reason

RECENT_MS: Final = 3_600_000
"""For so long a car that was not let through is believed to stand there."""
NEWEST: Final = 500
"""Cars that are looked through."""
_AT_ENTRY: Final = frozenset((Reason.NO_PLATE.value, Reason.NOT_A_PLATE.value))
"""Who is kept out for another reason turns round, and needs nobody."""
_UNPAID: Final = 4
_PAID_SHUT: Final = "paid_shut"
"""The box's reason for a car that paid and whose barrier did not move (ADR 0127)."""
type Why = Literal["fee_due", "paid_shut", "no_plate", "kept_in"]
_ORDER: Final[tuple[Why, ...]] = ("paid_shut", "fee_due", "kept_in", "no_plate")


class EdgeNeed(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A car before a closed barrier of a box."""

    node_id: str
    lot_name: str
    barrier_id: str
    barrier_name: str
    way: Literal["in", "out"]
    why: Annotated[
        Why,
        Meta(
            description="fee_due: it owes at the exit; paid_shut: it owes nothing, and its barrier did "
            "not move or the box did not report that it left; no_plate: none was read; "
            "kept_in: the exit stays closed for another reason, which `reason` says."
        ),
    ]
    reason: Annotated[str, Meta(description="As the box says it.")]
    since_ms: Annotated[int, Meta(description="UTC ms, by the box's clock.")]
    plate: Annotated[str, Meta(description="Empty: none was read.")]
    order_number: Annotated[str, Meta(description="Empty: there is no order.")]


edge_attention_routes = Routes("/communities/{community_id:int}/edge-parking/attention", tags=("parking",))


@edge_attention_routes.get(right=Right.VEHICLES_SEE.value, raises=(NotFound,))
async def list_edge_needs(community_id: int, scope: Scope, db: Database, clock: Clock) -> list[EdgeNeed]:
    """Cars before closed barriers of boxes, the most urgent first."""
    await spaces.require_root(scope, db, community_id)
    within = scope.narrowed(community_id)
    where = CarFilter(community_id=community_id, since_ms=clock.now_ms() - RECENT_MS)
    cars = await queries.cars(within, db, where=where, page=PageRequest(1, NEWEST))
    newest: dict[tuple[int, str, str], CarRow] = {}
    for car in cars.data:
        newest.setdefault((car.node_id, car.lot_id, car.barrier_id), car)
    needs = [
        _need(car, why) for car in newest.values() if not car.opened and (why := await _why(within, db, car))
    ]
    return sorted(needs, key=lambda need: (_ORDER.index(need.why), need.since_ms, need.barrier_id))


async def _why(scope: Scope, db: Reader, car: CarRow) -> Why | None:
    if car.reason in _AT_ENTRY:
        return "no_plate"
    if not car.way:
        return None
    if car.reason == _PAID_SHUT:
        return "paid_shut"
    if car.reason != Reason.FEE_DUE.value:
        return "kept_in"
    try:
        order = await queries.order(scope, db, car.node_id, car.order_number)
    except NotFound:
        return "fee_due"
    return "fee_due" if order.status == _UNPAID else "paid_shut"


def _need(car: CarRow, why: Why) -> EdgeNeed:
    return EdgeNeed(
        node_id=str(car.node_id),
        lot_name=car.lot_name or car.lot_id,
        barrier_id=car.barrier_id,
        barrier_name=car.barrier_name or car.barrier_id,
        way="out" if car.way else "in",
        why=why,
        reason=car.reason,
        since_ms=car.at_ms,
        plate=car.shown,
        order_number=car.order_number,
    )
