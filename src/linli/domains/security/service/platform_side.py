"""What the platform does itself for cameras without an adapter: libraries by its own models, alarms of persons, plans."""

import asyncio
from datetime import datetime
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from linli.domains.security.due_times import armed_at
from linli.domains.security.queries import happened
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import FAILED, HELD, REMOVING, WAITING, Capture, Face, Library, PlanCamera
from linli.domains.security.service import alarms, captures, desired, plans
from linli.kernel import outbox, telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Scope
from linli.kernel.zones import zones_of
from linli.protocols.edge_link import SecurityReport
from linli.rules.schedules import SITE_ZONE
from linli.things.queries.devices import DeviceRow, get_device
from linli.vision.engine import Change, Engine, EngineError, NoPicture
from linli.vision.looks import Look

log = telemetry.logger(__name__)

LOOK: Final = "security.look"
PERSON: Final = 1
AGAIN_MS: Final = 600_000
CORNER: Final = 8192


class LookJob(msgspec.Struct, frozen=True):
    """Outbox payload: a capture that is to be looked at."""

    tenant_id: str
    capture_id: int


class PlatformSide:
    def __init__(self, db: Database, clock: Clock, ids: Ids, objects: ObjectStore, engine: Engine) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._objects = objects
        self.engine = engine
        self._turn = asyncio.Lock()

    def register(self, jobs: Jobs) -> None:
        jobs.on(LOOK, LookJob, self.look)

    # what is wanted

    async def bring(self, scope: Scope, device: DeviceRow) -> int:
        """After how many ms the next round is due; 0: none is."""
        again = 0
        for library in await queries.libraries_of(scope, self._db, device.iot_id):
            faces = await queries.faces_of(scope, self._db, library.library_id)
            if library.state == REMOVING:
                await self._remove(scope, library, faces)
                continue
            changed = [await self._face(scope, face) for face in faces if self._is_due(face)]
            if any(face is not None and face.state == WAITING for face in changed):
                again = AGAIN_MS
            if changed or library.state != HELD:
                kept = library._replace(
                    state=HELD, why="", remote_id="", change_no=library.change_no + bool(changed)
                )
                await self._db.run(partial(_save_library, scope=scope, library=kept))
        for rule in await queries.rules_of(scope, self._db, device.iot_id):
            if rule.state != HELD:
                held_rule = rule._replace(state=HELD, why="")
                await self._db.run(partial(desired.settle_rule, scope, rule=held_rule))
        for row in await happened.plans_on(scope, self._db, device.iot_id):
            if row.state == REMOVING:
                await self._db.run(partial(_forget_camera, scope=scope, row=row))
            elif row.state in (WAITING, FAILED):
                held_row = row._replace(state=HELD, why="", node_id=None)
                await self._db.run(partial(plans.keep_camera, row=held_row))
        return again

    def _is_due(self, face: Face) -> bool:
        stale = face.vector is None or face.model_id != self.engine.state.model_id
        return face.state in (WAITING, REMOVING) or (face.state == HELD and stale)

    async def _face(self, scope: Scope, face: Face) -> Face | None:
        """As it is now; None: it is gone."""
        if face.state == REMOVING:
            await self._objects.delete(face.object_key)
            await self._db.run(lambda tx: desired.forget_faces(scope, tx, [face.face_id]))
            return None
        try:
            look = await self.engine.look(await self._objects.get(face.object_key))
            if look.good:
                after = face._replace(state=HELD, why="", model_id=look.model_id, vector=look.vector)
            else:
                after = face._replace(state=FAILED, why=f"804 {', '.join(look.reasons)}")
        except (NoPicture, NotFound):
            after = face._replace(state=FAILED, why="804 facePicUrl")
        except EngineError as error:
            after = face._replace(state=WAITING, why=str(error))
        await self._db.run(lambda tx: desired.save_face(scope, tx, after))
        return after

    async def _remove(self, scope: Scope, library: Library, faces: list[Face]) -> None:
        for face in faces:
            await self._objects.delete(face.object_key)

        async def forget(tx: Tx) -> None:
            await desired.forget_faces(scope, tx, [face.face_id for face in faces])
            await desired.forget_library(scope, tx, library.library_id)

        await self._db.run(forget)
        if self.engine.state.model_id:
            try:
                await self.engine.forget(self._index(library))
            except EngineError as error:
                log.info("the index of a removed library stays: %s", error)

    def _index(self, library: Library) -> str:
        return f"security-{library.library_id}-{self.engine.state.model_id}"

    # captures

    async def look(self, job: LookJob) -> None:
        """See who is in a capture, and raise an alarm where a rule wants it. Nothing without models."""
        scope = Scope.system(job.tenant_id, "security")
        try:
            capture = await happened.capture(scope, self._db, job.capture_id)
            device = await get_device(scope, self._db, iot_id=capture.iot_id)
            picture = await self._objects.get(capture.object_key)
            look = await self.engine.look(picture, use="search")
        except (NotFound, EngineError) as error:
            log.info("capture %s is not looked at: %s", job.capture_id, error)
            return
        await self._db.run(lambda tx: captures.seen(scope, tx, capture.capture_id, look))
        if look.vector:
            await self._alarm(scope, device, capture, look)

    async def _alarm(self, scope: Scope, device: DeviceRow, capture: Capture, look: Look) -> None:
        rule = await queries.rule(scope, self._db, device.iot_id, PERSON)
        if rule is None:
            return
        zone = (await zones_of(self._db, [device.community_id]))[device.community_id] or SITE_ZONE
        slot = armed_at(rule.days, datetime.fromtimestamp(capture.at_ms / 1000, ZoneInfo(zone)))
        if slot is None or capture.at_ms - rule.fired_ms < slot.interval_s * 1000:
            return
        best: tuple[float, Library, str] | None = None
        for library in await queries.libraries_of(scope, self._db, device.iot_id):
            if str(library.library_id) not in slot.groups or library.state == REMOVING:
                continue
            score, face_id = await self.best_in(scope, library, look)
            if face_id and (best is None or score > best[0]):
                best = score, library, face_id
        accept = self.engine.state.thresholds
        if best is None or accept is None or best[0] < accept.accept:
            return
        score, library, face_id = best
        face = await queries.face(scope, self._db, int(face_id))
        report = SecurityReport(
            id=self._ids.request_id(),
            kind="alarm",
            product_key=device.product_key,
            device_name=device.device_name,
            at_s=capture.at_ms // 1000,
            event_id=f"c{capture.capture_id}",
            event_type=PERSON,
            status=0,
            confidence=round(score * 255),
            corners=_corners(look),
            details=_details(look, score, library, face_id),
            scene=await self._copied(capture.object_key, capture.capture_id),
            library_face=await self._copied(face.object_key, capture.capture_id),
        )

        async def write(tx: Tx) -> None:
            """Pictures are looked at side by side: the rule's interval is claimed first."""
            at_ms, before_ms = capture.at_ms, capture.at_ms - slot.interval_s * 1000
            if await desired.claim_interval(scope, tx, rule, at_ms=at_ms, before_ms=before_ms):
                now = self._clock.now_ms()
                await alarms.take(scope, tx, device, report, objects=self._objects, now_ms=now)

        await self._db.run(write)

    async def _copied(self, key: str, capture_id: int) -> str:
        """A picture of the alarm's own: captures and faces go at other times."""
        folder, _, name = key.rpartition("/")
        copy = f"{folder}/alarm-{capture_id}-{name}"
        await self._objects.put(copy, await self._objects.get(key))
        return copy

    async def best_in(self, scope: Scope, library: Library, look: Look) -> tuple[float, str]:
        """The best likeness in a library and whose face it is; (0, "") where there is none."""
        index = self._index(library)
        async with self._turn:
            try:
                if await self.engine.mark(index) != library.change_no:
                    rows = await queries.faces_of(scope, self._db, library.library_id)
                    model = self.engine.state.model_id
                    changes = [
                        Change(str(row.face_id), row.vector)
                        for row in rows
                        if row.state == HELD and row.vector and row.model_id == model
                    ]
                    await self.engine.feed(index, changes, mark=library.change_no, afresh=True)
                ((*hits,),) = await self.engine.search(index, [look.vector], limit=1)
            except EngineError as error:
                log.info("library %s is not searched: %s", library.library_id, error)
                return 0.0, ""
        return (max(0.0, hits[0].score), hits[0].id) if hits else (0.0, "")


async def _save_library(tx: Tx, *, scope: Scope, library: Library) -> None:
    await desired.save_library(scope, tx, library)


async def _forget_camera(tx: Tx, *, scope: Scope, row: PlanCamera) -> None:
    await plans.forget_cameras(scope, tx, row.plan_id, [row.iot_id])


async def look_soon(tx: Tx, *, tenant_id: str, capture_id: int) -> None:
    await outbox.add(tx, LOOK, LookJob(tenant_id, capture_id))


def _corners(look: Look) -> list[int]:
    face = look.face
    assert face is not None
    width, height = max(1, look.width), max(1, look.height)
    ends = (
        face.left / width,
        face.top / height,
        (face.left + face.width) / width,
        (face.top + face.height) / height,
    )
    return [round(min(1.0, max(0.0, each)) * CORNER) for each in ends]


def _details(look: Look, score: float, library: Library, face_id: str) -> dict[str, Any]:
    face = look.face
    assert face is not None
    return {
        "similarity": round(score, 4),
        "groupId": str(library.library_id),
        "faceId": face_id,
        "pitch": round(max(-90.0, min(90.0, face.pitch))),
        "yow": round(max(-90.0, min(90.0, face.yaw))),
        "roll": round(max(-90.0, min(90.0, face.roll))),
        "faceQuality": round(face.score * 100),
    }
