"""Console: clusters and their association with a project. Spec C §3, §5, §7 (C070, C072, C090, C124)."""

from typing import Annotated

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from linli.domains.appliances import rules
from linli.domains.appliances.console.hand import HAND, MANAGE, SEE, Hand
from linli.domains.appliances.console.rows.clusters import (
    Association,
    ClusterChange,
    ClusterForm,
    ClusterRow,
    ModelRow,
    names_of,
)
from linli.domains.appliances.console.rows.new_id import Made
from linli.domains.appliances.queries import clusters as queries
from linli.domains.appliances.service import clusters as service
from linli.domains.appliances.service import deployments
from linli.domains.people.rights import Right
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

ASSOCIATE = Right.PROJECTS_SEE.value
"""Who binds devices to projects."""


class ClusterRoutes(Controller):
    path = "/edge/clusters"
    tags = ("edge",)
    dependencies = HAND

    @get("/", right=SEE)
    async def list_clusters(
        self,
        hand: NamedDependency[Hand],
        page: NamedDependency[PageRequest],
        q: Annotated[str, QueryParameter(description="A part of a name or of a serial number.")] = "",
        project_id: Annotated[str, QueryParameter(name="projectId", description="Of one project.")] = "",
        community_id: Annotated[int, QueryParameter(name="communityId", description="In one community.")] = 0,
    ) -> Page[ClusterRow]:
        """Clusters in sight with their boxes, the newest first."""
        found = await queries.page(
            hand.within, hand.db, page, text=q.strip(), project_id=project_id, community_id=community_id
        )
        nodes = await queries.nodes_of(hand.within, hand.db, [row.cluster_id for row in found.data])
        names = await names_of(hand.within, hand.db, found.data)
        now_ms = hand.now_ms
        rows = [ClusterRow.of(row, nodes, names, now_ms, hand.within.language) for row in found.data]
        return Page.of(page, found.total, rows)

    @get("/models", right=SEE)
    async def models(self, within: NamedDependency[Scope]) -> list[ModelRow]:
        """Models of boxes as labels say; others can be typed."""
        at = 1 if within.language == "en" else 0
        return [ModelRow(model, editions[at]) for model, editions in rules.MODELS.items()]

    @post("/", right=MANAGE, status_code=201)
    async def create(
        self,
        data: JSONBody[ClusterForm],
        hand: NamedDependency[Hand],
    ) -> Made:
        """A new cluster (创建自有集群)."""
        async with hand.db.begin() as tx:
            made = await service.create(
                hand.within, tx, name=data.name, model=data.model, lan_cidr=data.lan_cidr, log_on=data.log_on,
                monitor_on=data.monitor_on, remark=data.remark, project_id=data.project_id,
                community_id=data.community_id, ids=hand.ids, now_ms=hand.now_ms,
            )  # fmt: skip
        return Made(str(made.cluster_id))

    @get("/{cluster_id:int}", right=SEE)
    async def detail(
        self,
        cluster_id: FromPath[int],
        hand: NamedDependency[Hand],
    ) -> ClusterRow:
        """One cluster with its boxes."""
        row = await queries.cluster(hand.within, hand.db, cluster_id)
        nodes = await queries.nodes_of(hand.within, hand.db, [cluster_id])
        return ClusterRow.of(
            row, nodes, await names_of(hand.within, hand.db, [row]), hand.now_ms, hand.within.language
        )

    @put("/{cluster_id:int}", right=MANAGE, status_code=204)
    async def change(
        self,
        cluster_id: FromPath[int],
        data: JSONBody[ClusterChange],
        hand: NamedDependency[Hand],
    ) -> None:
        """Change what is said of it; log and monitoring (底座管理) reach the boxes at once."""
        now_ms = hand.now_ms
        async with hand.db.begin() as tx:
            held = await queries.cluster(hand.within, tx, cluster_id)
            now = await service.change(hand.within, tx, cluster_id=cluster_id, now_ms=now_ms, **data.said())
            if (held.log_on, held.monitor_on) != (now.log_on, now.monitor_on):
                await deployments.push_settings(
                    hand.within, tx, now, ids=hand.ids, secrets=hand.secrets, now_ms=now_ms
                )

    @delete("/{cluster_id:int}", right=MANAGE)
    async def remove(
        self,
        cluster_id: FromPath[int],
        hand: NamedDependency[Hand],
    ) -> None:
        """Remove a cluster without boxes."""
        async with hand.db.begin() as tx:
            await service.remove(hand.within, tx, cluster_id=cluster_id, now_ms=hand.now_ms)

    @put("/{cluster_id:int}/association", right=ASSOCIATE, status_code=204)
    async def associate(
        self,
        cluster_id: FromPath[int],
        data: JSONBody[Association],
        hand: NamedDependency[Hand],
    ) -> None:
        """Give it, with all behind it, to a project (一体机关联项目), and say in which community it stands."""
        async with hand.db.begin() as tx:
            await service.associate(
                hand.within,
                tx,
                cluster_id=cluster_id,
                project_id=data.project_id,
                community_id=data.community_id,
                now_ms=hand.now_ms,
            )

    @delete("/{cluster_id:int}/association", right=ASSOCIATE)
    async def dissociate(
        self,
        cluster_id: FromPath[int],
        hand: NamedDependency[Hand],
    ) -> None:
        """Take it from its project; it stays in its community."""
        async with hand.db.begin() as tx:
            await service.dissociate(hand.within, tx, cluster_id=cluster_id, now_ms=hand.now_ms)
