"""The sub-devices of a gateway, the devices it found, and letting more of them join."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things.console.devices import DeviceRow
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.gateways import discovery, topology
from linli.things.gateways.errors import GatewayFull, NotAGateway, NotItsSub, SubIsGateway
from linli.things.gateways.permits import MAX_SECONDS, Permits
from linli.things.queries.devices import get_device, get_device_by_no
from linli.things.topology import queries
from linli.things.topology.outages import Boxes, outages_of

MAX_CHOSEN = 200


class GatewayRef(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    nickname: str
    online: bool


class TopologyDetail(msgspec.Struct, rename="camel", frozen=True):
    """Where a device stands between gateways and sub-devices."""

    is_gateway: bool
    parent: Annotated[GatewayRef | None, Meta(description="The gateway it is a sub-device of.")]
    subs: Annotated[int, Meta(description="Sub-devices in sight.")]
    online: Annotated[int, Meta(description="Of these, how many are online.")]


class ChosenDevices(msgspec.Struct, rename="camel"):
    iot_ids: Annotated[list[str], Meta(min_length=1, max_length=MAX_CHOSEN)]


class SubsAdded(msgspec.Struct, rename="camel", frozen=True):
    added: Annotated[int, Meta(description="Those that were not there already.")]


class FoundDevice(msgspec.Struct, rename="camel", frozen=True):
    """A device that a gateway met and does not serve."""

    product_key: str
    device_name: str
    product_name: Annotated[str | None, Meta(description="Null: the product is none of the tenant's.")]
    known: Annotated[bool, Meta(description="The device was set up already.")]
    first_ms: int
    last_ms: int


class AdoptDevice(msgspec.Struct, rename="camel"):
    product_key: str
    device_name: str


class Adopted(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str


class PermitJoin(msgspec.Struct, rename="camel"):
    product_key: str
    seconds: Annotated[int, Meta(ge=0, le=MAX_SECONDS, description="0 ends it.")] = 60


topology_routes = Routes("/devices/{iot_id:str}", tags=("devices",))


@topology_routes.get("/topology", right="devices.use", raises=(NotFound,))
async def detail(iot_id: str, scope: Scope, db: Database) -> TopologyDetail:
    """Whether the device is a gateway, the gateway that it belongs to, and the number of its sub-devices."""
    device = await get_device(scope, db, iot_id=iot_id)
    parent = None
    if device.gateway_no is not None:
        # A device in sight shows its gateway's name, wherever that stands.
        tenant = Scope(scope.tenant, scope.caller)
        row = await get_device_by_no(tenant, db, device_no=device.gateway_no)
        parent = GatewayRef(row.iot_id, row.device_name, row.nickname, row.state == "online")
    subs, online = await queries.subs_online(scope, db, gateway_no=device.device_no)
    return TopologyDetail(device.node_type == 1, parent, subs, online)


class SubFilter(Filter, frozen=True):
    """Devices behind a gateway, as their list is asked for."""

    q: Annotated[str, Meta(description="Part of a name, or a whole iotId.")] = ""


@topology_routes.get("/subs", right="devices.use", raises=(NotFound,))
async def list_subs(
    iot_id: str, scope: Scope, db: Database, boxes: Boxes, page: PageRequest, asked: SubFilter
) -> Page[DeviceRow]:
    """Sub-devices of a gateway, by name."""
    device = await get_device(scope, db, iot_id=iot_id)
    where = DeviceFilter(keyword=asked.q.strip(), gateway_no=device.device_no)
    rows = await list_devices(scope, db, page=page, where=where, order="name")
    outages = await outages_of(scope, db, boxes, rows.data)
    return Page.of(page, rows.total, [DeviceRow.of(row, outages) for row in rows.data])


@topology_routes.post(
    "/subs", right="devices.manage", status=200, raises=(NotFound, GatewayFull, NotAGateway, SubIsGateway)
)
async def add(iot_id: str, data: ChosenDevices, scope: Scope, tx: Tx) -> SubsAdded:
    """Put devices under a gateway, all or none; those of another gateway come over. Both gateways are told."""
    added = await topology.add_subs(scope, tx, gateway_iot_id=iot_id, iot_ids=data.iot_ids)
    return SubsAdded(added)


@topology_routes.post("/subs/remove", right="devices.manage", raises=(NotFound, NotAGateway, NotItsSub))
async def remove(iot_id: str, data: ChosenDevices, scope: Scope, tx: Tx) -> None:
    """Take devices from a gateway, all or none. They stay, and the gateway is told."""
    await topology.remove_subs(scope, tx, gateway_iot_id=iot_id, iot_ids=data.iot_ids)


@topology_routes.get("/found", right="devices.use", raises=(NotFound,))
async def list_found(iot_id: str, scope: Scope, db: Database, page: PageRequest) -> Page[FoundDevice]:
    """Devices that the gateway met and does not serve, the latest first."""
    gateway = await get_device(scope, db, iot_id=iot_id)
    rows = await queries.list_found(scope, db, gateway=gateway, page=page)
    shown = [
        FoundDevice(
            row.product_key,
            row.device_name,
            row.product_name,
            row.iot_id is not None,
            row.first_ms,
            row.last_ms,
        )
        for row in rows.data
    ]
    return Page.of(page, rows.total, shown)


@topology_routes.post(
    "/found/adopt",
    right="devices.manage",
    status=200,
    raises=(NotFound, GatewayFull, NotAGateway, SubIsGateway),
)
async def adopt(iot_id: str, data: AdoptDevice, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> Adopted:
    """Put a found device under the gateway; it is made if it was not set up yet."""
    adopted = await discovery.adopt(
        scope,
        tx,
        gateway_iot_id=iot_id,
        product_key=data.product_key,
        device_name=data.device_name,
        ids=ids,
        secrets=secrets,
    )
    return Adopted(adopted)


@topology_routes.post("/permit", right="devices.manage")
async def permit(iot_id: str, data: PermitJoin, scope: Scope, permits: Permits) -> None:
    """Let devices of a product join the gateway for a while; returns once it agreed."""
    await permits.open(scope, iot_id=iot_id, product_key=data.product_key, seconds=data.seconds)
