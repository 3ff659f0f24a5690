"""Console: tariffs, their cases, a place to try them, and the calendar that they go by."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.parking.fees import queries, service
from linli.domains.parking.fees.errors import CasesFail, TariffPublished
from linli.domains.parking.fees.forms import MOST_CASES, CaseForm, FeeRow, StayForm, TariffForm, fee_row
from linli.domains.parking.fees.rows import TariffRow, VersionRow
from linli.domains.people.rights import Right
from linli.kernel import i18n
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope
from linli.rules.tariffs import Fault

SEE, MANAGE = Right.VEHICLES_SEE.value, Right.VEHICLES_MANAGE.value
HISTORY = (Kind(name=service.HISTORY_KIND, see=SEE, manage=MANAGE),)


class TariffLine(msgspec.Struct, rename="camel", frozen=True):
    """A tariff in the list."""

    id: str
    community_id: int
    name: str
    version: Annotated[int, Meta(description="The newest that was published; 0: none.")]
    is_changed: Annotated[bool, Meta(description="Its draft differs from what was published.")]
    changed_ms: int


class TariffVersion(msgspec.Struct, rename="camel", frozen=True):
    version: int
    tariff: TariffForm
    cases: list[CaseForm]
    published_ms: int


class TariffFault(msgspec.Struct, rename="camel", frozen=True):
    field: str
    message: str


class CaseVerdict(msgspec.Struct, rename="camel", frozen=True):
    """A case by the draft."""

    name: str
    passes: bool
    fee: FeeRow


class TariffView(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """A tariff with its draft and its versions, the newest first."""

    id: str
    community_id: int
    name: str
    time_zone: str
    draft: TariffForm
    cases: list[CaseForm]
    faults: Annotated[list[TariffFault], Meta(description="What keeps the draft from being published.")]
    verdicts: Annotated[list[CaseVerdict], Meta(description="Of the cases; none where there are faults.")]
    versions: list[TariffVersion]


class NewTariff(msgspec.Struct, rename="camel", frozen=True):
    community_id: int
    name: str
    draft: TariffForm


class TariffDraft(msgspec.Struct, rename="camel", frozen=True):
    name: str
    draft: TariffForm
    cases: Annotated[list[CaseForm], Meta(max_length=MOST_CASES)]


class TariffTrial(msgspec.Struct, rename="camel", frozen=True):
    """A draft, saved or not, and a stay."""

    draft: TariffForm
    stay: StayForm


class TariffId(msgspec.Struct, rename="camel", frozen=True):
    id: str


class PublishedVersion(msgspec.Struct, rename="camel", frozen=True):
    version: int


class ParkingCalendar(msgspec.Struct, rename="camel", frozen=True):
    holidays: list[date]
    workdays: Annotated[list[date], Meta(description="Days of weekends on which people work.")]


class TariffFilter(Filter, frozen=True):
    """Tariffs, as their list is asked for."""

    community_id: int | None = None


tariff_routes = Routes("/parking-tariffs", tags=("parking",))
calendar_routes = Routes("/parking-calendars", tags=("parking",))
ROUTES = (tariff_routes, calendar_routes)


@tariff_routes.get(right=SEE)
async def list_tariffs(
    scope: Scope, db: Database, page: PageRequest, where: TariffFilter
) -> Page[TariffLine]:
    """Tariffs in sight, by name."""
    if where.community_id is not None:
        scope = scope.narrowed(where.community_id)
    rows = await queries.page(scope, db, page)
    return Page.of(page, rows.total, [await _line(scope, db, row) for row in rows.data])


@tariff_routes.post(right=MANAGE, status=201, raises=(NotFound, BadInput))
async def add_tariff(data: NewTariff, scope: Scope, tx: Tx, ids: Ids, clock: Clock) -> TariffId:
    """Begin a draft."""
    scope.allow(data.community_id)
    tariff_id = await service.create(
        scope,
        tx,
        community_id=data.community_id,
        name=data.name,
        form=data.draft,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return TariffId(str(tariff_id))


@tariff_routes.get("/{tariff_id:int}", right=SEE, raises=(NotFound,))
async def show_tariff(tariff_id: int, scope: Scope, db: Database) -> TariffView:
    """With what is wrong with its draft, and what the draft makes of each case."""
    row = await queries.tariff(scope, db, tariff_id)
    where = await service.place(scope, db, row.community_id)
    draft = msgspec.json.decode(row.draft, type=TariffForm)
    cases = msgspec.json.decode(row.cases, type=list[CaseForm])
    wrong = service.draft_faults(draft)
    return TariffView(
        id=str(row.tariff_id),
        community_id=row.community_id,
        name=row.name,
        time_zone=where.zone.key,
        draft=draft,
        cases=cases,
        faults=[_fault(fault, scope.language) for fault in wrong],
        verdicts=[]
        if wrong
        else [
            CaseVerdict(verdict.case.name, verdict.passes, fee_row(verdict.fee))
            for verdict in service.judge(draft, cases, where)
        ],
        versions=[_version(version) for version in await queries.versions_of(scope, db, tariff_id)],
    )


@tariff_routes.put("/{tariff_id:int}", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def change_tariff(tariff_id: int, data: TariffDraft, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Keep the draft and its cases; what was published stays as it is."""
    await service.change(
        scope,
        tx,
        tariff_id=tariff_id,
        name=data.name,
        form=data.draft,
        cases=data.cases,
        now_ms=clock.now_ms(),
    )


@tariff_routes.delete("/{tariff_id:int}", right=MANAGE, status=204, raises=(NotFound, TariffPublished))
async def delete_tariff(tariff_id: int, scope: Scope, tx: Tx, clock: Clock) -> None:
    """A draft that was never published."""
    await service.remove(scope, tx, tariff_id=tariff_id, now_ms=clock.now_ms())


@tariff_routes.post("/{tariff_id:int}/try", right=SEE, raises=(NotFound, BadInput))
async def try_tariff(tariff_id: int, data: TariffTrial, scope: Scope, db: Database) -> FeeRow:
    """What a stay would cost by this draft, line by line; nothing is kept."""
    row = await queries.tariff(scope, db, tariff_id)
    return fee_row(service.charge(data.draft, data.stay, await service.place(scope, db, row.community_id)))


@tariff_routes.post("/{tariff_id:int}/publish", right=MANAGE, raises=(NotFound, BadInput, CasesFail))
async def publish_tariff(tariff_id: int, scope: Scope, tx: Tx, clock: Clock) -> PublishedVersion:
    """Make the draft the next version, if each of its cases costs what was worked out for it."""
    return PublishedVersion(await service.publish(scope, tx, tariff_id=tariff_id, now_ms=clock.now_ms()))


@calendar_routes.get("/{community_id:int}", right=SEE, raises=(NotFound,))
async def show_calendar(community_id: int, scope: Scope, db: Database) -> ParkingCalendar:
    """A community's holidays, and the days of weekends on which people work."""
    days = (await service.place(scope, db, community_id)).days
    return ParkingCalendar(sorted(days.holidays), sorted(days.workdays))


@calendar_routes.put("/{community_id:int}", right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_calendar(community_id: int, data: ParkingCalendar, scope: Scope, tx: Tx, clock: Clock) -> None:
    """For tariffs that differ by kind of day."""
    await service.set_calendar(
        scope,
        tx,
        community_id=community_id,
        holidays=data.holidays,
        workdays=data.workdays,
        now_ms=clock.now_ms(),
    )


async def _line(scope: Scope, db: Database, row: TariffRow) -> TariffLine:
    newest = await queries.versions_of(scope, db, row.tariff_id, most=1)
    is_changed = not newest or (newest[0].tariff, newest[0].cases) != (row.draft, row.cases)
    return TariffLine(str(row.tariff_id), row.community_id, row.name, row.version, is_changed, row.changed_ms)


def _version(row: VersionRow) -> TariffVersion:
    return TariffVersion(
        row.version,
        msgspec.json.decode(row.tariff, type=TariffForm),
        msgspec.json.decode(row.cases, type=list[CaseForm]),
        row.published_ms,
    )


def _fault(fault: Fault, language: str) -> TariffFault:
    facts = {name: str(value) for name, value in fault.facts.items()}
    return TariffFault(fault.field, i18n.text(f"rule.tariff.{fault.rule}", language, **facts))
