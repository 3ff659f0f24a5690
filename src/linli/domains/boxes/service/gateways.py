"""Gateway instances (网关实例): one for the device-access component of a box, with its local MQTT. Spec C §3, §6."""

import re
import secrets as randomness
from typing import Any, Final

from sqlalchemy import bindparam, update

from linli.domains.boxes import rules
from linli.domains.boxes.errors import GatewayThere
from linli.domains.boxes.models import edge_gateways
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import gateways as queries
from linli.domains.boxes.rows import Gateway
from linli.domains.boxes.service.products import whole
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

HISTORY: Final = "edge_gateway"
EDITION: Final = "professional"
"""专业版, the only one."""
_USER: Final = re.compile(r"[A-Za-z0-9_.-]{4,32}")
_PASSWORD: Final = range(8, 65)


def _values(**values: Any) -> Command:
    return Command(
        update(edge_gateways)
        .where(edge_gateways.c.gateway_id == bindparam("row", type_=INT), in_scope(edge_gateways))
        .values(changed_ms=bindparam("now", type_=INT), **values)
    )


_rename = _values(name=bindparam("new_name"))
_interconnect = _values(
    interconnect_on=bindparam("on_off", type_=INT),
    interconnect_user=bindparam("user_name"),
    interconnect_sealed=bindparam("sealed"),
)
_deployed = _values(deployed_generation=bindparam("generation", type_=INT))


async def create(scope: Scope, tx: Tx, *, node_id: int, name: str, ids: Ids, now_ms: int) -> Gateway:
    """The gateway of a box. Raises BadInput, NotFound, GatewayThere."""
    node = await cluster_queries.node(scope, tx, node_id)
    if await queries.gateway_of_node(whole(scope), tx, node_id) is not None:
        raise GatewayThere(node=node.name)
    gateway = Gateway(
        gateway_id=ids.number(), tenant_id=node.tenant_id, project_id=node.project_id,
        community_id=node.community_id, cluster_id=node.cluster_id, node_id=node_id,
        name=rules.clean_name(name), edition=EDITION, iot_id=node.iot_id, interconnect_on=0,
        interconnect_user="", interconnect_sealed="", deployed_generation=0, created_ms=now_ms,
        changed_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_gateways, gateway._asdict())
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, gateway.gateway_id, gateway.community_id),
        "created",
        after={"name": gateway.name},
        now_ms=now_ms,
    )
    return gateway


async def rename(scope: Scope, tx: Tx, *, gateway_id: int, name: str, now_ms: int) -> Gateway:
    """Raises BadInput, NotFound."""
    gateway = await queries.gateway(scope, tx, gateway_id)
    clean = rules.clean_name(name)
    await _rename.run(tx, scope, row=gateway_id, new_name=clean, now=now_ms)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, gateway_id, gateway.community_id),
        "changed",
        before={"name": gateway.name},
        after={"name": clean},
        now_ms=now_ms,
    )
    return gateway._replace(name=clean, changed_ms=now_ms)


async def connect_locally(
    scope: Scope,
    tx: Tx,
    *,
    gateway_id: int,
    on: bool,
    secrets: Secrets,
    now_ms: int,
    user: str = "",
    password: str = "",
) -> Gateway:
    """Switch the local MQTT on or off (网关互联). Effective with the next deployment.

    Empty values are created at random; switching off deletes user and password. Raises BadInput, NotFound.
    """
    gateway = await queries.gateway(scope, tx, gateway_id)
    if user and not _USER.fullmatch(user):
        raise BadInput(field="user", rule="edge.mqtt_user")
    if password and len(password) not in _PASSWORD:
        raise BadInput(field="password", rule="edge.mqtt_password")
    user_name = (user or gateway.interconnect_user or f"mqtt_{randomness.token_hex(4)}") if on else ""
    if not on:
        sealed = ""
    elif password or not gateway.interconnect_sealed:
        sealed = secrets.seal(password or randomness.token_urlsafe(18), about=f"edge_gateway:{gateway_id}")
    else:
        sealed = gateway.interconnect_sealed
    await _interconnect.run(
        tx, scope, row=gateway_id, on_off=int(on), user_name=user_name, sealed=sealed, now=now_ms
    )
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, gateway_id, gateway.community_id),
        "changed",
        before={"interconnect": gateway.interconnect_on, "user": gateway.interconnect_user},
        after={"interconnect": int(on), "user": user_name},
        now_ms=now_ms,
    )
    return gateway._replace(
        interconnect_on=int(on), interconnect_user=user_name, interconnect_sealed=sealed, changed_ms=now_ms
    )


def password_of(gateway: Gateway, secrets: Secrets) -> str:
    """Of the local MQTT, in clear; empty while it is off."""
    if not gateway.interconnect_sealed:
        return ""
    return secrets.open(gateway.interconnect_sealed, about=f"edge_gateway:{gateway.gateway_id}")


async def note_deployed(scope: Scope, tx: Tx, *, gateway_id: int, generation: int, now_ms: int) -> None:
    """The gateway's own configuration went out with this generation."""
    await _deployed.run(tx, scope, row=gateway_id, generation=generation, now=now_ms)
