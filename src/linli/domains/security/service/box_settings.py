"""What people say of adapters, and of cameras that give snapshots over HTTP."""

from sqlalchemy import bindparam

from linli.databus import address
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.service import refresh
from linli.domains.security.models import adapters, cameras
from linli.domains.security.queries import boxes as queries
from linli.kernel.db import INT, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import SECURITY_NEWS
from linli.things.queries.devices import get_device

URL_MOST = 512
_confirm = update_of(
    adapters,
    ("confirmed",),
    adapters.c.node_id == bindparam("node", type_=INT),
    adapters.c.manufacture == bindparam("brand"),
    in_scope(adapters),
)


async def confirm_adapter(
    scope: Scope, tx: Tx, *, community_id: int, node_id: int, manufacture: str, ip: str
) -> None:
    """Raises NotFound, BadInput for another address than the one that was refused."""
    rows = await queries.adapters_in(scope, tx, community_id)
    row = next((each for each in rows if (each.node_id, each.manufacture) == (node_id, manufacture)), None)
    if row is None:
        raise NotFound(what="security_adapter", id=manufacture[:16])
    if not ip or ip != row.stranger:
        raise BadInput(field="ip", rule="unknown")
    await _confirm.run(tx, scope, node=node_id, brand=manufacture, confirmed=ip)
    node = await clusters.node(Scope.system(scope.tenant, "security"), tx, node_id)
    await refresh.tell(tx, node, what=SECURITY_NEWS)


async def set_snapshot(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, url: str, secrets: Secrets
) -> None:
    """Raises NotFound, BadInput."""
    device = await get_device(scope, tx, iot_id=iot_id)
    if device.community_id != community_id:
        raise NotFound(what="device", id=iot_id)
    if len(url) > URL_MOST:
        raise BadInput(field="url", rule="too_long", limit=URL_MOST)
    if url:
        scheme, mark, rest = url.partition("://")
        host, slash, path = rest.partition("/")
        try:
            address.parse(f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}")
        except BadInput as error:
            raise BadInput(**{**error.facts, "field": "url"}) from error
    row = {
        "iot_id": iot_id,
        "tenant_id": device.tenant_id,
        "community_id": community_id,
        "snapshot_url": secrets.seal(url, about=f"snapshot:{iot_id}") if url else "",
    }
    await tx.upsert(cameras, [row], keys=("iot_id",), update=("snapshot_url", "community_id"))
