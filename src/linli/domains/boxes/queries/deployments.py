"""Deployments: desired configurations of boxes, and their results."""

from sqlalchemy import bindparam, func, select

from linli.domains.boxes.models import edge_deployments
from linli.domains.boxes.rows import Deployment
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_d = edge_deployments.c
_by_id = Query(
    select(edge_deployments).where(
        in_scope(edge_deployments), _d.deployment_id == bindparam("deployment_id", type_=INT)
    ),
    Deployment,
)
_latest = Query(
    select(edge_deployments)
    .where(in_scope(edge_deployments), _d.node_id == bindparam("node_id", type_=INT))
    .order_by(_d.generation.desc())
    .limit(1),
    Deployment,
)
_generation = Query(
    select(edge_deployments).where(
        in_scope(edge_deployments),
        _d.node_id == bindparam("node_id", type_=INT),
        _d.generation == bindparam("generation", type_=INT),
    ),
    Deployment,
)
_of_node = (in_scope(edge_deployments), _d.node_id == bindparam("node_id", type_=INT))
_page = Query(
    select(edge_deployments)
    .where(*_of_node)
    .order_by(_d.generation.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Deployment,
)
_total = Query(select(func.count()).select_from(edge_deployments).where(*_of_node))


async def deployment(scope: Scope, db: Reader, deployment_id: int) -> Deployment:
    """Raises NotFound."""
    if (deployment_row := await _by_id.one(db, scope, deployment_id=deployment_id)) is None:
        raise NotFound(what="edge_deployment", id=deployment_id)
    return deployment_row


async def latest(scope: Scope, db: Reader, node_id: int) -> Deployment | None:
    """The present desired configuration of a box."""
    return await _latest.one(db, scope, node_id=node_id)


async def of_generation(scope: Scope, db: Reader, node_id: int, generation: int) -> Deployment | None:
    return await _generation.one(db, scope, node_id=node_id, generation=generation)


async def page(scope: Scope, db: Reader, node_id: int, request: PageRequest) -> Page[Deployment]:
    """The deployments of a box, the latest first."""
    total = int(await _total.scalar(db, scope, node_id=node_id))
    return Page.of(request, total, await _page.all(db, scope, node_id=node_id, **request.binds))
