"""Devices and products for the people who run them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.kernel import tenancy
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.masking import masked
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.things import device_lists, lifecycle
from linli.things.connections.queries import connection_of
from linli.things.console.device_filter import DevicesAsked, device_filter, export_lines
from linli.things.device_lists import DeviceOrder
from linli.things.errors import DeviceBoundElsewhere, DeviceNameTaken
from linli.things.groups.queries import groups_of_device
from linli.things.queries import devices as queries
from linli.things.queries import products
from linli.things.queries.devices import DeviceState
from linli.things.serials.queries import serial_number_of
from linli.things.service import devices as service
from linli.things.topology.outages import Boxes, OfflineCause, Outage, outages_of

Sort = Literal["name", "-name", "seen", "-seen", "created", "-created", ""]
_ORDERS: dict[str, DeviceOrder] = {
    "": "newest",
    "-created": "newest",
    "created": "oldest",
    "name": "name",
    "-name": "name_down",
    "seen": "seen",
    "-seen": "seen_down",
}


class DeviceRow(msgspec.Struct, rename="camel", frozen=True):
    iot_id: str
    device_name: str
    product_key: str
    product_name: str
    nickname: str
    state: DeviceState
    last_seen_ms: int | None
    community_id: str | None
    category: str
    created_ms: int
    remark: str
    project_id: str | None
    gateway: bool
    cause: Annotated[
        OfflineCause | None,
        Meta(description="Offline because its gateway is; null: for itself, or not offline."),
    ]

    @staticmethod
    def of(row: queries.DeviceRow, outages: Mapping[str, Outage]) -> "DeviceRow":
        """`outages`: of the gateways of devices that are offline, by their iotId."""
        return DeviceRow(**_facts(row, outages))


class GroupOfDevice(msgspec.Struct, rename="camel", frozen=True):
    id: str
    name: str


class DeviceConnection(msgspec.Struct, rename="camel", frozen=True):
    security: str
    """`plain`, `TLSv1.2`, `TLSv1.3`, `tls` (ended before us) or `internal` (the simulator)."""
    peer: str
    """Remote address, `host:port`."""
    since_ms: int
    gateway: bool
    """It came through a gateway; this is the gateway's connection."""
    last_plain_ms: int | None


class DeviceDetail(DeviceRow, rename="camel", frozen=True):
    """The row and more of it."""

    active_ms: int | None
    last_online_ms: int | None
    last_offline_ms: int | None
    tags: dict[str, str]
    gateway_iot_id: str | None
    gateway_name: str
    project_name: str
    """Empty: bound to no project."""
    serial_number: str
    groups: list[GroupOfDevice]
    """Static groups that it was put into."""
    connection: DeviceConnection | None
    """The newest; None: none since this is kept."""
    tsl: str
    """The product's thing model, JSON text."""


class NewDeviceRequest(msgspec.Struct, rename="camel"):
    product_key: str
    device_name: Annotated[str, Meta(description="Empty: one is made.")] = ""
    nickname: str = ""
    remark: Annotated[str, Meta(description="Where it is (位置补充描述).")] = ""
    community_id: int | None = None
    project_id: str | None = None


class ProjectChoice(msgspec.Struct, rename="camel", frozen=True):
    project_id: str
    name: str


class NewDevice(msgspec.Struct, rename="camel", frozen=True):
    """A device's credentials; the secret is told this once."""

    iot_id: str
    product_key: str
    device_name: str
    device_secret: str


class DeviceChange(msgspec.Struct, rename="camel"):
    """None leaves a field as it is."""

    nickname: str | None = None
    remark: str | None = None
    enabled: bool | None = None


def _facts(row: queries.DeviceRow, outages: Mapping[str, Outage]) -> dict[str, Any]:
    outage = outages.get(row.iot_id)
    return {
        "iot_id": row.iot_id,
        "device_name": row.device_name,
        "product_key": row.product_key,
        "product_name": row.product_name,
        "nickname": row.nickname,
        "state": row.state,
        "last_seen_ms": row.last_seen_ms,
        "community_id": None if row.community_id is None else str(row.community_id),
        "category": row.category_name or row.category_code,
        "created_ms": row.created_ms,
        "remark": row.remark,
        "project_id": row.project_id,
        "gateway": row.node_type == 1,
        "cause": outage.cause if outage is not None else None,
    }


async def _connection(scope: Scope, db: Database, device_no: int) -> DeviceConnection | None:
    connection = await connection_of(scope, db, device_no=device_no)
    if connection is None:
        return None
    return DeviceConnection(
        connection.security,
        connection.peer,
        connection.since_ms,
        connection.gateway_no is not None,
        connection.last_plain_ms,
    )


device_routes = Routes("/devices", tags=("devices",))


@device_routes.get(right="devices.use", raises=(NotFound,))
async def list_devices(
    scope: Scope, db: Database, boxes: Boxes, page: PageRequest, asked: DevicesAsked, sort: Sort = ""
) -> Page[DeviceRow]:
    """Devices in sight, the newest first unless sorted."""
    where = await device_filter(scope, db, asked)
    devices = await device_lists.list_devices(scope, db, page=page, where=where, order=_ORDERS[sort])
    outages = await outages_of(scope, db, boxes, devices.data)
    return Page.of(page, devices.total, [DeviceRow.of(row, outages) for row in devices.data])


@device_routes.get("/export.csv", right="devices.use", raises=(NotFound,))
async def export(scope: Scope, db: Database, asked: DevicesAsked) -> Stream:
    """All devices that fit, as CSV, the oldest first: names and places, no secrets."""
    where = await device_filter(scope, db, asked)
    headers = {"content-disposition": 'attachment; filename="devices.csv"'}
    return Stream(export_lines(scope, db, where), media_type="text/csv; charset=utf-8", headers=headers)


@device_routes.get("/projects", right="devices.use")
async def projects(scope: Scope, db: Database) -> list[ProjectChoice]:
    """The tenant's projects by name, to bind devices to."""
    whole = Scope(scope.tenant, scope.caller)
    return [ProjectChoice(row.project_id, row.name) for row in await tenancy.list_projects(whole, db)]


@device_routes.post(right="devices.manage", raises=(NotFound, DeviceBoundElsewhere, DeviceNameTaken))
async def create(data: NewDeviceRequest, scope: Scope, tx: Tx, ids: Ids, secrets: Secrets) -> NewDevice:
    """Add a device of a product. Those who see some communities only must name one of them."""
    if data.community_id is None and scope.communities is not None:
        raise BadInput(field="communityId", rule="required")
    whole = scope if scope.communities is None else Scope(scope.tenant, scope.caller)
    if data.community_id is not None:
        scope.allow(data.community_id)
    triple = await service.create_device(
        whole,
        tx,
        values=service.DeviceValues(
            product_key=data.product_key,
            device_name=data.device_name.strip() or None,
            nickname=data.nickname.strip(),
            remark=data.remark.strip(),
            project_id=data.project_id,
        ),
        ids=ids,
        secrets=secrets,
    )
    if data.community_id is not None:
        await service.assign_community(whole, tx, iot_id=triple.iot_id, community_id=data.community_id)
    return NewDevice(triple.iot_id, triple.product_key, triple.device_name, triple.device_secret)


@device_routes.get("/{iot_id:str}", right="devices.use", raises=(NotFound,))
async def detail(iot_id: str, scope: Scope, db: Database, boxes: Boxes) -> DeviceDetail:
    """One device with its product's thing model."""
    row = await queries.get_device(scope, db, iot_id=iot_id)
    product = await products.get_product(scope, db, product_key=row.product_key)
    listed = await serial_number_of(scope, db, product_key=row.product_key, device_name=row.device_name)
    gateway = await queries.get_device_by_no(scope, db, device_no=row.gateway_no) if row.gateway_no else None
    return DeviceDetail(
        **_facts(row, await outages_of(scope, db, boxes, [row])),
        active_ms=row.active_ms,
        last_online_ms=row.last_online_ms,
        last_offline_ms=row.last_offline_ms,
        tags=masked(await queries.device_tags_of(scope, db, device_no=row.device_no)),
        gateway_iot_id=gateway.iot_id if gateway else None,
        gateway_name=(gateway.nickname or gateway.device_name) if gateway else "",
        project_name=await _project_name(scope, db, row.project_id),
        serial_number=listed.sn if listed else "",
        groups=[
            GroupOfDevice(str(group.group_no), group.name)
            for group in await groups_of_device(scope, db, device_no=row.device_no)
        ],
        connection=await _connection(scope, db, row.device_no),
        tsl=product.tsl,
    )


@device_routes.put("/{iot_id:str}", right="devices.manage", raises=(NotFound,))
async def change(iot_id: str, data: DeviceChange, scope: Scope, tx: Tx) -> None:
    """Rename a device, note something, disable it (it is cut off at once) or enable it."""
    await service.label_device(scope, tx, iot_id=iot_id, nickname=data.nickname, remark=data.remark)
    if data.enabled is not None:
        await lifecycle.switch_device(scope, tx, iot_id=iot_id, enabled=data.enabled)


@device_routes.delete("/{iot_id:str}", right="devices.manage", raises=(NotFound,))
async def remove(iot_id: str, scope: Scope, tx: Tx) -> None:
    """Delete a device for good; `removal` tells before what goes with it."""
    await lifecycle.remove_device(scope, tx, iot_id=iot_id)


async def _project_name(scope: Scope, db: Database, project_id: str | None) -> str:
    if project_id is None:
        return ""
    try:
        whole = Scope(scope.tenant, scope.caller)
        return (await tenancy.get_project(whole, db, project_id=project_id)).name
    except NotFound:
        return ""
