"""The calls themselves: activation, configuration and its reports, pictures, packages, heartbeat (`edge_link`)."""

import hashlib
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from linli.domains.access.pass_details import capture_folder
from linli.domains.boxes.front.app import EdgeAnswer, EdgeFront, EdgeRequest
from linli.domains.boxes.queries import drivers as driver_queries
from linli.domains.boxes.queries import gateways as gateway_queries
from linli.domains.boxes.rows import Node
from linli.domains.boxes.service import activation, components, reports, roots
from linli.domains.communities import image_header
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, LinliError, NotFound
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.edge_link import (
    ACTIVATE,
    DEPLOYMENT,
    HEARTBEAT,
    PICTURE_HEADER,
    PICTURES,
    Activated,
    ActivationRequest,
    CloudAddress,
    Deployment,
    DeploymentReport,
    DeviceKey,
    Heartbeat,
    HeartbeatAnswer,
    MqttAddress,
    NodeName,
    PictureTaken,
)

PICTURE_BYTES: Final = 2 * 1024 * 1024
PICTURE_PIXELS: Final = {"jpg": 40_000_000, "png": 16_000_000}
"""By kind. A PNG is always decoded whole, and a small file can expand to gigabytes."""
_PURGE_EVERY: Final = 200
"""Heartbeats between two looks for nonces to forget."""


class Addresses(NamedTuple):
    """Where boxes find the cloud. `mqtt` gets the host by which the box itself came; `trusting` is for boxes that take an
    authority along, and the same where it is None.
    """

    base_url: str
    mqtt: Callable[[str], MqttAddress]
    trusting: Callable[[str], MqttAddress] | None = None


class EdgeCalls:
    """Answers of this room; `register` puts them into the front."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ids: Ids,
        secrets: Secrets,
        objects: ObjectStore,
        addresses: Addresses,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ids = ids
        self._secrets = secrets
        self._objects = objects
        self._addresses = addresses
        self._beats = 0

    def register(self, front: EdgeFront) -> None:
        self._front = front
        front.open_route("POST", ACTIVATE, self.activate)
        front.route("GET", DEPLOYMENT, self.deployment)
        front.route("POST", f"{DEPLOYMENT}/{{generation}}/report", self.report)
        front.route("POST", PICTURES, self.picture)
        front.route("GET", "/edge/packages/{id}/{version}", self.package)
        front.route("POST", HEARTBEAT, self.heartbeat)

    async def activate(self, request: EdgeRequest) -> EdgeAnswer:
        """Raises BadInput, SerialUnknown, CodeWrong, ActivationLocked, AlreadyActive, ModelDiffers."""
        activation_request = request.read(ActivationRequest)
        now_ms = self._clock.now_ms()

        async def activate(tx: Tx) -> tuple[activation.Identity | LinliError, str]:
            activation_result = await activation.activate(
                tx, activation_request, ids=self._ids, secrets=self._secrets, now_ms=now_ms
            )
            return activation_result, "" if isinstance(activation_result, LinliError) else await self._root(
                tx, activation_result.node, now_ms
            )

        result, root = await self._db.run(activate)
        if isinstance(result, LinliError):
            raise result
        node = result.node
        where = (
            self._addresses.trusting if activation_request.takes_authority else None
        ) or self._addresses.mqtt
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
        activated = Activated(
            node=NodeName(id=str(node.node_id), name=node.name),
            device=DeviceKey(
                product_key=node.product_key, device_name=node.device_name, device_secret=result.device_secret
            ),
            mqtt=where(host),
            cloud=CloudAddress(base_url=self._addresses.base_url),
            time=now_ms,
            driver_root=root,
        )
        return _json(activated)

    async def _root(self, tx: Tx, node: Node, now_ms: int) -> str:
        """By which the box knows whose drivers it may run."""
        scope = Scope.system(node.tenant_id, "boxes")
        return (await roots.current(scope, tx, secrets=self._secrets, now_ms=now_ms))[-1].public_key

    async def deployment(self, node: Node, _: EdgeRequest) -> EdgeAnswer:
        now_ms = self._clock.now_ms()

        async def read(tx: Tx) -> Deployment:
            await activation.connected(tx, node, now_ms=now_ms)
            return await reports.wanted_by(tx, node, secrets=self._secrets, now_ms=now_ms)

        return _json(await self._db.run(read))

    async def report(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Raises BadInput."""
        generation = request.match["generation"]
        if not (generation.isascii() and generation.isdecimal() and len(generation) < 16):
            raise BadInput(field="generation", rule="type_int")
        deployment_report = request.read(DeploymentReport)
        await self._db.run(
            lambda tx: reports.report(
                tx, node, int(generation), deployment_report, now_ms=self._clock.now_ms()
            )
        )
        return EdgeAnswer()

    async def picture(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """A snapshot of one of the box's doors. The same picture again has the same key. Raises BadInput, NotFound."""
        name, picture = request.headers.get(PICTURE_HEADER, ""), request.body
        suffix = _suffix(picture)
        scope = Scope.system(node.tenant_id, "boxes")
        gateway = await gateway_queries.gateway_of_node(scope, self._db, node.node_id)
        edge_device = (
            await gateway_queries.device_named(scope, self._db, gateway.gateway_id, name) if gateway else None
        )
        if edge_device is None:
            raise NotFound(what="edge_device", id=name[:64], field=PICTURE_HEADER)
        key = f"{capture_folder(node.tenant_id, edge_device.iot_id)}/{hashlib.sha256(picture).hexdigest()}.{suffix}"
        await self._objects.put(key, picture)
        return _json(PictureTaken(photo_id=key, url=self._objects.url(key)))

    async def package(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Raises NotFound."""
        scope = Scope.system(node.tenant_id, "boxes")
        id, version = request.match["id"], request.match["version"]
        row = await driver_queries.package_of(scope, self._db, id, version)
        if row is None:
            raise NotFound(what="edge_package", id=f"{id[:64]} {version[:32]}")
        return EdgeAnswer(await self._objects.get(row.object_key), content_type="application/zip")

    async def heartbeat(self, node: Node, request: EdgeRequest) -> EdgeAnswer:
        """Raises BadInput."""
        beat = request.read(Heartbeat)
        now_ms = self._clock.now_ms()

        async def work(tx: Tx) -> None:
            await activation.heard(tx, node, version=beat.version, now_ms=now_ms)
            await components.take(tx, node, generation=beat.generation, health=beat.components)
            for hook in self._front.on_heartbeat:
                await hook(tx, node, beat)

        await self._db.run(work)
        self._beats += 1
        if self._beats % _PURGE_EVERY == 1:
            await self._front.purge()
        return _json(HeartbeatAnswer(time=now_ms, generation=node.generation))


def _suffix(picture: bytes) -> str:
    """`jpg` or `png`, as doors make them (spec G 2). Only the header is read. Raises BadInput."""
    if len(picture) > PICTURE_BYTES:
        raise BadInput(field="body", rule="edge.picture_size", limit=PICTURE_BYTES // 1024)
    header = image_header.read(picture)
    if header is None or header.suffix not in PICTURE_PIXELS or not header.width or not header.height:
        raise BadInput(field="body", rule="edge.picture_kind")
    most = PICTURE_PIXELS[header.suffix]
    if header.width * header.height > most:
        raise BadInput(field="body", rule="edge.picture_pixels", limit=most // 1_000_000)
    return header.suffix


def _json(answer: msgspec.Struct) -> EdgeAnswer:
    return EdgeAnswer(msgspec.json.encode(answer))
