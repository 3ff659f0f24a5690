"""The platform's knowledge of a box without asking it: heartbeat, gateway device, drivers. Spec H 5.9."""

from typing import NamedTuple

import msgspec

from linli.domains.boxes import rules
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.queries.beats import beats as beats_of
from linli.domains.boxes.rows import Beat, Node
from linli.domains.boxes.rules import Condition
from linli.domains.boxes.service.products import whole
from linli.kernel.db import Reader
from linli.kernel.scope import Scope
from linli.protocols.edge_link import Heartbeat
from linli.things.queries.devices import DeviceRow, find_devices


class Situation(NamedTuple):
    node: Node
    condition: Condition
    beat: Heartbeat | None
    seen_ms: int | None
    gateway_since_ms: int | None
    """Since when its gateway device is as it is."""


async def situation(scope: Scope, db: Reader, node_id: int, *, now_ms: int) -> Situation:
    """Raises NotFound."""
    node = await clusters.node(scope, db, node_id)
    return (await situations(scope, db, [node], now_ms=now_ms))[0]


async def situations(scope: Scope, db: Reader, nodes: list[Node], *, now_ms: int) -> list[Situation]:
    """The conditions of boxes that were read within the scope, in their order."""
    beats = await beats_of(whole(scope), db, [node.node_id for node in nodes])
    rows = await find_devices(whole(scope), db, iot_ids=[node.iot_id for node in nodes])
    devices = {row.iot_id: row for row in rows}
    return [_situation(node, beats.get(node.node_id), devices.get(node.iot_id), now_ms) for node in nodes]


def _situation(node: Node, beat_row: Beat | None, device: DeviceRow | None, now_ms: int) -> Situation:
    beat = msgspec.json.decode(beat_row.beat, type=Heartbeat) if beat_row is not None else None
    runs = beat is not None and all(driver.state == "running" for driver in beat.drivers)
    gateway = device is not None and device.state == "online"
    since = None if device is None else device.last_online_ms if gateway else device.last_offline_ms
    network = rules.network_of(
        silence_ms=None if beat_row is None else now_ms - beat_row.at_ms,
        parted_ms=None if gateway or since is None else now_ms - since,
    )
    return Situation(
        node,
        Condition(network, gateway, runs if network else None),
        beat,
        beat_row.at_ms if beat_row is not None else None,
        since,
    )
