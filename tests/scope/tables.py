"""All rows of all tables at one moment, on either engine, without the platform's own code.

Quickly, as it is asked thousands of times.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg

UNWATCHED = (
    "openapi_nonce", "openapi_requests", "openapi_usage", "secret_reads", "alembic_version", "handled_messages",
    "inbox_commits", "device_connections",
)  # fmt: skip
"""Beginnings of tables' names: what a refused call leaves behind too, namely that it was made; and what is noted of
devices' messages and connections whenever somebody comes to it."""
UNWATCHED_COLUMNS = {
    "app_keys": ("last_used_ms",),
    "devices": ("last_seen_ms",),
    "console_sessions": ("seen_ms", "expires_ms"),
}

type Rows = dict[str, list[Any]]
"""By table, in the order in which the engine has them."""


class Tables(Protocol):
    """A connection that stays open: hundreds of dumps are taken of one town."""

    async def mark(self) -> Any:
        """Another value after anything was committed, by whomever; costs next to nothing."""
        ...

    async def read(self) -> Rows:
        """Rows by table, all of one moment. What was read before is answered again while nothing was committed."""
        ...


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._read_before: tuple[Any, Rows] = (None, {})
        self._selects = {name: self._select(name) for name in self._names()}

    def _names(self) -> list[str]:
        found = self._connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
        return sorted(name for (name,) in found if not name.startswith(UNWATCHED))

    def _select(self, name: str) -> str:
        columns = [row[1] for row in self._connection.execute(f'PRAGMA table_info("{name}")')]
        return f'SELECT {_shown(name, columns)} FROM "{name}"'

    async def mark(self) -> Any:
        return self._connection.execute("PRAGMA data_version").fetchone()

    async def read(self) -> Rows:
        mark = await self.mark()
        if mark != self._read_before[0]:
            self._read_before = mark, await asyncio.to_thread(self._read)
        return self._read_before[1]

    def _read(self) -> Rows:
        self._connection.execute("BEGIN")
        try:
            return {name: self._connection.execute(sql).fetchall() for name, sql in self._selects.items()}
        finally:
            self._connection.execute("COMMIT")


class _Postgres:
    def __init__(self, connection: Any, tables: dict[str, list[str]]) -> None:
        self._connection = connection
        self._read_before: tuple[Any, Rows] = (None, {})
        self._empty: Rows = {name: [] for name in tables}
        # One statement for all: a round trip a table would take longer than the tests themselves.
        self._sql = " UNION ALL ".join(
            f"SELECT '{name}', r::text FROM (SELECT {_shown(name, columns)} FROM \"{name}\") r"
            for name, columns in tables.items()
        )

    async def mark(self) -> Any:
        return await self._connection.fetchval("SELECT pg_current_wal_insert_lsn()::text")

    async def read(self) -> Rows:
        mark = await self.mark()
        if mark != self._read_before[0]:
            self._read_before = mark, await self._read()
        return self._read_before[1]

    async def _read(self) -> Rows:
        found: Rows = {name: [] for name in self._empty}
        for name, row in await self._connection.fetch(self._sql):
            found[name].append(row)
        return found


def _shown(name: str, columns: list[str]) -> str:
    hidden = UNWATCHED_COLUMNS.get(name, ())
    return ", ".join(f'"{column}"' for column in columns if column not in hidden)


@asynccontextmanager
async def tables_of(url: str) -> AsyncIterator[Tables]:
    """All tables of the database at `url` (`sqlite:///path` or `postgresql://…`); partitions count with their parent."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        connection = sqlite3.connect(
            f"file:{path}?mode=ro", uri=True, check_same_thread=False, isolation_level=None
        )
        try:
            yield _Sqlite(connection)
        finally:
            connection.close()
        return
    engine = await asyncpg.connect(url)
    try:
        rows = await engine.fetch(
            "SELECT c.relname::text, array_agg(a.attname::text ORDER BY a.attnum)"
            " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " GROUP BY c.relname ORDER BY c.relname"
        )
        yield _Postgres(engine, {name: columns for name, columns in rows if not name.startswith(UNWATCHED)})
    finally:
        await engine.close()
