"""Handlers of communities: devices that are, or will be, put into one."""

from linli.domains.communities.queries import communities as queries
from linli.domains.communities.rows import APPROVED
from linli.domains.communities.service.lifecycle import NotInManagement
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.events import BatchStarted, DeviceMoved


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline: a device stays with its tenant, and no device goes into a community that is still under review (A TOP-02).

    A caller who moves devices sees the whole tenant or some of its communities; only this room knows which. Raises
    NotFound for a community of another tenant, as for none at all; NotInManagement.
    """
    if event.community_id is not None:
        await _check(tx, event.tenant_id, event.community_id)


async def batch_started(tx: Tx, event: BatchStarted) -> None:
    """Inline: the same for devices that workers will make. Raises NotFound, NotInManagement."""
    await _check(tx, event.tenant_id, event.community_id)


async def _check(tx: Tx, tenant_id: str, community_id: int) -> None:
    community = await queries.community(Scope.system(tenant_id, "communities"), tx, community_id)
    if community.apply_status != APPROVED:
        raise NotInManagement(name=community.name)
