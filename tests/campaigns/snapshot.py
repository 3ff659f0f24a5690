"""The tables as another reader sees them at one moment, on either engine, without the platform's own code."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg


class Snapshot(Protocol):
    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of one SELECT. All calls of one snapshot see the same moment."""
        ...


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return await asyncio.to_thread(lambda: self._connection.execute(sql).fetchall())


class _Postgres:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in await self._connection.fetch(sql)]


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[Snapshot]:
    """One moment of the database at `url` (`sqlite:///path` or `postgresql://…`)."""
    if url.startswith("sqlite:///"):
        path = url.removeprefix("sqlite:///")
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        try:
            connection.execute("BEGIN")
            yield _Sqlite(connection)
        finally:
            connection.close()
        return
    engine = await asyncpg.connect(url)
    try:
        async with engine.transaction(isolation="repeatable_read", readonly=True):
            yield _Postgres(engine)
    finally:
        await engine.close()


async def table_names(held: Snapshot, url: str) -> list[str]:
    """Every table with rows of its own (partitions count with their parent)."""
    if url.startswith("sqlite"):
        found = await held.rows(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    else:
        found = await held.rows(
            "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace"
            " AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
        )
    return sorted(name for (name,) in found)
