"""Firmware images for the people who run devices: list, upload, download, trial on one device, versions in use."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.ota import campaigns, firmware, queries
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


class FirmwareRoutes(Controller):
    path = "/firmware"
    tags = ("firmware",)

    @get("/", right="devices.use")
    async def list_firmware(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        product_key: Annotated[str, QueryParameter(name="productKey")] = "",
        module: FromQuery[str] = "",
    ) -> Page[FirmwareRow]:
        """The tenant's images, the newest first."""
        found = await firmware.list_firmware(within, db, page=page, product_key=product_key, module=module)
        return Page.of(page, found.total, [FirmwareRow.of(row) for row in found.data])

    @get("/versions", right="devices.use")
    async def versions(
        self,
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        product_key: Annotated[str, QueryParameter(name="productKey")],
    ) -> list[FirmwareVersionRow]:
        """What the devices of a product run, as they reported it."""
        await get_product(within, db, product_key=product_key)
        found = await queries.running_versions(within, db, product_key=product_key)
        return [FirmwareVersionRow(*row) for row in found]

    @post("/", right="integrations.manage", status_code=201, request_max_body_size=MAX_BYTES, once=True)
    async def upload(
        self,
        request: Request[Any, Any, Any],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
        ids: NamedDependency[Ids],
        version: FromQuery[str],
        product_key: Annotated[str, QueryParameter(name="productKey")],
        module: FromQuery[str] = DEFAULT_MODULE,
        source_version: Annotated[
            str, QueryParameter(name="sourceVersion", description="Only for a differential image.")
        ] = "",
        sign_method: Annotated[SignMethod, QueryParameter(name="signMethod")] = "SHA256",
        notes: FromQuery[str] = "",
        file_name: Annotated[str, QueryParameter(name="fileName")] = "",
        exempt: Annotated[bool, QueryParameter(description="No trial on one device is needed.")] = False,
    ) -> FirmwareRow:
        """Store an image; the request's body is the file itself. Its sums are computed here."""
        new = NewFirmware(
            product_key=product_key,
            version=version,
            module=module,
            source_version=source_version,
            sign_method=sign_method,
            notes=notes,
            file_name=file_name,
            exempt=exempt,
        )
        made = await firmware.add_firmware(
            within, db, new=new, chunks=request.stream(), objects=objects, ids=ids
        )
        return FirmwareRow.of(made)

    @get("/{firmware_id:int}", right="devices.use")
    async def detail(
        self, firmware_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> FirmwareRow:
        """One image with its sums."""
        return FirmwareRow.of(await firmware.get_firmware(within, db, firmware_no=firmware_id))

    @put("/{firmware_id:int}", right="integrations.manage", status_code=204)
    async def change(
        self,
        firmware_id: FromPath[int],
        data: JSONBody[FirmwareChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Note what is in it."""
        async with db.begin() as tx:
            await firmware.describe_firmware(within, tx, firmware_no=firmware_id, notes=data.notes)

    @delete("/{firmware_id:int}", right="integrations.manage", status_code=204)
    async def remove(
        self,
        firmware_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
    ) -> None:
        """Delete an image that no campaign ever brought."""
        async with db.begin() as tx:
            key = await firmware.delete_firmware(within, tx, firmware_no=firmware_id)
        await objects.delete(key)

    @get("/{firmware_id:int}/download", right="integrations.manage")
    async def download(
        self,
        firmware_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
    ) -> FirmwareDownload:
        """An address of the file that works for ten minutes."""
        found = await firmware.get_firmware(within, db, firmware_no=firmware_id)
        return FirmwareDownload(objects.url(found.file_key, expires_s=_DOWNLOAD_SECONDS))

    @post("/{firmware_id:int}/trial", right="devices.manage", status_code=201)
    async def try_out(
        self,
        firmware_id: FromPath[int],
        data: JSONBody[TrialRequest],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> CampaignStarted:
        """Bring it to one device first; its success or failure becomes the firmware's state."""
        async with db.begin() as tx:
            made = await campaigns.try_firmware(within, tx, firmware_no=firmware_id, iot_id=data.iot_id)
        return CampaignStarted(str(made.campaign_no))


class DeviceFirmwareRoutes(Controller):
    path = "/devices/{iot_id:str}/firmware"
    tags = ("firmware",)

    @get("/", right="devices.use")
    async def reported(
        self, iot_id: FromPath[str], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[ReportedFirmware]:
        """What a device runs, by module."""
        device = await get_device(within, db, iot_id=iot_id)
        found = await queries.firmware_of(db, device_no=device.device_no)
        return [ReportedFirmware(*row) for row in found]
