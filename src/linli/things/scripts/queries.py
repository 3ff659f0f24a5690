"""Reads of products' scripts and of their failures. The caller knows product and device."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader
from linli.things.models import products
from linli.things.scripts.models import product_script_versions, product_scripts, script_failures
from linli.things.scripts.sandbox import Script

MOST_FAILURES: Final = 100


class ScriptRow(NamedTuple):
    """A product's script as it is stored; a product without one has empty text and version 0."""

    draft: str
    draft_version: int
    draft_ms: int
    published: int | None


class ScriptInUse(NamedTuple):
    script: Script
    custom: bool
    """The product's devices speak a format of their own; else the script is for marked free topics alone."""


class VersionRow(NamedTuple):
    version: int
    published_by: str
    published_ms: int


class FailureRow(NamedTuple):
    seq: int
    at_ms: int
    function: str
    kind: str
    reason: str
    input: bytes


_no = bindparam("no", type_=INT)
_script = Query(
    select(*(product_scripts.c[name] for name in ScriptRow._fields)).where(
        product_scripts.c.product_no == _no
    ),
    ScriptRow,
)
_in_use = Query(
    select(
        product_script_versions.c.version,
        product_script_versions.c.source,
        products.c.data_format,
        products.c.tenant_id,
    )
    .join(
        product_scripts,
        (product_scripts.c.product_no == product_script_versions.c.product_no)
        & (product_scripts.c.published == product_script_versions.c.version),
    )
    .join(products, products.c.product_no == product_scripts.c.product_no)
    .where(product_scripts.c.product_no == _no),
    unscoped="the platform's own memory of all tenants' scripts",
)
_versions = Query(
    select(*(product_script_versions.c[name] for name in VersionRow._fields))
    .where(product_script_versions.c.product_no == _no)
    .order_by(product_script_versions.c.version.desc())
    .limit(200),
    VersionRow,
)
_source = Query(
    select(product_script_versions.c.source).where(
        product_script_versions.c.product_no == _no,
        product_script_versions.c.version == bindparam("at", type_=INT),
    )
)
_failures = Query(
    select(*(script_failures.c[name] for name in FailureRow._fields))
    .where(script_failures.c.device_no == _no)
    .order_by(script_failures.c.seq.desc())
    .limit(MOST_FAILURES),
    FailureRow,
)


async def script_of(db: Reader, *, product_no: int) -> ScriptRow:
    return await _script.one(db, no=product_no) or ScriptRow("", 0, 0, None)


async def script_in_use(db: Reader, *, product_no: int) -> ScriptInUse | None:
    """The published script of a product."""
    row = await _in_use.one(db, no=product_no)
    if row is None:
        return None
    version, source, data_format, tenant_id = row
    return ScriptInUse(Script(f"{product_no}.{version}", source, tenant_id), data_format == "custom")


async def versions_of(db: Reader, *, product_no: int) -> list[VersionRow]:
    """Newest first; at most 200."""
    return await _versions.all(db, no=product_no)


async def version_source(db: Reader, *, product_no: int, version: int) -> str | None:
    source: str | None = await _source.scalar(db, no=product_no, at=version)
    return source


async def failures_of(db: Reader, *, device_no: int) -> list[FailureRow]:
    """The last failures over messages of a device, newest first."""
    return await _failures.all(db, no=device_no)
