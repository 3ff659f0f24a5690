"""Console: why a home does not ring at a door."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.delivery import queries as deliveries
from linli.delivery.console import DeliveryRow, delivery_rows
from linli.delivery.ports import SubjectNames
from linli.delivery.schemas import DesiredFilter
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.doors import get_door
from linli.domains.access.rows import Door
from linli.domains.boxes.queries import clusters
from linli.domains.communities.queries import communities, spaces
from linli.domains.communities.service.lifecycle import RUNNING
from linli.domains.intercom.call_lines import CallLine, lines_of
from linli.domains.intercom.console.doors import PhoneState, group_phones
from linli.domains.intercom.kinds import NUMBER, ROOMS
from linli.domains.intercom.queries import calls as call_queries
from linli.domains.intercom.queries import doors as queries
from linli.domains.intercom.queries.calls import CallFilter
from linli.domains.intercom.queries.forms import abilities_of, form_of
from linli.domains.intercom.queries.permissions import permission_of_home
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.ring_steps import Brought, RingFacts, RingStep, steps_of
from linli.domains.intercom.room_numbers import room_key
from linli.domains.intercom.rows import Room
from linli.domains.intercom.service.quiet import quiet_now
from linli.domains.intercom.site.queries import phones_at_sites, runs, sites_of
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

CALLS_SHOWN: Final = 5
SILENT_MS: Final = 120_000
"""Without a heartbeat for so long a box is away."""
_NOTHING: Final = Brought("", "")


class RoomAsked(Filter, frozen=True):
    """A room of the door."""

    room_id: Annotated[str, Meta(description="As it is listed, or as a visitor keys it.", max_length=64)]


class RingCheck(msgspec.Struct, rename="camel", frozen=True):
    """The way of a call from a door to a home."""

    group_id: Annotated[str, Meta(description="What the room rings; empty: the door does not have the room.")]
    house_id: Annotated[str | None, Meta(description="Of a group that is a house's.")]
    house_location: str
    steps: list[RingStep]
    phones: list[PhoneState]
    calls: Annotated[
        list[CallLine], Meta(description="The last ones from this door to this home, newest first.")
    ]


door_ring_routes = Routes("/doors/{iot_id:str}/intercom/why", tags=("doors",))


@door_ring_routes.get(right="devices.use", raises=(DoorUnknown, BadInput))
async def why_it_does_not_ring(
    iot_id: str, asked: RoomAsked, scope: Scope, db: Database, clock: Clock, persons: SubjectNames
) -> RingCheck:
    """Each step of the way, and whether it holds now."""
    door, now_ms = await get_door(scope, db, iot_id=iot_id), clock.now_ms()
    room = await _room(scope, db, iot_id, asked.room_id)
    houses = await queries.houses_of_groups(scope, db, group_ids=[room.group_id] if room else [])
    house_id = houses.get(room.group_id) if room else None
    phones = (
        await group_phones(
            scope, db, door.tenant_id, group_id=room.group_id, house_id=house_id, now_ms=now_ms
        )
        if room
        else []
    )
    facts = await _facts(scope, db, door, room, phones, now_ms=now_ms, persons=persons)
    if house_id is not None:
        quiet = await quiet_now(scope, db, community_id=door.community_id, space_id=house_id, now_ms=now_ms)
        given = await permission_of_home(scope, db, community_id=door.community_id, space_id=house_id)
        facts = facts._replace(quiet=quiet.home, indoor=given.indoor, mobile=given.mobile)
    facts = await _with_box(scope, db, door, facts, now_ms=now_ms)
    places = await spaces.houses_by_id(scope, db, [house_id] if house_id is not None else [])
    return RingCheck(
        group_id=room.group_id if room else "",
        house_id=None if house_id is None else str(house_id),
        house_location=places[house_id].location if house_id in places else "",
        steps=steps_of(facts),
        phones=phones,
        calls=await _calls(scope, db, iot_id, house_id),
    )


async def _room(scope: Scope, db: Database, iot_id: str, room_id: str) -> Room | None:
    """Of a room of the whole form or of a house alone. Raises BadInput."""
    key = room_key(room_id)
    if key is None:
        raise BadInput(field="roomId", rule="room_form")
    rooms = await queries.rooms_of_door(scope, db, iot_id=iot_id)
    exact = [room for room in rooms if room.room_key == key]
    alike = [room for room in rooms if room.room_key.rpartition("-")[2] == key]
    return next(iter(exact or alike), None)


async def _facts(
    scope: Scope,
    db: Database,
    door: Door,
    room: Room | None,
    phones: list[PhoneState],
    *,
    now_ms: int,
    persons: SubjectNames,
) -> RingFacts:
    community = (await communities.by_id(scope, db, [door.community_id])).get(door.community_id)
    issued = await queries.door_number(scope, db, door.iot_id)
    numbers = [] if issued is None else [issued.number]
    own = await queries.own_numbers(db, tenant_id=door.tenant_id, numbers=numbers)
    brought = await _brought(scope, db, door.iot_id, persons)
    return RingFacts(
        service_runs=community is not None and community.service_state == RUNNING,
        able=bool(await abilities_of(scope, db, iot_id=door.iot_id)),
        has_account=issued is not None,
        here=bool(own),
        account=brought.get(NUMBER, _NOTHING),
        logged_in=bool(await logged_in(db, tenant_id=door.tenant_id, numbers=numbers, now_ms=now_ms)),
        room_key=room.room_key if room else "",
        form=await form_of(scope, db, iot_id=door.iot_id),
        rooms=brought.get(ROOMS, _NOTHING),
        members=len(phones),
        phones=sum(phone.registered_ms is not None for phone in phones),
    )


async def _with_box(scope: Scope, db: Database, door: Door, facts: RingFacts, *, now_ms: int) -> RingFacts:
    """A door that logs in at the box of its site rings the phones there, also without a line."""
    issued = await queries.door_number(scope, db, door.iot_id)
    there = await phones_at_sites(scope, db, [issued.number]) if issued is not None else {}
    phone = there.get(issued.number) if issued is not None else None
    if phone is None:
        return facts
    node = await clusters.node(scope, db, phone.node_id)
    serving = {row.node_id for row in await sites_of(scope, db, door.community_id) if runs(row, now_ms)}
    lives = node.last_seen_ms is not None and now_ms - node.last_seen_ms < SILENT_MS
    if lives and node.node_id not in serving:
        return facts  # the component was stopped meanwhile
    return facts._replace(box=node.name, box_lives=lives, logged_in=facts.logged_in or lives)


async def _brought(scope: Scope, db: Database, iot_id: str, persons: SubjectNames) -> dict[str, Brought]:
    kinds = (NUMBER, ROOMS)
    wanted = DesiredFilter(device=iot_id, kinds=kinds)
    rows = await deliveries.list_rows(scope, db, wanted=wanted, page=PageRequest(1, len(kinds)))
    shown: list[DeliveryRow] = await delivery_rows(scope, db, rows.data, persons)
    return {row.kind: Brought(row.status, row.reason) for row in shown if not row.deleting}


async def _calls(scope: Scope, db: Database, iot_id: str, house_id: int | None) -> list[CallLine]:
    if house_id is None:
        return []
    where = CallFilter(iot_id=iot_id, space_ids=(house_id,))
    matches = await call_queries.list_calls(scope, db, where=where, page=PageRequest(1, CALLS_SHOWN))
    return await lines_of(scope, db, matches.data)
