"""What boxes fetch and tell of smart security (`protocols.edge_link.security`)."""

from typing import Any, Final

import msgspec

from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.rows import Node
from linli.domains.security.models import adapters, cameras
from linli.domains.security.queries import boxes, happened
from linli.domains.security.queries import libraries as library_queries
from linli.domains.security.service import alarms, camera_alarms, captures, desired, plans
from linli.domains.security.service.box_cameras import config_of
from linli.domains.security.service.platform_side import look_soon
from linli.domains.security.service.snapshots import picture_key
from linli.domains.video.events import CameraAlarmed
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    PICTURE_HEADER,
    SECURITY_CONFIG,
    SECURITY_PICTURES,
    SECURITY_REPORTS,
    SECURITY_STATE,
    CameraNotice,
    SecurityConfig,
    SecurityPicture,
    SecurityReport,
    SecurityState,
)
from linli.protocols.event_api import EVENT_TYPES
from linli.protocols.event_api.checks import OWN_TYPES
from linli.things.queries.devices import DeviceRow, get_device

PICTURE_BYTES: Final = 2 * 1024 * 1024
TRIES: Final = 3
"""Of an alarm whose row is handled or counted at the same time."""


class BoxReports:
    def __init__(self, db: Database, clock: Clock, secrets: Secrets, objects: ObjectStore) -> None:
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._objects = objects

    def register(self, front: EdgeFront) -> None:
        front.route("GET", SECURITY_CONFIG, self.config)
        front.route("POST", SECURITY_PICTURES, self.picture)
        front.route("POST", SECURITY_REPORTS, self.report)
        front.route("POST", SECURITY_STATE, self.state)

    async def config(self, node: Node, _: EdgeRequest) -> EdgeAnswer:
        if node.community_id is None:
            return _json(SecurityConfig())
        scope = _scope(node)
        gateway = await get_device(scope, self._db, iot_id=node.iot_id)
        return _json(
            await config_of(
                scope,
                self._db,
                node_id=node.node_id,
                gateway_no=gateway.device_no,
                community_id=node.community_id,
                secrets=self._secrets,
            )
        )

    async def picture(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Of a camera of the box's community. Raises BadInput, NotFound."""
        product_key, _, name = request.headers.get(PICTURE_HEADER, "").partition("/")
        device = await self._device(node, self._db, product_key, name)
        if len(request.body) > PICTURE_BYTES:
            raise BadInput(field="body", rule="edge.picture_size", limit=PICTURE_BYTES // 1024)
        key = picture_key(node.tenant_id, device.iot_id, request.body)
        await self._objects.put(key, request.body)
        return _json(SecurityPicture(key=key))

    async def report(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Raises BadInput, NotFound."""
        message = request.read(SecurityReport)

        async def work(tx: Tx) -> None:
            device = await self._device(node, tx, message.product_key, message.device_name)
            folder = f"{node.tenant_id}/security/{device.iot_id}/"
            for name in ("scene", "target", "library_face"):
                key = getattr(message, name)
                if key and (not key.startswith(folder) or len(key) > 300 or ".." in key):
                    raise BadInput(field=name, rule="unknown")
            if message.kind == "capture":
                await self._capture(tx, device, message)
            elif message.notice is not None:
                await self._told_by_camera(tx, device, message, message.notice)
            else:
                await self._alarm(tx, device, message)

        for _ in range(TRIES - 1):
            try:
                await self._db.run(work)
                return EdgeAnswer()
            except camera_alarms.AlarmMoved:
                continue
        await self._db.run(work)
        return EdgeAnswer()

    async def _told_by_camera(
        self, tx: Tx, device: DeviceRow, message: SecurityReport, notice: CameraNotice
    ) -> None:
        """By the box's clock, which may have kept it while the line was cut."""
        event = CameraAlarmed(
            tenant_id=device.tenant_id,
            iot_id=device.iot_id,
            report_id=message.id,
            code="",
            method=notice.method,
            kind=notice.kind,
            priority=0,
            camera_time="",
            text=notice.text,
            times=notice.times,
        )
        at_ms = min(message.at_s * 1000, self._clock.now_ms())
        await camera_alarms.take(tx, event, objects=self._objects, now_ms=at_ms, scene=message.scene)

    async def _capture(self, tx: Tx, device: DeviceRow, message: SecurityReport) -> None:
        if not message.scene:
            raise BadInput(field="scene", rule="required")
        scope, task_id = _scope_of(device), message.task_id
        number = plans.plan_of_remote(task_id)
        if number is not None:
            plan = await happened.plan(scope, tx, number)
            task_id = plan.task_id if plan is not None else ""
        capture_id = await captures.take(
            scope, tx, device, message, task_id=task_id, objects=self._objects, now_ms=self._clock.now_ms()
        )
        if capture_id is not None:
            await look_soon(tx, tenant_id=device.tenant_id, capture_id=capture_id)

    async def _alarm(self, tx: Tx, device: DeviceRow, message: SecurityReport) -> None:
        if message.event_type not in EVENT_TYPES and message.event_type not in OWN_TYPES:
            raise BadInput(field="eventType", rule="unknown")
        if not message.event_id:
            raise BadInput(field="eventId", rule="required")
        scope = _scope_of(device)
        details = await self._ours(scope, tx, device, message.details)
        report = msgspec.structs.replace(message, details=details)
        await alarms.take(scope, tx, device, report, objects=self._objects, now_ms=self._clock.now_ms())

    async def _ours(self, scope: Scope, tx: Tx, device: DeviceRow, details: dict[str, Any]) -> dict[str, Any]:
        """The adapter's ids of a library and a face as ours."""
        group_id = details.get("groupId")
        libraries = await library_queries.libraries_of(scope, tx, device.iot_id) if group_id else []
        library = next((row for row in libraries if row.remote_id == group_id), None)
        if library is None:
            return details
        faces = await library_queries.faces_of(scope, tx, library.library_id)
        face = next((row for row in faces if row.remote_id == details.get("faceId")), None)
        ids = {"groupId": str(library.library_id), "faceId": str(face.face_id) if face else ""}
        return {**details, **ids} if face else {**details, "groupId": ids["groupId"]}

    async def state(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Adapters that came or came back have their cameras brought in line. Raises BadInput."""
        message = request.read(SecurityState)

        async def work(tx: Tx) -> None:
            scope, now = _scope(node), self._clock.now_ms()
            before = {row.manufacture: row for row in await boxes.adapters_of_node(scope, tx, node.node_id)}
            fresh = set()
            for each in message.adapters:
                row = before.get(each.manufacture)
                if row is None or row.since_ms != each.since_ms or (each.reached and not row.reached):
                    fresh.add(each.manufacture)
                values = {
                    "node_id": node.node_id,
                    "manufacture": each.manufacture,
                    "tenant_id": node.tenant_id,
                    "community_id": node.community_id,
                    "ip": each.ip,
                    "port": each.port,
                    "since_ms": each.since_ms,
                    "reached": int(each.reached),
                    "stranger": each.stranger,
                    "confirmed": row.confirmed if row is not None and row.confirmed != each.ip else "",
                    "seen_ms": now,
                }
                await tx.upsert(
                    adapters,
                    [values],
                    keys=("node_id", "manufacture"),
                    update=(
                        "community_id",
                        "ip",
                        "port",
                        "since_ms",
                        "reached",
                        "stranger",
                        "confirmed",
                        "seen_ms",
                    ),
                )
            await self._cameras(tx, node, message, now)
            if fresh:
                await self._bring(tx, node)

        await self._db.run(work)
        return EdgeAnswer()

    async def _cameras(self, tx: Tx, node: Node, message: SecurityState, now_ms: int) -> None:
        for each in message.cameras:
            try:
                device = await self._device(node, tx, each.product_key, each.device_name)
            except NotFound:
                continue
            values = {
                "iot_id": device.iot_id,
                "tenant_id": device.tenant_id,
                "community_id": device.community_id,
                "node_id": node.node_id,
                "works": int(each.ok),
                "why": each.why,
                "seen_ms": now_ms,
            }
            await tx.upsert(
                cameras,
                [values],
                keys=("iot_id",),
                update=("community_id", "node_id", "works", "why", "seen_ms"),
            )

    async def _bring(self, tx: Tx, node: Node) -> None:
        """Cameras of the community of which something is wanted."""
        if node.community_id is None:
            return
        scope = _scope(node)
        wanted = {row.iot_id for row in await library_queries.libraries_in(scope, tx, node.community_id)}
        wanted |= {row.iot_id for row in await library_queries.rules_in(scope, tx, node.community_id)}
        plan_ids = [row.plan_id for row in await happened.plans_in(scope, tx, node.community_id)]
        for rows in (await happened.cameras_of_plans(scope, tx, plan_ids)).values():
            wanted |= {row.iot_id for row in rows}
        for iot_id in sorted(wanted):
            await desired.bring_soon(tx, tenant_id=node.tenant_id, iot_id=iot_id)

    async def _device(self, node: Node, db: Any, product_key: str, name: str) -> DeviceRow:
        """Raises NotFound, also for one of another community."""
        if not product_key or not name:
            raise NotFound(what="device", id=name[:64], field=PICTURE_HEADER)
        device = await get_device(_scope(node), db, product_key=product_key[:64], device_name=name[:64])
        if device.community_id is None or device.community_id != node.community_id:
            raise NotFound(what="device", id=name[:64])
        return device


def _scope(node: Node) -> Scope:
    return Scope.system(node.tenant_id, "security")


def _scope_of(device: DeviceRow) -> Scope:
    return Scope.system(device.tenant_id, "security")


def _json(answer: msgspec.Struct) -> EdgeAnswer:
    return EdgeAnswer(msgspec.json.encode(answer))
