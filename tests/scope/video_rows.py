"""The three video gateways of each lot's box, and what the box answers of them: one pulled camera, number 1."""

import json
from typing import Any

import msgspec

from linli.domains.boxes.components import INSTALLED, VIDEO_THREE
from linli.domains.boxes.models import edge_components
from linli.domains.boxes.queries import clusters
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service.video_gateways import with_gateways
from linli.edge.remote.duties import Duty
from tests.domains.boxes.remote.working_box import WorkingBox

CAMERA = {
    "no": 1, "parent": 2, "kind": "channel", "name": "YPLXJ-000105_1_a", "alias": "a", "model": "", "modelName": "",
    "protocol": "onvif", "address": "", "channel": 1, "deviceName": "", "cloudOnline": False, "localOnline": True,
    "why": "", "product": "", "seenMs": 0,
}  # fmt: skip


class Asked(msgspec.Struct):
    instance: int


async def add_gateways(town: Any, lot: Any, node: Node) -> None:
    platform, owner = town.platform, lot.project.owner
    lot.box_cluster = node.cluster_id
    async with platform.db.begin() as tx:
        cluster = await clusters.cluster(owner, tx, node.cluster_id)
        params = await with_gateways(
            owner,
            tx,
            cluster,
            [node],
            json.dumps({"node": node.name}),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        await tx.insert(edge_components, {
            "cluster_id": node.cluster_id, "code": VIDEO_THREE, "tenant_id": node.tenant_id,
            "project_id": node.project_id, "community_id": node.community_id, "state": INSTALLED, "stopped": 0,
            "params": params, "reason": "", "asked_by": "7", "decided_by": "7", "asked_ms": 1, "changed_ms": 1,
        })  # fmt: skip


def answer_for_video(box: WorkingBox) -> None:
    """The video component's duties, without cameras."""

    async def listed(asked: Asked) -> Any:
        rows = [{"number": number, "online": True, "used": 1, "startedMs": 1} for number in range(3)]
        return {"instances": rows, "most": 256, "models": [], "devices": [CAMERA]}

    async def added(asked: Asked) -> Any:
        return {"no": 1, "instance": asked.instance, "cameras": 0, "why": "", "detail": ""}

    async def deleted(asked: Asked) -> Any:
        return {"identities": []}

    async def done(asked: Asked) -> Any:
        return {}

    box.agent.more |= {
        "video.list": Duty(Asked, listed),
        "video.add": Duty(Asked, added),
        "video.pull": Duty(Asked, added),
        "video.delete": Duty(Asked, deleted),
        "video.identify": Duty(Asked, done),
        "video.restart": Duty(Asked, done),
    }
