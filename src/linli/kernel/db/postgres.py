"""PostgreSQL through asyncpg: prepared statements per connection, COPY for bulk, one transaction a unit of work."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Final, NoReturn

import asyncpg
from sqlalchemy import Table

from linli.kernel.db.database import Database, Row, Tx, bound, identity_of, quote
from linli.kernel.db.errors import ConnectionLost
from linli.kernel.db.inserts import insert_text, upsert_text
from linli.kernel.db.plans import Plan
from linli.kernel.db.postgres_errors import LOST, REFUSALS, Rows, blockers, translate
from linli.kernel.db.postgres_pool import Pool
from linli.kernel.db.races import lasts
from linli.kernel.errors import LinliError
from linli.kernel.scope import Scope

_REMEMBERED: Final = 12
"""Statements of a unit that the log shows when it meets another one."""


class PostgresDatabase(Database):
    engine = "postgresql"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.units: dict[int, PostgresTx] = {}
        """Units under way, by the server's process that does their statements."""

    @classmethod
    async def connect(cls, url: str, *, pool_size: int) -> "PostgresDatabase":
        pool = Pool(url, pool_size)
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
        except Exception as error:
            failure = translate(error, connection, plan.sql, plan.order, [values])
            if isinstance(failure, ConnectionLost):
                pool.discard(connection)
            else:
                pool.give(connection)
            if failure is None:
                raise
            raise failure from error
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
        except Exception as error:
            failure = translate(error, connection, plan.sql, plan.order, [values])
            if isinstance(failure, ConnectionLost):
                pool.discard(connection)
            else:
                pool.give(connection)
            if failure is None:
                raise
            raise failure from error
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
        except Exception as error:
            failure = translate(error, connection, statement)
            self._pool.give(connection)
            if failure is None:
                raise
            raise failure from error
        self._pool.give(connection)

    async def tidy(self, tables: Sequence[Table]) -> None:
        await self.run_script([f"VACUUM (ANALYZE) {quote('postgresql', table.name)}" for table in tables])


@asynccontextmanager
async def alone(url: str, number: int) -> AsyncIterator[None]:
    """Hold a lock of the whole database while the block runs: other processes wait. Raises Unavailable."""
    try:
        connection = await asyncpg.connect(url)
    except LOST as error:
        raise ConnectionLost() from error
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
        db = self._db
        if db.guard is not None:
            db.guard()
        self._connection = connection = await db._pool.take()
        try:
            await connection.execute(self._opening)
        except BaseException as error:
            db._pool.discard(connection)
            if isinstance(error, LOST):
                raise ConnectionLost() from error
            raise
        self._tx = PostgresTx(db, connection)
        db.units[connection.get_server_pid()] = self._tx
        return self._tx

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pool, connection = self._db._pool, self._connection
        self._db.units.pop(connection.get_server_pid(), None)
        if isinstance(error, asyncio.CancelledError):
            # The cancelled statement may still be running on the server: only closing the session is sure.
            pool.discard(connection)
            return
        hidden = self._tx.failure if error is None else None
        ending = "COMMIT" if error is None and hidden is None else "ROLLBACK"
        try:
            await connection.execute(ending)
        except BaseException as failure:
            pool.discard(connection)
            # Refusals that the unit met before (BadInput, NotFound) stay what they are.
            if isinstance(failure, Exception) and not isinstance(error, LinliError):
                linli_error = translate(failure, connection, ending)
                if linli_error is not None:
                    raise linli_error from failure
            # A unit that fails is no reason to go on for a task that is told to end while it is rolled back.
            if error is None or not isinstance(failure, Exception):
                raise
            return
        pool.give(connection)
        if hidden is not None:
            raise hidden
        if error is None:
            lasts()
            self._tx.run_after_commit()


class PostgresTx(Tx):
    def __init__(self, db: PostgresDatabase, connection: asyncpg.Connection) -> None:
        super().__init__(db)
        self._connection = connection
        self._units = db.units
        self.statements: deque[str] = deque(maxlen=_REMEMBERED)
        """The last ones, the newest at the end."""

    async def fetch_row(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Row | None:
        values = bound(plan, scope, binds, as_json=False)
        self.statements.append(plan.sql)
        try:
            row: Row | None = await self._connection.fetchrow(plan.sql, *values)
        except REFUSALS as error:
            self._refuse(error, plan.order, [values])
        return row

    async def fetch_rows(
        self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any], heavy: bool
    ) -> Sequence[Row]:
        values = bound(plan, scope, binds, as_json=False)
        self.statements.append(plan.sql)
        try:
            rows: Sequence[Row] = await self._connection.fetch(plan.sql, *values)
        except REFUSALS as error:
            self._refuse(error, plan.order, [values])
        return rows

    async def execute(self, plan: Plan, scope: Scope | None, binds: Mapping[str, Any]) -> int:
        values = bound(plan, scope, binds, as_json=False)
        self.statements.append(plan.sql)
        try:
            status = await self._connection.execute(plan.sql, *values)
        except REFUSALS as error:
            self._refuse(error, plan.order, [values])
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def execute_many(self, plan: Plan, scope: Scope | None, rows: Sequence[Mapping[str, Any]]) -> None:
        values = [bound(plan, scope, row, as_json=False) for row in rows]
        self.statements.append(plan.sql)
        try:
            await self._connection.executemany(plan.sql, values)
        except REFUSALS as error:
            self._refuse(error, plan.order, values)

    async def insert_tuples(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        self.statements.append(f"COPY {table.name}")
        try:
            await self._connection.copy_records_to_table(table.name, records=rows, columns=columns)
        except REFUSALS as error:
            self._refuse(error, columns, rows)

    async def insert_one(self, table: Table, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
        text = insert_text("postgresql", table, columns)
        self.statements.append(text)
        try:
            await self._connection.execute(text, *row)
        except REFUSALS as error:
            self._refuse(error, columns, [row])

    async def insert_returning(
        self, table: Table, columns: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
    ) -> list[int]:
        text = f"{insert_text('postgresql', table, columns)} RETURNING {quote('postgresql', identity_of(table) or 'id')}"
        self.statements.append(text)
        try:
            if len(rows) == 1:
                return [await self._connection.fetchval(text, *rows[0])]
            return [row[0] for row in await self._connection.fetchmany(text, rows)]
        except REFUSALS as error:
            self._refuse(error, columns, rows)

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
        text = upsert_text("postgresql", table, columns, keys, update, if_newer)
        self.statements.append(text)
        try:
            await self._connection.execute(text, *(list(column) for column in zip(*rows, strict=True)))
        except REFUSALS as error:
            self._refuse(error, columns, rows)

    def _refuse(self, error: Exception, names: Sequence[str], rows: Rows) -> NoReturn:
        """Raise what a driver's error means; the first ends the unit, and stays its reason."""
        if self.failure is None:
            around = self._around(error) if blockers(error) else ""
            linli_error = translate(error, self._connection, self.statements[-1], names, rows, around=around)
            self.failure = linli_error or error
            if linli_error is not None:
                raise linli_error from error
        raise self.failure

    def _around(self, error: Exception) -> str:
        """The earlier work of this unit and of the units that it collided with, if they belong to this process."""
        lines = [f"before: {_short(list(self.statements)[:-1])}"]
        own = self._connection.get_server_pid()
        for number in blockers(error):
            if number != own:
                other = self._units.get(number)
                lines.append(
                    f"process {number}: {_short(other.statements) if other else 'of another process'}"
                )
        return "; ".join(lines)


def _short(statements: Iterable[str]) -> str:
    return " | ".join(" ".join(statement.split())[:160] for statement in statements)
