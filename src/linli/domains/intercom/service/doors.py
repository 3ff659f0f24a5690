"""Doors' numbers and rooms, and houses' groups. Source: spec B 3.20 (A117-A124), E 3.4."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete

from linli.calls.rows import DOOR_STATION
from linli.domains.access.queries.doors import get_door
from linli.domains.communities.queries import spaces
from linli.domains.intercom.errors import GroupUnknown, HouseUnbound
from linli.domains.intercom.kinds import NUMBER, ROOMS
from linli.domains.intercom.models import door_numbers, house_groups, rooms
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.queries.forms import abilities_of, form_of
from linli.domains.intercom.queries.numbers import account, require_groups
from linli.domains.intercom.room_numbers import keyed, room_key
from linli.domains.intercom.rows import DoorNumber, HouseGroup, Room, seal_about
from linli.domains.intercom.service.delivering import (
    door_seal,
    send_number_again,
    take_all,
    want_number,
    want_rooms,
)
from linli.domains.intercom.service.ending import end_door
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


class NumberWish(NamedTuple):
    """An account as it is issued."""

    number: str
    password: str
    host: str
    port: str


class RoomWish(NamedTuple):
    room_id: str
    group_id: str


async def issue_number(
    scope: Scope,
    tx: Tx,
    *,
    iot_id: str,
    wish: NumberWish,
    here: tuple[str, str],
    secrets: Secrets,
    now_ms: int,
) -> DoorNumber:
    """Have a door log in with an account, perhaps at another server; `here`: host and port of this one.

    The same once more is sent once more. Raises DoorUnknown, NumberUnknown, BadInput.
    """
    _check_number(wish)
    door = await get_door(scope, tx, iot_id=iot_id)
    if NUMBER not in await abilities_of(scope, tx, iot_id=iot_id):
        raise BadInput(field="iotId", rule="no_intercom")
    if (wish.host, wish.port) == here:
        await _check_own(scope, tx, iot_id, wish, secrets)
    before = await queries.door_number(scope, tx, iot_id)
    about = door_seal(iot_id)
    same = (
        before is not None
        and NumberWish(before.number, secrets.open(before.password, about=about), before.host, before.port)
        == wish
    )
    if before is not None and same:
        await want_number(scope, tx, row=before, now_ms=now_ms)
        await send_number_again(tx, iot_id=iot_id, now_ms=now_ms)
        return before
    row = DoorNumber(
        iot_id=iot_id,
        tenant_id=door.tenant_id,
        community_id=door.community_id,
        number=wish.number,
        password=secrets.seal(wish.password, about=about),
        host=wish.host,
        port=wish.port,
        changed_ms=now_ms,
    )
    await end_door(tx, tenant_id=door.tenant_id, iot_id=iot_id, now_ms=now_ms)
    await save_number(tx, row)
    await want_number(scope, tx, row=row, now_ms=now_ms)
    await want_rooms(scope, tx, iot_id=iot_id, community_id=door.community_id, now_ms=now_ms)
    return row


async def password_renewed(
    tx: Tx, *, tenant_id: str, number: str, password: str, secrets: Secrets, now_ms: int
) -> None:
    """The account has another password: doors that log in with it are brought the new one."""
    scope = Scope.system(tenant_id, "intercom")
    for row in await queries.doors_with_numbers(tx, tenant_id=tenant_id, numbers=[number]):
        sealed = secrets.seal(password, about=door_seal(row.iot_id))
        fresh = row._replace(password=sealed, changed_ms=max(now_ms, row.changed_ms + 1))
        await save_number(tx, fresh)
        await want_number(scope, tx, row=fresh, now_ms=now_ms)


async def save_number(tx: Tx, row: DoorNumber) -> None:
    """In the place of what was issued before."""
    changing = tuple(name for name in DoorNumber._fields if name != "iot_id")
    await tx.upsert(door_numbers, [row._asdict()], keys=("iot_id",), update=changing)


def _check_number(wish: NumberWish) -> None:
    """Raises BadInput."""
    for field, value, limit in (
        ("sipNumber", wish.number, MAX_TEXT),
        ("password", wish.password, MAX_TEXT),
        ("host", wish.host, MAX_HOST),
    ):
        if not value.strip():
            raise BadInput(field=field, rule="blank")
        if len(value) > limit:
            raise BadInput(field=field, rule="too_long", limit=limit)
    port = wish.port
    if not port.isascii() or not port.isdigit() or len(port) > 5 or not 0 < int(port) < 65536:
        raise BadInput(field="port", rule="range", low=1, high=65535)


async def _check_own(scope: Scope, tx: Tx, iot_id: str, wish: NumberWish, secrets: Secrets) -> None:
    """An account of this server: the caller's own, a door's, with its password, and of no other door.

    Raises NumberUnknown, BadInput.
    """
    own = await account(scope, tx, wish.number)
    if own.kind != DOOR_STATION:
        raise BadInput(field="sipNumber", rule="door_numbers_only")
    if secrets.open(own.password, about=seal_about(own.number)) != wish.password:
        raise BadInput(field="password", rule="not_of_number")
    others = await queries.doors_with_numbers(tx, tenant_id=scope.tenant, numbers=[wish.number])
    if any(row.iot_id != iot_id for row in others):
        raise BadInput(field="sipNumber", rule="number_in_use")


async def add_rooms(scope: Scope, tx: Tx, *, iot_id: str, wishes: list[RoomWish], now_ms: int) -> None:
    """Let rooms keyed at a door ring groups; a room that is there rings its new one.

    Raises DoorUnknown, GroupUnknown, BadInput.
    """
    keys = _keys(wishes)
    door = await get_door(scope, tx, iot_id=iot_id)
    if ROOMS not in await abilities_of(scope, tx, iot_id=iot_id):
        raise BadInput(field="iotId", rule="no_intercom")
    await require_groups(scope, tx, list(dict.fromkeys(wish.group_id for wish in wishes)))
    await end_door(tx, tenant_id=door.tenant_id, iot_id=iot_id, now_ms=now_ms)
    await _check_fit(scope, tx, iot_id, keys)
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
    changing = ("tenant_id", "community_id", "room_id", "group_id", "changed_ms", "derived")
    await tx.upsert(rooms, rows.values(), keys=("iot_id", "room_key"), update=changing)
    await want_rooms(scope, tx, iot_id=iot_id, community_id=door.community_id, now_ms=now_ms)


async def delete_rooms(scope: Scope, tx: Tx, *, iot_id: str, wishes: list[RoomWish], now_ms: int) -> None:
    """Take rooms off a door; one that rings another group stays. Raises DoorUnknown, GroupUnknown, BadInput."""
    keys = _keys(wishes)
    door = await get_door(scope, tx, iot_id=iot_id)
    await require_groups(scope, tx, list(dict.fromkeys(wish.group_id for wish in wishes)))
    ringing = await queries.groups_of_rooms(scope, tx, iot_id=iot_id, room_keys=keys)
    leaving = [key for key, wish in zip(keys, wishes, strict=True) if ringing.get(key) == wish.group_id]
    if leaving:
        await _delete_rooms.run(tx, scope, of_door=iot_id, room_keys=leaving)
        await want_rooms(scope, tx, iot_id=iot_id, community_id=door.community_id, now_ms=now_ms)


async def save_house(
    scope: Scope, tx: Tx, *, space_id: int, group_id: str, room_id: str, now_ms: int
) -> None:
    """Note the group and room of a house, in place of those it has. Raises NotFound, GroupUnknown, BadInput."""
    if room_key(room_id) is None:
        raise BadInput(field="roomId", rule="room_form")
    house = await spaces.space(scope, tx, space_id)
    await require_groups(scope, tx, [group_id])
    row = HouseGroup(space_id, scope.tenant, house.community_id, group_id, room_id, now_ms)
    changing = ("tenant_id", "community_id", "group_id", "room_id", "changed_ms", "derived")
    await tx.upsert(house_groups, [row._asdict()], keys=("space_id",), update=changing)


async def delete_house(scope: Scope, tx: Tx, *, space_id: int) -> None:
    """Take the group from a house. Raises HouseUnbound."""
    if not await _delete_house.run(tx, scope, of_space=space_id):
        raise HouseUnbound(str(space_id))


async def forget_door(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """Take number and rooms from a door that is no more."""
    for command in (_forget_number, _forget_rooms):
        await command.run(tx, of_door=iot_id, of_tenant=tenant_id)
    scope = Scope.system(tenant_id, "intercom")
    await take_all(scope, tx, iot_id=iot_id, now_ms=tx.db.clock.now_ms(), reason="door_removed")


async def forget_house(tx: Tx, *, tenant_id: str, space_id: int) -> None:
    """Take the group from a house that is no more."""
    await _forget_house.run(tx, of_space=space_id, of_tenant=tenant_id)


async def _check_fit(scope: Scope, tx: Tx, iot_id: str, keys: list[str]) -> None:
    """Each room can be keyed at the door, and none is keyed like another one. Raises BadInput."""
    form = await form_of(scope, tx, iot_id=iot_id)
    taken: dict[str, str] = {}
    for row in await queries.rooms_of_door(scope, tx, iot_id=iot_id):
        if (text := keyed(row.room_key, form)) is not None:
            taken.setdefault(text, row.room_key)
    if len(taken.keys() | set(keys)) > queries.MOST_ROOMS:
        raise BadInput(field="maps", rule="too_many_items", limit=queries.MOST_ROOMS)
    for number, key in enumerate(keys):
        text = keyed(key, form)
        if text is None:
            raise BadInput(field=f"maps[{number}].roomId", rule=f"room_unfit_{form.value}")
        if taken.setdefault(text, key) != key:
            raise BadInput(field=f"maps[{number}].roomId", rule="room_clash", other=taken[text])


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
