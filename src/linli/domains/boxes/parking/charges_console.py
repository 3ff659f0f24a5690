"""Console: what drivers paid over the network for an order of a box."""

from linli.domains.boxes.lane_pay import queries
from linli.domains.boxes.parking import queries as parking
from linli.domains.boxes.parking.console import NumberText
from linli.domains.communities.queries import spaces
from linli.domains.payments.charges import queries as charges
from linli.domains.payments.charges.console import ChargeLine, lines_of
from linli.domains.people.rights import Right
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

TAKE = Right.FEES_TAKE.value
order_charge_routes = Routes("/communities/{community_id:int}/edge-parking/orders", tags=("parking",))


@order_charge_routes.get("/{node_id:int}/{number:str}/charges", right=TAKE, raises=(NotFound,))
async def list_charges_of_edge_order(
    community_id: int, node_id: int, number: NumberText, scope: Scope, db: Database
) -> list[ChargeLine]:
    """Charges that were paid for one order, the oldest first."""
    await spaces.require_root(scope, db, community_id)
    within = scope.narrowed(community_id)
    order = await parking.order(within, db, node_id, number)
    paid = await queries.of_order(within, db, node_id=node_id, number=order.number)
    return await lines_of(within, db, await charges.several(within, db, [row.charge_id for row in paid]))
