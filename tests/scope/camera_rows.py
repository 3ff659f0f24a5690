"""Cameras of each lot with what is known of them."""

from typing import Any

from linli.app.platform import Platform
from linli.domains.video.service import batches
from linli.domains.video.service import cameras as service
from linli.things.service import devices, products

CATEGORY = "community/security/ipcamera"
_KNOWN = ("camera", "spare_camera", "lost_camera", "gone_camera")


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
        for name in ("lost_camera", "gone_camera"):
            made_batch = await batches.clear(
                owner, tx, community_id=lot.community, camera_ids=[getattr(lot, name)], expected=1,
                ids=platform.ids, now_ms=now_ms,
            )  # fmt: skip
            lot.camera_batch = made_batch.batch_id
