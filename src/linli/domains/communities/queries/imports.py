"""Imports, and what a community holds for one to compare with."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import msgspec
from sqlalchemy import bindparam, func, or_, select

from linli.domains.communities import space_rules as rules
from linli.domains.communities.models import house_assets, houses, import_changes, imports, spaces
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.rows import Space
from linli.domains.communities.xlsx.reading import Reading
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.queries.persons import PhoneHolder
from linli.domains.people.queries.residents import HouseResident
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Caller, CallerKind, Scope
from linli.kernel.workbooks.groups import Answer, Answers, FaultGroup
from linli.kernel.workbooks.mends import Mend

_i = imports.c


class Import(NamedTuple):
    """A row of `imports`, in the order of the columns."""

    import_id: int
    tenant_id: str
    community_id: int
    kind: str
    parent_id: int
    file_name: str
    object_key: str
    report_key: str
    language: str
    state: str
    good_only: int
    dry_run: int
    rows: int
    bad_rows: int
    outcome: str
    problems: str
    fault_groups: str
    answers: str
    mends: str
    changes: str
    reason: str
    created_by: str
    created_ms: int
    finished_ms: int

    @property
    def caller(self) -> Caller:
        """The person who uploaded it."""
        kind, _, who = self.created_by.partition(":")
        return Caller(cast(CallerKind, kind), who)


class HouseFacts(NamedTuple):
    """Facts of a house."""

    layout: str
    area_m2: float | None
    house_type: int | None
    house_status: int | None


@dataclass(slots=True)
class Snapshot:
    """The rows of a community before the import."""

    parent: Space
    """The space above the buildings."""
    above: list[str]
    """Names from the first level below the root down to `parent`; empty for the root."""
    spaces: dict[tuple[int, str], Space]
    """(parent id, name) → space, for everything under `parent`."""
    houses: dict[int, HouseFacts]
    residents: list[HouseResident]
    holders: dict[str, PhoneHolder]
    """Persons of the tenant who have the phones of the workbook."""
    person_ids: set[int]
    """Persons of the tenant that the community knows."""


class ImportChange(NamedTuple):
    kind: str
    row_id: int
    other_id: int
    before: str


def groups_of(import_row: Import) -> list[FaultGroup]:
    """Its faults by kind."""
    return msgspec.json.decode(import_row.fault_groups or "[]", type=list[FaultGroup])


def given_answers(import_row: Import) -> list[Answer]:
    """The answers to its faults."""
    return msgspec.json.decode(import_row.answers or "[]", type=list[Answer])


def answers_of(import_row: Import) -> Answers:
    return Answers(given_answers(import_row))


def mends_of(import_row: Import) -> list[Mend]:
    """Its mended cells."""
    return msgspec.json.decode(import_row.mends or "[]", type=list[Mend])


_by_id = Query(
    select(imports).where(in_scope(imports), _i.import_id == bindparam("import_id", type_=INT)), Import
)
_locked = Query(
    select(imports)
    .where(in_scope(imports), _i.import_id == bindparam("import_id", type_=INT))
    .with_for_update(),
    Import,
)
HOUSES = "houses"
"""Kind of the imports of houses and residents."""
_listed = select(imports).where(
    in_scope(imports), _i.community_id == bindparam("community_id", type_=INT), _i.kind == bindparam("kind")
)
_rows = Query(
    _listed.order_by(_i.created_ms.desc(), _i.import_id.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Import,
)
_kept = Query(
    select(imports).where(
        in_scope(imports),
        _i.community_id == bindparam("community_id", type_=INT),
        _i.state != "waiting",
        or_(
            _i.object_key != "", _i.report_key != "", _i.changes != "", _i.mends != "", _i.fault_groups != ""
        ),
    ),
    Import,
)
_count = Query(_listed.with_only_columns(func.count()))
_waiting = Query(
    select(func.count()).select_from(imports).where(imports.c.state == "waiting", in_scope(imports))
)
_changes = Query(
    select(
        import_changes.c.kind,
        import_changes.c.row_id,
        import_changes.c.other_id,
        import_changes.c.before,
    )
    .where(in_scope(import_changes), import_changes.c.import_id == bindparam("import_id", type_=INT))
    .order_by(import_changes.c.position),
    ImportChange,
    heavy=True,
)
_house_facts = Query(
    select(
        houses.c.space_id, houses.c.layout, houses.c.area_m2, houses.c.house_type, houses.c.house_status
    ).where(in_scope(houses), houses.c.community_id == bindparam("community_id", type_=INT)),
    heavy=True,
)
_space_stamp = Query(
    select(func.count(), func.max(spaces.c.changed_ms), func.max(spaces.c.space_id)).where(
        in_scope(spaces), spaces.c.community_id == bindparam("community_id", type_=INT)
    )
)
_assets_of = Query(
    select(func.count()).where(in_scope(house_assets), any_of(house_assets.c.house_id, "house_ids")),
    heavy=True,
)


async def get(
    scope: Scope, db: Reader, import_id: int, *, kind: str | None = None, lock: bool = False
) -> Import:
    """`kind` None: whatever it brings. Raises NotFound."""
    query = _locked if lock else _by_id
    import_row = await query.one(db, scope, import_id=import_id)
    if import_row is None or kind not in (None, import_row.kind):
        raise NotFound(what="import", id=import_id)
    return import_row


async def count_waiting(scope: Scope, db: Reader) -> int:
    """Imports of the whole company that are not worked on yet, or just now."""
    return int(await _waiting.scalar(db, Scope.system(scope.tenant, "import")) or 0)


async def page(
    scope: Scope, db: Reader, community_id: int, request: PageRequest, *, kind: str = HOUSES
) -> Page[Import]:
    """Imports of one kind of a community, newest first."""
    total = int(await _count.scalar(db, scope, community_id=community_id, kind=kind))
    rows = await _rows.all(db, scope, community_id=community_id, kind=kind, **request.binds)
    return Page.of(request, total, rows)


async def kept(scope: Scope, db: Reader, community_id: int) -> list[Import]:
    """Checked imports that still have their workbooks or texts about persons."""
    return await _kept.all(db, scope, community_id=community_id)


async def changes(scope: Scope, db: Reader, import_id: int) -> list[ImportChange]:
    """The changes of an import, in order."""
    return await _changes.all(db, scope, import_id=import_id)


async def house_facts(scope: Scope, db: Reader, community_id: int) -> dict[int, HouseFacts]:
    rows = await _house_facts.all(db, scope, community_id=community_id)
    return {space_id: HouseFacts(*facts) for space_id, *facts in rows}


async def count_assets(scope: Scope, db: Reader, house_ids: list[int]) -> int:
    return int(await _assets_of.scalar(db, scope, house_ids=house_ids))


async def snapshot(scope: Scope, db: Reader, parent: Space, reading: Reading) -> Snapshot:
    """The rows of `parent`'s community that a workbook mentions."""
    subtree = await space_queries.subtree(scope, db, parent)
    way = rules.path_ids(parent.path)[1:]
    names = await space_queries.names(scope, db, way)
    snapshot_row = Snapshot(
        parent=parent,
        above=[names[space_id] for space_id in way],
        spaces={(row.parent_id, row.name): row for row in subtree if row.parent_id is not None},
        houses=await house_facts(scope, db, parent.community_id),
        residents=[],
        holders={},
        person_ids=set(),
    )
    if reading.residents:
        phones = sorted({row.values["phone"] for row in reading.residents if "phone" in row.values})
        snapshot_row.holders = await person_queries.holders_of_phones(scope, db, phones)
        # The ID number decides only where the phone does not.
        numbers = any(
            row.values.get("phone") not in snapshot_row.holders
            for row in reading.residents
            if "id_no" in row.values
        )
        snapshot_row.residents = await resident_queries.all_of_community(
            scope, db, parent.community_id, numbers=numbers
        )
        await asyncio.to_thread(_share, snapshot_row)
        snapshot_row.person_ids = await person_queries.known_to(scope, db, parent.community_id)
    return snapshot_row


def _share(snapshot_row: Snapshot) -> None:
    """Have what both lists tell of a person lie in memory once: of a town that is 30 MB."""
    people = {holder.id: (phone, holder) for phone, holder in snapshot_row.holders.items()}
    for at, house_resident in enumerate(snapshot_row.residents):
        if (person := people.get(house_resident.person_id)) is not None:
            phone, (person_id, identity_id, name) = person
            snapshot_row.residents[at] = house_resident._replace(
                person_id=person_id, identity_id=identity_id, name=name, phone=phone
            )


async def stamp(scope: Scope, db: Reader, community_id: int) -> tuple[Any, ...]:
    """A value that changes when anything does that `snapshot` looks at."""
    return (
        await _space_stamp.one(db, scope, community_id=community_id),
        await resident_queries.stamp(scope, db, community_id),
        await person_queries.stamp(scope, db),
    )


def decoded(change: ImportChange) -> dict[str, Any]:
    """The old and the new values of a change."""
    return dict(json.loads(change.before)) if change.before else {}
