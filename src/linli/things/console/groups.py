"""Web routes of device groups (设备分组)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.history import Kind, number_of
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.console.devices import DeviceRow
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.groups import queries, service
from linli.things.groups.conditions import Conditions, State
from linli.things.groups.errors import GroupHasGroups, GroupIsDynamic, GroupNameTaken
from linli.things.topology.outages import Boxes, outages_of


class GroupConditions(msgspec.Struct, rename="camel"):
    """All that are given must hold; within a list, any of it."""

    product_keys: list[str] = []
    tags: dict[str, str] = {}
    versions: Annotated[list[str], Meta(description="Firmware versions of any module.")] = []
    states: list[State] = []

    def read(self) -> Conditions:
        return Conditions(tuple(self.product_keys), self.tags, tuple(self.versions), tuple(self.states))


class DeviceGroupRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    parent_id: str | None
    name: str
    description: str
    dynamic: bool
    own: Annotated[int, Meta(description="Devices in sight that were put into it; 0 for dynamic groups.")]
    tags: dict[str, str]
    created_ms: int


class DeviceGroupDetail(DeviceGroupRow, rename="camel", frozen=True):
    conditions: GroupConditions | None
    devices: Annotated[int, Meta(description="Members in sight, with those of the groups below.")]


class NewDeviceGroup(msgspec.Struct, rename="camel"):
    name: str
    parent_id: int | None = None
    description: str = ""
    conditions: Annotated[GroupConditions | None, Meta(description="Given: it fills itself.")] = None
    tags: dict[str, str] = {}


class DeviceGroupChange(msgspec.Struct, rename="camel"):
    """None leaves a field as it is. A static group stays one."""

    name: str | None = None
    description: str | None = None
    conditions: GroupConditions | None = None
    tags: dict[str, str] | None = None


class DeviceGroupMade(msgspec.Struct, frozen=True):
    id: str


class GroupMembers(msgspec.Struct, rename="camel"):
    iot_ids: Annotated[list[str], Meta(min_length=1, max_length=service.MAX_CHANGED)]


class GroupMembersChanged(msgspec.Struct, frozen=True):
    devices: int


device_group_routes = Routes("/device-groups", tags=("devices",))


@device_group_routes.get(right="devices.use")
async def list_groups(scope: Scope, db: Database) -> list[DeviceGroupRow]:
    """All of the tenant by name; `parentId` makes the tree."""
    groups = await queries.list_groups(scope, db)
    counts = await queries.own_members(scope, db, group_nos=[group_row.group_no for group_row in groups])
    return [_row(group, counts.get(group.group_no, 0)) for group in groups]


@device_group_routes.post(right="devices.manage", raises=(NotFound, GroupIsDynamic, GroupNameTaken))
async def create(data: NewDeviceGroup, scope: Scope, tx: Tx) -> DeviceGroupMade:
    """A new group: one that people fill, or with conditions one that fills itself."""
    number = await service.create_group(
        scope,
        tx,
        name=data.name,
        parent_no=data.parent_id or 0,
        description=data.description,
        conditions=data.conditions.read() if data.conditions else None,
        tags=data.tags,
    )
    return DeviceGroupMade(str(number))


@device_group_routes.get("/{group_id:int}", right="devices.use", raises=(NotFound,))
async def detail(group_id: int, scope: Scope, db: Database) -> DeviceGroupDetail:
    """One group with its conditions."""
    group = await queries.get_group(scope, db, group_no=group_id)
    members = await queries.membership_of(scope, db, group_no=group_id)
    page = await list_devices(scope, db, page=PageRequest(1, 1), where=DeviceFilter(group=members))
    counts = await queries.own_members(scope, db, group_nos=[group_id])
    on = group.conditions
    return DeviceGroupDetail(
        **msgspec.structs.asdict(_row(group, counts.get(group_id, 0))),
        conditions=None
        if on is None
        else GroupConditions(list(on.product_keys), on.tags, list(on.versions), list(on.states)),
        devices=page.total,
    )


@device_group_routes.put("/{group_id:int}", right="devices.manage", raises=(NotFound, GroupNameTaken))
async def change(group_id: int, data: DeviceGroupChange, scope: Scope, tx: Tx) -> None:
    """Rename it, describe it, tag it, or change what fills it."""
    await service.change_group(
        scope,
        tx,
        group_no=group_id,
        name=data.name,
        description=data.description,
        conditions=data.conditions.read() if data.conditions else None,
        tags=data.tags,
    )


@device_group_routes.delete("/{group_id:int}", right="devices.manage", raises=(NotFound, GroupHasGroups))
async def remove(group_id: int, scope: Scope, tx: Tx) -> None:
    """Delete a group that holds no other; its devices stay."""
    await service.delete_group(scope, tx, group_no=group_id)


@device_group_routes.get("/{group_id:int}/members", right="devices.use", raises=(NotFound,))
async def members(
    group_id: int, scope: Scope, db: Database, boxes: Boxes, page: PageRequest, q: str = ""
) -> Page[DeviceRow]:
    """Its devices in sight, with those of the groups below."""
    members = await queries.membership_of(scope, db, group_no=group_id)
    where = DeviceFilter(keyword=q.strip(), group=members)
    devices = await list_devices(scope, db, page=page, where=where)
    outages = await outages_of(scope, db, boxes, devices.data)
    return Page.of(page, devices.total, [DeviceRow.of(row, outages) for row in devices.data])


@device_group_routes.post(
    "/{group_id:int}/members", right="devices.manage", status=200, raises=(NotFound, GroupIsDynamic)
)
async def add(group_id: int, data: GroupMembers, scope: Scope, tx: Tx) -> GroupMembersChanged:
    """Put devices into it; those that are in it stay."""
    added = await service.add_members(scope, tx, group_no=group_id, iot_ids=data.iot_ids)
    return GroupMembersChanged(added)


@device_group_routes.post("/{group_id:int}/members/remove", right="devices.manage", status=200)
async def take_out(group_id: int, data: GroupMembers, scope: Scope, tx: Tx) -> GroupMembersChanged:
    """Take devices out of it, not of the groups below."""
    gone = await service.remove_members(scope, tx, group_no=group_id, iot_ids=data.iot_ids)
    return GroupMembersChanged(gone)


def _row(group: queries.GroupRow, own: int) -> DeviceGroupRow:
    return DeviceGroupRow(
        id=str(group.group_no),
        parent_id=str(group.parent_no) if group.parent_no else None,
        name=group.name,
        description=group.description,
        dynamic=group.conditions_json is not None,
        own=own,
        tags=group.tags,
        created_ms=group.created_ms,
    )


async def _visible(scope: Scope, db: Reader, target: str) -> None:
    await queries.get_group(scope, db, group_no=number_of(target))


HISTORY = (
    Kind(
        name=service.HISTORY,
        see="devices.use",
        manage="devices.manage",
        restore=service.restore,
        restorable=frozenset({"changed", "deleted", "devices_added", "devices_removed"}),
        visible=_visible,
    ),
)
