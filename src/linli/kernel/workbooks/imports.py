"""The engine of imports by workbook. It reads outside the event loop, plans, writes in one transaction and shows its
progress.

A `Kind` describes the imported rows (houses and residents, vehicles, cameras, devices of a box), a `Ledger` the stored
imports of a room. The file waits in the object store and an outbox row starts the work. So an accepted import is done
even if the process is killed.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError, NotYet, Unavailable
from linli.kernel.ids import Ids
from linli.kernel.late import LOADING
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.progress import Board, Progress
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.jobs import RunImport, WorkbookGone
from linli.kernel.workbooks.kinds import (
    CHECKED,
    DONE,
    FAILED,
    REFUSED,
    WAITING,
    End,
    Import,
    Kind,
    Ledger,
    Plan,
    Work,
)
from linli.kernel.workbooks.turns import reading as reading_turn

log = telemetry.logger(__name__)
READING, PLANNING, WRITING = "reading", "planning", "writing"
PATIENCE_MS: Final = 300_000
"""So long an import that was accepted is tried again when a disk or a store cannot serve; then it fails in words."""
_TRIES: Final = 3
"""Plans made outside the transaction before one is made inside it, where nothing can change meanwhile."""
_MANY: Final = 5_000
"""Rows after which the database is asked to look at its tables again."""


@dataclass(frozen=True)
class Tools:
    """The process's parts for an engine."""

    db: Database
    store: ObjectStore
    ids: Ids
    clock: Clock
    secrets: Secrets
    board: Board


class Engine[I: Import]:
    """Works on the imports of a ledger, each once at a time in this process."""

    def __init__(self, ledger: Ledger[I], tools: Tools) -> None:
        self._ledger = ledger
        self._tools = tools
        self._db, self._store, self._clock = tools.db, tools.store, tools.clock
        self._running: dict[int, asyncio.Task[None]] = {}

    def register(self, jobs: Jobs) -> None:
        """Let the outbox worker start the imports, and end what held secrets."""
        jobs.on(self._ledger.job, RunImport, self.run)
        jobs.on(self._ledger.files_job, RunImport, self.forget)

    async def progress(self, scope: Scope, import_row: I) -> Progress | None:
        """None when nobody works on it."""
        if import_row.state != WAITING:
            return None
        return await self._tools.board.of(scope, self._ledger.subject(import_row.import_id))

    async def run(self, job: RunImport) -> None:
        """Work on an import until it has ended. A second call waits for the first, and then looks for itself: what was
        tried may have been asked to go on before its first run was over."""
        while (task := self._running.get(job.import_id)) is not None:
            await asyncio.wait([task])
        task = asyncio.create_task(self._work(job), name=self._ledger.subject(job.import_id))
        self._running[job.import_id] = task
        task.add_done_callback(lambda _: self._running.pop(job.import_id, None))
        await task

    async def wait(self, scope: Scope, import_id: int, *, seconds: float) -> I:
        """The import once it has ended, or as it is when the time is over. For screens that show small files at once."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # Another process may be at work: only the row tells.
                while self._unfinished(await self._ledger.get(scope, self._db, import_id)):  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        return await self._ledger.get(scope, self._db, import_id)

    async def forget(self, job: RunImport) -> None:
        """Remove a workbook that held secrets, and its marked copy."""
        scope = Scope.system(job.tenant_id, "import")
        await self._forget(scope, await self._ledger.get(scope, self._db, job.import_id))

    async def _forget(self, scope: Scope, import_row: I) -> None:
        for key in filter(None, (import_row.object_key, import_row.report_key)):
            await self._store.delete(key)
        if (unfile := self._ledger.kind(import_row).unfile) is not None:
            await self._db.run(lambda tx: unfile(scope, tx, import_row.import_id))

    def _unfinished(self, import_row: I) -> bool:
        """Whether there is work left: one that is done has ended when no file with secrets lies about any more."""
        return import_row.state == WAITING or self._leaves_secrets(import_row)

    def _leaves_secrets(self, import_row: I) -> bool:
        return import_row.state == DONE and bool(import_row.object_key) and self._secret(import_row)

    def _secret(self, import_row: I) -> bool:
        return self._ledger.kind(import_row).unfile is not None

    async def _work(self, job: RunImport) -> None:
        scope = Scope.system(job.tenant_id, "import")
        import_row = await self._ledger.get(scope, self._db, job.import_id)
        if import_row.state != WAITING:
            if self._leaves_secrets(import_row):  # the process that did it ended before it had removed them
                await self._forget(scope, import_row)
            return
        # Its changes are logged under the person who uploaded it.
        scope = replace(scope, caller=import_row.caller, language=import_row.language)
        async with self._tools.board.telling(
            scope, self._ledger.subject(import_row.import_id), READING
        ) as progress:
            try:
                if not import_row.object_key:
                    raise WorkbookGone()
                await self._import(scope, import_row, progress)
            except LinliError as error:
                if self._worth_trying(job, import_row, error):
                    raise  # it was accepted: the outbox has it tried again
                log.info("%s refused: %s", self._ledger.subject(import_row.import_id), error)
                await self._conclude(scope, import_row, None, FAILED, reason=error.text(import_row.language))

    def _worth_trying(self, job: RunImport, import_row: I, error: LinliError) -> bool:
        asked_ms = job.asked_ms or import_row.created_ms
        patient = self._clock.now_ms() < asked_ms + PATIENCE_MS
        return isinstance(error, NotYet) or (isinstance(error, Unavailable) and patient)

    async def _import(self, scope: Scope, import_row: I, progress: Progress) -> None:
        kind = self._ledger.kind(import_row)
        size = await self._store.size(import_row.object_key) or 0
        async with reading_turn(scope.tenant, size), self._workbook(import_row) as source:
            read = await kind.reader(scope, self._db, import_row)
            rows = await asyncio.to_thread(read, source, progress.note)
            progress.phase = PLANNING
            await self._write(scope, import_row, progress, source, kind, rows)
        if kind.tables and progress.rows > _MANY and not import_row.dry_run:
            await self._db.tidy(kind.tables)
        ended = await self._ledger.get(scope, self._db, import_row.import_id)
        if self._leaves_secrets(ended):
            await self._forget(scope, ended)

    @contextlib.asynccontextmanager
    async def _workbook(self, import_row: I) -> AsyncIterator[Path]:
        """The file that was handed in; one that lay sealed, open while the block lasts."""
        if not self._secret(import_row):
            async with self._store.on_disk(import_row.object_key) as source:
                yield source
            return
        sealed = await self._store.get(import_row.object_key)
        with tempfile.TemporaryDirectory(prefix="linli-import-") as folder:
            source = Path(folder) / "in.xlsx"
            source.write_bytes(self._tools.secrets.open_file(sealed, about=import_row.object_key))
            yield source

    async def _write(
        self,
        scope: Scope,
        import_row: I,
        progress: Progress,
        source: Path,
        kind: Kind[I, Any, Any],
        rows: Any,
    ) -> None:
        """Plan, and write the plan unless it is a trial or a row is bad."""
        work = self._work_of(import_row, progress, kind.total(rows))
        report_key = ""
        for _ in range(_TRIES):
            stamp = await kind.stamp(scope, self._db, import_row)
            plan = await kind.plan(scope, self._db, import_row, rows)
            report_key = await self._report(import_row, source, kind.titles(rows), plan)
            if import_row.dry_run or (plan.problems and not import_row.good_only):
                await self._conclude(
                    scope, import_row, plan, REFUSED if plan.problems else CHECKED, report_key
                )
                return
            progress.phase = WRITING
            if stamp is None:
                break
            as_planned = partial(self._write_planned, scope, work, kind, plan, report_key, stamp=stamp)
            if await self._db.run(as_planned):
                return

        async def plan_and_write(tx: Tx) -> None:
            await kind.lock(scope, tx, import_row)
            if not await self._still_waits(scope, tx, import_row):
                return
            plan = await kind.plan(scope, tx, import_row, rows)
            if plan.problems and not import_row.good_only:
                end = End(REFUSED, self._clock.now_ms())
                await self._ledger.conclude(scope, tx, import_row, plan, end)
                return
            await self._apply(scope, tx, work, kind, plan, report_key)

        await self._db.run(plan_and_write)

    async def _write_planned(
        self,
        scope: Scope,
        work: Work[I],
        kind: Kind[I, Any, Any],
        plan: Plan,
        report_key: str,
        tx: Tx,
        *,
        stamp: object,
    ) -> bool:
        """Write a plan that was made outside the unit; False when what it was made from has changed since."""
        await kind.lock(scope, tx, work.import_row)
        if await kind.stamp(scope, tx, work.import_row) != stamp:
            return False
        if await self._still_waits(scope, tx, work.import_row):
            await self._apply(scope, tx, work, kind, plan, report_key)
        return True

    async def _still_waits(self, scope: Scope, tx: Tx, import_row: I) -> bool:
        """False: another process has done it meanwhile."""
        return (await self._ledger.get(scope, tx, import_row.import_id, lock=True)).state == WAITING

    def _work_of(self, import_row: I, progress: Progress, total: int) -> Work[I]:
        tools = self._tools
        return Work(import_row, tools.ids, tools.secrets, 0, lambda done: progress.note(done, total))

    async def _apply(
        self, scope: Scope, tx: Tx, work: Work[I], kind: Kind[I, Any, Any], plan: Plan, report_key: str
    ) -> None:
        work = work._replace(now_ms=self._clock.now_ms())
        await kind.apply(scope, tx, work, plan)
        await self._ledger.conclude(scope, tx, work.import_row, plan, End(DONE, work.now_ms, report_key))

    async def _conclude(
        self,
        scope: Scope,
        import_row: I,
        plan: Plan | None,
        state: str,
        report_key: str = "",
        reason: str = "",
    ) -> None:
        async def work(tx: Tx) -> None:
            end = End(state, self._clock.now_ms(), report_key, reason)
            await self._ledger.conclude(scope, tx, import_row, plan, end)

        await self._db.run(work)

    async def _report(self, import_row: I, source: Path, titles: dict[str, str], plan: Plan) -> str:
        """Write the marked-up copy; its key in the object store, empty when there is nothing to mark."""
        if not plan.problems:
            return ""
        with LOADING:
            from linli.kernel.workbooks import report  # loads openpyxl: not at every start of the process

        key = f"{import_row.object_key.removesuffix('.xlsx')}-report.xlsx"
        with tempfile.TemporaryDirectory(prefix="linli-import-") as folder:
            target = Path(folder) / "report.xlsx"
            await asyncio.to_thread(
                report.write, source, target, titles, plan.problems, language=import_row.language
            )
            content = await asyncio.to_thread(target.read_bytes)
        if self._secret(import_row):
            content = self._tools.secrets.seal_file(content, about=key)
        await self._store.put(key, content)
        return key
