"""Boxes' reports of calls in the names of their doors from foreign addresses (spec G 4.1: no shared secret)."""

from typing import Any, Final

from linli.domains.access.events import DoorAttacked
from linli.domains.access.queries.doors import find_door
from linli.domains.boxes.events import EdgeMoved
from linli.domains.boxes.queries import gateways
from linli.domains.boxes.rows import Node
from linli.kernel.db import Tx
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.protocols.edge_link import Stranger

SHOWN: Final = 5
"""Names in one line of a box's log."""


async def take(
    tx: Tx, node: Node, before: list[Stranger], now: list[Stranger]
) -> tuple[str, dict[str, Any]] | None:
    """The event and facts for the box's log; None without news.

    A box reports callers at most every ten minutes, so this is no more often either.
    """
    if now == before:
        return None
    await emit(tx, EdgeMoved(node.tenant_id, node.community_id, "strangers", node.cluster_id, node.node_id))
    counts = {(stranger.device, stranger.peer): stranger.count for stranger in before}
    fresh = [stranger for stranger in now if counts.get((stranger.device, stranger.peer), 0) < stranger.count]
    if not fresh:
        return None  # somebody settled some
    refused = [stranger for stranger in fresh if stranger.outcome == "refused"]
    if refused:
        await _tell(tx, node, max(refused, key=lambda stranger: stranger.count))
    strangers = refused or fresh
    facts = {
        "devices": sorted({stranger.device for stranger in strangers})[:SHOWN],
        "peers": sorted({stranger.peer for stranger in strangers})[:SHOWN],
        "count": sum(stranger.count for stranger in strangers),
    }
    return "stranger" if refused else "door_moved", facts


async def _tell(tx: Tx, node: Node, worst: Stranger) -> None:
    """To the people of the door's community; of the box's, where the device is no registered door."""
    scope = Scope.system(node.tenant_id, "boxes")
    gateway = await gateways.gateway_of_node(scope, tx, node.node_id)
    device = await gateways.device_named(scope, tx, gateway.gateway_id, worst.device) if gateway else None
    door = await find_door(scope, tx, iot_id=device.iot_id) if device is not None else None
    community_id = door.community_id if door is not None else node.community_id
    if community_id is None:
        return
    attacked = DoorAttacked(
        tenant_id=node.tenant_id,
        community_id=community_id,
        iot_id=device.iot_id if device is not None else "",
        door_name=door.name if door is not None else worst.device,
        what="forged",
        at_ms=worst.last_ms,
        count=worst.count,
        peer=worst.peer,
    )
    await emit(tx, attacked)
