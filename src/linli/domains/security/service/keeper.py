"""Brings cameras in line with what is wanted of them, and reads back what they hold (spec F 5.3, H 5.6).

One round for a camera: libraries, faces, rules, plans, in this order. Where the adapter is not reached the rest waits
and is tried again; what it refuses is failed with its reason and the others go on. Once all holds, it is compared again
after an hour: a camera that lost its libraries gets them again.
"""

import secrets as random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from linli.domains.security.models import plan_cameras
from linli.domains.security.queries import happened
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import FAILED, HELD, REMOVING, WAITING, Face, Library, PlanCamera, Rule
from linli.domains.security.service import desired, plans
from linli.domains.security.service.box_calls import BoxCalls
from linli.domains.security.service.desired import BringJob
from linli.domains.security.service.platform_side import PlatformSide
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.processes.leases import Lease
from linli.kernel.scope import Scope
from linli.protocols.event_api import Code, Refused
from linli.things.queries.devices import DeviceRow, get_device

log = telemetry.logger(__name__)

AGAIN_MS: Final = 60_000
BUSY_MS: Final = 2_000
COMPARE_MS: Final = 3_600_000
FAILED_AGAIN_MS: Final = 600_000
PAGE: Final = 20
URL_SECONDS: Final = 900
AWAY: Final = frozenset((Code.LOGIN_FAILED, Code.NOT_LOGGED_IN, Code.NOT_REACHED))
"""It may do it later."""


class Keeper:
    """`platform`: what the platform itself does for a camera without an adapter."""

    def __init__(
        self, db: Database, clock: Clock, objects: ObjectStore, calls: BoxCalls, platform: PlatformSide
    ) -> None:
        self._db = db
        self._clock = clock
        self._objects = objects
        self._calls = calls
        self._platform = platform
        self._holder = random.token_hex(8)

    def register(self, jobs: Jobs) -> None:
        jobs.on(desired.BRING, BringJob, self.run)

    async def run(self, job: BringJob) -> None:
        scope = Scope.system(job.tenant_id, "security")
        try:
            device = await get_device(scope, self._db, iot_id=job.iot_id)
        except NotFound:
            return
        again = await self.bring(scope, device)
        if again:
            await self._db.run(
                lambda tx: desired.bring_soon(tx, tenant_id=job.tenant_id, iot_id=job.iot_id, after_ms=again)
            )

    async def bring(self, scope: Scope, device: DeviceRow) -> int:
        """One round; after how many ms the next is due, 0: none is. `scope`: the tenant's system."""
        lease = Lease(
            self._db,
            self._clock,
            f"security:{device.iot_id}",
            holder=f"{self._holder}:{random.token_hex(4)}",
            lasts_ms=120_000,
        )
        if not await lease.hold():
            return BUSY_MS
        try:
            node_id = await self._calls.node_of(scope, device)
            if node_id is None:
                return await self._platform.bring(scope, device)
            return await _Round(self, scope, device, node_id).run()
        finally:
            await lease.free()

    # what a round uses

    async def ask(self, scope: Scope, node_id: int, method: str, params: dict[str, Any]) -> Any:
        return await self._calls.ask(scope, node_id, method, params)

    async def node_of(self, scope: Scope, device: DeviceRow) -> int | None:
        return await self._calls.node_of(scope, device)

    def url(self, key: str) -> str:
        return self._objects.url(key, expires_s=URL_SECONDS)

    async def write(self, work: Callable[[Tx], Awaitable[None]]) -> None:
        await self._db.run(work)

    async def drop_pictures(self, faces: list[Face]) -> None:
        for face in faces:
            await self._objects.delete(face.object_key)

    @property
    def db(self) -> Database:
        return self._db

    @property
    def now_ms(self) -> int:
        return self._clock.now_ms()


class _Round:
    def __init__(self, keeper: Keeper, scope: Scope, device: DeviceRow, node_id: int) -> None:
        self._keeper = keeper
        self._scope = scope
        self._device = device
        self._node_id = node_id
        self._failed = False
        self._holds = False

    async def run(self) -> int:
        try:
            remote = await self._libraries()
            await self._rules(remote)
            await self._plans()
        except Refused as refusal:
            log.info("camera %s is not brought in line: %s", self._device.device_name, refusal.message)
            return AGAIN_MS
        if self._failed:
            return FAILED_AGAIN_MS
        return COMPARE_MS if self._holds else 0

    async def _ask(self, method: str, **params: Any) -> Any:
        device = self._device
        named = {"productKey": device.product_key, "deviceName": device.device_name}
        return await self._keeper.ask(self._scope, self._node_id, method, {**named, **params})

    def _refused(self, refusal: Refused) -> str:
        """The reason. Raises it again where the adapter is away."""
        if refusal.code in AWAY:
            raise refusal
        self._failed = True
        return f"{refusal.code} {refusal.message}"

    async def _save(self, work: Callable[[Tx], Awaitable[None]]) -> None:
        await self._keeper.write(work)

    # libraries and faces

    async def _libraries(self) -> dict[str, str]:
        """Our id → the adapter's, of those that are there."""
        wanted = await queries.libraries_of(self._scope, self._keeper.db, self._device.iot_id)
        if not wanted:
            return {}
        data = await self._ask("getAllFaceGroup")
        there = {str(row.get("groupId")): row for row in data["groups"] if isinstance(row, dict)}
        ids = {}
        for library in wanted:
            if library.state == REMOVING:
                await self._remove(library, there)
                continue
            kept = await self._library(library, there)
            if kept is not None:
                self._holds = True
                ids[str(library.library_id)] = kept.remote_id
                await self._faces(kept, there.get(kept.remote_id, {}))
        return ids

    async def _library(self, library: Library, there: dict[str, Any]) -> Library | None:
        result = there.get(library.remote_id) if library.remote_id else None
        facts: dict[str, Any] = {"groupName": library.name}
        if library.ext_info:
            facts["extInfo"] = library.ext_info
        kept = library._replace(state=HELD, why="")
        try:
            if result is None:
                data = await self._ask("faceGroupCreate", groupType=library.type, **facts)
                kept = kept._replace(remote_id=data["groupId"])
                await self._forget_faces(library)
            elif result.get("groupName") != library.name or library.state != HELD:
                await self._ask("faceGroupModify", groupId=library.remote_id, **facts)
        except Refused as refusal:
            kept = library._replace(state=FAILED, why=self._refused(refusal))
        if kept != library:
            await self._save(lambda tx: desired.save_library(self._scope, tx, kept))
        return kept if kept.state == HELD else None

    async def _forget_faces(self, library: Library) -> None:
        """The library is new there: its faces are too."""
        faces = await queries.faces_of(self._scope, self._keeper.db, library.library_id)
        lost = [face._replace(remote_id="", state=WAITING) for face in faces if face.state != REMOVING]

        async def put(tx: Tx) -> None:
            for face in lost:
                await desired.save_face(self._scope, tx, face)

        if lost:
            await self._save(put)

    async def _remove(self, library: Library, there: dict[str, Any]) -> None:
        if library.remote_id in there:
            try:
                await self._ask("faceGroupRemove", groupId=library.remote_id)
            except Refused as refusal:
                failed = library._replace(why=self._refused(refusal))
                await self._save(lambda tx: desired.save_library(self._scope, tx, failed))
                return
        faces = await queries.faces_of(self._scope, self._keeper.db, library.library_id)
        await self._keeper.drop_pictures(faces)

        async def forget(tx: Tx) -> None:
            await desired.forget_faces(self._scope, tx, [face.face_id for face in faces])
            await desired.forget_library(self._scope, tx, library.library_id)

        await self._save(forget)

    async def _faces(self, library: Library, result: dict[str, Any]) -> None:
        faces = await queries.faces_of(self._scope, self._keeper.db, library.library_id)
        kept = [face for face in faces if face.state == HELD]
        if kept and result.get("groupFaceNum") not in (None, len([f for f in faces if f.remote_id])):
            there = await self._face_ids(library)
            faces = [
                face._replace(remote_id="", state=WAITING)
                if face.remote_id and face.remote_id not in there and face.state != REMOVING
                else face
                for face in faces
            ]
        for face in faces:
            await self._face(library, face)

    async def _face_ids(self, library: Library) -> set[str]:
        ids: set[str] = set()
        page = 1
        while True:
            data = await self._ask("faceSearch", groupId=library.remote_id, pageNo=page, pageSize=PAGE)
            rows = data["faces"]
            ids |= {str(row.get("faceId")) for row in rows if isinstance(row, dict)}
            if len(rows) < PAGE:
                return ids
            page += 1

    async def _face(self, library: Library, face: Face) -> None:
        if face.state == HELD:
            return
        place = {"groupId": library.remote_id}
        facts: dict[str, Any] = {"facePicUrl": self._keeper.url(face.object_key), "name": face.name}
        if face.ext_info:
            facts["extInfo"] = face.ext_info
        after = face._replace(state=HELD, why="")
        try:
            if face.state == REMOVING:
                if face.remote_id:
                    await self._ask("faceRemove", **place, faceId=face.remote_id)
                await self._keeper.drop_pictures([face])
                await self._save(lambda tx: desired.forget_faces(self._scope, tx, [face.face_id]))
                return
            if face.remote_id:
                await self._ask("faceModify", **place, faceId=face.remote_id, **facts)
            else:
                data = await self._ask("faceCreate", **place, **facts)
                after = after._replace(remote_id=data["faceId"])
        except Refused as refusal:
            state = REMOVING if face.state == REMOVING else FAILED
            after = face._replace(state=state, why=self._refused(refusal))
        await self._save(lambda tx: desired.save_face(self._scope, tx, after))

    # rules and plans

    async def _rules(self, ids: dict[str, str]) -> None:
        for rule in await queries.rules_of(self._scope, self._keeper.db, self._device.iot_id):
            await self._rule(rule, ids)

    async def _rule(self, rule: Rule, ids: dict[str, str]) -> None:
        week = translated(rule.days, ids)
        after = rule._replace(state=HELD, why="")
        try:
            there = await self._ask("getAlarmRule", eventType=rule.event_type) if rule.state == HELD else None
            if there is None or _plain(there) != _plain(week):
                await self._ask("setAlarmRule", eventType=rule.event_type, alarmRule=week)
        except Refused as refusal:
            after = rule._replace(state=FAILED, why=self._refused(refusal))
        self._holds = self._holds or bool(week)
        if after != rule:
            await self._save(lambda tx: desired.settle_rule(self._scope, tx, after))

    async def _plans(self) -> None:
        """A plan names several cameras: it is set for those of this box together."""
        for row in await happened.plans_on(self._scope, self._keeper.db, self._device.iot_id):
            if row.state in (WAITING, REMOVING, FAILED):
                await self._plan(row)

    async def _plan(self, row: PlanCamera) -> None:
        plan = await happened.plan(self._scope, self._keeper.db, row.plan_id)
        if plan is None:
            return
        cameras = (await happened.cameras_of_plans(self._scope, self._keeper.db, [row.plan_id]))[row.plan_id]
        mine = [each for each in cameras if await self._is_mine(each)]
        wanted = [each for each in mine if each.state != REMOVING]
        why = ""
        try:
            if wanted:
                named = [await self._named(each.iot_id) for each in wanted]
                facts = {**plan.facts, "taskId": plans.remote_task(plan.plan_id), "deviceList": named}
                await self._ask("setPicCaptureTask", **facts)
            else:
                await self._ask("removeCaptureTask", taskId=plans.remote_task(plan.plan_id))
        except Refused as refusal:
            why = self._refused(refusal)
        now = [
            each._replace(state=FAILED if why else HELD, why=why, node_id=self._node_id) for each in wanted
        ]

        async def put(tx: Tx) -> None:
            for each in now:
                await tx.upsert(
                    plan_cameras,
                    [each._asdict()],
                    keys=("plan_id", "iot_id"),
                    update=("state", "why", "node_id"),
                )
            if not why:
                gone = [each.iot_id for each in mine if each.state == REMOVING]
                await plans.forget_cameras(self._scope, tx, row.plan_id, gone)

        await self._save(put)

    async def _is_mine(self, row: PlanCamera) -> bool:
        """Whether the same box serves it, or did."""
        if row.iot_id == self._device.iot_id:
            return True
        device = await get_device(self._scope, self._keeper.db, iot_id=row.iot_id)
        node_id = await self._keeper.node_of(self._scope, device)
        return self._node_id in (node_id, row.node_id)

    async def _named(self, iot_id: str) -> dict[str, str]:
        device = await get_device(self._scope, self._keeper.db, iot_id=iot_id)
        return {"productKey": device.product_key, "deviceName": device.device_name}


def translated(week: list[dict[str, Any]], ids: dict[str, str]) -> list[dict[str, Any]]:
    """A week with the other side's ids of libraries; one that is not there is left out."""
    result = []
    for day in week:
        bound = [
            {"groupId": ids[each["groupId"]]} for each in day.get("bindGroup", ()) if each["groupId"] in ids
        ]
        rest = {name: value for name, value in day.items() if name != "bindGroup"}
        result.append({**rest, "bindGroup": bound} if bound else rest)
    return result


def _plain(week: Any) -> list[Any]:
    """What counts in a week, as another side may order it."""
    rows = [day for day in week if isinstance(day, dict)] if isinstance(week, list) else []
    return sorted(
        (
            str(day.get("weekDay")),
            sorted(
                (str(slot.get("time")), int(slot.get("interval") or 0)) for slot in day.get("timeSlot") or ()
            ),
            sorted(str(each.get("groupId")) for each in day.get("bindGroup") or ()),
        )
        for day in rows
    )
