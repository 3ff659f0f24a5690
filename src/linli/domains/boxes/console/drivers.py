"""Console: driver packages of the tenant, and the keys whose signatures it trusts. Spec C006."""

import asyncio
from typing import Final

from litestar.datastructures import UploadFile

from linli.domains.boxes import package_file
from linli.domains.boxes.console.hand import Hand
from linli.domains.boxes.console.rows.drivers import (
    PackageFiles,
    PackageRow,
    TrustedKeyForm,
    TrustedKeyRow,
)
from linli.domains.boxes.console.rows.new_id import CreatedId
from linli.domains.boxes.errors import KeyInUse, PackageThere
from linli.domains.boxes.package_file import PACKAGE_BYTES
from linli.domains.boxes.queries import drivers as queries
from linli.domains.boxes.service import packages as service
from linli.domains.people.rights import Right
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Form, Routes
from linli.kernel.errors import NotFound, TooLarge
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

USE, MANAGE = Right.PROJECTS_SEE.value, Right.INTEGRATIONS_MANAGE.value
"""A driver is code that runs on boxes of the whole tenant."""
_SIGNATURE_BYTES: Final = 4096
_FORM_BYTES: Final = PACKAGE_BYTES + 64 * 1024


driver_package_routes = Routes("/edge/packages", tags=("edge",))


@driver_package_routes.get(right=USE)
async def list_packages(scope: Scope, db: Database) -> list[PackageRow]:
    """Packages of the tenant, by driver, the newest first."""
    keys = {row.key_id: row for row in await queries.trusted_keys(scope, db)}
    return [PackageRow.of(row, keys) for row in await queries.packages(scope, db)]


@driver_package_routes.post(right=MANAGE, max_body=_FORM_BYTES, raises=(PackageThere, TooLarge))
async def upload(data: Form[PackageFiles], hand: Hand, objects: ObjectStore) -> CreatedId:
    """A package with its detached signature, checked against the trusted keys before anything is kept."""
    package = await _content(data.package, PACKAGE_BYTES)
    signature = package_file.read_signature(await _content(data.signature, _SIGNATURE_BYTES))
    await service.signer(hand.within, hand.db, package=package, signature=signature)
    manifest = await asyncio.to_thread(package_file.read_manifest, package)
    async with hand.db.begin() as tx:
        await service.check(hand.within, tx, manifest=manifest)
    await objects.put(service.key_of(hand.within.tenant, package, manifest), package)
    async with hand.db.begin() as tx:
        package_row = await service.add(
            hand.within,
            tx,
            package=package,
            signature=signature,
            manifest=manifest,
            ids=hand.ids,
            now_ms=hand.now_ms,
        )
    return CreatedId(str(package_row.package_id))


@driver_package_routes.delete("/{package_id:int}", right=MANAGE, raises=(NotFound,))
async def remove(package_id: int, hand: Hand, objects: ObjectStore) -> None:
    """Delete a package that no gateway is set to."""
    gone = await hand.db.run(
        lambda tx: service.remove(hand.within, tx, package_id=package_id, now_ms=hand.now_ms)
    )
    await objects.delete(gone.object_key)  # its row is gone for good


trusted_key_routes = Routes("/edge/trusted-keys", tags=("edge",))


@trusted_key_routes.get(right=USE)
async def list_keys(scope: Scope, db: Database) -> list[TrustedKeyRow]:
    """Keys whose packages are taken."""
    rows = await queries.trusted_keys(scope, db)
    return [TrustedKeyRow(str(row.key_id), row.name, row.public_key, row.created_ms) for row in rows]


@trusted_key_routes.post(right=MANAGE)
async def trust(data: TrustedKeyForm, hand: Hand, tx: Tx) -> CreatedId:
    """Trust a vendor's key."""
    trusted_key = await service.trust(
        hand.within,
        tx,
        name=data.name,
        public_key=data.public_key,
        ids=hand.ids,
        secrets=hand.secrets,
        now_ms=hand.now_ms,
    )
    return CreatedId(str(trusted_key.key_id))


@trusted_key_routes.delete("/{key_id:int}", right=MANAGE, raises=(NotFound, KeyInUse))
async def distrust(key_id: int, hand: Hand, tx: Tx) -> None:
    """Trust it no more; its packages are deleted first."""
    await service.distrust(hand.within, tx, key_id=key_id, now_ms=hand.now_ms)


async def _content(file: UploadFile, most: int) -> bytes:
    """Raises TooLarge."""
    content = await file.read(most + 1)
    if len(content) > most:
        raise TooLarge(limit=f"{most // 1024} KiB")
    return content
