"""Empty PostgreSQL databases for one test each: copied from a template once, emptied and used again.

A connection to each stays open meanwhile: one that is opened for the purpose reads the catalogue of all tables anew,
which takes longer than emptying them.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from itertools import count
from typing import Any

import asyncpg

from tests.engines import PostgreSQL

_LIMIT_S = 200
_SHAPE = """
SELECT concat_ws(' ', count(*), max(attrelid), max(xmin::text::bigint))
FROM pg_attribute WHERE attrelid >= 16384 AND attnum > 0
"""
"""Another answer after a table, a column or an index came, went or became another one: each has rows there, and a changed
row bears the number of the transaction that changed it."""
_EMPTY = """
DO $$ DECLARE item record; BEGIN
  PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend';
  PERFORM set_config('session_replication_role', 'replica', true);  -- references are not checked: all rows go
  FOR item IN SELECT oid::regclass AS name FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %s', item.name);
  END LOOP;
  PERFORM setval(oid::regclass, 1, false) FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
END $$;
"""


class EmptyDatabases:
    """A pool of databases with the tables of `template`, all without rows."""

    def __init__(self, cluster: PostgreSQL, template: str) -> None:
        self.cluster = cluster
        self._template = template
        self._shape = cluster.run_sql(_SHAPE, template)
        self._idle: list[str] = []
        self._numbers = count(1)
        self._connections: dict[str, asyncpg.Connection] = {}
        self._loop = asyncio.new_event_loop()  # of its own: those of the tests come and go
        threading.Thread(target=self._loop.run_forever, name="empty-databases", daemon=True).start()

    def take(self) -> str:
        """The name of a database that nobody else uses."""
        if self._idle:
            return self._idle.pop()
        name = f"linli_{next(self._numbers)}"
        self.cluster.copy_database(self._template, name)
        return name

    def give_back(self, name: str) -> None:
        """Empty it for the next test; a database whose tables were changed is dropped."""
        if self._wait(self._empty(name)) == self._shape:
            self._idle.append(name)
        else:
            self._wait(self._disconnect(name))
            self.cluster.drop_database(name)

    def ask[A, T](
        self, arguments: Iterable[A], question: Callable[[asyncpg.Connection, A], Awaitable[T]]
    ) -> list[T]:
        """What `question` finds for each argument that it finds something for, in a database of the template's tables."""

        async def each() -> list[T]:
            connection = await self._connected(name)
            return [answer for argument in arguments if (answer := await question(connection, argument))]

        name = self.take()
        try:
            return self._wait(each())
        finally:
            self._idle.append(name)  # nothing was written

    def close(self) -> None:
        """Close the connections; the databases go with their cluster."""
        for name in list(self._connections):
            self._wait(self._disconnect(name))
        self._loop.call_soon_threadsafe(self._loop.stop)

    async def _empty(self, name: str) -> str:
        """Delete all rows; the shape of what is left."""
        held = await self._connected(name)
        await held.execute(_EMPTY)
        return str(await held.fetchval(_SHAPE))

    async def _connected(self, name: str) -> asyncpg.Connection:
        held = self._connections.get(name)
        if held is None or held.is_closed():
            held = self._connections[name] = await asyncpg.connect(self.cluster.url(name))
        return held

    async def _disconnect(self, name: str) -> None:
        held = self._connections.pop(name, None)
        if held is not None:
            await held.close(timeout=5)

    def _wait[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_LIMIT_S)
