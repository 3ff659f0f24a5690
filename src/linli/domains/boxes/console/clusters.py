"""Console: clusters and their association with a project. Spec C §3, §5, §7 (C070, C072, C090, C124)."""

from linli.domains.boxes import rules
from linli.domains.boxes.console.hand import MANAGE, SEE, Hand
from linli.domains.boxes.console.rows.clusters import (
    Association,
    ClusterRow,
    ModelRow,
    names_of,
)
from linli.domains.boxes.console.rows.new_id import CreatedId
from linli.domains.boxes.errors import ClusterAssociated, ClusterInUse, NotCertified
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.service import clusters as service
from linli.domains.boxes.service import deployments
from linli.domains.people.rights import Right
from linli.kernel.db import Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

ASSOCIATE = Right.PROJECTS_SEE.value
"""The right to bind devices to projects."""


cluster_routes = Routes("/edge/clusters", tags=("edge",))


@cluster_routes.get(right=SEE)
async def list_clusters(hand: Hand, page: PageRequest, where: queries.ClusterFilter) -> Page[ClusterRow]:
    """Clusters in sight with their boxes, the newest first."""
    clusters = await queries.page(hand.within, hand.db, page, where=where)
    nodes = await queries.nodes_of(hand.within, hand.db, [row.cluster_id for row in clusters.data])
    names = await names_of(hand.within, hand.db, clusters.data)
    now_ms = hand.now_ms
    rows = [ClusterRow.of(row, nodes, names, now_ms, hand.within.language) for row in clusters.data]
    return Page.of(page, clusters.total, rows)


@cluster_routes.get("/models", right=SEE)
async def models(scope: Scope) -> list[ModelRow]:
    """Models of boxes as labels say; others can be typed."""
    at = 1 if scope.language == "en" else 0
    return [ModelRow(model, editions[at]) for model, editions in rules.MODELS.items()]


@cluster_routes.post(right=MANAGE, raises=(NotFound,))
async def create(data: service.ClusterForm, hand: Hand, tx: Tx) -> CreatedId:
    """A new cluster (创建自有集群)."""
    cluster = await service.create(hand.within, tx, form=data, ids=hand.ids, now_ms=hand.now_ms)
    return CreatedId(str(cluster.cluster_id))


@cluster_routes.get("/{cluster_id:int}", right=SEE, raises=(NotFound,))
async def detail(cluster_id: int, hand: Hand) -> ClusterRow:
    """One cluster with its boxes."""
    row = await queries.cluster(hand.within, hand.db, cluster_id)
    nodes = await queries.nodes_of(hand.within, hand.db, [cluster_id])
    return ClusterRow.of(
        row, nodes, await names_of(hand.within, hand.db, [row]), hand.now_ms, hand.within.language
    )


@cluster_routes.put("/{cluster_id:int}", right=MANAGE, raises=(NotFound,))
async def change(cluster_id: int, data: service.ClusterChange, hand: Hand, tx: Tx) -> None:
    """Change its description; log and monitoring (底座管理) reach the boxes at once."""
    now_ms = hand.now_ms
    cluster = await queries.cluster(hand.within, tx, cluster_id)
    now = await service.change(hand.within, tx, cluster_id=cluster_id, now_ms=now_ms, wish=data)
    if (cluster.log_on, cluster.monitor_on) != (now.log_on, now.monitor_on):
        await deployments.push_settings(
            hand.within, tx, now, ids=hand.ids, secrets=hand.secrets, now_ms=now_ms
        )


@cluster_routes.delete("/{cluster_id:int}", right=MANAGE, raises=(NotFound, ClusterInUse))
async def remove(cluster_id: int, hand: Hand, tx: Tx) -> None:
    """Remove a cluster without boxes."""
    await service.remove(hand.within, tx, cluster_id=cluster_id, now_ms=hand.now_ms)


@cluster_routes.put(
    "/{cluster_id:int}/association", right=ASSOCIATE, raises=(NotFound, ClusterAssociated, NotCertified)
)
async def associate(cluster_id: int, data: Association, hand: Hand, tx: Tx) -> None:
    """Give it, with all behind it, to a project (一体机关联项目), and say in which community it stands."""
    await service.associate(
        hand.within,
        tx,
        cluster_id=cluster_id,
        project_id=data.project_id,
        community_id=data.community_id,
        now_ms=hand.now_ms,
    )


@cluster_routes.delete("/{cluster_id:int}/association", right=ASSOCIATE, raises=(NotFound,))
async def dissociate(cluster_id: int, hand: Hand, tx: Tx) -> None:
    """Take it from its project; it stays in its community."""
    await service.dissociate(hand.within, tx, cluster_id=cluster_id, now_ms=hand.now_ms)
