"""Console: a resident's face, for staff who recorded consent on paper or act for the resident."""

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.schemas import FaceSave, FaceTold
from linli.domains.faces.service import person_faces
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope


class ResidentFaceRoutes(Controller):
    path = "/communities/{community_id:int}/residents/{identity_id:str}/face"
    tags = ("faces",)

    @get("/", right=Right.RESIDENTS_SEE.value)
    async def face_of(
        self,
        community_id: FromPath[int],
        identity_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
    ) -> FaceTold:
        """Whether there is one, by whose word, and how far it has got at each door."""
        here = within.narrowed(community_id)
        await people.person(here, db, identity_id)
        return await person_faces.tell(here, db, objects, identity_id=identity_id)

    @post("/", right=Right.RESIDENTS_MANAGE.value, status_code=204)
    async def save(
        self,
        community_id: FromPath[int],
        identity_id: FromPath[str],
        data: JSONBody[FaceSave],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
        faces: NamedDependency[FaceEngineRoom],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Keep a picture of somebody who has signed for it; the ledger names who recorded that."""
        room = person_faces.Room(db=db, objects=objects, engine=faces.engine, ids=ids)
        await person_faces.save(
            within.narrowed(community_id),
            room,
            identity_id=identity_id,
            community_id=community_id,
            data=data,
            how="on_paper",
            now_ms=clock.now_ms(),
        )

    @delete("/", right=Right.RESIDENTS_MANAGE.value)
    async def withdraw(
        self,
        community_id: FromPath[int],
        identity_id: FromPath[str],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Take the face back for the resident: picture, template and every device's copy are erased."""
        here = within.narrowed(community_id)
        await people.person(here, db, identity_id)
        await person_faces.withdraw(
            here, db, identity_id=identity_id, reason="withdrawn", now_ms=clock.now_ms()
        )
