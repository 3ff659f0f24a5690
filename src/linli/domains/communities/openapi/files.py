"""Open API: upload tickets and saved files. Spec B §3.6, A019-A020."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities.post_policy import Ticket
from linli.domains.communities.service import uploads
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method


class TicketGet(msgspec.Struct, rename="camel"):
    type: Annotated[
        str, Meta(description="凭证类型，picture 为图片，最大 2MB / picture: images, at most 2 MB")
    ]


@method(
    "/solution/community/oss/ticket/get",
    "1.0.2",
    service="community",
    token="optional",
    raises=(BadInput,),
    title="获取OSS上传地址",
    title_en="Get an upload ticket",
    contract=Contract(source="spec B 3.6 A019"),
)
async def get_ticket(
    data: TicketGet, scope: Scope, ids: Ids, clock: Clock, place: uploads.UploadPlace
) -> Ticket:
    """POST the file as a form to `http://` + host; then turn its key (dir + "/" + file name) into an uploadId."""
    return place.ticket(scope, type=data.type, ids=ids, now_ms=clock.now_ms())


@method(
    "/solution/community/oss/ticket/get",
    "1.0.1",
    service="community",
    token="optional",
    raises=(BadInput,),
    title="获取OSS上传地址（旧版）",
    title_en="Get an upload ticket (older)",
    contract=Contract(source="spec B 3.22"),
)
async def get_old_ticket(
    data: TicketGet, scope: Scope, ids: Ids, clock: Clock, place: uploads.UploadPlace
) -> Ticket:
    """Same contract: the key of the file (dir + "/" + file name) goes straight into the older business methods."""
    return place.ticket(scope, type=data.type, ids=ids, now_ms=clock.now_ms())


class FileSave(msgspec.Struct, rename="camel"):
    tmp_oss_key: Annotated[str, Meta(description="临时文件的 key / key of the temporary file")]
    biz_code: Annotated[str, Meta(description="DEFAULT, COMMUNITY_FILE, HOUSEHOLD_FACE")]
    community_id: Annotated[int | None, Meta(description="小区 id / community id")] = None
    url_timeout: Annotated[int | None, Meta(description="地址有效期，秒，默认 300 / URL validity, s")] = None


class FileSaved(msgspec.Struct, rename="camel"):
    upload_id: Annotated[str, Meta(description="上传 id / upload id")]
    url: Annotated[str, Meta(description="访问地址 / access URL")]
    url_timeout: Annotated[int, Meta(description="有效期，秒 / validity, s")]


@method(
    "/solution/community/oss/file/save",
    "1.0.0",
    service="community",
    token="optional",
    raises=(BadInput, NotFound),
    title="保存上传OSS文件",
    title_en="Turn an uploaded file into an uploadId",
    contract=Contract(source="spec B 3.6 A020"),
)
async def save_file(
    data: FileSave, call: Call, scope: Scope, db: Database, ids: Ids, clock: Clock, place: uploads.UploadPlace
) -> FileSaved:
    """Each temporary file serves once. COMMUNITY_FILE takes pictures, HOUSEHOLD_FACE JPG; DEFAULT takes any file. It is
    returned as a picture, as a PDF or as bytes to save, whatever its name.
    """
    seconds = uploads.URL_SECONDS if data.url_timeout is None else data.url_timeout
    if not 1 <= seconds <= uploads.URL_SECONDS_MAX:
        raise BadInput(field="urlTimeout", rule="range", low=1, high=uploads.URL_SECONDS_MAX)
    saved = await uploads.save(
        scope,
        db,
        place.store,
        tmp_key=data.tmp_oss_key,
        biz_code=data.biz_code,
        community_id=data.community_id if data.community_id is not None else call.community_id,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return FileSaved(saved.upload_id, place.store.url(saved.object_key, expires_s=seconds), seconds)
