"""Rules of groups: names are unique beside each other, the tree has five levels at most, dynamic groups stand alone."""

from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.kernel.db import INT, Command, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.groups.conditions import Conditions, check_conditions
from linli.things.groups.errors import GroupHasGroups, GroupIsDynamic, GroupNameTaken
from linli.things.groups.models import device_group_members, device_groups
from linli.things.groups.queries import GroupRow, below, get_group, list_groups
from linli.things.queries.devices import find_devices
from linli.things.tags import check_tag

MAX_LEVELS: Final = 5
MAX_GROUPS: Final = 2000
MAX_CHANGED: Final = 1000
MAX_TAGS: Final = 50
MAX_NAME: Final = 64
MAX_DESCRIPTION: Final = 256

_g, _m = device_groups.c, device_group_members.c
_here = (_g.group_no == bindparam("no", type_=INT), in_scope(device_groups))
_change = update_of(device_groups, ("name", "description", "conditions", "tags", "modified_ms"), *_here)
_delete = Command(delete(device_groups).where(*_here))
_empty = Command(
    delete(device_group_members).where(_m.group_no == bindparam("no", type_=INT)),
)
_take_out = Command(
    delete(device_group_members).where(
        _m.group_no == bindparam("no", type_=INT), any_of(_m.device_no, "devices")
    )
)
_forget = Command(delete(device_group_members).where(_m.device_no == bindparam("device", type_=INT)))


async def create_group(
    scope: Scope,
    tx: Tx,
    *,
    name: str,
    parent_no: int = 0,
    description: str = "",
    conditions: Conditions | None = None,
    tags: Mapping[str, str] | None = None,
) -> int:
    """A new group, static unless it has conditions. Raises BadInput, NotFound (parent), GroupNameTaken,
    GroupIsDynamic.
    """
    groups = await list_groups(scope, tx)
    if len(groups) >= MAX_GROUPS:
        raise BadInput(field="name", rule="too_many_items", limit=MAX_GROUPS)
    if parent_no:
        parent = await get_group(scope, tx, group_no=parent_no)
        if parent.conditions_json is not None or conditions is not None:
            raise GroupIsDynamic(name=parent.name if parent.conditions_json else name)
        if _level(groups, parent_no) >= MAX_LEVELS:
            raise BadInput(field="parentId", rule="group_levels", limit=MAX_LEVELS)
    now = tx.db.clock.now_ms()
    row = {
        "tenant_id": scope.tenant,
        "parent_no": parent_no,
        "name": _free_name(groups, name, parent_no=parent_no),
        "description": _description(description),
        "conditions": _encoded(conditions),
        "tags": _tags(tags or {}),
        "created_ms": now,
        "modified_ms": now,
    }
    return await tx.insert(device_groups, row) or 0


async def change_group(
    scope: Scope,
    tx: Tx,
    *,
    group_no: int,
    name: str | None = None,
    description: str | None = None,
    conditions: Conditions | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """None leaves a field as it is; a static group stays one. Raises BadInput, NotFound, GroupNameTaken."""
    group = await get_group(scope, tx, group_no=group_no)
    if conditions is not None and group.conditions_json is None:
        raise BadInput(field="conditions", rule="group_static")
    groups = await list_groups(scope, tx)
    await _change.run(
        tx,
        scope,
        no=group_no,
        name=group.name
        if name is None
        else _free_name(groups, name, parent_no=group.parent_no, own=group_no),
        description=group.description if description is None else _description(description),
        conditions=group.conditions_json if conditions is None else _encoded(conditions),
        tags=group.tags_json if tags is None else _tags(tags),
        modified_ms=tx.db.clock.now_ms(),
    )


async def delete_group(scope: Scope, tx: Tx, *, group_no: int) -> None:
    """Its devices stay. Raises NotFound, GroupHasGroups."""
    group = await get_group(scope, tx, group_no=group_no)
    under = len(below(await list_groups(scope, tx), group_no)) - 1
    if under:
        raise GroupHasGroups(name=group.name, count=under)
    await _empty.run(tx, no=group_no)
    await _delete.run(tx, scope, no=group_no)


async def add_members(scope: Scope, tx: Tx, *, group_no: int, iot_ids: list[str]) -> int:
    """Put devices in; those outside the scope are left out. How many are in it now of those named.

    Raises BadInput, NotFound, GroupIsDynamic.
    """
    numbers = await _members(scope, tx, group_no, iot_ids)
    now = tx.db.clock.now_ms()
    rows = [{"group_no": group_no, "device_no": number, "added_ms": now} for number in numbers]
    await tx.upsert(device_group_members, rows, keys=("group_no", "device_no"))
    return len(numbers)


async def remove_members(scope: Scope, tx: Tx, *, group_no: int, iot_ids: list[str]) -> int:
    """Take devices out of the group itself, not of those below; how many. Raises as `add_members`."""
    numbers = await _members(scope, tx, group_no, iot_ids)
    return await _take_out.run(tx, no=group_no, devices=numbers)


async def forget_memberships(tx: Tx, *, device_no: int) -> None:
    """The device is gone."""
    await _forget.run(tx, device=device_no)


async def _members(scope: Scope, tx: Tx, group_no: int, iot_ids: list[str]) -> list[int]:
    if len(iot_ids) > MAX_CHANGED:
        raise BadInput(field="iotIds", rule="too_many_items", limit=MAX_CHANGED)
    group = await get_group(scope, tx, group_no=group_no)
    if group.conditions_json is not None:
        raise GroupIsDynamic(name=group.name)
    return [row.device_no for row in await find_devices(scope, tx, iot_ids=iot_ids)]


def _level(groups: list[GroupRow], group_no: int) -> int:
    """1 at the top."""
    parents = {group.group_no: group.parent_no for group in groups}
    level = 0
    while group_no:
        level, group_no = level + 1, parents.get(group_no, 0)
    return level


def _free_name(groups: list[GroupRow], name: str, *, parent_no: int, own: int = 0) -> str:
    name = name.strip()
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    for group in groups:
        if (group.parent_no, group.name) == (parent_no, name) and group.group_no != own:
            raise GroupNameTaken(name=name)
    return name


def _description(text: str) -> str:
    if len(text) > MAX_DESCRIPTION:
        raise BadInput(field="description", rule="too_long", limit=MAX_DESCRIPTION)
    return text.strip()


def _encoded(conditions: Conditions | None) -> str | None:
    return None if conditions is None else msgspec.json.encode(check_conditions(conditions)).decode()


def _tags(tags: Mapping[str, str]) -> str:
    if len(tags) > MAX_TAGS:
        raise BadInput(field="tags", rule="too_many_items", limit=MAX_TAGS)
    return msgspec.json.encode(dict(check_tag(key, value, "tags") for key, value in tags.items())).decode()
