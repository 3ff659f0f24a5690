"""Console: the doors of a community at its guard desk: what each does now, and looks through them."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.calls.rows import DOOR_STATION, RINGS, staff_number
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries.alarms import AlarmFilter, list_alarms
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.domains.access.rows import Door
from linli.domains.access.service.alarms import HELD_OPEN
from linli.domains.communities.addresses import in_words
from linli.domains.intercom.answering import (
    Answering,
    CallOver,
    CannotSee,
    DeskOfLooks,
    DoorAway,
    DoorBusy,
    NotAtDesk,
    PagePlace,
    PagesOff,
    VoiceTaken,
)
from linli.domains.intercom.console.guard_desk import Off, why_off
from linli.domains.intercom.queries import calls, doors, looks
from linli.domains.intercom.queries.phones import logged_in
from linli.domains.intercom.resident_answering import OnePage, PageAnswer
from linli.domains.intercom.resident_views import DoorView, PageVoice
from linli.domains.intercom.rows import CallRow, DoorLook, DoorNumber
from linli.domains.people.queries import persons as people
from linli.domains.people.queries.callers import caller_names
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

type WallState = Literal["away", "ready", "rings", "talks", "looked"]


class WallDoor(msgspec.Struct, rename="camel", frozen=True):
    """A door station at the desk."""

    iot_id: str
    name: str
    place: str
    state: Annotated[
        WallState,
        Meta(description="away: not logged in; rings, talks: it is in a call; looked: only looked through."),
    ]
    standing_open: Annotated[bool, Meta(description="Its alarm that it is open for too long goes on.")]
    viewers: Annotated[list[str], Meta(description="Members of staff who look through it now.")]
    mine: Annotated[bool, Meta(description="The caller's own account looks through it.")]


class DoorWall(msgspec.Struct, rename="camel", frozen=True):
    off: Annotated[Off, Meta(description="What is switched off, so that nobody can look; empty: nothing.")]
    total: Annotated[int, Meta(description="Doors that fit the filter.")]
    doors: list[WallDoor]
    buildings: Annotated[list[str], Meta(description="The first level of all doors' places.")]


class WallFilter(Filter, frozen=True):
    """Doors of the wall, as they are asked for."""

    q: Annotated[str, Meta(max_length=100, description="Part of the name or place.")] = ""
    building: Annotated[str, Meta(max_length=100, description="One of the buildings.")] = ""
    state: Annotated[
        Literal["reachable", "away", "in_call", "open"] | None,
        Meta(description="in_call: rings or talks; open: stands open."),
    ] = None


class DoorLookLine(msgspec.Struct, rename="camel", frozen=True):
    """A look of a member of staff through a door."""

    id: str
    iot_id: str
    door_name: str
    name: Annotated[str, Meta(description="Who looked.")]
    began_ms: int
    ended_ms: Annotated[int, Meta(description="0: it goes on.")]
    talked: Annotated[bool, Meta(description="The door heard them.")]


wall_routes = Routes("/communities/{community_id:int}/guard-desk/doors", tags=("intercom",))
look_routes = Routes("/communities/{community_id:int}/guard-desk/looks", tags=("intercom",))
_REFUSALS = (NotFound, DoorUnknown, PagesOff, NotAtDesk, CallOver)


@wall_routes.get(right="doors.use", raises=(NotFound,))
async def wall_of_doors(
    community_id: int,
    within: Scope,
    db: Database,
    clock: Clock,
    answering: Answering,
    settings: Settings,
    page: PageRequest,
    where: WallFilter,
) -> DoorWall:
    """Door stations of a community by place and name, with what each does now."""
    scope = await people.community_scope(within, db, community_id)
    rows = await _wall(scope, db, community_id, clock.now_ms())
    kept = [row for row in rows if _fits(row, where)]
    shown = kept[page.offset : page.offset + page.page_size]
    off: Off = "" if answering.on else why_off(settings)
    return DoorWall(off, len(kept), shown, sorted({_building(row.place) for row in rows} - {""}))


@wall_routes.post(
    "/{iot_id:str}/look", right="doors.use", raises=(*_REFUSALS, DoorBusy, DoorAway, CannotSee), status=200
)
async def look_through_door(
    community_id: int,
    iot_id: str,
    data: OnePage,
    within: Scope,
    db: Database,
    answering: Answering,
    place: PagePlace,
) -> DoorView:
    """Have the door answer silently, for a minute, beside others who look; it is written down. One look a page."""
    desk, door, number = await _own(within, db, answering, community_id, iot_id, data.page)
    return DoorView(await desk.look(door, number, data.page, place.address))


@wall_routes.put("/{iot_id:str}/look/picture", right="doors.use", raises=(*_REFUSALS, CannotSee))
async def see_from_desk(
    community_id: int, iot_id: str, data: PageAnswer, within: Scope, db: Database, answering: Answering
) -> None:
    """The browser's answer: picture and sound come from now on; the door hears nothing."""
    desk, door, number = await _own(within, db, answering, community_id, iot_id, data.page)
    desk.see(door, number, data.page, data.description.encode())


@wall_routes.put("/{iot_id:str}/look/voice", right="doors.use", raises=(*_REFUSALS, VoiceTaken))
async def talk_from_desk(
    community_id: int, iot_id: str, data: PageVoice, within: Scope, db: Database, answering: Answering
) -> None:
    """Talk, or be silent again; one at a time."""
    desk, door, number = await _own(within, db, answering, community_id, iot_id, data.page)
    desk.talk(door, number, data.page, on=data.on)


@wall_routes.post("/{iot_id:str}/look/leave", right="doors.use", raises=_REFUSALS, status=204)
async def leave_from_desk(
    community_id: int, iot_id: str, data: OnePage, within: Scope, db: Database, answering: Answering
) -> None:
    """Look no more; the door is hung up once nobody looks."""
    desk, door, number = await _own(within, db, answering, community_id, iot_id, data.page)
    desk.leave(door, number, data.page)


class LooksAsked(Filter, frozen=True):
    """Looks, as their list is asked for."""

    iot_id: Annotated[str, Meta(max_length=64, description="One door; empty: all.")] = ""


@look_routes.get(right="doors.use", raises=(NotFound,))
async def desk_looks(
    community_id: int, within: Scope, db: Database, page: PageRequest, asked: LooksAsked
) -> Page[DoorLookLine]:
    """Who of the staff looked through which door, newest first; kept as long as calls."""
    scope = await people.community_scope(within, db, community_id)
    rows = await looks.list_looks(scope, db, community_id=community_id, iot_id=asked.iot_id, page=page)
    stations = await find_doors(scope, db, iot_ids=sorted({row.iot_id for row in rows.data}))
    names = await caller_names(db, {row.viewer for row in rows.data})
    lines = [
        DoorLookLine(
            id=str(row.id),
            iot_id=row.iot_id,
            door_name=stations[row.iot_id].name if row.iot_id in stations else "",
            name=names.get(row.viewer, row.viewer),
            began_ms=row.began_ms,
            ended_ms=row.ended_ms,
            talked=row.talked_ms > 0,
        )
        for row in rows.data
    ]
    return Page.of(page, rows.total, lines)


async def _wall(scope: Scope, db: Reader, community_id: int, now_ms: int) -> list[WallDoor]:
    numbers = {row.iot_id: row.number for row in await doors.numbers_of_community(scope, db, community_id)}
    stations = await find_doors(scope, db, iot_ids=list(numbers))
    where = await places(scope, db, space_ids=[door.space_id for door in stations.values()])
    there = await logged_in(db, tenant_id=scope.tenant, numbers=list(numbers.values()), now_ms=now_ms)
    busy: dict[str, list[CallRow]] = {}
    for call in await calls.calls_at_doors(scope, db, community_id):
        busy.setdefault(call.iot_id, []).append(call)
    now: dict[str, list[DoorLook]] = {}
    for look in await looks.looks_now(scope, db, community_id):
        now.setdefault(look.iot_id, []).append(look)
    names = await caller_names(db, {look.viewer for each in now.values() for look in each})
    alarms = AlarmFilter(community_id=community_id, kinds=(HELD_OPEN,), lasting=True)
    open_now = {
        alarm.iot_id for alarm in (await list_alarms(scope, db, where=alarms, page=PageRequest(1, 200))).data
    }
    own = f"{scope.caller.kind}:{scope.caller.id}"

    def line(door: Door) -> WallDoor:
        viewers = [look.viewer for look in now.get(door.iot_id, [])]
        return WallDoor(
            iot_id=door.iot_id,
            name=door.name,
            place=where.get(door.space_id, ""),
            state=_state(busy.get(door.iot_id, []), reachable=numbers[door.iot_id] in there),
            standing_open=door.iot_id in open_now,
            viewers=sorted({names.get(viewer, viewer) for viewer in viewers}),
            mine=own in viewers,
        )

    rows = [line(door) for door in stations.values() if door.community_id == community_id]
    return sorted(rows, key=lambda row: (row.place, row.name, row.iot_id))


def _state(at_door: list[CallRow], *, reachable: bool) -> WallState:
    of_door = [call for call in at_door if call.caller_kind == DOOR_STATION]
    if of_door:
        return "rings" if all(call.state == RINGS for call in of_door) else "talks"
    if at_door:
        return "looked"
    return "ready" if reachable else "away"


def _building(place: str) -> str:
    return place.partition("/")[0]


def _fits(row: WallDoor, where: WallFilter) -> bool:
    wanted = where.q.strip().lower()
    words = (row.name, row.place, in_words(row.place, "zh-CN"))
    match where.state:
        case "reachable":
            fits = row.state != "away"
        case "away":
            fits = row.state == "away"
        case "in_call":
            fits = row.state in ("rings", "talks")
        case "open":
            fits = row.standing_open
        case None:
            fits = True
    if where.building and _building(row.place) != where.building:
        return False
    return fits and any(wanted in word.lower() for word in words)


async def _own(
    within: Scope, db: Database, answering: Answering, community_id: int, iot_id: str, page: str
) -> tuple[DeskOfLooks, DoorNumber, str]:
    """Where looks are begun, the door's account, and the name of who asks among phones.

    Raises NotFound, DoorUnknown, PagesOff, NotAtDesk.
    """
    scope = await people.community_scope(within, db, community_id)
    door = await doors.door_number(scope, db, iot_id)
    if door is None or door.community_id != community_id:
        raise DoorUnknown(iot_id)
    number = staff_number(scope.caller.id)
    looks_from = answering.looks
    if not answering.guard_desks.sits(community_id, number, page):
        raise NotAtDesk()
    return looks_from, door, number
