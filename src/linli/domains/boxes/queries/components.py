"""Components of clusters."""

import json
from typing import Any

from sqlalchemy import bindparam, func, select

from linli.domains.boxes import components as kinds
from linli.domains.boxes.models import edge_components, edge_gateways, edge_passage_rules
from linli.domains.boxes.rows import Cluster, Component, Node
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope
from linli.protocols.edge_link import WantedComponent

_c = edge_components.c
_of_cluster = Query(
    select(edge_components).where(
        in_scope(edge_components), _c.cluster_id == bindparam("cluster_id", type_=INT)
    ),
    Component,
)
_asked = Query(
    select(edge_components)
    .where(in_scope(edge_components), _c.state == kinds.ASKED)
    .order_by(_c.asked_ms, _c.cluster_id)
    .limit(500),
    Component,
)
_of_code = Query(
    select(edge_components)
    .where(in_scope(edge_components), _c.code == bindparam("code"))
    .order_by(_c.cluster_id)
    .limit(500),
    Component,
)
_rules = Query(
    select(func.count())
    .select_from(edge_passage_rules)
    .join(edge_gateways, edge_gateways.c.gateway_id == edge_passage_rules.c.gateway_id)
    .where(
        in_scope(edge_gateways),
        edge_passage_rules.c.tenant_id == edge_gateways.c.tenant_id,
        edge_gateways.c.cluster_id == bindparam("cluster_id", type_=INT),
    )
)
_AT_THE_CLOUD = (kinds.LOCAL_ACCOUNTS, kinds.PAGE_PASSWORD, kinds.NODE)
"""Parameters that the box gets otherwise, or that only say which box."""


async def of_cluster(scope: Scope, db: Reader, cluster_id: int) -> dict[str, Component]:
    """The desired components, by code; components that were never requested or installed have no row."""
    return {row.code: row for row in await _of_cluster.all(db, scope, cluster_id=cluster_id)}


async def asked(scope: Scope, db: Reader) -> list[Component]:
    """Requests that wait for a decision, the oldest first."""
    return await _asked.all(db, scope)


async def of_code(scope: Scope, db: Reader, code: str) -> list[Component]:
    """A component of all clusters in sight."""
    return await _of_code.all(db, scope, code=code)


async def settings_of(scope: Scope, db: Reader, cluster: Cluster) -> dict[str, Any]:
    """Settings that boxes of a cluster get beside their drivers."""
    rows = await _installed(scope, db, cluster.cluster_id)
    settings: dict[str, Any] = {
        "components": [{"code": row.code, "on": not row.stopped, "params": _params(row)} for row in rows],
        "log": bool(cluster.log_on),
        "monitor": bool(cluster.monitor_on),
    }
    for row in rows:
        params = json.loads(row.params)
        if kinds.LOCAL_ACCOUNTS in params:
            settings[kinds.LOCAL_ACCOUNTS] = params[kinds.LOCAL_ACCOUNTS]
        if kinds.PAGE_PASSWORD in params:
            settings[kinds.PAGE_PASSWORD] = params[kinds.PAGE_PASSWORD]
    return settings


async def has_rules(scope: Scope, db: Reader, cluster_id: int) -> bool:
    """Whether there are passage rules, which somebody has to carry out."""
    return int(await _rules.scalar(db, scope, cluster_id=cluster_id)) > 0


async def wanted_at(scope: Scope, db: Reader, node: Node) -> list[WantedComponent]:
    """The desired components of a box."""
    rows = await _installed(scope, db, node.cluster_id)
    wanted = [
        WantedComponent(code=row.code, on=not row.stopped, params=_params(row))
        for row in rows
        if kinds.is_for(row, node)
    ]
    passage = any(row.code == kinds.PASSAGE for row in rows)
    if not passage and await has_rules(scope, db, node.cluster_id):
        wanted.append(WantedComponent(code=kinds.PASSAGE))
    return wanted


async def _installed(scope: Scope, db: Reader, cluster_id: int) -> list[Component]:
    components = await of_cluster(scope, db, cluster_id)
    rows = [components[code] for code in kinds.KINDS if code in components]
    return [row for row in rows if row.state == kinds.INSTALLED]


def _params(row: Component) -> dict[str, Any]:
    return {name: value for name, value in json.loads(row.params).items() if name not in _AT_THE_CLOUD}
