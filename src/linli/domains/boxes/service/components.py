"""Components of a cluster: asked for, approved, installed, stopped and started, upgraded, taken away. Spec C §6, D CB-06.

The row has the desired state: (asked → approved | refused) → installed. How a component is, the boxes say
(`components.shown`). Those of the box's own release change their version with it; drivers have packages of their own.
"""

import json
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, delete

from linli.domains.boxes import components as kinds
from linli.domains.boxes.components import ComponentKind
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_components
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as queries
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.queries.drivers import version_order
from linli.domains.boxes.rows import Cluster, Component, Node, Protocol, place_of
from linli.domains.boxes.service import deployments, gateways, protocols, video_gateways
from linli.domains.boxes.service.component_rules import (
    Situation,
    check_installable,
    check_there,
    check_version,
    clean_params,
    clean_reason,
    kind_of,
    names,
    refusal,
    runs,
    situation,
)
from linli.domains.boxes.service.nodes import values_of
from linli.domains.boxes.service.products import whole
from linli.domains.boxes.snapshots import MASK
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import ComponentHealth

HISTORY: Final = "edge_component"
_KEYS: Final = ("cluster_id", "code")

_delete = Command(
    delete(edge_components).where(
        in_scope(edge_components),
        edge_components.c.cluster_id == bindparam("cluster", type_=INT),
        edge_components.c.code == bindparam("of_code"),
    )
)
_tell = values_of(components=bindparam("report"))


async def take(tx: Tx, node: Node, *, generation: int, health: list[ComponentHealth] | None) -> None:
    """A box's report on its components, stored unchanged."""
    text = "" if health is None else msgspec.json.encode(kinds.ComponentReport(generation, health)).decode()
    if text == node.components:
        return
    await _tell.run(
        tx, Scope.system(node.tenant_id, "boxes"), row=node.node_id, report=text, now=node.changed_ms
    )
    await emit(tx, EdgeMoved(node.tenant_id, node.community_id, "component", node.cluster_id))


async def ask(scope: Scope, tx: Tx, *, cluster_id: int, code: str, reason: str, now_ms: int) -> Component:
    """申请: somebody who may decide is asked. Raises NotFound, BadInput, ComponentRefused."""
    now, kind = await situation(scope, tx, cluster_id), kind_of(code)
    wish = now.wishes.get(code)
    if kind.mode != kinds.ASK:
        raise refusal(scope, kind, "needs_no_asking")
    check_there(scope, kind, now)
    if wish is not None and wish.state != kinds.REFUSED:
        raise refusal(scope, kind, f"already_{wish.state}")
    row = _wish(scope, now.cluster, code, kinds.ASKED, now_ms)._replace(reason=clean_reason(reason))
    await _save(scope, tx, row, "asked", now_ms)
    return row


async def decide(
    scope: Scope, tx: Tx, *, cluster_id: int, code: str, approved: bool, reason: str, now_ms: int
) -> Component:
    """Approve or refuse a request. Raises NotFound, BadInput, ComponentRefused."""
    cluster, kind = await cluster_queries.cluster(scope, tx, cluster_id), kind_of(code)
    tenant = Scope(cluster.tenant_id, scope.caller, language=scope.language)
    wish = (await queries.of_cluster(tenant, tx, cluster_id)).get(code)
    if wish is None or wish.state != kinds.ASKED:
        raise refusal(scope, kind, "not_asked")
    trimmed = clean_reason(reason)
    if not approved and not trimmed:
        raise BadInput(field="reason", rule="required")
    row = wish._replace(
        state=kinds.APPROVED if approved else kinds.REFUSED,
        reason=trimmed,
        decided_by=scope.caller.id,
        changed_ms=now_ms,
    )
    await _save(tenant, tx, row, row.state, now_ms)
    return row


class InstallForm(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    params: dict[str, Any] = {}
    version: Annotated[
        str, Meta(description="Another than the box brings is refused; empty: that of the box.")
    ] = ""
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
    now, kind = await situation(scope, tx, cluster_id), kind_of(code)
    check_installable(scope, kind, now)
    if not now.nodes:
        raise refusal(scope, kind, "no_node")
    check_version(scope, kind, now, form.version)
    params = await clean_params(kind, form.params, {})
    if code == kinds.DEVICE_ACCESS:
        for node in now.nodes:
            if await gateway_queries.gateway_of_node(whole(scope), tx, node.node_id) is None:
                name = form.gateway_name.strip() or now.cluster.name
                await gateways.create(scope, tx, node_id=node.node_id, name=name, ids=ids, now_ms=now_ms)
    if code == kinds.VIDEO_THREE:
        params = await video_gateways.with_gateways(
            scope, tx, now.cluster, now.nodes, params, ids=ids, secrets=secrets
        )
    row = _wish(scope, now.cluster, code, kinds.INSTALLED, now_ms)._replace(params=params)
    await _save(scope, tx, row, "installed", now_ms)
    await deployments.push_settings(scope, tx, now.cluster, ids=ids, secrets=secrets, now_ms=now_ms)
    return row


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
) -> None:
    """立即升级 of a driver, to the newest if no version is named; the box says when it runs.

    Components of the box itself come with its release and are refused. Raises NotFound, BadInput, ComponentRefused,
    NotCertified.
    """
    now = await situation(scope, tx, cluster_id)
    if not code.startswith(kinds.DRIVER):
        kind, state = kind_of(code), now.shown(code)
        if state.state != kinds.RUNNING:
            raise refusal(scope, kind, "not_running")
        raise refusal(scope, kind, "with_release", version=state.version)
    driver_id = code.removeprefix(kinds.DRIVER)
    rows = await drivers_of(scope, tx, cluster_id)
    behind = [row for row in rows if row.driver_id == driver_id]
    if not behind:
        raise NotFound(what="edge_component", id=code[:64])
    driver = await driver_queries.driver(scope, tx, driver_id)
    kind = ComponentKind(code, driver.protocol, driver.protocol, kinds.PART)
    wanted = version or driver.versions[0]
    older = [row for row in behind if version_order(row.version) < version_order(wanted)]
    if not older:
        raise refusal(scope, kind, "newest", version=behind[0].version)
    for row in older:
        await protocols.change(
            scope, tx, protocol_id=row.protocol_id, version=wanted, secrets=secrets, now_ms=now_ms
        )
        await deployments.push_driver(
            scope,
            tx,
            gateway_id=row.gateway_id,
            driver_id=driver_id,
            version=wanted,
            ids=ids,
            secrets=secrets,
            now_ms=now_ms,
        )


async def drivers_of(scope: Scope, db: Reader, cluster_id: int) -> list[Protocol]:
    """Drivers on the gateways of a cluster."""
    rows = []
    for gateway in await gateway_queries.gateways_of(whole(scope), db, [cluster_id]):
        rows += await gateway_queries.protocols(whole(scope), db, gateway.gateway_id)
    return rows


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
    now, kind = await situation(scope, tx, cluster_id), kind_of(code)
    wish = now.wishes.get(code)
    if wish is None or wish.state != kinds.INSTALLED:
        raise refusal(scope, kind, "not_installed")
    text = await clean_params(kind, params, json.loads(wish.params))
    if code == kinds.VIDEO_THREE:
        text = await video_gateways.with_gateways(
            scope, tx, now.cluster, now.nodes, text, ids=ids, secrets=secrets
        )
    row = wish._replace(params=text, changed_ms=now_ms)
    await _save(scope, tx, row, "changed", now_ms, before=wish)
    await deployments.push_settings(scope, tx, now.cluster, ids=ids, secrets=secrets, now_ms=now_ms)
    return row


async def switch(
    scope: Scope,
    tx: Tx,
    *,
    cluster_id: int,
    code: str,
    on: bool,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Component:
    """Stop a component that stays installed, or start it again. Raises NotFound, ComponentRefused."""
    now, kind = await situation(scope, tx, cluster_id), kind_of(code)
    wish = now.wishes.get(code)
    if wish is None and kind.mode == kinds.INSTALL and now.shown(code).state == kinds.RUNNING:
        wish = _wish(scope, now.cluster, code, kinds.INSTALLED, now_ms)
    if wish is None or wish.state != kinds.INSTALLED:
        raise refusal(scope, kind, "not_installed")
    if code == kinds.CLUSTER:
        raise refusal(scope, kind, "is_the_box")
    if not on:
        await _check_free(scope, tx, kind, now)
    row = wish._replace(stopped=int(not on), changed_ms=now_ms)
    await _save(scope, tx, row, "started" if on else "stopped", now_ms, before=wish)
    await deployments.push_settings(scope, tx, now.cluster, ids=ids, secrets=secrets, now_ms=now_ms)
    return row


async def remove(
    scope: Scope, tx: Tx, *, cluster_id: int, code: str, ids: Ids, secrets: Secrets, now_ms: int
) -> None:
    """Raises NotFound, ComponentRefused."""
    now, kind = await situation(scope, tx, cluster_id), kind_of(code)
    if code not in now.wishes:
        raise NotFound(what="edge_component", id=code)
    await _check_free(scope, tx, kind, now)
    if code == kinds.PASSAGE and await queries.has_rules(whole(scope), tx, cluster_id):
        raise refusal(scope, kind, "has_rules")
    await _delete.run(tx, scope, cluster=cluster_id, of_code=code)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, f"{cluster_id}:{code}", now.cluster.community_id),
        "deleted",
        now_ms=now_ms,
    )
    await deployments.push_settings(scope, tx, now.cluster, ids=ids, secrets=secrets, now_ms=now_ms)


async def _check_free(scope: Scope, tx: Tx, kind: ComponentKind, now: Situation) -> None:
    """Whether nothing else needs it. Raises ComponentRefused."""
    users = [
        each for each in kinds.KINDS.values() if kind.code in each.needs and runs(now.wishes.get(each.code))
    ]
    if users:
        raise refusal(scope, kind, "needed_by", others=names(scope, users))
    gateway_rows = await gateway_queries.gateways_of(whole(scope), tx, [now.cluster.cluster_id])
    if kind.code == kinds.DEVICE_ACCESS and gateway_rows:
        raise refusal(scope, kind, "has_gateway")


def _wish(scope: Scope, cluster: Cluster, code: str, state: str, now_ms: int) -> Component:
    """A component that the caller asks for."""
    place: dict[str, Any] = place_of(cluster)
    return Component(
        cluster_id=cluster.cluster_id,
        code=code,
        **place,
        state=state,
        stopped=0,
        params="{}",
        reason="",
        asked_by=scope.caller.id,
        decided_by="",
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
        before=_audit_values(before) if before else None,
        after=_audit_values(row),
        reason=row.reason,
        now_ms=now_ms,
    )
    await emit(tx, EdgeMoved(row.tenant_id, row.community_id, "component", row.cluster_id))


def _audit_values(row: Component) -> dict[str, Any]:
    params = json.loads(row.params)
    if kinds.PAGE_PASSWORD in params:
        params[kinds.PAGE_PASSWORD] = MASK
    return {"stopped": row.stopped, "params": json.dumps(params, ensure_ascii=False)}
