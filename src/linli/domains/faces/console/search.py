"""Web routes that look at a picture for staff: does it do, and whose face is it."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.access.queries.persons import names_of
from linli.domains.faces.console.engine import FaceThresholds
from linli.domains.faces.errors import FacesBusy, NoHints
from linli.domains.faces.queries import images
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.schemas import FaceLook, FacePicture
from linli.domains.faces.service import person_faces
from linli.domains.faces.service.pictures import from_base64
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel import audit
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope

SHOWN_SECONDS = 300


class FaceCandidate(msgspec.Struct, rename="camel", frozen=True):
    person_id: str
    person: str
    score: Annotated[float, Meta(description="Cosine of the two pictures, -1 to 1.")]
    picture_url: Annotated[str | None, Meta(description="The picture that is kept; good for some minutes.")]


class FaceSearchResult(msgspec.Struct, rename="camel", frozen=True):
    verdict: Literal["match", "unsure", "stranger"]
    candidates: Annotated[list[FaceCandidate], Meta(description="Likeliest first, none below `unsure`.")]
    thresholds: FaceThresholds
    faces: Annotated[int, Meta(description="In the picture; the largest was searched for.")]


face_look_routes = Routes("/communities/{community_id:int}/face-engine", tags=("faces",))


@face_look_routes.post(
    "/look", right=Right.RESIDENTS_MANAGE, status=200, raises=(NotFound, FacesBusy, NoHints)
)
async def look_at_face(
    community_id: int, data: FacePicture, scope: Scope, db: Database, faces: FaceEngineRoom
) -> FaceLook:
    """The faults of a picture before it is recorded; the picture is not stored."""
    here = await people.community_scope(scope, db, community_id)
    return await person_faces.looked_at(faces.engine, data.picture, here.language)


@face_look_routes.post("/search", right=Right.RESIDENTS_MANAGE, status=200, raises=(NotFound,))
async def search_by_picture(
    community_id: int,
    data: FacePicture,
    scope: Scope,
    db: Database,
    objects: ObjectStore,
    faces: FaceEngineRoom,
    ids: Ids,
) -> FaceSearchResult:
    """The persons of the community whose face a picture shows. The picture is not stored. The persons found can see
    that they were searched for."""
    here = await people.community_scope(scope, db, community_id)
    picture = from_base64(data.picture, field="picture")
    decision = await faces.search.who_is(
        here, community_id=community_id, picture=picture.content, field="picture"
    )
    person_ids = [candidate.identity_id for candidate in decision.candidates if candidate.identity_id]
    names = await names_of(db, tenant_id=str(here.tenant), identity_ids=person_ids)
    names |= await people.names(here, db, person_ids)
    kept = await images.images_by_face(here, db, [candidate.face_id for candidate in decision.candidates])
    async with db.begin() as tx:
        await audit.note_secret_reads(here, tx, "person_face", person_ids, ids=ids)
    limits = decision.thresholds
    return FaceSearchResult(
        decision.verdict,
        [
            FaceCandidate(
                candidate.identity_id,
                names.get(candidate.identity_id, ""),
                round(candidate.score, 4),
                objects.url(image.object_key, expires_s=SHOWN_SECONDS)
                if (image := kept.get(candidate.face_id)) and image.object_key
                else None,
            )
            for candidate in decision.candidates
        ],
        FaceThresholds(limits.accept, limits.unsure, limits.margin),
        len(decision.look.faces),
    )
