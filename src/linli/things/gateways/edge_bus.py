"""The edge bus (边缘总线) as far as the platform serves it: lists of sub-devices for an app (spec D 4.1).

An app logs in to the MQTT front with its appKey, which is also the `srcApp` of its topics; its group is the gateways in
its sight. A device is local to its gateway while it is logged in, and that is all the platform can know of it.
"""

import asyncio
from typing import Final

from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.protocols import edge_bus
from linli.protocols.edge_bus import BadRequest, ListedDevice, ListedGateway, ListRequest, Question
from linli.things.mqtt.ports import Publisher, Uplink
from linli.things.queries.devices import DeviceRow, get_device
from linli.things.topology import queries

log = telemetry.logger(__name__)

MAX_RUNNING: Final = 8
"""Lists that are made at the same time; each may hold thousands of devices."""
DISABLED: Final = "the gateway is disabled"


class EdgeBus:
    """One per process."""

    def __init__(self, db: Database, publisher: Publisher, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._slots = asyncio.Semaphore(MAX_RUNNING)
        self._tasks: set[asyncio.Task[None]] = set()
        self._publisher = publisher

    def take(self, uplinks: list[Uplink]) -> list[Uplink]:
        """Answer and acknowledge the messages of an app's connection that are requests to the bus. Returns the others."""
        others: list[Uplink] = []
        for uplink in uplinks:
            question = edge_bus.read_topic(uplink.topic.text)
            if question is None or question.source != uplink.session.key[0]:
                others.append(uplink)
                continue
            task = asyncio.create_task(self._serve(question, uplink), name="edge-bus")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return others

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, question: Question, uplink: Uplink) -> None:
        async with self._slots:
            answer = await self._answer(question, uplink.payload)
        app_key, client_id = uplink.session.key
        self._publisher.publish_app(app_key, question.reply_topic, answer, client_id=client_id)
        self._publisher.done([uplink])

    async def _answer(self, question: Question, payload: bytes) -> bytes:
        now_ms = self._clock.now_ms()
        try:
            request = edge_bus.read_request(payload)
        except BadRequest as error:
            return edge_bus.failure(error.request_id, edge_bus.BAD_REQUEST, str(error), now_ms=now_ms)
        try:
            async with asyncio.timeout(request.timeout):
                return await self._list(question, request, now_ms)
        except NotFound as error:
            return edge_bus.failure(request.request_id, edge_bus.NO_GATEWAY, str(error), now_ms=now_ms)
        except Exception:
            log.exception("edge bus: the devices of %s cannot be listed", question.source)
            return edge_bus.failure(
                request.request_id, edge_bus.GATEWAY_FAILED, "the list cannot be made now", now_ms=now_ms
            )

    async def _list(self, question: Question, request: ListRequest, now_ms: int) -> bytes:
        key = await tenancy.find_app_key(self._db, question.source)
        if key is None or not key.enabled:
            raise NotFound(what="appKey", id=question.source)
        scope = await tenancy.app_scope(self._db, key)
        if question.gateway is None:
            return edge_bus.group_reply(request.request_id, await self._group(scope), now_ms=now_ms)
        product_key, device_name = question.gateway
        gateway = await get_device(scope, self._db, product_key=product_key, device_name=device_name)
        if gateway.node_type != 1:
            raise NotFound(what="device", id=f"{product_key}/{device_name}")
        if not gateway.enabled:
            return edge_bus.failure(request.request_id, edge_bus.GATEWAY_FAILED, DISABLED, now_ms=now_ms)
        (listed,) = await self._with_devices(scope, [gateway])
        return edge_bus.gateway_reply(request.request_id, listed.devices, now_ms=now_ms)

    async def _group(self, scope: Scope) -> list[ListedGateway]:
        return await self._with_devices(scope, await queries.gateways_in_sight(scope, self._db))

    async def _with_devices(self, scope: Scope, gateways: list[DeviceRow]) -> list[ListedGateway]:
        listed = {
            gateway.device_no: ListedGateway(
                product_key=gateway.product_key, device_name=gateway.device_name, devices=[]
            )
            for gateway in gateways
        }
        for gateway in gateways:
            if not gateway.enabled:
                listed[gateway.device_no].code = edge_bus.GATEWAY_FAILED
                listed[gateway.device_no].message = DISABLED
        nos = [gateway.device_no for gateway in gateways if gateway.enabled]
        subs = await queries.subs_of(scope, self._db, gateway_nos=nos)
        tags = await queries.tags_of(self._db, device_nos=[sub.device_no for sub in subs])
        for sub in subs:
            device = ListedDevice(
                product_key=sub.product_key,
                device_name=sub.device_name,
                nick_name=sub.nickname,
                local_online=bool(sub.online),
                cloud_online=bool(sub.online),
                activation="notActivated" if sub.active_ms is None else "activated",
                tags=tags.get(sub.device_no, {}),
            )
            listed[sub.gateway_no].devices.append(device)
        return list(listed.values())
