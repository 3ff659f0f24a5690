"""Drivers of a box, debugged from the console: what runs, restart, replace while running, call a device. G-C41."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from linli.domains.appliances.queries import clusters, gateways
from linli.domains.appliances.remote.console.caller import MANAGE, by
from linli.domains.appliances.remote.room import RemoteRoom
from linli.domains.appliances.rows import Node
from linli.domains.people.rights import Rights
from linli.kernel.db import Database
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


class BoxDriverRoutes(Controller):
    path = "/edge/nodes/{node_id:int}/drivers"
    tags = ("edge",)

    @get("/", right=MANAGE)
    async def drivers(
        self,
        node_id: FromPath[int],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
    ) -> list[BoxDriver]:
        """What runs on the box now."""
        told = await edge_remote.calls.ask(
            within, node_id, "drivers.list", by=by(rights, session), reason="drivers"
        )
        return msgspec.convert(told.ok, list[BoxDriver])

    @post("/{driver:str}/restart", right=MANAGE, status_code=200)
    async def restart(
        self,
        node_id: FromPath[int],
        driver: FromPath[str],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
    ) -> BoxDriver:
        """Start a driver anew; its devices are away for a moment."""
        told = await edge_remote.calls.ask(
            within,
            node_id,
            "drivers.restart",
            {"driver": driver},
            by=by(rights, session),
            reason="restart a driver",
        )
        return msgspec.convert(told.ok, BoxDriver)

    @post("/{driver:str}/replace", right=MANAGE, status_code=200)
    async def replace(
        self,
        node_id: FromPath[int],
        driver: FromPath[str],
        within: NamedDependency[Scope],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
    ) -> ReplacedDriver:
        """Take the files that are at the driver's code path now; a copy that cannot be loaded changes nothing."""
        told = await edge_remote.calls.ask(
            within,
            node_id,
            "drivers.replace",
            {"driver": driver},
            by=by(rights, session),
            reason="replace a driver",
        )
        return msgspec.convert(told.ok, ReplacedDriver)

    @post("/call", right=MANAGE, status_code=200)
    async def call(
        self,
        node_id: FromPath[int],
        data: JSONBody[DriverCall],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        rights: NamedDependency[Rights],
        session: NamedDependency[object],
        edge_remote: NamedDependency[RemoteRoom],
    ) -> DriverAnswer:
        """Call a device through its driver and see the driver's own answer (online debugging)."""
        node = await clusters.node(within, db, node_id)
        await _check_device(within, db, node, data.device)
        began = db.clock.now_ms()
        told = await edge_remote.calls.ask(
            within,
            node_id,
            "drivers.call",
            {"device": data.device, "service": data.service, "params": data.params},
            by=by(rights, session),
            reason=f"debug {data.device} {data.service}"[:200],
        )
        return DriverAnswer(told.ok, db.clock.now_ms() - began)


async def _check_device(scope: Scope, db: Database, node: Node, device: str) -> None:
    """Devices in the caller's sight alone. Raises NotFound."""
    gateway = await gateways.gateway_of_node(scope, db, node.node_id)
    known = await gateways.devices(scope, db, gateway.gateway_id) if gateway is not None else []
    if not any(one.device_name == device for one in known):
        raise NotFound(what="device", id=device)
