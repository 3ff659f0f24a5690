"""Console: components of a cluster (组件管理), requests for them and their decision. Spec C §6, D CB-06."""

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.domains.appliances import components as kinds
from linli.domains.appliances.console.hand import HAND, MANAGE, SEE, Hand
from linli.domains.appliances.console.rows.components import (
    AskForm,
    ComponentRequest,
    ComponentRow,
    DecideForm,
    InstallForm,
    ParamsForm,
    UpgradeForm,
    component_rows,
)
from linli.domains.appliances.queries import clusters as cluster_queries
from linli.domains.appliances.queries import components as queries
from linli.domains.appliances.service import components as service
from linli.domains.people.rights import Right
from linli.kernel.db import Database
from linli.kernel.scope import Scope

DECIDE = Right.CAPABILITIES_REVIEW.value
"""Who reviews what projects apply for decides about components too."""


class ComponentRoutes(Controller):
    path = "/edge/clusters/{cluster_id:int}/components"
    tags = ("edge",)
    dependencies = HAND

    @get("/", right=SEE)
    async def list_components(
        self, cluster_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[ComponentRow]:
        """Every component, as the cluster has it."""
        await cluster_queries.cluster(within, db, cluster_id)
        return component_rows(within, await queries.of_cluster(within, db, cluster_id))

    @post("/{code:str}/ask", right=MANAGE, status_code=204)
    async def ask(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[AskForm],
        hand: NamedDependency[Hand],
    ) -> None:
        """申请: ask for a component that needs approval."""
        async with hand.db.begin() as tx:
            await service.ask(
                hand.within, tx, cluster_id=cluster_id, code=code, reason=data.reason, now_ms=hand.now_ms
            )

    @post("/{code:str}/install", right=MANAGE, status_code=204)
    async def install(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[InstallForm],
        hand: NamedDependency[Hand],
    ) -> None:
        """安装, 部署: bring it to the boxes of the cluster."""
        async with hand.db.begin() as tx:
            await service.install(
                hand.within,
                tx,
                cluster_id=cluster_id,
                code=code,
                params=data.params,
                version=data.version,
                gateway_name=data.gateway_name,
                **hand.stamp,
            )

    @post("/{code:str}/upgrade", right=MANAGE, status_code=204)
    async def upgrade(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[UpgradeForm],
        hand: NamedDependency[Hand],
    ) -> None:
        """立即升级."""
        async with hand.db.begin() as tx:
            await service.upgrade(
                hand.within, tx, cluster_id=cluster_id, code=code, version=data.version, **hand.stamp
            )

    @put("/{code:str}", right=MANAGE, status_code=204)
    async def configure(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[ParamsForm],
        hand: NamedDependency[Hand],
    ) -> None:
        """Other parameters, as whether accounts are kept on the box."""
        async with hand.db.begin() as tx:
            await service.configure(
                hand.within, tx, cluster_id=cluster_id, code=code, params=data.params, **hand.stamp
            )

    @delete("/{code:str}", right=MANAGE)
    async def remove(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        hand: NamedDependency[Hand],
    ) -> None:
        """Take it from the cluster."""
        async with hand.db.begin() as tx:
            await service.remove(hand.within, tx, cluster_id=cluster_id, code=code, **hand.stamp)


class ComponentRequestRoutes(Controller):
    path = "/edge/component-requests"
    tags = ("edge",)
    dependencies = HAND

    @get("/", right=DECIDE)
    async def list_requests(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[ComponentRequest]:
        """Requests that wait for a decision, the oldest first."""
        found = []
        for row in await queries.asked(within, db):
            cluster = await cluster_queries.cluster(within, db, row.cluster_id)
            name = kinds.KINDS[row.code].called(within.language)
            found.append(
                ComponentRequest(str(row.cluster_id), cluster.name, row.code, name, row.reason, row.asked_ms)
            )
        return found

    @post("/{cluster_id:int}/{code:str}", right=DECIDE, status_code=204)
    async def decide(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[DecideForm],
        hand: NamedDependency[Hand],
    ) -> None:
        """Approve, or refuse with a reason."""
        async with hand.db.begin() as tx:
            await service.decide(
                hand.within,
                tx,
                cluster_id=cluster_id,
                code=code,
                approved=data.approved,
                reason=data.reason,
                now_ms=hand.now_ms,
            )
