"""SQLite: reads on the event loop, writes one unit of work after the other (`sqlite_writer`).

`begin()` returns only after the group of units that this one belongs to is on disk.
"""

import asyncio
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn

from sqlalchemy import Table

from linli.kernel.db.database import Database, Row, Tx, bound
from linli.kernel.db.inserts import insert_text, upsert_text
from linli.kernel.db.plans import Plan
from linli.kernel.db.races import lasts
from linli.kernel.db.sqlite_errors import REFUSALS, translate
from linli.kernel.db.sqlite_writer import Writer
from linli.kernel.disk import DiskFull
from linli.kernel.scope import Scope

ROWS_A_STATEMENT = 64


_WRITER_CACHE_KB = 64 * 1024
"""Pages that the writer holds: with half of them a message of `bench ingest` cost a sixth more."""
_READER_CACHE_KB = 16 * 1024
"""Other pages that are read often are in the operating system's cache."""
_HEAVY_CACHE_KB = 8 * 1024
"""Each of the two connections for long reads, which seldom come by the same page again."""


def _connect(path: str, *, read_only: bool = False, cache_kb: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=1000)
    connection.execute("PRAGMA busy_timeout = 0" if not read_only else "PRAGMA busy_timeout = 5000")
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA cache_size = -{cache_kb}")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


class SQLiteDatabase(Database):
    engine = "sqlite"

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer = Writer(_connect(path, cache_kb=_WRITER_CACHE_KB), self._end_snapshot)
        self._reader = _connect(path, read_only=True, cache_kb=_READER_CACHE_KB)
        self._heavy: deque[sqlite3.Connection] = deque()
        self._heavy_pool = ThreadPoolExecutor(2, thread_name_prefix="heavy-read")
        self._snapshot = False

    @classmethod
    async def connect(cls, path: str) -> "SQLiteDatabase":
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return cls(path)

    async def close(self) -> None:
        await self._writer.close()
        self._end_snapshot()
        self._heavy_pool.shutdown()
        for connection in (self._reader, *self._heavy):
            connection.close()

    # reads

    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None:
        values = bound(plan, scope, binds, as_json=True)
        if heavy:
            rows = await self._in_thread(plan, values, 1)
            return rows[0] if rows else None
        if not self._snapshot:
            self._open_snapshot()
        try:
            row: Row | None = self._reader.execute(plan.sql, values).fetchone()
        except REFUSALS as error:
            _raise(error, translate(error, plan.sql, plan.order, [values]))
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        values = bound(plan, scope, binds, as_json=True)
        if heavy:
            return await self._in_thread(plan, values, None)
        if not self._snapshot:
            self._open_snapshot()
        try:
            return self._reader.execute(plan.sql, values).fetchall()
        except REFUSALS as error:
            _raise(error, translate(error, plan.sql, plan.order, [values]))

    def _open_snapshot(self) -> None:
        """Let the reads of one turn of the event loop share one read transaction.

        To take and release the file's read lock costs more than an indexed select, and under load a turn has many
        selects.
        """
        self._reader.execute("BEGIN")
        self._snapshot = True
        asyncio.get_running_loop().call_soon(self._end_snapshot)

    def _end_snapshot(self) -> None:
        if self._snapshot:
            self._snapshot = False
            self._reader.execute("COMMIT")

    async def _in_thread(self, plan: Plan, values: list[Any], most: int | None) -> list[Row]:
        def read() -> list[Row]:
            try:
                connection = self._heavy.pop()
            except IndexError:
                connection = _connect(self._path, read_only=True, cache_kb=_HEAVY_CACHE_KB)
            try:
                cursor = connection.execute(plan.sql, values)
                return cursor.fetchall() if most is None else cursor.fetchmany(most)
            finally:
                self._heavy.append(connection)

        try:
            return await asyncio.get_running_loop().run_in_executor(self._heavy_pool, read)
        except REFUSALS as error:
            _raise(error, translate(error, plan.sql, plan.order, [values]))

    def begin(self, *, durable: bool = True) -> "_Unit":
        return _Unit(self, self._writer)

    async def run_script(self, statements: Sequence[str]) -> None:
        # To its end even when the caller is cancelled: a group half committed would hold the writer for ever.
        await asyncio.shield(asyncio.ensure_future(self._script(statements)))

    async def _script(self, statements: Sequence[str]) -> None:
        writer = self._writer
        await writer.take()
        try:
            await writer.commit_group()
            for statement in statements:
                writer.connection.execute(statement)
        finally:
            writer.pass_on()


class _Unit:
    """The context manager behind `begin()`: written out by hand, since it is entered for every request."""

    def __init__(self, db: SQLiteDatabase, writer: Writer) -> None:
        self._db = db
        self._writer = writer

    async def __aenter__(self) -> "SQLiteTx":
        db, writer = self._db, self._writer
        if db.guard is not None:
            db.guard()
        await writer.take()
        try:
            # The first unit of a group has the transaction to itself until it is done, so it needs no savepoint. Under
            # a savepoint SQLite copies each page before its first change: a third of the cost of a small unit.
            self._first = not writer.group_open
            if self._first:
                await writer.open_group()
            else:
                writer.connection.execute("SAVEPOINT unit")
        except BaseException:
            writer.give_back()
            raise
        self._tx = SQLiteTx(db, writer.connection)
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The rest must run to its end even when the caller was cancelled, or the writer would stay taken.
        finish = asyncio.ensure_future(self._finish(error))
        try:
            await asyncio.shield(finish)
        except asyncio.CancelledError:
            if not finish.done():
                finish.add_done_callback(_seen)
            raise

    async def _finish(self, error: BaseException | None) -> None:
        writer = self._writer
        hidden = self._tx.failure if error is None else None
        if error is not None or hidden is not None:
            try:
                if not writer.connection.in_transaction:
                    writer.lose_group(DiskFull())
                elif self._first:
                    writer.connection.execute("ROLLBACK")
                    writer.group_open = False
                else:
                    writer.connection.execute("ROLLBACK TO unit")
                    writer.connection.execute("RELEASE unit")
            finally:
                await writer.leave()
            if hidden is not None:
                raise hidden
            return
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            if self._first:
                writer.still_open()
            else:
                writer.connection.execute("RELEASE unit")
        except sqlite3.Error as failure:
            raised: Exception = translate(failure) or failure
            if not writer.connection.in_transaction:
                raised = DiskFull()
                writer.lose_group(raised)
            await writer.leave()
            raise raised from failure
        writer.group.append(durable)
        await writer.leave()
        await durable
        lasts()
        self._tx.run_after_commit()


def _raise(error: Exception, translated: Exception | None) -> NoReturn:
    """The typed error where there is one, else what the driver raised."""
    if translated is None:
        raise error
    raise translated from error


def _seen(task: "asyncio.Future[None]") -> None:
    if not task.cancelled():
        task.exception()


class SQLiteTx(Tx):
    def __init__(self, db: SQLiteDatabase, connection: sqlite3.Connection) -> None:
        super().__init__(db)
        self._connection = connection

    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None:
        values = bound(plan, scope, binds, as_json=True)
        try:
            row: Row | None = self._connection.execute(plan.sql, values).fetchone()
        except REFUSALS as error:
            self._refuse(error, plan.sql, plan.order, [values])
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        values = bound(plan, scope, binds, as_json=True)
        try:
            return self._connection.execute(plan.sql, values).fetchall()
        except REFUSALS as error:
            self._refuse(error, plan.sql, plan.order, [values])

    async def execute(self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any]) -> int:
        values = bound(plan, scope, binds, as_json=True)
        try:
            return self._connection.execute(plan.sql, values).rowcount
        except REFUSALS as error:
            self._refuse(error, plan.sql, plan.order, [values])

    async def execute_many(self, plan: Plan, scope: Scope | None, rows: Sequence[Mapping[str, Any]]) -> None:
        values = [bound(plan, scope, row, as_json=True) for row in rows]
        try:
            self._connection.executemany(plan.sql, values)
        except REFUSALS as error:
            self._refuse(error, plan.sql, plan.order, values)

    async def insert_tuples(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        at, text = 0, insert_text("sqlite", table, columns)
        try:
            if len(rows) >= ROWS_A_STATEMENT:
                # A statement for many rows costs a fifth less than one for each, for nearly all tables.
                many = insert_text("sqlite", table, columns, ROWS_A_STATEMENT)
                while at + ROWS_A_STATEMENT <= len(rows):
                    values = tuple(chain.from_iterable(rows[at : at + ROWS_A_STATEMENT]))
                    self._connection.execute(many, values)
                    at += ROWS_A_STATEMENT
            self._connection.executemany(text, rows[at:] if at else rows)
        except REFUSALS as error:
            self._refuse(error, text, columns, rows)

    async def insert_one(self, table: Table, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        text = insert_text("sqlite", table, columns)
        try:
            self._connection.execute(text, row)
        except REFUSALS as error:
            self._refuse(error, text, columns, [row])

    async def insert_returning(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> list[int]:
        text, execute = insert_text("sqlite", table, columns), self._connection.execute
        try:
            ids = [execute(text, row).lastrowid for row in rows]
        except REFUSALS as error:
            self._refuse(error, text, columns, rows)
        return [key for key in ids if key is not None]

    async def upsert_tuples(
        self,
        table: Table,
        columns: tuple[str, ...],
        rows: Sequence[tuple[Any, ...]],
        *,
        keys: tuple[str, ...],
        update: tuple[str, ...] = (),
        if_newer: str | None = None,
    ) -> None:
        text = upsert_text("sqlite", table, columns, keys, update, if_newer)
        try:
            self._connection.executemany(text, rows)
        except REFUSALS as error:
            self._refuse(error, text, columns, rows)

    def _refuse(
        self, error: Exception, statement: str, names: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> NoReturn:
        """Raise what a driver's error means; the first ends the unit, and stays its reason."""
        linli_error = translate(error, statement, names, rows)
        if self.failure is None:
            self.failure = linli_error or error
        _raise(error, linli_error)


__all__ = ["SQLiteDatabase", "SQLiteTx"]
