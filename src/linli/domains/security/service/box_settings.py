"""What people say of adapters."""

from sqlalchemy import bindparam

from linli.domains.boxes.queries import clusters
from linli.domains.boxes.service import refresh
from linli.domains.security.models import adapters
from linli.domains.security.queries import boxes as queries
from linli.kernel.db import INT, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_link import SECURITY_NEWS

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
