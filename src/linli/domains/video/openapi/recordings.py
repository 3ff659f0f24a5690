"""Open API: recordings of the recorder, and their playback (spec B A067 and A068, F 3.1)."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.video import errors
from linli.domains.video.live.access import app_may
from linli.domains.video.live.addresses import past_url
from linli.domains.video.live.desk import FIRST_PICTURE_S, VideoDesk
from linli.domains.video.live.pictures import LIFE_MS, Thumbnails, Wanted, picture_url
from linli.domains.video.live.recordings import span_of
from linli.domains.video.openapi.fields import (
    KINDS,
    SERVICE,
    STREAMS,
    TROUBLES,
    DecryptKey,
    Encrypted,
    EncryptType,
    IotId,
    SchemeText,
    StreamType,
    check_span,
    choice,
    chosen_scheme,
    decrypt_key,
    find_camera,
)
from linli.domains.video.queries.masks import of_camera
from linli.domains.video.service.looks import Look, note_look
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi.registry import Contract, method

_CHINA: Final = timedelta(hours=8)
_MOST_PAGE: Final = 100


class RecordQuery(msgspec.Struct, rename="camel"):
    iot_id: IotId
    begin_time: Annotated[int | None, Meta(description="开始时间，秒 / seconds since 1970")] = None
    end_time: Annotated[int | None, Meta(description="结束时间，秒 / seconds since 1970")] = None
    stream_type: StreamType = None
    record_type: Annotated[
        int | None,
        Meta(
            description="录像类型：0 计划，1 报警，2 主动，3 观看即录，99 全部 / 0 plan, 1 alarm, 2 active, 99 all"
        ),
    ] = None
    page_no: Annotated[int | None, Meta(description="页码，从 0 开始 / page, from 0")] = None
    page_size: Annotated[int | None, Meta(description="每页条数，至多 100 / page size, at most 100")] = None
    need_snapshot: Annotated[bool | None, Meta(description="是否需要缩略图 / want thumbnails")] = None


class RecordFile(msgspec.Struct, rename="camel", omit_defaults=True):
    begin_time: str
    end_time: str
    record_type: int
    stream_type: int
    file_name: str
    file_size: int
    snapshot_url: str = ""


class RecordFiles(msgspec.Struct, rename="camel"):
    record_file_list: list[RecordFile]
    next_valid: bool
    next_begin_time: int


@method(
    "/vision/record/query",
    "2.0.0",
    service=SERVICE,
    token="optional",
    raises=TROUBLES,
    title="获取录像记录",
    title_en="Query recordings",
    contract=Contract(source="spec B A067"),
)
async def query_records(
    data: RecordQuery,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    thumbnails: Thumbnails,
    clock: Clock,
    settings: Settings,
) -> RecordFiles:
    """Recordings of the recorder, the earliest first; without a span, those of the last day."""
    now_s = clock.now_ms() // 1000
    end_s = data.end_time if data.end_time is not None else now_s
    begin_s = data.begin_time if data.begin_time is not None else end_s - 86_400
    check_span(begin_s, end_s)
    stream = choice("streamType", data.stream_type, STREAMS)
    kind = 99 if data.record_type is None else choice("recordType", data.record_type, KINDS)
    page, size = data.page_no or 0, data.page_size if data.page_size is not None else 20
    if not 0 <= page <= 100_000:
        raise BadInput(field="pageNo", rule="range", low=0, high=100_000)
    if not 1 <= size <= _MOST_PAGE:
        raise BadInput(field="pageSize", rule="range", low=1, high=_MOST_PAGE)
    camera = await find_camera(scope, db, video, data.iot_id)
    recordings = await video.recordings(camera, begin_s=begin_s, end_s=end_s, kind=kind)
    hidden = await of_camera(scope, db, camera.iot_id)  # a program never sees through
    until_ms, alive = clock.now_ms() + LIFE_MS, app_may(db, scope, camera.iot_id)
    rows, rest = recordings[page * size : (page + 1) * size], recordings[(page + 1) * size :]
    files = [
        RecordFile(
            _china(row.begin_s), _china(row.end_s), row.kind, stream, row.file, row.size,
            picture_url(settings, thumbnails, Wanted(camera, row, until_ms, alive, hidden)) if data.need_snapshot else "",
        )
        for row in rows
    ]  # fmt: skip
    return RecordFiles(files, bool(rest), rest[0].begin_s if rest else 0)


def _china(seconds: int) -> str:
    return (datetime.fromtimestamp(seconds, UTC) + _CHINA).strftime("%Y-%m-%d %H:%M:%S")


class FileQuery(msgspec.Struct, rename="camel"):
    iot_id: IotId
    file_name: Annotated[str, Meta(description="文件名，来自录像记录 / from the list of recordings")]


class NamedFileQuery(msgspec.Struct, rename="camel"):
    iot_id: IotId
    file_name: Annotated[str, Meta(description="文件名，来自录像记录 / from the list of recordings")]
    encrypted: Encrypted = None
    encrypt_type: EncryptType = None
    scheme: SchemeText = None
    seek_time: Annotated[int | None, Meta(description="从录像开始起的秒数 / seconds after the begin")] = None


class SpanQuery(msgspec.Struct, rename="camel"):
    iot_id: IotId
    begin_time: Annotated[int, Meta(description="开始时间，秒 / seconds since 1970")]
    end_time: Annotated[int, Meta(description="结束时间，秒 / seconds since 1970")]
    encrypted: Encrypted = None
    encrypt_type: EncryptType = None
    seek_time: Annotated[int | None, Meta(description="从 beginTime 起的秒数 / seconds after beginTime")] = (
        None
    )
    scheme: SchemeText = None
    record_type: Annotated[int | None, Meta(description="录像类型 / kind of recording")] = None


class PastUrl(msgspec.Struct, rename="camel"):
    vod_url: Annotated[str, Meta(description="播放地址，只能播放一次 / address; cannot be played twice")]


class PastOut(msgspec.Struct, rename="camel", omit_defaults=True):
    vod_url: Annotated[str, Meta(description="播放地址，只能播放一次 / address; cannot be played twice")]
    decrypt_key: DecryptKey | None = None


_PAST_TROUBLES: Final = (*TROUBLES, NotFound, errors.NoRecording)


async def _past(data: SpanQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings) -> PastOut:
    scheme = chosen_scheme(video, data.scheme)
    choice("encryptType", data.encrypt_type, (0,))
    check_span(data.begin_time, data.end_time)
    seek_s = data.seek_time or 0
    if not 0 <= seek_s < data.end_time - data.begin_time:
        raise BadInput(field="seekTime", rule="range", low=0, high=data.end_time - data.begin_time - 1)
    kind = 99 if data.record_type is None else choice("recordType", data.record_type, KINDS)
    camera = await find_camera(scope, db, video, data.iot_id)
    if kind != 99:
        recordings = await video.recordings(camera, begin_s=data.begin_time, end_s=data.end_time, kind=kind)
        if not recordings:
            raise errors.NoRecording()
    running = await video.past(
        camera, begin_s=data.begin_time, end_s=data.end_time, seek_s=seek_s, seconds=FIRST_PICTURE_S
    )
    look = Look(
        camera.iot_id, "device", (data.begin_time + seek_s) * 1000, data.end_time * 1000, surface="openapi"
    )
    here, now_ms = camera.community_id or 0, db.clock.now_ms()
    await db.run(lambda tx: note_look(scope, tx, look, community_id=here, now_ms=now_ms))
    ticket = video.ticket(
        running,
        scheme,
        app_may(db, scope, camera.iot_id),
        encrypted=bool(data.encrypted),
    )
    return PastOut(past_url(settings, video, ticket, begin_s=data.begin_time + seek_s), decrypt_key(ticket))


@method(
    "/vision/vod/getbyfilename",
    "2.0.0",
    service=SERVICE,
    token="optional",
    raises=_PAST_TROUBLES,
    title="获取历史文件播放地址",
    title_en="Get the playback address of a recording",
    contract=Contract(source="spec B A068"),
)
async def play_file(
    data: FileQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> PastUrl:
    """The address plays once."""
    begin_s, end_s = span_of(data.file_name)
    past = await _past(SpanQuery(data.iot_id, begin_s, end_s), scope, db, video, settings)
    return PastUrl(past.vod_url)


@method(
    "/vision/vod/localfile/getbyname",
    "2.0.0",
    service=SERVICE,
    token="optional",
    raises=_PAST_TROUBLES,
    title="按文件名请求本地录像播放地址",
    title_en="Play a local recording by file name",
    contract=Contract(source="spec F 3.1"),
)
async def play_named(
    data: NamedFileQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> PastOut:
    """The address plays once."""
    begin_s, end_s = span_of(data.file_name)
    query = SpanQuery(
        data.iot_id, begin_s, end_s, data.encrypted, data.encrypt_type, data.seek_time, data.scheme
    )
    return await _past(query, scope, db, video, settings)


@method(
    "/vision/vod/localfile/getbytime",
    "2.0.1",
    service=SERVICE,
    token="optional",
    raises=_PAST_TROUBLES,
    title="按时间请求本地录像播放地址",
    title_en="Play a local recording by time",
    contract=Contract(source="spec F 3.1"),
)
async def play_span(
    data: SpanQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> PastOut:
    """The address plays once, from `seekTime` seconds after the begin on."""
    return await _past(data, scope, db, video, settings)
