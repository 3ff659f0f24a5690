"""Reactions to cameras that change, move or are deleted."""

from sqlalchemy import bindparam, delete

from linli.domains.boxes.queries import clusters
from linli.domains.boxes.service import refresh
from linli.domains.security.models import cameras, plan_cameras, rules
from linli.domains.security.queries import libraries as queries
from linli.domains.security.service import desired
from linli.domains.video.events import CamerasChanged
from linli.kernel.db import Command, Tx, in_scope
from linli.kernel.scope import Scope
from linli.protocols.edge_link import SECURITY_NEWS
from linli.things.events import DeviceDeleted, DeviceMoved

TELL_WITHIN_MS = 2_000
_forget = [
    Command(delete(table).where(table.c.iot_id == bindparam("device"), in_scope(table)))
    for table in (cameras, rules, plan_cameras)
]


async def cameras_changed(tx: Tx, event: CamerasChanged) -> None:
    """Inline: boxes of the community fetch their cameras anew, and tell adapters."""
    scope = Scope.system(event.tenant_id, "security")
    for node in await clusters.active_nodes(scope, tx):
        if node.community_id == event.community_id:
            await refresh.tell_once(tx, node, what=SECURITY_NEWS, within_ms=TELL_WITHIN_MS)


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline: what was wanted of it was wanted in its old community."""
    await _end(tx, event.tenant_id, event.iot_id)


async def device_deleted(tx: Tx, event: DeviceDeleted) -> None:
    """Inline."""
    await _end(tx, event.tenant_id, event.iot_id)


async def _end(tx: Tx, tenant_id: str, iot_id: str) -> None:
    """Rules and plans end; libraries go with their pictures (housekeeping)."""
    scope = Scope.system(tenant_id, "security")
    for command in _forget:
        await command.run(tx, scope, device=iot_id)
    for library in await queries.libraries_of(scope, tx, iot_id):
        ended = library._replace(expires_ms=0)
        await desired.save_library(scope, tx, ended)
