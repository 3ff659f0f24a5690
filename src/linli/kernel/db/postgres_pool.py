"""Connections to PostgreSQL, and the settings that each gets when it is opened."""

import asyncio
from collections import deque
from typing import Final

import asyncpg

from linli.kernel.db.errors import ConnectionLost
from linli.kernel.db.postgres_errors import LOST

_STATEMENTS: Final = 256
"""Prepared ones that a connection keeps, the last used: each holds 16 kB here and its plan in the server. The
statements that a process runs all the time are far fewer. Without an end of life: preparing them all again every five
minutes gains nothing."""


_SETTINGS: Final = {
    "random_page_cost": "1.1",  # of disks without heads: with 4 a list in the order of an index was read whole and sorted
    "work_mem": "16MB",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
}
"""Settings of every session. The statements are short and many, and starting parallel workers took longer than the
statement: counting the residents of a group of 150,000 took 90 ms with three processes, 38 ms with one."""


class Pool:
    """Idle connections, newest first. Lighter than asyncpg's own pool, which resets the session at each release.

    A returned connection goes straight to the longest-waiting task. If it were free for all, newcomers would overtake
    the waiting tasks again and again.
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
            if isinstance(error, LOST):
                raise ConnectionLost() from error
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
