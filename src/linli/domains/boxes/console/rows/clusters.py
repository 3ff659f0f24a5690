"""Clusters as the console shows them, and what it sends."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes import rules
from linli.domains.boxes.console.rows.nodes import NodeRow
from linli.domains.boxes.rows import Cluster, Node
from linli.domains.communities.queries import communities
from linli.domains.projects.queries import get_project
from linli.kernel.db import Reader
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

type Names = dict[object, str]
"""Project ids and community numbers to names."""


class ClusterRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    model: str
    edition: Annotated[str, Meta(description="What the model is called; empty for others.")]
    lan_cidr: str
    log_on: bool
    monitor_on: bool
    remark: str
    project_id: str
    project_name: str
    community_id: str
    community_name: str
    associated_ms: int | None
    created_ms: int
    nodes: list[NodeRow]

    @staticmethod
    def of(row: Cluster, nodes: list[Node], names: Names, now_ms: int, language: str) -> "ClusterRow":
        edition = rules.MODELS.get(row.model, ("", ""))[1 if language == "en" else 0]
        return ClusterRow(
            id=str(row.cluster_id),
            name=row.name,
            model=row.model,
            edition=edition,
            lan_cidr=row.lan_cidr,
            log_on=bool(row.log_on),
            monitor_on=bool(row.monitor_on),
            remark=row.remark,
            project_id=row.project_id or "",
            project_name=names.get(row.project_id, ""),
            community_id=str(row.community_id or ""),
            community_name=names.get(row.community_id, ""),
            associated_ms=row.associated_ms,
            created_ms=row.created_ms,
            nodes=[NodeRow.of(node, now_ms, language) for node in nodes if node.cluster_id == row.cluster_id],
        )


async def names_of(scope: Scope, db: Reader, rows: list[Cluster]) -> Names:
    """Names of projects and communities; those that the caller may not see are shown by their number."""
    names: Names = {}
    for project_id in {row.project_id for row in rows if row.project_id}:
        try:
            names[project_id] = (await get_project(scope, db, project_id=project_id)).name
        except NotFound:
            names[project_id] = str(project_id)
    numbers = sorted({row.community_id for row in rows if row.community_id is not None})
    for number, community in (await communities.by_id(scope, db, numbers)).items() if numbers else ():
        names[number] = community.name
    return names


class Association(msgspec.Struct, rename="camel", frozen=True):
    project_id: str
    community_id: Annotated[int | None, Meta(description="Where the boxes stand.")] = None


class ModelRow(msgspec.Struct, rename="camel", frozen=True):
    model: str
    edition: str
