"""An order at a box's car park of each lot, and money that came for a code at its exit."""

from typing import Any

from linli.domains.boxes.lane_pay.models import edge_lane_payments
from linli.domains.boxes.lane_pay.rows import LanePaid
from linli.domains.boxes.parking.models import edge_parking_orders
from linli.domains.boxes.parking.rows import OrderRow
from linli.domains.boxes.rows import Node
from linli.kernel.db import Tx


async def add_order(tx: Tx, lot: Any, node: Node, now_ms: int) -> None:
    lot.box_order = f"0rder{lot.name}1"
    row = OrderRow(
        node_id=node.node_id, number=lot.box_order, tenant_id=node.tenant_id, project_id=node.project_id,
        community_id=node.community_id, lot_id="P", lot_name=f"车场{lot.name}", plate=f"浙{lot.name}00077",
        shown=f"浙{lot.name}00077", in_name="入口", in_ms=now_ms, out_name="", out_ms=None, status=4, fen=500,
        waived_fen=0, paid_ms=None, basis="box_price", tariff="", version=0, lines="[]", reason="", changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_parking_orders, row._asdict())
    lot.lane_nonce = f"n0nce{lot.name}0fC0de"
    paid = LanePaid(
        node.node_id, lot.lane_nonce, node.tenant_id, node.project_id, lot.community, lot.box_order, lot.charge, 500,
        now_ms, None, 0,
    )  # fmt: skip
    await tx.insert(edge_lane_payments, paid._asdict())
