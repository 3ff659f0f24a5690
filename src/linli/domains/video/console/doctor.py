"""Console: why a device or a camera shows no picture, its last messages, and a test by hand."""

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Literal

import msgspec
from litestar import Response
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.doctor.checks import Recorded, checks_of
from linli.domains.video.doctor.ladder import Row
from linli.domains.video.doctor.steps import Check, Facts
from linli.domains.video.health.doctor_view import view_check
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.live.doctor_view import seen_of
from linli.domains.video.live.site_checks import ask_box
from linli.domains.video.queries import cameras as camera_queries
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.recorder.doctor_view import recorded_of
from linli.domains.video.recorder.room import Recordings
from linli.domains.video.rows import GbChannel, GbDevice
from linli.domains.video.service.looks import Look, note_look
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound, Unavailable
from linli.kernel.scope import Scope
from linli.things.downlink.invoker import Invoker

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value


class DoctorNote(msgspec.Struct, rename="camel", frozen=True):
    """What deviates and is taken all the same."""

    cause: str
    reason: str


class DoctorCheck(msgspec.Struct, rename="camel", frozen=True):
    """One step of the way of a camera's picture."""

    step: Annotated[
        str,
        Meta(
            description="registered, alive, catalogue, subscribed, asked, media, codec, playing, recording, view; of a "
            "test clock; at a box reached, log_in, clock, profiles, stream, codec, picture."
        ),
    ]
    state: Literal["good", "warn", "bad", "unknown"]
    cause: Annotated[str, Meta(description="Code of why.")]
    reason: Annotated[str, Meta(description="The same in words.")]
    since_ms: Annotated[int, Meta(description="0: unknown.")]
    mend: Annotated[
        str,
        Meta(description="What can be done here: password, catalogue, test, tcp, udp, plan; empty: nothing."),
    ]
    notes: list[DoctorNote]


class DoctorTrial(msgspec.Struct, rename="camel", frozen=True):
    """The last test by hand."""

    phase: Annotated[
        Literal["clock", "asked", "measured", "over"],
        Meta(description="Its clock is asked for; its picture is; that is measured; over."),
    ]
    began_ms: int
    ended_ms: int
    clock: DoctorCheck | None
    reason: Annotated[str, Meta(description="Why it went no further; empty: it did.")]


class CameraDoctor(msgspec.Struct, rename="camel", frozen=True):
    """A device or camera step by step. What was before this process began is not known."""

    way: Annotated[
        Literal["gb28181", "box", ""],
        Meta(description="By GB28181 to this process; by a box, which tests it; empty: not here."),
    ]
    reason: Annotated[str, Meta(description="Why it is not served.")]
    device_id: Annotated[
        str, Meta(description="With which the password is changed; empty: not of this community.")
    ]
    device_name: str
    gb_id: str
    since_ms: Annotated[int, Meta(description="Since then this process looks.")]
    checks: list[DoctorCheck]
    trial: DoctorTrial | None


class CameraMessage(msgspec.Struct, rename="camel", frozen=True):
    """A message, or what happened to the picture. No password, log-in or token is in it."""

    at_ms: int
    last_ms: int
    way: Annotated[Literal["in", "out", "media"], Meta(description="To us, from us, or of the picture.")]
    peer: Annotated[str, Meta(description="Transport, host and port.")]
    head: Annotated[str, Meta(description="Method, status, or what happened.")]
    about: str
    count: Annotated[int, Meta(description="How often it came.")]
    proven: Annotated[bool, Meta(description="False: who sent it only names the device's code.")]
    text: str


device_doctor_routes = Routes(
    "/communities/{community_id:int}/gb-devices/{device_id:int}/doctor", tags=("cameras",)
)
camera_doctor_routes = Routes(
    "/communities/{community_id:int}/cameras/{camera_id:int}/doctor", tags=("cameras",)
)


async def _device(scope: Scope, db: Database, community_id: int, device_id: int) -> GbDevice:
    device = await queries.device(scope, db, device_id)
    if device.community_id != community_id:
        raise NotFound(what="gb_device", id=device_id)
    return device


async def _camera(
    scope: Scope, db: Database, video: VideoDesk, community_id: int, camera_id: int
) -> tuple[Camera, GbDevice]:
    """Raises NotFound, NoWay."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    camera = await video.camera(scope, db, row.iot_id)
    whole = Scope.system(camera.channel.tenant_id, "video")
    return camera, await queries.device(whole, db, camera.channel.device_id)


@device_doctor_routes.get(right=SEE, raises=(NotFound,))
async def device_doctor(
    community_id: int, device_id: int, scope: Scope, db: Database, video: VideoDesk, clock: Clock
) -> CameraDoctor:
    """Why a device does not register, is silent, or has no cameras."""
    device = await _device(scope, db, community_id, device_id)
    return _doctor(scope, video, clock, device, community_id)


@camera_doctor_routes.get(right=SEE, raises=(NotFound,))
async def camera_doctor(
    community_id: int,
    camera_id: int,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    recordings: Recordings,
    clock: Clock,
) -> CameraDoctor:
    """Why a camera shows no picture: each step of its way, since when, and what mends it."""
    try:
        camera, device = await _camera(scope, db, video, community_id, camera_id)
    except errors.NoWay:
        row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
        return _at_site(scope, video, row.iot_id)
    recorded = recorded_of(scope, recordings, camera.iot_id)
    doctor = _doctor(scope, video, clock, device, community_id, camera.channel, recorded)
    if doctor.way:
        view = await view_check(scope, db, camera.iot_id, clock.now_ms())
        doctor.checks.append(_check(scope, view))
    return doctor


def _doctor(
    scope: Scope,
    video: VideoDesk,
    clock: Clock,
    device: GbDevice,
    community_id: int,
    channel: GbChannel | None = None,
    recorded: Recorded | None = None,
) -> CameraDoctor:
    try:
        seen = seen_of(video, device, clock, channel=channel, recorded=recorded)
    except Unavailable as trouble:
        return CameraDoctor("", trouble.text(scope.language), "", device.name, device.gb_id, 0, [], None)
    own = device.community_id == community_id
    return CameraDoctor(
        "gb28181", "", str(device.device_id) if own else "", device.name, device.gb_id, seen.began_ms,
        [_check(scope, step) for step in checks_of(seen)],
        _trial(scope, video, channel),
    )  # fmt: skip


def _at_site(scope: Scope, video: VideoDesk, iot_id: str) -> CameraDoctor:
    """As its box saw it last."""
    last = video.site_checks.of(iot_id)
    steps = [] if last is None or not last.ended_ms else [_check(scope, step) for step in last.steps]
    trial = None
    if last is not None:
        trouble = "" if last.trouble is None else last.trouble.text(scope.language)
        phase: Literal["asked", "over"] = "over" if last.ended_ms else "asked"
        trial = DoctorTrial(phase, last.began_ms, last.ended_ms, None, trouble)
    return CameraDoctor("box", "", "", "", "", 0, steps, trial)


def _check(scope: Scope, step: Check) -> DoctorCheck:
    notes = [DoctorNote(cause, _words(scope, cause, facts)) for cause, facts in step.notes]
    reason = step.text or _words(scope, step.cause, step.facts)
    return DoctorCheck(step.step, step.state, step.cause, reason, step.since_ms, step.mend, notes)


def _words(scope: Scope, cause: str, facts: Facts) -> str:
    key = f"doctor.{cause}"
    text = i18n.text(key, scope.language, **facts)
    return i18n.text(f"error.{cause}", scope.language, **facts) if text == key else text


def _trial(scope: Scope, video: VideoDesk, channel: GbChannel | None) -> DoctorTrial | None:
    trial = None if channel is None else video.trials.of(channel.channel_id)
    if trial is None:
        return None
    return DoctorTrial(
        trial.phase, trial.began_ms, trial.ended_ms,
        None if trial.clock is None else _check(scope, trial.clock),
        "" if trial.trouble is None else trial.trouble.text(scope.language),
    )  # fmt: skip


@camera_doctor_routes.post(
    "/test", right=MANAGE, status=204,
    raises=(NotFound, errors.VideoOff, errors.TrialRuns, errors.NoRoom),
)  # fmt: skip
async def try_camera(
    community_id: int,
    camera_id: int,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    invoker: Invoker,
    clock: Clock,
) -> None:
    """Ask it for its clock and picture as who watches does, and measure for some seconds; behind a box the box does it.
    The steps tell how it goes. Who tests is kept."""
    now_ms = clock.now_ms()
    try:
        camera, _ = await _camera(scope, db, video, community_id, camera_id)
    except errors.NoWay:
        row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
        video.site_checks.start(row.iot_id, partial(ask_box, scope, invoker, row.iot_id))
        return
    video.trials.start(camera.channel, partial(video.live, camera))
    look = Look(camera.iot_id, "test", now_ms, now_ms, surface="console")
    await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=now_ms))


@device_doctor_routes.get("/messages", right=MANAGE, raises=(NotFound,))
async def device_messages(
    community_id: int, device_id: int, scope: Scope, db: Database, video: VideoDesk
) -> list[CameraMessage]:
    """The last messages with a device, the earliest first."""
    device = await _device(scope, db, community_id, device_id)
    return [_row(row) for row in video.doctor.rows(device.gb_id)]


@camera_doctor_routes.get("/messages", right=MANAGE, raises=(NotFound, errors.NoWay))
async def camera_messages(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk
) -> list[CameraMessage]:
    """The last messages with a camera and the device that it belongs to, the earliest first."""
    camera, device = await _camera(scope, db, video, community_id, camera_id)
    return [_row(row) for row in _of_camera(video, camera, device, community_id)]


def _of_camera(video: VideoDesk, camera: Camera, device: GbDevice, community_id: int) -> list[Row]:
    """Where the device is another community's, what it says of itself stays there."""
    code = camera.channel.channel
    rows = video.doctor.rows(device.gb_id, code)
    return rows if device.community_id == community_id else [row for row in rows if row.channel == code]


def _row(row: Row) -> CameraMessage:
    return CameraMessage(
        row.at_ms, row.last_ms, row.way, row.peer, row.head, row.about, row.count, row.proven, row.text
    )


@device_doctor_routes.get("/messages.jsonl", right=MANAGE, raises=(NotFound,))
async def device_message_file(
    community_id: int, device_id: int, scope: Scope, db: Database, video: VideoDesk, clock: Clock
) -> Response[bytes]:
    """The messages and steps of a device as a file to pass on: a line of JSON each, without secrets."""
    device = await _device(scope, db, community_id, device_id)
    doctor = _doctor(scope, video, clock, device, community_id)
    return _file(doctor, video.doctor.rows(device.gb_id), device.gb_id, clock)


@camera_doctor_routes.get("/messages.jsonl", right=MANAGE, raises=(NotFound, errors.NoWay))
async def camera_message_file(
    community_id: int,
    camera_id: int,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    recordings: Recordings,
    clock: Clock,
) -> Response[bytes]:
    """The messages and steps of a camera as a file to pass on: a line of JSON each, without secrets."""
    camera, device = await _camera(scope, db, video, community_id, camera_id)
    recorded = recorded_of(scope, recordings, camera.iot_id)
    doctor = _doctor(scope, video, clock, device, community_id, camera.channel, recorded)
    rows = _of_camera(video, camera, device, community_id)
    return _file(doctor, rows, camera.channel.channel, clock)


def _file(doctor: CameraDoctor, rows: Iterable[Row], code: str, clock: Clock) -> Response[bytes]:
    head = {"kind": "linli-camera", "code": code, "at": _time(clock.now_ms())}
    lines: list[object] = [
        head,
        *({"at": _time(check.since_ms), **msgspec.to_builtins(check)} for check in doctor.checks),
        *({"at": _time(row.at_ms), **msgspec.to_builtins(_row(row))} for row in rows),
    ]
    content = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
    headers = {"content-disposition": f'attachment; filename="linli-camera-{code}.jsonl"'}
    return Response(content, media_type="application/x-ndjson", headers=headers)


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds") if ms else ""


__all__ = ["camera_doctor_routes", "device_doctor_routes"]
