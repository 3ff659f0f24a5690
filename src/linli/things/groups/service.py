"""Rules of groups: names are unique beside each other, the tree has five levels at most, dynamic groups stand alone."""

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select

from linli.kernel import history
from linli.kernel.db import INT, Command, Query, Tx, any_of, in_scope, update_of
from linli.kernel.errors import BadInput
from linli.kernel.history import Change
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.things.groups.conditions import Conditions, check_conditions
from linli.things.groups.errors import GroupHasGroups, GroupIsDynamic, GroupNameTaken
from linli.things.groups.models import device_group_members, device_groups
from linli.things.groups.queries import GroupRow, below, get_group, list_groups
from linli.things.models import devices
from linli.things.queries.devices import DeviceRow, find_devices
from linli.things.tags import check_tag

MAX_LEVELS: Final = 5
MAX_GROUPS: Final = 2000
MAX_CHANGED: Final = 1000
MAX_TAGS: Final = 50
MAX_NAME: Final = 64
MAX_DESCRIPTION: Final = 256

HISTORY: Final = "device_group"
"""Kind of these records in the history."""
_CONDITIONS: Final = frozenset({"with_products", "with_tags", "with_versions", "with_states"})
_NAMES_SHOWN: Final = 20

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
_members_of = Query(
    select(devices.c.iot_id)
    .join(device_group_members, _m.device_no == devices.c.device_no)
    .where(_m.group_no == bindparam("no", type_=INT))
    .order_by(devices.c.device_no),
    unscoped="the group was looked up in the caller's scope",
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
    number = await tx.insert(device_groups, row) or 0
    await _note(scope, tx, number, "created", after=await get_group(scope, tx, group_no=number))
    return number


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
    await _note(
        scope, tx, group_no, "changed", before=group, after=await get_group(scope, tx, group_no=group_no)
    )


async def delete_group(scope: Scope, tx: Tx, *, group_no: int) -> None:
    """Its devices stay. Raises NotFound, GroupHasGroups."""
    group = await get_group(scope, tx, group_no=group_no)
    under = len(below(await list_groups(scope, tx), group_no)) - 1
    if under:
        raise GroupHasGroups(name=group.name, count=under)
    members = [iot_id for (iot_id,) in await _members_of.all(tx, no=group_no)]
    await _empty.run(tx, no=group_no)
    await _delete.run(tx, scope, no=group_no)
    await _note(scope, tx, group_no, "deleted", before=group, iot_ids=members)


async def add_members(scope: Scope, tx: Tx, *, group_no: int, iot_ids: list[str]) -> int:
    """Put devices in; those outside the scope are left out. How many are in it now of those named.

    Raises BadInput, NotFound, GroupIsDynamic.
    """
    members = await _members(scope, tx, group_no, iot_ids)
    now = tx.db.clock.now_ms()
    before = {iot_id for (iot_id,) in await _members_of.all(tx, no=group_no)}
    rows = [{"group_no": group_no, "device_no": device.device_no, "added_ms": now} for device in members]
    await tx.upsert(device_group_members, rows, keys=("group_no", "device_no"))
    if added := [device for device in members if device.iot_id not in before]:
        await _note_members(scope, tx, group_no, "devices_added", added)
    return len(members)


async def remove_members(scope: Scope, tx: Tx, *, group_no: int, iot_ids: list[str]) -> int:
    """Take devices out of the group itself, not of those below; how many. Raises as `add_members`."""
    members = await _members(scope, tx, group_no, iot_ids)
    before = {iot_id for (iot_id,) in await _members_of.all(tx, no=group_no)}
    count = await _take_out.run(tx, no=group_no, devices=[device.device_no for device in members])
    if removed := [device for device in members if device.iot_id in before]:
        await _note_members(scope, tx, group_no, "devices_removed", removed)
    return count


async def restore(scope: Scope, tx: Tx, change: Change, *, ids: Ids, now_ms: int) -> None:
    """Take a change back. A deleted group gets its number and, of its devices, those that are still there.

    Raises NotFound (the group, or the one above it, is gone), GroupNameTaken.
    """
    group_no, kept = int(change.target), change.remains
    match change.action:
        case "devices_added":
            await remove_members(scope, tx, group_no=group_no, iot_ids=kept["iot_ids"])
        case "devices_removed":
            await add_members(scope, tx, group_no=group_no, iot_ids=kept["iot_ids"])
        case "deleted":
            await _restore_deleted(scope, tx, group_no, kept, now_ms)
        case _:
            on, differences = kept["conditions"], change.differences
            await change_group(
                scope,
                tx,
                group_no=group_no,
                name=kept["name"] if "name" in differences else None,
                description=kept["description"] if "description" in differences else None,
                conditions=msgspec.convert(on, Conditions)
                if on and _CONDITIONS & differences.keys()
                else None,
                tags=kept["tags"] if "tags" in differences else None,
            )


async def _restore_deleted(scope: Scope, tx: Tx, group_no: int, kept: dict[str, Any], now_ms: int) -> None:
    groups = await list_groups(scope, tx)
    if group_no in {group.group_no for group in groups}:
        return
    parent_no = kept["parent_no"]
    if parent_no:
        parent = await get_group(scope, tx, group_no=parent_no)
        if parent.conditions_json is not None:
            raise GroupIsDynamic(name=parent.name)
    row = {
        "group_no": group_no,
        "tenant_id": scope.tenant,
        "parent_no": parent_no,
        "name": _free_name(groups, kept["name"], parent_no=parent_no),
        "description": kept["description"],
        "conditions": None
        if kept["conditions"] is None
        else msgspec.json.encode(kept["conditions"]).decode(),
        "tags": _tags(kept["tags"]),
        "created_ms": kept["created_ms"],
        "modified_ms": now_ms,
    }
    await tx.insert(device_groups, row)
    members = await find_devices(scope, tx, iot_ids=kept["iot_ids"])
    rows = [{"group_no": group_no, "device_no": device.device_no, "added_ms": now_ms} for device in members]
    await tx.insert_many(device_group_members, rows)
    await _note(scope, tx, group_no, "restored", after=await get_group(scope, tx, group_no=group_no))


async def _note(
    scope: Scope,
    tx: Tx,
    group_no: int,
    action: str,
    *,
    before: GroupRow | None = None,
    after: GroupRow | None = None,
    iot_ids: list[str] | None = None,
) -> None:
    """Write the history; what `restore` needs goes with it."""
    kept = None
    if before is not None:
        kept = {
            "parent_no": before.parent_no,
            "name": before.name,
            "description": before.description,
            "conditions": None if before.conditions_json is None else json.loads(before.conditions_json),
            "tags": before.tags,
            "created_ms": before.created_ms,
            "iot_ids": iot_ids or [],
        }
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, group_no, None),
        action,
        before=_facts(before),
        after=_facts(after),
        kept=kept,
        now_ms=tx.db.clock.now_ms(),
    )


async def _note_members(scope: Scope, tx: Tx, group_no: int, action: str, members: list[DeviceRow]) -> None:
    names = [device.device_name for device in members]
    more = f" (+{len(names) - _NAMES_SHOWN})" if len(names) > _NAMES_SHOWN else ""
    await history.note(
        scope,
        tx,
        history.Record(HISTORY, group_no, None),
        action,
        after={"devices": ", ".join(names[:_NAMES_SHOWN]) + more},
        kept={"iot_ids": [device.iot_id for device in members]},
        now_ms=tx.db.clock.now_ms(),
    )


def _facts(group: GroupRow | None) -> dict[str, str]:
    if group is None:
        return {}
    on = group.conditions or Conditions()
    return {
        "name": group.name,
        "description": group.description,
        "tags": _as_text(group.tags),
        "with_products": ", ".join(on.product_keys),
        "with_tags": _as_text(on.tags),
        "with_versions": ", ".join(on.versions),
        "with_states": ", ".join(on.states),
    }


def _as_text(tags: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in sorted(tags.items()))


async def forget_memberships(tx: Tx, *, device_no: int) -> None:
    """The device is gone."""
    await _forget.run(tx, device=device_no)


async def _members(scope: Scope, tx: Tx, group_no: int, iot_ids: list[str]) -> list[DeviceRow]:
    if len(iot_ids) > MAX_CHANGED:
        raise BadInput(field="iotIds", rule="too_many_items", limit=MAX_CHANGED)
    group = await get_group(scope, tx, group_no=group_no)
    if group.conditions_json is not None:
        raise GroupIsDynamic(name=group.name)
    return await find_devices(scope, tx, iot_ids=iot_ids)


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
