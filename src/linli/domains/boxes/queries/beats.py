"""The newest heartbeats of boxes."""

from sqlalchemy import select

from linli.domains.boxes.models import edge_node_beats
from linli.domains.boxes.rows import Beat
from linli.kernel.db import Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_beats = Query(
    select(edge_node_beats).where(in_scope(edge_node_beats), any_of(edge_node_beats.c.node_id, "node_ids")),
    Beat,
)


async def beats(scope: Scope, db: Reader, node_ids: list[int]) -> dict[int, Beat]:
    """The newest heartbeat of boxes, by node."""
    rows = await _beats.all(db, scope, node_ids=node_ids) if node_ids else []
    return {beat.node_id: beat for beat in rows}
