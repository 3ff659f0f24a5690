"""Console: who looked at cameras, live or recorded, and who took something of them away."""

from collections.abc import AsyncIterator, Collection
from typing import Annotated, Final

import msgspec
from litestar.response import Stream
from msgspec import Meta

from linli.domains.access.console.tables import AT_ONCE, csv_file
from linli.domains.access.times import write_time
from linli.domains.communities.queries import spaces
from linli.domains.people.queries.callers import caller_logins, caller_names
from linli.domains.people.rights import Right
from linli.domains.video.queries import cameras as cameras_queries
from linli.domains.video.queries import looks as queries
from linli.domains.video.queries import uppers as queries_uppers
from linli.domains.video.recording_rows import LASTING, LOOKS, SURFACES, View
from linli.domains.video.upper_rows import CALLER
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.i18n import text
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of

SEE: Final = Right.RECORDINGS_SEE.value
EXPORTED: Final = "camera_looks"
LOOKS_HISTORY = Kind(name=EXPORTED, see=SEE, manage=SEE)
_KINDS: Final[dict[str, tuple[str, ...]]] = {
    "live": ("live", "picture"),
    "playback": ("play", "device"),
    "export": ("download",),
    "test": ("test",),
    "lock": ("lock", "unlock"),
    "talk": ("talk",),
}
_COLUMNS: Final = (
    "at",
    "camera",
    "name",
    "account",
    "what",
    "surface",
    "seconds",
    "begin",
    "end",
    "reason",
    "sha256",
)
_LIVE: Final = (*LASTING, "picture", "test")


class LooksAsked(Filter, frozen=True):
    camera_id: int | None = None
    who: Annotated[str, Meta(max_length=80, description="One of the people of the list.")] = ""
    kind: Annotated[str, Meta(description="live, playback, export, test, lock, talk; empty: all.")] = ""
    from_ms: Annotated[int, Meta(ge=0, le=10**14)] = 0
    to_ms: Annotated[int, Meta(ge=0, le=10**14)] = 0


class CameraLook(msgspec.Struct, rename="camel", frozen=True):
    id: str
    camera_id: str
    camera_name: str
    who: str
    name: Annotated[str, Meta(description="Of the person; of a program its key.")]
    account: Annotated[
        str, Meta(description="What the person signs in with; empty: a program, or no more there.")
    ]
    what: Annotated[str, Meta(description=f"{', '.join(LOOKS)}.")]
    surface: Annotated[str, Meta(description=f"{', '.join(SURFACES)}; empty: unknown.")]
    at_ms: int
    lasted_ms: Annotated[int | None, Meta(description="Of a live look or a talk so far; null: unknown.")]
    goes_on: Annotated[bool, Meta(description="They look, or talk, now.")]
    begin_ms: Annotated[int, Meta(description="Of what was recorded; 0: it was live.")]
    end_ms: int
    reason: str
    sha256: Annotated[str, Meta(description="Of the MP4 that was taken away; empty: none.")]


class Looker(msgspec.Struct, rename="camel", frozen=True):
    who: str
    name: str
    account: str


look_routes = Routes("/communities/{community_id:int}/camera-looks", tags=("cameras",))


@look_routes.get(right=SEE, raises=(NotFound, BadInput))
async def list_camera_looks(
    community_id: int, scope: Scope, db: Database, clock: Clock, page: PageRequest, asked: LooksAsked
) -> Page[CameraLook]:
    """Who looked at cameras or took recordings away, for 180 days, newest first."""
    here = scope.narrowed(community_id)
    listed = await queries.looks(here, db, community_id, await _wanted(here, db, community_id, asked), page)
    return Page.of(page, listed.total, await _rows(here, db, community_id, listed.data, clock.now_ms()))


@look_routes.get("/people", right=SEE)
async def list_camera_lookers(community_id: int, scope: Scope, db: Database) -> list[Looker]:
    """Those who are in the list, to choose one."""
    callers = await queries.callers(scope.narrowed(community_id), db, community_id)
    names, logins = await _names(scope, db, callers, community_id), await caller_logins(db, callers)
    rows = [Looker(who, names.get(who, _key(who)), logins.get(who, "")) for who in callers]
    return sorted(rows, key=lambda row: (row.name, row.who))


@look_routes.get("/export.csv", right=SEE, raises=(NotFound, BadInput))
async def export_camera_looks(
    community_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    asked: LooksAsked,
    language: str | None = None,
) -> Stream:
    """All matching looks as CSV, in the community's time; the export is kept in the history."""
    here = scope.narrowed(community_id)
    wanted = await _wanted(here, db, community_id, asked)
    count = (await queries.looks(here, db, community_id, wanted, PageRequest(1, 1))).total
    record = history.Record(EXPORTED, "*", community_id)
    async with db.begin() as tx:
        await history.note(
            scope, tx, record, "exported", before={}, after={"rows": count}, now_ms=clock.now_ms()
        )
    chosen = language or scope.language
    titles = [text(f"camera_look.column.{name}", chosen) for name in _COLUMNS]
    return csv_file("camera-looks", titles, _lines(here, db, community_id, wanted, chosen))


async def _wanted(scope: Scope, db: Reader, community_id: int, asked: LooksAsked) -> queries.Wanted:
    """Raises NotFound, BadInput."""
    await spaces.require_root(scope, db, community_id)
    if asked.kind and asked.kind not in _KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(_KINDS))
    iot_id = ""
    if asked.camera_id is not None:
        camera = await cameras_queries.camera(scope, db, asked.camera_id, community_id=community_id)
        iot_id = camera.iot_id
    return queries.Wanted(iot_id, asked.who, _KINDS.get(asked.kind, ()), asked.from_ms, asked.to_ms)


async def _rows(
    scope: Scope, db: Reader, community_id: int, views: list[View], now_ms: int
) -> list[CameraLook]:
    callers = {view.caller for view in views}
    names, logins = await _names(scope, db, callers, community_id), await caller_logins(db, callers)
    cameras = await queries.camera_names(scope, db, community_id, sorted({view.iot_id for view in views}))
    rows = []
    for view in views:
        camera_id, camera_name = cameras.get(view.iot_id, (0, ""))
        live = view.what in _LIVE
        rows.append(
            CameraLook(
                str(view.view_id), str(camera_id) if camera_id else "", camera_name, view.caller,
                names.get(view.caller, _key(view.caller)), logins.get(view.caller, ""), view.what, view.surface,
                view.at_ms, view.end_ms - view.begin_ms if view.what in LASTING else None, view.goes_on(now_ms),
                0 if live else view.begin_ms, 0 if live else view.end_ms, view.reason, view.sha256,
            )
        )  # fmt: skip
    return rows


async def _names(scope: Scope, db: Reader, callers: Collection[str], community_id: int) -> dict[str, str]:
    """Of persons and of upper platforms."""
    names = await caller_names(db, callers)
    if any(caller.startswith(f"{CALLER}:") for caller in callers):
        uppers = await queries_uppers.of_community(scope, db, community_id)
        names |= {upper.caller: upper.name for upper in uppers}
    return names


def _key(caller: str) -> str:
    """A program by its key; an account that is no more by nothing."""
    kind, _, number = caller.partition(":")
    return number if kind == "app" else ""


def _commanded(reason: str, language: str) -> str:
    """A command and its result, kept as `guard: done`, in words."""
    order, _, result = reason.partition(": ")
    key = f"camera_look.result.{result}"
    words = text(key, language, order=text(f"camera_look.order.{order}", language))
    return reason if words == key else words


async def _lines(
    scope: Scope, db: Reader, community_id: int, wanted: queries.Wanted, language: str
) -> AsyncIterator[list[tuple[str, ...]]]:
    zone, number = await zone_of(db, community_id), 1
    while True:
        views = (await queries.looks(scope, db, community_id, wanted, PageRequest(number, AT_ONCE))).data
        yield [
            (
                write_time(row.at_ms, zone),
                row.camera_name,
                row.name,
                row.account,
                text(f"camera_look.what.{row.what}", language),
                text(f"camera_look.surface.{row.surface}", language) if row.surface else "",
                "" if row.lasted_ms is None else str(round(row.lasted_ms / 1000)),
                write_time(row.begin_ms, zone) if row.begin_ms else "",
                write_time(row.end_ms, zone) if row.end_ms else "",
                _commanded(row.reason, language) if row.what == "order" else row.reason,
                row.sha256,
            )
            for row in await _rows(scope, db, community_id, views, 0)
        ]
        if len(views) < AT_ONCE:
            return
        number += 1
