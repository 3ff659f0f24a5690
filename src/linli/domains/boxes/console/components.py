"""Console: components of a cluster (组件管理), requests for them and their decision. Spec C §6, D CB-06."""

from linli.domains.boxes import components as kinds
from linli.domains.boxes.console.hand import MANAGE, SEE, Hand
from linli.domains.boxes.console.rows.components import (
    AskForm,
    ComponentRequest,
    ComponentRow,
    DecideForm,
    ParamsForm,
    UpgradeForm,
    component_rows,
)
from linli.domains.boxes.errors import ComponentRefused, NotCertified
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as queries
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.service import components as service
from linli.domains.boxes.service.component_rules import situation
from linli.domains.people.rights import Right
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

DECIDE = Right.CAPABILITIES_REVIEW.value
"""The reviewers of projects' applications also decide about components."""


component_routes = Routes("/edge/clusters/{cluster_id:int}/components", tags=("edge",))


@component_routes.get(right=SEE, raises=(NotFound,))
async def list_components(cluster_id: int, scope: Scope, db: Database) -> list[ComponentRow]:
    """Every component, as the boxes of the cluster say that it is; drivers after them."""
    now = await situation(scope, db, cluster_id)
    drivers = await service.drivers_of(scope, db, cluster_id)
    return component_rows(scope, now, drivers, await driver_queries.drivers(scope, db))


@component_routes.post("/{code:str}/ask", right=MANAGE, raises=(NotFound, ComponentRefused))
async def ask(cluster_id: int, code: str, data: AskForm, hand: Hand, tx: Tx) -> None:
    """申请: ask for a component that needs approval."""
    await service.ask(
        hand.within, tx, cluster_id=cluster_id, code=code, reason=data.reason, now_ms=hand.now_ms
    )


@component_routes.post("/{code:str}/install", right=MANAGE, raises=(NotFound, ComponentRefused))
async def install(cluster_id: int, code: str, data: service.InstallForm, hand: Hand, tx: Tx) -> None:
    """安装, 部署: bring it to the boxes of the cluster."""
    await service.install(
        hand.within,
        tx,
        cluster_id=cluster_id,
        code=code,
        form=data,
        **hand.stamp,
    )


@component_routes.post("/{code:str}/upgrade", right=MANAGE, raises=(NotFound, ComponentRefused, NotCertified))
async def upgrade(cluster_id: int, code: str, data: UpgradeForm, hand: Hand, tx: Tx) -> None:
    """立即升级 of a driver; parts of the box's own release come with the release."""
    await service.upgrade(
        hand.within, tx, cluster_id=cluster_id, code=code, version=data.version, **hand.stamp
    )


@component_routes.put("/{code:str}", right=MANAGE, raises=(NotFound, ComponentRefused))
async def configure(cluster_id: int, code: str, data: ParamsForm, hand: Hand, tx: Tx) -> None:
    """Other parameters, as whether accounts are kept on the box."""
    await service.configure(
        hand.within, tx, cluster_id=cluster_id, code=code, params=data.params, **hand.stamp
    )


@component_routes.post("/{code:str}/stop", right=MANAGE, raises=(NotFound, ComponentRefused))
async def stop(cluster_id: int, code: str, hand: Hand, tx: Tx) -> None:
    """It stays installed and does not run."""
    await service.switch(hand.within, tx, cluster_id=cluster_id, code=code, on=False, **hand.stamp)


@component_routes.post("/{code:str}/start", right=MANAGE, raises=(NotFound, ComponentRefused))
async def start(cluster_id: int, code: str, hand: Hand, tx: Tx) -> None:
    """Run it again."""
    await service.switch(hand.within, tx, cluster_id=cluster_id, code=code, on=True, **hand.stamp)


@component_routes.delete("/{code:str}", right=MANAGE, raises=(NotFound, ComponentRefused))
async def remove(cluster_id: int, code: str, hand: Hand, tx: Tx) -> None:
    """Take it from the cluster."""
    await service.remove(hand.within, tx, cluster_id=cluster_id, code=code, **hand.stamp)


component_request_routes = Routes("/edge/component-requests", tags=("edge",))


@component_request_routes.get(right=DECIDE, raises=(NotFound,))
async def list_requests(scope: Scope, db: Database) -> list[ComponentRequest]:
    """Requests that wait for a decision, the oldest first."""
    component_requests = []
    for row in await queries.asked(scope, db):
        cluster = await cluster_queries.cluster(scope, db, row.cluster_id)
        name = kinds.KINDS[row.code].called(scope.language)
        component_requests.append(
            ComponentRequest(str(row.cluster_id), cluster.name, row.code, name, row.reason, row.asked_ms)
        )
    return component_requests


@component_request_routes.post(
    "/{cluster_id:int}/{code:str}", right=DECIDE, raises=(NotFound, ComponentRefused)
)
async def decide(cluster_id: int, code: str, data: DecideForm, hand: Hand, tx: Tx) -> None:
    """Approve, or refuse with a reason."""
    await service.decide(
        hand.within,
        tx,
        cluster_id=cluster_id,
        code=code,
        approved=data.approved,
        reason=data.reason,
        now_ms=hand.now_ms,
    )
