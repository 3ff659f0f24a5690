"""Console: a guard desk holds a call, passes it on to another desk or to a home, and takes it up again."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.calls.rows import staff_number, staff_of
from linli.domains.access.queries.places import places
from linli.domains.intercom.answering import (
    Answering,
    CallOver,
    InOtherProcess,
    NobodyThere,
    NotAtDesk,
    PagesOff,
    PassedOften,
    PassedOn,
    PassTo,
    TakenElsewhere,
)
from linli.domains.intercom.call_lines import names_of_numbers
from linli.domains.intercom.console.guard_desk import own_call
from linli.domains.intercom.errors import OtherHome
from linli.domains.intercom.resident_answering import OnePage, PageName
from linli.domains.intercom.service.passing import ways_to_home
from linli.domains.people.queries import persons as people
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope

SEAT = "seat"


class OtherSeat(msgspec.Struct, rename="camel", frozen=True):
    """A guard desk that is open now, which may be another page of the same person: a phone or a computer."""

    account_id: str
    name: str


class PassTargets(msgspec.Struct, rename="camel", frozen=True):
    """To whom a call can be passed on."""

    seats: list[OtherSeat]
    house_id: Annotated[
        str, Meta(description="The home that the call is for, or that was asked about; empty: none.")
    ]
    house: str
    indoor: Annotated[bool, Meta(description="This home has an indoor unit.")]
    family: Annotated[bool, Meta(description="Members of this home have phones or browsers.")]


class PassWish(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """`seat` with `accountId`; `indoor` and `family` with `houseId`, which may be left out where the call says it."""

    page: PageName
    to: Literal["seat", "indoor", "family"]
    account_id: Annotated[str, Meta(max_length=20, pattern="^[0-9]*$")] = ""
    house_id: Annotated[str, Meta(max_length=19, pattern="^[0-9]*$")] = ""


passing_routes = Routes("/communities/{community_id:int}/guard-desk/calls/{call_id:int}", tags=("intercom",))
_REFUSALS = (NotFound, PagesOff, InOtherProcess, CallOver, TakenElsewhere, NotAtDesk)


@passing_routes.get("/targets", right="doors.use", raises=(*_REFUSALS, OtherHome))
async def pass_targets(
    community_id: int,
    call_id: int,
    within: Scope,
    db: Database,
    answering: Answering,
    page: PageName,
    house_id: int | None = None,
) -> PassTargets:
    """Other desks that are open, and whether anybody of the home can be rung."""
    row, _, own = await own_call(within, db, answering, community_id, call_id, page)
    scope = await people.community_scope(within, db, community_id)
    open_now = {
        number for number, name in answering.guard_desks.pages(community_id) if (number, name) != (own, page)
    }
    names = await names_of_numbers(scope, db, sorted(open_now)) if open_now else {}
    seats = [OtherSeat(staff_of(number), names.get(number, number)) for number in sorted(open_now)]
    asked = row.space_id if house_id is None else house_id
    if asked is None:
        return PassTargets(seats, "", "", indoor=False, family=False)
    ways = await ways_to_home(scope, db, call=row, community_id=community_id, house_id=asked)
    where = await places(scope, db, space_ids=[asked])
    return PassTargets(
        seats, str(asked), where.get(asked, ""), indoor="indoor" in ways, family="family" in ways
    )


@passing_routes.post("/hold", right="doors.use", raises=(*_REFUSALS, PassedOn), status=204)
async def hold_at_desk(
    community_id: int, call_id: int, data: OnePage, within: Scope, db: Database, answering: Answering
) -> None:
    """The door hears nobody until the desk talks again; after three minutes the call ends."""
    _, _, number = await own_call(within, db, answering, community_id, call_id, data.page)
    answering.passing.hold(call_id, number, data.page)


@passing_routes.post("/resume", right="doors.use", raises=_REFUSALS, status=204)
async def resume_at_desk(
    community_id: int, call_id: int, data: OnePage, within: Scope, db: Database, answering: Answering
) -> None:
    """Talk again, also with a call that was passed on and that nobody took yet. Who talked here meanwhile is held."""
    _, _, number = await own_call(within, db, answering, community_id, call_id, data.page)
    answering.passing.resume(call_id, number, data.page)


@passing_routes.post(
    "/pass", right="doors.use", raises=(*_REFUSALS, PassedOn, PassedOften, NobodyThere, OtherHome), status=204
)
async def pass_at_desk(
    community_id: int, call_id: int, data: PassWish, within: Scope, db: Database, answering: Answering
) -> None:
    """Ring another desk or a home; the visitor stays on the line. If nobody answers in 20 s the call comes back here."""
    row, _, number = await own_call(within, db, answering, community_id, call_id, data.page)
    scope = await people.community_scope(within, db, community_id)
    if data.to == SEAT:
        if not data.account_id:
            raise BadInput(field="accountId", rule="required")
        to = PassTo(SEAT, community_id, seat=staff_number(data.account_id))
    else:
        house_id = int(data.house_id) if data.house_id else row.space_id
        if house_id is None:
            raise BadInput(field="houseId", rule="required")
        ways = await ways_to_home(scope, db, call=row, community_id=community_id, house_id=house_id)
        if data.to not in ways:
            raise NobodyThere()
        to = ways[data.to]
    await answering.passing.pass_on(call_id, number, data.page, to, within=scope)
