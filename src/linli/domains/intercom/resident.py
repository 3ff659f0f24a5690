"""Calls to the resident's own homes."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.calls.rows import UNANSWERED, telephone_of
from linli.domains.intercom.call_details import OpeningTry, TriedStep, courses_of
from linli.domains.intercom.call_lines import lines_of
from linli.domains.intercom.queries import calls as queries
from linli.domains.intercom.queries.calls import CallFilter
from linli.domains.intercom.queries.homes import home_rules
from linli.domains.intercom.queries.owners import owners_by_name
from linli.domains.intercom.resident_messages import CallMessage, messages_by_call
from linli.domains.intercom.resident_messages import routes as message_routes
from linli.domains.intercom.resident_settings import setting_routes
from linli.domains.people.queries.residence import Home, Resident
from linli.kernel.db import Database
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope


class MyCall(msgspec.Struct, rename="camel", frozen=True):
    """Somebody rang at home."""

    id: str
    started_ms: int
    door_name: Annotated[str, Meta(description="Empty: no door, or one that is no more.")]
    door_place: str
    iot_id: Annotated[str, Meta(description="The door; empty: none.")]
    bell_name: Annotated[
        str | None,
        Meta(
            description="The entrance at whose doorbell a visitor's phone called; null: it was no visitor's phone."
        ),
    ]
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
    steps: Annotated[list[TriedStep], Meta(description="Whom it tried, one after the other.")]
    openings: Annotated[list[OpeningTry], Meta(description="Who asked to open, and what became of it.")]
    message: Annotated[CallMessage | None, Meta(description="What the visitor left; null: nothing.")]


class MyCallsAsked(Filter, frozen=True):
    """A home's calls, as their list is asked for."""

    missed: Annotated[bool, Meta(description="Only those that nobody took.")] = False
    since_ms: Annotated[int, Meta(description="Only those after this time, UTC ms.")] = 0


routes = Routes("/houses/{house_id:int}/calls", tags=("intercom",))


@routes.get(raises=(NotFound,))
async def my_calls(
    house_id: int,
    resident: Resident,
    db: Database,
    page: PageRequest,
    asked: MyCallsAsked,
    objects: ObjectStore,
) -> Page[MyCall]:
    """Calls to one's home, newest first; none from before one lived there."""
    home = resident.home(house_id)
    scope = resident.at(home)
    where = CallFilter(
        community_id=home.community_id,
        space_ids=(house_id,),
        outcomes=UNANSWERED if asked.missed else (),
        from_ms=max(home.since_ms, asked.since_ms + 1),
        takers=await _takers(scope, db, home),
    )
    matches = await queries.list_calls(scope, db, where=where, page=page)
    ids = [row.id for row in matches.data]
    courses = await courses_of(scope, db, ids, resident.language)
    left = await messages_by_call(scope, db, objects, ids)
    mine = [
        MyCall(
            id=line.id,
            started_ms=line.started_ms,
            door_name=line.door_name,
            door_place=line.door_place,
            iot_id=line.iot_id,
            bell_name=line.bell_name,
            outcome=line.outcome,
            missed=line.missed,
            taken_by=line.answered_name,
            opened=line.opened,
            talked_ms=line.ended_ms - line.answered_ms if line.answered_ms and line.ended_ms else 0,
            steps=courses[int(line.id)].steps,
            openings=courses[int(line.id)].openings,
            message=left.get(int(line.id)),
        )
        for line in await lines_of(scope, db, matches.data)
    ]
    return Page.of(page, matches.total, mine)


async def _takers(scope: Scope, db: Database, home: Home) -> tuple[str, ...] | None:
    """Where the home hides its log, whose calls this member sees besides those that nobody took."""
    rules = await home_rules(scope, db, community_id=home.community_id, space_id=home.house_id)
    if not rules.log_hidden:
        return None
    name = f"home:{home.house_id}:{home.identity_id}"
    numbers = [row.number for row in (await owners_by_name(scope, db, [name])).values()]
    return (*numbers, telephone_of(home.identity_id))


ROUTES = (routes, message_routes, setting_routes)
