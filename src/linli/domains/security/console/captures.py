"""Console: captures of cameras, and whom they saw: the search by a photo. Who looks and who searches is kept.

Source: spec F 5.5, H 3.5.14-16.
"""

import base64
from typing import Annotated, Any

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.domains.security.queries import happened as queries
from linli.domains.security.queries import views as view_queries
from linli.domains.security.rows import Capture
from linli.domains.security.service import alarms
from linli.domains.security.service.sightings import Sightings
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Form, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

USE = Right.SIGHTINGS_SEE.value
URL_SECONDS = 600
PHOTO_MOST = 2 * 1024 * 1024
REASON_MOST = 200


class CaptureRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    iot_id: str
    camera: str
    at_ms: int
    task_id: Annotated[str, Meta(description="The plan that took it; or empty.")]


class CapturePicture(msgspec.Struct, rename="camel", frozen=True):
    url: Annotated[str, Meta(description="Holds ten minutes.")]


class PhotoSearch(msgspec.Struct, rename="camel"):
    file: UploadFile
    reason: Annotated[str, Meta(description="Why somebody is looked for; it is kept.")]
    begin_ms: int
    end_ms: Annotated[int, Meta(description="At most 24 hours after the begin.")]
    likeness: Annotated[float, Meta(description="The least likeness, between 0 and 1.")] = 0.6


class SightingRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    camera: str
    at_ms: int
    likeness: float
    picture: Annotated[str, Meta(description="A small picture as base64.")]
    kind: Annotated[str, Meta(description="JPG, PNG, BMP")]
    scene_id: str


class SightingTime(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    camera: str
    at_ms: int
    likeness: float


class PhotoMatches(msgspec.Struct, rename="camel", frozen=True):
    best: Annotated[list[SightingRow], Meta(description="The most alike, at most 20, with pictures.")]
    all: Annotated[list[SightingTime], Meta(description="Every sighting, oldest first, without pictures.")]


class SceneAsked(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    scene_id: Annotated[str, Meta(max_length=256)]


class Scene(msgspec.Struct, rename="camel", frozen=True):
    picture: Annotated[str, Meta(description="Base64.")]


class ViewRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: Annotated[str, Meta(description="Of the person, or the application's key.")]
    what: Annotated[str, Meta(description="alarm, capture, face, search, scene")]
    target: Annotated[str, Meta(description="Its number; of a search the reason that was given.")]
    at_ms: int


capture_routes = Routes("/communities/{community_id:int}/security-captures", tags=("security",))
view_routes = Routes("/communities/{community_id:int}/security-views", tags=("security",))


@capture_routes.get(right=USE, raises=(NotFound,))
async def list_captures(
    community_id: int, scope: Scope, db: Database, page: PageRequest, where: queries.CaptureFilter
) -> Page[CaptureRow]:
    """Captures of the community's cameras, newest first. Without pictures."""
    await root_of(scope, db, community_id)
    listed = await queries.capture_page(scope, db, community_id, page, where)
    return Page.of(page, listed.total, await _rows(scope, db, listed.data))


@capture_routes.get("/{capture_id:int}/picture", right=USE, raises=(NotFound,))
async def show_capture(
    community_id: int, capture_id: int, scope: Scope, db: Database, objects: ObjectStore, clock: Clock
) -> CapturePicture:
    """The picture of a capture. Who looks is kept."""
    capture = await queries.capture(scope, db, capture_id, community_id=community_id)
    await _note(scope, db, community_id, "capture", str(capture_id), clock)
    return CapturePicture(objects.url(capture.object_key, expires_s=URL_SECONDS))


@capture_routes.post("/search", right=USE, status=200, raises=(NotFound, BadInput))
async def search_captures(
    community_id: int, data: Form[PhotoSearch], scope: Scope, db: Database, sightings: Sightings, clock: Clock
) -> PhotoMatches:
    """Where the cameras saw a face within a day. The photo is not kept; that it was searched, by whom and why, is."""
    await root_of(scope, db, community_id)
    reason = data.reason.strip()
    if not reason:
        raise BadInput(field="reason", rule="blank")
    if len(reason) > REASON_MOST:
        raise BadInput(field="reason", rule="too_long", limit=REASON_MOST)
    content = await data.file.read(PHOTO_MOST + 1)
    if len(content) > PHOTO_MOST:
        raise BadInput(field="file", rule="picture_bytes", limit="2 MB")
    question = sightings.question(content, begin_ms=data.begin_ms, end_ms=data.end_ms, likeness=data.likeness)
    await _note(scope, db, community_id, "search", reason, clock)
    best, times = await sightings.find(scope, question)
    names = await _names(scope, db, {row.iot_id for row in best} | {row[0] for row in times})
    return PhotoMatches(
        [
            SightingRow(
                row.iot_id,
                names.get(row.iot_id, row.device_name),
                row.at_s * 1000,
                row.similarity,
                row.small,
                row.kind,
                row.scene_id,
            )
            for row in best
        ],
        [SightingTime(iot_id, names.get(iot_id, ""), at_s * 1000, score) for iot_id, score, at_s in times],
    )


@capture_routes.post("/scene", right=USE, status=200, raises=(NotFound, BadInput))
async def show_scene(
    community_id: int, data: SceneAsked, scope: Scope, db: Database, sightings: Sightings, clock: Clock
) -> Scene:
    """The whole picture of a sighting, from the box whose camera has it."""
    await root_of(scope, db, community_id)
    picture = await sightings.scene(scope, data.scene_id)
    await _note(scope, db, community_id, "scene", data.scene_id, clock)
    return Scene(base64.b64encode(picture).decode())


@view_routes.get(right=USE, raises=(NotFound,))
async def list_security_views(
    community_id: int, scope: Scope, db: Database, page: PageRequest
) -> Page[ViewRow]:
    """Who looked at whose picture, and who searched by one and why: 180 days, newest first."""
    await root_of(scope, db, community_id)
    listed = await view_queries.page_of(scope, db, community_id, page)
    people = await caller_names(db, {each.caller for each in listed.data})
    rows = [
        ViewRow(str(each.view_id), people.get(each.caller, each.caller), each.what, each.target, each.at_ms)
        for each in listed.data
    ]
    return Page.of(page, listed.total, rows)


async def _note(scope: Scope, db: Database, community_id: int, what: str, target: str, clock: Clock) -> None:
    now_ms = clock.now_ms()

    async def write(tx: Any) -> None:
        await alarms.note_view(scope, tx, community_id=community_id, what=what, target=target, now_ms=now_ms)

    await db.run(write)


async def _names(scope: Scope, db: Reader, iot_ids: set[str]) -> dict[str, str]:
    devices = await find_devices(scope, db, iot_ids=sorted(iot_ids))
    return {each.iot_id: each.nickname or each.device_name for each in devices}


async def _rows(scope: Scope, db: Reader, captures: list[Capture]) -> list[CaptureRow]:
    names = await _names(scope, db, {each.iot_id for each in captures})
    return [
        CaptureRow(str(each.capture_id), each.iot_id, names.get(each.iot_id, ""), each.at_ms, each.task_id)
        for each in captures
    ]
