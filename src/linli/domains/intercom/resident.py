"""Calls to the resident's own homes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.call_lines import lines_of
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries.calls import CallFilter
from linli.domains.intercom.rows import UNANSWERED
from linli.domains.people.queries.residence import Resident
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest


class MyCall(msgspec.Struct, rename="camel", frozen=True):
    """Somebody rang at home."""

    id: str
    started_ms: int
    door_name: Annotated[str, Meta(description="Empty: no door, or one that is no more.")]
    door_place: str
    outcome: Annotated[
        str,
        Meta(
            description="answered, missed, given_up, refused, busy, unreachable, cut; empty: rings or talks now."
        ),
    ]
    missed: Annotated[bool, Meta(description="Nobody took it.")]
    taken_by: Annotated[
        str, Meta(description="The member of the home who took it; empty: nobody, or not known.")
    ]
    opened: bool
    talked_ms: Annotated[int, Meta(description="How long; 0: not at all, or still.")]


class MyCallsAsked(Filter, frozen=True):
    """A home's calls, as their list is asked for."""

    missed: Annotated[bool, Meta(description="Only those that nobody took.")] = False
    since_ms: Annotated[int, Meta(description="Only those after this time, UTC ms.")] = 0


routes = Routes("/houses/{house_id:int}/calls", tags=("intercom",))


@routes.get(raises=(NotFound,))
async def my_calls(
    house_id: int, resident: Resident, db: Database, page: PageRequest, asked: MyCallsAsked
) -> Page[MyCall]:
    """Calls to one's home, newest first; none from before one lived there."""
    home = resident.home(house_id)
    scope = resident.at(home)
    where = CallFilter(
        community_id=home.community_id,
        space_ids=(house_id,),
        outcomes=UNANSWERED if asked.missed else (),
        from_ms=max(home.moved_in_ms, home.created_ms, asked.since_ms + 1),
    )
    matches = await queries.list_calls(scope, db, where=where, page=page)
    mine = [
        MyCall(
            id=line.id,
            started_ms=line.started_ms,
            door_name=line.door_name,
            door_place=line.door_place,
            outcome=line.outcome,
            missed=line.missed,
            taken_by=line.answered_name,
            opened=line.opened,
            talked_ms=line.ended_ms - line.answered_ms if line.answered_ms and line.ended_ms else 0,
        )
        for line in await lines_of(scope, db, matches.data)
    ]
    return Page.of(page, matches.total, mine)


ROUTES = (routes,)
