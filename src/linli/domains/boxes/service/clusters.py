"""Clusters (边缘集群): made, changed, associated with a project, removed. Spec C §3, §5, §7."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import UNSET, Meta, UnsetType
from sqlalchemy import Table, bindparam, delete, select, update

from linli.domains.boxes import rules
from linli.domains.boxes.errors import ClusterAssociated, ClusterInUse
from linli.domains.boxes.models import (
    edge_clusters,
    edge_components,
    edge_deployments,
    edge_devices,
    edge_gateways,
    edge_nodes,
    edge_protocols,
    edge_replacements,
)
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Cluster
from linli.domains.boxes.service import certificates, video_gateways
from linli.domains.boxes.service.products import whole
from linli.domains.communities.queries import communities
from linli.domains.projects.queries import get_project
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope, update_of
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.things.service.devices import bind_project, move_device, unbind_project

HISTORY: Final = "edge_cluster"
REMARK_MOST: Final = 500

_change = update_of(
    edge_clusters,
    ("name", "model", "lan_cidr", "log_on", "monitor_on", "remark", "changed_ms"),
    edge_clusters.c.cluster_id == bindparam("row", type_=INT),
    in_scope(edge_clusters),
)
_associate = Command(
    update(edge_clusters)
    .where(edge_clusters.c.cluster_id == bindparam("row", type_=INT), in_scope(edge_clusters))
    .values(associated_ms=bindparam("at", type_=INT), changed_ms=bindparam("now", type_=INT))
)
_delete = Command(
    delete(edge_clusters).where(
        edge_clusters.c.cluster_id == bindparam("row", type_=INT), in_scope(edge_clusters)
    )
)
_delete_components = Command(
    delete(edge_components).where(
        edge_components.c.cluster_id == bindparam("row", type_=INT), in_scope(edge_components)
    )
)


def _placing(table: Table) -> Command:
    own = (
        table.c.cluster_id == bindparam("row", type_=INT)
        if "cluster_id" in table.c
        else (
            table.c.gateway_id.in_(
                select(edge_gateways.c.gateway_id).where(
                    edge_gateways.c.cluster_id == bindparam("row", type_=INT), in_scope(edge_gateways)
                )
            )
        )
    )
    return Command(
        update(table)
        .where(own, in_scope(table))
        .values(project_id=bindparam("to_project"), community_id=bindparam("to_community", type_=INT))
    )


_place = [
    _placing(table)
    for table in (
        edge_protocols,
        edge_devices,
        edge_gateways,
        edge_nodes,
        edge_components,
        edge_deployments,
        edge_replacements,
        edge_clusters,
    )
]


class ClusterForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    name: str
    model: Annotated[str, Meta(description="As the label says.")]
    lan_cidr: str = rules.DEFAULT_CIDR
    log_on: bool = True
    monitor_on: bool = True
    remark: str = ""
    project_id: str | None = None
    community_id: int | None = None


class ClusterChange(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """Absent fields stay as they are."""

    name: str | UnsetType = UNSET
    model: str | UnsetType = UNSET
    lan_cidr: str | UnsetType = UNSET
    log_on: bool | UnsetType = UNSET
    monitor_on: bool | UnsetType = UNSET
    remark: str | UnsetType = UNSET


async def create(scope: Scope, tx: Tx, *, form: ClusterForm, ids: Ids, now_ms: int) -> Cluster:
    """A new cluster. A person who sees only a part of the tenant names one of their projects or communities.

    Raises BadInput, NotFound.
    """
    if scope.communities is not None and form.project_id is None and form.community_id is None:
        raise BadInput(field="projectId", rule="required")
    await _check_place(scope, tx, form.project_id, form.community_id)
    cluster = Cluster(
        cluster_id=ids.number(), tenant_id=scope.tenant, project_id=form.project_id, community_id=form.community_id,
        name=rules.clean_name(form.name), model=rules.clean_model(form.model), lan_cidr=rules.clean_cidr(form.lan_cidr),
        log_on=int(form.log_on), monitor_on=int(form.monitor_on), remark=_remark(form.remark), created_ms=now_ms,
        changed_ms=now_ms, associated_ms=None if form.project_id is None else now_ms,
    )  # fmt: skip
    await tx.insert(edge_clusters, cluster._asdict())
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, cluster.cluster_id, form.community_id),
        "created",
        after=_audit_values(cluster),
        now_ms=now_ms,
    )
    return cluster


async def change(scope: Scope, tx: Tx, *, cluster_id: int, now_ms: int, wish: ClusterChange) -> Cluster:
    """Change the description of a cluster. Raises BadInput, NotFound."""
    cluster = await queries.cluster(scope, tx, cluster_id)
    now = cluster._replace(
        name=cluster.name if wish.name is UNSET else rules.clean_name(wish.name),
        model=cluster.model if wish.model is UNSET else rules.clean_model(wish.model),
        lan_cidr=cluster.lan_cidr if wish.lan_cidr is UNSET else rules.clean_cidr(wish.lan_cidr),
        log_on=cluster.log_on if wish.log_on is UNSET else int(wish.log_on),
        monitor_on=cluster.monitor_on if wish.monitor_on is UNSET else int(wish.monitor_on),
        remark=cluster.remark if wish.remark is UNSET else _remark(wish.remark),
        changed_ms=now_ms,
    )
    await _change.run(tx, scope, row=cluster_id, **now._asdict())
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, cluster_id, cluster.community_id),
        "changed",
        before=_audit_values(cluster),
        after=_audit_values(now),
        now_ms=now_ms,
    )
    return now


async def associate(
    scope: Scope, tx: Tx, *, cluster_id: int, project_id: str, community_id: int | None, now_ms: int
) -> Cluster:
    """Give a cluster with all that is behind it to a project, and say in which community it stands (C090).

    Raises NotFound, BadInput, ClusterAssociated, NotCertified.
    """
    cluster = await queries.cluster(scope, tx, cluster_id)
    await _check_place(scope, tx, project_id, community_id)
    if cluster.project_id not in (None, project_id):
        raise ClusterAssociated(cluster=cluster.name)
    for gateway in await gateway_queries.gateways_of(whole(scope), tx, [cluster_id]):
        drivers = await gateway_queries.protocols(whole(scope), tx, gateway.gateway_id)
        wanted = [(driver.driver_id, driver.version) for driver in drivers]
        await certificates.check(scope, tx, gateway, wanted, project_id=project_id)
    return await _move(scope, tx, cluster, project_id, community_id, associated_ms=now_ms, now_ms=now_ms)


async def dissociate(scope: Scope, tx: Tx, *, cluster_id: int, now_ms: int) -> Cluster:
    """Take a cluster from its project; it stays in its community. Raises NotFound."""
    cluster = await queries.cluster(scope, tx, cluster_id)
    return await _move(scope, tx, cluster, None, cluster.community_id, associated_ms=None, now_ms=now_ms)


async def _move(
    scope: Scope,
    tx: Tx,
    cluster: Cluster,
    project_id: str | None,
    community_id: int | None,
    *,
    associated_ms: int | None,
    now_ms: int,
) -> Cluster:
    tenant, row = whole(scope), cluster.cluster_id
    nodes = await queries.nodes_of(tenant, tx, [row])
    gateways = await gateway_queries.gateways_of(tenant, tx, [row])
    behind = [
        device.iot_id
        for gateway in gateways
        for device in await gateway_queries.devices(tenant, tx, gateway.gateway_id)
    ]
    video = await video_gateways.things_of(tenant, tx, row)
    things = [*dict.fromkeys((*(node.iot_id for node in nodes), *behind, *video))]
    if things and cluster.project_id != project_id:
        if cluster.project_id is not None:
            await unbind_project(tenant, tx, project_id=cluster.project_id, iot_ids=things)
        if project_id is not None:
            await bind_project(tenant, tx, project_id=project_id, iot_ids=things)
    if cluster.community_id != community_id:
        for iot_id in things:
            await move_device(tenant, tx, iot_id=iot_id, community_id=community_id)
    for command in _place:
        await command.run(tx, tenant, row=row, to_project=project_id, to_community=community_id)
    await _associate.run(tx, tenant, row=row, at=associated_ms, now=now_ms)
    now = cluster._replace(
        project_id=project_id, community_id=community_id, associated_ms=associated_ms, changed_ms=now_ms
    )
    await history.note(
        tenant,
        tx,
        history.Record(HISTORY, row, community_id),
        "changed",
        before=_audit_values(cluster),
        after=_audit_values(now),
        now_ms=now_ms,
    )
    return now


async def remove(scope: Scope, tx: Tx, *, cluster_id: int, now_ms: int) -> None:
    """Raises NotFound, ClusterInUse."""
    cluster = await queries.cluster(scope, tx, cluster_id)
    if nodes := await queries.nodes_of(whole(scope), tx, [cluster_id]):
        raise ClusterInUse(cluster=cluster.name, count=len(nodes))
    await _delete_components.run(tx, scope, row=cluster_id)
    await _delete.run(tx, scope, row=cluster_id)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, cluster_id, cluster.community_id),
        "deleted",
        before=_audit_values(cluster),
        now_ms=now_ms,
    )


async def _check_place(scope: Scope, tx: Tx, project_id: str | None, community_id: int | None) -> None:
    if project_id is not None:
        await get_project(scope, tx, project_id=project_id)
    if community_id is not None:
        scope.allow(community_id)
        await communities.community(scope, tx, community_id)


def _remark(text: str) -> str:
    strip = text.strip()
    if len(strip) > REMARK_MOST:
        raise BadInput(field="remark", rule="too_long", limit=REMARK_MOST)
    return strip


def _audit_values(row: Cluster) -> dict[str, Any]:
    facts = row._asdict()
    return {
        name: facts[name]
        for name in (
            "name",
            "model",
            "lan_cidr",
            "log_on",
            "monitor_on",
            "remark",
            "project_id",
            "community_id",
        )
    }
