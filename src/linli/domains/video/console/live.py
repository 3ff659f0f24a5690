"""Console: the pictures of a camera: live, recorded, and why there are none."""

import base64
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.accounts.service import sessions
from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.console.masks import MaskBox
from linli.domains.video.live.access import staff_may
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.live.pictures import snapshot
from linli.domains.video.live.recordings import span_of
from linli.domains.video.queries import cameras as queries
from linli.domains.video.rows import GbChannel
from linli.domains.video.service.looks import Look, Watcher, note_look
from linli.domains.video.service.masks import hidden
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, LinliError, NotFound, Unavailable
from linli.kernel.scope import Scope

SEE, PAST = Right.DEVICES_SEE.value, Right.RECORDINGS_SEE.value
WAIT_S = 8.0
"""A page may wait longer than a program."""
_LONGEST_S = 31 * 86_400
_TROUBLES = (
    errors.VideoOff, errors.NoWay, errors.CameraAway, errors.CameraLockedOut, errors.CameraSilent,
    errors.CameraRefuses, errors.NoPackets, errors.FromStranger, errors.NoKeyPicture, errors.IsH265,
    errors.NotProgramStream, errors.NoRoom,
)  # fmt: skip


class LiveForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    sub: Annotated[bool, Meta(description="The small stream, for walls.")] = False
    surface: Annotated[
        Literal["console", "wall", "lane", "phone"],
        Meta(description="Where it is seen, for the list of looks."),
    ] = "console"


class PastForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    file: Annotated[str, Meta(max_length=64, description="A recording of the list.")]
    seek: Annotated[int, Meta(ge=0, le=86_400, description="Seconds after its begin.")] = 0


class Playing(msgspec.Struct, rename="camel", frozen=True):
    path: Annotated[str, Meta(description="Of a WebSocket at this site, for one session, within a minute.")]
    masks: Annotated[list[MaskBox], Meta(description="What the player has to hide from you.")]


class Snapshot(msgspec.Struct, rename="camel", frozen=True):
    jpeg: Annotated[str, Meta(description="The picture, base64.")]


class RecordingRow(msgspec.Struct, rename="camel", frozen=True):
    file: str
    begin_ms: int
    end_ms: int
    kind: Annotated[int, Meta(description="0 planned, 1 alarm, 2 by hand.")]
    size: Annotated[int, Meta(description="Bytes; 0: unknown.")]


class StreamState(msgspec.Struct, rename="camel", frozen=True):
    sub: bool
    players: int
    packets: int
    lost: int
    pictures: int
    width: int
    height: int
    notes: Annotated[list[str], Meta(description="What deviates and is taken: wrong_ssrc, strangers, lost.")]


class CameraPlace(msgspec.Struct, rename="camel", frozen=True):
    longitude: Annotated[float, Meta(description="WGS-84")]
    latitude: float
    at_ms: Annotated[int, Meta(description="When it was told.")]
    camera_time: Annotated[str, Meta(description="By the camera's own clock; empty: it did not say.")]


class CameraCondition(msgspec.Struct, rename="camel", frozen=True):
    """What is known of a camera's pictures now."""

    served: Annotated[bool, Meta(description="Whether this platform can show it at all.")]
    online: bool
    cause: Annotated[
        str, Meta(description="Code of why there would be no picture; empty: nothing is in the way.")
    ]
    reason: Annotated[str, Meta(description="The same in words.")]
    streams: list[StreamState]
    place: Annotated[CameraPlace | None, Meta(description="Where a mobile camera is, as it told last.")] = (
        None
    )


class Span(Filter, frozen=True):
    begin_ms: Annotated[int, Meta(ge=0, le=10**14)] = 0
    end_ms: Annotated[int, Meta(ge=0, le=10**14)] = 0


live_routes = Routes("/communities/{community_id:int}/cameras/{camera_id:int}", tags=("cameras",))


async def _camera(scope: Scope, db: Database, video: VideoDesk, community_id: int, camera_id: int) -> Camera:
    row = await queries.camera(scope, db, camera_id, community_id=community_id)
    return await video.camera(scope, db, row.iot_id)


def _path(prefix: str, token: str, session: str) -> str:
    return f"/{prefix}?token={token}&session={session}"


@live_routes.post("/live", right=SEE, status=200, raises=(NotFound, *_TROUBLES))
async def watch_camera(
    community_id: int,
    camera_id: int,
    data: LiveForm,
    scope: Scope,
    db: Database,
    clock: Clock,
    session: sessions.Session,
    video: VideoDesk,
) -> Playing:
    """Have the camera send, if it does not yet; answers with the first picture, or why there is none.

    Who looks is kept.
    """
    camera = await _camera(scope, db, video, community_id, camera_id)
    running = await video.live(camera, sub=data.sub, seconds=WAIT_S)

    async def lives() -> bool:
        return await sessions.is_living(db, session.id, now_ms=clock.now_ms())

    watcher = Watcher.of(scope, camera.iot_id, community_id, data.surface)
    alive = staff_may(db, scope, camera.iot_id, community_id, lives)
    ticket = video.ticket(running, "ws", alive, watcher=watcher)
    boxes = await hidden(scope, db, camera.iot_id, community_id)
    return Playing(_path("live", ticket.token, ticket.session), [MaskBox.of(box) for box in boxes])


@live_routes.post("/past", right=PAST, status=200, raises=(NotFound, errors.NoRecording, *_TROUBLES))
async def watch_recording(
    community_id: int,
    camera_id: int,
    data: PastForm,
    scope: Scope,
    db: Database,
    clock: Clock,
    session: sessions.Session,
    video: VideoDesk,
) -> Playing:
    """Play a recording of the recorder from a second on, by a playback of its own. Who looks is kept."""
    camera = await _camera(scope, db, video, community_id, camera_id)
    begin_s, end_s = span_of(data.file)
    if begin_s + data.seek >= end_s:
        raise BadInput(field="seek", rule="range", low=0, high=end_s - begin_s - 1)
    running = await video.past(camera, begin_s=begin_s, end_s=end_s, seek_s=data.seek, seconds=WAIT_S)

    async def lives() -> bool:
        return await sessions.is_living(db, session.id, now_ms=clock.now_ms())

    look = Look(camera.iot_id, "device", (begin_s + data.seek) * 1000, end_s * 1000)
    await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=clock.now_ms()))
    alive = staff_may(db, scope, camera.iot_id, community_id, lives, right=Right.RECORDINGS_SEE)
    ticket = video.ticket(running, "ws", alive)
    boxes = await hidden(scope, db, camera.iot_id, community_id)
    return Playing(_path("vod", ticket.token, ticket.session), [MaskBox.of(box) for box in boxes])


@live_routes.get("/recordings", right=PAST, raises=(NotFound, *_TROUBLES))
async def list_recordings(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk, where: Span
) -> list[RecordingRow]:
    """What the recorder has of a span of at most 31 days."""
    if not where.begin_ms < where.end_ms or where.end_ms - where.begin_ms > _LONGEST_S * 1000:
        raise BadInput(field="endMs", rule="video.span", days=31)
    camera = await _camera(scope, db, video, community_id, camera_id)
    recordings = await video.recordings(
        camera, begin_s=where.begin_ms // 1000, end_s=where.end_ms // 1000, seconds=WAIT_S
    )
    return [
        RecordingRow(row.file, row.begin_s * 1000, row.end_s * 1000, row.kind, row.size) for row in recordings
    ]


@live_routes.post("/snapshot", right=SEE, status=200, raises=(NotFound, errors.NoStill, *_TROUBLES))
async def take_snapshot(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk, clock: Clock
) -> Snapshot:
    """What the camera sees now. Who looks is kept."""
    camera = await _camera(scope, db, video, community_id, camera_id)
    image = await snapshot(video, camera, await hidden(scope, db, camera.iot_id, community_id))
    now_ms = clock.now_ms()
    look = Look(camera.iot_id, "picture", now_ms, now_ms, surface="console")
    await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=now_ms))
    return Snapshot(base64.b64encode(image).decode())


@live_routes.get("/condition", right=SEE, raises=(NotFound,))
async def camera_condition(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk
) -> CameraCondition:
    """Whether it could be watched now, and what its streams say."""
    row = await queries.camera(scope, db, camera_id, community_id=community_id)
    try:
        camera = await video.camera(scope, db, row.iot_id)
    except Unavailable as trouble:
        return CameraCondition(False, False, trouble.code, trouble.text(scope.language), [])
    cause: LinliError | None = None
    try:
        await video.line(camera.channel)
    except Unavailable as trouble:
        cause = trouble
    streams = []
    for sub, running in video.running(camera.channel.channel_id):
        facts, shape = running.stream.facts, running.stream.shape
        streams.append(
            StreamState(
                sub, running.stream.players, facts.packets, facts.lost, facts.pictures,
                shape.width if shape else 0, shape.height if shape else 0, running.notes(),
            )
        )  # fmt: skip
        if not running.stream.head:
            cause = cause or running.why()
    return CameraCondition(
        video.on,
        cause is None or not isinstance(cause, errors.CameraAway | errors.CameraLockedOut | errors.VideoOff),
        "" if cause is None else cause.code,
        "" if cause is None else cause.text(scope.language),
        streams,
        _place(camera.channel),
    )


def _place(channel: GbChannel) -> CameraPlace | None:
    if channel.longitude is None or channel.latitude is None:
        return None
    return CameraPlace(channel.longitude, channel.latitude, channel.place_ms, channel.place_time)


__all__ = ["live_routes"]
