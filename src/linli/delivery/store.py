"""The store that rounds run over: leases, claims and results in the database. See `linli.sync.rounds`."""

import random
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select, update

from linli.delivery import queries
from linli.delivery.models import LOCK_ORDER, desired, devices
from linli.delivery.schemas import DesiredRow, Parcel
from linli.delivery.service.transitions import save_many
from linli.delivery.words import hidden_words
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of, bytewise
from linli.sync import Backoff, Item, Outcome, State, settle, start, take_batch

_lease = Command(
    update(devices)
    .where(
        devices.c.device == bindparam("on_device"), devices.c.lease_until_ms <= bindparam("now", type_=INT)
    )
    .values(lease_until_ms=bindparam("until", type_=INT), lease_by=bindparam("by"))
)
_free = Command(
    update(devices)
    .where(devices.c.device == bindparam("on_device"), devices.c.lease_by == bindparam("by"))
    .values(lease_until_ms=0, lease_by="")
)
_free_all = Command(update(devices).where(devices.c.lease_until_ms > 0).values(lease_until_ms=0, lease_by=""))
_held_by = Query(
    select(devices.c.device)
    .where(devices.c.lease_by == bindparam("by"))
    .order_by(bytewise(devices.c.device))
    .with_for_update()
)
_send_again_to = Command(
    update(desired)
    .where(
        desired.c.id.in_(
            select(desired.c.id)
            .where(desired.c.state == str(State.SENDING), any_of(desired.c.device, "held"))
            .order_by(*LOCK_ORDER)
            .with_for_update()
        )
    )
    .values(next_try_ms=bindparam("now", type_=INT)),
    unscoped="whoever was sending is gone, whatever the tenant",
)
_free_of = Command(
    update(devices).where(devices.c.lease_by == bindparam("by")).values(lease_until_ms=0, lease_by="")
)
_send_again = Command(
    update(desired)
    .where(desired.c.state == str(State.SENDING))
    .values(next_try_ms=bindparam("now", type_=INT)),
    unscoped="whoever was sending is gone, whatever the tenant",
)

_rows_of = Query(
    select(desired)
    .where(
        desired.c.device == bindparam("device"),
        any_of(desired.c.kind, "kinds"),
        any_of(desired.c.credential, "credentials"),
    )
    .order_by(*LOCK_ORDER)
    .with_for_update(),
    DesiredRow,
    unscoped="a device belongs to one tenant",
)
FIRST_COMPARE_MS = 6 * 3_600_000
"""From the first delivery to a device until it is asked what it holds, unless it comes back before."""


async def free_leases(db: Database, now_ms: int) -> int:
    """Give free the devices that a killed process was serving, instead of waiting for its leases to end.

    How many rows are sent again. For the only process of a database, before its reconciler starts.
    """

    async def free(tx: Tx) -> int:
        await _free_all.run(tx)
        return await _send_again.run(tx, now=now_ms)

    return await db.run(free)


async def free_leases_of(db: Database, process: str, now_ms: int) -> int:
    """As `free_leases`, for the devices of a process that has ended."""

    async def free(tx: Tx) -> int:
        served = [device for (device,) in await _held_by.all(tx, by=process)]
        await _free_of.run(tx, by=process)
        return await _send_again_to.run(tx, held=served, now=now_ms) if served else 0

    return await db.run(free)


class DatabaseStore:
    """Claims and settles for one worker. A lease that runs out (its process was killed) frees device and rows."""

    def __init__(self, db: Database, clock: Clock, backoff: Backoff, *, worker: str, lease_ms: int) -> None:
        self._db = db
        self._clock = clock
        self._backoff = backoff
        self._worker = worker
        self._lease_ms = lease_ms

    async def claim(self, device: str, kinds: Sequence[str], *, most: int) -> list[Parcel]:
        """One batch of due rows, marked as sending; empty when none is due or another worker has the device."""
        now = self._clock.now_ms()
        until = now + self._lease_ms

        async def take(tx: Tx) -> list[Parcel]:
            if not await self._take(tx, device, now, until):
                return []
            due = await queries.due_rows.all(tx, device=device, kinds=list(kinds), now=now, limit=most)
            rows = {row.item.key: row for row in due}
            batch = take_batch([row.item for row in due], most)
            moves = [(rows[item.key], start(item, lease_until_ms=until)) for item in batch]
            await save_many(tx, moves, caller=self._worker, now_ms=now, quiet=True)
            if not moves:
                await _free.run(tx, on_device=device, by=self._worker)
            return [Parcel(sending, row.content, row.tenant_id, row.community_id) for row, sending in moves]

        return await self._db.run(take)

    async def settle(self, device: str, results: Sequence[tuple[Item, Outcome]]) -> None:
        """Write what became of a batch and give the device free."""
        now = self._clock.now_ms()
        credentials = [(sent.kind, sent.credential) for sent, _ in results]
        words = {
            detail: hidden_words(detail, credentials) for detail in {outcome.detail for _, outcome in results}
        }
        sent_rows = {
            (sent.kind, sent.credential): (sent, replace(outcome, detail=words[outcome.detail]))
            for sent, outcome in results
        }

        async def write(tx: Tx) -> None:
            await _free.run(tx, on_device=device, by=self._worker)
            rows = await _rows_of.all(
                tx,
                device=device,
                kinds=sorted({kind for kind, _ in sent_rows}),
                credentials=sorted({credential for _, credential in sent_rows}),
            )
            moves = []
            for row in rows:
                if (row.kind, row.credential) not in sent_rows:
                    continue
                sent, outcome = sent_rows[row.kind, row.credential]
                item = settle(
                    row.item, outcome, sent=sent, backoff=self._backoff, now_ms=now, spread=random.random()
                )
                moves.append((row, item))
            await save_many(tx, moves, caller="device", now_ms=now)

        await self._db.run(write)

    async def hold(self, device: str) -> bool:
        """Keep everybody from delivering to a device; False when somebody does."""
        now = self._clock.now_ms()
        return await self._db.run(lambda tx: self._take(tx, device, now, now + self._lease_ms))

    async def release(self, device: str) -> None:
        await self._db.run(lambda tx: _free.run(tx, on_device=device, by=self._worker))

    async def _take(self, tx: Tx, device: str, now: int, until: int) -> bool:
        await tx.upsert(
            devices,
            [{"device": device, "lease_until_ms": 0, "lease_by": "", "compare_ms": now + FIRST_COMPARE_MS}],
            keys=("device",),
        )
        return await _lease.run(tx, on_device=device, now=now, until=until, by=self._worker) > 0
