"""Files handed in: ticket → form → uploadId. Spec B §3.6, §4.3, F4.

The temporary file is checked and copied to its lasting key before the transaction; only then does a row name it.
"""

import hashlib
from pathlib import PurePosixPath
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from linli.domains.communities import image_header, post_policy
from linli.domains.communities.models import uploads
from linli.domains.communities.rows import Upload
from linli.kernel.db import Database, Query, Reader, Tx, any_of, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

COMMUNITY_FILE: Final = "COMMUNITY_FILE"
"""Proof of the right to manage a community."""
HOUSEHOLD_FACE: Final = "HOUSEHOLD_FACE"
DEFAULT: Final = "DEFAULT"
BIZ_CODES: Final = (DEFAULT, COMMUNITY_FILE, HOUSEHOLD_FACE)
URL_SECONDS: Final = 300
URL_SECONDS_MAX: Final = 7 * 86_400
FACE_SIDE: Final = 800
"""Pixels of the longer side of a face picture (spec B §7)."""
FACE_BYTES_MIN: Final = 10_000
FACE_BYTES_MAX: Final = 1024 * 1024
PIXELS_MAX: Final = 40_000_000
"""Larger pictures are refused before anything decodes them."""
PDF: Final = image_header.Picture("application/pdf", "pdf", 0, 0)
BYTES: Final = image_header.Picture("application/octet-stream", "bin", 0, 0)
"""The data of files that are no pictures, without width and height."""

_by_id = Query(
    select(uploads).where(in_scope(uploads), uploads.c.upload_id == bindparam("upload_id")), Upload
)
_by_ids = Query(select(uploads).where(in_scope(uploads), any_of(uploads.c.upload_id, "upload_ids")), Upload)
_kept_as = Query(
    select(uploads.c.upload_id).where(in_scope(uploads), uploads.c.tmp_key == bindparam("tmp_key"))
)
_by_key = Query(select(uploads).where(in_scope(uploads), uploads.c.tmp_key == bindparam("tmp_key")), Upload)
_by_tmp_key = Query(
    select(uploads.c.upload_id).where(uploads.c.tmp_key == bindparam("tmp_key")),
    unscoped="a temporary key serves once, whoever asks",
)


UPLOAD_PATH: Final = "/oss"
"""Where the process mounts `uploads_http.UploadForm`."""


class UploadPlace:
    """Where tickets send their forms. `host` is sent without a scheme, since old clients put http:// in front."""

    def __init__(self, store: ObjectStore, secret: bytes) -> None:
        self.store = store
        self.secret = secret

    @property
    def host(self) -> str:
        return self.store.base_url.partition("://")[2] + UPLOAD_PATH

    def ticket(self, scope: Scope, *, type: str, ids: Ids, now_ms: int) -> post_policy.Ticket:
        """A ticket of a type for files of the scope's tenant and project. Raises BadInput."""
        limit = post_policy.TICKET_TYPES.get(type)
        if limit is None:
            raise BadInput(field="type", rule="one_of", allowed=", ".join(post_policy.TICKET_TYPES))
        folder = f"{scope.tenant}/{type}/{ids.hex(24)}{_mark(scope)}"
        return post_policy.make(folder=folder, host=self.host, limit=limit, now_ms=now_ms, secret=self.secret)


def _mark(scope: Scope) -> str:
    """The end of a ticket's folder: its owner. Projects of one tenant do not save each other's files."""
    return hashlib.blake2b((scope.project_id or "").encode(), digest_size=4).hexdigest()


async def save(
    scope: Scope,
    db: Database,
    store: ObjectStore,
    *,
    tmp_key: str,
    biz_code: str,
    community_id: int | None,
    ids: Ids,
    now_ms: int,
) -> Upload:
    """Keep an uploaded temporary file. Raises BadInput when it is absent, foreign, used up or unfit; NotFound."""
    if biz_code not in BIZ_CODES:
        raise BadInput(field="bizCode", rule="one_of", allowed=", ".join(BIZ_CODES))
    if community_id is not None:
        scope.allow(community_id)
    folder, _ = post_policy.split_key(tmp_key)
    if not (folder.startswith(f"{scope.tenant}/") and folder.endswith(_mark(scope))):
        raise BadInput(field="tmpOssKey", rule="unknown")
    if await _by_tmp_key.one(db, tmp_key=tmp_key):
        raise BadInput(field="tmpOssKey", rule="used")
    try:
        content = await store.get(post_policy.stored_key(tmp_key), limit=post_policy.PICTURE_BYTES)
    except NotFound:
        raise BadInput(field="tmpOssKey", rule="unknown") from None
    saved = await keep(
        scope,
        db,
        store,
        new=NewUpload(
            content=content,
            biz_code=biz_code,
            community_id=community_id,
            tmp_key=tmp_key,
            field="tmpOssKey",
            only_pictures=biz_code != DEFAULT,
        ),
        ids=ids,
        now_ms=now_ms,
    )
    await store.delete(post_policy.stored_key(tmp_key))
    return saved


class NewUpload(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or another file sent by a person."""

    content: bytes
    biz_code: str
    community_id: int | None
    tmp_key: str
    """Empty when it came without a ticket."""
    field: str
    """How the picture is called in errors."""
    only_pictures: bool = True


async def keep(
    scope: Scope, db: Database, store: ObjectStore, *, new: NewUpload, ids: Ids, now_ms: int
) -> Upload:
    """Keep a picture, or for DEFAULT any file, under an uploadId. `tmp_key` is empty when it came without a ticket.

    Raises BadInput naming `field` when it is no picture fit for its use, or its temporary key was used meanwhile.
    """
    other = None if new.only_pictures else _other_file(new.content, field=new.field)
    picture = other or checked_picture(new.content, new.biz_code, field=new.field)
    upload_id = ids.upload_id()
    key = f"{scope.tenant}/{new.biz_code.lower()}/{upload_id}.{picture.suffix}"
    await store.put(key, new.content)
    row = Upload(
        upload_id=upload_id,
        tenant_id=scope.tenant,
        project_id=scope.project_id,
        community_id=new.community_id,
        biz_code=new.biz_code,
        tmp_key=new.tmp_key or key,
        object_key=key,
        content_type=picture.content_type,
        size=len(new.content),
        width=picture.width,
        height=picture.height,
        created_ms=now_ms,
    )

    async def work(tx: Tx) -> None:
        if await _by_tmp_key.one(tx, tmp_key=row.tmp_key):
            raise BadInput(field=new.field, rule="used")
        await tx.insert(uploads, row._asdict())

    await db.run(work)
    return row


def _other_file(content: bytes, *, field: str) -> image_header.Picture | None:
    """How a file that is no picture is kept: as a PDF or as bytes without a meaning, so that no browser shows or runs
    what a caller made up. None for a picture. Raises BadInput when it is empty."""
    if not content:
        raise BadInput(field=field, rule="required")
    if image_header.read(content) is not None:
        return None
    return PDF if content.startswith(b"%PDF-") else BYTES


def checked_picture(content: bytes, biz_code: str, *, field: str) -> image_header.Picture:
    """Raises BadInput unless `content` is a picture of a size and format fit for its use."""
    picture = image_header.read(content)
    if picture is None or not picture.width or not picture.height:
        raise BadInput(field=field, rule="picture")
    if picture.width * picture.height > PIXELS_MAX:
        raise BadInput(field=field, rule="pixels", limit=PIXELS_MAX)
    if biz_code == HOUSEHOLD_FACE and picture.suffix != "jpg":
        raise BadInput(field=field, rule="jpg")
    return picture


async def certificate(scope: Scope, tx: Tx, *, upload_id: str, field: str) -> Upload:
    """An upload of the caller that may serve as a proof. Raises BadInput naming `field`."""
    upload = await find(scope, tx, upload_id)
    if upload is None:
        raise BadInput(field=field, rule="unknown")
    if upload.biz_code != COMMUNITY_FILE:
        raise BadInput(field=field, rule="biz_code", wanted=COMMUNITY_FILE)
    return upload


async def find(scope: Scope, db: Reader, upload_id: str) -> Upload | None:
    """An upload of the scope's project, community or, for staff of the whole tenant, tenant."""
    return await _by_id.one(db, scope, upload_id=upload_id)


async def content_of(scope: Scope, db: Reader, store: ObjectStore, key: str, *, field: str) -> bytes:
    """The picture under a key that the caller may use: a temporary one of their own, or that of a saved upload.

    Raises BadInput naming `field` when it is unknown, foreign or gone.
    """
    upload = await _by_key.one(db, scope, tmp_key=key)
    if upload is None and (upload_row := await find(scope, db, PurePosixPath(key).stem)) is not None:
        upload = upload_row if upload_row.object_key == key else None
    folder, _ = post_policy.split_key(key)
    if upload is not None:
        place = upload.object_key
    elif folder.startswith(f"{scope.tenant}/") and folder.endswith(_mark(scope)):
        place = post_policy.stored_key(key)
    else:
        raise BadInput(field=field, rule="unknown")
    try:
        return await store.get(place, limit=post_policy.PICTURE_BYTES)
    except NotFound:
        raise BadInput(field=field, rule="unknown") from None


class SavedFaces:
    """Implements `people.ports.FaceUploads` over the saved uploads."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def keep_face(
        self,
        scope: Scope,
        db: Database,
        tmp_key: str,
        *,
        community_id: int,
        field: str,
        ids: Ids,
        now_ms: int,
    ) -> str:
        try:
            saved = await save(
                scope,
                db,
                self._store,
                tmp_key=tmp_key,
                biz_code=HOUSEHOLD_FACE,
                community_id=community_id,
                ids=ids,
                now_ms=now_ms,
            )
        except BadInput as error:  # it names the field of file/save
            raise BadInput(**{**error.facts, "field": field}) from error
        return saved.upload_id

    async def upload_of_key(self, scope: Scope, db: Reader, tmp_key: str) -> str | None:
        scalar: str | None = await _kept_as.scalar(db, scope, tmp_key=tmp_key)
        return scalar

    async def face_keys(self, scope: Scope, db: Reader, upload_ids: list[str]) -> dict[str, str]:
        whole = Scope.system(scope.tenant, "faces")
        rows = await _by_ids.all(db, whole, upload_ids=upload_ids) if upload_ids else []
        return {row.upload_id: row.object_key for row in rows}

    async def face_urls(self, scope: Scope, db: Reader, upload_ids: list[str]) -> dict[str, str]:
        # Everybody who may see the person may see the picture, also one from another person.
        whole = Scope.system(scope.tenant, "faces")
        rows = await _by_ids.all(db, whole, upload_ids=upload_ids) if upload_ids else []
        return {row.upload_id: self._store.url(row.object_key, expires_s=URL_SECONDS) for row in rows}

    async def check_face(self, scope: Scope, db: Reader, upload_id: str, *, field: str) -> None:
        upload = await find(scope, db, upload_id)
        if upload is None:
            raise BadInput(field=field, rule="unknown")
        if upload.biz_code != HOUSEHOLD_FACE:
            raise BadInput(field=field, rule="biz_code", wanted=HOUSEHOLD_FACE)
        if max(upload.width, upload.height) > FACE_SIDE:
            raise BadInput(field=field, rule="face_side", limit=FACE_SIDE)
        if not FACE_BYTES_MIN <= upload.size <= FACE_BYTES_MAX:
            raise BadInput(field=field, rule="face_bytes", low="10 KB", high="1 MB")
