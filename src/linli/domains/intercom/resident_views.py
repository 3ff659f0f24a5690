"""A resident's page looks through the camera of a door that the resident may open."""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.intercom.answering import (
    Answering,
    CallOver,
    CannotSee,
    DeskOfViews,
    DoorAway,
    DoorBusy,
    PagePlace,
    PagesOff,
    VoiceTaken,
)
from linli.domains.intercom.errors import VoiceAlone
from linli.domains.intercom.queries import doors, looks, owners
from linli.domains.intercom.queries.permissions import sees_doors
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.resident_answering import OnePage, PageAnswer
from linli.domains.intercom.rows import DoorNumber, Owner
from linli.domains.intercom.service.openings import may_open_now
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound


class WatchedDoors(msgspec.Struct, rename="camel", frozen=True):
    iot_ids: Annotated[list[str], Meta(description="Doors whose camera can be looked through now.")]


class DoorView(msgspec.Struct, rename="camel", frozen=True):
    description: Annotated[str, Meta(description="What the browser is offered (SDP).")]


class StaffLook(msgspec.Struct, rename="camel", frozen=True):
    """A member of the property's staff looked through a door."""

    name: Annotated[str, Meta(description="Empty: not known any more.")]
    began_ms: int
    ended_ms: Annotated[int, Meta(description="0: it goes on.")]
    talked: Annotated[bool, Meta(description="The door heard them.")]


class PageVoice(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    page: Annotated[str, Meta(min_length=8, max_length=64, pattern="^[A-Za-z0-9-]+$")]
    on: Annotated[bool, Meta(description="Whether the door is to hear this page.")]


list_routes = Routes("/communities/{community_id:int}/views", tags=("intercom",))
routes = Routes("/communities/{community_id:int}/doors/{iot_id:str}/view", tags=("intercom",))
look_list_routes = Routes("/communities/{community_id:int}/doors/{iot_id:str}/looks", tags=("intercom",))
SHOWN_DAYS: Final = 30
_REFUSALS = (NotFound, DoorUnknown, PagesOff, CallOver)


@list_routes.get()
async def doors_to_watch(
    community_id: int, resident: Resident, db: Database, clock: Clock, answering: Answering
) -> WatchedDoors:
    """Doors of a community that are logged in as phones and that one may open now; none where browsers take no calls."""
    scope, identity_id = resident.person_in(community_id)
    number = _number(await owners.owners_in(scope, db, _homes(resident, community_id)), identity_id)
    if not answering.on or number is None or not await sees_doors(db, number):
        return WatchedDoors([])
    numbers = await doors.numbers_of_community(scope, db, community_id)
    there = await logged_in(
        db, tenant_id=scope.tenant, numbers=[row.number for row in numbers], now_ms=clock.now_ms()
    )
    seen = [
        row.iot_id
        for row in numbers
        if row.number in there
        and await may_open_now(
            db,
            tenant_id=scope.tenant,
            community_id=community_id,
            identity_id=identity_id,
            iot_id=row.iot_id,
            now_ms=clock.now_ms(),
        )
    ]
    return WatchedDoors(seen)


@look_list_routes.get(raises=(NotFound, DoorUnknown))
async def looks_of_staff(
    community_id: int, iot_id: str, resident: Resident, db: Database, clock: Clock
) -> list[StaffLook]:
    """Who of the staff looked through a door that one may open, in the last thirty days and since one lives there; newest
    first, some at most.
    """
    row, _ = await _own_door(resident, db, clock, community_id, iot_id)
    scope, _ = resident.person_in(community_id)
    lived_ms = min(home.since_ms for home in resident.living_in if home.community_id == community_id)
    since_ms = max(lived_ms, clock.now_ms() - SHOWN_DAYS * 86_400_000)
    rows = await looks.looks_of_door(scope, db, iot_id=row.iot_id, since_ms=since_ms)
    names = await caller_names(db, {look.viewer for look in rows})
    return [
        StaffLook(names.get(look.viewer, ""), look.began_ms, look.ended_ms, look.talked_ms > 0)
        for look in rows
    ]


@routes.post("/", raises=(*_REFUSALS, VoiceAlone, DoorBusy, DoorAway, CannotSee), status=200)
async def watch_door(
    community_id: int,
    iot_id: str,
    data: OnePage,
    resident: Resident,
    db: Database,
    clock: Clock,
    answering: Answering,
    place: PagePlace,
) -> DoorView:
    """Have the door answer silently, for a minute, beside others who look; asked again, the browser is offered anew."""
    views, door, number = await _own(resident, db, clock, answering, community_id, iot_id)
    if not await sees_doors(db, number):
        raise VoiceAlone()
    return DoorView(await views.watch(door, number, data.page, place.address))


@routes.put("/picture", raises=(*_REFUSALS, CannotSee))
async def see_through_door(
    community_id: int,
    iot_id: str,
    data: PageAnswer,
    resident: Resident,
    db: Database,
    clock: Clock,
    answering: Answering,
) -> None:
    """The browser's answer: picture and sound come from now on; the door hears nothing."""
    views, door, number = await _own(resident, db, clock, answering, community_id, iot_id)
    views.see(door, number, data.page, data.description.encode())


@routes.put("/voice", raises=(*_REFUSALS, VoiceTaken))
async def talk_through_door(
    community_id: int,
    iot_id: str,
    data: PageVoice,
    resident: Resident,
    db: Database,
    clock: Clock,
    answering: Answering,
) -> None:
    """Talk, or be silent again; one at a time."""
    views, door, number = await _own(resident, db, clock, answering, community_id, iot_id)
    views.talk(door, number, data.page, on=data.on)


@routes.post("/leave", raises=(NotFound, DoorUnknown, PagesOff), status=204)
async def leave_door(
    community_id: int,
    iot_id: str,
    data: OnePage,
    resident: Resident,
    db: Database,
    clock: Clock,
    answering: Answering,
) -> None:
    """Look no more; the door is hung up once nobody looks."""
    views, door, number = await _own(resident, db, clock, answering, community_id, iot_id)
    views.leave(door, number, data.page)


async def _own(
    resident: Resident, db: Database, clock: Clock, answering: Answering, community_id: int, iot_id: str
) -> tuple[DeskOfViews, str, str]:
    """The desk, the door's number, and that of one's own account. Raises NotFound, DoorUnknown, PagesOff."""
    row, number = await _own_door(resident, db, clock, community_id, iot_id)
    return answering.views, row.number, number


async def _own_door(
    resident: Resident, db: Database, clock: Clock, community_id: int, iot_id: str
) -> tuple[DoorNumber, str]:
    """A door that one may open now, and the number of one's own account. Raises NotFound, DoorUnknown."""
    scope, identity_id = resident.person_in(community_id)
    row = await doors.door_number(scope, db, iot_id)
    number = _number(await owners.owners_in(scope, db, _homes(resident, community_id)), identity_id)
    if (
        row is None
        or row.community_id != community_id
        or number is None
        or not await may_open_now(
            db,
            tenant_id=scope.tenant,
            community_id=community_id,
            identity_id=identity_id,
            iot_id=iot_id,
            now_ms=clock.now_ms(),
        )
    ):
        raise DoorUnknown(iot_id)
    return row, number


def _homes(resident: Resident, community_id: int) -> list[int]:
    return [home.house_id for home in resident.living_in if home.community_id == community_id]


def _number(rows: list[Owner], identity_id: str) -> str | None:
    return next((row.number for row in rows if row.identity_id == identity_id), None)


ROUTES = (list_routes, look_list_routes, routes)
