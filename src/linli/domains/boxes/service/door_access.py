"""A box that is to serve doors: its component, its gateway and the doors' protocol, in one step."""

from typing import NamedTuple

from linli.domains.boxes import components as kinds
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as component_queries
from linli.domains.boxes.queries import gateways as queries
from linli.domains.boxes.rows import Gateway, Protocol
from linli.domains.boxes.service import components, gateways, protocols
from linli.domains.boxes.service.products import whole
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets


class Access(NamedTuple):
    """How far a box is set up for doors."""

    gateway: Gateway | None
    protocols: list[Protocol]


async def door_access(scope: Scope, db: Reader, node_id: int) -> Access:
    """Raises NotFound."""
    await cluster_queries.node(scope, db, node_id)
    gateway = await queries.gateway_of_node(scope, db, node_id)
    return Access(gateway, await queries.protocols(scope, db, gateway.gateway_id) if gateway else [])


async def begin(
    scope: Scope, tx: Tx, *, node_id: int, driver_id: str, ids: Ids, secrets: Secrets, now_ms: int
) -> Access:
    """Make what is missing; what is there stays. Raises NotFound, ComponentRefused, NotCertified."""
    node = await cluster_queries.node(scope, tx, node_id)
    gateway = await queries.gateway_of_node(whole(scope), tx, node_id)
    wishes = await component_queries.of_cluster(whole(scope), tx, node.cluster_id)
    wish = wishes.get(kinds.DEVICE_ACCESS)
    if gateway is None and (wish is None or wish.state != kinds.INSTALLED):
        await components.install(
            scope,
            tx,
            cluster_id=node.cluster_id,
            code=kinds.DEVICE_ACCESS,
            form=components.InstallForm(gateway_name=node.name),
            ids=ids,
            secrets=secrets,
            now_ms=now_ms,
        )
        gateway = await queries.gateway_of_node(whole(scope), tx, node_id)
    if gateway is None:  # of a box that joined its group later
        gateway = await gateways.create(scope, tx, node_id=node_id, name=node.name, ids=ids, now_ms=now_ms)
    rows = await queries.protocols(whole(scope), tx, gateway.gateway_id)
    if all(row.driver_id != driver_id for row in rows):
        added = await protocols.add(
            scope,
            tx,
            gateway_id=gateway.gateway_id,
            driver_id=driver_id,
            ids=ids,
            secrets=secrets,
            now_ms=now_ms,
        )
        rows = [*rows, added]
    return Access(gateway, rows)
