"""Web routes of the face engine: whether it runs, how many faces a community can recognise, and what it decides by."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.queries.persons import names_of
from linli.domains.faces.console.models import FaceGate, FaceModel, gates, models_of
from linli.domains.faces.queries import templates as queries
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.service import thresholds as service
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.vision.looks import Thresholds


class FaceThresholds(msgspec.Struct, rename="camel", frozen=True):
    """Cosines, 0 to 1."""

    accept: Annotated[float, Meta(description="From here on it is the same person")]
    unsure: Annotated[float, Meta(description="From here on a person has to look")]
    margin: Annotated[float, Meta(description="How far the second best must stay behind")]


class FaceEngineState(msgspec.Struct, rename="camel", frozen=True):
    on: bool
    reason: str
    """Why it is off, in the engine's own words; empty when it is on."""
    cause: Annotated[str, Meta(description="The same in one word: no_models, stopped, unusable; or empty.")]
    model_id: str
    dimensions: int
    models: list[FaceModel]
    gates: list[FaceGate]
    """The lowest quality of a picture for enrolment and for a search."""
    thresholds: FaceThresholds | None
    """The community's thresholds; null while faces are off."""
    own_thresholds: bool
    """Whether they are the community's own, not the model's."""
    recognised: int
    """Faces that a picture is compared with."""
    to_enrol: int
    """Faces that are not yet: waiting, refused, or of another model."""
    waiting: int
    refused: int
    of_before: int
    """Templates of another model: they are being computed again from their pictures."""


class FaceToEnrol(msgspec.Struct, rename="camel", frozen=True):
    face_id: str
    person_id: str
    """identityId; empty when nobody is known by the face."""
    person: str
    state: Annotated[str, Meta(description="pending, refused, or kept with another model")]
    reasons: list[str]
    """For a refused picture: count, size, pose, blur, light, gone or the fault of the file."""
    changed_ms: int


face_engine_routes = Routes("/communities/{community_id:int}/face-engine", tags=("faces",))


@face_engine_routes.get(right=Right.RESIDENTS_SEE, raises=(NotFound,))
async def get_face_engine(
    community_id: int, scope: Scope, db: Database, faces: FaceEngineRoom
) -> FaceEngineState:
    """Whether faces are on, and how a community stands."""
    await people.require_community(scope, db, community_id)
    state = faces.engine.state
    own = await queries.site_thresholds(scope, db, community_id, state.model_id)
    used = own or state.thresholds
    stand = await queries.progress(scope, db, community_id, state.model_id)
    return FaceEngineState(
        on=bool(state.model_id),
        reason=state.reason,
        cause="" if state.model_id else state.cause,
        model_id=state.model_id,
        dimensions=state.dimensions,
        models=models_of(state),
        gates=gates(),
        thresholds=FaceThresholds(used.accept, used.unsure, used.margin) if used else None,
        own_thresholds=own is not None,
        recognised=stand.kept if state.model_id else 0,
        to_enrol=stand.waiting + stand.refused + stand.of_before + (0 if state.model_id else stand.kept),
        waiting=stand.waiting,
        refused=stand.refused,
        of_before=stand.of_before,
    )


@face_engine_routes.get("/to-enrol", right=Right.RESIDENTS_SEE, raises=(NotFound,))
async def list_faces_to_enrol(
    community_id: int, scope: Scope, db: Database, page: PageRequest, faces: FaceEngineRoom
) -> Page[FaceToEnrol]:
    """Faces that cannot be recognised yet and why, newest change first."""
    await people.require_community(scope, db, community_id)
    enrol = await queries.to_enrol(scope, db, community_id, faces.engine.state.model_id, page)
    ids = [row.identity_id for row in enrol.data if row.identity_id]
    names = await names_of(db, tenant_id=str(scope.tenant), identity_ids=ids)
    names |= await people.names(scope, db, ids)
    rows = [
        FaceToEnrol(
            row.face_id,
            row.identity_id,
            names.get(row.identity_id, ""),
            row.state,
            [reason for reason in row.reasons.split(",") if reason],
            row.changed_ms,
        )
        for row in enrol.data
    ]
    return Page.of(page, enrol.total, rows)


@face_engine_routes.put("/thresholds", right=Right.RESIDENTS_MANAGE, status=200, raises=(NotFound,))
async def set_face_thresholds(
    community_id: int, data: FaceThresholds, scope: Scope, db: Database, clock: Clock, faces: FaceEngineRoom
) -> None:
    """Decide by own thresholds. They are void when the model changes."""
    await people.require_community(scope, db, community_id)
    wanted = Thresholds(data.accept, data.unsure, data.margin)
    async with db.begin() as tx:
        await service.set_own(
            scope,
            tx,
            community_id=community_id,
            model_id=faces.engine.state.model_id,
            wanted=wanted,
            now_ms=clock.now_ms(),
        )


@face_engine_routes.delete("/thresholds", right=Right.RESIDENTS_MANAGE, raises=(NotFound,))
async def clear_face_thresholds(community_id: int, scope: Scope, tx: Tx) -> None:
    """Decide by the model's own thresholds again."""
    await people.require_community(scope, tx, community_id)
    await service.clear(scope, tx, community_id=community_id)
