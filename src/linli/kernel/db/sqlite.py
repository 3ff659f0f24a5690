"""SQLite: reads on the event loop, one writer, many units of work under one group commit.

SQLite has a single writer and an fsync costs about a millisecond. So units take turns on one connection, all but the
first of a group in a savepoint, and the commit that makes them durable is shared: it starts as soon as nobody waits for
the writer, at the latest after GROUP_UNITS units or GROUP_SECONDS. While it runs in a thread, the next units queue; they
form the next group. `begin()` returns only after its group is on disk.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from sqlalchemy import Table

from linli.kernel.db.database import Database, Row, Tx, bound, identity_of, quote
from linli.kernel.db.statements import Plan
from linli.kernel.errors import Unavailable
from linli.kernel.scope import Scope

GROUP_UNITS = 500
GROUP_SECONDS = 0.002
ROWS_A_STATEMENT = 64
BUSY_SECONDS = 10.0
"""How long to wait for another process (a command-line tool, a backup) that holds the write lock."""


class DiskFull(Unavailable):
    code = "disk_full"


def _connect(path: str, *, read_only: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=1000)
    connection.execute("PRAGMA busy_timeout = 0" if not read_only else "PRAGMA busy_timeout = 5000")
    if not read_only:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 4000")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA cache_size = -65536")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


class SQLiteDatabase(Database):
    engine = "sqlite"

    def __init__(self, path: str) -> None:
        self._path = path
        self._writer = _connect(path)
        self._reader = _connect(path, read_only=True)
        self._heavy: deque[sqlite3.Connection] = deque()
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._heavy_pool = ThreadPoolExecutor(2, thread_name_prefix="heavy-read")
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._busy = False
        self._group: list[asyncio.Future[None]] = []
        self._group_open = False
        self._group_since = 0.0
        self._closed = False
        self._snapshot = False
        self._leaving: set[asyncio.Future[None]] = set()

    @classmethod
    async def connect(cls, path: str) -> "SQLiteDatabase":
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        return cls(path)

    async def close(self) -> None:
        await self._take()
        await self._commit_group()
        self._closed = True
        self._end_snapshot()
        self._committer.shutdown()
        self._heavy_pool.shutdown()
        for connection in (self._writer, self._reader, *self._heavy):
            connection.close()

    # reads

    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None:
        values = bound(plan, scope, binds, as_json=True)
        if heavy:
            rows = await self._in_thread(plan.sql, values, 1)
            return rows[0] if rows else None
        if not self._snapshot:
            self._open_snapshot()
        row: Row | None = self._reader.execute(plan.sql, values).fetchone()
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        values = bound(plan, scope, binds, as_json=True)
        if heavy:
            return await self._in_thread(plan.sql, values, None)
        if not self._snapshot:
            self._open_snapshot()
        return self._reader.execute(plan.sql, values).fetchall()

    def _open_snapshot(self) -> None:
        """Let the reads of one turn of the event loop share one read transaction.

        Taking and leaving the file's read lock costs more than an indexed select does; under load a turn has many.
        """
        self._reader.execute("BEGIN")
        self._snapshot = True
        asyncio.get_running_loop().call_soon(self._end_snapshot)

    def _end_snapshot(self) -> None:
        if self._snapshot:
            self._snapshot = False
            self._reader.execute("COMMIT")

    async def _in_thread(self, sql: str, values: list[Any], most: int | None) -> list[Row]:
        def read() -> list[Row]:
            try:
                connection = self._heavy.pop()
            except IndexError:
                connection = _connect(self._path, read_only=True)
            try:
                cursor = connection.execute(sql, values)
                return cursor.fetchall() if most is None else cursor.fetchmany(most)
            finally:
                self._heavy.append(connection)

        return await asyncio.get_running_loop().run_in_executor(self._heavy_pool, read)

    # the writer's turn

    async def _take(self) -> None:
        if not self._busy:
            self._busy = True
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._give_back()
            raise

    def _give_back(self) -> None:
        """Leave from where nothing can be awaited. The group may have counted on this unit for its commit."""
        leaving = asyncio.ensure_future(self._leave())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    def _pass_on(self) -> None:
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._busy = False

    async def _open_group(self) -> None:
        # The write-ahead log starts over only when nobody reads: under steady load it would else grow and grow.
        self._end_snapshot()
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self._writer.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    raise _translated(error) from error
                if time.monotonic() > deadline:
                    raise Unavailable() from error
                await asyncio.sleep(0.005)
            else:
                break
        self._group_open = True
        self._group_since = time.monotonic()

    async def _leave(self) -> None:
        """Give the writer to the next unit, or commit the group when it is full, old, or nobody waits."""
        while self._waiters and self._waiters[0].done():
            self._waiters.popleft()  # cancelled while it waited
        if (
            self._waiters
            and len(self._group) < GROUP_UNITS
            and time.monotonic() - self._group_since < GROUP_SECONDS
        ):
            self._pass_on()
            return
        await self._commit_group()
        self._pass_on()

    async def _commit_group(self) -> None:
        if not self._group_open:
            return
        if not self._writer.in_transaction:
            self._lose_group(DiskFull())
            return
        group, self._group = self._group, []
        self._group_open = False
        try:
            await asyncio.get_running_loop().run_in_executor(self._committer, self._writer.commit)
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.rollback()
            failure = _translated(error)
            for unit in group:
                if not unit.done():
                    unit.set_exception(failure)
            return
        self._end_snapshot()
        for unit in group:
            if not unit.done():
                unit.set_result(None)

    def _lose_group(self, reason: Exception) -> None:
        """SQLite ends the whole transaction by itself when the disk fails it: then no unit of the group is stored."""
        group, self._group = self._group, []
        self._group_open = False
        for unit in group:
            if not unit.done():
                unit.set_exception(reason)

    def _still_open(self) -> None:
        """Raises OperationalError where SQLite ended the transaction and the unit did not let its error out."""
        if not self._writer.in_transaction:
            raise sqlite3.OperationalError("the transaction was ended")

    def begin(self, *, durable: bool = True) -> "_Unit":
        return _Unit(self)

    async def run_script(self, statements: Sequence[str]) -> None:
        # To its end even when the caller is cancelled: a group half committed would hold the writer for ever.
        await asyncio.shield(asyncio.ensure_future(self._script(statements)))

    async def _script(self, statements: Sequence[str]) -> None:
        await self._take()
        try:
            await self._commit_group()
            for statement in statements:
                self._writer.execute(statement)
        finally:
            self._pass_on()


def _translated(error: sqlite3.Error) -> Exception:
    if getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return DiskFull()
    return error


class _Unit:
    """The context manager behind `begin()`: written out by hand, since it is entered for every request."""

    def __init__(self, db: SQLiteDatabase) -> None:
        self._db = db

    async def __aenter__(self) -> "SQLiteTx":
        db = self._db
        if db.guard is not None:
            db.guard()
        await db._take()
        try:
            # The first unit of a group has the transaction to itself until it is done and needs no savepoint, under
            # which SQLite copies each page before its first change: a third of what a small unit's rows cost.
            self._first = not db._group_open
            if self._first:
                await db._open_group()
            else:
                db._writer.execute("SAVEPOINT unit")
        except BaseException:
            db._give_back()
            raise
        self._tx = SQLiteTx(db, db._writer)
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
        db = self._db
        if error is not None:
            try:
                if not db._writer.in_transaction:
                    db._lose_group(_translated(error) if isinstance(error, sqlite3.Error) else DiskFull())
                elif self._first:
                    db._writer.execute("ROLLBACK")
                    db._group_open = False
                else:
                    db._writer.execute("ROLLBACK TO unit")
                    db._writer.execute("RELEASE unit")
            finally:
                await db._leave()
            if isinstance(error, sqlite3.Error) and (full := _translated(error)) is not error:
                raise full from error
            return
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            if self._first:
                db._still_open()
            else:
                db._writer.execute("RELEASE unit")
        except sqlite3.Error as failure:
            lost = _translated(failure)
            if not db._writer.in_transaction:
                lost = DiskFull()
                db._lose_group(lost)
            await db._leave()
            raise lost from failure
        db._group.append(durable)
        await db._leave()
        await durable
        self._tx.run_after_commit()


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
        row: Row | None = self._connection.execute(
            plan.sql, bound(plan, scope, binds, as_json=True)
        ).fetchone()
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        return self._connection.execute(plan.sql, bound(plan, scope, binds, as_json=True)).fetchall()

    async def execute(self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any]) -> int:
        return self._connection.execute(plan.sql, bound(plan, scope, binds, as_json=True)).rowcount

    async def execute_many(self, plan: Plan, scope: Scope | None, rows: Sequence[Mapping[str, Any]]) -> None:
        self._connection.executemany(plan.sql, [bound(plan, scope, row, as_json=True) for row in rows])

    async def insert_tuples(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        at = 0
        if len(rows) >= ROWS_A_STATEMENT:
            # A statement for many rows costs a fifth less than one for each, nearly whatever the table.
            text = _insert_text(table, columns, ROWS_A_STATEMENT)
            while at + ROWS_A_STATEMENT <= len(rows):
                values = tuple(chain.from_iterable(rows[at : at + ROWS_A_STATEMENT]))
                self._connection.execute(text, values)
                at += ROWS_A_STATEMENT
        self._connection.executemany(_insert_text(table, columns), rows[at:] if at else rows)

    async def insert_one(self, table: Table, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        self._connection.execute(_insert_text(table, columns), row)

    async def insert_returning(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> list[int]:
        text, execute = _insert_text(table, columns), self._connection.execute
        ids = [execute(text, row).lastrowid for row in rows]
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
        self._connection.executemany(_upsert_text(table, columns, keys, update, if_newer), rows)


_TEXTS: dict[tuple[Any, ...], str] = {}


def _insert_text(table: Table, columns: tuple[str, ...], rows: int = 1) -> str:
    key = (table.name, columns, rows)
    text = _TEXTS.get(key)
    if text is None:
        names = ", ".join(quote("sqlite", c) for c in columns)
        marks = "), (".join([", ".join("?" * len(columns))] * rows)
        into = f"INSERT INTO {quote('sqlite', table.name)} "
        text = into + (f"({names}) VALUES ({marks})" if columns else "DEFAULT VALUES")
        _TEXTS[key] = text
    return text


def _upsert_text(
    table: Table,
    columns: tuple[str, ...],
    keys: tuple[str, ...],
    update: tuple[str, ...],
    if_newer: str | None,
) -> str:
    key = (table.name, columns, keys, update, if_newer)
    text = _TEXTS.get(key)
    if text is None:
        text = _TEXTS[key] = _insert_text(table, columns) + conflict_clause(
            table, keys, update, if_newer, "sqlite"
        )
    return text


def conflict_clause(
    table: Table, keys: tuple[str, ...], update: tuple[str, ...], if_newer: str | None, engine: Any
) -> str:
    """The ON CONFLICT part, alike on both engines."""
    target = ", ".join(quote(engine, k) for k in keys)
    if not update:
        return f" ON CONFLICT ({target}) DO NOTHING"
    sets = ", ".join(f"{quote(engine, c)} = excluded.{quote(engine, c)}" for c in update)
    text = f" ON CONFLICT ({target}) DO UPDATE SET {sets}"
    if if_newer is not None:
        name = quote(engine, if_newer)
        text += f" WHERE excluded.{name} >= {quote(engine, table.name)}.{name}"
    return text


__all__ = ["DiskFull", "SQLiteDatabase", "SQLiteTx", "conflict_clause", "identity_of"]
