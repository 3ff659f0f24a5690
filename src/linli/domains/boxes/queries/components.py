"""Components of clusters."""

import json
from typing import Any

from sqlalchemy import bindparam, select

from linli.domains.boxes import components as kinds
from linli.domains.boxes.models import edge_components
from linli.domains.boxes.rows import Cluster, Component
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope

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


async def of_cluster(scope: Scope, db: Reader, cluster_id: int) -> dict[str, Component]:
    """Those that were ever asked for or installed, by code."""
    return {row.code: row for row in await _of_cluster.all(db, scope, cluster_id=cluster_id)}


async def asked(scope: Scope, db: Reader) -> list[Component]:
    """Requests that wait for a decision, the oldest first."""
    return await _asked.all(db, scope)


async def settings_of(scope: Scope, db: Reader, cluster: Cluster) -> dict[str, Any]:
    """Settings that boxes of a cluster get beside their drivers."""
    components = await of_cluster(scope, db, cluster.cluster_id)
    there = [
        {"code": row.code, "version": row.wanted_version or row.version, "params": json.loads(row.params)}
        for code in kinds.KINDS
        if (row := components.get(code)) is not None
        and row.state in (kinds.DEPLOYING, kinds.RUNNING, kinds.FAILED)
    ]
    local = any(component["params"].get(kinds.LOCAL_ACCOUNTS) for component in there)
    return {
        "components": there,
        "log": bool(cluster.log_on),
        "monitor": bool(cluster.monitor_on),
        "localAccounts": bool(local),
    }
