"""Firmware images: stored as they arrive, their sums computed here, never believed."""

import re
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final, Literal, NamedTuple

from msgspec import Meta
from sqlalchemy import bindparam, delete, func, or_, select, update

from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, in_scope
from linli.kernel.entry import Filter
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore, Stored
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.models import products
from linli.things.ota.errors import FirmwareInUse, VersionTaken
from linli.things.ota.models import firmwares, ota_campaigns
from linli.things.queries.products import get_product

type SignMethod = Literal["Md5", "SHA256"]
"""As the SDKs spell them (spec clients b.4): any other spelling and they drop the notice."""
type FirmwareState = Literal["unverified", "verifying", "verified", "refused", "exempt"]

DEFAULT_MODULE: Final = "default"
MAX_BYTES: Final = 1024 * 1024 * 1024
_WORD: Final = re.compile(r"[0-9A-Za-z._-]{1,64}")
_MAX_NOTES: Final = 1024


class Firmware(NamedTuple):
    firmware_no: int
    tenant_id: str
    product_no: int
    product_key: str
    module: str
    version: str
    source_version: str
    """The base version of a differential image. Empty for a full one."""
    file_key: str
    file_name: str
    size: int
    md5: str
    sha256: str
    sign_method: SignMethod
    notes: str
    state: FirmwareState
    created_by: str
    created_ms: int
    product_name: str

    @property
    def sign(self) -> str:
        return self.md5 if self.sign_method == "Md5" else self.sha256


class NewFirmware(Filter, frozen=True):
    """The data of an uploaded image."""

    product_key: str
    version: str
    module: str = DEFAULT_MODULE
    source_version: Annotated[str, Meta(description="Only for a differential image.")] = ""
    sign_method: SignMethod = "SHA256"
    notes: str = ""
    file_name: str = ""
    exempt: Annotated[bool, Meta(description="No trial on one device is needed.")] = False


_COLUMNS = [*(firmwares.c[name] for name in Firmware._fields[:-1]), products.c.name]
_FROM = firmwares.join(products, products.c.product_no == firmwares.c.product_no)
_by_no = Query(
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(firmwares.c.firmware_no == bindparam("no", type_=INT), in_scope(firmwares)),
    Firmware,
)
_matching = (
    in_scope(firmwares),
    or_(bindparam("product") == "", firmwares.c.product_key == bindparam("product")),
    or_(bindparam("of_module") == "", firmwares.c.module == bindparam("of_module")),
)
_page = Query(
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(*_matching)
    .order_by(firmwares.c.firmware_no.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Firmware,
)
_total = Query(select(func.count()).select_from(firmwares).where(*_matching))
_same = Query(
    select(firmwares.c.firmware_no).where(
        firmwares.c.product_no == bindparam("product_no", type_=INT),
        firmwares.c.module == bindparam("of_module"),
        firmwares.c.version == bindparam("of_version"),
        firmwares.c.source_version == bindparam("source"),
        in_scope(firmwares),
    )
)
_full = Query(
    select(*_COLUMNS)
    .select_from(_FROM)
    .where(
        firmwares.c.product_no == bindparam("product_no", type_=INT),
        firmwares.c.module == bindparam("of_module"),
        firmwares.c.version == bindparam("of_version"),
        firmwares.c.source_version == "",
    ),
    Firmware,
    unscoped="the product is the device's own",
)
_campaign_of = Query(
    select(ota_campaigns.c.campaign_no).where(
        ota_campaigns.c.firmware_no == bindparam("no", type_=INT),
    ),
    unscoped="the firmware was found in the scope",
)
_describe = Command(
    update(firmwares)
    .where(firmwares.c.firmware_no == bindparam("no", type_=INT), in_scope(firmwares))
    .values(notes=bindparam("words"))
)
_set_state = Command(
    update(firmwares)
    .where(firmwares.c.firmware_no == bindparam("no", type_=INT))
    .values(state=bindparam("to")),
    unscoped="the campaign that tries it was found in the scope",
)
_delete = Command(
    delete(firmwares).where(firmwares.c.firmware_no == bindparam("no", type_=INT), in_scope(firmwares))
)


async def get_firmware(scope: Scope, db: Reader, *, firmware_no: int) -> Firmware:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, no=firmware_no)
    if row is None:
        raise NotFound(what="firmware", id=firmware_no)
    return row


async def list_firmware(
    scope: Scope, db: Reader, *, page: PageRequest, product_key: str = "", module: str = ""
) -> Page[Firmware]:
    """Newest first."""
    binds = {"product": product_key, "of_module": module}
    rows = await _page.all(db, scope, **binds, **page.binds)
    return Page.of(page, await _total.scalar(db, scope, **binds), rows)


async def full_image(db: Reader, *, product_no: int, module: str, version: str) -> Firmware | None:
    """The full image of a version, if it is stored."""
    return await _full.one(db, product_no=product_no, of_module=module, of_version=version)


async def receive(
    objects: ObjectStore, key: str, chunks: AsyncIterator[bytes], *, limit: int = MAX_BYTES
) -> Stored:
    """Store a body while it comes in. Raises TooLarge, DiskFull, BadInput for an empty one."""
    stored = await objects.receive(key, chunks, limit=limit)
    if not stored.size:
        await objects.delete(key)
        raise BadInput(field="file", rule="required")
    return stored


async def add_firmware(
    scope: Scope,
    db: Database,
    *,
    new: NewFirmware,
    chunks: AsyncIterator[bytes],
    objects: ObjectStore,
    ids: Ids,
    limit: int = MAX_BYTES,
) -> Firmware:
    """Store an image for a product's devices. Checks come before the body is read.

    Raises BadInput, NotFound (product), VersionTaken, TooLarge.
    """
    _check(new)
    product = await get_product(scope, db, product_key=new.product_key)
    await _refuse_same(scope, db, product.product_no, new)
    key = f"{product.tenant_id}/firmware/{ids.upload_id()}.bin"
    image = await receive(objects, key, chunks, limit=limit)

    async def store(tx: Tx) -> Firmware:
        await _refuse_same(scope, tx, product.product_no, new)
        number = await tx.insert(
            firmwares,
            {
                "tenant_id": product.tenant_id,
                "product_no": product.product_no,
                "product_key": product.product_key,
                "module": new.module,
                "version": new.version,
                "source_version": new.source_version,
                "file_key": key,
                "file_name": new.file_name[:200],
                "size": image.size,
                "md5": image.etag,
                "sha256": image.sha256,
                "sign_method": new.sign_method,
                "notes": new.notes,
                "state": "exempt" if new.exempt else "unverified",
                "created_by": scope.caller.id,
                "created_ms": db.clock.now_ms(),
            },
        )
        return await get_firmware(scope, tx, firmware_no=number or 0)

    try:
        return await db.run(store)
    except BaseException:
        await objects.delete(key)
        raise


async def describe_firmware(scope: Scope, tx: Tx, *, firmware_no: int, notes: str) -> None:
    """Raises BadInput, NotFound."""
    if len(notes) > _MAX_NOTES:
        raise BadInput(field="notes", rule="too_long", limit=_MAX_NOTES)
    if not await _describe.run(tx, scope, no=firmware_no, words=notes):
        raise NotFound(what="firmware", id=firmware_no)


async def delete_firmware(scope: Scope, tx: Tx, *, firmware_no: int) -> str:
    """Remove an image that no campaign ever brought; the key of its file, to be deleted after the commit.

    Raises NotFound, FirmwareInUse.
    """
    firmware = await get_firmware(scope, tx, firmware_no=firmware_no)
    if await _campaign_of.one(tx, no=firmware_no):
        raise FirmwareInUse(id=f"{firmware.module} {firmware.version}")
    await _delete.run(tx, scope, no=firmware_no)
    return firmware.file_key


async def mark_firmware(tx: Tx, *, firmware_no: int, state: FirmwareState) -> None:
    await _set_state.run(tx, no=firmware_no, to=state)


def check_word(field: str, text: str) -> str:
    """A version or module name: 1 to 64 letters, digits or `. _ -`. Raises BadInput."""
    if not _WORD.fullmatch(text):
        raise BadInput(field=field, rule="firmware_word")
    return text


def _check(new: NewFirmware) -> None:
    check_word("version", new.version)
    check_word("module", new.module)
    if new.source_version:
        check_word("sourceVersion", new.source_version)
        if new.source_version == new.version:
            raise BadInput(field="sourceVersion", rule="taken")
    if len(new.notes) > _MAX_NOTES:
        raise BadInput(field="notes", rule="too_long", limit=_MAX_NOTES)


async def _refuse_same(scope: Scope, db: Reader, product_no: int, new: NewFirmware) -> None:
    binds: dict[str, Any] = {
        "product_no": product_no,
        "of_module": new.module,
        "of_version": new.version,
        "source": new.source_version,
    }
    if await _same.one(db, scope, **binds):
        raise VersionTaken(version=new.version, module=new.module)
