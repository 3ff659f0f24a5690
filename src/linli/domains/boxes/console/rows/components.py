"""Components of a cluster as the console shows them, and what it sends."""

import json
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.boxes import components as kinds
from linli.domains.boxes.queries.drivers import version_order
from linli.domains.boxes.rows import Component
from linli.domains.boxes.service.components import hindrance
from linli.kernel.scope import Scope


class ComponentRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    name: str
    mode: Annotated[str, Meta(description="install, deploy, ask")]
    state: Annotated[str, Meta(description="empty, asked, approved, refused, deploying, running, failed")]
    version: str
    wanted_version: str
    versions: list[str]
    upgradable: bool
    heavy: bool
    needs: list[str]
    params: dict[str, Any]
    fields: Annotated[list[str], Meta(description="Parameters that it takes.")]
    reason: str
    hindrance: Annotated[str, Meta(description="Why it cannot be installed now; empty: it can.")]
    asked_ms: int | None
    changed_ms: int | None


def component_rows(scope: Scope, components: dict[str, Component]) -> list[ComponentRow]:
    """Every component of the catalogue, as a cluster has it."""
    rows = []
    for code, kind in kinds.KINDS.items():
        row = components.get(code)
        running = row is not None and row.state == kinds.RUNNING
        newer = bool(row and running and version_order(kind.versions[0]) > version_order(row.version))
        rows.append(
            ComponentRow(
                code=code,
                name=kind.called(scope.language),
                mode=kind.mode,
                state=row.state if row else "",
                version=row.version if row else "",
                wanted_version=row.wanted_version if row else "",
                versions=list(kind.versions),
                upgradable=newer,
                heavy=kind.heavy,
                needs=[kinds.KINDS[need].called(scope.language) for need in kind.needs],
                params=json.loads(row.params) if row else {},
                fields=list(kind.params),
                reason=row.reason if row else "",
                hindrance=hindrance(scope, kind, components),
                asked_ms=row.asked_ms if row else None,
                changed_ms=row.changed_ms if row else None,
            )
        )
    return rows


class ComponentRequest(msgspec.Struct, rename="camel", frozen=True):
    cluster_id: str
    cluster_name: str
    code: str
    name: str
    reason: str
    asked_ms: int | None


class AskForm(msgspec.Struct, rename="camel", frozen=True):
    reason: str = ""


class DecideForm(msgspec.Struct, rename="camel", frozen=True):
    approved: bool
    reason: str = ""


class UpgradeForm(msgspec.Struct, rename="camel", frozen=True):
    version: Annotated[str, Meta(description="Empty: the newest.")] = ""


class ParamsForm(msgspec.Struct, rename="camel", frozen=True):
    params: dict[str, Any]
