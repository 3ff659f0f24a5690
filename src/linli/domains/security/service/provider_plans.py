"""Methods of `smartSecurityService` about snapshot plans, captured faces and their scenes (spec F 3.2)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx

from linli.databus import address
from linli.domains.security.queries import happened
from linli.domains.security.rows import REMOVING
from linli.domains.security.service import plans
from linli.domains.security.service.box_calls import BoxCalls
from linli.domains.security.service.search import CaptureSearch
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.http.client import Client
from linli.kernel.scope import Scope
from linli.protocols.event_api import Code, Fields, Refused, capture_plan, record_search
from linli.things.queries.devices import DeviceRow, get_device

UPLOAD_S: Final = 10.0

type Method = Callable[[Scope, Fields], Awaitable[Any]]


class PlanMethods:
    """`device` reads the camera that is named, `settle` brings one in line."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        device: Callable[[Scope, Fields], Awaitable[DeviceRow]],
        settle: Callable[[Scope, DeviceRow], Awaitable[None]],
    ) -> None:
        self._db = db
        self._clock = clock
        self._device = device
        self._settle = settle
        self.methods: dict[str, Method] = {
            "setPicCaptureTask": self._set_plan,
            "getPicCaptureTask": self._get_plan,
            "removeCaptureTask": self._remove_plan,
        }

    async def _set_plan(self, scope: Scope, fields: Fields) -> None:
        facts = capture_plan(fields)
        devices = {}
        for each in fields.objects("deviceList", most=512):
            device = await self._device(scope, each)
            devices[device.iot_id] = device
        if not devices:
            raise fields.refuse("deviceList")
        now = self._clock.now_ms()
        await self._db.run(
            lambda tx: plans.save(scope, tx, facts=facts, devices=list(devices.values()), now_ms=now)
        )
        for device in devices.values():
            await self._settle(scope, device)

    async def _get_plan(self, scope: Scope, fields: Fields) -> Any:
        plan = await happened.plan_named(scope, self._db, fields.text("taskId", most=64))
        if plan is None:
            raise fields.refuse("taskId")
        cameras = (await happened.cameras_of_plans(scope, self._db, [plan.plan_id]))[plan.plan_id]
        named = []
        for each in cameras:
            if each.state != REMOVING:
                device = await get_device(scope, self._db, iot_id=each.iot_id)
                named.append({"productKey": device.product_key, "deviceName": device.device_name})
        if not named:
            raise fields.refuse("taskId")
        return {"deviceList": named, **plan.facts}

    async def _remove_plan(self, scope: Scope, fields: Fields) -> None:
        plan = await happened.plan_named(scope, self._db, fields.text("taskId", most=64))
        if plan is None:
            raise fields.refuse("taskId")
        iot_ids = await self._db.run(lambda tx: plans.remove(scope, tx, plan))
        for iot_id in iot_ids:
            await self._settle(scope, await get_device(scope, self._db, iot_id=iot_id))


class RecordMethods:
    """`upload_private`: scenes may be put to private addresses too, as webhooks."""

    def __init__(self, calls: BoxCalls, search: CaptureSearch, *, upload_private: bool) -> None:
        self._calls = calls
        self._search = search
        self._upload_private = upload_private
        self.methods: dict[str, Method] = {
            "getPicRecord": self._records,
            "scenePicRecordUpload": self._scene,
        }

    async def _records(self, scope: Scope, fields: Fields) -> Any:
        picture, asked = record_search(fields)
        result = await self._search.find(scope, picture, asked)
        begin = (asked["pageNo"] - 1) * asked["pageSize"]
        return {"recordList": [row.wire() for row in result[begin : begin + asked["pageSize"]]]}

    async def _scene(self, scope: Scope, fields: Fields) -> None:
        url = fields.text("uploadUrl", most=2048)
        scene = await self._search.scene(scope, fields.text("scenePicId", most=256))
        if isinstance(scene, bytes):
            await self._upload(url, scene)
            return
        node_id, scene_id = scene
        params = {"scenePicId": scene_id, "uploadUrl": url}
        await self._calls.ask(scope, node_id, "scenePicRecordUpload", params)

    async def _upload(self, url: str, content: bytes) -> None:
        """Raises Refused: an address that is not allowed (804), or that did not take it (810)."""
        try:
            target = await address.check(url, allow_private=self._upload_private)
            pinned = await address.resolve(target, allow_private=self._upload_private)
        except BadInput:
            raise Refused(Code.BAD_FIELD, "uploadUrl") from None
        extensions = {"sni_hostname": target.host} if target.scheme == "https" else {}
        try:
            async with asyncio.timeout(UPLOAD_S), Client(timeout=UPLOAD_S, trust_env=False) as client:
                answer = await client.put(
                    target.at(pinned),
                    content=content,
                    headers={"host": target.host_header},
                    extensions=extensions,
                )
        except (TimeoutError, httpx.HTTPError, OSError, AttributeError):
            raise Refused(Code.NOT_REACHED) from None
        if not answer.is_success:
            raise Refused(Code.NOT_REACHED)
