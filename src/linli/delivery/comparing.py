"""Devices' reported rows are compared with their desired rows, at each return of a device and every few hours.

Both directions are repaired. A lost row is sent again. A row that should not be on the device gets a row here, to be
deleted there. Until the device confirms, these rows show who can enter but should not, and who should but cannot.
"""

import random
from collections.abc import Mapping
from functools import partial
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select, update

from linli.delivery import queries
from linli.delivery.capabilities import own_words
from linli.delivery.models import desired, devices
from linli.delivery.ports import CannotTell, Carriers, ReadsBack
from linli.delivery.schemas import Compared, DesiredRow
from linli.delivery.service.transitions import fresh_row, save_many
from linli.delivery.store import DatabaseStore
from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx, any_of
from linli.kernel.db.errors import DatabaseAway
from linli.kernel.errors import LinliError, Unavailable
from linli.kernel.scope import Scope
from linli.sync import ABSENT, new_item, report
from linli.sync.states import SETTLED

log = telemetry.logger(__name__)

EVERY_MS = 6 * 3_600_000
AGAIN_MS = 600_000
"""After a device did not answer the question, or refused it."""
CALLER = "system:comparison"

_due = Query(
    select(devices.c.device, func.min(desired.c.tenant_id))
    .join(desired, desired.c.device == devices.c.device)
    .where(
        devices.c.compare_ms <= bindparam("now", type_=INT),
        devices.c.lease_until_ms <= bindparam("now", type_=INT),
        any_of(desired.c.kind, "kinds"),
    )
    .group_by(devices.c.device)
    .limit(bindparam("limit", type_=INT)),
    unscoped="workers serve every tenant; the row names its own",
)
_note = Command(
    update(devices)
    .where(devices.c.device == bindparam("of_device"))
    .values(
        compare_ms=bindparam("next_ms", type_=INT),
        compared_ms=bindparam("now", type_=INT),
        compared=bindparam("outcome"),
    )
)


class Comparing:
    """Asks devices, through the carriers that can."""

    def __init__(self, db: Database, clock: Clock, carriers: Carriers, store: DatabaseStore) -> None:
        self._db = db
        self._clock = clock
        self._carriers = carriers
        self._store = store

    async def due(self, limit: int) -> list[tuple[str, str]]:
        """(device, tenant id) of devices whose comparison is due and that nobody serves."""
        kinds = [kind for reader in self._readers() for kind in reader.kinds]
        if not kinds:
            return []
        rows = await _due.all(self._db, now=self._clock.now_ms(), kinds=kinds, limit=limit)
        return [(device, tenant_id) for device, tenant_id in rows]

    async def compare(self, device: str, tenant_id: str) -> int:
        """Compare one device; how many rows became due. Nothing happens while somebody delivers to it.

        Kinds whose devices cannot tell are skipped. Raises what the call raises, Unavailable when it is away.
        """
        if not await self._store.hold(device):
            return 0
        compared, due, any_read, next_ms = Compared(), 0, False, self._clock.now_ms() + AGAIN_MS
        try:
            for reader in self._readers():
                try:
                    backs = await reader.read_back(device, Scope.system(tenant_id, "delivery"))
                except CannotTell:
                    continue
                part, rows_due = await self._take(device, tenant_id, reader, backs)
                compared, due, any_read = compared.plus(part), due + rows_due, True
            spread = random.uniform(0.9, 1.1)
            next_ms = self._clock.now_ms() + round(EVERY_MS * spread)
        except DatabaseAway:
            raise  # says nothing of the device
        except LinliError as error:
            away = isinstance(error, Unavailable)
            compared = Compared(
                error="offline" if away else "refused", detail="" if away else own_words(error)[:200]
            )
            any_read = True
            raise
        finally:
            outcome = msgspec.json.encode(compared).decode() if any_read else ""
            await self._db.run(
                partial(
                    _note.run, of_device=device, next_ms=next_ms, now=self._clock.now_ms(), outcome=outcome
                )
            )
            await self._store.release(device)
        return due

    async def compare_quietly(self, device: str, tenant_id: str) -> None:
        """`compare` for the worker: a device that is away or refuses is asked again later."""
        try:
            await self.compare(device, tenant_id)
        except LinliError as error:
            log.info("delivery: %s did not say what it holds: %s", device, error)

    def _readers(self) -> list[ReadsBack]:
        return [carrier for carrier in self._carriers.all if isinstance(carrier, ReadsBack)]

    async def _take(
        self, device: str, tenant_id: str, reader: ReadsBack, on_device: Mapping[tuple[str, str], str]
    ) -> tuple[Compared, int]:
        return await self._db.run(
            partial(self._write, device=device, tenant_id=tenant_id, reader=reader, on_device=on_device)
        )

    async def _write(
        self,
        tx: Tx,
        *,
        device: str,
        tenant_id: str,
        reader: ReadsBack,
        on_device: Mapping[tuple[str, str], str],
    ) -> tuple[Compared, int]:
        now = self._clock.now_ms()
        missing = different = surplus = 0
        rows = await queries.rows_of_device.all(tx, device=device, kinds=list(reader.kinds))
        by_key = {(row.kind, row.credential): row for row in rows}
        strays = [key for key in on_device if key not in by_key]
        if strays:
            by_key |= await self._adopt(tx, device, tenant_id, rows, strays, now)
        changed = []
        for key, row in by_key.items():
            reported = _as_reported(reader, row, on_device.get(key))
            wanted = not row.deleting
            missing += wanted and reported == ABSENT
            different += wanted and reported not in (ABSENT, row.wanted)
            surplus += not wanted and reported != ABSENT
            if report(row.item, reported, now_ms=now) != row.item:
                changed.append(row.id)
        moves = []
        # Locked first: rows that a grant writes meanwhile must not be overwritten by older ones.
        for row in await queries.rows_to_change.all(tx, row_ids=changed):
            reported = _as_reported(reader, row, on_device.get((row.kind, row.credential)))
            moves.append((row, report(row.item, reported, now_ms=now)))
        await save_many(tx, moves, caller=CALLER, now_ms=now)
        due = sum(item != row.item and item.next_try_ms is not None for row, item in moves)
        return Compared(len(on_device), missing, different, surplus), due

    async def _adopt(
        self, tx: Tx, device: str, tenant_id: str, rows: list[DesiredRow], strays: list[Any], now: int
    ) -> dict[tuple[str, str], DesiredRow]:
        """Rows for what the device holds and nobody ever sent."""
        community_id = rows[0].community_id if rows else 0
        fresh = [
            fresh_row(new_item(device, kind, credential), tenant_id, community_id, "", now)
            for kind, credential in strays
        ]
        await tx.upsert(desired, fresh, keys=("device", "kind", "credential"))
        wanted = set(strays)
        again = await queries.rows_of_device.all(tx, device=device, kinds=sorted({k for k, _ in strays}))
        return {key: row for row in again if (key := (row.kind, row.credential)) in wanted}


def _as_reported(reader: ReadsBack, row: DesiredRow, fingerprint: str | None) -> str:
    """The content hash behind a device's fingerprint: the wanted one where they agree."""
    if fingerprint is None:
        return ABSENT
    if not row.deleting and fingerprint == reader.fingerprint(row.kind, row.content):
        return row.wanted if reader.whole or row.item.state in SETTLED else row.reported
    return f"!{fingerprint[:64]}"
