"""A box of each lot, with a door behind it and one visit that ended."""

from pathlib import Path
from typing import Any

from linli.domains.boxes.remote.models import edge_tunnels
from tests.domains.boxes.remote.conftest import activated
from tests.domains.boxes.remote.working_box import WorkingBox
from tests.scope.edge_parking_rows import add_order
from tests.scope.video_rows import add_gateways, answer_for_video


async def add_box(town: Any, lot: Any, home: Path) -> WorkingBox:
    """It is not started: who asks it starts it."""
    platform, owner = town.platform, lot.project.owner
    node, door, triple = await activated(
        platform, owner, serial=f"BOX-{lot.name}-0001", device=f"boxdoor-{lot.name}",
        project_id=lot.project_id, community_id=lot.community,
    )  # fmt: skip
    lot.box_node, lot.box_device, lot.box_tunnel = node.node_id, door.iot_id, platform.ids.number()
    lot.box_protocol = door.protocol_id
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        await tx.insert(edge_tunnels, {
            "tunnel_id": lot.box_tunnel, "tenant_id": node.tenant_id, "project_id": node.project_id,
            "community_id": node.community_id, "node_id": node.node_id, "kind": "shell", "by_kind": "staff",
            "by_id": "7", "by_name": "王工", "session_id": 0, "reason": f"检修 {lot.name}", "state": "ended",
            "why_ended": "person", "box_ticket": "", "person_ticket": "", "box_process": "", "person_process": "",
            "asked_ms": now_ms, "opened_ms": now_ms, "until_ms": now_ms, "ended_ms": now_ms, "bytes_to_box": 1,
            "bytes_from_box": 2, "recorded": 1, "transcript": f"屏幕 {lot.name}",
        })  # fmt: skip
        await add_order(tx, lot, node, now_ms)
    await add_gateways(town, lot, node)
    box = WorkingBox(
        home, platform.clock, triple, cloud=platform.objects.base_url, mqtt_port=town.mqtt_port,
        devices=(door.device_name,),
    )  # fmt: skip
    answer_for_video(box)
    return box
