"""Console: adapters of boxes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.queries import clusters
from linli.domains.communities.console.spaces import root_of
from linli.domains.people.rights import Right
from linli.domains.security.queries import boxes as queries
from linli.domains.security.service import box_settings as service
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


class AdapterRow(msgspec.Struct, rename="camel", frozen=True):
    node_id: str
    box: str
    manufacture: Annotated[str, Meta(description="DH, HIK, UNIVIEW, TIANDY")]
    ip: str
    port: int
    since_ms: int
    reached: bool
    stranger: Annotated[str, Meta(description="Another address that logged in and was refused; or empty.")]


class AdapterMove(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    ip: Annotated[str, Meta(description="The address that was refused.")]


adapter_routes = Routes("/communities/{community_id:int}/security-adapters", tags=("security",))


@adapter_routes.get(right=SEE, raises=(NotFound,))
async def list_security_adapters(community_id: int, scope: Scope, db: Database) -> list[AdapterRow]:
    """Adapters of camera brands that are logged in at the community's boxes."""
    await root_of(scope, db, community_id)
    rows = []
    for each in await queries.adapters_in(scope, db, community_id):
        node = await clusters.node(Scope.system(scope.tenant, "security"), db, each.node_id)
        rows.append(
            AdapterRow(
                str(each.node_id),
                node.name,
                each.manufacture,
                each.ip,
                each.port,
                each.since_ms,
                bool(each.reached),
                each.stranger,
            )
        )
    return rows


@adapter_routes.post("/{node_id:int}/{manufacture:str}/move", right=MANAGE, status=200, raises=(NotFound,))
async def move_security_adapter(
    community_id: int, node_id: int, manufacture: str, data: AdapterMove, scope: Scope, tx: Tx
) -> None:
    """Let an adapter log in from the address that was refused; the one before is none of it any more."""
    await service.confirm_adapter(
        scope, tx, community_id=community_id, node_id=node_id, manufacture=manufacture, ip=data.ip
    )
