"""The resident's own face: asked for, looked at live, shown with where it is, and taken back."""

from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from linli.domains.faces.queries.erasures import list_erasures
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.schemas import ErasureTold, FaceLook, FacePicture, FaceSave, FaceTold
from linli.domains.faces.service import person_faces
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import PageRequest

SHOWN = 5


class FaceRoutes(Controller):
    path = "/communities/{community_id:int}/face"
    tags = ("doors",)

    @get("/")
    async def my_face(
        self,
        community_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
    ) -> FaceTold:
        """Whether there is one, by whose word, and how far it has got at each door."""
        identity_id = resident.living(community_id).identity_id
        return await person_faces.tell(resident.scope(community_id), db, objects, identity_id=identity_id)

    @get("/erasures")
    async def my_erasures(
        self,
        community_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
    ) -> list[ErasureTold]:
        """The last times it was taken back, with every device that has confirmed or has yet to."""
        identity_id = resident.living(community_id).identity_id
        found = await list_erasures(
            resident.scope(community_id), db, page=PageRequest(1, SHOWN), identity_id=identity_id
        )
        return [ErasureTold.of(told, "") for told in found.data]

    @post("/look", status_code=200)
    async def look(
        self,
        community_id: FromPath[int],
        data: JSONBody[FacePicture],
        resident: NamedDependency[Resident],
        faces: NamedDependency[FaceEngineRoom],
    ) -> FaceLook:
        """What is wrong with a picture of the camera, if anything; nothing of it is kept."""
        resident.living(community_id)
        return await person_faces.looked_at(faces.engine, data.picture, resident.scope(community_id).language)

    @post("/", status_code=204)
    async def save(
        self,
        community_id: FromPath[int],
        data: JSONBody[FaceSave],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        objects: NamedDependency[ObjectStore],
        faces: NamedDependency[FaceEngineRoom],
        ids: NamedDependency[Ids],
        clock: NamedDependency[Clock],
    ) -> None:
        """Keep a picture with the consent just given; it goes to the doors of the resident's key."""
        identity_id = resident.living(community_id).identity_id
        if data.proof:
            raise BadInput(field="proof", rule="proof_for_staff")
        room = person_faces.Room(db=db, objects=objects, engine=faces.engine, ids=ids)
        await person_faces.save(
            resident.scope(community_id),
            room,
            identity_id=identity_id,
            community_id=community_id,
            data=data,
            how="in_app",
            now_ms=clock.now_ms(),
        )

    @delete("/")
    async def withdraw(
        self,
        community_id: FromPath[int],
        resident: NamedDependency[Resident],
        db: NamedDependency[Database],
        clock: NamedDependency[Clock],
    ) -> None:
        """Take consent back: picture, template and every device's copy are erased. Other keys stay."""
        identity_id = resident.living(community_id).identity_id
        await person_faces.withdraw(
            resident.scope(community_id),
            db,
            identity_id=identity_id,
            reason="withdrawn",
            now_ms=clock.now_ms(),
        )


ROUTES = (FaceRoutes,)
