"""Each nonce once: a memory in front, rows behind, so that a signed request cannot be played again.

A request stays acceptable until its signed time plus the window, so its nonce is remembered that long. The memory
answers for this process; the rows carry it over restarts and to other processes. A call that writes inserts its
nonce in its own transaction (`claim`), where it meets any other use of it; calls that only read leave theirs to the
next batch (`save`), which is one row.
docs/adr/0010-nonces.md says why this is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import chain
from struct import Struct

from sqlalchemy import bindparam, delete, select, tuple_
from sqlalchemy.dialects import postgresql

from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.openapi.models import nonce_batches, nonces
from linli.openapi.signature import WINDOW_MS

SLOT_MS = 60_000
_GENERATION_MS = 10 * 60_000
_GENERATIONS = 2 * WINDOW_MS // _GENERATION_MS + 2
"""A request dated up to 15 minutes ahead stays acceptable for 30; one generation more is being filled."""

_FINGERPRINT = Struct("<q")

type Mark = tuple[int, int]
"""(slot, fingerprint) of one nonce of one app key."""

# The PostgreSQL clause compiles for SQLite too: the two engines share its syntax.
_claim = Command(
    postgresql.insert(nonces)
    .values(slot=bindparam("slot"), fingerprint=bindparam("fingerprint"))
    .on_conflict_do_nothing()
)
_live = Query(select(nonces.c.fingerprint).where(nonces.c.slot >= bindparam("slot", type_=INT)), heavy=True)
_live_batches = Query(
    select(nonce_batches.c.fingerprints).where(nonce_batches.c.slot >= bindparam("slot", type_=INT)),
    heavy=True,
)
_purge_batches = Command(delete(nonce_batches).where(nonce_batches.c.slot < bindparam("before", type_=INT)))
_key = tuple_(nonces.c.slot, nonces.c.fingerprint)
_purge = Command(
    delete(nonces).where(
        _key.in_(
            select(nonces.c.slot, nonces.c.fingerprint)
            .where(nonces.c.slot < bindparam("before", type_=INT))
            .limit(bindparam("step", type_=INT))
        )
    )
)


def mark_of(app_key: bytes, nonce: bytes, at_ms: int) -> Mark:
    """64 bits tell the few million live nonces apart well enough: a false match is a chance of one in 10^12."""
    digest = blake2b(app_key + b"\n" + nonce, digest_size=8).digest()
    return at_ms // SLOT_MS, int.from_bytes(digest, "little", signed=True)


class NonceMemory:
    """The nonces of the last half hour, in generations that are forgotten whole."""

    def __init__(self) -> None:
        self._generations: list[set[int]] = [set() for _ in range(_GENERATIONS)]
        self._current = self._generations[0]
        self._older = tuple(self._generations[1:])
        self._turn_ms = 0

    def add(self, fingerprint: int, now_ms: int) -> bool:
        """Remember a fingerprint. False when it is known already: the request is a replay."""
        if now_ms >= self._turn_ms:
            self._turn(now_ms)
        if fingerprint in self._current:
            return False
        for generation in self._older:
            if fingerprint in generation:
                return False
        self._current.add(fingerprint)
        return True

    def __len__(self) -> int:
        return sum(map(len, self._generations))

    def _turn(self, now_ms: int) -> None:
        late = 1 if not self._turn_ms else (now_ms - self._turn_ms) // _GENERATION_MS + 1
        for _ in range(min(late, _GENERATIONS)):
            self._generations.insert(0, set())
            self._generations.pop()
        self._current, *older = self._generations
        self._older = tuple(generation for generation in older if generation)
        self._turn_ms = now_ms - now_ms % _GENERATION_MS + _GENERATION_MS

    async def load(self, db: Database, now_ms: int) -> int:
        """Take over the rows of requests that are still acceptable; their number. Run before the first request."""
        if now_ms >= self._turn_ms:
            self._turn(now_ms)
        slot = (now_ms - WINDOW_MS) // SLOT_MS
        self._current.update(chain.from_iterable(await _live.all(db, slot=slot)))
        for (packed,) in await _live_batches.all(db, slot=slot):
            self._current.update(fingerprint for (fingerprint,) in _FINGERPRINT.iter_unpack(packed))
        return len(self._current)


async def claim(tx: Tx, mark: Mark) -> bool:
    """Write a nonce inside the call's own unit of work. False when another process or an earlier life had it."""
    return await _claim.run(tx, slot=mark[0], fingerprint=mark[1]) == 1


async def save(tx: Tx, marks: Sequence[Mark]) -> None:
    """Write the nonces of calls that opened no unit of work, as one row."""
    if marks:
        packed = b"".join([_FINGERPRINT.pack(fingerprint) for _, fingerprint in marks])
        await tx.insert(nonce_batches, {"slot": max(marks)[0], "fingerprints": packed})


async def save_failed(tx: Tx, marks: Sequence[Mark]) -> None:
    """Write the nonces of calls whose unit of work was undone: played elsewhere, such a call might now succeed."""
    if marks:
        await tx.upsert_tuples(nonces, ("slot", "fingerprint"), list(marks), keys=("slot", "fingerprint"))


async def purge(db: Database, now_ms: int, *, step: int = 2000) -> int:
    """Forget up to `step` nonces whose requests are no longer acceptable; the number of rows.

    Small steps: SQLite deletes on the event loop, and a busy minute has a hundred thousand rows.
    """
    async with db.begin() as tx:
        before = (now_ms - WINDOW_MS) // SLOT_MS
        return await _purge_batches.run(tx, before=before) + await _purge.run(tx, before=before, step=step)
