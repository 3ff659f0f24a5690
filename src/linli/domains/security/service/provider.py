"""The sixteen methods of `smartSecurityService` 1.0.4 (spec F 3.2), for a camera of an adapter or of the platform.

What is wanted is written first; then the camera is brought in line while the caller waits some seconds. An adapter that
is away gets it later; one that refuses has its code answered, and what it refused to make is taken back.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any, Final

from linli.domains.faces.service.pictures import Fetcher
from linli.domains.security.errors import LibraryBound
from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import FAILED, REMOVING, Face, Library
from linli.domains.security.service import desired
from linli.domains.security.service.box_calls import BoxCalls
from linli.domains.security.service.keeper import Keeper
from linli.domains.security.service.provider_plans import PlanMethods, RecordMethods
from linli.domains.security.service.search import CaptureSearch
from linli.domains.security.service.snapshots import picture_key
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, LinliError, NotFound, TooMany
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.protocols.event_api import (
    Code,
    Fields,
    Refused,
    arming,
    face,
    group,
    person_search,
)
from linli.protocols.event_api.checks import event_type
from linli.servicebus.errors import ServiceRefused
from linli.things.queries.devices import DeviceRow, get_device

log = telemetry.logger(__name__)

WAIT_S: Final = 6.0

type Method = Callable[[Scope, Fields], Awaitable[Any]]


class SecurityProvider:
    """`upload_private`: scenes may be put to private addresses too, as webhooks."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        objects: ObjectStore,
        *,
        keeper: Keeper,
        calls: BoxCalls,
        search: CaptureSearch,
        fetcher: Fetcher,
        upload_private: bool,
    ) -> None:
        self._db = db
        self._clock = clock
        self._objects = objects
        self._keeper = keeper
        self._calls = calls
        self._fetcher = fetcher
        self._methods: dict[str, Method] = {
            "faceGroupCreate": self._create_group,
            "faceGroupRemove": self._remove_group,
            "faceGroupModify": self._modify_group,
            "faceGroupDetail": self._group_detail,
            "getAllFaceGroup": self._all_groups,
            "faceCreate": self._create_face,
            "faceRemove": self._remove_face,
            "faceModify": self._modify_face,
            "faceSearch": self._search_faces,
            "setAlarmRule": self._set_rule,
            "getAlarmRule": self._get_rule,
            **PlanMethods(db, clock, self._device, self._settle).methods,
            **RecordMethods(calls, search, upload_private=upload_private).methods,
        }

    async def __call__(self, scope: Scope, method: str, params: dict[str, Any]) -> Any:
        """`data`. Raises ServiceRefused with the code of the source."""
        try:
            return await self._methods[method](scope, Fields(params))
        except Refused as refusal:
            raise _refusal(refusal) from None
        except NotFound:
            raise _refusal(Refused(Code.NO_DEVICE)) from None
        except TooMany:
            raise _refusal(Refused(Code.NO_MEMORY)) from None
        except BadInput as error:
            raise _refusal(Refused(Code.BAD_FIELD, error.field or "data")) from None

    # libraries

    async def _device(self, scope: Scope, fields: Fields) -> DeviceRow:
        return await get_device(
            scope,
            self._db,
            product_key=fields.text("productKey", most=64),
            device_name=fields.text("deviceName", most=64),
        )

    async def _library(self, scope: Scope, fields: Fields) -> Library:
        """Of the camera that is named. Raises Refused, NotFound."""
        device = await self._device(scope, fields)
        return await self._bound(scope, device, fields)

    async def _bound(self, scope: Scope, device: DeviceRow, fields: Fields) -> Library:
        text = fields.text("groupId", most=63)
        try:
            library = await queries.library(scope, self._db, int(text) if _is_number(text) else 0)
        except NotFound:
            raise fields.refuse("groupId") from None
        if library.iot_id != device.iot_id:
            raise fields.refuse("groupId")
        return library

    async def _face(self, scope: Scope, fields: Fields) -> tuple[Library, Face]:
        library = await self._library(scope, fields)
        text = fields.text("faceId", most=63)
        try:
            row = await queries.face(scope, self._db, int(text) if _is_number(text) else 0)
        except NotFound:
            raise fields.refuse("faceId") from None
        if row.library_id != library.library_id:
            raise fields.refuse("faceId")
        return library, row

    async def _create_group(self, scope: Scope, fields: Fields) -> Any:
        device, facts = await self._device(scope, fields), group(fields)
        now = self._clock.now_ms()
        library_id = await self._db.run(
            lambda tx: desired.create_library(scope, tx, device, facts=facts, now_ms=now)
        )
        await self._settle(scope, device)
        row = await queries.library(scope, self._db, library_id)
        if row.state == FAILED:
            await self._db.run(lambda tx: desired.forget_library(scope, tx, library_id))
            raise _refusal_of(row.why)
        return {"groupId": str(library_id)}

    async def _remove_group(self, scope: Scope, fields: Fields) -> None:
        library = await self._library(scope, fields)
        try:
            await self._db.run(
                lambda tx: desired.remove_library(scope, tx, library, now_ms=self._clock.now_ms())
            )
        except LibraryBound:
            raise Refused(
                Code.BAD_FIELD, "groupId", "param check error: 'groupId' is bound to an arming rule"
            ) from None
        await self._settle_of(scope, library.iot_id)

    async def _modify_group(self, scope: Scope, fields: Fields) -> None:
        facts = group(fields, existing=True)
        library = await self._library(scope, fields)
        await self._db.run(
            lambda tx: desired.change_library(scope, tx, library, facts=facts, now_ms=self._clock.now_ms())
        )
        await self._settle_of(scope, library.iot_id)
        self._check((await queries.library(scope, self._db, library.library_id)).why)

    async def _group_detail(self, scope: Scope, fields: Fields) -> Any:
        library = await self._library(scope, fields)
        counts = await queries.face_counts(scope, self._db, [library.library_id])
        return await self._shown(scope, library, counts)

    async def _all_groups(self, scope: Scope, fields: Fields) -> Any:
        device = await self._device(scope, fields)
        rows = await queries.libraries_of(scope, self._db, device.iot_id)
        counts = await queries.face_counts(scope, self._db, [row.library_id for row in rows])
        return {"groups": [await self._shown(scope, row, counts) for row in rows if row.state != REMOVING]}

    async def _shown(self, scope: Scope, library: Library, counts: dict[int, int]) -> dict[str, Any]:
        """The faces that the camera holds, where its adapter says so; else those that are wanted."""
        count = counts.get(library.library_id, 0)
        device = await get_device(scope, self._db, iot_id=library.iot_id)
        node_id = await self._calls.node_of(scope, device)
        if node_id is not None and library.remote_id:
            try:
                data = await self._ask(
                    scope, node_id, device, "faceGroupDetail", {"groupId": library.remote_id}
                )
                count = int(data["groupFaceNum"])
            except (Refused, KeyError, TypeError, ValueError):
                log.info("library %s is answered as it is wanted", library.library_id)
        row = {"groupId": str(library.library_id), "groupName": library.name, "groupFaceNum": count}
        return {**row, "extInfo": library.ext_info} if library.ext_info else row

    async def _ask(
        self, scope: Scope, node_id: int, device: DeviceRow, method: str, params: dict[str, Any]
    ) -> Any:
        named = {"productKey": device.product_key, "deviceName": device.device_name}
        return await self._calls.ask(scope, node_id, method, {**named, **params})

    # faces

    async def _create_face(self, scope: Scope, fields: Fields) -> Any:
        facts = face(fields)
        library = await self._library(scope, fields)
        key, md5 = await self._picture(library, facts["facePicUrl"])
        now = self._clock.now_ms()
        face_id = await self._db.run(
            lambda tx: desired.add_face(scope, tx, library, facts=facts, object_key=key, md5=md5, now_ms=now)
        )
        await self._settle_of(scope, library.iot_id)
        row = await queries.face(scope, self._db, face_id)
        if row.state == FAILED:
            await self._objects.delete(row.object_key)
            await self._db.run(lambda tx: desired.forget_faces(scope, tx, [face_id]))
            raise _refusal_of(row.why)
        return {"faceId": str(face_id)}

    async def _modify_face(self, scope: Scope, fields: Fields) -> None:
        facts = face(fields, existing=True)
        library, row = await self._face(scope, fields)
        key, md5 = "", ""
        if "facePicUrl" in facts:
            key, md5 = await self._picture(library, facts["facePicUrl"])
        now = self._clock.now_ms()
        await self._db.run(
            lambda tx: desired.change_face(scope, tx, row, facts=facts, object_key=key, md5=md5, now_ms=now)
        )
        if key and key != row.object_key:
            await self._objects.delete(row.object_key)
        await self._settle_of(scope, library.iot_id)
        self._check((await queries.face(scope, self._db, row.face_id)).why)

    async def _remove_face(self, scope: Scope, fields: Fields) -> None:
        library, row = await self._face(scope, fields)
        await self._db.run(lambda tx: desired.remove_face(scope, tx, row, now_ms=self._clock.now_ms()))
        await self._settle_of(scope, library.iot_id)

    async def _picture(self, library: Library, url: str) -> tuple[str, str]:
        """Fetched under the same rules as faces of doors. Raises BadInput."""
        picture = await self._fetcher.get(url, field="facePicUrl")
        key = f"{picture_key(library.tenant_id, library.iot_id, picture.content)}"
        folder, _, name = key.rpartition("/")
        key = f"{folder}/{library.library_id}-{self._clock.now_ms()}-{name}"
        await self._objects.put(key, picture.content)
        return key, picture.md5

    async def _search_faces(self, scope: Scope, fields: Fields) -> Any:
        asked = person_search(fields)
        library = await self._library(scope, fields)
        rows = [
            row
            for row in await queries.faces_of(scope, self._db, library.library_id)
            if row.state != REMOVING and asked["name"] in row.name and asked["extInfo"] in row.ext_info
        ]
        begin = (asked["pageNo"] - 1) * asked["pageSize"]
        return {
            "faces": [await self._face_row(library, row) for row in rows[begin : begin + asked["pageSize"]]]
        }

    async def _face_row(self, library: Library, row: Face) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "groupId": str(library.library_id),
            "groupName": library.name,
            "faceId": str(row.face_id),
            "name": row.name,
            "facePicBase64": base64.b64encode(await self._objects.get(row.object_key)).decode(),
            "facePicType": "PNG" if row.object_key.endswith(".png") else "JPG",
        }
        return {**shown, "extInfo": row.ext_info} if row.ext_info else shown

    # arming

    async def _set_rule(self, scope: Scope, fields: Fields) -> None:
        kind, week = event_type(fields), arming(fields)
        device = await self._device(scope, fields)
        now = self._clock.now_ms()
        before = await queries.rule(scope, self._db, device.iot_id, kind)
        await self._db.run(
            lambda tx: desired.set_rule(scope, tx, device, event_type=kind, week=week, now_ms=now)
        )
        await self._settle(scope, device)
        row = await queries.rule(scope, self._db, device.iot_id, kind)
        if row is not None and row.state == FAILED:
            await self._db.run(lambda tx: desired.take_back_rule(scope, tx, row, before=before, now_ms=now))
        self._check(row.why if row is not None else "")

    async def _get_rule(self, scope: Scope, fields: Fields) -> Any:
        """As the adapter has it, where it is reached; else as it is wanted."""
        kind = event_type(fields)
        device = await self._device(scope, fields)
        row = await queries.rule(scope, self._db, device.iot_id, kind)
        node_id = await self._calls.node_of(scope, device)
        if node_id is None:
            return row.days if row is not None else []
        try:
            week = await self._ask(scope, node_id, device, "getAlarmRule", {"eventType": kind})
        except Refused:
            if row is None:
                raise
            return row.days
        libraries = await queries.libraries_of(scope, self._db, device.iot_id)
        ours = {each.remote_id: str(each.library_id) for each in libraries if each.remote_id}
        for day in week:
            for each in day.get("bindGroup", ()):
                each["groupId"] = ours.get(each["groupId"], each["groupId"])
        return week

    # bringing it about

    async def _settle_of(self, scope: Scope, iot_id: str) -> None:
        await self._settle(scope, await get_device(scope, self._db, iot_id=iot_id))

    async def _settle(self, scope: Scope, device: DeviceRow) -> None:
        """Bring the camera in line now; what does not get done in time is done by the outbox."""
        system = Scope.system(scope.tenant, "security")
        try:
            async with asyncio.timeout(WAIT_S):
                while again := await self._keeper.bring(system, device):
                    if again > 5_000:
                        break
                    await asyncio.sleep(0.1)
        except TimeoutError:
            log.info("camera %s is brought in line later", device.device_name)
        except LinliError as error:
            log.info("camera %s is brought in line later: %s", device.device_name, error)

    def _check(self, why: str) -> None:
        if why:
            raise _refusal_of(why)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 19


def _refusal_of(why: str) -> Refused:
    code, _, message = why.partition(" ")
    number = int(code) if code.isdecimal() else int(Code.NOT_REACHED)
    field = message.partition("'")[2].rstrip("'") if number == Code.BAD_FIELD else ""
    return Refused(number, field, message)


def _refusal(refusal: Refused) -> ServiceRefused:
    return ServiceRefused(
        answer=refusal.code, message=refusal.message, localized=refusal.localized or refusal.message
    )
