"""Groups of a tenant: the tree, one group, its members. Device numbers are counted in sight of the caller."""

from collections import defaultdict
from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select

from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.groups.conditions import Conditions, Membership
from linli.things.groups.models import device_group_members, device_groups
from linli.things.models import devices

_g, _m = device_groups.c, device_group_members.c


class GroupRow(NamedTuple):
    group_no: int
    parent_no: int
    """0: at the top."""
    name: str
    description: str
    conditions_json: str | None
    tags_json: str
    created_ms: int
    modified_ms: int

    @property
    def conditions(self) -> Conditions | None:
        if self.conditions_json is None:
            return None
        return msgspec.json.decode(self.conditions_json, type=Conditions)

    @property
    def tags(self) -> dict[str, str]:
        return msgspec.json.decode(self.tags_json, type=dict[str, str])


_COLUMNS = [
    _g.group_no,
    _g.parent_no,
    _g.name,
    _g.description,
    _g.conditions,
    _g.tags,
    _g.created_ms,
    _g.modified_ms,
]
_all = Query(select(*_COLUMNS).where(in_scope(device_groups)).order_by(_g.name, _g.group_no), GroupRow)
_by_no = Query(
    select(*_COLUMNS).where(_g.group_no == bindparam("no", type_=INT), in_scope(device_groups)), GroupRow
)
_counts = Query(
    select(_m.group_no, func.count())
    .select_from(device_group_members.join(devices, devices.c.device_no == _m.device_no))
    .where(any_of(_m.group_no, "nos"), in_scope(devices))
    .group_by(_m.group_no)
)
_of_device = Query(
    select(*_COLUMNS)
    .select_from(device_groups.join(device_group_members, _m.group_no == _g.group_no))
    .where(_m.device_no == bindparam("device_no", type_=INT), in_scope(device_groups))
    .order_by(_g.name),
    GroupRow,
)


async def list_groups(scope: Scope, db: Reader) -> list[GroupRow]:
    """All of the tenant, by name."""
    return await _all.all(db, scope)


async def get_group(scope: Scope, db: Reader, *, group_no: int) -> GroupRow:
    """Raises NotFound."""
    row = await _by_no.one(db, scope, no=group_no)
    if row is None:
        raise NotFound(what="device_group", id=group_no)
    return row


async def own_members(scope: Scope, db: Reader, *, group_nos: list[int]) -> dict[int, int]:
    """Devices in sight that were put into each static group itself; those without any are missing."""
    return dict(await _counts.all(db, scope, nos=group_nos))


async def membership_of(scope: Scope, db: Reader, *, group_no: int) -> Membership:
    """The members of a group; for a static group also the members of the groups below it. Raises NotFound."""
    group = await get_group(scope, db, group_no=group_no)
    if group.conditions_json is not None:
        return Membership(conditions=group.conditions)
    return Membership(tuple(below(await list_groups(scope, db), group_no)))


async def groups_of_device(scope: Scope, db: Reader, *, device_no: int) -> list[GroupRow]:
    """The static groups that a device was put into."""
    return await _of_device.all(db, scope, device_no=device_no)


def below(groups: list[GroupRow], group_no: int) -> list[int]:
    """A group and all below it."""
    children: dict[int, list[int]] = defaultdict(list)
    for group in groups:
        children[group.parent_no].append(group.group_no)
    numbers = [group_no]
    for number in numbers:
        numbers += children[number]
    return numbers
