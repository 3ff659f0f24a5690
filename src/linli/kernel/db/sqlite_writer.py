"""SQLite's one writer, and the commit that many units of work share.

SQLite has a single writer and an fsync costs about a millisecond. So units take turns on one connection, all but the
first of a group in a savepoint, and the commit that makes them durable is shared: it starts as soon as nobody waits for
the writer, at the latest after GROUP_UNITS units or GROUP_SECONDS. While it runs in a thread, the next units queue; they
form the next group.
"""

import asyncio
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from linli.kernel.db.sqlite_errors import translate
from linli.kernel.disk import DiskFull
from linli.kernel.errors import Unavailable

GROUP_UNITS = 500
GROUP_SECONDS = 0.002
BUSY_SECONDS = 10.0
"""How long to wait for another process (a command-line tool, a backup) that holds the write lock."""


class Writer:
    """`end_reads` ends the shared read transaction of the moment."""

    def __init__(self, connection: sqlite3.Connection, end_reads: Callable[[], None]) -> None:
        self.connection = connection
        self._end_reads = end_reads
        self._committer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._waiters: deque[asyncio.Future[None]] = deque()
        self._busy = False
        self.group: list[asyncio.Future[None]] = []
        """Units that are done and wait for the commit."""
        self.group_open = False
        self._since = 0.0
        self._leaving: set[asyncio.Future[None]] = set()

    async def close(self) -> None:
        """Commit what is done; nobody takes a turn any more."""
        await self.take()
        await self.commit_group()
        self._committer.shutdown()
        self.connection.close()

    async def take(self) -> None:
        """Wait for a turn."""
        if not self._busy:
            self._busy = True
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.give_back()
            raise

    def give_back(self) -> None:
        """Leave from where nothing can be awaited. The group may have counted on this unit for its commit."""
        leaving = asyncio.ensure_future(self.leave())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    def pass_on(self) -> None:
        """Give the turn to who waits first, without a commit."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():
                waiter.set_result(None)
                return
        self._busy = False

    async def open_group(self) -> None:
        """Begin the transaction of the next group. Raises Unavailable, DiskFull."""
        # The write-ahead log starts over only when nobody reads: under steady load it would else grow and grow.
        self._end_reads()
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                self.connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                    linli_error = translate(error)
                    if linli_error is None:
                        raise
                    raise linli_error from error
                if time.monotonic() > deadline:
                    raise Unavailable() from error
                await asyncio.sleep(0.005)
            else:
                break
        self.group_open = True
        self._since = time.monotonic()

    async def leave(self) -> None:
        """Give the writer to the next unit, or commit the group when it is full, old, or nobody waits."""
        while self._waiters and self._waiters[0].done():
            self._waiters.popleft()  # cancelled while it waited
        if self._waiters and len(self.group) < GROUP_UNITS and time.monotonic() - self._since < GROUP_SECONDS:
            self.pass_on()
            return
        await self.commit_group()
        self.pass_on()

    async def commit_group(self) -> None:
        """Make the units that are done durable, and tell them."""
        if not self.group_open:
            return
        if not self.connection.in_transaction:
            self.lose_group(DiskFull())
            return
        group, self.group = self.group, []
        self.group_open = False
        try:
            await asyncio.get_running_loop().run_in_executor(self._committer, self.connection.commit)
        except sqlite3.Error as error:
            if self.connection.in_transaction:
                self.connection.rollback()
            failure = translate(error) or error
            for unit in group:
                if not unit.done():
                    unit.set_exception(failure)
            return
        self._end_reads()
        for unit in group:
            if not unit.done():
                unit.set_result(None)

    def lose_group(self, reason: Exception) -> None:
        """SQLite ends the whole transaction by itself when the disk fails it: then no unit of the group is stored."""
        group, self.group = self.group, []
        self.group_open = False
        for unit in group:
            if not unit.done():
                unit.set_exception(reason)

    def still_open(self) -> None:
        """Raises OperationalError where SQLite ended the transaction and the unit did not let its error out."""
        if not self.connection.in_transaction:
            raise sqlite3.OperationalError("the transaction was ended")
