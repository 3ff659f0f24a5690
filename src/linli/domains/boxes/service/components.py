"""Components of a cluster: asked for, approved, installed, upgraded, taken away. Spec C §6, D CB-06.

State: (asked → approved | refused) → deploying → running | failed. The box's report of the deployment settles it.
"""

import json
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, delete, update

from linli.domains.boxes import components as kinds
from linli.domains.boxes.components import ComponentKind
from linli.domains.boxes.errors import ComponentRefused
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_components
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.queries.drivers import version_order
from linli.domains.boxes.rows import Cluster, Component, place_of
from linli.domains.boxes.service import deployments, gateways
from linli.domains.boxes.service.products import whole
from linli.kernel import history, i18n
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

HISTORY: Final = "edge_component"
REASON_MOST: Final = 300
_PARAM_MOST: Final = 128
_KEYS: Final = ("cluster_id", "code")

_generation = Command(
    update(edge_components)
    .where(
        in_scope(edge_components),
        edge_components.c.cluster_id == bindparam("cluster", type_=INT),
        edge_components.c.code == bindparam("of_code"),
    )
    .values(generation=bindparam("to", type_=INT))
)
_delete = Command(
    delete(edge_components).where(
        in_scope(edge_components),
        edge_components.c.cluster_id == bindparam("cluster", type_=INT),
        edge_components.c.code == bindparam("of_code"),
    )
)


def kind_of(code: str) -> ComponentKind:
    """Raises NotFound."""
    if (component_kind := kinds.KINDS.get(code)) is None:
        raise NotFound(what="edge_component", id=code[:64])
    return component_kind


async def ask(scope: Scope, tx: Tx, *, cluster_id: int, code: str, reason: str, now_ms: int) -> Component:
    """申请: somebody who may decide is asked. Raises NotFound, BadInput, ComponentRefused."""
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    component = (await queries.of_cluster(whole(scope), tx, cluster_id)).get(code)
    if kind.mode != kinds.ASK:
        raise _refusal(scope, kind, "needs_no_asking")
    if component is not None and component.state not in (kinds.REFUSED, kinds.FAILED):
        raise _refusal(scope, kind, f"already_{component.state}")
    trimmed = _reason(reason)
    row = _asked(scope, cluster, code, kinds.ASKED, now_ms)._replace(reason=trimmed)
    await _save(scope, tx, row, "asked", now_ms)
    return row


async def decide(
    scope: Scope, tx: Tx, *, cluster_id: int, code: str, approved: bool, reason: str, now_ms: int
) -> Component:
    """Approve or refuse a request. Raises NotFound, BadInput, ComponentRefused."""
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    tenant = Scope(cluster.tenant_id, scope.caller, language=scope.language)
    component = (await queries.of_cluster(tenant, tx, cluster_id)).get(code)
    if component is None or component.state != kinds.ASKED:
        raise _refusal(scope, kind, "not_asked")
    trimmed = _reason(reason)
    if not approved and not trimmed:
        raise BadInput(field="reason", rule="required")
    row = component._replace(
        state=kinds.APPROVED if approved else kinds.REFUSED,
        reason=trimmed,
        decided_by=scope.caller.id,
        changed_ms=now_ms,
    )
    await _save(tenant, tx, row, row.state, now_ms)
    return row


class InstallForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    params: dict[str, Any] = {}
    version: str = ""
    gateway_name: Annotated[str, Meta(description="Of the gateway instance that device access makes.")] = ""


async def install(
    scope: Scope,
    tx: Tx,
    *,
    cluster_id: int,
    code: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
    form: InstallForm,
) -> Component:
    """安装 or 部署. The device-access component makes a gateway instance for each box that has none.

    Raises NotFound, BadInput, ComponentRefused.
    """
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    components = await queries.of_cluster(whole(scope), tx, cluster_id)
    _check(scope, kind, components)
    nodes = await cluster_queries.nodes_of(whole(scope), tx, [cluster_id])
    if not nodes:
        raise _refusal(scope, kind, "no_node")
    if code == kinds.DEVICE_ACCESS:
        for node in nodes:
            if await gateway_queries.gateway_of_node(whole(scope), tx, node.node_id) is None:
                name = form.gateway_name.strip() or cluster.name
                await gateways.create(scope, tx, node_id=node.node_id, name=name, ids=ids, now_ms=now_ms)
    row = _asked(scope, cluster, code, kinds.DEPLOYING, now_ms)._replace(
        wanted_version=_version(kind, form.version),
        params=_params(kind, form.params),
        version=components[code].version if code in components else "",
    )
    await _save(scope, tx, row, "installed", now_ms)
    return await _push(scope, tx, cluster, row, ids=ids, secrets=secrets, now_ms=now_ms)


async def upgrade(
    scope: Scope,
    tx: Tx,
    *,
    cluster_id: int,
    code: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
    version: str = "",
) -> Component:
    """立即升级, to the newest if none is named. Raises NotFound, BadInput, ComponentRefused."""
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    component = (await queries.of_cluster(whole(scope), tx, cluster_id)).get(code)
    if component is None or component.state != kinds.RUNNING:
        raise _refusal(scope, kind, "not_running")
    wanted = _version(kind, version)
    if version_order(wanted) <= version_order(component.version):
        raise _refusal(scope, kind, "newest", version=component.version)
    row = component._replace(state=kinds.DEPLOYING, wanted_version=wanted, reason="", changed_ms=now_ms)
    await _save(scope, tx, row, "upgraded", now_ms, before=component)
    return await _push(scope, tx, cluster, row, ids=ids, secrets=secrets, now_ms=now_ms)


async def configure(
    scope: Scope,
    tx: Tx,
    *,
    cluster_id: int,
    code: str,
    params: dict[str, Any],
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Component:
    """Change a component's parameters, such as whether accounts are kept on the box.

    Raises NotFound, BadInput, ComponentRefused.
    """
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    component = (await queries.of_cluster(whole(scope), tx, cluster_id)).get(code)
    if component is None or component.state not in (kinds.RUNNING, kinds.FAILED):
        raise _refusal(scope, kind, "not_running")
    row = component._replace(state=kinds.DEPLOYING, params=_params(kind, params), changed_ms=now_ms)
    await _save(scope, tx, row, "changed", now_ms, before=component)
    return await _push(scope, tx, cluster, row, ids=ids, secrets=secrets, now_ms=now_ms)


async def remove(
    scope: Scope, tx: Tx, *, cluster_id: int, code: str, ids: Ids, secrets: Secrets, now_ms: int
) -> None:
    """Raises NotFound, ComponentRefused."""
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    components = await queries.of_cluster(whole(scope), tx, cluster_id)
    if code not in components:
        raise NotFound(what="edge_component", id=code)
    users = [
        component_kind
        for component_kind in kinds.KINDS.values()
        if code in component_kind.needs and _there(components.get(component_kind.code))
    ]
    if users:
        raise _refusal(scope, kind, "needed_by", others=_names(scope, users))
    if code == kinds.DEVICE_ACCESS and await gateway_queries.gateways_of(whole(scope), tx, [cluster_id]):
        raise _refusal(scope, kind, "has_gateway")
    await _delete.run(tx, scope, cluster=cluster_id, of_code=code)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, f"{cluster_id}:{code}", cluster.community_id),
        "deleted",
        now_ms=now_ms,
    )
    await deployments.push_settings(scope, tx, cluster, ids=ids, secrets=secrets, now_ms=now_ms)


def hindrance(scope: Scope, kind: ComponentKind, components: dict[str, Component]) -> str:
    """Why a component cannot be installed now, in the caller's language; empty: it can."""
    try:
        _check(scope, kind, components)
    except ComponentRefused as error:
        return str(error.facts["reason"])
    return ""


def _check(scope: Scope, kind: ComponentKind, components: dict[str, Component]) -> None:
    """Raises ComponentRefused."""
    own = components.get(kind.code)
    if own is not None and own.state in (kinds.DEPLOYING, kinds.RUNNING):
        raise _refusal(scope, kind, f"already_{own.state}")
    if kind.mode == kinds.ASK and (own is None or own.state not in (kinds.APPROVED, kinds.FAILED)):
        raise _refusal(scope, kind, "not_approved")
    rivals = [kinds.KINDS[code] for code in kind.against if _there(components.get(code))]
    if rivals:
        raise _refusal(scope, kind, "against", others=_names(scope, rivals))
    missing = [
        kinds.KINDS[code]
        for code in kind.needs
        if (component := components.get(code)) is None or component.state != kinds.RUNNING
    ]
    if missing:
        raise _refusal(scope, kind, "needs", others=_names(scope, missing))


def _there(row: Component | None) -> bool:
    return row is not None and row.state in (kinds.DEPLOYING, kinds.RUNNING, kinds.FAILED)


def _names(scope: Scope, rows: list[ComponentKind]) -> str:
    return ", ".join(row.called(scope.language) for row in rows)


def _refusal(scope: Scope, kind: ComponentKind, why: str, **facts: Any) -> ComponentRefused:
    reason = i18n.text(f"edge.component.{why}", scope.language, **facts)
    return ComponentRefused(component=kind.called(scope.language), reason=reason)


def _version(kind: ComponentKind, version: str) -> str:
    if version and version not in kind.versions:
        raise BadInput(field="version", rule="one_of", allowed=", ".join(kind.versions))
    return version or kind.versions[0]


def _params(kind: ComponentKind, values: dict[str, Any]) -> str:
    for name, value in values.items():
        if name not in kind.params:
            raise BadInput(field=f"params.{name}"[:80], rule="unknown")
        if name == kinds.LOCAL_ACCOUNTS and not isinstance(value, bool):
            raise BadInput(field=f"params.{name}", rule="type_bool")
        if name != kinds.LOCAL_ACCOUNTS and not isinstance(value, str):
            raise BadInput(field=f"params.{name}", rule="type_str")
        if isinstance(value, str) and len(value) > _PARAM_MOST:
            raise BadInput(field=f"params.{name}", rule="too_long", limit=_PARAM_MOST)
    if kind.mode == kinds.ASK:
        for name in ("node", "nicName", "nicIp"):
            if not values.get(name):
                raise BadInput(field=f"params.{name}", rule="required")
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _reason(text: str) -> str:
    strip = text.strip()
    if len(strip) > REASON_MOST:
        raise BadInput(field="reason", rule="too_long", limit=REASON_MOST)
    return strip


def _asked(scope: Scope, cluster: Cluster, code: str, state: str, now_ms: int) -> Component:
    """A component that the caller asks for."""
    place: dict[str, Any] = place_of(cluster)
    return Component(
        cluster_id=cluster.cluster_id,
        code=code,
        **place,
        state=state,
        version="",
        wanted_version="",
        params="{}",
        reason="",
        asked_by=scope.caller.id,
        decided_by="",
        generation=0,
        asked_ms=now_ms,
        changed_ms=now_ms,
    )


async def _save(
    scope: Scope, tx: Tx, row: Component, action: str, now_ms: int, *, before: Component | None = None
) -> None:
    facts = row._asdict()
    await tx.upsert(
        edge_components, [facts], keys=_KEYS, update=tuple(name for name in facts if name not in _KEYS)
    )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, f"{row.cluster_id}:{row.code}", row.community_id),
        action,
        before={"version": before.version, "params": before.params} if before else None,
        after={"version": row.wanted_version or row.version, "params": row.params},
        reason=row.reason,
        now_ms=now_ms,
    )
    await emit(tx, EdgeMoved(row.tenant_id, row.community_id, "component", row.cluster_id))


async def _push(
    scope: Scope, tx: Tx, cluster: Cluster, row: Component, *, ids: Ids, secrets: Secrets, now_ms: int
) -> Component:
    push_settings = await deployments.push_settings(
        scope, tx, cluster, ids=ids, secrets=secrets, now_ms=now_ms
    )
    generation = max((deployment.generation for deployment in push_settings), default=0)
    await _generation.run(tx, whole(scope), cluster=cluster.cluster_id, of_code=row.code, to=generation)
    return row._replace(generation=generation)
