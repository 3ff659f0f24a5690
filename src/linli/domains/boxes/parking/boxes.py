"""Boxes that follow a community's tariffs and rights: told of a change, and what they say of it."""

from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.parking import queries
from linli.domains.boxes.parking.models import edge_parking_boxes
from linli.domains.boxes.parking.rows import BoxRow
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import refresh
from linli.domains.boxes.service.products import whole
from linli.kernel import history
from linli.kernel.db import Tx
from linli.kernel.events import emit
from linli.kernel.scope import Scope

GATHER_MS = 2_000
"""Within which changes reach a box together."""
HISTORY = "edge_parking"
_UPDATE = ("tenant_id", "project_id", "community_id", "held_version", "held_ms", "fire_ms", "fire_over_ms")


async def note(tx: Tx, node: Node, have: str, *, holds: bool, now_ms: int) -> None:
    """A box asked: `holds`, what it has is what is wanted."""
    scope = Scope.system(node.tenant_id, "boxes")
    before = await queries.box(scope, tx, node.node_id)
    if before is not None and holds and before.held_version == have and before.held_ms is not None:
        return
    row = BoxRow(
        node_id=node.node_id,
        tenant_id=node.tenant_id,
        project_id=node.project_id,
        community_id=node.community_id,
        held_version=have,
        held_ms=now_ms if holds else None,
        fire_ms=before.fire_ms if before is not None else 0,
        fire_over_ms=before.fire_over_ms if before is not None else 0,
    )
    await _write(tx, row)
    if holds:
        moved = EdgeMoved(node.tenant_id, node.community_id, "parking", node.cluster_id, node.node_id)
        await emit(tx, moved)


async def changed(tx: Tx, tenant_id: str, community_id: int) -> None:
    """Tariffs, rights or visitors of a community: its boxes are told."""
    scope = Scope.system(tenant_id, "boxes")
    for row in await queries.boxes_in(scope, tx, community_id):
        await _tell(tx, scope, row)


async def fire(tx: Tx, tenant_id: str, community_id: int, *, at_ms: int) -> None:
    """A device of the community tells of a fire: its car parks' barriers go up."""
    scope = Scope.system(tenant_id, "boxes")
    for row in await queries.boxes_in(scope, tx, community_id):
        if at_ms > max(row.fire_ms, row.fire_over_ms):
            await _tell(tx, scope, row._replace(fire_ms=at_ms), within_ms=0)


async def end_fire(scope: Scope, tx: Tx, *, community_id: int, now_ms: int) -> None:
    """A person says that it is over: barriers of the community's car parks close again."""
    scope.allow(community_id)
    system = Scope.system(scope.tenant, "boxes")
    for row in await queries.boxes_in(system, tx, community_id):
        await _tell(tx, system, row._replace(fire_over_ms=now_ms), within_ms=0)
    record = history.Record(HISTORY, str(community_id), community_id)
    await history.note(scope, tx, record, "fire_ended", before={}, after={}, now_ms=now_ms)


async def _tell(tx: Tx, scope: Scope, row: BoxRow, *, within_ms: int = GATHER_MS) -> None:
    await _write(tx, row._replace(held_ms=None))
    node = await cluster_queries.node(whole(scope), tx, row.node_id)
    if within_ms:
        await refresh.tell_once(tx, node, what="parking", within_ms=within_ms)
    else:
        await refresh.tell(tx, node, what="parking")
    moved = EdgeMoved(node.tenant_id, node.community_id, "parking", node.cluster_id, node.node_id)
    await emit(tx, moved)


async def _write(tx: Tx, row: BoxRow) -> None:
    await tx.upsert(edge_parking_boxes, [row._asdict()], keys=("node_id",), update=_UPDATE)
