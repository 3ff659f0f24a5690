"""Imports into a community: houses and residents, and lists, by the engine of workbooks (`kernel.workbooks.imports`)."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from linli.domains.communities.queries import imports as queries
from linli.domains.communities.queries import spaces as space_queries
from linli.domains.communities.queries.imports import Import
from linli.domains.communities.service import (
    employee_import,
    import_facts,
    import_plan,
    imports,
    planned,
    vehicle_import,
)
from linli.domains.communities.service.list_import import ListKind, ListPlan
from linli.domains.communities.service.planned import Plan
from linli.domains.communities.xlsx import reading
from linli.domains.communities.xlsx.columns import sheets_for
from linli.domains.communities.xlsx.reading import Reading
from linli.domains.people.events import UsersErased
from linli.domains.people.queries import forms
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.progress import Board
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.imports import Engine, Tools
from linli.kernel.workbooks.kinds import End, Kind, Note, Work
from linli.kernel.workbooks.lists import ListReading, read_list

LISTS: Final = (vehicle_import.KIND, employee_import.KIND)
"""The lists of this room."""


class Importer(Engine[Import]):
    """`lists`: the imports beside houses and residents."""

    def __init__(
        self,
        db: Database,
        store: ObjectStore,
        ids: Ids,
        clock: Clock,
        secrets: Secrets,
        lists: Sequence[ListKind] = LISTS,
        board: Board | None = None,
    ) -> None:
        tools = Tools(db, store, ids, clock, secrets, board or Board(db, clock))
        super().__init__(_Ledger(lists, _Houses(ids, clock)), tools)

    def register(self, jobs: Jobs, handlers: Handlers[Tx] | None = None) -> None:
        """Let the outbox worker start the imports, and erased persons end their files."""
        super().register(jobs)
        if handlers is not None:
            handlers.after(UsersErased, self.erased, name="communities.imports_of_erased")

    async def erased(self, event: UsersErased) -> None:
        """Workbooks of a community that somebody was erased from are not kept: nobody is taken out of a file."""
        scope = Scope.system(event.tenant_id, "import")
        for import_row in await queries.kept(scope, self._db, event.community_id):
            for key in filter(None, (import_row.object_key, import_row.report_key)):
                await self._store.delete(key)
            await self._db.run(partial(_forget_persons, scope, import_row.import_id))


async def _forget_persons(scope: Scope, import_id: int, tx: Tx) -> None:
    await imports.forget_persons(scope, tx, import_id)


class _Ledger:
    """The table `imports`."""

    job = imports.JOB
    files_job = imports.FILES_JOB

    def __init__(self, lists: Sequence[ListKind], houses: "_Houses") -> None:
        self._lists = {kind.name: _List(kind) for kind in lists}
        self._houses = houses

    def subject(self, import_id: int) -> str:
        return f"import:{import_id}"

    def kind(self, import_row: Import) -> Kind[Import, Any, Any]:
        return self._lists.get(import_row.kind, self._houses)

    async def get(self, scope: Scope, db: Reader, import_id: int, *, lock: bool = False) -> Import:
        return await queries.get(scope, db, import_id, lock=lock)

    async def conclude(self, scope: Scope, tx: Tx, import_row: Import, plan: Any, end: End) -> None:
        await imports.conclude(scope, tx, import_row, imports.Ending.of(plan), end)


class _Parent:
    """An import writes below one space of its community."""

    async def lock(self, scope: Scope, tx: Tx, import_row: Import) -> None:
        await space_queries.space(scope, tx, import_row.parent_id, lock=True)


class _Houses(_Parent):
    """Houses and residents."""

    unfile = None
    tables = imports.TABLES

    def __init__(self, ids: Ids, clock: Clock) -> None:
        self._ids = ids
        self._clock = clock

    async def reader(self, scope: Scope, db: Reader, import_row: Import) -> Callable[[Path, Note], Reading]:
        sheets = sheets_for(await forms.form(scope, db, import_row.community_id))
        answers = queries.answers_of(import_row)
        return lambda source, note: reading.read(source, progress=note, sheets=sheets, answers=answers)

    def titles(self, rows: Reading) -> dict[str, str]:
        return rows.titles

    def total(self, rows: Reading) -> int:
        return rows.rows

    async def stamp(self, scope: Scope, db: Reader, import_row: Import) -> object:
        return await queries.stamp(scope, db, import_row.community_id)

    async def plan(self, scope: Scope, db: Reader, import_row: Import, rows: Reading) -> Plan:
        parent = await space_queries.space(scope, db, import_row.parent_id)
        there = await queries.snapshot(scope, db, parent, rows)
        plan = await asyncio.to_thread(
            import_plan.work_out, there, rows, ids=self._ids, now_ms=self._clock.now_ms()
        )
        there.residents, there.holders = [], {}  # the most of its memory
        await import_facts.compare(scope, db, plan, rows, there.person_ids)
        planned.counted(plan, rows)
        return plan

    async def apply(self, scope: Scope, tx: Tx, work: Work[Import], plan: Plan) -> None:
        await imports.apply(scope, tx, work.import_row, plan=plan, now_ms=work.now_ms)


class _List(_Parent):
    """Rows of one kind."""

    tables = ()

    def __init__(self, kind: ListKind) -> None:
        self._kind = kind
        self.unfile = imports.without_files if kind.secret else None

    async def reader(
        self, scope: Scope, db: Reader, import_row: Import
    ) -> Callable[[Path, Note], ListReading]:
        kind = self._kind
        return lambda source, note: read_list(source, kind.sheet, most=kind.rows_max, progress=note)

    def titles(self, rows: ListReading) -> dict[str, str]:
        return {self._kind.sheet.key: rows.title}

    def total(self, rows: ListReading) -> int:
        return rows.total

    async def stamp(self, scope: Scope, db: Reader, import_row: Import) -> None:
        """A list is planned again at once."""

    async def plan(self, scope: Scope, db: Reader, import_row: Import, rows: ListReading) -> ListPlan:
        plan: ListPlan = await self._kind.plan(scope, db, import_row.community_id, rows)
        return plan

    async def apply(self, scope: Scope, tx: Tx, work: Work[Import], plan: ListPlan) -> None:
        await imports.trace(scope, tx, work.import_row, await self._kind.apply(scope, tx, work, plan))
