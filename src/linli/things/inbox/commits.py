"""When batches of messages were committed: to tell afterwards when a message was safe and acknowledged.

Noted in memory and written in bulk (`debugging.notes`): a row for each turn of the writer, however many batches there
were. So a trace finds them after a restart, and from any process; a crash loses the last turn.
"""

from collections import deque
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.kernel.db import INT, Query, Reader, Tx
from linli.kernel.db.partitions import day_of
from linli.kernel.ids import Ids
from linli.things.models import inbox_commits

KEPT: Final = 20_000
"""Held while the database cannot be written."""
SPAN_MS: Final = 10 * 60_000
"""Longer than one row covers, unless the database could not be written for that long."""
_COLUMNS: Final = ("first_seq", "day", "last_seq", "batches")


class Commit(NamedTuple):
    """One batch. Numbers of messages rise from batch to batch of a process."""

    first_seq: int
    last_seq: int
    at_ms: int
    messages: int


_covering = Query(
    select(inbox_commits.c.batches)
    .where(
        inbox_commits.c.first_seq <= bindparam("seq", type_=INT),
        inbox_commits.c.first_seq > bindparam("after", type_=INT),
        inbox_commits.c.last_seq >= bindparam("seq", type_=INT),
        inbox_commits.c.day >= bindparam("first_day", type_=INT),
        inbox_commits.c.day <= bindparam("last_day", type_=INT),
    )
    .order_by(inbox_commits.c.first_seq.desc())
    .limit(200)
)


class Commits:
    """One per process: its commits that are not yet written down."""

    def __init__(self) -> None:
        self._waiting: deque[Commit] = deque(maxlen=KEPT)

    def note(self, first_seq: int, last_seq: int, at_ms: int, messages: int) -> None:
        self._waiting.append(Commit(first_seq, last_seq, at_ms, messages))

    @property
    def any(self) -> bool:
        return bool(self._waiting)

    async def find(self, db: Reader, seq: int) -> Commit | None:
        """The commit of a message, by any process; None if it was never written down, or not yet."""
        here = [commit for commit in self._waiting if commit.first_seq <= seq <= commit.last_seq]
        sent = Ids.number_ms(seq)
        rows = await _covering.all(
            db,
            seq=seq,
            after=Ids.number_at(sent - SPAN_MS),
            first_day=day_of(sent - SPAN_MS),
            last_day=day_of(sent + SPAN_MS),
        )
        for (batches,) in rows:
            kept = msgspec.msgpack.decode(batches, type=list[Commit])
            here += [commit for commit in kept if commit.first_seq <= seq <= commit.last_seq]
        # Several processes number side by side; each ends its numbers with its slot.
        own = [commit for commit in here if Ids.slot_of(commit.first_seq) == Ids.slot_of(seq)]
        return next(iter(own or here), None)

    async def write(self, tx: Tx) -> int:
        """Write down what waits; up to which number. Until `forget`, once that is committed, it still waits."""
        commits = list(self._waiting)
        row = (
            commits[0].first_seq,
            day_of(commits[0].at_ms),
            commits[-1].last_seq,
            msgspec.msgpack.encode(commits),
        )
        # Written before, where the writer was stopped between its commit and `forget`.
        await tx.upsert_tuples(
            inbox_commits, _COLUMNS, [row], keys=("first_seq", "day"), update=("last_seq", "batches")
        )
        return commits[-1].last_seq

    def forget(self, last_seq: int) -> None:
        """Drop the written notes; notes made meanwhile wait on."""
        while self._waiting and self._waiting[0].last_seq <= last_seq:
            self._waiting.popleft()
