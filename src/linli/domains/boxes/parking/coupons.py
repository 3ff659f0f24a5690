"""Merchants' coupons for boxes that decide car parks: which one may use which, and what it used (ADR 0131)."""

import hashlib

import msgspec

from linli.domains.boxes.parking import document, queries
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import refresh
from linli.domains.boxes.service.products import whole
from linli.domains.parking.coupons import at_boxes
from linli.domains.parking.coupons.rows import CouponRow
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import CouponsAsked, CouponUses, ParkingCoupons, PlateCoupon

log = logger(__name__)

GATHER_MS = 500
"""Within which coupons reach a box together."""


async def answer(tx: Tx, node: Node, asked: CouponsAsked, *, now_ms: int) -> ParkingCoupons:
    """Nothing while the box is in no community."""
    if node.community_id is None:
        return ParkingCoupons(unchanged=not asked.have)
    scope = Scope.system(node.tenant_id, "boxes").narrowed(node.community_id)
    lots = await document.lots_of(scope, tx, node, document.read_spaces(asked.spaces))
    rows = await at_boxes.leave(
        scope,
        tx,
        community_id=node.community_id,
        box_id=node.node_id,
        lot_ids=[lot.space_id for lot in lots],
        wanted=asked.holds,
        now_ms=now_ms,
    )
    listed = [_shown(row) for row in sorted(rows)] if lots else []
    digest = hashlib.sha256(msgspec.json.encode(listed)).hexdigest()[:32]
    if digest == asked.have:
        return ParkingCoupons(version=digest, unchanged=True)
    return ParkingCoupons(version=digest, coupons=listed)


async def changed(tx: Tx, tenant_id: str, community_id: int) -> None:
    """A coupon was given: the community's boxes ask."""
    scope = Scope.system(tenant_id, "boxes")
    for row in await queries.boxes_in(scope, tx, community_id):
        node = await clusters.node(whole(scope), tx, row.node_id)
        await refresh.tell_once(tx, node, what="parking", within_ms=GATHER_MS)


async def used(tx: Tx, node: Node, uses: CouponUses, *, now_ms: int) -> None:
    """The merchant's account has each once, whatever else became of it meanwhile."""
    if node.community_id is None:
        return
    scope = Scope.system(node.tenant_id, "boxes").narrowed(node.community_id)
    for each in uses.uses:
        fresh = await at_boxes.settle(
            scope,
            tx,
            community_id=node.community_id,
            box_id=node.node_id,
            coupon_id=int(each.number),
            off_fen=each.off_fen,
            now_ms=now_ms,
        )
        if not fresh:
            log.warning(
                "box %s used a coupon that is none, or was used before: %s for order %s",
                node.serial_number,
                each.number,
                uses.order,
            )


def _shown(row: CouponRow) -> PlateCoupon:
    return PlateCoupon(
        number=str(row.coupon_id),
        plate=row.plate,
        kind=row.kind,
        value=row.value,
        space=str(row.lot_id) if row.lot_id else "",
        stacks=bool(row.stacks),
        here=row.box_id is not None,
    )
