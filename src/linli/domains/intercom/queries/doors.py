"""Doors' numbers and rooms, and houses' groups."""

from typing import Final

from sqlalchemy import and_, bindparam, func, or_, select

from linli.domains.intercom.errors import HouseUnbound
from linli.domains.intercom.models import accounts, door_numbers, house_groups, rooms
from linli.domains.intercom.rows import DoorNumber, HouseGroup, Room
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

MOST_ROOMS: Final = 5000
"""Rooms of one door."""
MOST_DOORS: Final = 200
"""That are listed as ringing one group."""

_r, _h = rooms.c, house_groups.c
_door = Query(
    select(door_numbers).where(door_numbers.c.iot_id == bindparam("iot_id"), in_scope(door_numbers)),
    DoorNumber,
)
_filtered = and_(
    in_scope(rooms),
    _r.iot_id == bindparam("iot_id"),
    or_(bindparam("room_key") == "", _r.room_key == bindparam("room_key")),
    or_(bindparam("group_id") == "", _r.group_id == bindparam("group_id")),
)
_page = Query(
    select(rooms)
    .where(_filtered)
    .order_by(_r.room_key)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Room,
)
_count = Query(select(func.count()).select_from(rooms).where(_filtered))
_house = Query(
    select(house_groups).where(_h.space_id == bindparam("space_id", type_=INT), in_scope(house_groups)),
    HouseGroup,
)
_of_group = Query(
    select(house_groups)
    .where(_h.group_id == bindparam("group_id"), in_scope(house_groups))
    .order_by(_h.space_id)
    .limit(1),
    HouseGroup,
)
_keys = Query(
    select(_r.room_key, _r.group_id).where(
        _r.iot_id == bindparam("iot_id"), any_of(_r.room_key, "room_keys"), in_scope(rooms)
    )
)

_rooms = Query(
    select(rooms)
    .where(_r.iot_id == bindparam("iot_id"), in_scope(rooms))
    .order_by(_r.room_key)
    .limit(MOST_ROOMS),
    Room,
)
_of_ringing = Query(
    select(rooms)
    .where(_r.group_id == bindparam("group_id"), in_scope(rooms))
    .order_by(_r.iot_id, _r.room_key)
    .limit(MOST_DOORS),
    Room,
)
_of_community = Query(
    select(door_numbers)
    .where(door_numbers.c.community_id == bindparam("community_id", type_=INT), in_scope(door_numbers))
    .order_by(door_numbers.c.iot_id),
    DoorNumber,
)
_of_number = Query(
    select(door_numbers).where(
        any_of(door_numbers.c.number, "numbers"), door_numbers.c.tenant_id == bindparam("tenant")
    ),
    DoorNumber,
    unscoped="an account is one for the whole company; the tenant is a condition",
)
_own = Query(
    select(accounts.c.number).where(
        any_of(accounts.c.number, "numbers"), accounts.c.tenant_id == bindparam("tenant")
    ),
    unscoped="the numbers were read in scope; the tenant is a condition",
)
_houses = Query(
    select(_h.group_id, _h.space_id).where(any_of(_h.group_id, "group_ids"), in_scope(house_groups))
)
_ringing = Query(
    select(_r.iot_id, _r.community_id)
    .where(any_of(_r.group_id, "group_ids"), _r.tenant_id == bindparam("tenant"))
    .distinct()
    .order_by(_r.iot_id),
    unscoped="a group is one for the whole company; the tenant is a condition",
)


async def own_numbers(db: Reader, *, tenant_id: str, numbers: list[str]) -> set[str]:
    """Those of the numbers that are accounts of this server and of the company."""
    return {number for (number,) in await _own.all(db, tenant=tenant_id, numbers=numbers)}


async def houses_of_groups(scope: Scope, db: Reader, *, group_ids: list[str]) -> dict[str, int]:
    """Group → its house, of those that have one."""
    return dict(await _houses.all(db, scope, group_ids=group_ids))


async def rooms_of_door(scope: Scope, db: Reader, *, iot_id: str) -> list[Room]:
    """By key, at most `MOST_ROOMS`."""
    return await _rooms.all(db, scope, iot_id=iot_id)


async def rooms_of_group(scope: Scope, db: Reader, *, group_id: str) -> list[Room]:
    """The rooms that ring a group, by door; at most `MOST_DOORS`."""
    return await _of_ringing.all(db, scope, group_id=group_id)


async def doors_with_numbers(db: Reader, *, tenant_id: str, numbers: list[str]) -> list[DoorNumber]:
    """Doors of a company that were issued one of these numbers."""
    return await _of_number.all(db, tenant=tenant_id, numbers=numbers)


async def doors_ringing(db: Reader, *, tenant_id: str, group_ids: list[str]) -> list[tuple[str, int]]:
    """(iotId, community) of doors of a company with rooms that ring one of these groups."""
    rows = await _ringing.all(db, tenant=tenant_id, group_ids=group_ids)
    return [(iot_id, community_id) for iot_id, community_id in rows]


async def numbers_of_community(scope: Scope, db: Reader, community_id: int) -> list[DoorNumber]:
    """Of its doors that have one, by door."""
    return await _of_community.all(db, scope, community_id=community_id)


async def door_number(scope: Scope, db: Reader, iot_id: str) -> DoorNumber | None:
    return await _door.one(db, scope, iot_id=iot_id)


async def room_page(
    scope: Scope, db: Reader, *, iot_id: str, room_key: str, group_id: str, page: PageRequest
) -> Page[Room]:
    """A door's rooms by key; empty texts for no condition."""
    binds = {"iot_id": iot_id, "room_key": room_key, "group_id": group_id}
    total = await _count.one(db, scope, **binds)
    rows = await _page.all(db, scope, **binds, **page.binds)
    return Page.of(page, total[0] if total else 0, rows)


async def groups_of_rooms(scope: Scope, db: Reader, *, iot_id: str, room_keys: list[str]) -> dict[str, str]:
    """Room key → group, of a door's rooms among these."""
    return dict(await _keys.all(db, scope, iot_id=iot_id, room_keys=room_keys))


async def house_binding(
    scope: Scope, db: Reader, *, space_id: int | None, group_id: str | None
) -> HouseGroup:
    """The house's group, or the group's house. Raises HouseUnbound, BadInput."""
    if space_id is None and not group_id:
        raise BadInput(field="spaceId", rule="one_of_two")
    if space_id is not None:
        row = await _house.one(db, scope, space_id=space_id)
    else:
        row = await _of_group.one(db, scope, group_id=group_id)
    if row is None or (group_id and row.group_id != group_id):
        raise HouseUnbound(str(space_id) if space_id is not None else str(group_id))
    return row
