"""Web routes of device groups (设备分组)."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import Meta

from linli.kernel.db import Database
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.things.console.devices import DeviceRow
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.groups import queries, service
from linli.things.groups.conditions import Conditions, State


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


class DeviceGroupRoutes(Controller):
    path = "/device-groups"
    tags = ("devices",)

    @get("/", right="devices.use")
    async def list_groups(
        self, within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> list[DeviceGroupRow]:
        """All of the tenant by name; `parentId` makes the tree."""
        groups = await queries.list_groups(within, db)
        counts = await queries.own_members(within, db, group_nos=[one.group_no for one in groups])
        return [_row(group, counts.get(group.group_no, 0)) for group in groups]

    @post("/", right="devices.manage", status_code=201)
    async def create(
        self,
        data: JSONBody[NewDeviceGroup],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> DeviceGroupMade:
        """A new group: one that people fill, or with conditions one that fills itself."""
        async with db.begin() as tx:
            number = await service.create_group(
                within,
                tx,
                name=data.name,
                parent_no=data.parent_id or 0,
                description=data.description,
                conditions=data.conditions.read() if data.conditions else None,
                tags=data.tags,
            )
        return DeviceGroupMade(str(number))

    @get("/{group_id:int}", right="devices.use")
    async def detail(
        self, group_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> DeviceGroupDetail:
        """One group with its conditions."""
        group = await queries.get_group(within, db, group_no=group_id)
        members = await queries.membership_of(within, db, group_no=group_id)
        found = await list_devices(within, db, page=PageRequest(1, 1), where=DeviceFilter(group=members))
        counts = await queries.own_members(within, db, group_nos=[group_id])
        on = group.conditions
        return DeviceGroupDetail(
            **msgspec.structs.asdict(_row(group, counts.get(group_id, 0))),
            conditions=None
            if on is None
            else GroupConditions(list(on.product_keys), on.tags, list(on.versions), list(on.states)),
            devices=found.total,
        )

    @put("/{group_id:int}", right="devices.manage", status_code=204)
    async def change(
        self,
        group_id: FromPath[int],
        data: JSONBody[DeviceGroupChange],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> None:
        """Rename it, describe it, tag it, or change what fills it."""
        async with db.begin() as tx:
            await service.change_group(
                within,
                tx,
                group_no=group_id,
                name=data.name,
                description=data.description,
                conditions=data.conditions.read() if data.conditions else None,
                tags=data.tags,
            )

    @delete("/{group_id:int}", right="devices.manage", status_code=204)
    async def remove(
        self, group_id: FromPath[int], within: NamedDependency[Scope], db: NamedDependency[Database]
    ) -> None:
        """Delete a group that holds no other; its devices stay."""
        async with db.begin() as tx:
            await service.delete_group(within, tx, group_no=group_id)

    @get("/{group_id:int}/members", right="devices.use")
    async def members(
        self,
        group_id: FromPath[int],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
        page: NamedDependency[PageRequest],
        q: FromQuery[str] = "",
    ) -> Page[DeviceRow]:
        """Its devices in sight, with those of the groups below."""
        members = await queries.membership_of(within, db, group_no=group_id)
        where = DeviceFilter(keyword=q.strip(), group=members)
        found = await list_devices(within, db, page=page, where=where)
        return Page.of(page, found.total, [DeviceRow.of(row) for row in found.data])

    @post("/{group_id:int}/members", right="devices.manage", status_code=200)
    async def add(
        self,
        group_id: FromPath[int],
        data: JSONBody[GroupMembers],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> GroupMembersChanged:
        """Put devices into it; those that are in it stay."""
        async with db.begin() as tx:
            added = await service.add_members(within, tx, group_no=group_id, iot_ids=data.iot_ids)
        return GroupMembersChanged(added)

    @post("/{group_id:int}/members/remove", right="devices.manage", status_code=200)
    async def take_out(
        self,
        group_id: FromPath[int],
        data: JSONBody[GroupMembers],
        within: NamedDependency[Scope],
        db: NamedDependency[Database],
    ) -> GroupMembersChanged:
        """Take devices out of it, not of the groups below."""
        async with db.begin() as tx:
            gone = await service.remove_members(within, tx, group_no=group_id, iot_ids=data.iot_ids)
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
