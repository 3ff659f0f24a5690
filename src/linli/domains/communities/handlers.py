"""What communities react to: devices that are, or will be, put into one."""

from linli.domains.communities.queries import communities as queries
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.things.events import BatchStarted, DeviceMoved


async def device_moved(tx: Tx, event: DeviceMoved) -> None:
    """Inline: a device stays with its tenant. Raises NotFound for a community of another one, as for none at all.

    Whoever moves devices sees the whole tenant or some communities of it; only here is known which those are.
    """
    if event.community_id is not None:
        await queries.community(Scope.system(event.tenant_id, "communities"), tx, event.community_id)


async def batch_started(tx: Tx, event: BatchStarted) -> None:
    """Inline: the same for devices that workers will make. Raises NotFound."""
    await queries.community(Scope.system(event.tenant_id, "communities"), tx, event.community_id)
