"""Boxes that run the intercom of their site: they are told of other accounts, and their calls are known again."""

from typing import Final

from linli.domains.boxes import components as kinds
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.queries import components as component_queries
from linli.domains.boxes.service import refresh
from linli.domains.intercom.models import site_calls
from linli.kernel.db import Tx
from linli.kernel.scope import Scope

GATHER_MS: Final = 1_000
"""How long word to a box is held back, so that many changes make one."""


def ref_of(caller: str, call_id: str) -> str:
    """What names a call of a site on both ways that it may be told by."""
    return f"{caller}:{call_id}"


async def note_ref(tx: Tx, *, tenant_id: str, ref: str, call_id: int) -> None:
    """A call that rings here came from a box, which will tell of it as well."""
    row = {"ref": ref, "tenant_id": tenant_id, "call_id": call_id, "node_id": 0}
    await tx.upsert(site_calls, [row], keys=("ref",), update=("tenant_id",))


async def tell_boxes(scope: Scope, tx: Tx, community_id: int) -> None:
    """Boxes of the community that run its intercom are to ask for its accounts now."""
    system = Scope.system(scope.tenant, "boxes")
    rows = [
        row
        for row in await component_queries.of_code(system, tx, kinds.INTERCOM)
        if row.community_id == community_id and row.state == kinds.INSTALLED
    ]
    for node in await clusters.nodes_of(system, tx, [row.cluster_id for row in rows]):
        if kinds.is_for(next(row for row in rows if row.cluster_id == node.cluster_id), node):
            await refresh.tell_once(tx, node, what="intercom", within_ms=GATHER_MS)
