"""Web routes of visits: today's and the history, add, check in and out, void, decide, export."""

import asyncio
from typing import Annotated

import msgspec
from litestar import Response
from msgspec import Meta

from linli.delivery.queries import find_row
from linli.domains.access.queries.doors import find_doors
from linli.domains.access.queries.permissions import permissions_of_code
from linli.domains.access.service.kinds import QR
from linli.domains.access.times import write_time
from linli.domains.communities.queries import spaces
from linli.domains.people import person_rules
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.phones import OF_VISITORS, PhoneSight
from linli.domains.people.rights import Right, Rights
from linli.domains.visitors import queries
from linli.domains.visitors.console.rows import (
    PassSent,
    VisitDoor,
    VisitFull,
    VisitPass,
    VisitPicture,
    VisitRow,
    full,
    rows,
)
from linli.domains.visitors.queries import VisitConditions
from linli.domains.visitors.room import VisitorsRoom
from linli.domains.visitors.rows import HOLDS_PASS, SOURCES, STAFF, STATES, Visit
from linli.domains.visitors.schemas import Guest, GuestNames, checked
from linli.domains.visitors.service import limits, visits
from linli.domains.visitors.service.limits import TooManyTries
from linli.domains.visitors.service.sending import MessagesOff, NoPhoneToSendTo, send_again
from linli.domains.visitors.service.visits import Stay
from linli.domains.visitors.times import day_of
from linli.kernel import history
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.i18n import text
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.qr import qr_svg
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.kernel.tables import TablePage, book_bytes, new_book
from linli.kernel.zones import zone_of
from linli.rules import UNLIMITED

EXPORT_MAX = 20_000
_NAMES = GuestNames(id_no="idNo", plate="plate")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class VisitGuest(msgspec.Struct, rename="camel", frozen=True):
    name: str
    phone: str = ""
    id_no: str = ""
    gender: int | None = None
    plate: str = ""
    type: int = person_rules.FRIEND
    people: int = 1


class NewVisits(msgspec.Struct, rename="camel", frozen=True):
    house_id: int
    starts_ms: int
    ends_ms: int
    guests: Annotated[list[VisitGuest], Meta(description="At most 20.")]
    reason: str = ""
    uses: Annotated[
        int, Meta(description="How often each may come in, 1 to 10; -1: as often as they like.")
    ] = UNLIMITED


class VisitsCreated(msgspec.Struct, rename="camel", frozen=True):
    ids: list[str]


class VisitReason(msgspec.Struct, rename="camel", frozen=True):
    reason: str = ""


class VisitFigures(msgspec.Struct, rename="camel", frozen=True):
    """Of today at the site."""

    asked: int
    expected: int
    arrived: int
    left: int
    void: int
    refused: int
    guests: Annotated[int, Meta(description="Heads of those expected and come.")]


def _listed(given: str, allowed: tuple[str, ...], field: str) -> list[str] | None:
    """Comma-separated choices. Raises BadInput."""
    values = [value for value in given.split(",") if value]
    for value in values:
        if value not in allowed:
            raise BadInput(field=field, rule="one_of", allowed=", ".join(allowed))
    return values or None


async def _of(scope: Scope, db: Reader, community_id: int, apply_id: int) -> Visit:
    visit = await queries.visit(scope, db, apply_id)
    if visit.community_id != community_id:
        raise NotFound(what="visit", id=apply_id)
    return visit


class VisitFilter(Filter, frozen=True):
    """Visits of a community."""

    q: Annotated[str, Meta(description="A part of the name, phone or plate.")] = ""
    state: Annotated[str, Meta(description="One or several, separated by commas.")] = ""
    source: Annotated[str, Meta(description="One or several, separated by commas.")] = ""
    house_id: int | None = None
    since_ms: Annotated[int | None, Meta(description="The window touches…")] = None
    until_ms: Annotated[int | None, Meta(description="…this time.")] = None
    today: Annotated[bool, Meta(description="The day at the site, in place of both times.")] = False


visit_routes = Routes("/communities/{community_id:int}/visits", tags=("visitors",))


class VisitListFilter(VisitFilter, frozen=True):
    """The filter of the list, with its order."""

    sort: Annotated[str, Meta(description="starts, -starts, name, -name, changed")] = "starts"


@visit_routes.get(right=Right.VISITORS_SEE)
async def list_visits(
    community_id: int, scope: Scope, db: Database, clock: Clock, page: PageRequest, where: VisitListFilter
) -> Page[VisitRow]:
    """Visits of a community, those that begin latest first."""
    matches = await _find(scope, db, clock, community_id, page, where, where.sort)
    return Page.of(page, matches.total, await rows(scope, db, matches.data))


@visit_routes.get("/figures", right=Right.VISITORS_SEE, raises=(NotFound,))
async def figures(community_id: int, scope: Scope, db: Database, clock: Clock) -> VisitFigures:
    """How many are asked for, expected, here and gone today."""
    await spaces.require_root(scope, db, community_id)
    since, until = day_of(clock.now_ms(), await zone_of(db, community_id))
    counts = await queries.figures(scope, db, community_id, since_ms=since, until_ms=until + 1)
    return VisitFigures(**counts._asdict())


@visit_routes.get("/export.xlsx", right=Right.VISITORS_SEE)
async def export(
    community_id: int, scope: Scope, db: Database, clock: Clock, where: VisitFilter
) -> Response[bytes]:
    """The rows of the list with the same filters, as a workbook; phones masked, at most 20,000 rows."""
    page = await _find(scope, db, clock, community_id, PageRequest(1, EXPORT_MAX), where, "starts")
    visit_rows = await rows(scope, db, page.data)
    content = await asyncio.to_thread(_workbook, visit_rows, scope.language, await zone_of(db, community_id))
    headers = {"content-disposition": 'attachment; filename="linli-visitors.xlsx"'}
    return Response(content, media_type=_XLSX, headers=headers)


@visit_routes.post(right=Right.VISITORS_MANAGE, raises=(NotFound, visits.VisitorBlacklisted))
async def add_visits(
    community_id: int, data: NewVisits, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> VisitsCreated:
    """Register expected visitors of a house, all of them or none; visitors with a phone are sent the pass."""
    guests = [
        checked(Guest(**msgspec.structs.asdict(visit_guest)), before=f"guests[{number}].", names=_NAMES)
        for number, visit_guest in enumerate(data.guests)
    ]
    visit_ids = await visits.apply(
        scope,
        tx,
        Stay(
            community_id=community_id,
            house_id=data.house_id,
            starts_ms=data.starts_ms,
            ends_ms=data.ends_ms,
            reason=data.reason,
            uses=data.uses,
        ),
        guests=guests,
        source=STAFF,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return VisitsCreated([str(visit_id) for visit_id in visit_ids])


@visit_routes.get("/{apply_id:int}", right=Right.VISITORS_SEE)
async def read_visit(
    community_id: int,
    apply_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    visitors: VisitorsRoom,
    rights: Rights,
) -> VisitFull:
    """One visit and the doors that its pass opens; the phone whole for who registers visitors."""
    visit = await _of(scope, db, community_id, apply_id)
    holds = visit.holds_pass(clock.now_ms())
    shown = await visitors.passes.pictures(visit) if holds else []
    visit = await _of(scope, db, community_id, apply_id)  # with the codes that its doors needed
    doors = []
    own = await spaces.below_root(scope, db, visit.house_id) if holds else frozenset()
    for code in visit.codes if holds else []:
        qr_permissions = await permissions_of_code(scope, db, qr_code=code)
        live = [iot_id for iot_id, row in qr_permissions.items() if row.live]
        names = await find_doors(scope, db, iot_ids=live)
        for iot_id in live:
            sent = await find_row(db, device=iot_id, kind=QR, credential=code)
            door = names.get(iot_id)
            doors.append(
                VisitDoor(
                    door.name if door else "",
                    sent.status if sent else "",
                    of_house=door is not None and door.space_id in own,
                )
            )
    doors.sort(key=lambda door: not door.of_house)
    phones = PhoneSight(rights, scope, community_id, readers=OF_VISITORS)
    return await full(scope, db, visit, doors=doors, has_pass=bool(shown), phone=phones.shown)


@visit_routes.post("/{apply_id:int}/pass", right=Right.VISITORS_MANAGE, status=200)
async def show_pass(
    community_id: int,
    apply_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    visitors: VisitorsRoom,
    settings: Settings,
) -> VisitPass:
    """The pass, to be shown or printed at the desk; the reader is logged. Empty when it is over."""
    visit, now_ms = await _of(scope, db, community_id, apply_id), clock.now_ms()
    shown = await visitors.passes.pictures(visit) if visit.holds_pass(now_ms) else []
    async with db.begin() as tx:
        await history.note(
            scope, tx, history.Record(visits.HISTORY, apply_id, community_id), "pass_shown", now_ms=now_ms
        )
    return VisitPass(
        visitors.links.url(apply_id) if shown and visit.state in HOLDS_PASS else "",
        [
            VisitPicture(qr_svg(pass_picture.text, label=visit.name), pass_picture.doors)
            for pass_picture in shown
        ],
        settings.sms.reaches_phones,
    )


@visit_routes.post(
    "/{apply_id:int}/pass/message",
    right=Right.VISITORS_MANAGE,
    status=200,
    raises=(visits.VisitSettled, visits.VisitOver, NoPhoneToSendTo, MessagesOff, TooManyTries),
)
async def send_pass(
    community_id: int, apply_id: int, scope: Scope, db: Database, clock: Clock, settings: Settings
) -> PassSent:
    """Send the link of the pass to the visitor's phone again; at most five times an hour for one visit."""
    visit, now_ms = await _of(scope, db, community_id, apply_id), clock.now_ms()
    if not settings.sms.reaches_phones:
        raise MessagesOff()
    if visit.phone:
        await limits.count(db, limits.MESSAGES_OF_VISIT, str(apply_id), now_ms=now_ms)
    async with db.begin() as tx:
        await send_again(scope, tx, apply_id=apply_id, now_ms=now_ms)
    return PassSent(mask_phone(visit.phone))


@visit_routes.post(
    "/{apply_id:int}/check-in",
    right=Right.VISITORS_MANAGE,
    raises=(NotFound, visits.VisitOver, visits.VisitSettled),
)
async def check_in(community_id: int, apply_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The visitor is here."""
    await _of(scope, tx, community_id, apply_id)
    await visits.check_in(scope, tx, apply_id=apply_id, now_ms=clock.now_ms())


@visit_routes.post(
    "/{apply_id:int}/check-out", right=Right.VISITORS_MANAGE, raises=(NotFound, visits.VisitSettled)
)
async def check_out(community_id: int, apply_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The visitor has left: the pass opens no door any more."""
    await _of(scope, tx, community_id, apply_id)
    await visits.check_out(scope, tx, apply_id=apply_id, now_ms=clock.now_ms())


@visit_routes.post(
    "/{apply_id:int}/void", right=Right.VISITORS_MANAGE, raises=(NotFound, visits.VisitSettled)
)
async def void_visit(
    community_id: int, apply_id: int, data: VisitReason, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Take a visit back before the visitor came, with the reason."""
    if not data.reason.strip():
        raise BadInput(field="reason", rule="required")
    await _of(scope, tx, community_id, apply_id)
    await visits.void(scope, tx, apply_id=apply_id, reason=data.reason, now_ms=clock.now_ms())


@visit_routes.post(
    "/{apply_id:int}/admit",
    right=Right.VISITORS_MANAGE,
    raises=(NotFound, visits.VisitOver, visits.VisitSettled, visits.VisitorBlacklisted),
)
async def admit(community_id: int, apply_id: int, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> None:
    """Let a visitor come who registered at the gate."""
    await _of(scope, tx, community_id, apply_id)
    await visits.admit(scope, tx, apply_id=apply_id, ids=ids, now_ms=clock.now_ms())


@visit_routes.post(
    "/{apply_id:int}/refuse", right=Right.VISITORS_MANAGE, raises=(NotFound, visits.VisitSettled)
)
async def refuse(
    community_id: int, apply_id: int, data: VisitReason, scope: Scope, tx: Tx, clock: Clock
) -> None:
    """Do not let a visitor come who registered at the gate; they read the reason."""
    await _of(scope, tx, community_id, apply_id)
    await visits.refuse(scope, tx, apply_id=apply_id, reason=data.reason, now_ms=clock.now_ms())


async def _find(
    scope: Scope,
    db: Database,
    clock: Clock,
    community_id: int,
    page: PageRequest,
    where: VisitFilter,
    sort: str,
) -> Page[Visit]:
    await spaces.require_root(scope, db, community_id)
    if sort not in queries.ORDERS:
        raise BadInput(field="sort", rule="one_of", allowed=", ".join(queries.ORDERS))
    since, until = where.since_ms, where.until_ms
    if where.today:
        since, until = day_of(clock.now_ms(), await zone_of(db, community_id))
    conditions = VisitConditions(
        text=where.q.strip() or None,
        states=_listed(where.state, STATES, "state"),
        sources=_listed(where.source, SOURCES, "source"),
        house_id=where.house_id,
        since_ms=since,
        until_ms=until,
    )
    return await queries.page(scope, db, community_id, page, conditions, order=sort)


_COLUMNS = (
    "name",
    "phone",
    "plate",
    "people",
    "house",
    "host",
    "reason",
    "from",
    "until",
    "state",
    "arrived",
    "left",
)


def _workbook(visit_rows: list[VisitRow], language: str, zone: str) -> bytes:
    book = new_book()
    page = TablePage(book, text("visit.export.title", language))
    page.append([text(f"visit.export.{name}", language) for name in _COLUMNS])
    for row in visit_rows:
        page.append([
            row.name, row.phone, row.plate, row.people, row.house_location, row.host_name,
            row.reason, write_time(row.starts_ms, zone), write_time(row.ends_ms, zone),
            text(f"visit.state.{row.state}", language),
            write_time(row.arrived_ms, zone) if row.arrived_ms else "",
            write_time(row.left_ms, zone) if row.left_ms else "",
        ])  # fmt: skip
    return book_bytes(book)
