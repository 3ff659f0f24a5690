"""Console: a member of staff's page is a guard desk: it answers calls that reach the desk, and opens their doors."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.calls.rows import OVER, TALKS, staff_number
from linli.domains.intercom.answering import (
    Answering,
    CallOver,
    CannotSee,
    DeskOfPages,
    InOtherProcess,
    NotAtDesk,
    PagePlace,
    PagesOff,
    TakenElsewhere,
)
from linli.domains.intercom.call_lines import CallLine, lines_of, names_of_numbers
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.resident_answering import CallOffer, DoorTold, OnePage, PageAnswer
from linli.domains.intercom.rows import CallRow
from linli.domains.people.queries import persons as people
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings

type Off = Literal["", "sip", "media", "browsers"]


class DeskCall(msgspec.Struct, rename="camel", frozen=True):
    """A call that waits at the guard desks, or that one of them has."""

    call: CallLine
    state: Annotated[
        Literal["rings", "talks", "held", "passes"],
        Meta(
            description="held: the visitor waits; passes: it rings elsewhere, and comes back if nobody answers."
        ),
    ]
    mine: Annotated[bool, Meta(description="The asking page has it, or passed it on.")]
    taken_by: Annotated[str, Meta(description="Who at a desk has it, or passed it on; empty: it rings.")]
    held_ms: Annotated[int, Meta(description="Since when it is held, UTC ms; 0: it is not.")] = 0


class DeskNow(msgspec.Struct, rename="camel", frozen=True):
    off: Annotated[
        Off,
        Meta(description="What is switched off, so that no browser can be a desk; empty: nothing."),
    ]
    calls: Annotated[list[DeskCall], Meta(description="Who waits longest first.")]


desk_routes = Routes("/communities/{community_id:int}/guard-desk", tags=("intercom",))
_REFUSALS = (NotFound, PagesOff, InOtherProcess, CallOver, TakenElsewhere, NotAtDesk)


@desk_routes.get(right="doors.use", raises=(NotFound,))
async def calls_at_desk(
    community_id: int,
    within: Scope,
    db: Database,
    answering: Answering,
    settings: Settings,
    page: Annotated[str, Meta(max_length=64)] = "",
) -> DeskNow:
    """Calls that ring at a community's guard desks now, and those that a desk's page has.

    `page`: the name of the asking page, for which calls of the same person's other pages are not its own; empty: all
    of the person's are.
    """
    scope = await people.community_scope(within, db, community_id)
    if answering.desk is None:
        return DeskNow(why_off(settings), [])
    at = answering.desk.at_desks(community_id)
    rows = [row for call_id in sorted(at) if (row := await queries.find_call(scope, db, call_id)) is not None]
    names = await names_of_numbers(scope, db, sorted({each.number for each in at.values() if each.number}))
    own = staff_number(scope.caller.id)
    calls = []
    for row, line in zip(rows, await lines_of(scope, db, rows), strict=True):
        here = at[row.id]
        elsewhere = bool(page) and here.page not in ("", page)
        mine = here.number == own and not elsewhere
        state = "rings" if here.to == own and not (page and mine) else here.state
        who = names.get(here.number, here.number)
        calls.append(DeskCall(line, state, mine, who, here.held_ms))
    return DeskNow("", calls)


@desk_routes.post("/calls/{call_id:int}/join", right="doors.use", raises=(*_REFUSALS, CannotSee), status=200)
async def join_at_desk(
    community_id: int,
    call_id: int,
    data: OnePage,
    within: Scope,
    db: Database,
    answering: Answering,
    place: PagePlace,
) -> CallOffer:
    """Look at the door of a call that rings at the desk; what the browser is offered."""
    _, desk, number = await own_call(within, db, answering, community_id, call_id, data.page)
    joined = desk.join(call_id, number, data.page, place.address)
    return CallOffer(joined.offer, joined.state)


@desk_routes.put("/calls/{call_id:int}/picture", right="doors.use", raises=(*_REFUSALS, CannotSee))
async def see_at_desk(
    community_id: int, call_id: int, data: PageAnswer, within: Scope, db: Database, answering: Answering
) -> None:
    """The browser's answer: the door's picture and sound come from now on. Nothing is heard at the door yet."""
    _, desk, number = await own_call(within, db, answering, community_id, call_id, data.page)
    desk.see(call_id, number, data.page, data.description.encode())


@desk_routes.post("/calls/{call_id:int}/take", right="doors.use", raises=(*_REFUSALS, CannotSee), status=204)
async def take_at_desk(
    community_id: int, call_id: int, data: OnePage, within: Scope, db: Database, answering: Answering
) -> None:
    """Answer it: the first desk or phone has the call, and it rings nowhere else any more. Who talked here is held."""
    _, desk, number = await own_call(within, db, answering, community_id, call_id, data.page)
    desk.take(call_id, number, data.page)
    answering.passing.hold_others(call_id, number, data.page)


@desk_routes.post("/calls/{call_id:int}/decline", right="doors.use", raises=_REFUSALS, status=204)
async def decline_at_desk(
    community_id: int, call_id: int, data: OnePage, within: Scope, db: Database, answering: Answering
) -> None:
    """Not here: it rings on at other desks; once every open desk declined, the call goes on to its next step."""
    _, desk, number = await own_call(within, db, answering, community_id, call_id, data.page)
    desk.decline_at_desk(call_id, community_id, number, data.page)


@desk_routes.post("/calls/{call_id:int}/hang-up", right="doors.use", raises=_REFUSALS, status=204)
async def hang_up_at_desk(
    community_id: int, call_id: int, data: OnePage, within: Scope, db: Database, answering: Answering
) -> None:
    """End the talk; a page that only looks leaves, and the call rings on."""
    _, desk, number = await own_call(within, db, answering, community_id, call_id, data.page)
    desk.hang_up(call_id, number, data.page)


@desk_routes.post("/calls/{call_id:int}/open", right="doors.use", raises=_REFUSALS, status=200)
async def open_at_desk(
    community_id: int, call_id: int, data: OnePage, within: Scope, db: Database, answering: Answering
) -> DoorTold:
    """Open the door of the call, ringing or talking. The call and the door's history keep who did."""
    _, desk, number = await own_call(within, db, answering, community_id, call_id, data.page)
    return DoorTold(*await desk.open(call_id, number, within.language))


def why_off(settings: Settings) -> Off:
    """What is switched off, where browsers take no calls."""
    if not settings.sip.port and not settings.sip.tls_port:
        return "sip"
    return "browsers" if settings.media.enabled else "media"


async def own_call(
    within: Scope, db: Database, answering: Answering, community_id: int, call_id: int, page: str
) -> tuple[CallRow, DeskOfPages, str]:
    """A call that reached this community's guard desks, who has it, and the name of who asks among its phones.

    Raises NotFound, CallOver, TakenElsewhere, NotAtDesk, PagesOff, InOtherProcess.
    """
    scope = await people.community_scope(within, db, community_id)
    row = await queries.find_call(scope, db, call_id)
    if row is None or row.community_id != community_id:
        raise NotFound(what="call", id=call_id)
    if row.state == OVER:
        raise CallOver()
    desk, number = answering.at(call_id), staff_number(scope.caller.id)
    if not answering.guard_desks.sits(community_id, number, page):
        raise NotAtDesk()
    if call_id not in desk.at_desks(community_id):
        raise TakenElsewhere() if row.state == TALKS else CallOver()
    return row, desk, number
