"""Firmware, campaigns in every state, and configurations of a lot."""

from collections.abc import AsyncIterator

from linli.app.platform import Platform
from linli.kernel.db import Tx
from linli.things.configs import service as configs
from linli.things.configs.models import config_push_devices, config_pushes
from linli.things.ota import firmware
from linli.things.ota.firmware import NewFirmware
from linli.things.ota.models import ota_campaigns, ota_jobs
from linli.things.queries.devices import get_device
from tests.scope.town import Lot

CAMPAIGNS = {
    "campaign": "running",
    "paused_campaign": "paused",
    "grey_campaign": "running",
    "dead_campaign": "running",
    "done_campaign": "finished",
    "lost_campaign": "finished",
    "failed_campaign": "finished",
}


async def _body() -> AsyncIterator[bytes]:
    yield b"image"


async def add_firmware(platform: Platform, lot: Lot) -> None:
    """Images of the door's product, one campaign of each state with the door in it, configurations and a push."""
    owner = lot.project.owner
    for name, version in (("old_firmware", "1.0"), ("firmware", "2.0"), ("spare_firmware", "3.0")):
        made = await firmware.add_firmware(
            owner, platform.db, new=NewFirmware(lot.product, version, exempt=True), chunks=_body(),
            objects=platform.objects, ids=platform.ids,
        )  # fmt: skip
        setattr(lot, name, made.firmware_no)
    for content in ('{"a": 1}', '{"a": 2}'):
        await configs.save_config(
            owner, platform.db, product_key=lot.product, content=content, objects=platform.objects,
            ids=platform.ids,
        )  # fmt: skip
    await configs.save_config(
        owner, platform.db, product_key=lot.product, content='{"own": 1}', iot_id=lot.spare_door,
        objects=platform.objects, ids=platform.ids,
    )  # fmt: skip
    async with platform.db.begin() as tx:
        door = await get_device(owner, tx, iot_id=lot.door)
        for name, state in CAMPAIGNS.items():
            number = await _add_campaign(tx, lot, door.product_no, state, platform.clock.now_ms())
            setattr(lot, name, number)
            outcome = {
                "done_campaign": "succeeded",
                "lost_campaign": "failed",
                "failed_campaign": "failed",
            }.get(name, "cancelled")
            job = await _add_job(tx, lot, number, door.device_no, outcome, platform.clock.now_ms())
            if name == "lost_campaign":
                lot.upgrade = job
        lot.config_push = await _add_push(tx, lot, door.product_no, door.device_no, platform.clock.now_ms())


async def _add_campaign(tx: Tx, lot: Lot, product_no: int, state: str, now_ms: int) -> int:
    row = {
        "tenant_id": lot.tenant, "community_id": lot.community, "firmware_no": lot.firmware,
        "product_no": product_no, "module": "default", "version": "2.0", "source_version": "", "name": "c",
        "kind": "dynamic", "selection": '{"versions": ["never"]}', "percent": 10, "rate": 0, "retries": 0,
        "retry_ms": 0, "timeout_ms": 3_600_000, "stop_percent": 0, "stop_least": 1, "restores": 1,
        "starts_ms": now_ms, "state": state, "expanded": 1, "created_by": "1", "created_ms": now_ms,
        "started_ms": now_ms,
    }  # fmt: skip
    return await tx.insert(ota_campaigns, row) or 0


async def _add_job(tx: Tx, lot: Lot, campaign_no: int, device_no: int, state: str, now_ms: int) -> int:
    row = {
        "tenant_id": lot.tenant, "campaign_no": campaign_no, "device_no": device_no, "module": "default",
        "state": state, "from_version": "1.0", "created_ms": now_ms, "released_ms": now_ms,
        "changed_ms": now_ms, "finished_ms": now_ms,
    }  # fmt: skip
    return await tx.insert(ota_jobs, row) or 0


async def _add_push(tx: Tx, lot: Lot, product_no: int, device_no: int, now_ms: int) -> int:
    push = {
        "tenant_id": lot.tenant, "product_no": product_no, "config_ids": "1", "state": "finished", "batch": 1,
        "total": 1, "created_by": "1", "created_ms": now_ms, "finished_ms": now_ms,
    }  # fmt: skip
    number = await tx.insert(config_pushes, push) or 0
    await tx.insert(
        config_push_devices, {"push_no": number, "device_no": device_no, "config_no": 1, "state": "taken"}
    )
    return number
