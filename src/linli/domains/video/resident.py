"""Residents see who looked at the cameras on the way to their door: in their house, unit and building, not beyond.

Only since they live there, and never what a neighbour did. Reasons of staff stay with staff: they may name others.
"""

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.communities.queries import spaces
from linli.domains.communities.space_rules import BUILDING, HOUSE, UNIT
from linli.domains.people.queries import organisation
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.queries.residence import Resident
from linli.domains.video.queries import looks as queries
from linli.domains.video.recording_rows import View
from linli.domains.video.service.recording import VIEW_DAYS
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.i18n import text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

_WAY: Final = frozenset({BUILDING, UNIT, HOUSE})
"""Kinds of spaces that are the way to a door; car parks and grounds are everybody's."""


class DoorLook(msgspec.Struct, rename="camel", frozen=True):
    id: str
    camera: str
    what: Annotated[str, Meta(description="live, picture, test, play, device, download.")]
    who: Annotated[str, Meta(description="Name of a member of staff; empty: a program, or no more there.")]
    role: Annotated[str, Meta(description="In words; empty: not known.")]
    program: Annotated[bool, Meta(description="A program of the property looked.")]
    at_ms: int
    lasted_ms: Annotated[int | None, Meta(description="Of a live look so far; null: unknown.")]
    goes_on: bool


class DoorLooks(msgspec.Struct, rename="camel", frozen=True):
    """Looks at the cameras of a home's way, the last first."""

    cameras: Annotated[list[str], Meta(description="Names of the cameras of one's house, unit and building.")]
    days: Annotated[int, Meta(description="For so long looks are kept.")]
    since_ms: Annotated[int, Meta(description="Earlier ones are not shown: one did not live there.")]
    looks: Page[DoorLook]


routes = Routes("/houses/{house_id:int}/camera-looks", tags=("cameras",))


@routes.get(raises=(NotFound,))
async def who_watched_my_door(
    house_id: int, resident: Resident, db: Database, clock: Clock, page: PageRequest
) -> DoorLooks:
    """Who of the staff looked at cameras of the house, the unit and the building, live or recorded."""
    home = resident.home(house_id)
    scope = resident.at(home)
    numbers = sorted(await spaces.below_root(scope, db, home.house_id))
    way = await spaces.spaces_by_id(scope, db, numbers)
    space_ids = sorted(number for number, space in way.items() if space.kind in _WAY)
    cameras = await queries.cameras_at(scope, db, home.community_id, space_ids)
    if not cameras:
        return DoorLooks([], VIEW_DAYS, home.since_ms, Page.of(page, 0, []))
    listed = await queries.looks_at_door(scope, db, home.community_id, sorted(cameras), home.since_ms, page)
    rows = await _rows(scope, db, home.community_id, listed.data, cameras, clock.now_ms())
    return DoorLooks(list(cameras.values()), VIEW_DAYS, home.since_ms, Page.of(page, listed.total, rows))


async def _rows(
    scope: Scope, db: Reader, community_id: int, views: list[View], cameras: dict[str, str], now_ms: int
) -> list[DoorLook]:
    names = await caller_names(db, {view.caller for view in views})
    roles = await _roles(scope, db, community_id, {view.caller for view in views})
    return [
        DoorLook(
            str(view.view_id), cameras.get(view.iot_id, ""), view.what, names.get(view.caller, ""),
            roles.get(view.caller, ""), view.caller.startswith("app:"), view.at_ms,
            view.end_ms - view.begin_ms if view.what == "live" else None, view.goes_on(now_ms),
        )
        for view in views
    ]  # fmt: skip


async def _roles(scope: Scope, db: Reader, community_id: int, callers: set[str]) -> dict[str, str]:
    """Caller → role: the company's own, else the built-in one that holds here."""
    account_ids = {
        int(number): caller
        for caller in callers
        for kind, _, number in (caller.partition(":"),)
        if kind == "staff" and number.isdecimal()
    }
    if not account_ids:
        return {}
    whole = Scope.system(scope.tenant, "video")
    numbers = sorted(account_ids)
    words: dict[str, str] = {}
    for number, built_in in (await organisation.built_in_of(whole, db, numbers)).items():
        here = [row.role for row in built_in if row.community_id in (0, community_id)]
        if here:
            words[account_ids[number]] = text(f"video.role.{here[0].value}", scope.language)
    for number, own in (await organisation.roles_of(whole, db, numbers)).items():
        words[account_ids[number]] = own[0].name
    return words


ROUTES = (routes,)
