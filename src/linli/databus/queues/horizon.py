"""Up to which id the change log is complete: below it no transaction can still add a row.

SQLite has one writer, so what is read is complete. On PostgreSQL ids are drawn before the commit: a slow transaction
may bring its row to light long after higher ids were delivered. Readers deliver what they see at once, but look
again between this horizon and their last id.
"""

import asyncio
import time
from collections import deque
from typing import Final

from linli.kernel.db import Database
from linli.kernel.db.plans import Plan

_SAMPLE: Final = Plan(
    "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, "
    "pg_snapshot_xmax(pg_current_snapshot())::text::bigint, "
    "coalesce(pg_sequence_last_value(pg_get_serial_sequence('changes', 'id')::regclass), 0)",
    (),
    {},
    frozenset(),
)
_MIN_GAP_SECONDS: Final = 0.02


class Horizon:
    """Shared by all queues of a process; sampled when asked, at most every 20 ms."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._safe = 0
        self._sampled = 0.0
        self._drawn: int | None = None
        self._pending: deque[tuple[int, int]] = deque()
        """(id, transaction): the id is safe once every transaction before that one has ended."""
        self._lock = asyncio.Lock()

    async def safe(self) -> int | None:
        """The highest id up to which the log is complete; None when that is simply all that can be read."""
        if self._db.engine == "sqlite":
            return None
        async with self._lock:
            # How long transactions run is a matter of the machine's time, not of the injected clock.
            now = time.monotonic()
            if now - self._sampled >= _MIN_GAP_SECONDS:
                self._sampled = now
                await self._sample()
        return self._safe

    async def _sample(self) -> None:
        row = await self._db.fetch_row(_SAMPLE, None, {}, False)
        if row is None:
            return
        oldest, following, drawn = (int(value) for value in row)
        # An id is drawn a moment before its transaction gets a number, so it waits for the numbers of the NEXT look.
        if self._drawn is not None:
            self._pending.append((self._drawn, following))
        self._drawn = drawn
        while self._pending and self._pending[0][1] <= oldest:
            self._safe = self._pending.popleft()[0]
