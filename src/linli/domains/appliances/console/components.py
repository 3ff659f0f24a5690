"""Console: components of a cluster (组件管理), requests for them and their decision. Spec C §6, D CB-06."""

from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.domains.appliances import components as kinds
from linli.domains.appliances.console.clusters import MANAGE, SEE
from linli.domains.appliances.console.rows import (
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
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

DECIDE = Right.CAPABILITIES_REVIEW.value
"""Who reviews what projects apply for decides about components too."""


class ComponentRoutes(Controller):
    path = "/edge/clusters/{cluster_id:int}/components"
    tags = ("edge",)

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
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """申请: ask for a component that needs approval."""
        async with db.begin() as tx:
            await service.ask(
                within, tx, cluster_id=cluster_id, code=code, reason=data.reason, now_ms=clock.now_ms()
            )

    @post("/{code:str}/install", right=MANAGE, status_code=204)
    async def install(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[InstallForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
    ) -> None:
        """安装, 部署: bring it to the boxes of the cluster."""
        async with db.begin() as tx:
            await service.install(
                within, tx, cluster_id=cluster_id, code=code, params=data.params, version=data.version,
                gateway_name=data.gateway_name, ids=ids, secrets=secrets, now_ms=clock.now_ms(),
            )  # fmt: skip

    @post("/{code:str}/upgrade", right=MANAGE, status_code=204)
    async def upgrade(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[UpgradeForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
    ) -> None:
        """立即升级."""
        async with db.begin() as tx:
            await service.upgrade(
                within, tx, cluster_id=cluster_id, code=code, version=data.version, ids=ids, secrets=secrets,
                now_ms=clock.now_ms(),
            )  # fmt: skip

    @put("/{code:str}", right=MANAGE, status_code=204)
    async def configure(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        data: JSONBody[ParamsForm],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
    ) -> None:
        """Other parameters, as whether accounts are kept on the box."""
        async with db.begin() as tx:
            await service.configure(
                within, tx, cluster_id=cluster_id, code=code, params=data.params, ids=ids, secrets=secrets,
                now_ms=clock.now_ms(),
            )  # fmt: skip

    @delete("/{code:str}", right=MANAGE)
    async def remove(
        self,
        cluster_id: FromPath[int],
        code: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        ids: NamedDependency[Ids],
        secrets: NamedDependency[Secrets],
        clock: NamedDependency[Clock],
    ) -> None:
        """Take it from the cluster."""
        async with db.begin() as tx:
            await service.remove(
                within, tx, cluster_id=cluster_id, code=code, ids=ids, secrets=secrets, now_ms=clock.now_ms()
            )


class ComponentRequestRoutes(Controller):
    path = "/edge/component-requests"
    tags = ("edge",)

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
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Approve, or refuse with a reason."""
        async with db.begin() as tx:
            await service.decide(
                within, tx, cluster_id=cluster_id, code=code, approved=data.approved, reason=data.reason,
                now_ms=clock.now_ms(),
            )  # fmt: skip
