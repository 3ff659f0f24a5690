"""Web routes of a staff member's own face: asked for, looked at live, shown with where it is, and taken back."""

from contextlib import suppress

from linli.domains.access.service import staff_persons
from linli.domains.faces.errors import FacesBusy, NoHints
from linli.domains.faces.queries.erasures import list_erasures
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.schemas import ErasureOut, FaceLook, FaceOut, FacePicture, FaceSave
from linli.domains.faces.service import person_faces
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

SHOWN = 5


staff_face_routes = Routes("/communities/{community_id:int}/staff-face", tags=("faces",))


@staff_face_routes.get(right=Right.DOORS_OPEN, raises=(NotFound,))
async def my_face(
    community_id: int, scope: Scope, rights: Rights, db: Database, objects: ObjectStore
) -> FaceOut:
    """Whether the person has a face, who attested it, and its delivery to each door of the community."""
    here = await people.community_scope(scope, db, community_id)
    identity_id = await staff_persons.staff_identity(here, db, account_id=rights.account_id)
    return await person_faces.tell(here, db, objects, identity_id=identity_id, text="staff")


@staff_face_routes.get("/erasures", right=Right.DOORS_OPEN, raises=(NotFound,))
async def my_erasures(community_id: int, scope: Scope, rights: Rights, db: Database) -> list[ErasureOut]:
    """The last times it was taken back, with every device that has confirmed or has yet to."""
    here = await people.community_scope(scope, db, community_id)
    identity_id = await staff_persons.staff_identity(here, db, account_id=rights.account_id)
    page = await list_erasures(here, db, page=PageRequest(1, SHOWN), identity_id=identity_id)
    return [ErasureOut.of(report, "") for report in page.data]


@staff_face_routes.post("/look", right=Right.DOORS_OPEN, status=200, raises=(NotFound, FacesBusy, NoHints))
async def look(
    community_id: int, data: FacePicture, scope: Scope, db: Database, faces: FaceEngineRoom
) -> FaceLook:
    """The faults of a picture; the picture is not stored."""
    here = await people.community_scope(scope, db, community_id)
    return await person_faces.looked_at(faces.engine, data.picture, here.language)


@staff_face_routes.post(right=Right.DOORS_OPEN, raises=(NotFound,))
async def save(
    community_id: int, data: FaceSave, scope: Scope, rights: Rights, room: person_faces.Room
) -> None:
    """Keep the caller's own picture with the consent just given; every door of the community that takes faces
    opens for it while the caller has the door right."""
    here = await people.community_scope(scope, room.db, community_id)
    if data.proof:
        raise BadInput(field="proof", rule="proof_for_staff")
    await person_faces.save_staff(
        here,
        room,
        account_id=rights.account_id,
        name=rights.name,
        community_id=community_id,
        data=data,
        now_ms=room.db.clock.now_ms(),
    )


@staff_face_routes.delete(right=Right.DOORS_OPEN, raises=(NotFound,))
async def withdraw(community_id: int, scope: Scope, rights: Rights, db: Database, clock: Clock) -> None:
    """Take consent back: picture, template and every device's copy are erased. The own code stays.

    Where there is no face there is nothing to do.
    """
    here = await people.community_scope(scope, db, community_id)
    identity_id = await staff_persons.staff_identity(here, db, account_id=rights.account_id)
    with suppress(NotFound):
        await person_faces.withdraw(
            here, db, identity_id=identity_id, reason="withdrawn", now_ms=clock.now_ms()
        )
