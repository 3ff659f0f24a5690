"""How far long work is: the process that does it writes it, all read it.

The work changes a `Progress` in memory, as often as it likes and from any thread; a `Board` writes it into a table that
all processes read, once a second at most and only when it changed. Work that ends within its first second writes
nothing. A row whose process is no more is told as interrupted: a kill -9 leaves it, and nobody has to guess by clocks.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Column, PrimaryKeyConstraint, Table, Text, and_, bindparam, delete, select, update

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, in_scope, integer, metadata, text_column
from linli.kernel.errors import NotYet
from linli.kernel.scope import Scope

log = telemetry.logger(__name__)

BEAT_SECONDS: Final = 1.0
INTERRUPTED: Final = "interrupted"
"""The phase of work whose process has ended."""

progress_told = Table(
    "progress_told",
    metadata,
    text_column("tenant_id"),
    Column("subject", Text, nullable=False),
    text_column("process"),
    text_column("phase"),
    integer("rows_done"),
    integer("rows_expected"),
    integer("files_done"),
    integer("files_expected"),
    integer("bytes_done"),
    integer("began_ms"),
    PrimaryKeyConstraint("tenant_id", "subject"),
)
"""`subject`: the subject of the work, such as `import:123`. `process`: the process that does it (`kernel.processes`)."""


class Progress(msgspec.Struct):
    """How far some work is. The code that does the work changes it."""

    phase: str = ""
    rows: int = 0
    expected_rows: int = 0
    files: int = 0
    expected_files: int = 0
    bytes: int = 0
    began_ms: int = 0

    def note(self, rows: int, expected_rows: int) -> None:
        self.rows, self.expected_rows = rows, expected_rows


class DoneElsewhere(NotYet):
    """Another process has this work in hand."""

    code = "work.done_elsewhere"


class _Row(NamedTuple):
    process: str
    phase: str
    rows_done: int
    rows_expected: int
    files_done: int
    files_expected: int
    bytes_done: int
    began_ms: int


_FIGURES: Final = _Row._fields[1:-1]
_of = Query(
    select(*(progress_told.c[name] for name in _Row._fields)).where(
        in_scope(progress_told), progress_told.c.subject == bindparam("of_subject")
    ),
    _Row,
)
_mine = and_(
    in_scope(progress_told),
    progress_told.c.subject == bindparam("of_subject"),
    progress_told.c.process == bindparam("me"),
    progress_told.c.began_ms == bindparam("since", type_=INT),
)
_tell = Command(
    update(progress_told)
    .where(_mine)
    .values(
        process=bindparam("from_now"),
        **{name: bindparam(name, type_=progress_told.c[name].type) for name in _FIGURES},
    )
)
_forget = Command(delete(progress_told).where(_mine))


def _nobody(process: str) -> bool:
    return False


class _Work(NamedTuple):
    """The work of this process with its progress."""

    scope: Scope
    subject: str
    progress: Progress
    kept: bool

    @property
    def place(self) -> tuple[str, str]:
        return self.scope.tenant, self.subject


class Board:
    """Where a process tells how far its work is, and reads how far that of all is."""

    def __init__(
        self, db: Database, clock: Clock, *, me: str = "main", alive: Callable[[str], bool] = _nobody
    ) -> None:
        self._db = db
        self._clock = clock
        self._me = me
        self._alive = alive
        self._here: dict[tuple[str, str], Progress] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def telling(
        self, scope: Scope, subject: str, phase: str, *, kept: bool = False
    ) -> AsyncIterator[Progress]:
        """The progress of the work in this block. `kept`: it is shown from the beginning, and its last state stays
        after the end; a new run replaces the run before, also in another process.

        Raises DoneElsewhere when another process does the same work; not with `kept`.
        """
        if not kept and (row := await self._row_of(scope, subject)) and self._elsewhere(row.process):
            raise DoneElsewhere()
        work = _Work(scope, subject, Progress(phase=phase, began_ms=self._clock.now_ms()), kept)
        self._here[work.place] = work.progress
        if kept:
            await self._begin(work)
        beat = asyncio.create_task(self._beat(work), name=f"progress {subject}")
        try:
            yield work.progress
        finally:
            # The waiting task may be cancelled again and again, so the end is a task of its own.
            ending = asyncio.create_task(self._end(work, beat), name=f"end of {subject}")
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            await asyncio.shield(ending)

    async def of(self, scope: Scope, subject: str) -> Progress | None:
        """None: the work is not under way (any more). `interrupted` when the process that did it has ended."""
        here = self._here.get((scope.tenant, subject))
        if here is not None:
            return here
        row = await self._row_of(scope, subject)
        if row is None:
            return None
        interrupted = row.process and not self._elsewhere(row.process)
        return Progress(INTERRUPTED if interrupted else row.phase, *row[2:])

    def _elsewhere(self, process: str) -> bool:
        """Whether another process is at work. Work left by an earlier process of this name counts as interrupted."""
        return process not in ("", self._me) and self._alive(process)

    async def _row_of(self, scope: Scope, subject: str) -> _Row | None:
        return await _of.one(self._db, scope, of_subject=subject)

    async def _beat(self, work: _Work) -> None:
        written = msgspec.structs.replace(work.progress) if work.kept else None
        while True:
            await self._clock.sleep(BEAT_SECONDS)
            if work.progress == written:
                continue
            now = msgspec.structs.replace(work.progress)
            try:
                if written is None:
                    await self._begin(work)
                elif not await self._write(work, now):
                    return  # one that began later tells now
            except Exception as error:  # noqa: BLE001 - the work goes on though nobody hears of it
                log.warning("progress of %s cannot be told: %s", work.subject, error)
            else:
                written = now

    async def _begin(self, work: _Work) -> None:
        row = {"tenant_id": work.scope.tenant, "subject": work.subject, **self._row(work.progress)._asdict()}
        await self._db.run(
            lambda tx: tx.upsert(progress_told, [row], keys=("tenant_id", "subject"), update=_Row._fields),
            durable=False,
        )

    async def _write(self, work: _Work, now: Progress, *, ended: bool = False) -> bool:
        """False: the row is another's by now."""
        figures = {name: value for name, value in self._row(now)._asdict().items() if name in _FIGURES}
        written = await self._db.run(
            lambda tx: _tell.run(
                tx,
                work.scope,
                of_subject=work.subject,
                me=self._me,
                since=now.began_ms,
                from_now="" if ended else self._me,
                **figures,
            ),
            durable=False,
        )
        return written > 0

    async def _end(self, work: _Work, beat: "asyncio.Task[None]") -> None:
        beat.cancel()
        await asyncio.wait([beat])
        try:
            if work.kept:
                await self._write(work, work.progress, ended=True)
            elif await self._row_of(work.scope, work.subject) is not None:
                await self._db.run(
                    lambda tx: _forget.run(
                        tx, work.scope, of_subject=work.subject, me=self._me, since=work.progress.began_ms
                    ),
                    durable=False,
                )
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("the end of %s cannot be told: %s", work.subject, error)
        finally:
            if self._here.get(work.place) is work.progress:
                del self._here[work.place]

    def _row(self, now: Progress) -> _Row:
        return _Row(
            process=self._me,
            phase=now.phase,
            rows_done=now.rows,
            rows_expected=now.expected_rows,
            files_done=now.files,
            files_expected=now.expected_files,
            bytes_done=now.bytes,
            began_ms=now.began_ms,
        )
