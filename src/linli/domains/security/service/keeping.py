"""What ends by itself: libraries on their day, pictures after theirs."""

from functools import partial
from typing import Final

from sqlalchemy import bindparam, delete

from linli.domains.security.models import views
from linli.domains.security.queries import happened
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import REMOVING, Library
from linli.domains.security.service import alarms, captures, desired
from linli.kernel.db import INT, Command, Database, Tx
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.things.queries.devices import get_device

DAY_MS: Final = 86_400_000
CAPTURE_DAYS: Final = 30
ALARM_DAYS: Final = 90
VIEW_DAYS: Final = 180
_old_views = Command(
    delete(views).where(views.c.at_ms < bindparam("before", type_=INT)),
    unscoped="views of every tenant are forgotten in time",
)


async def tidy(db: Database, objects: ObjectStore, *, now_ms: int) -> int:
    """How many pictures were erased. A picture of both an alarm and a capture goes with the first: the row stays."""
    erased = 0
    for library in await queries.ended(db, now_ms):
        await _end_library(db, objects, library, now_ms)
    while rows := await happened.old_captures(db, now_ms - CAPTURE_DAYS * DAY_MS):
        for _, key in rows:
            await objects.delete(key)
        erased += len(rows)
        await db.run(partial(_drop_captures, ids=[int(row[0]) for row in rows]))
    while rows := await happened.old_alarms(db, now_ms - ALARM_DAYS * DAY_MS):
        for _, *keys in rows:
            for key in keys:
                # A library's own picture is the library's; an adapter's copy lies in the camera's folder too.
                if key:
                    await objects.delete(key)
        erased += len(rows)
        await db.run(partial(_drop_alarms, ids=[int(row[0]) for row in rows]))
    await db.run(lambda tx: _old_views.run(tx, before=now_ms - VIEW_DAYS * DAY_MS))
    return erased


async def _end_library(db: Database, objects: ObjectStore, library: Library, now_ms: int) -> None:
    """Also where rules look for its faces: they find nobody from now on."""
    scope = Scope.system(library.tenant_id, "security")
    try:
        await get_device(scope, db, iot_id=library.iot_id)
    except NotFound:
        faces = await queries.faces_of(scope, db, library.library_id)
        for face in faces:
            await objects.delete(face.object_key)

        async def forget(tx: Tx) -> None:
            await desired.forget_faces(scope, tx, [face.face_id for face in faces])
            await desired.forget_library(scope, tx, library.library_id)

        await db.run(forget)
        return

    async def end(tx: Tx) -> None:
        await desired.save_library(scope, tx, library._replace(state=REMOVING, changed_ms=now_ms))
        await desired.bring_soon(tx, tenant_id=library.tenant_id, iot_id=library.iot_id)

    await db.run(end)


async def _drop_captures(tx: Tx, *, ids: list[int]) -> None:
    await captures.drop(tx, ids)


async def _drop_alarms(tx: Tx, *, ids: list[int]) -> None:
    await alarms.drop(tx, ids)
