"""Console: whether the pictures of cameras are good, what is wrong with them, and since when."""

import base64
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.health.room import HealthRoom
from linli.domains.video.health.words import reason_of, trouble_of
from linli.domains.video.health_rows import FINDINGS, Finding, ListedFinding
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.queries import cameras as camera_queries
from linli.domains.video.queries import health as queries
from linli.domains.video.service import health as service
from linli.domains.video.service.looks import Look, note_look
from linli.domains.video.service.masks import hidden
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope
from linli.media.stills import NoStill, masked

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
HEALTH_HISTORY = Kind(name=service.HISTORY, see=SEE, manage=MANAGE)
_TROUBLES = (
    errors.VideoOff, errors.NoWay, errors.CameraAway, errors.CameraLockedOut, errors.CameraSilent,
    errors.CameraRefuses, errors.NoPackets, errors.FromStranger, errors.NoKeyPicture, errors.IsH265,
    errors.NotProgramStream, errors.NoRoom, errors.NoStill, errors.TrialRuns,
)  # fmt: skip
FindingKind = Annotated[
    Literal["black", "white", "covered", "moved", "frozen", "blurred", "lost", "clock"],
    Meta(description="What the picture shows; minutes without a recording; a wrong time."),
]


class HealthFinding(msgspec.Struct, rename="camel", frozen=True):
    kind: FindingKind
    reason: Annotated[str, Meta(description="In words, with what can be done.")]
    sure: Annotated[int, Meta(description="Of a hundred.")]
    since_ms: int
    seen_ms: Annotated[int, Meta(description="The last look that saw it.")]
    muted_until_ms: Annotated[int, Meta(description="0: it is not muted.")]
    has_picture: bool


class CameraWithFindings(msgspec.Struct, rename="camel", frozen=True):
    camera_id: str
    name: str
    findings: Annotated[list[HealthFinding], Meta(description="The worst first.")]


class CommunityHealth(msgspec.Struct, rename="camel", frozen=True):
    """What is wrong with the pictures of a community's cameras now."""

    served: Annotated[bool, Meta(description="Whether this platform looks at pictures at all.")]
    watched: Annotated[int, Meta(description="Cameras that are looked at.")]
    off: Annotated[int, Meta(description="Cameras that people switched off.")]
    looked_ms: Annotated[int, Meta(description="The last look at any; 0: there was none.")]
    cameras: Annotated[list[CameraWithFindings], Meta(description="The worst first; muted ones last.")]


class ReferenceView(msgspec.Struct, rename="camel", frozen=True):
    """How the picture looks when it is right, at a time of day."""

    period: Literal["dawn", "day", "dusk", "night"]
    at_ms: int
    learned: Annotated[bool, Meta(description="False: somebody said that it is right.")]


class CameraHealth(msgspec.Struct, rename="camel", frozen=True):
    on: bool
    looked_ms: Annotated[int, Meta(description="The last picture that was looked at; 0: none.")]
    tried_ms: int
    trouble: Annotated[
        str, Meta(description="Why there was none at the last try, in words; empty: there was.")
    ]
    in_place: Annotated[int, Meta(description="Of a hundred edges of the reference; -1: not compared.")]
    findings: Annotated[list[HealthFinding], Meta(description="Those too that were seen once only.")]
    once: Annotated[
        list[FindingKind], Meta(description="Seen once; they count when the next look sees them.")
    ]
    references: list[ReferenceView]


class HealthSwitch(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    on: bool


class FindingMute(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    kind: FindingKind
    days: Annotated[int, Meta(ge=0, le=service.MOST_MUTED_DAYS, description="0: say it again.")]


class HealthPicture(msgspec.Struct, rename="camel", frozen=True):
    jpeg: Annotated[str, Meta(description="Base64.")]
    at_ms: int


health_routes = Routes("/communities/{community_id:int}/camera-health", tags=("cameras",))
camera_health_routes = Routes(
    "/communities/{community_id:int}/cameras/{camera_id:int}/health", tags=("cameras",)
)


@health_routes.get(right=SEE)
async def community_health(
    community_id: int, scope: Scope, db: Database, video: VideoDesk, clock: Clock
) -> CommunityHealth:
    """All cameras of the community with something wrong, the worst first."""
    here = scope.narrowed(community_id)
    rows: dict[tuple[int, str], list[HealthFinding]] = {}
    for row in await queries.findings_in(here, db, community_id):
        rows.setdefault((row.camera_id, row.name), []).append(_finding(scope, row, bool(row.has_picture)))
    listed = [
        CameraWithFindings(str(camera_id), name, sorted(findings, key=_worst))
        for (camera_id, name), findings in rows.items()
    ]
    now_ms = clock.now_ms()
    listed.sort(key=lambda row: _first(row, now_ms))
    cameras, off, looked_ms = await queries.counted(here, db, community_id)
    return CommunityHealth(video.on, cameras - off, off, looked_ms, listed)


def _worst(finding: HealthFinding) -> int:
    return FINDINGS.index(finding.kind)


def _first(row: CameraWithFindings, now_ms: int) -> tuple[bool, int, int]:
    loud = [finding for finding in row.findings if finding.muted_until_ms <= now_ms]
    first = min(loud or row.findings, key=_worst)
    return not loud, _worst(first), first.since_ms


def _finding(scope: Scope, row: Finding | ListedFinding, has_picture: bool) -> HealthFinding:
    return HealthFinding(
        row.kind, reason_of(row.kind, row.facts, scope.language), row.sure, row.since_ms, row.seen_ms,  # type: ignore[arg-type]
        row.muted_until_ms, has_picture,
    )  # fmt: skip


@camera_health_routes.get(right=SEE, raises=(NotFound,))
async def camera_health(community_id: int, camera_id: int, scope: Scope, db: Database) -> CameraHealth:
    """The last look at one camera, and what it is compared with."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    health = await queries.health_of(scope, db, row.iot_id)
    findings = await queries.findings_of(scope, db, row.iot_id)
    return CameraHealth(
        on=health is None or not health.off,
        looked_ms=health.looked_ms if health else 0,
        tried_ms=health.tried_ms if health else 0,
        trouble=trouble_of(health.trouble, scope.language) if health else "",
        in_place=health.in_place if health else -1,
        findings=sorted((_finding(scope, finding, bool(finding.jpeg)) for finding in findings), key=_worst),
        once=[finding.kind for finding in findings if not finding.counts],  # type: ignore[misc]
        references=[
            ReferenceView(view.period, view.at_ms, not view.set_by)  # type: ignore[arg-type]
            for view in await queries.views_of(scope, db, row.iot_id)
        ],
    )


@camera_health_routes.get("/pictures/{name:str}", right=SEE, raises=(NotFound, errors.NoStill))
async def health_picture(
    community_id: int, camera_id: int, name: str, scope: Scope, db: Database, clock: Clock
) -> HealthPicture:
    """The picture of a finding by its kind, or the reference of a time of day. Who looks is kept."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    pictures = {
        finding.kind: (finding.jpeg, finding.seen_ms)
        for finding in await queries.findings_of(scope, db, row.iot_id)
    }
    for view in await queries.views_of(scope, db, row.iot_id):
        pictures[view.period] = (view.jpeg, view.at_ms)
    jpeg, at_ms = pictures.get(name, (b"", 0))
    if not jpeg:
        raise NotFound(what="picture", id=name[:32])
    look = Look(row.iot_id, "picture", at_ms, at_ms, surface="console")
    try:
        jpeg = await masked(jpeg, await hidden(scope, db, row.iot_id, community_id))
    except NoStill as error:
        raise errors.NoStill() from error
    now_ms = clock.now_ms()
    await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=now_ms))
    return HealthPicture(base64.b64encode(jpeg).decode(), at_ms)


@camera_health_routes.put(right=MANAGE, status=204, raises=(NotFound,))
async def switch_health(
    community_id: int, camera_id: int, data: HealthSwitch, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Look at its picture now and then, or not any more: then what was kept of it is erased."""
    row = await camera_queries.camera(scope, tx, camera_id, community_id=community_id)
    await service.switch(
        scope, tx, community_id=community_id, iot_id=row.iot_id, on=data.on, now_ms=clock.now_ms()
    )


@camera_health_routes.post("/look", right=MANAGE, status=204, raises=(NotFound, *_TROUBLES))
async def look_at_camera(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk, camera_health: HealthRoom
) -> None:
    """Look now. Returns when what was seen is kept."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    await camera_health.looker.look(await video.camera(scope, db, row.iot_id))


@camera_health_routes.post("/view", right=MANAGE, status=204, raises=(NotFound, *_TROUBLES))
async def set_reference_view(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk, camera_health: HealthRoom
) -> None:
    """This is the right view: what the camera shows now replaces all its references."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    await camera_health.looker.set_view(scope, await video.camera(scope, db, row.iot_id))


@camera_health_routes.post("/mute", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def mute_finding(
    community_id: int, camera_id: int, data: FindingMute, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Say no more of a finding for some days. It is kept and shown last."""
    row = await camera_queries.camera(scope, tx, camera_id, community_id=community_id)
    await service.mute(
        scope, tx, community_id=community_id, iot_id=row.iot_id, kind=data.kind, days=data.days,
        now_ms=clock.now_ms(),
    )  # fmt: skip


__all__ = ["camera_health_routes", "health_routes"]
