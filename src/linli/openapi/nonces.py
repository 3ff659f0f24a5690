"""Each nonce is accepted once, so a signed request cannot be replayed. Memory is checked first, then rows.

A request is valid until its signed time plus the window. Its nonce is kept that long by both clocks, because the
machine's clock may be set ahead for a moment, and back. The memory serves this process; the rows survive restarts and
reach other processes. A call that writes inserts its nonce in its own transaction (`claim`), where it collides with any
other use. Calls that only read leave their nonces to the next batch (`save`), which is one row. docs/adr/0010-nonces.md
says why this is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from itertools import chain
from struct import Struct
from typing import NamedTuple

from sqlalchemy import bindparam, delete, func, select, tuple_
from sqlalchemy.dialects import postgresql

from linli.kernel.clock import Clock, Past
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.openapi.models import nonce_batches, nonces
from linli.openapi.signature import WINDOW_MS

SLOT_MS = 60_000
_GENERATION_MS = 10 * 60_000
ACCEPTABLE_MS = 2 * WINDOW_MS
"""A request dated up to 15 minutes ahead stays acceptable for 30."""

_FINGERPRINT = Struct("<q")

type Mark = tuple[int, int]
"""(slot, fingerprint) of one nonce of one app key."""

# The PostgreSQL clause compiles for SQLite too: the two engines share its syntax.
_claim = Command(
    postgresql.insert(nonces)
    .values(slot=bindparam("slot"), fingerprint=bindparam("fingerprint"))
    .on_conflict_do_nothing()
)
_kept = Query(select(nonces.c.fingerprint), heavy=True)
_kept_batches = Query(select(nonce_batches.c.fingerprints), heavy=True)
_latest = Query(select(func.max(nonces.c.slot)))
_latest_batch = Query(select(func.max(nonce_batches.c.slot)))
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


class _Generation(NamedTuple):
    fingerprints: set[int]
    until_ms: int
    """UTC ms after which none of its requests is acceptable."""
    steady_ms: int
    """When the next one began, by the steady clock."""


class NonceMemory:
    """The nonces of the last half hour and more, in generations that are forgotten whole."""

    def __init__(self, clock: Clock) -> None:
        self._steady_ms = clock.steady_ms
        self._current: set[int] = set()
        self._generations: list[_Generation] = []
        self._older: tuple[set[int], ...] = ()
        self._latest_ms = 0
        """The latest that the machine's clock said in this generation."""
        self._turn_ms = self._steady_ms() + _GENERATION_MS

    def add(self, fingerprint: int, now_ms: int) -> bool:
        """Remember a fingerprint. False when it is known already: the request is a replay."""
        if self._steady_ms() >= self._turn_ms:
            self._turn(now_ms)
        if now_ms > self._latest_ms:
            self._latest_ms = now_ms
        if fingerprint in self._current:
            return False
        for generation in self._older:
            if fingerprint in generation:
                return False
        self._current.add(fingerprint)
        return True

    def __len__(self) -> int:
        return len(self._current) + sum(map(len, self._older))

    def _turn(self, now_ms: int) -> None:
        """Begin a generation, and forget those that are over by the machine's clock and by the steady one."""
        steady_ms = self._steady_ms()
        if self._current:
            ended = _Generation(self._current, self._latest_ms + ACCEPTABLE_MS, self._turn_ms)
            self._generations.insert(0, ended)
        self._generations = [
            generation
            for generation in self._generations
            if generation.until_ms >= now_ms or generation.steady_ms + ACCEPTABLE_MS >= steady_ms
        ]
        self._current = set()
        self._older = tuple(generation.fingerprints for generation in self._generations)
        self._latest_ms = now_ms
        self._turn_ms = steady_ms - (steady_ms - self._turn_ms) % _GENERATION_MS + _GENERATION_MS

    async def load(self, db: Database, now_ms: int) -> int:
        """Take over all rows, whatever the time is said to be; their number. Run before the first request."""
        latest = max(await _latest.scalar(db) or 0, await _latest_batch.scalar(db) or 0)
        self._latest_ms = max(self._latest_ms, now_ms, (latest + 1) * SLOT_MS)
        self._current.update(chain.from_iterable(await _kept.all(db)))
        for (packed,) in await _kept_batches.all(db):
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


class Purge:
    """Forgets the rows of requests that are acceptable no more, by both clocks."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._past = Past(clock, ACCEPTABLE_MS)

    async def step(self, *, step: int = 2000) -> int:
        """Forget up to `step` nonces; the number of rows.

        Small steps: SQLite deletes on the event loop, and a busy minute has a hundred thousand rows.
        """
        until_ms = self._past.until_ms()
        if until_ms is None:
            return 0
        before = (until_ms - WINDOW_MS) // SLOT_MS

        async def work(tx: Tx) -> int:
            return await _purge_batches.run(tx, before=before) + await _purge.run(
                tx, before=before, step=step
            )

        return await self._db.run(work)
