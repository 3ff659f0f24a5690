"""Console: small pictures along a part of a day's recordings. Who looks is kept."""

import base64
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.queries import cameras as camera_queries
from linli.domains.video.queries import recording as queries
from linli.domains.video.recorder.room import Recordings
from linli.domains.video.service.looks import Look, note_look
from linli.domains.video.service.masks import hidden
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.media.stills import NoStill

MOST: Final = 12
_LONGEST_H: Final = 25
Ms = Annotated[int, Meta(ge=0, le=10**14)]


class ThumbnailSpan(Filter, frozen=True):
    begin_ms: Ms = 0
    end_ms: Ms = 0


class RecordingThumbnail(msgspec.Struct, rename="camel", frozen=True):
    at_ms: Annotated[int, Meta(description="The moment; the picture is the last key picture before it.")]
    jpeg: Annotated[str, Meta(description="Base64.")]


thumbnail_routes = Routes(
    "/communities/{community_id:int}/cameras/{camera_id:int}/timeline/thumbnails", tags=("cameras",)
)


@thumbnail_routes.get(right=Right.RECORDINGS_SEE.value, raises=(NotFound, errors.VideoOff))
async def recording_thumbnails(
    community_id: int,
    camera_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    recordings: Recordings,
    where: ThumbnailSpan,
) -> list[RecordingThumbnail]:
    """At most twelve, evenly over what was recorded within the span; what is hidden from the caller is filled."""
    begin_ms, end_ms = where.begin_ms, where.end_ms
    if not begin_ms < end_ms or end_ms - begin_ms > _LONGEST_H * 3_600_000:
        raise BadInput(field="endMs", rule="video.hours", hours=_LONGEST_H)
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    boxes = await hidden(scope, db, row.iot_id, community_id)
    segments = await queries.segments(scope, db, row.iot_id, begin_ms, end_ms)
    if not segments:
        return []
    stills, pictures = recordings.films.stills, []
    for moment in moments([(each.begin_ms, each.end_ms) for each in segments], begin_ms, end_ms):
        segment = next(each for each in segments if each.begin_ms <= moment < each.end_ms)
        try:
            image = await stills.still(segment, moment, boxes)
        except NoStill:
            continue
        pictures.append(RecordingThumbnail(moment, base64.b64encode(image).decode()))
    if pictures:
        look = Look(row.iot_id, "play", begin_ms, end_ms, surface="console")
        now_ms = clock.now_ms()
        await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=now_ms))
    return pictures


def moments(files: list[tuple[int, int]], begin_ms: int, end_ms: int) -> list[int]:
    """Evenly over what there is within the span, the earliest first; none twice."""
    parts = [
        (max(first, begin_ms), min(last, end_ms))
        for first, last in files
        if last > begin_ms and first < end_ms
    ]
    whole = sum(last - first for first, last in parts)
    times: list[int] = []
    for number in range(MOST):
        ahead = whole * number // MOST
        for first, last in parts:
            if ahead < last - first:
                times.append(first + ahead)
                break
            ahead -= last - first
    return sorted(set(times))


__all__ = ["thumbnail_routes"]
