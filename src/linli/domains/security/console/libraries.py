"""Console: libraries of faces that cameras look for, and the faces in them. Spec F 3.2, H 3.5."""

from typing import Annotated

import msgspec
from litestar.datastructures import UploadFile
from msgspec import Meta

from linli.domains.communities.console.spaces import root_of
from linli.domains.faces.service import pictures
from linli.domains.people.rights import Right
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import Face, Library
from linli.domains.security.service import alarms, desired, library_forms
from linli.domains.security.service.sightings import Sightings
from linli.domains.security.service.snapshots import picture_key
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Form, Routes
from linli.kernel.errors import BadInput, Conflict, NotFound, TooMany
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices, get_device

SEE, USE = Right.DEVICES_SEE.value, Right.SIGHTINGS_SEE.value
URL_SECONDS = 600
NAME_MOST = 63


class LibraryFilter(Filter, frozen=True):
    iot_id: Annotated[str, Meta(max_length=64, description="Of one camera")] = ""


class FaceFilter(Filter, frozen=True):
    q: Annotated[str, Meta(max_length=63, description="A part of the name")] = ""


class FaceLibrary(msgspec.Struct, rename="camel", frozen=True):
    id: str
    iot_id: str
    camera: Annotated[str, Meta(description="Nickname or DeviceName.")]
    name: str
    type: Annotated[int, Meta(description="1 black, 2 white, 3 staff, 4 visitors, 100 other")]
    purpose: Annotated[str, Meta(description="Empty: an application made it and nobody said.")]
    approver: str
    expires_ms: int | None
    faces: int
    state: Annotated[
        str, Meta(description="waiting, held, failed; unserved: no adapter and no model is there for it.")
    ]
    why: Annotated[str, Meta(description="The code and words of whoever refused; or empty.")]
    changed_ms: int


class NewLibrary(
    library_forms.LibraryForm, rename="camel", frozen=True, forbid_unknown_fields=True, kw_only=True
):
    iot_id: str


class LibraryFace(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str
    state: str
    why: str
    created_ms: int


class FaceUpload(msgspec.Struct):
    file: UploadFile
    name: str = ""


class Created(msgspec.Struct, rename="camel", frozen=True):
    id: str


class PictureLink(msgspec.Struct, rename="camel", frozen=True):
    url: Annotated[str, Meta(description="Holds ten minutes.")]


library_routes = Routes("/communities/{community_id:int}/security-libraries", tags=("security",))


@library_routes.get(right=USE, raises=(NotFound,))
async def list_face_libraries(
    community_id: int,
    scope: Scope,
    db: Database,
    page: PageRequest,
    where: LibraryFilter,
    sightings: Sightings,
) -> Page[FaceLibrary]:
    """Libraries of the community's cameras."""
    await root_of(scope, db, community_id)
    rows = [
        row for row in await queries.libraries_in(scope, db, community_id) if where.iot_id in ("", row.iot_id)
    ]
    shown = await _rows(scope, db, sightings, rows[page.offset : page.offset + page.page_size])
    return Page.of(page, len(rows), shown)


@library_routes.post(right=USE, raises=(NotFound, BadInput, TooMany))
async def create_face_library(
    community_id: int, data: NewLibrary, scope: Scope, tx: Tx, clock: Clock
) -> Created:
    """A library of one camera. It says for what it is, who approved it, and when it ends."""
    device = await get_device(scope, tx, iot_id=data.iot_id)
    if device.community_id != community_id:
        raise NotFound(what="device", id=data.iot_id)
    library_id = await library_forms.create(scope, tx, device, data, now_ms=clock.now_ms())
    return Created(str(library_id))


@library_routes.put("/{library_id:int}", right=USE, status=200, raises=(NotFound, BadInput))
async def change_face_library(
    community_id: int, library_id: int, data: library_forms.LibraryForm, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Its name and type reach the camera."""
    library = await _library(scope, tx, community_id, library_id)
    await library_forms.change(scope, tx, library, data, now_ms=clock.now_ms())


@library_routes.delete("/{library_id:int}", right=USE, raises=(NotFound, Conflict))
async def delete_face_library(community_id: int, library_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """With its faces, also at the camera. Refused while an arming plan looks for them."""
    library = await _library(scope, tx, community_id, library_id)
    await desired.remove_library(scope, tx, library, now_ms=clock.now_ms())


@library_routes.post("/{library_id:int}/again", right=USE, status=200, raises=(NotFound,))
async def bring_face_library_again(
    community_id: int, library_id: int, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Try again what the camera refused."""
    library = await _library(scope, tx, community_id, library_id)
    await library_forms.again(scope, tx, library, now_ms=clock.now_ms())


# faces


@library_routes.get("/{library_id:int}/faces", right=USE, raises=(NotFound,))
async def list_library_faces(
    community_id: int, library_id: int, scope: Scope, db: Database, page: PageRequest, where: FaceFilter
) -> Page[LibraryFace]:
    """Newest first, without pictures."""
    library = await _library(scope, db, community_id, library_id)
    rows = library_forms.shown(await queries.faces_of(scope, db, library.library_id), where.q)
    shown = [
        LibraryFace(str(row.face_id), row.name, row.state, row.why, row.created_ms)
        for row in rows[page.offset : page.offset + page.page_size]
    ]
    return Page.of(page, len(rows), shown)


@library_routes.post("/{library_id:int}/faces", right=USE, raises=(NotFound, BadInput, TooMany))
async def add_library_face(
    community_id: int,
    library_id: int,
    data: Form[FaceUpload],
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    clock: Clock,
) -> Created:
    """A JPEG or PNG of at most 1 MB and 800 pixels a side."""
    library = await _library(scope, db, community_id, library_id)
    name = data.name.strip()
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > NAME_MOST:
        raise BadInput(field="name", rule="too_long", limit=NAME_MOST)
    picture = pictures.checked(await data.file.read(pictures.BYTES_MAX + 1), field="file")
    now_ms = clock.now_ms()
    folder, _, rest = picture_key(library.tenant_id, library.iot_id, picture.content).rpartition("/")
    key = f"{folder}/{library.library_id}-{now_ms}-{rest}"
    await objects.put(key, picture.content)
    face_id = await db.run(
        lambda tx: desired.add_face(
            scope, tx, library, facts={"name": name}, object_key=key, md5=picture.md5, now_ms=now_ms
        )
    )
    return Created(str(face_id))


@library_routes.get("/{library_id:int}/faces/{face_id:int}/picture", right=USE, raises=(NotFound,))
async def show_library_face(
    community_id: int, library_id: int, face_id: int, scope: Scope, db: Database, objects: ObjectStore, clock: Clock
) -> PictureLink:  # fmt: skip
    """Who looks is kept."""
    face = await _face(scope, db, community_id, library_id, face_id)
    now_ms = clock.now_ms()
    await db.run(
        lambda tx: alarms.note_view(
            scope, tx, community_id=community_id, what="face", target=str(face_id), now_ms=now_ms
        )
    )
    return PictureLink(objects.url(face.object_key, expires_s=URL_SECONDS))


@library_routes.delete("/{library_id:int}/faces/{face_id:int}", right=USE, raises=(NotFound,))
async def delete_library_face(
    community_id: int, library_id: int, face_id: int, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Also at the camera."""
    face = await _face(scope, tx, community_id, library_id, face_id)
    await desired.remove_face(scope, tx, face, now_ms=clock.now_ms())


async def _library(scope: Scope, db: Reader, community_id: int, library_id: int) -> Library:
    library = await queries.library(scope, db, library_id)
    if library.community_id != community_id:
        raise NotFound(what="face_library", id=library_id)
    return library


async def _face(scope: Scope, db: Reader, community_id: int, library_id: int, face_id: int) -> Face:
    await _library(scope, db, community_id, library_id)
    face = await queries.face(scope, db, face_id)
    if face.library_id != library_id:
        raise NotFound(what="library_face", id=face_id)
    return face


async def _rows(
    scope: Scope, db: Reader, sightings: Sightings, libraries: list[Library]
) -> list[FaceLibrary]:
    devices = await find_devices(scope, db, iot_ids=sorted({each.iot_id for each in libraries}))
    blind = await sightings.unserved(scope, devices, faces=True)
    names = {each.iot_id: each.nickname or each.device_name for each in devices}
    counts = await queries.face_counts(scope, db, [each.library_id for each in libraries])
    return [
        FaceLibrary(
            id=str(each.library_id),
            iot_id=each.iot_id,
            camera=names.get(each.iot_id, ""),
            name=each.name,
            type=each.type,
            purpose=each.purpose,
            approver=each.approver,
            expires_ms=each.expires_ms,
            faces=counts.get(each.library_id, 0),
            state="unserved" if each.iot_id in blind else each.state,
            why=each.why,
            changed_ms=each.changed_ms,
        )
        for each in libraries
    ]
