"""Clusters and their boxes."""

from typing import Annotated, Any

from msgspec import Meta
from sqlalchemy import bindparam, func, or_, select

from linli.domains.boxes.models import edge_clusters, edge_nodes
from linli.domains.boxes.queries.patterns import like
from linli.domains.boxes.rows import Cluster, Node
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_c, _n = edge_clusters.c, edge_nodes.c
_cluster = Query(
    select(edge_clusters).where(in_scope(edge_clusters), _c.cluster_id == bindparam("cluster_id", type_=INT)),
    Cluster,
)
_named = or_(
    bindparam("text") == "",
    func.lower(_c.name).like(bindparam("text"), escape="\\"),
    _c.cluster_id.in_(
        select(_n.cluster_id).where(
            or_(
                func.lower(_n.name).like(bindparam("text"), escape="\\"),
                func.lower(_n.serial_number).like(bindparam("text"), escape="\\"),
            ),
            in_scope(edge_nodes),
        )
    ),
)
_project = or_(bindparam("project") == "", _c.project_id == bindparam("project"))
_community = or_(bindparam("community", type_=INT) == 0, _c.community_id == bindparam("community", type_=INT))
_where = (in_scope(edge_clusters), _named, _project, _community)
_page = Query(
    select(edge_clusters)
    .where(*_where)
    .order_by(_c.created_ms.desc(), _c.cluster_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Cluster,
)
_total = Query(select(func.count()).select_from(edge_clusters).where(*_where))
_of_project = Query(
    select(_c.cluster_id)
    .where(in_scope(edge_clusters), _c.project_id == bindparam("project"))
    .order_by(_c.created_ms, _c.cluster_id)
)
_node = Query(
    select(edge_nodes).where(in_scope(edge_nodes), _n.node_id == bindparam("node_id", type_=INT)), Node
)
_nodes = Query(
    select(edge_nodes)
    .where(in_scope(edge_nodes), any_of(_n.cluster_id, "cluster_ids"))
    .order_by(_n.cluster_id, _n.name),
    Node,
)
_of_serial = Query(
    select(edge_nodes).where(_n.serial_number == bindparam("serial")),
    Node,
    unscoped="a serial number belongs to one node of the installation, and a box calls before it has a scope",
)
_of_id = Query(
    select(edge_nodes).where(_n.node_id == bindparam("node_id", type_=INT)),
    Node,
    unscoped="the box itself asks and proves itself with its secret",
)

_of_gateways = Query(select(_n.iot_id, _n.node_id).where(in_scope(edge_nodes), any_of(_n.iot_id, "iot_ids")))
_active = Query(
    select(edge_nodes)
    .where(in_scope(edge_nodes), or_(_n.hardware_id != "", _n.state == "replacing"))
    .order_by(_n.name, _n.node_id)
    .limit(1000),
    Node,
)

_any = Query(select(_n.node_id).where(in_scope(edge_nodes)).limit(1))
_any_waiting = Query(select(_n.node_id).where(in_scope(edge_nodes), _n.activated_ms.is_(None)).limit(1))
_others = Query(
    select(_n.node_id)
    .where(
        in_scope(edge_nodes),
        _n.community_id == bindparam("community_id", type_=INT),
        _n.node_id != bindparam("node_id", type_=INT),
        _n.hardware_id != "",
    )
    .limit(1)
)
_by_version = Query(
    select(_n.version, func.count()).where(_n.activated_ms.is_not(None)).group_by(_n.version),
    unscoped="the operator sees how many boxes run which version, and not whose",
    heavy=True,
)


async def cluster(scope: Scope, db: Reader, cluster_id: int) -> Cluster:
    """Raises NotFound."""
    if (cluster_row := await _cluster.one(db, scope, cluster_id=cluster_id)) is None:
        raise NotFound(what="edge_cluster", id=cluster_id)
    return cluster_row


class ClusterFilter(Filter, frozen=True):
    """Clusters, as their list is asked for."""

    q: Annotated[str, Meta(description="A part of a name or of a serial number.")] = ""
    project_id: Annotated[str, Meta(description="Of one project.")] = ""
    community_id: Annotated[int, Meta(description="In one community.")] = 0


async def page(scope: Scope, db: Reader, request: PageRequest, *, where: ClusterFilter) -> Page[Cluster]:
    """Clusters in sight, the newest first; a text is a part of their names, or of a box's name or serial number."""
    text = where.q.strip()
    binds: dict[str, Any] = {
        "text": like(text) if text else "",
        "project": where.project_id,
        "community": where.community_id,
    }
    total = int(await _total.scalar(db, scope, **binds))
    return Page.of(request, total, await _page.all(db, scope, **binds, **request.binds))


class ProjectClusters:
    """Implements `projects.ports.Clusters`."""

    async def of_project(self, scope: Scope, db: Reader, project_id: str) -> list[int]:
        return [cluster_id for (cluster_id,) in await _of_project.all(db, scope, project=project_id)]


class NodesOfGateways:
    """Implements `things.topology.outages.Boxes`."""

    async def by_gateway(self, scope: Scope, db: Reader, iot_ids: list[str]) -> dict[str, int]:
        return dict(await _of_gateways.all(db, scope, iot_ids=iot_ids))


async def node(scope: Scope, db: Reader, node_id: int) -> Node:
    """Raises NotFound."""
    if (node_row := await _node.one(db, scope, node_id=node_id)) is None:
        raise NotFound(what="edge_node", id=node_id)
    return node_row


async def nodes_of(scope: Scope, db: Reader, cluster_ids: list[int]) -> list[Node]:
    """Boxes of clusters, by cluster and name."""
    return await _nodes.all(db, scope, cluster_ids=cluster_ids) if cluster_ids else []


async def any_box(scope: Scope, db: Reader) -> bool:
    return await _any.scalar(db, scope) is not None


async def other_boxes(scope: Scope, db: Reader, *, community_id: int, node_id: int) -> bool:
    """Whether a community has another box than this one, which has an identity."""
    return await _others.scalar(db, scope, community_id=community_id, node_id=node_id) is not None


async def any_box_waiting(scope: Scope, db: Reader) -> bool:
    """Whether a box was never activated."""
    return await _any_waiting.scalar(db, scope) is not None


async def count_by_version(db: Reader) -> dict[str, int]:
    """Activated boxes of the installation by the version that they reported; empty: none yet."""
    return {version: int(count) for version, count in await _by_version.all(db)}


async def active_nodes(scope: Scope, db: Reader) -> list[Node]:
    """Boxes that have an identity, or whose replacement is awaited; by name."""
    return await _active.all(db, scope)


async def node_of_serial(db: Reader, serial: str) -> Node | None:
    """For the whole installation: for boxes that call home."""
    return await _of_serial.one(db, serial=serial)


async def node_by_id(db: Reader, node_id: int) -> Node | None:
    """For the box itself, before its signature is checked."""
    return await _of_id.one(db, node_id=node_id)
