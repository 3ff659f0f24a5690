"""PostgreSQL through asyncpg: prepared statements per connection, COPY for bulk, one transaction a unit of work."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import dialect as pg_dialect

from linli.kernel.db.database import Database, Row, Tx, bound, identity_of, quote
from linli.kernel.db.inserts import conflict_clause
from linli.kernel.db.plans import Plan
from linli.kernel.db.races import lasts
from linli.kernel.disk import DiskFull
from linli.kernel.errors import LinliError, Unavailable
from linli.kernel.scope import Scope

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    OSError,
)


_STATEMENTS: Final = 256
"""Prepared ones that a connection keeps, the last used: each holds 16 kB here and its plan in the server. What a process
runs all the time is far fewer. Without an end of life: preparing them all again every five minutes gains nothing."""


_SETTINGS: Final = {
    "random_page_cost": "1.1",  # of disks without heads: with 4 a list in the order of an index was read whole and sorted
    "work_mem": "16MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
"""Of every session. Statements here are short and many: starting helpers for one took longer than it did (the residents
of a group of 150,000 were counted in 90 ms by three processes, in 38 by one)."""


def _lost(error: BaseException, connection: asyncpg.Connection) -> bool:
    """Whether the connection is what failed. InterfaceError is also asyncpg's name for wrong values."""
    return isinstance(error, _LOST) and (
        connection.is_closed() or not isinstance(error, asyncpg.InterfaceError)
    )


class _Pool:
    """Idle connections, newest first. Lighter than asyncpg's own pool, whose release resets the session each time.

    A connection that is given back goes straight to whoever waits longest: left for all to take, newcomers would
    overtake the waiting ones again and again.
    """

    def __init__(self, url: str, size: int) -> None:
        self._url = url
        self._idle: list[asyncpg.Connection] = []
        self._open = 0
        self._size = size
        self._waiters: deque[asyncio.Future[asyncpg.Connection | None]] = deque()

    async def take(self) -> asyncpg.Connection:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._open -= 1
            if self._open < self._size:
                return await self._connect()
            waiter: asyncio.Future[asyncpg.Connection | None] = asyncio.get_running_loop().create_future()
            self._waiters.append(waiter)
            try:
                handed = await waiter
            except asyncio.CancelledError:
                if waiter.done() and not waiter.cancelled():
                    self._pass_on(waiter.result())
                raise
            if handed is not None:
                return handed

    async def _connect(self) -> asyncpg.Connection:
        self._open += 1
        try:
            return await asyncpg.connect(
                self._url,
                statement_cache_size=_STATEMENTS,
                max_cached_statement_lifetime=0,
                server_settings=_SETTINGS,
            )
        except BaseException as error:
            self._open -= 1
            self._pass_on(None)
            if isinstance(error, _LOST):
                raise Unavailable() from error
            raise

    def give(self, connection: asyncpg.Connection) -> None:
        if connection.is_closed():
            self._open -= 1
            self._pass_on(None)
        else:
            self._pass_on(connection)

    def discard(self, connection: asyncpg.Connection) -> None:
        self._open -= 1
        connection.terminate()
        self._pass_on(None)

    def _pass_on(self, connection: asyncpg.Connection | None) -> None:
        """To the longest waiting, else to the idle ones. None: there is room to open one."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(connection)
                return
        if connection is not None:
            self._idle.append(connection)

    async def close(self) -> None:
        for connection in self._idle:
            await connection.close()
        self._open -= len(self._idle)
        self._idle.clear()


class PostgresDatabase(Database):
    engine = "postgresql"

    def __init__(self, pool: _Pool) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str, *, pool_size: int) -> "PostgresDatabase":
        pool = _Pool(url, pool_size)
        pool.give(await pool.take())
        return cls(pool)

    async def close(self) -> None:
        await self.signals.close()
        await self._pool.close()

    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None:
        values = bound(plan, scope, binds, as_json=False)
        pool = self._pool
        connection = await pool.take()
        try:
            row: Row | None = await connection.fetchrow(plan.sql, *values)
        except asyncio.CancelledError:
            pool.discard(connection)
            raise
        except BaseException as error:
            if _lost(error, connection):
                pool.discard(connection)
                raise Unavailable() from error
            pool.give(connection)
            raise
        pool.give(connection)
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        values = bound(plan, scope, binds, as_json=False)
        pool = self._pool
        connection = await pool.take()
        try:
            rows: Sequence[Row] = await connection.fetch(plan.sql, *values)
        except asyncio.CancelledError:
            pool.discard(connection)
            raise
        except BaseException as error:
            if _lost(error, connection):
                pool.discard(connection)
                raise Unavailable() from error
            pool.give(connection)
            raise
        pool.give(connection)
        return rows

    def begin(self, *, durable: bool = True) -> "_Unit":
        return _Unit(self, "BEGIN" if durable else "BEGIN; SET LOCAL synchronous_commit TO OFF")

    async def run_script(self, statements: Sequence[str]) -> None:
        connection = await self._pool.take()
        try:
            for statement in statements:
                await connection.execute(statement)
        except asyncio.CancelledError:
            self._pool.discard(connection)
            raise
        except BaseException as error:
            lost = _lost(error, connection)
            self._pool.give(connection)
            if lost:
                raise Unavailable() from error
            raise
        self._pool.give(connection)

    async def tidy(self, tables: Sequence[Table]) -> None:
        await self.run_script([f"VACUUM (ANALYZE) {quote('postgresql', table.name)}" for table in tables])


@asynccontextmanager
async def alone(url: str, number: int) -> AsyncIterator[None]:
    """Hold a lock of the whole database while the block runs: other processes wait. Raises Unavailable."""
    try:
        connection = await asyncpg.connect(url)
    except _LOST as error:
        raise Unavailable() from error
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", number)
        yield
    finally:
        await connection.close()


class _Unit:
    def __init__(self, db: PostgresDatabase, opening: str) -> None:
        self._db = db
        self._opening = opening

    async def __aenter__(self) -> "PostgresTx":
        if self._db.guard is not None:
            self._db.guard()
        self._connection = await self._db._pool.take()
        try:
            await self._connection.execute(self._opening)
        except BaseException as error:
            self._db._pool.discard(self._connection)
            if isinstance(error, _LOST):
                raise Unavailable() from error
            raise
        self._tx = PostgresTx(self._db, self._connection)
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, connection = self._db._pool, self._connection
        if isinstance(error, asyncio.CancelledError):
            # The cancelled statement may still be running on the server: only closing the session is sure.
            pool.discard(connection)
            return
        try:
            await connection.execute("COMMIT" if error is None else "ROLLBACK")
        except BaseException as failure:
            # Refusals that the unit met before (BadInput, NotFound) stay what they are.
            lost = _lost(failure, connection)
            pool.discard(connection)
            if lost and not isinstance(error, LinliError):
                raise Unavailable() from failure
            if error is None:
                raise
            return
        pool.give(connection)
        if error is None:
            lasts()
            self._tx.run_after_commit()
        elif isinstance(error, asyncpg.DiskFullError):
            raise DiskFull() from error


class PostgresTx(Tx):
    def __init__(self, db: PostgresDatabase, connection: asyncpg.Connection) -> None:
        super().__init__(db)
        self._connection = connection

    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None:
        row: Row | None = await self._connection.fetchrow(plan.sql, *bound(plan, scope, binds, as_json=False))
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        rows: Sequence[Row] = await self._connection.fetch(
            plan.sql, *bound(plan, scope, binds, as_json=False)
        )
        return rows

    async def execute(self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any]) -> int:
        values = bound(plan, scope, binds, as_json=False)
        status = await self._connection.execute(plan.sql, *values)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, plan: Plan, scope: Scope | None, rows: Sequence[Mapping[str, Any]]) -> None:
        await self._connection.executemany(plan.sql, [bound(plan, scope, row, as_json=False) for row in rows])

    async def insert_tuples(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        await self._connection.copy_records_to_table(table.name, records=rows, columns=columns)

    async def insert_one(self, table: Table, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        await self._connection.execute(_insert_text(table, columns), *row)

    async def insert_returning(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> list[int]:
        text = f"{_insert_text(table, columns)} RETURNING {quote('postgresql', identity_of(table) or 'id')}"
        if len(rows) == 1:
            return [await self._connection.fetchval(text, *rows[0])]
        return [row[0] for row in await self._connection.fetchmany(text, rows)]

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
        text = _upsert_text(table, columns, keys, update, if_newer)
        await self._connection.execute(text, *(list(column) for column in zip(*rows, strict=True)))


_TEXTS: dict[tuple[Any, ...], str] = {}
_TYPES = pg_dialect()  # type: ignore[no-untyped-call]


def _insert_text(table: Table, columns: tuple[str, ...]) -> str:
    key = (table.name, columns)
    text = _TEXTS.get(key)
    if text is None:
        names = ", ".join(quote("postgresql", c) for c in columns)
        marks = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        into = f"INSERT INTO {quote('postgresql', table.name)} "
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
        names = ", ".join(quote("postgresql", c) for c in columns)
        arrays = ", ".join(
            f"${n}::{table.c[c].type.compile(dialect=_TYPES)}[]" for n, c in enumerate(columns, start=1)
        )
        text = f"INSERT INTO {quote('postgresql', table.name)} ({names}) SELECT * FROM unnest({arrays})"
        text += conflict_clause(table, keys, update, if_newer, "postgresql")
        _TEXTS[key] = text
    return text
