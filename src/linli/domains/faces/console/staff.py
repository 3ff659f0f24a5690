"""Web routes of a staff member's own face: asked for, looked at live, shown with where it is, and taken back."""

from contextlib import suppress

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.domains.access.service import staff_persons
from linli.domains.faces.queries.erasures import list_erasures
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.schemas import ErasureTold, FaceLook, FacePicture, FaceSave, FaceTold
from linli.domains.faces.service import person_faces
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right, Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

SHOWN = 5


class StaffFaceRoutes(Controller):
    path = "/communities/{community_id:int}/staff-face"
    tags = ("faces",)

    @get("/", right=Right.DOORS_OPEN.value)
    async def my_face(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
    ) -> FaceTold:
        """Whether there is one, by whose word, and how far it has got at each door of the community."""
        here = await people.community_scope(within, db, community_id)
        identity_id = await staff_persons.staff_identity(here, db, account_id=rights.account_id)
        return await person_faces.tell(here, db, objects, identity_id=identity_id, text="staff")

    @get("/erasures", right=Right.DOORS_OPEN.value)
    async def my_erasures(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
    ) -> list[ErasureTold]:
        """The last times it was taken back, with every device that has confirmed or has yet to."""
        here = await people.community_scope(within, db, community_id)
        identity_id = await staff_persons.staff_identity(here, db, account_id=rights.account_id)
        found = await list_erasures(here, db, page=PageRequest(1, SHOWN), identity_id=identity_id)
        return [ErasureTold.of(told, "") for told in found.data]

    @post("/look", right=Right.DOORS_OPEN.value, status_code=200)
    async def look(
        self,
        community_id: FromPath[int],
        data: JSONBody[FacePicture],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        faces: NamedDependency[FaceEngineRoom],
    ) -> FaceLook:
        """What is wrong with a picture, if anything; nothing of it is kept."""
        here = await people.community_scope(within, db, community_id)
        return await person_faces.looked_at(faces.engine, data.picture, here.language)

    @post("/", right=Right.DOORS_OPEN.value, status_code=204)
    async def save(
        self,
        community_id: FromPath[int],
        data: JSONBody[FaceSave],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
        faces: NamedDependency[FaceEngineRoom],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Keep the caller's own picture with the consent just given; every door of the community that takes faces
        opens for it while the caller has the door right."""
        here = await people.community_scope(within, db, community_id)
        if data.proof:
            raise BadInput(field="proof", rule="proof_for_staff")
        room = person_faces.Room(db=db, objects=objects, engine=faces.engine, ids=ids)
        await person_faces.save_staff(
            here,
            room,
            account_id=rights.account_id,
            name=rights.name,
            community_id=community_id,
            data=data,
            now_ms=clock.now_ms(),
        )

    @delete("/", right=Right.DOORS_OPEN.value)
    async def withdraw(
        self,
        community_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Take consent back: picture, template and every device's copy are erased. The own code stays.

        Where there is no face there is nothing to do.
        """
        here = await people.community_scope(within, db, community_id)
        identity_id = await staff_persons.staff_identity(here, db, account_id=rights.account_id)
        with suppress(NotFound):
            await person_faces.withdraw(
                here, db, identity_id=identity_id, reason="withdrawn", now_ms=clock.now_ms()
            )
