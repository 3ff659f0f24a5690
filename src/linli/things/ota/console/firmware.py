"""Firmware images for the people who run devices: list, upload, download, trial on one device, versions in use."""

from typing import Annotated, Any

import msgspec
from litestar import Request
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound, TooLarge
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.ota import campaigns, firmware, queries
from linli.things.ota.errors import FirmwareInUse, NobodyToUpgrade, VersionTaken
from linli.things.ota.firmware import (
    DEFAULT_MODULE,
    MAX_BYTES,
    Firmware,
    FirmwareState,
    NewFirmware,
    SignMethod,
)
from linli.things.queries.devices import get_device
from linli.things.queries.products import get_product

_DOWNLOAD_SECONDS = 600


class FirmwareRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    product_key: str
    product_name: str
    module: str
    version: str
    source_version: str
    """Of a differential image: the version it applies to."""
    file_name: str
    size: int
    sign_method: SignMethod
    md5: str
    sha256: str
    notes: str
    state: FirmwareState
    created_by: str
    created_ms: int

    @staticmethod
    def of(row: Firmware) -> "FirmwareRow":
        return FirmwareRow(
            id=str(row.firmware_no),
            product_key=row.product_key,
            product_name=row.product_name,
            module=row.module,
            version=row.version,
            source_version=row.source_version,
            file_name=row.file_name,
            size=row.size,
            sign_method=row.sign_method,
            md5=row.md5,
            sha256=row.sha256,
            notes=row.notes,
            state=row.state,
            created_by=row.created_by,
            created_ms=row.created_ms,
        )


class FirmwareChange(msgspec.Struct):
    notes: str


class TrialRequest(msgspec.Struct, rename="camel"):
    iot_id: str


class CampaignStarted(msgspec.Struct, rename="camel", frozen=True):
    id: str


class FirmwareDownload(msgspec.Struct, frozen=True):
    url: str


class FirmwareVersionRow(msgspec.Struct, frozen=True):
    """How many devices report a version."""

    module: str
    version: str
    devices: int


class ReportedFirmware(msgspec.Struct, rename="camel", frozen=True):
    module: str
    version: str
    reported_ms: int


firmware_routes = Routes("/firmware", tags=("firmware",))


class FirmwareFilter(Filter, frozen=True):
    """Firmware, as its list is asked for."""

    product_key: str = ""
    module: str = ""


@firmware_routes.get(right="devices.use")
async def list_firmware(
    scope: Scope, db: Database, page: PageRequest, where: FirmwareFilter
) -> Page[FirmwareRow]:
    """The tenant's images, the newest first."""
    firmware_page = await firmware.list_firmware(
        scope, db, page=page, product_key=where.product_key, module=where.module
    )
    return Page.of(page, firmware_page.total, [FirmwareRow.of(row) for row in firmware_page.data])


@firmware_routes.get("/versions", right="devices.use", raises=(NotFound,))
async def versions(scope: Scope, db: Database, product_key: str) -> list[FirmwareVersionRow]:
    """The versions on the devices of a product, as they reported them."""
    await get_product(scope, db, product_key=product_key)
    running_versions = await queries.running_versions(scope, db, product_key=product_key)
    return [FirmwareVersionRow(*row) for row in running_versions]


class FirmwareUpload(Filter, frozen=True):
    """Facts of an image; the body is the file itself."""

    version: str
    product_key: str
    module: str = DEFAULT_MODULE
    source_version: Annotated[str, Meta(description="Only for a differential image.")] = ""
    sign_method: SignMethod = "SHA256"
    notes: str = ""
    file_name: str = ""
    exempt: Annotated[bool, Meta(description="No trial on one device is needed.")] = False


@firmware_routes.post(
    right="integrations.manage", max_body=MAX_BYTES, once=True, raises=(NotFound, TooLarge, VersionTaken)
)
async def upload(
    request: Request[Any, Any, Any],
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    ids: Ids,
    facts: FirmwareUpload,
) -> FirmwareRow:
    """Store an image; the request's body is the file itself. Its sums are computed here."""
    new = NewFirmware(
        product_key=facts.product_key,
        version=facts.version,
        module=facts.module,
        source_version=facts.source_version,
        sign_method=facts.sign_method,
        notes=facts.notes,
        file_name=facts.file_name,
        exempt=facts.exempt,
    )
    new_firmware = await firmware.add_firmware(
        scope, db, new=new, chunks=request.stream(), objects=objects, ids=ids
    )
    return FirmwareRow.of(new_firmware)


@firmware_routes.get("/{firmware_id:int}", right="devices.use", raises=(NotFound,))
async def detail(firmware_id: int, scope: Scope, db: Database) -> FirmwareRow:
    """One image with its sums."""
    return FirmwareRow.of(await firmware.get_firmware(scope, db, firmware_no=firmware_id))


@firmware_routes.put("/{firmware_id:int}", right="integrations.manage", raises=(NotFound,))
async def change(firmware_id: int, data: FirmwareChange, scope: Scope, tx: Tx) -> None:
    """Note what is in it."""
    await firmware.describe_firmware(scope, tx, firmware_no=firmware_id, notes=data.notes)


@firmware_routes.delete("/{firmware_id:int}", right="integrations.manage", raises=(NotFound, FirmwareInUse))
async def remove(firmware_id: int, scope: Scope, db: Database, objects: ObjectStore) -> None:
    """Delete an image that no campaign ever brought."""
    async with db.begin() as tx:
        key = await firmware.delete_firmware(scope, tx, firmware_no=firmware_id)
    await objects.delete(key)


@firmware_routes.get("/{firmware_id:int}/download", right="integrations.manage", raises=(NotFound,))
async def download(firmware_id: int, scope: Scope, db: Database, objects: ObjectStore) -> FirmwareDownload:
    """An address of the file that works for ten minutes."""
    firmware_row = await firmware.get_firmware(scope, db, firmware_no=firmware_id)
    return FirmwareDownload(objects.url(firmware_row.file_key, expires_s=_DOWNLOAD_SECONDS))


@firmware_routes.post("/{firmware_id:int}/trial", right="devices.manage", raises=(NotFound, NobodyToUpgrade))
async def try_out(firmware_id: int, data: TrialRequest, scope: Scope, tx: Tx) -> CampaignStarted:
    """Bring it to one device first; its success or failure becomes the firmware's state."""
    campaign = await campaigns.try_firmware(scope, tx, firmware_no=firmware_id, iot_id=data.iot_id)
    return CampaignStarted(str(campaign.campaign_no))


device_firmware_routes = Routes("/devices/{iot_id:str}/firmware", tags=("firmware",))


@device_firmware_routes.get(right="devices.use", raises=(NotFound,))
async def reported(iot_id: str, scope: Scope, db: Database) -> list[ReportedFirmware]:
    """The versions on a device, by module."""
    device = await get_device(scope, db, iot_id=iot_id)
    device_firmwares = await queries.firmware_of(db, device_no=device.device_no)
    return [ReportedFirmware(*row) for row in device_firmwares]
