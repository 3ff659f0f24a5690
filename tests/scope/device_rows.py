"""Groups and batches of a lot."""

import hashlib

from linli.app.platform import Platform
from linli.kernel import history
from linli.kernel.pages import PageRequest
from linli.things.batches.models import certificate_links, device_batches
from linli.things.groups import service as groups
from linli.things.service import devices
from tests.scope.town import Lot


async def add_batches(platform: Platform, lot: Lot) -> None:
    """Two groups, two batches that are done, a link to the certificates of the first, a device to delete."""
    owner, now = lot.project.owner, platform.clock.now_ms()
    async with platform.db.begin() as tx:
        lot.device_group = await groups.create_group(owner, tx, name=f"组{lot.name}")
        await groups.change_group(owner, tx, group_no=lot.device_group, description="门口")
        pages = await history.page_of_company_record(
            owner, tx, kind=groups.HISTORY, target=str(lot.device_group), request=PageRequest()
        )
        lot.group_change = pages.data[0].change_no
        lot.spare_device_group = await groups.create_group(owner, tx, name=f"备{lot.name}")
        for name in ("device_batch", "undone_batch"):
            row = {
                "tenant_id": owner.tenant, "product_key": lot.product, "community_id": lot.community,
                "source": "uploaded", "state": "done", "total": 0, "created_by": "staff:1", "created_ms": now,
            }  # fmt: skip
            setattr(lot, name, await tx.insert(device_batches, row) or 0)
        token = hashlib.sha256(f"batch-of-{lot.name}".encode()).hexdigest()
        await tx.insert(
            certificate_links,
            {"token_hash": token, "batch_no": lot.device_batch, "expires_ms": now + 86_400_000},
        )
        made = await devices.create_device(
            owner,
            tx,
            values=devices.DeviceValues(product_key=lot.product),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        await devices.assign_community(owner, tx, iot_id=made.iot_id, community_id=lot.community)
        lot.removed_device = made.iot_id
