"""Enrol faces: store a template for each community that shall recognise one, and drop it.

Models never run inside a transaction. A caller that has looked at the picture (`inspection.good_look`) passes the look
to `put`, and the face can be recognised after the commit. Without a look a worker makes the template after the commit.
When the model changes, workers make all templates again.
"""

from collections.abc import Collection
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, update

from linli.domains.faces.errors import FacesOff
from linli.domains.faces.models import libraries, templates
from linli.domains.faces.queries import templates as queries
from linli.domains.faces.queries.templates import DROPPED, KEPT, PENDING, REFUSED, Template
from linli.domains.faces.service.inspection import look as look_at
from linli.kernel import outbox
from linli.kernel.db import INT, Command, Database, Query, Tx, in_scope, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.vision.engine import Engine
from linli.vision.looks import Look

ENROL: Final = "faces.enrol"
CATCH_UP: Final = "faces.catch_up"
GONE: Final = "gone"
BATCH: Final = 20


class FaceToEnrol(msgspec.Struct, frozen=True):
    """`change_no`: the change that this job is for. A later change of the face has its own job."""

    tenant_id: str
    community_id: int
    face_id: str
    change_no: int


class CatchUp(msgspec.Struct, frozen=True):
    """A round over all faces whose template is of another model, and how far it is."""

    model_id: str
    after_community: int = 0
    after_face: str = ""


_next = Query(
    update(libraries)
    .where(in_scope(libraries), libraries.c.community_id == bindparam("community_id", type_=INT))
    .values(change_no=libraries.c.change_no + 1)
    .returning(libraries.c.change_no)
)
_settle = update_of(
    templates,
    ("identity_id", "object_key", "state", "reasons", "model_id", "vector", "change_no", "changed_ms"),
    in_scope(templates),
    templates.c.community_id == bindparam("community_id", type_=INT),
    templates.c.face_id == bindparam("face"),
)


_purged = Command(
    update(libraries)
    .where(libraries.c.community_id == bindparam("community_id", type_=INT))
    .values(purged_no=bindparam("number", type_=INT)),
    unscoped="time does it for every community",
)
_purge = Command(
    delete(templates).where(
        templates.c.community_id == bindparam("community_id", type_=INT),
        templates.c.state == DROPPED,
        templates.c.changed_ms < bindparam("before", type_=INT),
    ),
    unscoped="time does it for every community",
)


async def put(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    face_id: str,
    identity_id: str,
    object_key: str,
    now_ms: int,
    look: Look | None = None,
) -> str:
    """Let a community recognise a face, or an enrolled face by a new picture. Returns its state.

    `kept` with a good look, `refused` with a bad one, `pending` without. The same picture again changes nothing.
    Raises NotFound for a community outside the scope.
    """
    scope.allow(community_id)
    template = await queries.template(scope, tx, community_id=community_id, face_id=face_id, lock=True)
    same = template is not None and (template.object_key, template.identity_id) == (object_key, identity_id)
    if template is not None and same and template.state in (PENDING, KEPT, REFUSED) and look is None:
        return template.state
    number = await _number(scope, tx, community_id)
    row = {
        "community_id": community_id,
        "face_id": face_id,
        "tenant_id": scope.tenant,
        "identity_id": identity_id,
        "object_key": object_key,
        **_outcome(look),
        "change_no": number,
        "created_ms": now_ms,
        "changed_ms": now_ms,
    }
    kept = tuple(name for name in row if name not in ("community_id", "face_id", "tenant_id", "created_ms"))
    await tx.upsert(templates, [row], keys=("community_id", "face_id"), update=kept)
    if look is None:
        await outbox.add(tx, ENROL, FaceToEnrol(scope.tenant, community_id, face_id, number))
    return str(row["state"])


async def drop(
    scope: Scope, tx: Tx, *, face_id: str, now_ms: int, community_ids: Collection[int] | None = None
) -> int:
    """Drop a face in the scope's communities, or some of them: vector, picture and person. Returns in how many it was."""
    own_templates = [
        row
        for row in await queries.of_face(scope, tx, face_id)
        if community_ids is None or row.community_id in community_ids
    ]
    for row in own_templates:
        await _write(scope, tx, row._replace(identity_id="", object_key=""), _outcome(None, DROPPED), now_ms)
    return len(own_templates)


async def _number(scope: Scope, tx: Tx, community_id: int) -> int:
    """The next number of a community's changes. The row stays locked, so that numbers are committed in order."""
    row = {"community_id": community_id, "tenant_id": scope.tenant, "change_no": 0}
    await tx.upsert(libraries, [row], keys=("community_id",))
    return int(await _next.scalar(tx, scope, community_id=community_id))


async def _write(scope: Scope, tx: Tx, row: Template, outcome: dict[str, Any], now_ms: int) -> None:
    number = await _number(scope, tx, row.community_id)
    await _settle.run(
        tx,
        scope,
        community_id=row.community_id,
        face=row.face_id,
        identity_id=row.identity_id,
        object_key=row.object_key,
        state=outcome["state"],
        reasons=outcome["reasons"],
        model_id=outcome["model_id"],
        vector=outcome["vector"],
        change_no=number,
        changed_ms=now_ms,
    )


def _outcome(look: Look | None, otherwise: str = PENDING) -> dict[str, Any]:
    if look is None:
        return {"state": otherwise, "reasons": "", "model_id": "", "vector": None}
    if look.good and look.vector:
        return {"state": KEPT, "reasons": "", "model_id": look.model_id, "vector": look.vector}
    reasons = ",".join(look.reasons)
    return {"state": REFUSED, "reasons": reasons, "model_id": look.model_id, "vector": None}


async def purge(db: Database, *, now_ms: int, days: int) -> None:
    """Delete dropped rows that are older than any index needs. An index that is behind them is built again."""
    before = now_ms - days * 86_400_000
    for community_id, newest in await queries.dropped_before(db, before):
        await db.run(partial(_purge_some, community_id=community_id, newest=newest, before=before))


async def _purge_some(tx: Tx, *, community_id: int, newest: int, before: int) -> None:
    await _purged.run(tx, community_id=community_id, number=newest)
    await _purge.run(tx, community_id=community_id, before=before)


class Enroller:
    """Makes templates after the commit, and all of them when the model has changed."""

    def __init__(self, db: Database, objects: ObjectStore, engine: Engine) -> None:
        self._db = db
        self._objects = objects
        self._engine = engine

    def register(self, jobs: Jobs) -> None:
        jobs.on(ENROL, FaceToEnrol, self.enrol)
        jobs.on(CATCH_UP, CatchUp, self.catch_up)

    async def start(self) -> None:
        """Begin a round if faces wait or are of another model. Without models they wait."""
        model_id = self._engine.state.model_id
        if model_id and await queries.outstanding(self._db, model_id, limit=1):
            await self._db.run(lambda tx: outbox.add(tx, CATCH_UP, CatchUp(model_id), key=CATCH_UP))

    async def enrol(self, job: FaceToEnrol) -> None:
        """Make one template. Raises FacesBusy, which has the outbox try again."""
        scope = Scope.system(job.tenant_id, "faces")
        row = await queries.template(scope, self._db, community_id=job.community_id, face_id=job.face_id)
        if row is not None and row.change_no == job.change_no and row.state == PENDING:
            await self._make(scope, row)

    async def catch_up(self, job: CatchUp) -> None:
        """Do a part of a round, and add the job for the rest."""
        if job.model_id != self._engine.state.model_id:
            return  # the model changed again, or is gone: another round begins with the next start
        after = (job.after_community, job.after_face)
        rows = await queries.outstanding(self._db, job.model_id, after=after, limit=BATCH)
        for row in rows:
            await self._make(Scope.system(row.tenant_id, "faces"), row)
        if len(rows) == BATCH:
            rest = CatchUp(job.model_id, rows[-1].community_id, rows[-1].face_id)
            await self._db.run(lambda tx: outbox.add(tx, CATCH_UP, rest, key=CATCH_UP))

    async def _make(self, scope: Scope, row: Template) -> None:
        outcome: dict[str, Any]
        try:
            picture = await self._objects.get(row.object_key)
            outcome = _outcome(await look_at(self._engine, picture, field="picture"))
        except FacesOff:
            return  # it waits until there are models
        except NotFound:
            outcome = {**_outcome(None, REFUSED), "reasons": GONE}
        except BadInput as error:
            outcome = {**_outcome(None, REFUSED), "reasons": str(error.facts["rule"])}
            outcome["model_id"] = self._engine.state.model_id

        async def work(tx: Tx) -> None:
            now = await queries.template(
                scope, tx, community_id=row.community_id, face_id=row.face_id, lock=True
            )
            if (
                now is not None and now.change_no == row.change_no
            ):  # else it was put again or dropped meanwhile
                await _write(scope, tx, now, outcome, self._db.clock.now_ms())

        await self._db.run(work)
