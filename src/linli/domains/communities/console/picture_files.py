"""Pictures that people hand in by a form of the console."""

from litestar.datastructures import UploadFile

from linli.domains.communities.post_policy import PICTURE_BYTES
from linli.domains.communities.rows import Upload
from linli.domains.communities.service import uploads
from linli.kernel.db import Database
from linli.kernel.errors import TooLarge
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope


async def keep_picture(
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    file: UploadFile,
    *,
    ids: Ids,
    community_id: int | None,
    biz_code: str = uploads.DEFAULT,
) -> Upload:
    """Keep a picture of at most 2 MB under an uploadId. Raises TooLarge, BadInput (`file`)."""
    content = await file.read(PICTURE_BYTES + 1)
    if len(content) > PICTURE_BYTES:
        raise TooLarge(limit=f"{PICTURE_BYTES // 1024} KiB")
    new = uploads.NewUpload(
        content=content, biz_code=biz_code, community_id=community_id, tmp_key="", field="file"
    )
    return await uploads.keep(scope, db, objects, new=new, ids=ids, now_ms=db.clock.now_ms())
