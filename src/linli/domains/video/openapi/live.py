"""Open API: live pictures (spec B A066 and 3.22, F 3.1)."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.video import errors
from linli.domains.video.live.access import app_may
from linli.domains.video.live.addresses import live_url
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.openapi.fields import (
    SERVICE,
    STREAMS,
    TROUBLES,
    DecryptKey,
    Encrypted,
    EncryptType,
    IotId,
    SchemeText,
    StreamType,
    choice,
    chosen_scheme,
    decrypt_key,
    find_camera,
)
from linli.domains.video.service.looks import Watcher
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi.registry import Contract, method


class LiveOlder(msgspec.Struct, rename="camel"):
    iot_id: IotId


class LiveQuery(msgspec.Struct, rename="camel"):
    iot_id: IotId
    stream_type: StreamType = None
    encrypted: Encrypted = None
    encrypt_type: EncryptType = None
    force_i_frame: Annotated[
        bool | None, Meta(description="是否强制 I 帧 / force a key frame at the start")
    ] = msgspec.field(default=None, name="forceIFrame")
    scheme: SchemeText = None
    cache_duration: Annotated[
        Any, Meta(description="缓存秒数，原样写入地址 / cache seconds, echoed in the address")
    ] = None
    enable_pre_play: Annotated[Any, Meta(description="是否预热 / link pre-heating; not needed here")] = None
    need_domain_name: Annotated[Any, Meta(description="地址是否用域名 / domain name in the address")] = None
    play_unlimited: Annotated[
        Any, Meta(description="不限播放时长 / no limit of play time; there is none")
    ] = None


class LivePath(msgspec.Struct, rename="camel"):
    path: Annotated[str, Meta(description="播放地址，只能播放一次 / address, for one session")]


class LiveOut(msgspec.Struct, rename="camel", omit_defaults=True):
    path: Annotated[str, Meta(description="播放地址，只能播放一次 / address, for one session")]
    decrypt_key: DecryptKey | None = None


class LiveOutNewer(msgspec.Struct, rename="camel", omit_defaults=True):
    path: Annotated[str, Meta(description="播放地址，只能播放一次 / address, for one session")]
    support_relay_pre_play: Annotated[
        bool | None, Meta(description="是否支持预热 / whether links are pre-heated")
    ] = None
    decrypt_key: DecryptKey | None = None


async def _live(
    data: LiveQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> tuple[str, DecryptKey | None]:
    scheme = chosen_scheme(video, data.scheme)
    sub = choice("streamType", data.stream_type, STREAMS) == 1
    choice("encryptType", data.encrypt_type, (0,))
    camera = await find_camera(scope, db, video, data.iot_id)
    running = await video.live(camera, sub=sub, key=bool(data.force_i_frame))
    ticket = video.ticket(
        running,
        scheme,
        app_may(db, scope, camera.iot_id),
        encrypted=bool(data.encrypted),
        watcher=Watcher.of(scope, camera.iot_id, camera.community_id or 0, "openapi"),
    )
    cache = str(data.cache_duration if data.cache_duration not in (None, "") else 1)[:8]
    return live_url(settings, video, ticket, sub=sub, cache=cache), decrypt_key(ticket)


@method(
    "/vision/stream/query",
    "2.0.0",
    service=SERVICE,
    token="optional",
    raises=TROUBLES,
    title="查询推流地址（旧版）",
    title_en="Get a live address (older)",
    contract=Contract(source="spec B 3.22", legacy=True),
)
async def query_stream_older(
    data: LiveOlder, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> LivePath:
    """The main stream; answers with the first picture, or why there is none."""
    path, _ = await _live(LiveQuery(data.iot_id), scope, db, video, settings)
    return LivePath(path)


@method(
    "/vision/stream/query",
    "2.1.0",
    service=SERVICE,
    token="optional",
    raises=TROUBLES,
    title="查询推流地址",
    title_en="Get a live address",
    contract=Contract(source="spec B A066"),
)
async def query_stream(
    data: LiveQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> LiveOut:
    """Has the camera send; answers within 3 s with the first picture, or why there is none."""
    path, keys = await _live(data, scope, db, video, settings)
    return LiveOut(path, keys)


@method(
    "/vision/stream/query",
    "2.1.1",
    service=SERVICE,
    token="optional",
    raises=TROUBLES,
    title="请求视频直播",
    title_en="Request live video",
    contract=Contract(source="spec F 3.1"),
)
async def request_live(
    data: LiveQuery, scope: Scope, db: Database, video: VideoDesk, settings: Settings
) -> LiveOutNewer:
    """Has the camera send; answers within 3 s with the first picture, or why there is none."""
    path, keys = await _live(data, scope, db, video, settings)
    return LiveOutNewer(path, False, keys)


class StopForm(msgspec.Struct, rename="camel"):
    iot_id: IotId
    stream_type: StreamType = None


class Stopped(msgspec.Struct):
    """Nothing."""


@method(
    "/vision/stream/stop",
    "1.0.4",
    service=SERVICE,
    token="optional",
    raises=(BadInput, errors.VideoForbidden, errors.VideoOff, errors.NoWay),
    title="停止直播推流",
    title_en="Stop the live push",
    contract=Contract(source="spec F 3.1"),
)
async def stop_stream(data: StopForm, scope: Scope, db: Database, video: VideoDesk) -> Stopped:
    """Ends the stream for all who watch it; without a stream nothing happens."""
    kind = None if data.stream_type is None else choice("streamType", data.stream_type, STREAMS)
    camera = await find_camera(scope, db, video, data.iot_id)
    video.stop(camera, sub=None if kind is None else kind == 1)
    return Stopped()
