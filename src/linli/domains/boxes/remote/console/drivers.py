"""Drivers of a box, debugged from the console: list, restart, replace while running, call a device. G-C41."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from linli.domains.boxes.queries import clusters, gateways
from linli.domains.boxes.remote.console.caller import MANAGE
from linli.domains.boxes.remote.room import RemoteRoom
from linli.domains.boxes.remote.service.tunnels import By
from linli.domains.boxes.rows import Node
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class BoxDriver(msgspec.Struct, rename="camel", frozen=True):
    """A deployed driver: where its code is and which process runs it."""

    driver: str
    name: str
    version: str
    state: Annotated[str, Meta(description="stopped, starting, running, waiting")]
    code_path: str
    pid: int
    own_process: bool
    devices: list[str]
    crashes: int
    why: str
    next_start_ms: int | None = None


class ReplacedDriver(msgspec.Struct, rename="camel", frozen=True):
    before: str
    after: str
    state: str
    why: str


class DriverCall(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """`service` of a device of this box, past all rules of the platform; `get` and `set` are its properties."""

    device: Annotated[str, Meta(min_length=1, max_length=64, description="DeviceName")]
    service: Annotated[str, Meta(min_length=1, max_length=64)]
    params: dict[str, Any] = {}


class DriverAnswer(msgspec.Struct, rename="camel", frozen=True):
    answer: Any
    took_ms: int


box_driver_routes = Routes("/edge/nodes/{node_id:int}/drivers", tags=("edge",))


@box_driver_routes.get(right=MANAGE)
async def drivers(node_id: int, scope: Scope, by: By, edge_remote: RemoteRoom) -> list[BoxDriver]:
    """The drivers that run on the box now."""
    answer = await edge_remote.calls.ask(scope, node_id, "drivers.list", by=by, reason="drivers")
    return msgspec.convert(answer.ok, list[BoxDriver])


@box_driver_routes.post("/{driver:str}/restart", right=MANAGE, status=200)
async def restart(node_id: int, driver: str, scope: Scope, by: By, edge_remote: RemoteRoom) -> BoxDriver:
    """Restart a driver; its devices are offline for a moment."""
    answer = await edge_remote.calls.ask(
        scope,
        node_id,
        "drivers.restart",
        {"driver": driver},
        by=by,
        reason="restart a driver",
    )
    return msgspec.convert(answer.ok, BoxDriver)


@box_driver_routes.post("/{driver:str}/replace", right=MANAGE, status=200)
async def replace(node_id: int, driver: str, scope: Scope, by: By, edge_remote: RemoteRoom) -> ReplacedDriver:
    """Take the files that are at the driver's code path now; a copy that cannot be loaded changes nothing."""
    answer = await edge_remote.calls.ask(
        scope,
        node_id,
        "drivers.replace",
        {"driver": driver},
        by=by,
        reason="replace a driver",
    )
    return msgspec.convert(answer.ok, ReplacedDriver)


@box_driver_routes.post("/call", right=MANAGE, status=200, raises=(NotFound,))
async def call(
    node_id: int, data: DriverCall, scope: Scope, db: Database, by: By, edge_remote: RemoteRoom
) -> DriverAnswer:
    """Call a device through its driver and see the driver's own answer (online debugging)."""
    node = await clusters.node(scope, db, node_id)
    await _check_device(scope, db, node, data.device)
    began = db.clock.now_ms()
    answer = await edge_remote.calls.ask(
        scope,
        node_id,
        "drivers.call",
        {"device": data.device, "service": data.service, "params": data.params},
        by=by,
        reason=f"debug {data.device} {data.service}"[:200],
    )
    return DriverAnswer(answer.ok, db.clock.now_ms() - began)


async def _check_device(scope: Scope, db: Database, node: Node, device: str) -> None:
    """Devices in the caller's sight alone. Raises NotFound."""
    gateway = await gateways.gateway_of_node(scope, db, node.node_id)
    edge_devices = await gateways.devices(scope, db, gateway.gateway_id) if gateway is not None else []
    if not any(edge_device.device_name == device for edge_device in edge_devices):
        raise NotFound(what="device", id=device)
