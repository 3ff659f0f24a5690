"""Activation: a box calls home with serial number and code, and gets the identity of its gateway device. Spec C §5."""

import hmac
from typing import Final, NamedTuple

from sqlalchemy import bindparam, update

from linli.domains.boxes import rules
from linli.domains.boxes.errors import (
    ActivationLocked,
    AlreadyActive,
    CodeWrong,
    ModelDiffers,
    SerialUnknown,
)
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.models import edge_nodes
from linli.domains.boxes.queries import clusters as queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import replacements
from linli.domains.boxes.service.nodes import code_of, values_of
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.errors import LinliError
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import ActivationRequest
from linli.things.service.devices import read_secret

TRIES: Final = 5
LOCK_MS: Final = 10 * 60_000

_wrong = values_of(
    tries=bindparam("count", type_=INT),
    locked_until_ms=bindparam("until", type_=INT),
    tried_ms=bindparam("at", type_=INT),
    refusal=bindparam("why"),
)
_right = values_of(
    tries=0,
    locked_until_ms=0,
    tried_ms=bindparam("at", type_=INT),
    refusal="",
    hardware_id=bindparam("hardware"),
    version=bindparam("of_version"),
    model=bindparam("of_model"),
    state=bindparam("to_state"),
    percent=bindparam("done", type_=INT),
    activated_ms=bindparam("since", type_=INT),
)
_came_for_it = Command(
    update(edge_nodes)
    .where(
        edge_nodes.c.node_id == bindparam("row", type_=INT),
        edge_nodes.c.percent < rules.CONNECTED_PERCENT,
        in_scope(edge_nodes),
    )
    .values(percent=rules.CONNECTED_PERCENT, changed_ms=bindparam("now", type_=INT))
)
_alive = Command(
    update(edge_nodes)
    .where(
        edge_nodes.c.node_id == bindparam("row", type_=INT),
        edge_nodes.c.hardware_id == bindparam("of_hardware"),
        in_scope(edge_nodes),
    )
    .values(
        state=rules.RUNNING,
        percent=rules.RUNNING_PERCENT,
        version=bindparam("of_version"),
        last_seen_ms=bindparam("at", type_=INT),
    )
)


class Identity(NamedTuple):
    node: Node
    device_secret: str


async def activate(
    tx: Tx, request: ActivationRequest, *, ids: Ids, secrets: Secrets, now_ms: int
) -> Identity | LinliError:
    """The identity, or why there is none: returned, not raised, since a wrong code is counted with this transaction.

    The same hardware may ask again and gets the same. Raises SerialUnknown.
    """
    node = await queries.node_of_serial(tx, request.serial_number)
    if node is None:
        raise SerialUnknown(what="edge_node", id="", field="serialNumber")
    scope = Scope.system(node.tenant_id, "boxes")
    refusal = _refusal(node, request, secrets, now_ms)
    if refusal is not None:
        await _note_refusal(scope, tx, node, refusal, now_ms)
        return refusal
    replaces = node.state == rules.REPLACING
    fresh = not node.hardware_id
    await _right.run(
        tx,
        scope,
        row=node.node_id,
        at=now_ms,
        hardware=request.hardware_id,
        of_version=request.version,
        of_model=request.model or node.model,
        now=now_ms,
        to_state=rules.ACTIVATING if fresh else node.state,
        done=rules.IDENTITY_PERCENT if fresh else node.percent,
        since=now_ms if fresh else node.activated_ms,
    )
    if fresh:
        if replaces:
            await replacements.arrived(
                tx, node, version=request.version, ids=ids, secrets=secrets, now_ms=now_ms
            )
        await _tell(tx, node)
    secret = await read_secret(scope, tx, iot_id=node.iot_id, secrets=secrets)
    return Identity(await queries.node(scope, tx, node.node_id), secret)


def _refusal(node: Node, request: ActivationRequest, secrets: Secrets, now_ms: int) -> LinliError | None:
    """A right code is accepted also while wrong codes are locked out. The code has 79 bits, too many to guess, and a
    person who only knows a box's serial number must not be able to lock the box out.
    """
    typed, right = request.activation_code.strip().upper(), code_of(node, secrets)
    if not hmac.compare_digest(typed.encode(), right.encode()):
        if node.locked_until_ms > now_ms:
            minutes = -(-(node.locked_until_ms - now_ms) // 60_000)
            return ActivationLocked(minutes=minutes, field="activationCode")
        return CodeWrong(left=max(TRIES - node.tries - 1, 0), field="activationCode")
    if node.hardware_id and node.hardware_id != request.hardware_id:
        return AlreadyActive(field="hardwareId")
    if node.state == rules.REPLACING and request.model and node.model != request.model:
        return ModelDiffers(model=node.model, given=request.model, field="model")
    return None


async def _note_refusal(scope: Scope, tx: Tx, node: Node, refusal: LinliError, now_ms: int) -> None:
    """Five wrong codes lock for ten minutes; then there are five again."""
    tries = node.tries + 1 if isinstance(refusal, CodeWrong) else node.tries
    locked = tries >= TRIES
    await _wrong.run(
        tx,
        scope,
        row=node.node_id,
        count=0 if locked else tries,
        at=now_ms,
        why=refusal.code,
        now=now_ms,
        until=now_ms + LOCK_MS if locked else node.locked_until_ms,
    )
    await _tell(tx, node)


async def connected(tx: Tx, node: Node, *, now_ms: int) -> None:
    """A box that was just activated came for its configuration.

    `node` was read before this transaction; the first heartbeat may have come in between and is not taken back.
    """
    if node.percent < rules.CONNECTED_PERCENT:
        scope = Scope.system(node.tenant_id, "boxes")
        if await _came_for_it.run(tx, scope, row=node.node_id, now=now_ms):
            await _tell(tx, node)


async def heard(tx: Tx, node: Node, *, version: str, now_ms: int) -> None:
    """A heartbeat: the box runs. Nothing changes where the node has been made ready for other hardware since."""
    scope = Scope.system(node.tenant_id, "boxes")
    heard_it = await _alive.run(
        tx, scope, row=node.node_id, of_hardware=node.hardware_id, of_version=version, at=now_ms
    )
    if not heard_it:
        return
    was_silent = node.last_seen_ms is None or now_ms - node.last_seen_ms > rules.SILENT_MS
    if node.state != rules.RUNNING or was_silent:
        await _tell(tx, node)


async def _tell(tx: Tx, node: Node) -> None:
    await emit(
        tx, EdgeMoved(node.tenant_id, node.community_id, "node", node.cluster_id, node_id=node.node_id)
    )
