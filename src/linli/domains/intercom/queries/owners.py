"""Whose the derived accounts are, and what a community has to derive them from."""

from sqlalchemy import bindparam, select

from linli.domains.access.queries.doors import doors_of_community
from linli.domains.access.rows import Door
from linli.domains.communities import space_rules
from linli.domains.communities.queries import spaces
from linli.domains.communities.rows import Space
from linli.domains.intercom.kinds import NUMBER
from linli.domains.intercom.models import house_groups, owners
from linli.domains.intercom.queries.forms import abilities_of
from linli.domains.intercom.room_numbers import room_key, room_of
from linli.domains.intercom.rows import HouseGroup, Owner
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.scope import Scope

_o, _h = owners.c, house_groups.c
_by_owner = Query(select(owners).where(any_of(_o.owner, "names"), in_scope(owners)), Owner)
_of_houses = Query(
    select(owners)
    .where(any_of(_o.space_id, "space_ids"), in_scope(owners))
    .order_by(_o.created_ms, _o.owner),
    Owner,
)
_of_numbers = Query(select(owners).where(any_of(_o.number, "numbers"), in_scope(owners)), Owner)
_of_community = Query(
    select(_o.number).where(_o.community_id == bindparam("community_id", type_=INT), in_scope(owners))
)
_groups = Query(
    select(house_groups).where(any_of(_h.space_id, "space_ids"), in_scope(house_groups)), HouseGroup
)
_of_room = Query(
    select(_h.space_id, _h.room_id)
    .where(_h.community_id == bindparam("community_id", type_=INT), in_scope(house_groups))
    .order_by(_h.space_id)
)


async def house_of_room(
    scope: Scope, db: Reader, *, community_id: int, house_id: int, key: str
) -> int | None:
    """The other house that a room of the whole form is, or of a house alone in the same unit; None: none, or several."""
    rooms = {
        row[0]: room_key(row[1]) or ""
        for row in await _of_room.all(db, scope, community_id=community_id)
        if row[1]
    }
    unit = rooms.pop(house_id, "").rpartition("-")[0]
    wanted = [space_id for space_id, room in rooms.items() if room == key]
    near = [space_id for space_id, room in rooms.items() if unit and room == f"{unit}-{key}"]
    for houses in (wanted, near):
        if len(houses) == 1:
            return int(houses[0])
    return None


async def owners_by_name(scope: Scope, db: Reader, names: list[str]) -> dict[str, Owner]:
    return {row.owner: row for row in await _by_owner.all(db, scope, names=names)}


async def owners_in(scope: Scope, db: Reader, house_ids: list[int]) -> list[Owner]:
    """The members' accounts of these houses."""
    return await _of_houses.all(db, scope, space_ids=house_ids)


async def owners_of_numbers(scope: Scope, db: Reader, numbers: list[str]) -> list[Owner]:
    """Whose these accounts are, of those that were derived."""
    return await _of_numbers.all(db, scope, numbers=sorted(set(numbers)))


async def numbers_of_community(scope: Scope, db: Reader, community_id: int) -> list[str]:
    """Every derived account of a community."""
    return [str(number) for (number,) in await _of_community.all(db, scope, community_id=community_id)]


async def groups_of_houses(scope: Scope, db: Reader, house_ids: list[int]) -> dict[int, HouseGroup]:
    """House → its group and room, of those that have one."""
    return {row.space_id: row for row in await _groups.all(db, scope, space_ids=house_ids)}


async def intercom_doors(scope: Scope, db: Reader, community_id: int) -> list[Door]:
    """The doors of a community that can have an account, by id."""
    doors = await doors_of_community(scope, db, community_id=community_id)
    able: dict[str, bool] = {}
    for door in doors:
        if door.product_key not in able:
            able[door.product_key] = NUMBER in await abilities_of(scope, db, iot_id=door.iot_id)
    return sorted((door for door in doors if able[door.product_key]), key=lambda door: door.iot_id)


async def houses_of_door(scope: Scope, db: Reader, door: Door) -> list[Space]:
    """The houses that can be rung at a door: those of the unit that it calls, or of where it stands."""
    place = door.call_space_id if door.call_space_id is not None else door.space_id
    if place is None:
        return []
    places = await spaces.spaces_by_id(scope, db, [place])
    below = await spaces.subtree(scope, db, places[place]) if place in places else []
    return [row for row in below if row.kind == space_rules.HOUSE]


async def rooms_of_houses(scope: Scope, db: Reader, houses: list[Space]) -> dict[int, str | None]:
    """House → the room that its place in the tree gives it."""
    ways = {house.space_id: space_rules.path_ids(house.path) for house in houses}
    along = sorted({space_id for way in ways.values() for space_id in way})
    every = await spaces.spaces_by_id(scope, db, along)
    return {
        house_id: room_of(
            [(every[space_id].kind, every[space_id].name) for space_id in way if space_id in every]
        )
        for house_id, way in ways.items()
    }
