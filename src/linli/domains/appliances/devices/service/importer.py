"""The worker of device imports: reads the workbook beside the event loop, plans, applies, and tells how far it is."""

import asyncio
import contextlib
import tempfile
from pathlib import Path
from typing import Final

from linli.domains.appliances.devices.queries import devices as device_queries
from linli.domains.appliances.devices.queries import imports as queries
from linli.domains.appliances.devices.queries.imports import Import
from linli.domains.appliances.devices.service import imports
from linli.domains.appliances.devices.service.devices import protocol_of
from linli.domains.appliances.devices.service.imports import Plan
from linli.domains.appliances.devices.workbook import ROWS_MAX, sheet_of
from linli.domains.communities.xlsx.reading import ListReading, read_list
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.outbox import Jobs
from linli.kernel.progress import Board, Progress
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.turns import ReadersBusy
from linli.kernel.workbooks.turns import reading as reading_turn

log = telemetry.logger(__name__)


READING, PLANNING, WRITING = "reading", "planning", "writing"
PATIENCE_MS: Final = 300_000
"""So long an import is tried again while others' workbooks are read; then it fails in words."""


def subject(import_id: int) -> str:
    """Under which the progress of an import is told."""
    return f"edge import:{import_id}"


class EdgeImporter:
    """Works on imports, each once at a time in this process."""

    def __init__(
        self,
        db: Database,
        store: ObjectStore,
        ids: Ids,
        secrets: Secrets,
        clock: Clock,
        board: Board | None = None,
    ) -> None:
        self._db = db
        self._store = store
        self._ids = ids
        self._secrets = secrets
        self._clock = clock
        self._running: dict[int, asyncio.Task[None]] = {}
        self.board = board or Board(db, clock)

    def register(self, jobs: Jobs) -> None:
        """Let the outbox worker start the imports."""
        jobs.on(imports.JOB, imports.RunEdgeImport, self.run)

    async def progress(self, scope: Scope, found: Import) -> Progress | None:
        """None when nobody works on it."""
        if found.state != imports.WAITING:
            return None
        return await self.board.of(scope, subject(found.import_id))

    async def run(self, job: imports.RunEdgeImport) -> None:
        """Work on an import until it has ended. A second call while it runs waits for the first."""
        task = self._running.get(job.import_id)
        if task is None:
            task = asyncio.create_task(self._work(job), name=f"edge import {job.import_id}")
            self._running[job.import_id] = task
            task.add_done_callback(lambda _: self._running.pop(job.import_id, None))
        await task

    async def wait(self, scope: Scope, import_id: int, *, seconds: float) -> Import:
        """The import once it has ended, or as it is when the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                # Another process may be at work: only the row tells.
                while (await queries.get(scope, self._db, import_id)).state == imports.WAITING:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        return await queries.get(scope, self._db, import_id)

    async def _work(self, job: imports.RunEdgeImport) -> None:
        found = await queries.get(Scope.system(job.tenant_id, "import"), self._db, job.import_id)
        if found.state != imports.WAITING:
            return
        # What it does is noted as done by whoever handed it in.
        scope = Scope(job.tenant_id, Caller("staff", found.by_id), language=found.language)
        async with self.board.telling(scope, subject(found.import_id), READING) as progress:
            try:
                await self._import(scope, found, progress)
            except ReadersBusy:
                if self._clock.now_ms() < found.created_ms + PATIENCE_MS:
                    raise  # it was accepted: the outbox has it tried again
                await self._fail(scope, found, ReadersBusy())
            except LinliError as error:
                log.info("import %d of devices refused: %s", found.import_id, error)
                await self._fail(scope, found, error)

    async def _fail(self, scope: Scope, found: Import, error: LinliError) -> None:
        async with self._db.begin() as tx:
            await imports.conclude(
                scope,
                tx,
                found,
                None,
                state=imports.FAILED,
                reason=error.text(found.language),
                now_ms=self._clock.now_ms(),
            )

    async def _import(self, scope: Scope, found: Import, progress: Progress) -> None:
        gateway, protocol = await protocol_of(scope, self._db, found.protocol_id)
        shape = await device_queries.shape(scope, self._db, protocol)
        size = await self._store.size(found.object_key) or 0
        async with reading_turn(scope.tenant, size), self._store.on_disk(found.object_key) as source:
            held = await asyncio.to_thread(
                read_list, source, sheet_of(shape), most=ROWS_MAX, progress=progress.note
            )
            progress.phase = PLANNING
            wanted = await imports.plan(scope, self._db, gateway, protocol, held, secrets=self._secrets)
            report_key = await self._report(found, source, held, wanted)
        state = imports.REFUSED if wanted.problems else imports.CHECKED
        if wanted.problems or found.dry_run:
            async with self._db.begin() as tx:
                await imports.conclude(
                    scope, tx, found, wanted, state=state, report_key=report_key, now_ms=self._clock.now_ms()
                )
            return
        progress.phase = WRITING
        async with self._db.begin() as tx:
            current = await queries.get(scope, tx, found.import_id, lock=True)
            if current.state != imports.WAITING:  # another process has done it meanwhile
                return
            gateway, protocol = await protocol_of(scope, tx, found.protocol_id)
            wanted = await imports.plan(scope, tx, gateway, protocol, held, secrets=self._secrets)
            now_ms = self._clock.now_ms()
            state = imports.REFUSED if wanted.problems else imports.DONE
            if not wanted.problems:
                await imports.apply(
                    scope,
                    tx,
                    gateway,
                    protocol,
                    found,
                    wanted,
                    ids=self._ids,
                    secrets=self._secrets,
                    now_ms=now_ms,
                )
            await imports.conclude(scope, tx, found, wanted, state=state, now_ms=now_ms)

    async def _report(self, found: Import, source: Path, held: ListReading, wanted: Plan) -> str:
        """Write the marked-up copy; its key in the object store, empty when there is nothing to mark."""
        if not wanted.problems:
            return ""
        from linli.domains.communities.xlsx import report  # loads openpyxl: not at every start of the process

        key = f"{found.object_key.removesuffix('.xlsx')}-report.xlsx"
        with tempfile.TemporaryDirectory(prefix="linli-import-") as folder:
            target = Path(folder) / "report.xlsx"
            await asyncio.to_thread(
                report.write,
                source,
                target,
                {"devices": held.title},
                wanted.problems,
                language=found.language,
            )
            await self._store.put(key, await asyncio.to_thread(target.read_bytes))
        return key
