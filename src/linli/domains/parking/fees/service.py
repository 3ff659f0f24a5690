"""Tariffs: drafts that change, versions that do not, and the cases that stand between them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import and_, bindparam, delete, update

from linli.domains.communities.queries.communities import community
from linli.domains.parking.events import ParkingRulesChanged
from linli.domains.parking.fees import queries
from linli.domains.parking.fees.errors import CasesFail, TariffPublished
from linli.domains.parking.fees.forms import MOST_CASES, CaseForm, StayForm, TariffForm
from linli.domains.parking.fees.models import calendars, tariffs, versions
from linli.domains.parking.fees.rows import TariffRow, VersionRow
from linli.kernel import history
from linli.kernel.db import INT, Command, Reader, Tx, in_scope
from linli.kernel.errors import BadInput
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.rules.parking_fees import Fee, fee
from linli.rules.tariffs import Days, Fault, Tariff, faults

HISTORY_KIND: Final = "parking_tariff"
MOST_TARIFFS: Final = 50
MOST_DATES: Final = 400
LONGEST_NAME: Final = 64
_this = and_(in_scope(tariffs), tariffs.c.tariff_id == bindparam("row", type_=INT))
_change = Command(
    update(tariffs)
    .where(_this)
    .values(
        name=bindparam("to_name"),
        draft=bindparam("to_draft"),
        cases=bindparam("to_cases"),
        changed_ms=bindparam("now", type_=INT),
    )
)
_set_version = Command(
    update(tariffs)
    .where(_this, tariffs.c.version == bindparam("version_before", type_=INT))
    .values(version=bindparam("to_version", type_=INT), changed_ms=bindparam("now", type_=INT))
)
_delete = Command(delete(tariffs).where(_this))


class Verdict(NamedTuple):
    """A case, and what the tariff says of it."""

    case: CaseForm
    fee: Fee

    @property
    def passes(self) -> bool:
        return self.fee.fen == self.case.fen


class Place(NamedTuple):
    """By which clock and calendar a community's stays are charged."""

    zone: ZoneInfo
    days: Days


async def place(scope: Scope, db: Reader, community_id: int) -> Place:
    """Raises NotFound."""
    zone = (await community(scope, db, community_id)).time_zone or "Asia/Shanghai"
    return Place(ZoneInfo(zone), (await queries.calendar(scope, db, community_id)).days())


def draft_faults(form: TariffForm) -> list[Fault]:
    """Everything that keeps a draft from being published. Raises BadInput for hours that are none."""
    return faults(form.tariff())


def usable(form: TariffForm) -> Tariff:
    """The tariff of a draft. Raises BadInput for one that leaves a price open."""
    tariff = form.tariff()
    for fault in faults(tariff):
        raise BadInput(field=fault.field, rule=f"tariff.{fault.rule}", **fault.facts)
    return tariff


def charge(form: TariffForm, stay: StayForm, where: Place) -> Fee:
    """What a stay costs by a draft. Raises BadInput, also for a draft that leaves its price open."""
    return fee(usable(form), stay.stay(where.zone), zone=where.zone, days=where.days)


def judge(form: TariffForm, cases: Sequence[CaseForm], where: Place) -> list[Verdict]:
    """Each case with its fee. Raises BadInput."""
    tariff = usable(form)
    return [
        Verdict(case, fee(tariff, case.stay(where.zone), zone=where.zone, days=where.days)) for case in cases
    ]


async def create(
    scope: Scope, tx: Tx, *, community_id: int, name: str, form: TariffForm, ids: Ids, now_ms: int
) -> int:
    """Its number. Raises NotFound, BadInput."""
    await community(scope, tx, community_id)
    if await queries.count(scope.narrowed(community_id), tx) >= MOST_TARIFFS:
        raise BadInput(field="name", rule="tariff.too_many", limit=MOST_TARIFFS)
    form.tariff()
    row = TariffRow(
        tariff_id=ids.number(),
        tenant_id=scope.tenant,
        community_id=community_id,
        name=_checked_name(name),
        draft=_json(form),
        cases="[]",
        version=0,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.insert(tariffs, row._asdict())
    await _note(scope, tx, row, "created", now_ms, after={"name": row.name})
    return row.tariff_id


async def change(
    scope: Scope,
    tx: Tx,
    *,
    tariff_id: int,
    name: str,
    form: TariffForm,
    cases: Sequence[CaseForm],
    now_ms: int,
) -> None:
    """Keep a draft, whole or not yet: what was published stays as it is. Raises NotFound, BadInput."""
    row = await queries.tariff(scope, tx, tariff_id)
    form.tariff()
    if len(cases) > MOST_CASES:
        raise BadInput(field="cases", rule="too_many_items", limit=MOST_CASES)
    zone = (await place(scope, tx, row.community_id)).zone
    for case in cases:
        case.stay(zone)
    name = _checked_name(name)
    await _change.run(
        tx, scope, row=tariff_id, to_name=name, to_draft=_json(form), to_cases=_json(cases), now=now_ms
    )
    before = {"name": row.name, "draft": row.draft, "cases": row.cases}
    after = {"name": name, "draft": _json(form), "cases": _json(cases)}
    await _note(scope, tx, row, "changed", now_ms, before=before, after=after)


async def publish(scope: Scope, tx: Tx, *, tariff_id: int, now_ms: int) -> int:
    """Make the draft the next version: stays that begin from now on are charged by it.

    Raises NotFound, BadInput for a draft that leaves a minute's price open or has no case, CasesFail.
    """
    row = await queries.tariff(scope, tx, tariff_id)
    form = msgspec.json.decode(row.draft, type=TariffForm)
    cases = msgspec.json.decode(row.cases, type=list[CaseForm])
    if not cases:
        raise BadInput(field="cases", rule="tariff.no_cases")
    wrong = [
        verdict
        for verdict in judge(form, cases, await place(scope, tx, row.community_id))
        if not verdict.passes
    ]
    if wrong:
        raise CasesFail(count=len(wrong), name=wrong[0].case.name)
    version = VersionRow(
        tariff_id=tariff_id,
        version=row.version + 1,
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        tariff=row.draft,
        cases=row.cases,
        published_by=f"{scope.caller.kind}:{scope.caller.id}",
        published_ms=now_ms,
    )
    await tx.insert(versions, version._asdict())
    await _set_version.run(
        tx, scope, row=tariff_id, version_before=row.version, to_version=version.version, now=now_ms
    )
    await _note(scope, tx, row, "published", now_ms, after={"version": version.version})
    await emit(tx, ParkingRulesChanged(scope.tenant, row.community_id))
    return version.version


async def remove(scope: Scope, tx: Tx, *, tariff_id: int, now_ms: int) -> None:
    """A draft that was never published. Raises NotFound, TariffPublished."""
    row = await queries.tariff(scope, tx, tariff_id)
    if row.version:
        raise TariffPublished()
    await _delete.run(tx, scope, row=tariff_id)
    await _note(scope, tx, row, "deleted", now_ms, before={"name": row.name, "draft": row.draft})


async def set_calendar(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    holidays: Sequence[date],
    workdays: Sequence[date],
    now_ms: int,
) -> None:
    """Which days are holidays, and which of a weekend are worked. Raises NotFound, BadInput."""
    await community(scope, tx, community_id)
    for field, dates in (("holidays", holidays), ("workdays", workdays)):
        if len(dates) > MOST_DATES:
            raise BadInput(field=field, rule="too_many_items", limit=MOST_DATES)
    both = set(holidays) & set(workdays)
    if both:
        raise BadInput(field="workdays", rule="tariff.day_twice", day=min(both).isoformat())
    values = {
        "community_id": community_id,
        "tenant_id": scope.tenant,
        "holidays": _json(sorted(set(holidays))),
        "workdays": _json(sorted(set(workdays))),
        "changed_ms": now_ms,
    }
    await tx.upsert(
        calendars, [values], keys=("community_id",), update=("holidays", "workdays", "changed_ms")
    )
    await emit(tx, ParkingRulesChanged(scope.tenant, community_id))


def _checked_name(name: str) -> str:
    name = name.strip()
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > LONGEST_NAME:
        raise BadInput(field="name", rule="too_long", limit=LONGEST_NAME)
    return name


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def _note(
    scope: Scope,
    tx: Tx,
    row: TariffRow,
    action: str,
    now_ms: int,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    record = history.Record(HISTORY_KIND, str(row.tariff_id), row.community_id)
    await history.note(scope, tx, record, action, now_ms=now_ms, before=before or {}, after=after or {})
