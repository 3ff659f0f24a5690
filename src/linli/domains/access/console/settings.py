"""A community's door provider, the places each door serves, suspended rights, and the staff's own key."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown, ProviderInUse
from linli.domains.access.hours import Hours, read_hours, tell_hours
from linli.domains.access.queries import keys as key_queries
from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.places import places
from linli.domains.access.queries.settings import scopes_of_doors, settings_of
from linli.domains.access.service import home_keys, persons, qr, scopes, settings
from linli.domains.access.service.keys import DoorKeys
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

SHOWN_MS = 60_000
"""How long a staff code on the screen opens; the page asks for a fresh one in time."""


class DoorSettings(msgspec.Struct, rename="camel"):
    provider: Annotated[str, Meta(description="Brand; empty: none chosen.")] = ""
    product_keys: Annotated[list[str], Meta(description="Its products; no other device may be a door.")] = (
        msgspec.field(default_factory=list)
    )
    service_on: Annotated[bool, Meta(description="Residents have keys on the doors that serve them.")] = False
    freeze_doors: Annotated[bool, Meta(description="A frozen account opens no door.")] = False


class Served(msgspec.Struct, rename="camel", frozen=True):
    kind: Literal["space", "group"]
    id: str
    name: str
    hours: Annotated[Hours | None, Meta(description="When the door serves them; null: at all hours.")] = None


class ServedHours(msgspec.Struct, rename="camel", frozen=True):
    kind: Literal["space", "group"]
    id: str
    hours: Hours


class DoorScopes(msgspec.Struct, rename="camel", frozen=True):
    serves: list[Served]
    people: int
    """How many persons these are now."""
    call_space_id: str | None
    call_place: str


class DoorScopesIn(msgspec.Struct, rename="camel"):
    space_ids: list[int]
    group_ids: list[str]
    call_space_id: int | None = None
    hours: Annotated[list[ServedHours], Meta(description="Of those who are not served at all hours.")] = (
        msgspec.field(default_factory=list)
    )


class StaffKey(msgspec.Struct, rename="camel", frozen=True):
    text: Annotated[str, Meta(description="What the QR picture holds.")]
    expires_ms: int
    doors: int
    """How many doors hold it."""


door_setting_routes = Routes("/communities/{community_id:int}", tags=("doors",))


@door_setting_routes.get("/door-settings", right="devices.use", raises=(NotFound,))
async def show(community_id: int, within: Scope, db: Database) -> DoorSettings:
    """The community's door provider and door service."""
    scope = await people.community_scope(within, db, community_id)
    row = await settings_of(scope, db, community_id=community_id)
    return DoorSettings(row.provider, row.product_keys, bool(row.service_on), bool(row.freeze_doors))


@door_setting_routes.put("/door-settings", right="devices.manage", raises=(NotFound, ProviderInUse))
async def change(community_id: int, data: DoorSettings, within: Scope, tx: Tx, clock: Clock) -> None:
    """Choose the one provider; doors of other products must be gone first."""
    scope = await people.community_scope(within, tx, community_id)
    await settings.choose(
        scope,
        tx,
        community_id=community_id,
        provider=data.provider,
        product_keys=data.product_keys,
        service_on=data.service_on,
        freeze_doors=data.freeze_doors,
        now_ms=clock.now_ms(),
    )


@door_setting_routes.post("/staff-key", right="doors.use", status=200, raises=(NotFound,))
async def staff_key(
    community_id: int, within: Scope, rights: Rights, tx: Tx, clock: Clock, ids: Ids, door_keys: DoorKeys
) -> StaffKey:
    """The caller's own code, which every door of the community opens for a minute."""
    now = clock.now_ms()
    scope = await people.community_scope(within, tx, community_id)
    person = await people.person_of_account(scope, tx, rights.account_id)
    identity_id = person.identity_id if person else f"account-{rights.account_id}"
    if person is None:
        await persons.save_person(
            scope, tx, identity_id=identity_id, name=rights.name, ext_info=None, now_ms=now
        )
    code = await home_keys.staff_code(
        scope, tx, community_id=community_id, identity_id=identity_id, ids=ids, now_ms=now
    )
    text = await qr.encrypt_own_code(
        scope,
        tx,
        qr_code=code,
        community_id=community_id,
        expires_ms=now + SHOWN_MS,
        keys=door_keys,
        now_ms=now,
    )
    ways_by_door = await key_queries.rights_of_person(
        scope, tx, community_id=community_id, identity_id=identity_id, now_ms=now
    )
    return StaffKey(text, now + SHOWN_MS, sum("qr" in ways for ways in ways_by_door.values()))


door_scope_routes = Routes("/doors/{iot_id:str}/scope", tags=("doors",))


@door_scope_routes.get(right="devices.use", name="show", raises=(DoorUnknown,))
async def show_door_scope(iot_id: str, within: Scope, db: Database) -> DoorScopes:
    """The buildings and groups whose people a door serves."""
    door = await get_door(within, db, iot_id=iot_id)
    scope = within.narrowed(door.community_id)
    rows = (await scopes_of_doors(scope, db, iot_ids=[iot_id])).get(iot_id, [])
    space_ids: list[int | None] = [int(row.ref) for row in rows if row.kind == scopes.SPACE]
    names = await places(scope, db, space_ids=[*space_ids, door.call_space_id])
    groups = {group.user_group_id: group.name for group in await people.groups(scope, db, door.community_id)}
    served = [
        Served(
            "space" if row.kind == scopes.SPACE else "group",
            row.ref,
            names.get(int(row.ref), "") if row.kind == scopes.SPACE else groups.get(row.ref, ""),
            tell_hours(row.schedule),
        )
        for row in rows
    ]
    count = len(await key_queries.people_of(scope, db, refs=[(row.kind, row.ref) for row in rows]))
    call = door.call_space_id
    return DoorScopes(served, count, None if call is None else str(call), names.get(call, ""))


@door_scope_routes.put(right="devices.manage", name="change", raises=(NotFound, DoorUnknown))
async def change_door_scope(iot_id: str, data: DoorScopesIn, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Save which places a door serves; keys, cards and faces are sent to it or removed from it after the answer."""
    now = clock.now_ms()
    schedules: dict[scopes.Ref, str] = {
        (served_hours.kind, served_hours.id): read_hours(served_hours.hours, f"hours[{number}]")
        for number, served_hours in enumerate(data.hours)
    }
    await scopes.set_pass_scope(
        scope,
        tx,
        iot_id=iot_id,
        space_ids=data.space_ids,
        group_ids=data.group_ids,
        schedules=schedules,
        now_ms=now,
    )
    await scopes.set_call_scope(scope, tx, iot_id=iot_id, space_id=data.call_space_id, now_ms=now)
