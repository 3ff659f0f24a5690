"""The file itself: one thread writes, one reads, both away from the event loop."""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from linli.edge.store.steps import Step, apply
from linli.kernel.clock import Clock
from linli.kernel.errors import Unavailable
from linli.kernel.telemetry import logger

log = logger(__name__)

MOST_IN_COMMIT: Final = 500
BUSY_MS: Final = 5000

type Work[T] = Callable[[sqlite3.Connection], T]
type Then[T] = Callable[[T], None]


class StoreBroken(Unavailable):
    """The disk is full or failing: nothing was written."""

    code = "edge.store_broken"


class _Job(NamedTuple):
    work: Work[Any]
    done: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    then: Then[Any] | None = None


class Store:
    """`write` and `read` take a function of the connection; it runs in a thread and must not keep the connection.

    Writes run in the order that they were asked for. One that raises is undone alone; its caller gets the exception.
    """

    def __init__(self, file: Path, steps: Sequence[Step], clock: Clock) -> None:
        self.file = file
        self._steps = steps
        self._clock = clock
        self._writes: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._reads: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []

    async def start(self) -> None:
        """Open, and bring the tables to this release. Raises StoreBroken."""
        try:
            await asyncio.to_thread(self._prepare)
        except (sqlite3.Error, OSError) as error:
            raise StoreBroken(why=str(error)) from error
        for name, run in (("store-writes", self._write_all), ("store-reads", self._read_all)):
            thread = threading.Thread(target=run, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    async def stop(self) -> None:
        """Finish what was asked for."""
        self._writes.put(None)
        self._reads.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()

    async def write[T](self, work: Work[T], *, then: Then[T] | None = None) -> T:
        """Returns after the commit. Raises StoreBroken, and what `work` raises.

        `then` gets the result on the loop after the commit, also when nobody waits any more: for what is counted beside
        the file. It must not raise.
        """
        return await self._ask(self._writes, work, then)

    async def read[T](self, work: Work[T]) -> T:
        """Of what is committed. Raises StoreBroken, and what `work` raises."""
        return await self._ask(self._reads, work)

    async def _ask[T](
        self, jobs: queue.SimpleQueue[_Job | None], work: Work[T], then: Then[T] | None = None
    ) -> T:
        if not self._threads:
            raise StoreBroken(why="it is not open")
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()
        jobs.put(_Job(work, done, loop, then))
        return await done

    # in the threads

    def _prepare(self) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.touch(0o600)
        with contextlib.closing(self._open()) as connection:
            apply(connection, self._steps, self._clock.now_ms())

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        return connection

    def _write_all(self) -> None:
        with contextlib.closing(self._open()) as connection:
            going = True
            while going:
                batch, going = _take(self._writes)
                if batch:
                    _commit(connection, batch)

    def _read_all(self) -> None:
        with contextlib.closing(self._open()) as connection:
            connection.execute("PRAGMA query_only = ON")
            while (job := self._reads.get()) is not None:
                try:
                    _tell(job, job.work(connection), None)
                except Exception as error:  # noqa: BLE001  (any exception belongs to the asker)
                    _tell(job, None, _translated(error))


def _take(jobs: "queue.SimpleQueue[_Job | None]") -> tuple[list[_Job], bool]:
    """All that wait, at least one; and whether more may come."""
    batch: list[_Job] = []
    job = jobs.get()
    while job is not None:
        batch.append(job)
        if len(batch) >= MOST_IN_COMMIT:
            return batch, True
        try:
            job = jobs.get_nowait()
        except queue.Empty:
            return batch, True
    return batch, False


def _commit(connection: sqlite3.Connection, batch: list[_Job]) -> None:
    """Every job in a savepoint of its own, one commit for all."""
    answers: list[tuple[_Job, Any, Exception | None]] = []
    try:
        connection.execute("BEGIN IMMEDIATE")
        for job in batch:
            connection.execute("SAVEPOINT job")
            try:
                answers.append((job, job.work(connection), None))
            except Exception as error:  # noqa: BLE001  (as above)
                connection.execute("ROLLBACK TO job")
                answers.append((job, None, _translated(error)))
            connection.execute("RELEASE job")
        connection.execute("COMMIT")
    except sqlite3.Error as error:
        log.error("the box's file takes no writes: %s", error)
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        answers = [(job, None, StoreBroken(why=str(error))) for job in batch]
    for job, result, failure in answers:
        _tell(job, result, failure)


def _translated(error: Exception) -> Exception:
    """A fault of the disk by our name; a broken rule of a table stays what it is."""
    if isinstance(error, sqlite3.OperationalError):
        return StoreBroken(why=str(error))
    return error


def _tell(job: _Job, result: Any, failure: Exception | None) -> None:
    def settle() -> None:
        if failure is None and job.then is not None:
            job.then(result)
        if job.done.done():
            return
        if failure is None:
            job.done.set_result(result)
        else:
            job.done.set_exception(failure)

    with contextlib.suppress(RuntimeError):  # the loop has ended
        job.loop.call_soon_threadsafe(settle)
