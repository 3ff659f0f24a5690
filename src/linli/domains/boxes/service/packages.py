"""Driver packages of a tenant and the keys whose signatures it trusts. Spec C006, design 2.3."""

import asyncio
import base64
import hashlib
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.boxes import package_file, rules
from linli.domains.boxes.errors import KeyInUse, PackageThere
from linli.domains.boxes.models import edge_packages, edge_trusted_keys
from linli.domains.boxes.package_file import PackageManifest
from linli.domains.boxes.queries import drivers as queries
from linli.domains.boxes.rows import Package, TrustedKey
from linli.domains.boxes.service import roots
from linli.domains.boxes.service.products import whole
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

HISTORY: Final = "edge_package"
KEYS_MAX: Final = 32
"""Trusted keys of a company: each is tried on every package."""

_delete = Command(
    delete(edge_packages).where(
        edge_packages.c.package_id == bindparam("row", type_=INT), in_scope(edge_packages)
    )
)
_delete_key = Command(
    delete(edge_trusted_keys).where(
        edge_trusted_keys.c.key_id == bindparam("row", type_=INT), in_scope(edge_trusted_keys)
    )
)


async def trust(
    scope: Scope, tx: Tx, *, name: str, public_key: str, ids: Ids, secrets: Secrets, now_ms: int
) -> TrustedKey:
    """Take packages signed by this key from now on. Raises BadInput."""
    pem, _ = package_file.read_key(public_key)
    trusted_keys = await queries.trusted_keys(scope, tx)
    if any(row.public_key == pem for row in trusted_keys):
        raise BadInput(field="publicKey", rule="taken")
    if len(trusted_keys) >= KEYS_MAX:
        raise BadInput(field="publicKey", rule="too_many_items", limit=KEYS_MAX)
    proof = await roots.vouch(scope, tx, pem, secrets=secrets, now_ms=now_ms)
    trusted_key = TrustedKey(
        ids.number(), scope.tenant, rules.clean_name(name), pem, scope.caller.id, now_ms, proof
    )
    await tx.insert(edge_trusted_keys, trusted_key._asdict())
    await history.note(
        scope,
        tx,
        history.Record("edge_key", trusted_key.key_id, None),
        "created",
        after={"name": trusted_key.name},
        now_ms=now_ms,
    )
    return trusted_key


async def distrust(scope: Scope, tx: Tx, *, key_id: int, now_ms: int) -> None:
    """Raises NotFound, KeyInUse."""
    trusted_keys = {row.key_id: row for row in await queries.trusted_keys(scope, tx)}
    if key_id not in trusted_keys:
        raise NotFound(what="edge_key", id=key_id)
    if used := [row for row in await queries.packages(scope, tx) if row.key_id == key_id]:
        raise KeyInUse(count=len(used))
    await _delete_key.run(tx, whole(scope), row=key_id)
    await history.note(
        scope,
        tx,
        history.Record("edge_key", key_id, None),
        "deleted",
        before={"name": trusted_keys[key_id].name},
        now_ms=now_ms,
    )


async def signer(scope: Scope, db: Reader, *, package: bytes, signature: bytes) -> int:
    """The trusted key that signed: asked before anything of a package is looked at. Raises BadInput."""
    keys = [(row.key_id, row.public_key) for row in await queries.trusted_keys(scope, db)]
    if not keys:
        raise BadInput(field="signature", rule="edge.no_keys")
    return await asyncio.to_thread(package_file.signer_of, package, signature, keys)


async def check(scope: Scope, tx: Tx, *, manifest: PackageManifest) -> None:
    """Whether a package may be added that says this of itself. Raises BadInput, PackageThere."""
    ours = queries.built_in().get(manifest.id)
    if ours is not None and (not ours.closed or manifest.version in ours.built_in):
        raise BadInput(field="package", rule="edge.package_built_in", id=manifest.id)
    if await queries.package_of(scope, tx, manifest.id, manifest.version) is not None:
        raise PackageThere(driver=manifest.name, version=manifest.version)


def key_of(tenant_id: str, package: bytes, manifest: PackageManifest) -> str:
    """Where a package lies in the object store."""
    return f"{tenant_id}/edge_drivers/{manifest.id}/{hashlib.sha256(package).hexdigest()}.zip"


async def add(
    scope: Scope,
    tx: Tx,
    *,
    package: bytes,
    signature: bytes,
    manifest: PackageManifest,
    ids: Ids,
    now_ms: int,
) -> Package:
    """Note a package whose bytes are stored. Raises as `signer` and `check`."""
    key_id = await signer(scope, tx, package=package, signature=signature)
    await check(scope, tx, manifest=manifest)
    package_row = Package(
        package_id=ids.number(), tenant_id=scope.tenant, driver_id=manifest.id, version=manifest.version,
        name=manifest.name, protocol=manifest.protocol, owner=manifest.owner,
        manifest=msgspec.json.encode(manifest).decode(),
        sha256=hashlib.sha256(package).hexdigest(), signature=base64.b64encode(signature).decode(),
        size=len(package), object_key=key_of(scope.tenant, package, manifest), key_id=key_id,
        by_id=scope.caller.id, created_ms=now_ms,
    )  # fmt: skip
    await tx.insert(edge_packages, package_row._asdict())
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, package_row.package_id, None),
        "created",
        after={"driver": package_row.driver_id, "version": package_row.version},
        now_ms=now_ms,
    )
    return package_row


async def remove(scope: Scope, tx: Tx, *, package_id: int, now_ms: int) -> Package:
    """Raises NotFound, BadInput while a gateway is set to it."""
    package = await queries.package(scope, tx, package_id)
    if used := await queries.gateways_with(scope, tx, package.driver_id, package.version):
        raise BadInput(field="packageId", rule="edge.package_used", count=used)
    await _delete.run(tx, whole(scope), row=package_id)
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, package_id, None),
        "deleted",
        before={"driver": package.driver_id, "version": package.version},
        now_ms=now_ms,
    )
    return package
