"""A resident's page answers a call to the home: sees the door while it rings, takes, opens, declines, hangs up."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.calls.rows import DOOR_STATION, OFF, OVER, RINGS, bell_of
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.places import places
from linli.domains.intercom.answering import (
    Answering,
    CallOver,
    CannotSee,
    DeskOfPages,
    InOtherProcess,
    PagePlace,
    PagesOff,
    TakenElsewhere,
)
from linli.domains.intercom.errors import DoorsOff
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries import owners
from linli.domains.intercom.queries.doorbells import bell_names, bells_by_id
from linli.domains.intercom.queries.permissions import limited
from linli.domains.intercom.service.doorbells import MUTED_MS, mute_for_home
from linli.domains.intercom.service.duress import PRESSED_MS, pressed
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids

MOST_DESCRIPTION = 16_384
PageName = Annotated[str, Meta(min_length=8, max_length=64, pattern="^[A-Za-z0-9-]+$")]


class HomeCall(msgspec.Struct, rename="camel", frozen=True):
    """A call that rings or talks at one of one's homes."""

    id: str
    house_id: str
    house: str
    door_name: Annotated[str, Meta(description="Empty: no door, or one that is no more.")]
    door_place: str
    state: Literal["rings", "talks"]
    started_ms: int
    bell_name: Annotated[
        str | None,
        Meta(
            description="The entrance at whose doorbell a visitor's phone calls; null: it is no visitor's phone."
        ),
    ]


class CallsNow(msgspec.Struct, rename="camel", frozen=True):
    on: Annotated[bool, Meta(description="Whether browsers take calls here.")]
    calls: list[HomeCall]


class OnePage(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    page: Annotated[
        PageName, Meta(description="A random name that the page keeps while it is open; also after a reload.")
    ]


class PageAnswer(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    page: PageName
    description: Annotated[
        str, Meta(max_length=MOST_DESCRIPTION, description="The browser's answer to the offer (SDP).")
    ]


class CallOffer(msgspec.Struct, rename="camel", frozen=True):
    description: Annotated[str, Meta(description="What the browser is offered (SDP).")]
    state: Annotated[str, Meta(description="rings, or talks where this page has the call.")]


class DoorTold(msgspec.Struct, rename="camel", frozen=True):
    opened: Annotated[bool, Meta(description="The door opened, or was told to.")]
    words: str


now_routes = Routes("/calls", tags=("intercom",))
routes = Routes("/houses/{house_id:int}/calls/{call_id:int}", tags=("intercom",))
_REFUSALS = (NotFound, DoorsOff, PagesOff, InOtherProcess, CallOver, TakenElsewhere)


@now_routes.get("/now")
async def calls_now(resident: Resident, db: Database, answering: Answering) -> CallsNow:
    """Calls that ring or talk at one's homes at this moment."""
    home_calls: list[HomeCall] = []
    for home in resident.living_in:
        scope = resident.at(home)
        rows = [
            row
            for row in await queries.open_calls_of_home(scope, db, house_id=home.house_id)
            if row.started_ms >= home.moved_in_ms
        ]
        if not rows:
            continue
        doors = await find_doors(scope, db, iot_ids=sorted({row.iot_id for row in rows if row.iot_id}))
        where = await places(
            scope, db, space_ids=[home.house_id, *(door.space_id for door in doors.values())]
        )
        bells = await bell_names(scope, db, [row.caller for row in rows])
        for row in rows:
            door = doors.get(row.iot_id)
            home_calls.append(
                HomeCall(
                    id=str(row.id),
                    house_id=str(home.house_id),
                    house=where.get(home.house_id, ""),
                    door_name=door.name if door else "",
                    door_place=where.get(door.space_id, "") if door else "",
                    state="rings" if row.state == RINGS else "talks",
                    started_ms=row.started_ms,
                    bell_name=bells.get(row.caller),
                )
            )
    return CallsNow(answering.on, home_calls)


@routes.post("/join", raises=(*_REFUSALS, CannotSee), status=200)
async def join_call(
    house_id: int,
    call_id: int,
    data: OnePage,
    resident: Resident,
    db: Database,
    answering: Answering,
    place: PagePlace,
) -> CallOffer:
    """Have a call ring at this page too; what the browser is offered. Asked again, it is offered anew."""
    desk, number = await _own(resident, db, answering, house_id, call_id)
    joined = desk.join(call_id, number, data.page, place.address)
    return CallOffer(joined.offer, joined.state)


@routes.put("/picture", raises=(*_REFUSALS, CannotSee))
async def see_door(
    house_id: int, call_id: int, data: PageAnswer, resident: Resident, db: Database, answering: Answering
) -> None:
    """The browser's answer: the door's picture and sound come from now on. Nothing is heard at the door yet."""
    desk, number = await _own(resident, db, answering, house_id, call_id)
    desk.see(call_id, number, data.page, data.description.encode())


@routes.post("/take", raises=(*_REFUSALS, CannotSee), status=204)
async def take_call(
    house_id: int, call_id: int, data: OnePage, resident: Resident, db: Database, answering: Answering
) -> None:
    """Answer it: the door hears this page, and it rings nowhere else any more."""
    desk, number = await _own(resident, db, answering, house_id, call_id)
    desk.take(call_id, number, data.page)


@routes.post("/decline", raises=_REFUSALS, status=204)
async def decline_call(
    house_id: int, call_id: int, data: OnePage, resident: Resident, db: Database, answering: Answering
) -> None:
    """Ring here no more; once no phone and no other page rings, the caller is told that nobody will come."""
    desk, number = await _own(resident, db, answering, house_id, call_id)
    desk.decline(call_id, number, data.page)


@routes.post("/hang-up", raises=_REFUSALS, status=204)
async def hang_up(
    house_id: int, call_id: int, data: OnePage, resident: Resident, db: Database, answering: Answering
) -> None:
    """End the talk; a page that only looks leaves, and the call rings on."""
    desk, number = await _own(resident, db, answering, house_id, call_id)
    desk.hang_up(call_id, number, data.page)


@routes.post("/open", raises=_REFUSALS, status=200)
async def open_door(
    house_id: int,
    call_id: int,
    resident: Resident,
    db: Database,
    answering: Answering,
    ids: Ids,
    clock: Clock,
    held_ms: Annotated[int, Meta(ge=0, description="How long the button was pressed.")] = 0,
) -> DoorTold:
    """Open the door that rings or talks: what one's own open button opens now, and nothing else."""
    desk, number = await _own(resident, db, answering, house_id, call_id)
    if held_ms >= PRESSED_MS:
        await _long_press(resident, db, house_id, call_id, held_ms, ids, clock)
    return DoorTold(*await desk.open(call_id, number, resident.language))


async def _long_press(
    resident: Resident, db: Database, house_id: int, call_id: int, held_ms: int, ids: Ids, clock: Clock
) -> None:
    home = resident.home(house_id)
    scope = resident.at(home)

    async def work(tx: Tx) -> None:
        if (call := await queries.find_call(scope, tx, call_id)) is not None:
            await pressed(
                scope, tx, call=call, identity_id=home.identity_id, held_ms=held_ms, ids=ids,
                now_ms=clock.now_ms(),
            )  # fmt: skip

    await db.run(work)


@routes.post("/mute-bell", raises=(NotFound,), status=204)
async def mute_bell(house_id: int, call_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """For an hour the doorbell of this call rings the home no more, whichever visitor's phone calls by it."""
    home = resident.home(house_id)
    scope = resident.at(home)
    row = await queries.find_call(scope, tx, call_id)
    bell_id = bell_of(row.caller) if row is not None else None
    if row is None or bell_id is None or row.space_id != house_id or row.started_ms < home.moved_in_ms:
        raise NotFound(what="call", id=call_id)
    bell = (await bells_by_id(scope, tx, [bell_id])).get(bell_id)
    if bell is None:
        raise NotFound(what="doorbell", id=str(bell_id))
    until_ms = clock.now_ms() + MUTED_MS
    await mute_for_home(scope, tx, bell=bell, space_id=house_id, until_ms=until_ms)


async def _own(
    resident: Resident, db: Database, answering: Answering, house_id: int, call_id: int
) -> tuple[DeskOfPages, str]:
    """The desk that has a call to one's own home, and the number of one's account there.

    Raises NotFound, DoorsOff, CallOver, PagesOff, InOtherProcess.
    """
    home = resident.home(house_id)
    scope = resident.at(home)
    row = await queries.find_call(scope, db, call_id)
    if row is None or row.space_id != house_id or row.started_ms < home.moved_in_ms:
        raise NotFound(what="call", id=call_id)
    own = [
        owner.number
        for owner in await owners.owners_in(scope, db, [house_id])
        if owner.identity_id == home.identity_id
    ]
    if not own:
        raise NotFound(what="call", id=call_id)
    if row.caller_kind == DOOR_STATION and (await limited(db, own[:1])).get(own[0]) == OFF:
        raise DoorsOff()
    if row.state == OVER:
        raise CallOver()
    return answering.at(call_id), own[0]


ROUTES = (now_routes, routes)
