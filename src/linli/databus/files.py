"""Files of records: a name is reserved, the bytes are PUT to a signed URL, the record carries the name."""

from functools import partial
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select

from linli.databus import queries
from linli.databus.datamodel import Field
from linli.databus.models import record_files
from linli.databus.registry import load
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, any_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

MAX_FILE_BYTES: Final = 10 * 1024 * 1024
UPLOAD_SECONDS: Final = 3600
DOWNLOAD_SECONDS: Final = 3600
_EXTENSIONS: Final = {"picture": "jpg", "text": "txt"}
_BATCH: Final = 500

_old = Query(
    select(record_files.c.file_name, record_files.c.object_key)
    .where(record_files.c.created_ms < bindparam("before", type_=INT))
    .order_by(record_files.c.created_ms)
    .limit(_BATCH),
    unscoped="retention counts for every tenant alike",
)
_forget = Command(
    delete(record_files).where(any_of(record_files.c.file_name, "names")),
    unscoped="retention counts for every tenant alike",
)


class Reserved(NamedTuple):
    file_name: str
    url: str
    """Where the bytes are PUT, for an hour."""


class NewFile(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a record that is to come."""

    model_id: str
    attr_name: str
    community_id: int
    scope_id: str
    file_type: str
    file_size: int | None
    """Bytes, if the caller knows."""


async def reserve_file(scope: Scope, tx: Tx, *, new: NewFile, store: ObjectStore, ids: Ids) -> Reserved:
    """Reserve a name for a file field. Raises BadInput for a field that holds no file, or a file too large."""
    field = file_field(new.model_id, new.attr_name)
    if new.file_size is not None and not 0 < new.file_size <= MAX_FILE_BYTES:
        raise BadInput(field="fileSize", rule="range", low=1, high=MAX_FILE_BYTES)
    file_name = f"{ids.hex(32)}.{_extension(field, new.file_type)}"
    key = f"{scope.tenant}/records/{new.scope_id}/{file_name}"
    await tx.insert(
        record_files,
        {
            "file_name": file_name,
            "tenant_id": scope.tenant,
            "community_id": new.community_id,
            "scope_id": new.scope_id,
            "model_id": new.model_id,
            "attr_name": new.attr_name,
            "object_key": key,
            "creator": scope.caller.id,
            "created_ms": tx.db.clock.now_ms(),
        },
    )
    url = store.url(key, expires_s=UPLOAD_SECONDS, method="PUT", limit=new.file_size or MAX_FILE_BYTES)
    return Reserved(file_name, url)


async def adopt_file(
    scope: Scope,
    tx: Tx,
    *,
    model_id: str,
    attr_name: str,
    community_id: int,
    scope_id: str,
    object_key: str,
    ids: Ids,
) -> str:
    """A name for an object that is stored already; it is kept as long as the records and removed with them."""
    field = file_field(model_id, attr_name)
    file_name = f"{ids.hex(32)}.{_extension(field, object_key)}"
    row = {
        "file_name": file_name,
        "tenant_id": scope.tenant,
        "community_id": community_id,
        "scope_id": scope_id,
        "model_id": model_id,
        "attr_name": attr_name,
        "object_key": object_key,
        "creator": scope.caller.id,
        "created_ms": tx.db.clock.now_ms(),
    }
    await tx.insert(record_files, row)
    return file_name


async def download_url(
    scope: Scope,
    db: Reader,
    *,
    file_name: str,
    scope_id: str,
    model_id: str,
    attr_name: str,
    store: ObjectStore,
) -> str:
    """A URL that serves the file for an hour. Raises NotFound: foreign, never reserved, or never uploaded."""
    record_file = await queries.get_file(scope, db, file_name=file_name)
    wanted = (scope_id, model_id, attr_name)
    if (
        record_file is None
        or (record_file.scope_id, record_file.model_id, record_file.attr_name) != wanted
        or await store.size(record_file.object_key) is None
    ):
        raise NotFound(what="file", id=file_name)
    return store.url(record_file.object_key, expires_s=DOWNLOAD_SECONDS)


def file_field(model_id: str, attr_name: str) -> Field:
    """The file field of a model (any version). Raises BadInput."""
    fields = load().fields(model_id)
    if not fields:
        raise BadInput(field="modelId", rule="unknown")
    field = fields.get(attr_name)
    if field is None or field.file is None:
        allowed = ", ".join(field.name for field in fields.values() if field.file) or "-"
        raise BadInput(field="attrName", rule="one_of", allowed=allowed)
    return field


def _extension(field: Field, file_type: str) -> str:
    """`jpg`, `.JPG` and `image/jpeg` all say what a file is; anything else takes the field's usual ending."""
    ending = file_type.strip().lower().rpartition("/")[2].rpartition(".")[2]
    usual = {"jpeg": "jpg", "plain": "txt", "picture": "jpg"}.get(ending, ending)
    if usual.isascii() and usual.isalnum() and len(usual) <= 8:
        return usual
    return _EXTENSIONS[field.file or "picture"]


async def purge_files(db: Database, store: ObjectStore, *, before_ms: int) -> int:
    """Remove files reserved before `before_ms`; how many.

    Bytes go first: a crash between leaves a name to try again, never bytes that nobody knows of.
    """
    total = 0
    while batch := await _old.all(db, before=before_ms):
        for _, key in batch:
            await store.delete(key)
        await db.run(partial(_forget.run, names=[name for name, _ in batch]))
        total += len(batch)
    return total
