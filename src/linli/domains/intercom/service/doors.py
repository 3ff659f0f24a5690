"""Doors' numbers and rooms, and houses' groups. Source: spec B 3.20 (A117-A124), E 3.4."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete

from linli.domains.access.queries.doors import get_door
from linli.domains.communities.queries import spaces
from linli.domains.intercom.errors import GroupUnknown, HouseUnbound
from linli.domains.intercom.models import door_numbers, house_groups, rooms
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.queries.numbers import require_groups
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.rows import DoorNumber, HouseGroup, Room
from linli.kernel.db import INT, Command, Tx, any_of, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

MAX_ROOMS: Final = 500
"""Rooms of one call."""
MAX_TEXT: Final = 50
"""Signs of a number, password or group."""
MAX_HOST: Final = 253

_delete_rooms = Command(
    delete(rooms).where(
        rooms.c.iot_id == bindparam("of_door"), any_of(rooms.c.room_key, "room_keys"), in_scope(rooms)
    )
)
_delete_house = Command(
    delete(house_groups).where(
        house_groups.c.space_id == bindparam("of_space", type_=INT), in_scope(house_groups)
    )
)

_GONE: Final = "the tenant of what goes is a condition"
_forget_number, _forget_rooms = (
    Command(
        delete(table).where(
            table.c.iot_id == bindparam("of_door"), table.c.tenant_id == bindparam("of_tenant")
        ),
        unscoped=_GONE,
    )
    for table in (door_numbers, rooms)
)
_forget_house = Command(
    delete(house_groups).where(
        house_groups.c.space_id == bindparam("of_space", type_=INT),
        house_groups.c.tenant_id == bindparam("of_tenant"),
    ),
    unscoped=_GONE,
)


class RoomWish(NamedTuple):
    room_id: str
    group_id: str


async def issue_number(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    number: str,
    password: str,
    host: str,
    port: str,
    secrets: Secrets,
    now_ms: int,
) -> DoorNumber:
    """Note the account that a door is to log in with, perhaps at another server. Raises DoorUnknown, BadInput."""
    for field, value, limit in (
        ("sipNumber", number, MAX_TEXT),
        ("password", password, MAX_TEXT),
        ("host", host, MAX_HOST),
    ):
        if not value.strip():
            raise BadInput(field=field, rule="blank")
        if len(value) > limit:
            raise BadInput(field=field, rule="too_long", limit=limit)
    if not port.isascii() or not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        raise BadInput(field="port", rule="range", low=1, high=65535)
    door = await get_door(scope, tx, iot_id=iot_id)
    row = DoorNumber(
        iot_id=iot_id,
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        number=number,
        password=secrets.seal(password, about=f"sip_door:{iot_id}"),
        host=host,
        port=port,
        changed_ms=now_ms,
    )
    changing = tuple(name for name in DoorNumber._fields if name != "iot_id")
    await tx.upsert(door_numbers, [row._asdict()], keys=("iot_id",), update=changing)
    return row


async def add_rooms(scope: Scope, tx: Tx, *, iot_id: str, wishes: list[RoomWish], now_ms: int) -> None:
    """Let rooms keyed at a door ring groups; a room that is there rings its new one.

    Raises DoorUnknown, GroupUnknown, BadInput.
    """
    keys = _keys(wishes)
    door = await get_door(scope, tx, iot_id=iot_id)
    await require_groups(scope, tx, list(dict.fromkeys(wish.group_id for wish in wishes)))
    rows = {
        key: Room(
            iot_id=iot_id,
            room_key=key,
            tenant_id=door.tenant_id,
            community_id=door.community_id,
            room_id=wish.room_id,
            group_id=wish.group_id,
            changed_ms=now_ms,
        )._asdict()
        for key, wish in zip(keys, wishes, strict=True)
    }
    changing = ("tenant_id", "community_id", "room_id", "group_id", "changed_ms")
    await tx.upsert(rooms, rows.values(), keys=("iot_id", "room_key"), update=changing)


async def delete_rooms(scope: Scope, tx: Tx, *, iot_id: str, wishes: list[RoomWish]) -> None:
    """Take rooms off a door; one that rings another group stays. Raises DoorUnknown, GroupUnknown, BadInput."""
    keys = _keys(wishes)
    await get_door(scope, tx, iot_id=iot_id)
    await require_groups(scope, tx, list(dict.fromkeys(wish.group_id for wish in wishes)))
    ringing = await queries.groups_of_rooms(scope, tx, iot_id=iot_id, room_keys=keys)
    leaving = [key for key, wish in zip(keys, wishes, strict=True) if ringing.get(key) == wish.group_id]
    if leaving:
        await _delete_rooms.run(tx, scope, of_door=iot_id, room_keys=leaving)


async def save_house(
    scope: Scope, tx: Tx, *, space_id: int, group_id: str, room_id: str, now_ms: int
) -> None:
    """Note the group and room of a house, in place of those it has. Raises NotFound, GroupUnknown, BadInput."""
    if room_key(room_id) is None:
        raise BadInput(field="roomId", rule="room_form")
    house = await spaces.space(scope, tx, space_id)
    await require_groups(scope, tx, [group_id])
    row = HouseGroup(space_id, scope.tenant, house.community_id, group_id, room_id, now_ms)
    changing = ("tenant_id", "community_id", "group_id", "room_id", "changed_ms")
    await tx.upsert(house_groups, [row._asdict()], keys=("space_id",), update=changing)


async def delete_house(scope: Scope, tx: Tx, *, space_id: int) -> None:
    """Take the group from a house. Raises HouseUnbound."""
    if not await _delete_house.run(tx, scope, of_space=space_id):
        raise HouseUnbound(str(space_id))


async def forget_door(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """Take number and rooms from a door that is no more."""
    for command in (_forget_number, _forget_rooms):
        await command.run(tx, of_door=iot_id, of_tenant=tenant_id)


async def forget_house(tx: Tx, *, tenant_id: str, space_id: int) -> None:
    """Take the group from a house that is no more."""
    await _forget_house.run(tx, of_space=space_id, of_tenant=tenant_id)


def _keys(wishes: list[RoomWish]) -> list[str]:
    """The rooms' keys, in order. Raises BadInput."""
    if not wishes:
        raise BadInput(field="maps", rule="required")
    if len(wishes) > MAX_ROOMS:
        raise BadInput(field="maps", rule="too_many_items", limit=MAX_ROOMS)
    keys = []
    for number, wish in enumerate(wishes):
        key = room_key(wish.room_id)
        if key is None:
            raise BadInput(field=f"maps[{number}].roomId", rule="room_form")
        if not wish.group_id or len(wish.group_id) > MAX_TEXT:
            raise GroupUnknown(wish.group_id)
        keys.append(key)
    return keys
