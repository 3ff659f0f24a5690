"""Calls at an indoor terminal: seen before they are answered, answered, opened for, hung up; and those to the property.

Source: spec A RES-10, PM-18.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.calls.rows import OVER, desk_pages
from linli.domains.access.errors import DoorUnknown
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
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries.doorbells import bell_names
from linli.domains.intercom.queries.owners import owners_of_numbers
from linli.domains.intercom.queries.screens import BoundTerminal
from linli.domains.intercom.resident_answering import CallOffer, DoorTold, OnePage, PageAnswer
from linli.domains.intercom.rows import CallRow
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound

type Why = Literal["", "busy", "nobody", "declined", "ended"]


class TerminalCall(msgspec.Struct, rename="camel", frozen=True):
    """A call that rings here, or that this terminal has."""

    id: str
    state: Literal["rings", "talks"]
    started_ms: int
    from_door: Annotated[bool, Meta(description="A door calls, with its picture; else it is a voice.")]
    door_name: Annotated[str, Meta(description="Empty: no door, or one that is no more.")]
    door_place: str
    house: Annotated[
        str, Meta(description="From whose terminal it comes, or whom the door called; empty: not known.")
    ]
    silent: Annotated[bool, Meta(description="It is to ring without a sound: quiet hours.")]
    bell_name: Annotated[
        str | None,
        Meta(
            description="The entrance at whose doorbell a visitor's phone calls; null: it is no visitor's phone."
        ),
    ]


class OwnCall(msgspec.Struct, rename="camel", frozen=True):
    """A call that this terminal makes."""

    state: Annotated[
        Literal["calls", "rings", "taken", "talks", "over"],
        Meta(description="taken: somebody has it, and the page is to join."),
    ]
    mine: Annotated[bool, Meta(description="The asking page made it.")]
    why: Annotated[Why, Meta(description="Of `over`.")]


class TerminalCalls(msgspec.Struct, rename="camel", frozen=True):
    on: Annotated[bool, Meta(description="Whether browsers take calls here.")]
    calls: Annotated[list[TerminalCall], Meta(description="Who waits longest first.")]
    own: OwnCall | None


now_routes = Routes("/calls", tags=("intercom",))
call_routes = Routes("/calls/{call_id:int}", tags=("intercom",))
dial_routes = Routes("/property-call", tags=("intercom",))
_REFUSALS = (NotFound, PagesOff, InOtherProcess, CallOver, TakenElsewhere)
_WHY: Final[dict[int, Why]] = {486: "busy", 603: "declined", 487: "ended"}
_PageAsked = Annotated[
    str,
    Meta(min_length=0, max_length=64, pattern="^[A-Za-z0-9-]*$", description="The name of the asking page."),
]


@now_routes.get()
async def calls_now(
    terminal: BoundTerminal, db: Database, answering: Answering, page: _PageAsked = ""
) -> TerminalCalls:
    """Calls at this terminal now."""
    if answering.desk is None:
        return TerminalCalls(on=False, calls=[], own=None)
    number, scope = terminal.terminal.number, terminal.scope
    at = answering.desk.at_terminal(number)
    rows = [row for call_id in sorted(at) if (row := await queries.find_call(scope, db, call_id)) is not None]
    doors = await find_doors(scope, db, iot_ids=sorted({row.iot_id for row in rows if row.iot_id}))
    callers = {
        row.number: row.space_id for row in await owners_of_numbers(scope, db, [row.caller for row in rows])
    }
    bells = await bell_names(scope, db, [row.caller for row in rows])
    from_doors = {row.id: bool(row.iot_id) or row.caller in bells for row in rows}
    houses = {row.id: row.space_id if from_doors[row.id] else callers.get(row.caller) for row in rows}
    where = await places(scope, db, space_ids=[*houses.values(), *(door.space_id for door in doors.values())])
    shown = []
    for row in rows:
        door = doors.get(row.iot_id)
        shown.append(
            TerminalCall(
                id=str(row.id),
                state="talks" if at[row.id].talks else "rings",
                started_ms=row.started_ms,
                from_door=from_doors[row.id],
                door_name=door.name if door else "",
                door_place=where.get(door.space_id, "") if door else "",
                house=where.get(houses[row.id], ""),
                silent=at[row.id].silent,
                bell_name=bells.get(row.caller),
            )
        )
    return TerminalCalls(on=True, calls=shown, own=_own_call(answering, number, page))


@call_routes.post("/join", raises=(*_REFUSALS, CannotSee), status=200)
async def join_call(
    call_id: int, data: OnePage, terminal: BoundTerminal, db: Database, answering: Answering, place: PagePlace
) -> CallOffer:
    """Have it ring at this page too: what the browser is offered. Asked again, it is offered anew."""
    desk, number, _ = await _here(terminal, db, answering, call_id)
    joined = desk.join(call_id, number, data.page, place.address)
    return CallOffer(joined.offer, joined.state)


@call_routes.put("/picture", raises=(*_REFUSALS, CannotSee))
async def see_caller(
    call_id: int, data: PageAnswer, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """The browser's answer: picture and sound come from now on. Nothing is heard at the other end yet."""
    desk, number, _ = await _here(terminal, db, answering, call_id)
    desk.see(call_id, number, data.page, data.description.encode())


@call_routes.post("/take", raises=(*_REFUSALS, CannotSee), status=204)
async def take_call(
    call_id: int, data: OnePage, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """Answer it: it rings nowhere else any more."""
    desk, number, _ = await _here(terminal, db, answering, call_id)
    desk.take(call_id, number, data.page)


@call_routes.post("/decline", raises=_REFUSALS, status=204)
async def decline_call(
    call_id: int, data: OnePage, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """Ring here no more; once nothing of the home rings, the caller is told that nobody will come."""
    desk, number, _ = await _here(terminal, db, answering, call_id)
    desk.decline(call_id, number, data.page)


@call_routes.post("/hang-up", raises=_REFUSALS, status=204)
async def hang_up(
    call_id: int, data: OnePage, terminal: BoundTerminal, db: Database, answering: Answering
) -> None:
    """End the talk; a page that only looks leaves, and the call rings on."""
    desk, number, _ = await _here(terminal, db, answering, call_id)
    desk.hang_up(call_id, number, data.page)


@call_routes.post("/open", raises=(*_REFUSALS, DoorUnknown), status=200)
async def open_in_call(call_id: int, terminal: BoundTerminal, db: Database, answering: Answering) -> DoorTold:
    """Open the door that rings or talks, if it is one that the terminal may open."""
    desk, number, row = await _here(terminal, db, answering, call_id)
    if not row.iot_id:
        raise DoorUnknown("")
    return DoorTold(*await desk.open(call_id, number, terminal.language))


@dial_routes.post(raises=(PagesOff,), status=202)
async def call_property(data: OnePage, terminal: BoundTerminal, answering: Answering) -> None:
    """Ring the guard desks and the office's terminals of the community, by voice. One call at a time."""
    row = terminal.terminal
    answering.dials.call(row.number, desk_pages(row.community_id), data.page)


@dial_routes.post("/join", raises=(PagesOff, CallOver, CannotSee), status=200)
async def join_own_call(
    data: OnePage, terminal: BoundTerminal, answering: Answering, place: PagePlace
) -> CallOffer:
    """Once somebody took it: what the browser is offered."""
    return CallOffer(answering.dials.join(terminal.terminal.number, data.page, place.address), "talks")


@dial_routes.put("/picture", raises=(PagesOff, CallOver, CannotSee))
async def hear_own_call(data: PageAnswer, terminal: BoundTerminal, answering: Answering) -> None:
    """The browser's answer: both hear each other from now on."""
    answering.dials.hear(terminal.terminal.number, data.page, data.description.encode())


@dial_routes.post("/hang-up", raises=(PagesOff, CallOver), status=204)
async def end_own_call(data: OnePage, terminal: BoundTerminal, answering: Answering) -> None:
    """Ring no more, or end the talk."""
    answering.dials.hang_up(terminal.terminal.number, data.page)


def _own_call(answering: Answering, number: str, page: str) -> OwnCall | None:
    now = answering.dials.now(number)
    if now is None:
        return None
    why: Why = ""
    if now.state == "over":
        why = "ended" if now.talked else _WHY.get(now.status, "nobody")
    return OwnCall(state=now.state, mine=now.page == page, why=why)


async def _here(
    terminal: BoundTerminal, db: Database, answering: Answering, call_id: int
) -> tuple[DeskOfPages, str, CallRow]:
    """The desk that has a call at this terminal, the terminal's number, and the call.

    Raises NotFound, CallOver, TakenElsewhere, PagesOff, InOtherProcess.
    """
    row, number = await queries.find_call(terminal.scope, db, call_id), terminal.terminal.number
    if row is None:
        raise NotFound(what="call", id=call_id)
    if row.state == OVER:
        if not _was_for(terminal, row):
            raise NotFound(what="call", id=call_id)
        raise CallOver()
    desk = answering.at(call_id)
    if call_id not in desk.at_terminal(number):
        if not _was_for(terminal, row):
            raise NotFound(what="call", id=call_id)
        raise TakenElsewhere() if row.answered_by else CallOver()
    return desk, number, row


def _was_for(terminal: BoundTerminal, row: CallRow) -> bool:
    """Whether a call that is not here now may have been: of the own house, or to the office or from it."""
    place = terminal.terminal
    return row.target == place.number or (
        row.space_id == place.space_id
        if place.space_id is not None
        else row.community_id == place.community_id
    )


ROUTES = (now_routes, call_routes, dial_routes)
