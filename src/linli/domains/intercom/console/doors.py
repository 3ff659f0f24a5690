"""Console: the intercom of a door, and of a house."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.delivery import queries as deliveries
from linli.delivery.console import DeliveryRow, delivery_rows
from linli.delivery.ports import SubjectNames
from linli.delivery.schemas import DesiredFilter
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import find_doors, get_door
from linli.domains.communities.queries import spaces
from linli.domains.intercom.kinds import KINDS
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.queries.forms import abilities_of, form_of
from linli.domains.intercom.queries.numbers import members_of
from linli.domains.intercom.queries.owners import groups_of_houses, owners_by_name, owners_in
from linli.domains.intercom.queries.phones import LoggedIn, logged_in
from linli.domains.intercom.room_numbers import keyed
from linli.domains.intercom.service.fixed_phones import unit_of
from linli.domains.people.queries import persons as people
from linli.domains.people.queries import residents
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

MOST_SHOWN = 500
"""Rooms of a door, and accounts of a house."""


class PhoneState(msgspec.Struct, rename="camel", frozen=True):
    """An account, and whether its phone is logged in."""

    number: str
    name: Annotated[str, Meta(description="Whose it is; empty: an application made it, or it is a door's.")]
    registered_ms: Annotated[int | None, Meta(description="Logged in since; null: not logged in.")]
    address: Annotated[str, Meta(description="Where its packets come from.")]
    agent: Annotated[str, Meta(description="What the phone calls itself.")]


class DoorRoom(msgspec.Struct, rename="camel", frozen=True):
    keyed: Annotated[str, Meta(description="What visitors key at this door; empty: it cannot be keyed here.")]
    room_id: str
    group_id: str
    house_id: Annotated[str | None, Meta(description="Of a group that is a house's.")]
    house_location: str


class DoorIntercom(msgspec.Struct, rename="camel", frozen=True):
    """What a door is to have for calls, and what it has."""

    able: Annotated[bool, Meta(description="The device's thing model has the intercom's services.")]
    account: PhoneState | None
    server: Annotated[str, Meta(description="Host and port that the door is to log in at.")]
    here: Annotated[bool, Meta(description="It is an account of this server, which therefore knows log-ins.")]
    derived: Annotated[bool, Meta(description="Nobody made it: it follows the house tree.")]
    form: Annotated[
        Literal["unit", "wall", "whole"],
        Meta(
            description="What visitors key: the house; building, unit, house; behind a box with the period."
        ),
    ]
    rooms: list[DoorRoom]
    total: int
    deliveries: list[DeliveryRow]


class RingingDoor(msgspec.Struct, rename="camel", frozen=True):
    """A door that rings a house."""

    iot_id: str
    name: str
    keyed: Annotated[str, Meta(description="What visitors key there; empty: it cannot be keyed.")]
    room_id: str


class HouseIntercom(msgspec.Struct, rename="camel", frozen=True):
    """The group of a house and who rings with it."""

    group_id: str
    room_id: Annotated[str, Meta(description="Empty: the address has no number that can be keyed.")]
    derived: bool
    phones: list[PhoneState]
    doors: list[RingingDoor]
    unit: Annotated[str, Meta(description="The number of its indoor unit; empty: none is set up.")]


door_intercom_routes = Routes("/doors/{iot_id:str}/intercom", tags=("doors",))
house_intercom_routes = Routes(
    "/communities/{community_id:int}/houses/{house_id:int}/intercom", tags=("houses",)
)


@door_intercom_routes.get(right="devices.use", raises=(DoorUnknown,))
async def door_intercom(
    iot_id: str, scope: Scope, db: Database, clock: Clock, persons: SubjectNames
) -> DoorIntercom:
    """Its account and whether it is logged in, its rooms, and how far their delivery got."""
    door = await get_door(scope, db, iot_id=iot_id)
    issued = await queries.door_number(scope, db, iot_id)
    name = f"door:{iot_id}"
    owner = (await owners_by_name(scope, db, [name])).get(name)
    numbers = [] if issued is None else [issued.number]
    own = await queries.own_numbers(db, tenant_id=door.tenant_id, numbers=numbers)
    phones = await logged_in(
        db,
        tenant_id=door.tenant_id,
        numbers=[number for number in numbers if number in own],
        now_ms=clock.now_ms(),
    )
    form = await form_of(scope, db, iot_id=iot_id)
    page = await queries.room_page(
        scope, db, iot_id=iot_id, room_key="", group_id="", page=PageRequest(1, MOST_SHOWN)
    )
    wanted = DesiredFilter(device=iot_id, kinds=KINDS)
    rows = await deliveries.list_rows(scope, db, wanted=wanted, page=PageRequest(1, len(KINDS)))
    houses = await queries.houses_of_groups(scope, db, group_ids=sorted({row.group_id for row in page.data}))
    locations = await spaces.houses_by_id(scope, db, sorted(houses.values()))
    return DoorIntercom(
        able=bool(await abilities_of(scope, db, iot_id=iot_id)),
        account=None if issued is None else _phone(issued.number, "", phones),
        server="" if issued is None else f"{issued.host}:{issued.port}",
        here=bool(own),
        derived=issued is not None and owner is not None and owner.number == issued.number,
        form=form.value,
        rooms=[
            DoorRoom(
                keyed(row.room_key, form) or "",
                row.room_id,
                row.group_id,
                str(houses[row.group_id]) if row.group_id in houses else None,
                locations[house].location if (house := houses.get(row.group_id, 0)) in locations else "",
            )
            for row in page.data
        ],
        total=page.total,
        deliveries=await delivery_rows(scope, db, rows.data, persons),
    )


@house_intercom_routes.get(right="devices.use", raises=(NotFound,))
async def house_intercom(
    community_id: int, house_id: int, within: Scope, db: Database, clock: Clock
) -> HouseIntercom | None:
    """Null while no door of the community needs one, and nobody made one."""
    scope = await people.community_scope(within, db, community_id)
    house = await spaces.space(scope, db, house_id)
    group = (await groups_of_houses(scope, db, [house_id])).get(house_id)
    if group is None:
        return None
    return HouseIntercom(
        group.group_id,
        group.room_id,
        bool(group.derived),
        await group_phones(
            scope, db, house.tenant_id, group_id=group.group_id, house_id=house_id, now_ms=clock.now_ms()
        ),
        await _doors_of(scope, db, group.group_id),
        next((row.number for row in (await owners_by_name(scope, db, [unit_of(house_id)])).values()), ""),
    )


async def group_phones(
    scope: Scope, db: Database, tenant_id: str, *, group_id: str, house_id: int | None, now_ms: int
) -> list[PhoneState]:
    """The accounts of a group, with the names of the house's members; at most `MOST_SHOWN`."""
    members = await members_of(Scope.system(tenant_id, "intercom"), db, group_id)
    numbers = [member.number for member in members[:MOST_SHOWN]]
    phones = await logged_in(db, tenant_id=tenant_id, numbers=numbers, now_ms=now_ms)
    if house_id is None:
        return [_phone(number, "", phones) for number in numbers]
    owners = {row.number: row.identity_id for row in await owners_in(scope, db, [house_id])}
    names = {member.identity_id: member.name for member in await residents.of_house(scope, db, house_id)}
    return [_phone(number, names.get(owners.get(number, ""), ""), phones) for number in numbers]


async def _doors_of(scope: Scope, db: Database, group_id: str) -> list[RingingDoor]:
    rooms = await queries.rooms_of_group(scope, db, group_id=group_id)
    doors = await find_doors(scope, db, iot_ids=sorted({room.iot_id for room in rooms}))
    forms = {iot_id: await form_of(scope, db, iot_id=iot_id) for iot_id in doors}
    return [
        RingingDoor(
            room.iot_id,
            doors[room.iot_id].name,
            keyed(room.room_key, forms[room.iot_id]) or "",
            room.room_id,
        )
        for room in rooms
        if room.iot_id in doors
    ]


def _phone(number: str, name: str, phones: dict[str, LoggedIn]) -> PhoneState:
    phone = phones.get(number)
    if phone is None:
        return PhoneState(number, name, None, "", "")
    return PhoneState(number, name, phone.registered_ms, phone.host, phone.agent)
