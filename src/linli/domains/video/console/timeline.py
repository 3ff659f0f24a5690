"""Console: what was recorded of a camera, to look at, to take away, and to lock. Who does is kept."""

from datetime import datetime
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.accounts.service import sessions
from linli.domains.people.queries.callers import caller_logins, caller_names
from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.console.masks import MaskBox
from linli.domains.video.live.access import staff_may
from linli.domains.video.queries import cameras as cameras_queries
from linli.domains.video.queries import recording as queries
from linli.domains.video.recorder.exporting import Asked, facts_of
from linli.domains.video.recorder.films import DOWNLOAD, DOWNLOAD_LIFE_MS, LIFE_MS, FilmTicket
from linli.domains.video.recorder.room import Recordings
from linli.domains.video.recorder.timeline import Hole, holes
from linli.domains.video.recording_rows import OPEN, Segment
from linli.domains.video.service import masks
from linli.domains.video.service import recording as service
from linli.domains.video.service.looks import Look, caller_of, note_look
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.zones import zone_of
from linli.media.recorder.exported import PURPOSE, Export, key_from
from linli.media.recorder.joined import Joined, OtherPicture, Span
from linli.media.recorder.masked import Masked, served
from linli.rules.schedules import zone_named

USE, MANAGE = Right.RECORDINGS_SEE.value, Right.RECORDINGS_MANAGE.value
DAY_MS = 86_400_000
LONGEST_DOWNLOAD_MS = 2 * 3_600_000
REASON_MOST = 200

Ms = Annotated[int, Meta(ge=0, le=10**14)]


class TimelineSpan(Filter, frozen=True):
    begin_ms: Ms = 0
    end_ms: Ms = 0


class RecordedFile(msgspec.Struct, rename="camel", frozen=True):
    id: str
    begin_ms: int
    end_ms: int
    bytes: int
    cause: Annotated[str, Meta(description="plan, event, manual.")]
    locked: bool
    open: Annotated[bool, Meta(description="It still grows.")]


class RecordingHole(msgspec.Struct, rename="camel", frozen=True):
    begin_ms: int
    end_ms: int
    cause: Annotated[
        str,
        Meta(
            description="A code of why there was no picture, or disk_full, quota, restarted, interrupted, unplanned, "
            "erased."
        ),
    ]


class Timeline(msgspec.Struct, rename="camel", frozen=True):
    files: list[RecordedFile]
    holes: Annotated[list[RecordingHole], Meta(description="Of what has passed: why there is nothing.")]


class WatchForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    begin_ms: Ms
    end_ms: Ms


class FilmPass(msgspec.Struct, rename="camel", frozen=True):
    token: Annotated[
        str, Meta(description="For `/vod/{id}.mp4?token=`, with `&at=` for a moment in the file, in ms.")
    ]
    until_ms: int
    masks: Annotated[list[MaskBox], Meta(description="What the player has to hide from you.")]


class SpanForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    begin_ms: Ms
    end_ms: Ms
    reason: Annotated[str, Meta(min_length=1, max_length=REASON_MOST)]


class LockForm(SpanForm, frozen=True):
    locked: bool = True


class DownloadPass(msgspec.Struct, rename="camel", frozen=True):
    path: Annotated[str, Meta(description="Once, within five minutes.")]
    bytes: Annotated[int, Meta(description="Of the MP4 in the ZIP; of one with masks as it was recorded.")]
    masks: Annotated[int, Meta(description="Parts that are filled in the picture, which is encoded anew.")]
    left_out_ms: Annotated[int, Meta(description="Of the span, without a recording.")]


class LockedFiles(msgspec.Struct, rename="camel", frozen=True):
    files: Annotated[int, Meta(description="Whose lock changed.")]


timeline_routes = Routes(
    "/communities/{community_id:int}/cameras/{camera_id:int}/timeline", tags=("cameras",)
)


def _check(begin_ms: int, end_ms: int, most_ms: int) -> None:
    if not begin_ms < end_ms or end_ms - begin_ms > most_ms:
        raise BadInput(field="endMs", rule="video.hours", hours=most_ms // 3_600_000)


def _row(segment: Segment) -> RecordedFile:
    return RecordedFile(
        str(segment.segment_id), segment.begin_ms, segment.end_ms, segment.bytes, segment.cause,
        bool(segment.locked), segment.state == OPEN,
    )  # fmt: skip


@timeline_routes.get(right=USE, raises=(NotFound,))
async def show_timeline(
    community_id: int, camera_id: int, scope: Scope, db: Database, clock: Clock, where: TimelineSpan
) -> Timeline:
    """What this platform recorded within a day, and why not where it did not."""
    _check(where.begin_ms, where.end_ms, DAY_MS + 3_600_000)  # a day of 25 hours too
    row = await cameras_queries.camera(scope, db, camera_id, community_id=community_id)
    span = (where.begin_ms, where.end_ms)
    files = await queries.segments(scope, db, row.iot_id, *span)
    parts = await _holes(scope, db, row.iot_id, files, span, clock.now_ms())
    return Timeline([_row(each) for each in files], [RecordingHole(*each) for each in parts])


@timeline_routes.post("/play", right=USE, status=200, raises=(NotFound, errors.VideoOff))
async def play_recordings(
    community_id: int,
    camera_id: int,
    data: WatchForm,
    scope: Scope,
    db: Database,
    clock: Clock,
    session: sessions.Session,
    recordings: Recordings,
) -> FilmPass:
    """Look at files of a span of a day. Who looks is kept."""
    _check(data.begin_ms, data.end_ms, DAY_MS + 3_600_000)
    iot_id = await _iot_id(scope, db, community_id, camera_id)
    films = recordings.films
    ticket = _ticket(scope, db, clock, session, community_id, iot_id, data.begin_ms, data.end_ms)
    await _note(scope, db, clock, community_id, Look(iot_id, "play", data.begin_ms, data.end_ms))
    boxes = [MaskBox.of(box) for box in await masks.hidden(scope, db, iot_id, community_id)]
    return FilmPass(films.give(ticket).token, ticket.until_ms, boxes)


@timeline_routes.post(
    "/download",
    right=USE,
    status=200,
    raises=(NotFound, errors.VideoOff, errors.NoRecording, errors.PictureChanged, errors.NoMasking),
)
async def download_recordings(
    community_id: int,
    camera_id: int,
    data: SpanForm,
    scope: Scope,
    db: Database,
    clock: Clock,
    session: sessions.Session,
    recordings: Recordings,
    secrets: Secrets,
) -> DownloadPass:
    """A ZIP of one MP4 of at most two hours, a manifest with its SHA-256, and the platform's signature.

    Who took it away and why is kept, with the hash.
    """
    _check(data.begin_ms, data.end_ms, LONGEST_DOWNLOAD_MS)
    reason = _reason(data.reason)
    camera = await cameras_queries.camera(scope, db, camera_id, community_id=community_id)
    films = recordings.films
    ledger = films.ledger
    files = await queries.segments(scope, db, camera.iot_id, data.begin_ms, data.end_ms)
    if not files:
        raise errors.NoRecording()
    spans = [
        Span(ledger.path(each), (data.begin_ms - each.begin_ms) * 90, (data.end_ms - each.begin_ms) * 90)
        for each in files
    ]
    boxes = await masks.hidden(scope, db, camera.iot_id, community_id)
    if boxes and not served():
        raise errors.NoMasking()
    zone = zone_named(await zone_of(db, community_id))
    try:
        joined = await ledger.blocking(lambda: Joined(spans))
    except OtherPicture as other:
        at = datetime.fromtimestamp(files[other.number].begin_ms / 1000, zone)
        raise errors.PictureChanged(at=at.strftime("%H:%M:%S")) from other
    except OSError as error:
        raise errors.NoRecording() from error
    if not joined.duration:
        raise errors.NoRecording()
    begin, now_ms = datetime.fromtimestamp(data.begin_ms / 1000, zone), clock.now_ms()
    asked = Asked(data.begin_ms, data.end_ms, *await _exporter(scope, db), reason, now_ms)
    gaps = await _holes(scope, db, camera.iot_id, files, (data.begin_ms, data.end_ms), now_ms)
    ticket = _ticket(scope, db, clock, session, community_id, camera.iot_id, data.begin_ms, data.end_ms)
    ticket.joined = joined
    ticket.export = Export(
        Masked(joined, boxes) if boxes else joined,
        facts_of(camera, asked, files, gaps, zone, masks=len(boxes)),
        key_from(secrets.derived(PURPOSE)),
    )
    ticket.name = f"{camera.name} {begin.strftime('%Y-%m-%d %H.%M.%S')}.zip"
    ticket.until_ms = now_ms + DOWNLOAD_LIFE_MS
    look = Look(camera.iot_id, "download", data.begin_ms, data.end_ms, reason)
    ticket.view_id = await _note(scope, db, clock, community_id, look)
    path = f"/vod/{DOWNLOAD}.mp4?token={films.give(ticket).token}"
    left_out_ms = max(0, data.end_ms - data.begin_ms - joined.duration // 90)
    return DownloadPass(path, joined.size, len(boxes), left_out_ms)


@timeline_routes.post("/lock", right=MANAGE, status=200, raises=(NotFound, BadInput))
async def lock_recordings(
    community_id: int, camera_id: int, data: LockForm, scope: Scope, tx: Tx, clock: Clock
) -> LockedFiles:
    """Keep the files of a span until they are unlocked, also when room is short."""
    _check(data.begin_ms, data.end_ms, DAY_MS + 3_600_000)
    camera = await cameras_queries.camera(scope, tx, camera_id, community_id=community_id)
    what = "lock" if data.locked else "unlock"
    look = Look(camera.iot_id, what, data.begin_ms, data.end_ms, _reason(data.reason))
    changed = await service.lock(
        scope, tx, look, community_id=community_id, locked=data.locked, now_ms=clock.now_ms()
    )
    return LockedFiles(changed)


async def _holes(
    scope: Scope, db: Database, iot_id: str, files: list[Segment], span: tuple[int, int], now_ms: int
) -> list[Hole]:
    gaps = await queries.gaps(scope, db, iot_id, *span)
    plan = await queries.plan_of(scope, db, iot_id)
    days = plan.days if plan is not None else service.MOST_DAYS
    return holes(files, gaps, *span, now_ms=now_ms, days=days)


async def _exporter(scope: Scope, db: Database) -> tuple[str, str]:
    """Name and account of who exports."""
    caller, _ = caller_of(scope)
    names, logins = await caller_names(db, [caller]), await caller_logins(db, [caller])
    return names.get(caller, ""), logins.get(caller, "")


def _reason(text: str) -> str:
    if not (reason := text.strip()):
        raise BadInput(field="reason", rule="required")
    return reason


async def _iot_id(scope: Scope, db: Database, community_id: int, camera_id: int) -> str:
    return (await cameras_queries.camera(scope, db, camera_id, community_id=community_id)).iot_id


async def _note(scope: Scope, db: Database, clock: Clock, community_id: int, look: Look) -> int:
    write = partial(note_look, look=look, community_id=community_id, now_ms=clock.now_ms())
    return await db.run(lambda tx: write(scope, tx))


def _ticket(
    scope: Scope,
    db: Database,
    clock: Clock,
    session: sessions.Session,
    community_id: int,
    iot_id: str,
    begin_ms: int,
    end_ms: int,
) -> FilmTicket:
    async def lives() -> bool:
        return await sessions.is_living(db, session.id, now_ms=clock.now_ms())

    alive = staff_may(db, scope, iot_id, community_id, lives, right=Right.RECORDINGS_SEE)
    return FilmTicket(scope.tenant, iot_id, begin_ms, end_ms, clock.now_ms() + LIFE_MS, alive)


__all__ = ["timeline_routes"]
