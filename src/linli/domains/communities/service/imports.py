"""Imports of houses and residents: upload, trial, application in one transaction, undo. A §2.2.

The file waits in the object store and an outbox row starts the work. So an accepted import is done even if the process
is killed. All its writes, with its own state, are committed together or not at all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, update

from linli.domains.communities.events import SpaceChanged
from linli.domains.communities.models import houses, import_changes, imports, spaces
from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.rows import Space
from linli.domains.communities.service.list_import import ListPlan
from linli.domains.communities.service.planned import HouseChange, Plan
from linli.domains.people.service import bulk
from linli.domains.people.service import facts as person_facts
from linli.domains.people.service.facts import FactsChange
from linli.kernel import history, outbox
from linli.kernel.db import INT, Command, Tx, in_scope, update_of
from linli.kernel.errors import Conflict, TooMany
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.workbooks.groups import Answer, FaultGroup
from linli.kernel.workbooks.jobs import RunImport, WorkbookGone, forget_later
from linli.kernel.workbooks.kinds import CHECKED, PROBLEMS_KEPT, REFUSED, UNDONE, WAITING, End
from linli.kernel.workbooks.mends import Mend
from linli.kernel.workbooks.rows import Problem

JOB: Final = "communities.import"
"""Outbox kind of an import that waits to be worked on."""
TABLES: Final = (spaces, houses, *bulk.TABLES)
"""The writer of an import of houses and residents."""
FILES_JOB: Final = "communities.import_files"
"""Outbox kind of forgetting a workbook that holds secrets."""
MOST_WAITING: Final = 5
"""Imports of one company that wait or are worked on."""
CHANGES_KEPT: Final = 500
"""Changes of persons that a trial keeps for the screen."""


class WrongState(Conflict):
    """The import is not where this could be done."""

    code = "import.wrong_state"


class TooManyImports(TooMany):
    """The company has as many imports waiting as it may: each holds a place that other work waits for."""

    code = "import.too_many"


_restart = Command(
    update(imports)
    .where(imports.c.import_id == bindparam("row", type_=INT), in_scope(imports))
    .values(state=WAITING, dry_run=0, good_only=bindparam("good", type_=INT), finished_ms=0)
)
_answer = Command(
    update(imports)
    .where(imports.c.import_id == bindparam("row", type_=INT), in_scope(imports))
    .values(state=WAITING, dry_run=1, good_only=0, finished_ms=0, answers=bindparam("given"))
)
_finish = update_of(
    imports,
    (
        "state",
        "rows",
        "bad_rows",
        "outcome",
        "problems",
        "fault_groups",
        "mends",
        "changes",
        "report_key",
        "reason",
        "finished_ms",
    ),
    imports.c.import_id == bindparam("row", type_=INT),
    in_scope(imports),
)
_undone = Command(
    update(imports)
    .where(imports.c.import_id == bindparam("row", type_=INT), in_scope(imports))
    .values(state=UNDONE, outcome=bindparam("figures"))
)
_no_files = Command(
    update(imports)
    .where(imports.c.import_id == bindparam("row", type_=INT), in_scope(imports))
    .values(object_key="", report_key="")
)
_forget_persons = Command(
    update(imports)
    .where(imports.c.import_id == bindparam("row", type_=INT), in_scope(imports))
    .values(object_key="", report_key="", changes="", problems="[]", fault_groups="", mends="", answers="")
)
_set_house = Command(
    update(houses)
    .where(houses.c.space_id == bindparam("row", type_=INT), in_scope(houses))
    .values(
        layout=bindparam("new_layout"),
        area_m2=bindparam("new_area"),
        house_type=bindparam("new_type", type_=INT),
        house_status=bindparam("new_status", type_=INT),
    )
)
_touch = Command(
    update(spaces)
    .where(spaces.c.space_id == bindparam("row", type_=INT), in_scope(spaces))
    .values(changed_ms=bindparam("now", type_=INT))
)


class NewImport(msgspec.Struct, frozen=True, kw_only=True):
    """A stored workbook, and how it is read."""

    parent_id: int
    """The space that its buildings shall stand under."""
    file_name: str
    object_key: str
    dry_run: bool
    good_only: bool
    kind: str = queries.HOUSES
    secret: bool = False
    """It is not kept longer than its import needs."""


async def hand_in(scope: Scope, tx: Tx, *, new: NewImport, ids: Ids, now_ms: int) -> int:
    """Accept a stored workbook for the space that its buildings shall stand under; the id of the import.

    A `secret` one is not kept longer than its import needs. Raises NotFound, TooManyImports.
    """
    parent = await space_queries.space(scope, tx, new.parent_id)
    if await queries.count_waiting(scope, tx) >= MOST_WAITING:
        raise TooManyImports(limit=MOST_WAITING)
    import_id = ids.number()
    row = {
        "import_id": import_id,
        "tenant_id": parent.tenant_id,
        "community_id": parent.community_id,
        "kind": new.kind,
        "parent_id": new.parent_id,
        "file_name": new.file_name[:200],
        "object_key": new.object_key,
        "language": scope.language,
        "state": WAITING,
        "good_only": int(new.good_only),
        "dry_run": int(new.dry_run),
        "created_by": f"{scope.caller.kind}:{scope.caller.id}",
        "created_ms": now_ms,
    }
    await tx.insert(imports, row)
    await _start(tx, parent.tenant_id, import_id, now_ms)
    if new.secret:
        await forget_later(tx, FILES_JOB, RunImport(import_id, parent.tenant_id), now_ms=now_ms)
    return import_id


async def _start(tx: Tx, tenant_id: str, import_id: int, now_ms: int) -> None:
    # The last import may cause thousands of rows; the person with the next one waits at a screen.
    due = outbox.URGENT_MS
    await outbox.add(tx, JOB, RunImport(import_id, tenant_id, now_ms), due_ms=due, now_ms=now_ms)


async def go_on(
    scope: Scope, tx: Tx, *, import_id: int, good_only: bool, now_ms: int, kind: str = queries.HOUSES
) -> None:
    """Apply a tried workbook; with `good_only`, the good rows of a refused one.

    Raises NotFound, WrongState, WorkbookGone.
    """
    import_row = await queries.get(scope, tx, import_id, kind=kind, lock=True)
    if import_row.state != CHECKED and not (import_row.state == REFUSED and good_only):
        raise WrongState(state=import_row.state)
    if not import_row.object_key:
        raise WorkbookGone()
    await _restart.run(tx, scope, row=import_id, good=int(good_only))
    await _start(tx, import_row.tenant_id, import_id, now_ms)


async def look_again(
    scope: Scope, tx: Tx, import_row: Import, answers: Sequence[Answer], now_ms: int
) -> None:
    """Try a workbook anew, with these answers to its faults."""
    given = msgspec.json.encode(answers).decode()
    await _answer.run(tx, scope, row=import_row.import_id, given=given)
    await _start(tx, import_row.tenant_id, import_row.import_id, now_ms)


class Ending(NamedTuple):
    """The result of an import in its row."""

    rows: int
    bad_rows: int
    outcome: Any
    problems: list[Problem]
    facts: Sequence[FactsChange] = ()
    groups: Sequence[FaultGroup] = ()
    mends: Sequence[Mend] = ()

    @staticmethod
    def of(plan: Plan | ListPlan | None) -> "Ending | None":
        if plan is None:
            return None
        outcome = plan.outcome
        ending = Ending(outcome.rows, outcome.bad_rows, outcome, plan.problems)
        if isinstance(plan, Plan):
            return ending._replace(facts=plan.facts, groups=plan.groups, mends=plan.mends)
        return ending


async def conclude(scope: Scope, tx: Tx, import_row: Import, ending: Ending | None, end: End) -> None:
    """Write how an import ended; `ending` None: it failed before anything was known of its rows."""
    faults = [fault._asdict() for fault in ending.problems[:PROBLEMS_KEPT]] if ending else []
    # Once they are made, the persons' histories tell of them, and are emptied with them.
    facts_changes = ending.facts[:CHANGES_KEPT] if ending and end.state in (CHECKED, REFUSED) else []
    await _finish.run(
        tx,
        scope,
        row=import_row.import_id,
        state=end.state,
        rows=ending.rows if ending else 0,
        bad_rows=ending.bad_rows if ending else 0,
        outcome=msgspec.json.encode(ending.outcome).decode() if ending else "",
        problems=json.dumps(faults, ensure_ascii=False) if faults else "",
        changes=json.dumps(
            [_audit_change(facts_change) for facts_change in facts_changes], ensure_ascii=False
        )
        if facts_changes
        else "",
        fault_groups=msgspec.json.encode(ending.groups).decode() if ending and ending.groups else "",
        mends=msgspec.json.encode(ending.mends).decode() if ending and ending.mends else "",
        report_key=end.report_key,
        reason=end.reason,
        finished_ms=end.now_ms,
    )


async def trace(scope: Scope, tx: Tx, import_row: Import, done: Iterable[tuple[str, int, int, str]]) -> None:
    """Keep what undoing needs: (kind, row, other, before), in the order in which it was done."""
    rows = (
        (import_row.import_id, position, import_row.tenant_id, *what) for position, what in enumerate(done)
    )
    async for piece in bulk.steps(rows):
        await tx.insert_tuples(import_changes, _TRACE, piece)


def _audit_change(facts_change: FactsChange) -> dict[str, Any]:
    """A change as a trial shows it."""
    return {
        "row": facts_change.row,
        "person": facts_change.person_id,
        "house": facts_change.house_id,
        "before": facts_change.before,
        "after": facts_change.after,
    }


async def apply(scope: Scope, tx: Tx, import_row: Import, *, plan: Plan, now_ms: int) -> None:
    """Write a plan that was made from the rows that `tx` sees, and the data for its undo."""
    community_id = import_row.community_id
    async for piece in bulk.steps(plan.spaces):
        await tx.insert_tuples(spaces, Space._fields, piece)
    async for facts in bulk.steps(plan.houses):
        await tx.insert_many(houses, facts)
    async for changed in bulk.steps(plan.house_changes):
        await write_house_facts(
            scope, tx, [(house_change.space_id, house_change.after) for house_change in changed], now_ms
        )
    async for step in bulk.steps(plan.spaces, 500):
        ids = [row.space_id for row in step]
        await emit(tx, SpaceChanged(scope.tenant, community_id, ids, "insert"))
    async for again in bulk.steps(plan.house_changes, 500):
        ids = [house_change.space_id for house_change in again]
        await emit(tx, SpaceChanged(scope.tenant, community_id, ids, "update"))
    space_ids = [row.space_id for row in plan.spaces] + [
        house_change.space_id for house_change in plan.house_changes
    ]
    async for noted in bulk.steps(space_ids, 5 * bulk.STEP):
        await history.note_many(
            scope,
            tx,
            "space",
            noted,
            "imported",
            community_id=community_id,
            now_ms=now_ms,
            reason=import_row.file_name,
        )
    changed_facts = await person_facts.change_many(
        scope, tx, community_id=community_id, changes=plan.facts, now_ms=now_ms, source=import_row.file_name
    )
    await bulk.move_in_many(
        scope,
        tx,
        community_id=community_id,
        arrivals=plan.arrivals,
        now_ms=now_ms,
        source=import_row.file_name,
    )
    # Changes of persons are in their histories, which are emptied by an erasure; this is only the number.
    facts_changed = (("facts", person_id, number, "") for person_id, number in changed_facts)
    await trace(scope, tx, import_row, chain(_done(plan), facts_changed))


async def write_house_facts(
    scope: Scope, tx: Tx, changes: list[tuple[int, queries.HouseFacts]], now_ms: int
) -> None:
    rows = [
        {
            "row": space_id,
            "new_layout": facts.layout,
            "new_area": facts.area_m2,
            "new_type": facts.house_type,
            "new_status": facts.house_status,
        }
        for space_id, facts in changes
    ]
    await _set_house.run_many(tx, rows, scope)
    await _touch.run_many(tx, [{"row": space_id, "now": now_ms} for space_id, _ in changes], scope)


_TRACE: Final = ("import_id", "position", "tenant_id", "kind", "row_id", "other_id", "before")


def _done(plan: Plan) -> Iterator[tuple[str, int, int, str]]:
    for space in plan.spaces:
        yield "space", space.space_id, 0, ""
    for house_change in plan.house_changes:
        yield "house", house_change.space_id, 0, _house_text(house_change)
    for person in plan.strangers.all:
        yield "person", person.id, 0, ""
    for tie in plan.arrivals.members:
        yield "member", tie.house_id, tie.person_id, ""
    for tie in plan.ties_before:
        yield "tie", tie.house_id, tie.person_id, json.dumps({"type": tie.type, "status": tie.status})


def _house_text(house_change: HouseChange) -> str:
    return json.dumps({"before": list(house_change.before), "after": list(house_change.after)})


async def mark_undone(scope: Scope, tx: Tx, import_row: Import, outcome: Any = None) -> None:
    """`outcome`: the figures with what undoing left."""
    figures = msgspec.json.encode(outcome).decode() if outcome is not None else import_row.outcome
    await _undone.run(tx, scope, row=import_row.import_id, figures=figures)


async def forget_persons(scope: Scope, tx: Tx, import_id: int) -> None:
    """Its workbooks, and what it says of persons, are not kept any more; the figures stay."""
    await _forget_persons.run(tx, scope, row=import_id)


async def without_files(scope: Scope, tx: Tx, import_id: int) -> None:
    """Its workbook and the marked copy are gone."""
    await _no_files.run(tx, scope, row=import_id)
