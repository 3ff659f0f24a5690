"""Cameras of each lot with what is known of them."""

from collections.abc import Callable
from typing import Any

from linli.app.platform import Platform
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.live.orders import Outcome
from linli.domains.video.models import camera_findings, camera_health, camera_masks, camera_views, gb_channels
from linli.domains.video.service import batches, gb28181, uppers
from linli.domains.video.service import cameras as service
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.media.cameras.hub import Stream
from linli.things.service import devices, products

CATEGORY = "community/security/ipcamera"
_KNOWN = ("camera", "spare_camera", "lost_camera", "gone_camera")


class Playing:
    """Stands for a stream: tests/domains/video/live has real ones."""

    over = False

    def __init__(self) -> None:
        self.stream = Stream(lambda: None)


class Talking:
    """Stands for a talk: tests/domains/video/live has real ones."""

    token = "talk"
    longest_s = 60.0


class Looking:
    """Stands for the looker: tests/domains/video/health has real pictures."""

    async def look(self, *_: object) -> None:
        return

    set_view = look
    stop = look


def stand_in(desk: VideoDesk) -> None:
    """Cameras of the town answer at once."""

    async def play(*_: object, **__: object) -> Playing:
        return Playing()

    async def recordings(*_: object, **__: object) -> list[object]:
        return []

    async def steer(*_: object, **__: object) -> None:
        return

    async def presets(*_: object, **__: object) -> dict[int, str]:
        return {1: "大门"}

    async def order(*_: object, **__: object) -> Outcome:
        return Outcome("done", 0)

    async def talk(*_: object, **__: object) -> Talking:
        return Talking()

    async def condition(*_: object, **__: object) -> None:
        return

    acts = {
        "order": order,
        "talk": talk,
        "ask_condition": condition,
        "live": play,
        "past": play,
        "recordings": recordings,
        "steer": steer,
        "presets": presets,
    }
    for name, act in acts.items():
        setattr(desk, name, act)


async def add_cameras(platform: Platform, lot: Any) -> None:
    """One camera of which nothing is known, three with information, and one whose information was cleared."""
    owner, now_ms = lot.project.owner, platform.clock.now_ms()
    async with platform.db.begin() as tx:
        product = await products.create_product(
            owner,
            tx,
            values=products.ProductValues(name=f"camera {lot.name}", category_code=CATEGORY),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        for name in ("camera_device", *_KNOWN):
            made = await devices.create_device(
                owner,
                tx,
                values=devices.DeviceValues(
                    product_key=product.product_key,
                    device_name=f"{name}-{lot.name}",
                    project_id=lot.project_id,
                ),
                ids=platform.ids,
                secrets=platform.secrets,
            )
            await devices.assign_community(owner, tx, iot_id=made.iot_id, community_id=lot.community)
            if name == "camera_device":
                lot.camera_device, lot.camera_name = made.iot_id, made.device_name
                continue
            camera_id = await service.add(
                owner, tx, community_id=lot.community, iot_id=made.iot_id,
                values={"name": name, "password": "sealed-away"}, ids=platform.ids, secrets=platform.secrets,
                now_ms=now_ms,
            )  # fmt: skip
            setattr(lot, name, camera_id)
            if name == "camera":
                lot.camera_iot = made.iot_id
        for name in ("gb_device", "spare_gb_device"):
            row = await gb28181.add_device(
                owner, tx, community_id=lot.community,
                new=gb28181.NewDevice(f"{platform.ids.number():020d}", name, "camera-secret-7", "udp"),
                ids=platform.ids, secrets=platform.secrets, now_ms=now_ms,
            )  # fmt: skip
            setattr(lot, name, row.device_id)
        for name in ("upper", "spare_upper"):
            code = f"{platform.ids.number():020d}"
            values = uppers.UpperValues(
                name=name, host="10.9.8.7", port=5060, server_id=code, domain="", gb_id=code, transport="udp",
                edition="2016", register_s=3600, keepalive_s=60, most_streams=4, steers=False, alarms=False, off=True,
                media_hosts="10.9.8.6",
            )  # fmt: skip
            added = await uppers.add_upper(
                owner, tx, community_id=lot.community, values=values, password="camera-secret-7",
                ids=platform.ids, secrets=platform.secrets, now_ms=now_ms,
            )  # fmt: skip
            setattr(lot, name, added.upper_id)
        stand_in(platform.video.desk)
        platform.video.health.open(Looking())  # type: ignore[arg-type]
        channel = {
            "channel_id": platform.ids.number(), "tenant_id": owner.tenant, "community_id": lot.community,
            "device_id": lot.gb_device, "channel": "34020000001320000001", "steers": 1, "iot_id": lot.camera_iot,
            "changed_ms": now_ms,
        }  # fmt: skip
        await tx.insert(gb_channels, channel)
        await add_health(tx, owner, lot, now_ms)
        for name in ("lost_camera", "gone_camera"):
            made_batch = await batches.clear(
                owner, tx, community_id=lot.community, camera_ids=[getattr(lot, name)], expected=1,
                ids=platform.ids, now_ms=now_ms,
            )  # fmt: skip
            lot.camera_batch = made_batch.batch_id


async def add_health(tx: Tx, owner: Scope, lot: Any, now_ms: int) -> None:
    """One look at a camera, which saw a black picture."""
    whose = {"iot_id": lot.camera_iot, "tenant_id": owner.tenant, "community_id": lot.community}
    await tx.insert(camera_health, {**whose, "tried_ms": now_ms, "looked_ms": now_ms})
    jpeg = b"\xff\xd8" + str(lot.name).encode()
    await tx.insert(
        camera_findings,
        {**whose, "kind": "black", "counts": 1, "facts": '{"level":1}', "jpeg": jpeg, "since_ms": now_ms,
         "seen_ms": now_ms},
    )  # fmt: skip
    # None: its picture is no real one, which FFmpeg could fill.
    await tx.insert(camera_masks, {**whose, "boxes": "[]", "changed_ms": now_ms})
    await tx.insert(camera_views, {**whose, "period": "day", "sight": b"", "jpeg": jpeg, "at_ms": now_ms})


def methods() -> dict[tuple[str, str], list[Callable[[Any], dict[str, Any]]]]:
    """How the methods of video are called."""
    file, span = "1795996800-1795997400-0", {"beginTime": 1_795_996_800, "endTime": 1_795_997_400}
    live = [lambda x: {"iotId": x.camera_iot}]
    return {
        **{("/vision/stream/query", version): live for version in ("2.0.0", "2.1.0", "2.1.1")},
        ("/vision/stream/stop", "1.0.4"): live,
        ("/vision/record/query", "2.0.0"): [lambda x: {"iotId": x.camera_iot, **span}],
        ("/vision/vod/getbyfilename", "2.0.0"): [lambda x: {"iotId": x.camera_iot, "fileName": file}],
        ("/vision/vod/localfile/getbyname", "2.0.0"): [lambda x: {"iotId": x.camera_iot, "fileName": file}],
        ("/vision/vod/localfile/getbytime", "2.0.1"): [lambda x: {"iotId": x.camera_iot, **span}],
    }
