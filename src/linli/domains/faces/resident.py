"""The resident's own face: asked for, looked at live, shown with where it is, and taken back."""

from linli.domains.faces.errors import FaceRefused, FacesBusy, NoHints
from linli.domains.faces.queries.erasures import list_erasures
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.schemas import ErasureOut, FaceLook, FaceOut, FacePicture, FaceSave
from linli.domains.faces.service import person_faces
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest

SHOWN = 5


routes = Routes("/communities/{community_id:int}/face", tags=("doors",))


@routes.get()
async def my_face(community_id: int, resident: Resident, db: Database, objects: ObjectStore) -> FaceOut:
    """Whether the resident has a face, who attested it, and its delivery to each door."""
    scope, identity_id = resident.person_in(community_id)
    return await person_faces.tell(scope, db, objects, identity_id=identity_id)


@routes.get("/erasures")
async def my_erasures(community_id: int, resident: Resident, db: Database) -> list[ErasureOut]:
    """The last times it was taken back, with every device that has confirmed or has yet to."""
    scope, identity_id = resident.person_in(community_id)
    page = await list_erasures(scope, db, page=PageRequest(1, SHOWN), identity_id=identity_id)
    return [ErasureOut.of(report, "") for report in page.data]


@routes.post("/look", status=200, raises=(FacesBusy, NoHints))
async def look(community_id: int, data: FacePicture, resident: Resident, faces: FaceEngineRoom) -> FaceLook:
    """The faults of a picture of the camera; the picture is not stored."""
    language = resident.scope(community_id).language
    return await person_faces.looked_at(faces.engine, data.picture, language)


@routes.post(raises=(NotFound, FaceRefused, FacesBusy))
async def save(community_id: int, data: FaceSave, resident: Resident, room: person_faces.Room) -> None:
    """Keep a picture with the consent just given; it goes to the doors of the resident's key."""
    scope, identity_id = resident.person_in(community_id)
    if data.proof:
        raise BadInput(field="proof", rule="proof_for_staff")
    await person_faces.save(
        scope,
        room,
        identity_id=identity_id,
        community_id=community_id,
        data=data,
        how="in_app",
        now_ms=room.db.clock.now_ms(),
    )


@routes.delete(raises=(NotFound,))
async def withdraw(community_id: int, resident: Resident, db: Database, clock: Clock) -> None:
    """Take consent back: picture, template and every device's copy are erased. Other keys stay."""
    scope, identity_id = resident.person_in(community_id)
    await person_faces.withdraw(
        scope,
        db,
        identity_id=identity_id,
        reason="withdrawn",
        now_ms=clock.now_ms(),
    )


ROUTES = (routes,)
