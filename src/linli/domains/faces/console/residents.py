"""Console: a resident's face, for staff who recorded consent on paper or act for the resident."""

from linli.domains.faces.errors import FaceRefused, FacesBusy
from linli.domains.faces.schemas import FaceOut, FaceSave
from linli.domains.faces.service import person_faces
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

resident_face_routes = Routes(
    "/communities/{community_id:int}/residents/{identity_id:str}/face", tags=("faces",)
)


@resident_face_routes.get(right=Right.RESIDENTS_SEE, raises=(NotFound,))
async def face_of(
    community_id: int, identity_id: str, scope: Scope, db: Database, objects: ObjectStore
) -> FaceOut:
    """Whether the person has a face, who attested it, and its delivery to each door."""
    await people.person(scope, db, identity_id)
    return await person_faces.tell(scope, db, objects, identity_id=identity_id)


@resident_face_routes.post(right=Right.RESIDENTS_MANAGE, raises=(NotFound, FaceRefused, FacesBusy))
async def save(
    community_id: int, identity_id: str, data: FaceSave, scope: Scope, room: person_faces.Room
) -> None:
    """Store a picture of a person who signed the consent; the ledger names the person who recorded it."""
    await person_faces.save(
        scope,
        room,
        identity_id=identity_id,
        community_id=community_id,
        data=data,
        how="on_paper",
        now_ms=room.db.clock.now_ms(),
    )


@resident_face_routes.delete(right=Right.RESIDENTS_MANAGE, raises=(NotFound,))
async def withdraw(community_id: int, identity_id: str, scope: Scope, db: Database, clock: Clock) -> None:
    """Take the face back for the resident: picture, template and every device's copy are erased."""
    await people.person(scope, db, identity_id)
    await person_faces.withdraw(scope, db, identity_id=identity_id, reason="withdrawn", now_ms=clock.now_ms())
