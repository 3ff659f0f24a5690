"""The worker of imports: reads the workbook beside the event loop, plans, applies, and tells how far it is."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
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
    vehicle_import,
)
from linli.domains.communities.service.import_plan import Plan
from linli.domains.communities.service.list_import import ListKind, Work
from linli.domains.communities.xlsx import reading
from linli.domains.communities.xlsx.columns import sheets_for
from linli.domains.communities.xlsx.reading import Problem, Reading
from linli.domains.people.events import UsersErased
from linli.domains.people.queries import forms
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import LinliError, Unavailable
from linli.kernel.handlers import Handlers
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.progress import Board, Progress
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.turns import reading as reading_turn

log = telemetry.logger(__name__)
_TRIES: Final = 3
"""Plans made outside the transaction before one is made inside it, where nothing can change meanwhile."""
READING, PLANNING, WRITING = "reading", "planning", "writing"
LISTS: Final = (vehicle_import.KIND, employee_import.KIND)
"""The lists of this room."""
_MANY: Final = 5_000
"""Rows after which the database is asked to look at its tables anew."""


def subject(import_id: int) -> str:
    """Under which the progress of an import is told."""
    return f"import:{import_id}"


class Importer:
    """Works on imports, each once at a time in this process. `lists`: what is imported beside houses and residents."""

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
        self._db = db
        self._secrets = secrets
        self._lists = {kind.name: kind for kind in lists}
        self._store = store
        self._ids = ids
        self._clock = clock
        self._running: dict[int, asyncio.Task[None]] = {}
        self.board = board or Board(db, clock)

    def register(self, jobs: Jobs, handlers: Handlers[Tx] | None = None) -> None:
        """Let the outbox worker start the imports, and erased persons end their files."""
        if handlers is not None:
            handlers.after(UsersErased, self.erased, name="communities.imports_of_erased")
        jobs.on(imports.JOB, imports.RunImport, self.run)
        jobs.on(imports.FILES_JOB, imports.RunImport, self.forget)

    async def progress(self, scope: Scope, found: Import) -> Progress | None:
        """None when nobody works on it."""
        if found.state != imports.WAITING:
            return None
        return await self.board.of(scope, subject(found.import_id))

    async def run(self, job: imports.RunImport) -> None:
        """Work on an import until it has ended. A second call while it runs waits for the first."""
        task = self._running.get(job.import_id)
        if task is None:
            task = asyncio.create_task(self._work(job), name=f"import {job.import_id}")
            self._running[job.import_id] = task
            task.add_done_callback(lambda _: self._running.pop(job.import_id, None))
        await task

    async def forget(self, job: imports.RunImport) -> None:
        """Remove a workbook that held secrets, and its marked copy."""
        scope = Scope.system(job.tenant_id, "import")
        await self._forget(scope, await queries.get(scope, self._db, job.import_id))

    async def erased(self, event: UsersErased) -> None:
        """Workbooks of a community that somebody was erased from are not kept: nobody is taken out of a file."""
        scope = Scope.system(event.tenant_id, "import")
        for found in await queries.kept(scope, self._db, event.community_id):
            for key in filter(None, (found.object_key, found.report_key)):
                await self._store.delete(key)
            async with self._db.begin() as tx:
                await imports.forget_persons(scope, tx, found.import_id)

    async def _forget(self, scope: Scope, found: Import) -> None:
        for key in filter(None, (found.object_key, found.report_key)):
            await self._store.delete(key)
        async with self._db.begin() as tx:
            await imports.without_files(scope, tx, found.import_id)

    async def wait(self, scope: Scope, import_id: int, *, seconds: float) -> Import:
        """The import once it has ended, or as it is when the time is over. For screens that show small files at once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # Another process may be at work: only the row tells.
                while self._unfinished(await queries.get(scope, self._db, import_id)):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        return await queries.get(scope, self._db, import_id)

    def _unfinished(self, found: Import) -> bool:
        """Whether there is work left: one that is done has ended when no file with secrets lies about any more."""
        return found.state == imports.WAITING or self._leaves_secrets(found)

    def _leaves_secrets(self, found: Import) -> bool:
        kind = self._lists.get(found.kind)
        return found.state == imports.DONE and kind is not None and kind.secret and bool(found.object_key)

    async def _work(self, job: imports.RunImport) -> None:
        scope = Scope.system(job.tenant_id, "import")
        found = await queries.get(scope, self._db, job.import_id)
        if found.state != imports.WAITING:
            if self._leaves_secrets(found):  # the process that did it ended before it had removed them
                await self._forget(scope, found)
            return
        scope = replace(scope, caller=found.caller)  # histories tell who handed it in
        async with self.board.telling(scope, subject(found.import_id), READING) as progress:
            try:
                if not found.object_key:
                    raise imports.WorkbookGone()
                await self._import(scope, found, progress)
            except LinliError as error:
                passing = isinstance(error, Unavailable)
                if passing and self._clock.now_ms() < job.asked_ms + imports.PATIENCE_MS:
                    raise  # it was accepted: the outbox has it tried again
                log.info("import %d refused: %s", found.import_id, error)
                await self._fail(scope, found, error)

    async def _import(self, scope: Scope, found: Import, progress: Progress) -> None:
        kind = self._lists.get(found.kind)
        size = await self._store.size(found.object_key) or 0
        async with reading_turn(scope.tenant, size), self._workbook(found, kind) as source:
            if kind is not None:
                await self._import_list(scope, found, progress, source, kind)
            else:
                await self._import_file(scope, found, progress, source)
                if progress.rows > _MANY and not found.dry_run:
                    await self._db.tidy(imports.TABLES)
        ended = await queries.get(scope, self._db, found.import_id)
        if self._leaves_secrets(ended):
            await self._forget(scope, ended)

    @contextlib.asynccontextmanager
    async def _workbook(self, found: Import, kind: ListKind | None) -> AsyncIterator[Path]:
        """The file that was handed in; one that lay sealed, open while the block lasts."""
        if kind is None or not kind.secret:
            async with self._store.on_disk(found.object_key) as source:
                yield source
            return
        sealed = await self._store.get(found.object_key)
        with tempfile.TemporaryDirectory(prefix="linli-import-") as folder:
            source = Path(folder) / "in.xlsx"
            source.write_bytes(self._secrets.open_file(sealed, about=found.object_key))
            yield source

    async def _import_file(self, scope: Scope, found: Import, progress: Progress, source: Path) -> None:
        sheets = sheets_for(await forms.form(scope, self._db, found.community_id))
        held = await asyncio.to_thread(reading.read, source, progress=progress.note, sheets=sheets)
        progress.phase = PLANNING
        for _ in range(_TRIES):
            stamp = await queries.stamp(scope, self._db, found.community_id)
            plan = await self._plan(scope, self._db, found, held)
            report_key = await self._report(found, source, held.titles, plan.problems)
            if found.dry_run or (plan.problems and not found.good_only):
                await self._conclude(scope, found, imports.Ending.of(plan), report_key)
                return
            progress.phase = WRITING
            async with self._db.begin() as tx:
                await space_queries.space(scope, tx, found.parent_id, lock=True)
                if await queries.stamp(scope, tx, found.community_id) == stamp:
                    await self._apply(scope, tx, found, plan, report_key)
                    return
        async with self._db.begin() as tx:
            await space_queries.space(scope, tx, found.parent_id, lock=True)
            plan = await self._plan(scope, tx, found, held)
            if plan.problems and not found.good_only:
                await imports.conclude(
                    scope,
                    tx,
                    found,
                    imports.Ending.of(plan),
                    state=imports.REFUSED,
                    report_key="",
                    reason="",
                    now_ms=self._clock.now_ms(),
                )
                return
            await self._apply(scope, tx, found, plan, report_key)

    async def _plan(self, scope: Scope, db: Reader, found: Import, held: Reading) -> Plan:
        parent = await space_queries.space(scope, db, found.parent_id)
        there = await queries.snapshot(scope, db, parent, held)
        plan = await asyncio.to_thread(
            import_plan.work_out, there, held, ids=self._ids, now_ms=self._clock.now_ms()
        )
        there.residents, there.holders = [], {}  # the most of its memory
        await import_facts.compare(scope, db, plan, held, there.known)
        import_plan.counted(plan)
        return plan

    async def _apply(self, scope: Scope, tx: Tx, found: Import, plan: Plan, report_key: str) -> None:
        current = await queries.get(scope, tx, found.import_id, lock=True)
        if current.state == imports.WAITING:  # another process may have done it meanwhile
            await imports.apply(
                scope, tx, current, plan=plan, report_key=report_key, now_ms=self._clock.now_ms()
            )

    async def _import_list(
        self, scope: Scope, found: Import, progress: Progress, source: Path, kind: ListKind
    ) -> None:
        held = await asyncio.to_thread(kind.read, source, progress.note)
        progress.phase = PLANNING
        plan = await kind.plan(scope, self._db, found.community_id, held)
        titles = {kind.sheet.key: held.title}
        report_key = await self._report(found, source, titles, plan.problems, secret=kind.secret)
        if found.dry_run or (plan.problems and not found.good_only):
            await self._conclude(scope, found, _ending(plan), report_key)
            return
        progress.phase = WRITING
        async with self._db.begin() as tx:
            await space_queries.space(scope, tx, found.parent_id, lock=True)
            current = await queries.get(scope, tx, found.import_id, lock=True)
            if current.state != imports.WAITING:  # another process has done it meanwhile
                return
            plan = await kind.plan(scope, tx, found.community_id, held)
            now_ms = self._clock.now_ms()
            state = imports.DONE
            if plan.problems and not found.good_only:
                state = imports.REFUSED
            else:
                work = Work(
                    found, self._ids, self._secrets, now_ms, lambda rows: progress.note(rows, held.total)
                )
                await imports.trace(scope, tx, found, await kind.apply(scope, tx, work, plan))
            await imports.conclude(
                scope, tx, found, _ending(plan), state=state, report_key=report_key, reason="", now_ms=now_ms
            )

    async def _conclude(
        self, scope: Scope, found: Import, ending: imports.Ending | None, report_key: str
    ) -> None:
        state = imports.REFUSED if ending and ending.problems else imports.CHECKED
        async with self._db.begin() as tx:
            await imports.conclude(
                scope,
                tx,
                found,
                ending,
                state=state,
                report_key=report_key,
                reason="",
                now_ms=self._clock.now_ms(),
            )

    async def _fail(self, scope: Scope, found: Import, error: LinliError) -> None:
        async with self._db.begin() as tx:
            await imports.conclude(
                scope,
                tx,
                found,
                None,
                state=imports.FAILED,
                report_key="",
                reason=error.text(found.language),
                now_ms=self._clock.now_ms(),
            )

    async def _report(
        self,
        found: Import,
        source: Path,
        titles: dict[str, str],
        problems: list[Problem],
        *,
        secret: bool = False,
    ) -> str:
        """Write the marked-up copy; its key in the object store, empty when there is nothing to mark."""
        if not problems:
            return ""
        from linli.domains.communities.xlsx import report  # loads openpyxl: not at every start of the process

        key = f"{found.object_key.removesuffix('.xlsx')}-report.xlsx"
        with tempfile.TemporaryDirectory(prefix="linli-import-") as folder:
            target = Path(folder) / "report.xlsx"
            await asyncio.to_thread(report.write, source, target, titles, problems, language=found.language)
            content = await asyncio.to_thread(target.read_bytes)
        await self._store.put(key, self._secrets.seal_file(content, about=key) if secret else content)
        return key


def _ending(plan: Any) -> imports.Ending:
    outcome = plan.outcome
    return imports.Ending(outcome.rows, outcome.bad_rows, outcome, plan.problems)
