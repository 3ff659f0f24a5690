"""What the pages show of the video component: nothing secret, causes in the reader's words."""

from typing import Any

import msgspec

from linli.edge.video.errors import reason
from linli.edge.video.room import VideoRoom
from linli.edge.video.rows import MODELS, NVR


class DeviceView(msgspec.Struct, frozen=True, rename="camel"):
    no: int
    parent: int
    instance: int
    kind: str
    name: str
    alias: str
    model: str
    model_name: str
    protocol: str
    address: str
    user: str
    channel: int
    device_name: str
    """Its identity in the cloud; empty: 未分配."""
    cloud_online: bool
    local_online: bool
    why: str
    """Why one of the two is not, in words; or what is wrong with one that is."""
    alarms: str
    """Why the alarms that it tells of by itself are not heard; empty: they are, or it is offline."""
    motion: bool
    """Whether motion is an alarm too."""
    product: str
    """Maker and model as the device itself says."""
    seen_ms: int


def shown_devices(
    room: VideoRoom, language: str, search: str = "", instance: int | None = None
) -> list[DeviceView]:
    """A recorder's cameras come after it."""
    rows = sorted(room.devices, key=lambda row: (row.parent or row.no, row.parent, row.channel))
    wanted, views = search.casefold(), []
    for row in rows:
        at = room.instances.get(row.instance)
        if at is None or (instance is not None and row.instance != instance):
            continue
        local = at.local(row.no)
        names = MODELS.get(row.model, (row.model, row.model))
        dn = row.identity.device_name if row.identity is not None else ""
        if wanted and wanted not in f"{row.name} {row.alias} {row.ip} {dn}".casefold():
            continue
        why = ""
        if local.why:
            why = reason(local.why, language, detail=local.detail)
        elif refusal := at.cloud_refusal(row):
            why = reason("cloud_refuses", language, detail=refusal)
        unheard = at.listening.why_not(row.no)
        alarms = (
            reason("alarms_unheard", language, cause=reason(unheard, language, detail="")) if unheard else ""
        )
        views.append(
            DeviceView(
                no=row.no, parent=row.parent, instance=row.instance, kind=row.kind, name=row.name, alias=row.alias,
                model=row.model, model_name=names[1 if language == "en" else 0], protocol=row.protocol,
                address=f"{row.ip}:{row.port}" if row.ip else "", channel=row.channel, user=row.user, device_name=dn,
                cloud_online=at.cloud_online(row), local_online=local.online, why=why,
                product=" ".join(filter(None, (local.maker, local.model))), seen_ms=local.seen_ms,
                alarms=alarms, motion=row.motion,
            )
        )  # fmt: skip
    return views


def shown_room(room: VideoRoom) -> dict[str, Any]:
    return {
        "three": room.three,
        "most": room.most,
        "instances": [
            {
                "number": each.number,
                "name": each.name,
                "productKey": each.gateway.product_key if each.gateway is not None else "",
                "deviceName": each.gateway.device_name if each.gateway is not None else "",
                "online": each.uplink is not None and each.uplink.up,
                "why": each.uplink.why if each.uplink is not None else "",
                "used": room.used(each.number),
                "startedMs": each.started_ms,
                "recorders": sum(row.kind == NVR for row in room.devices if row.instance == each.number),
            }
            for each in room.instances.values()
        ],
        "models": [
            {"code": code, "name": zh, "nameEn": en, "kind": kind} for code, (zh, en, kind) in MODELS.items()
        ],
    }
