"""Data only for traces: the commit times of messages, the results of domain handlers, and refusals.

Collected in memory and written in bulk, so that neither costs the way of a message more than an append; a crash may
lose the last half second of them. A flood of refused uplinks is noted up to `MOST_REFUSED` a turn.
"""

import asyncio
from typing import Final

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.db.partitions import day_of
from linli.kernel.errors import Unavailable
from linli.kernel.ids import Ids
from linli.kernel.masking import masked_bytes, masked_text
from linli.things.debugging.models import handled_messages, refused_uplinks
from linli.things.inbox.commits import Commits
from linli.things.inbox.refusals import Refusal
from linli.things.models import inbox_commits

log = telemetry.logger(__name__)

EVERY_SECONDS: Final = 0.5
MOST_REFUSED: Final = 200
"""Of one turn; beyond, only counted."""
MOST_HANDLED: Final = 20_000
"""Held while the database cannot be written."""

_HANDLED: Final = ("device_no", "seq", "day", "done_ms", "took_us", "handlers")
_REFUSED: Final = ("device_no", "seq", "day", "at_ms", "topic", "reason", "payload")
_dropped = telemetry.counter(
    "debug_notes_dropped", "Refused uplinks that were not noted since there were too many"
)

TABLES: Final = (handled_messages, refused_uplinks, inbox_commits)
"""Kept as long as the messages themselves."""

type _Handled = tuple[int, int, int, int, int, str]
type _Refused = tuple[int, int, int, int, str, str, bytes]


class Notes:
    """One per process."""

    def __init__(self, db: Database, commits: Commits, ids: Ids, clock: Clock) -> None:
        self._db = db
        self._commits = commits
        self._ids = ids
        self._clock = clock
        self._handled: list[_Handled] = []
        self._refused: list[_Refused] = []
        self._turn = asyncio.Lock()
        """Two turns at once would write the same commits twice."""
        self._task: asyncio.Task[None] | None = None

    def handled(self, device_no: int, seq: int, handlers: str, took_us: int) -> None:
        """Every handler of a message is through, and that is committed."""
        if len(self._handled) < MOST_HANDLED:
            done_ms = self._clock.now_ms()
            day = day_of(Ids.number_ms(seq))
            self._handled.append((device_no, seq, day, done_ms, took_us, handlers))

    def refused(self, refusal: Refusal) -> None:
        """Nothing of an uplink was kept."""
        if len(self._refused) >= MOST_REFUSED:
            _dropped.inc()
            return
        at = refusal.at_ms
        self._refused.append(
            (
                refusal.device_no,
                self._ids.number(at),
                day_of(at),
                at,
                refusal.topic.replace("\0", ""),
                masked_text(refusal.reason.replace("\0", "")),
                masked_bytes(refusal.payload),
            )
        )

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="debug-notes")

    async def stop(self) -> None:
        """Write what is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.flush()

    async def flush(self) -> None:
        """Write everything noted so far. Notes that cannot be written are dropped; nothing waits for them."""
        async with self._turn:
            await self._write()

    async def _write(self) -> None:
        handled, self._handled = self._handled, []
        refused, self._refused = self._refused, []
        if not handled and not refused and not self._commits.any:
            return

        async def write(tx: Tx) -> int:
            if handled:
                # A message that was parked and put back is handled twice: the first note stays.
                await tx.upsert_tuples(handled_messages, _HANDLED, handled, keys=("device_no", "seq", "day"))
            if refused:
                await tx.insert_tuples(refused_uplinks, _REFUSED, refused)
            return await self._commits.write(tx) if self._commits.any else 0

        try:
            self._commits.forget(await self._db.run(write))
        except Unavailable:
            log.warning(
                "%d notes of handled messages and %d of refused ones are lost", len(handled), len(refused)
            )

    async def _loop(self) -> None:
        while True:
            await self._clock.sleep(EVERY_SECONDS)
            try:
                await self.flush()
            except Exception:
                log.exception("notes for debugging cannot be written")
