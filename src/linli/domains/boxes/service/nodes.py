"""Boxes of a cluster (融合实例节点): named, known by their serial number, each with its gateway device. Spec C §3, §5."""

import json
import secrets as randomness
from typing import Any, Final

from sqlalchemy import bindparam, delete, update

from linli.domains.boxes import rules
from linli.domains.boxes.components import NODE
from linli.domains.boxes.errors import NodeInUse, NodeNameTaken, SerialTaken
from linli.domains.boxes.models import edge_components, edge_gateways, edge_nodes, edge_protocols
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.queries import components as component_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import refresh
from linli.domains.boxes.service.products import box_product, whole
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope, update_of
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.service.devices import (
    DeviceValues,
    assign_community,
    create_device,
    delete_device,
    label_device,
    reset_secret,
)

HISTORY: Final = "edge_node"
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Without letters and digits that look alike on a label."""
_CODE_PARTS: Final = 4


def values_of(**values: Any) -> Command:
    """An update of one node."""
    return Command(
        update(edge_nodes)
        .where(edge_nodes.c.node_id == bindparam("row", type_=INT), in_scope(edge_nodes))
        .values(changed_ms=bindparam("now", type_=INT), **values)
    )


_rename = values_of(name=bindparam("new_name"))
_door_address = values_of(door_address=bindparam("address"))
_component_place = update_of(
    edge_components,
    ("params",),
    in_scope(edge_components),
    edge_components.c.cluster_id == bindparam("cluster", type_=INT),
    edge_components.c.code == bindparam("of_code"),
)
_renew = values_of(
    code_sealed=bindparam("sealed"),
    state=bindparam("to_state"),
    percent=bindparam("done", type_=INT),
    hardware_id="",
    tries=0,
    locked_until_ms=0,
    refusal="",
    serial_number=bindparam("serial"),
    components="",
)
_delete = Command(
    delete(edge_nodes).where(edge_nodes.c.node_id == bindparam("row", type_=INT), in_scope(edge_nodes))
)
_delete_gateways = Command(
    delete(edge_gateways).where(
        edge_gateways.c.node_id == bindparam("row", type_=INT), in_scope(edge_gateways)
    )
)
_delete_protocols = Command(
    delete(edge_protocols).where(
        edge_protocols.c.gateway_id == bindparam("row", type_=INT), in_scope(edge_protocols)
    )
)


def new_code() -> str:
    """Four groups of four, 79 bits: `K7QF-…`."""
    parts = ("".join(randomness.choice(_ALPHABET) for _ in range(4)) for _ in range(_CODE_PARTS))
    return "-".join(parts)


def sealed_code(code: str, node_id: int, secrets: Secrets) -> str:
    return secrets.seal(code, about=f"edge_node:{node_id}")


def code_of(node: Node, secrets: Secrets) -> str:
    """The activation code in clear."""
    return secrets.open(node.code_sealed, about=f"edge_node:{node.node_id}")


async def add(
    scope: Scope,
    tx: Tx,
    *,
    cluster_id: int,
    name: str,
    serial_number: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Node:
    """A box that may call home from now on, with its gateway device.

    Raises BadInput, NotFound, SerialTaken, NodeNameTaken.
    """
    cluster = await queries.cluster(scope, tx, cluster_id)
    clean, serial = rules.clean_node_name(name), rules.clean_serial(serial_number)
    await check_serial(tx, serial)
    await _check_name(scope, tx, cluster_id, clean)
    tenant = whole(scope)
    product_key = await box_product(scope, tx, ids=ids, secrets=secrets)
    thing = await create_device(
        tenant,
        tx,
        values=DeviceValues(product_key=product_key, nickname=clean, project_id=cluster.project_id),
        ids=ids,
        secrets=secrets,
    )
    if cluster.community_id is not None:
        await assign_community(tenant, tx, iot_id=thing.iot_id, community_id=cluster.community_id)
    node_id = ids.number()
    node = Node(
        node_id=node_id, tenant_id=cluster.tenant_id, project_id=cluster.project_id,
        community_id=cluster.community_id, cluster_id=cluster_id, name=clean, serial_number=serial,
        model=cluster.model, state=rules.UNACTIVATED, percent=rules.WAITING_PERCENT, iot_id=thing.iot_id,
        product_key=product_key, device_name=thing.device_name,
        code_sealed=sealed_code(new_code(), node_id, secrets), hardware_id="", version="", tries=0,
        locked_until_ms=0, tried_ms=None, refusal="", activated_ms=None, last_seen_ms=None, generation=0,
        created_ms=now_ms, changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_nodes, node._asdict())
    await _note(scope, tx, node, "created", now_ms)
    return node


async def rename(scope: Scope, tx: Tx, *, node_id: int, name: str, now_ms: int) -> Node:
    """Raises BadInput, NotFound, NodeNameTaken."""
    node = await queries.node(scope, tx, node_id)
    clean = rules.clean_node_name(name)
    if clean == node.name:
        return node
    await _check_name(scope, tx, node.cluster_id, clean)
    await _rename.run(tx, scope, row=node_id, new_name=clean, now=now_ms)
    await label_device(whole(scope), tx, iot_id=node.iot_id, nickname=clean)
    await _follow_name(scope, tx, node, clean)
    now = node._replace(name=clean, changed_ms=now_ms)
    await _note(scope, tx, now, "changed", now_ms, before=node)
    return now


async def _follow_name(scope: Scope, tx: Tx, node: Node, name: str) -> None:
    """Components that were given to the box by its name."""
    for row in (await component_queries.of_cluster(whole(scope), tx, node.cluster_id)).values():
        params = json.loads(row.params)
        if params.get(NODE) == node.name:
            text = json.dumps(params | {NODE: name}, ensure_ascii=False, sort_keys=True)
            await _component_place.run(
                tx, whole(scope), cluster=node.cluster_id, of_code=row.code, params=text
            )


async def name_to_doors(scope: Scope, tx: Tx, *, node_id: int, address: str, now_ms: int) -> Node:
    """The address by which a box with several cards is known to doors; empty: as it finds its way to them.

    The box follows at once: its doors connect again. Raises BadInput, NotFound.
    """
    node = await queries.node(scope, tx, node_id)
    clean = rules.clean_address(address)
    if clean == node.door_address:
        return node
    await _door_address.run(tx, scope, row=node_id, address=clean, now=now_ms)
    await refresh.tell(tx, node, what="deployment")
    now = node._replace(door_address=clean, changed_ms=now_ms)
    await _note(scope, tx, now, "changed", now_ms, before=node)
    return now


async def renew(
    scope: Scope,
    tx: Tx,
    *,
    node: Node,
    serial_number: str,
    state: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Node:
    """A new activation code; whatever box had the identity is cut off. Locks and refusals are forgotten."""
    sealed = sealed_code(new_code(), node.node_id, secrets)
    await _renew.run(
        tx, scope, row=node.node_id, sealed=sealed, to_state=state, done=0, serial=serial_number, now=now_ms
    )
    await reset_secret(whole(scope), tx, iot_id=node.iot_id, ids=ids, secrets=secrets)
    return await queries.node(scope, tx, node.node_id)


async def reset(scope: Scope, tx: Tx, *, node_id: int, ids: Ids, secrets: Secrets, now_ms: int) -> Node:
    """Let the box activate again, on whatever hardware has its serial number (H-64). Raises NotFound."""
    node = await queries.node(scope, tx, node_id)
    now = await renew(
        scope,
        tx,
        node=node,
        serial_number=node.serial_number,
        state=rules.UNACTIVATED,
        ids=ids,
        secrets=secrets,
        now_ms=now_ms,
    )
    await history.note(scope, tx, history.Record(HISTORY, node_id, node.community_id), "reset", now_ms=now_ms)
    return now


async def remove(scope: Scope, tx: Tx, *, node_id: int, now_ms: int) -> None:
    """With its gateway and gateway device; its serial number is free again. Raises NotFound, NodeInUse."""
    node = await queries.node(scope, tx, node_id)
    tenant = whole(scope)
    gateway = await gateway_queries.gateway_of_node(tenant, tx, node_id)
    if gateway is not None:
        if behind := await gateway_queries.devices(tenant, tx, gateway.gateway_id):
            raise NodeInUse(node=node.name, count=len(behind))
        await _delete_protocols.run(tx, tenant, row=gateway.gateway_id)
        await _delete_gateways.run(tx, tenant, row=node_id)
    await _delete.run(tx, scope, row=node_id)
    await delete_device(tenant, tx, iot_id=node.iot_id)
    await _note(scope, tx, node, "deleted", now_ms)


async def check_serial(tx: Tx, serial: str) -> None:
    """Raises SerialTaken, also where another tenant has it."""
    if await queries.node_of_serial(tx, serial) is not None:
        raise SerialTaken(field="serialNumber", serial=serial)


async def _check_name(scope: Scope, tx: Tx, cluster_id: int, name: str) -> None:
    if any(node.name == name for node in await queries.nodes_of(whole(scope), tx, [cluster_id])):
        raise NodeNameTaken(field="name", name=name)


async def _note(
    scope: Scope, tx: Tx, node: Node, action: str, now_ms: int, *, before: Node | None = None
) -> None:
    def audit_values(row: Node) -> dict[str, Any]:
        return {
            "name": row.name,
            "serial_number": row.serial_number,
            "door_address": row.door_address,
        }

    await history.note(
        scope,
        tx,
        history.Record(HISTORY, node.node_id, node.community_id),
        action,
        before=audit_values(before) if before else None,
        after=audit_values(node),
        now_ms=now_ms,
    )
