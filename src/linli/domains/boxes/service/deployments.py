"""Deployments (部署): a box's desired configuration, its changes, and their result. Spec C §8.10.

Each deployment keeps its whole desired configuration, sealed, so that any deployment can be restored.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, update

from linli.domains.boxes.errors import ChangesMoved, NothingChanged
from linli.domains.boxes.models import edge_deployments, edge_nodes
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as component_queries
from linli.domains.boxes.queries import deployments as queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Cluster, Deployment, Gateway, Node, place_of
from linli.domains.boxes.service import certificates, devices, gateways, protocols, refresh
from linli.domains.boxes.service.products import whole
from linli.domains.boxes.snapshots import (
    Differences,
    Snapshot,
    SnapshotDevice,
    SnapshotDriver,
    SnapshotInterconnect,
    differences,
)
from linli.kernel.db import INT, Command, Reader, Tx, any_of, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

DEVICES, SETTINGS, ROLL_BACK, RESTORE = "devices", "settings", "roll_back", "restore"
WAITING, RUNNING, DONE, FAILED, SUPERSEDED = "waiting", "running", "done", "failed", "superseded"
OPEN: Final = (WAITING, RUNNING)

_next = Command(
    update(edge_nodes)
    .where(edge_nodes.c.node_id == bindparam("row", type_=INT), in_scope(edge_nodes))
    .values(generation=edge_nodes.c.generation + 1)
)
_supersede = Command(
    update(edge_deployments)
    .where(
        in_scope(edge_deployments),
        edge_deployments.c.node_id == bindparam("node", type_=INT),
        any_of(edge_deployments.c.state, "states"),
        edge_deployments.c.generation < bindparam("than", type_=INT),
    )
    .values(state=SUPERSEDED, finished_ms=bindparam("now", type_=INT))
)


async def wanted(
    scope: Scope, db: Reader, gateway: Gateway, cluster: Cluster, *, secrets: Secrets
) -> Snapshot:
    """The present settings of a gateway, deployed or not."""
    tenant = whole(scope)
    protocol_rows = await gateway_queries.protocols(tenant, db, gateway.gateway_id)
    behind: dict[int, list[SnapshotDevice]] = {}
    for row in await gateway_queries.devices(tenant, db, gateway.gateway_id):
        behind.setdefault(row.protocol_id, []).append(
            SnapshotDevice(
                iot_id=row.iot_id,
                product_key=row.product_key,
                device_name=row.device_name,
                alias=row.alias,
                custom=devices.custom_of(row, secrets),
            )
        )
    drivers = [
        SnapshotDriver(
            protocol_id=row.protocol_id,
            id=row.driver_id,
            name=row.name,
            version=row.version,
            config=protocols.config_of(row, secrets),
            devices=behind.get(row.protocol_id, []),
        )
        for row in protocol_rows
    ]
    return Snapshot(
        gateway_id=gateway.gateway_id,
        gateway_name=gateway.name,
        drivers=drivers,
        interconnect=SnapshotInterconnect(
            on=bool(gateway.interconnect_on),
            user=gateway.interconnect_user,
            password=gateways.password_of(gateway, secrets),
        ),
        settings=await component_queries.settings_of(tenant, db, cluster),
    )


def snapshot_of(row: Deployment | None, secrets: Secrets) -> Snapshot:
    """The configuration of a deployment; an empty one before the first."""
    if row is None:
        return Snapshot()
    text = secrets.open(row.snapshot_sealed, about=f"edge_deployment:{row.deployment_id}")
    return msgspec.json.decode(text, type=Snapshot)


async def pending(scope: Scope, db: Reader, gateway_id: int, *, secrets: Secrets) -> Differences:
    """The changes of the next deployment of a gateway. Raises NotFound."""
    gateway = await gateway_queries.gateway(scope, db, gateway_id)
    _, _, changes = await _look(scope, db, gateway, secrets)
    return changes


async def _look(
    scope: Scope, db: Reader, gateway: Gateway, secrets: Secrets
) -> tuple[Deployment | None, Snapshot, Differences]:
    cluster = await cluster_queries.cluster(whole(scope), db, gateway.cluster_id)
    latest = await queries.latest(whole(scope), db, gateway.node_id)
    now = await wanted(scope, db, gateway, cluster, secrets=secrets)
    return latest, now, differences(snapshot_of(latest, secrets), now)


async def deploy(
    scope: Scope,
    tx: Tx,
    *,
    gateway_id: int,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
    offline: int | None = None,
    kind: str = DEVICES,
    force: bool = False,
) -> Deployment:
    """Send what a gateway is set to. `offline`: how many devices the person saw go off-line.

    `force` sends it though nothing changed, as to a new box (CB-03).
    Raises NotFound, NothingChanged, ChangesMoved, NotCertified.
    """
    gateway = await gateway_queries.gateway(scope, tx, gateway_id)
    protocol_rows = await gateway_queries.protocols(whole(scope), tx, gateway_id)
    await certificates.check(
        scope, tx, gateway, [(protocol.driver_id, protocol.version) for protocol in protocol_rows]
    )
    node = await take_turn(scope, tx, gateway.node_id)
    _, now, changes = await _look(scope, tx, gateway, secrets)
    if not changes and not force:
        raise NothingChanged(gateway=gateway.name)
    if offline is not None and offline != len(changes.offline):
        raise ChangesMoved(expected=offline, count=len(changes.offline))
    deployment = await _write(scope, tx, node, now, changes, kind, ids=ids, secrets=secrets, now_ms=now_ms)
    await gateways.note_deployed(
        scope, tx, gateway_id=gateway_id, generation=deployment.generation, now_ms=now_ms
    )
    return deployment


async def push_settings(
    scope: Scope, tx: Tx, cluster: Cluster, *, ids: Ids, secrets: Secrets, now_ms: int
) -> list[Deployment]:
    """Send components and switches of a cluster to its boxes; other undeployed settings are not sent."""
    deployments = []
    settings = await component_queries.settings_of(whole(scope), tx, cluster)
    for node_row in await cluster_queries.nodes_of(whole(scope), tx, [cluster.cluster_id]):
        node = await take_turn(scope, tx, node_row.node_id)
        latest = await queries.latest(whole(scope), tx, node.node_id)
        before = snapshot_of(latest, secrets)
        now = msgspec.structs.replace(before, settings=settings)
        changes = differences(before, now)
        if not changes:
            continue
        deployments.append(
            await _write(scope, tx, node, now, changes, SETTINGS, ids=ids, secrets=secrets, now_ms=now_ms)
        )
    return deployments


async def push_driver(
    scope: Scope,
    tx: Tx,
    *,
    gateway_id: int,
    driver_id: str,
    version: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Deployment | None:
    """Send another version of a driver; other undeployed settings are not sent. None: it is not deployed."""
    gateway = await gateway_queries.gateway(scope, tx, gateway_id)
    node = await take_turn(scope, tx, gateway.node_id)
    before = snapshot_of(await queries.latest(whole(scope), tx, node.node_id), secrets)
    drivers = [
        msgspec.structs.replace(driver, version=version) if driver.id == driver_id else driver
        for driver in before.drivers
    ]
    now = msgspec.structs.replace(before, drivers=drivers)
    changes = differences(before, now)
    if not changes:
        return None
    return await _write(scope, tx, node, now, changes, DEVICES, ids=ids, secrets=secrets, now_ms=now_ms)


async def restore(
    scope: Scope, tx: Tx, node: Node, *, ids: Ids, secrets: Secrets, now_ms: int
) -> Deployment | None:
    """For a new box: components and drivers of what the old one had, without devices. None: it had nothing."""
    turn = await take_turn(scope, tx, node.node_id)
    latest = await queries.latest(whole(scope), tx, node.node_id)
    if latest is None:
        return None
    before = snapshot_of(latest, secrets)
    bare = [msgspec.structs.replace(driver, devices=[]) for driver in before.drivers]
    now = msgspec.structs.replace(before, drivers=bare)
    changes = differences(Snapshot(), now)
    return await _write(scope, tx, turn, now, changes, RESTORE, ids=ids, secrets=secrets, now_ms=now_ms)


async def take_turn(scope: Scope, tx: Tx, node_id: int) -> Node:
    """The next generation of a box; others wait for this unit of work. Raises NotFound."""
    await cluster_queries.node(whole(scope), tx, node_id)
    await _next.run(tx, whole(scope), row=node_id)
    return await cluster_queries.node(whole(scope), tx, node_id)


async def _write(
    scope: Scope,
    tx: Tx,
    node: Node,
    snapshot: Snapshot,
    changes: Differences,
    kind: str,
    *,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Deployment:
    deployment_id = ids.number()
    place: dict[str, Any] = place_of(node)
    deployment = Deployment(
        deployment_id=deployment_id, **place, cluster_id=node.cluster_id, node_id=node.node_id,
        gateway_id=snapshot.gateway_id or None, generation=node.generation, kind=kind, state=WAITING, percent=0,
        snapshot_sealed=secrets.seal(
            msgspec.json.encode(snapshot).decode(), about=f"edge_deployment:{deployment_id}"
        ),
        changes=msgspec.json.encode(changes).decode(), devices="[]", reason="", by_kind=scope.caller.kind,
        by_id=scope.caller.id, created_ms=now_ms, taken_ms=None, finished_ms=None,
    )  # fmt: skip
    await tx.insert(edge_deployments, deployment._asdict())
    await _supersede.run(
        tx, whole(scope), node=node.node_id, than=node.generation, now=now_ms, states=list(OPEN)
    )
    await refresh.tell(tx, node, what="deployment")
    return deployment
