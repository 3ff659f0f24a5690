"""Keeps how devices connect: noted in memory, written in bulk within a second or so, so that no CONNECT waits for it."""

import asyncio
from functools import partial
from itertools import batched
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, select

from linli.kernel import telemetry
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Reader, Tx, any_of
from linli.kernel.errors import Unavailable
from linli.things.connections.freshness import is_fresh
from linli.things.connections.models import device_connections
from linli.things.fleet import DeviceEntry
from linli.things.mqtt.wire import PLAIN

log = telemetry.logger(__name__)

EVERY_SECONDS: Final = 1.0
_ROWS_AT_ONCE: Final = 500
_FRONT: Final = "the front's own note of who connects"

_c = device_connections.c
_COLUMNS: Final = tuple(column.name for column in device_connections.c)


class _Row(msgspec.Struct):
    """As in the table."""

    device_no: int
    tenant_id: str
    security: str
    peer: str
    gateway_no: int | None
    since_ms: int
    first_plain_ms: int | None = None
    last_plain_ms: int | None = None
    last_stale_ms: int | None = None
    signed_ms: int | None = None


_stored = Query(
    select(*(_c[name] for name in _COLUMNS)).where(any_of(_c.device_no, "nos")), unscoped=_FRONT, heavy=True
)
_signed = Query(
    select(_c.signed_ms).where(_c.device_no == bindparam("device_no", type_=INT)), unscoped=_FRONT
)
_forget = Command(
    delete(device_connections).where(_c.device_no == bindparam("device_no", type_=INT)),
    unscoped="the device was deleted in scope",
)


class ConnectionBook:
    """One per process."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._came: dict[int, _Row] = {}
        self._left: dict[int, int] = {}
        """When connections ended, by device."""
        self._signed: dict[int, tuple[int, int | None]] = {}
        """By device: the newest time it signed with that is not written yet, and when one was not fresh."""
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def came(self, device: DeviceEntry, *, security: str, peer: str, gateway_no: int | None = None) -> None:
        """A device connected, or logged in through a gateway; then it is the gateway's connection."""
        now_ms = self._clock.now_ms()
        self._left.pop(device.device_no, None)
        plain = now_ms if security == PLAIN else None
        self._came[device.device_no] = _Row(
            device_no=device.device_no,
            tenant_id=device.tenant_id,
            security=security,
            peer=peer,
            gateway_no=gateway_no,
            since_ms=now_ms,
            first_plain_ms=plain,
            last_plain_ms=plain,
        )

    def left(self, device_no: int) -> None:
        """Its connection ended."""
        self._left[device_no] = self._clock.now_ms()

    def signed(self, device_no: int, signed: int | None) -> None:
        """A device proved itself with a signature of this time; None: one without."""
        now_ms = self._clock.now_ms()
        newest, stale = self._signed.get(device_no, (0, None))
        self._signed[device_no] = max(newest, signed or 0), stale if is_fresh(signed, now_ms) else now_ms

    async def last_signed(self, device_no: int, db: Reader | None = None) -> int:
        """The newest time that the device ever signed with; 0: none is known."""
        newest, _ = self._signed.get(device_no, (0, None))
        return max(newest, await _signed.scalar(db or self._db, device_no=device_no) or 0)

    def start(self) -> None:
        self._task = asyncio.create_task(self._loop(), name="connections")

    async def stop(self) -> None:
        """Write what is left."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._quietly()

    async def flush(self) -> None:
        """Write everything noted so far. Raises Unavailable; it is then written with the next turn."""
        async with self._turn:
            came, left, signed = dict(self._came), dict(self._left), dict(self._signed)
            for numbers in batched(sorted({*came, *left, *signed}), _ROWS_AT_ONCE, strict=False):
                await self._db.run(
                    partial(_write, numbers=list(numbers), came=came, left=left, signed=signed)
                )
            # What was noted again meanwhile stays.
            _drop(self._came, came)
            _drop(self._left, left)
            _drop(self._signed, signed)

    async def _quietly(self) -> None:
        try:
            await self.flush()
        except Unavailable:
            log.warning("how %d devices connect cannot be written yet", len(self._came))
        except Exception:
            log.exception("how devices connect cannot be written")

    async def _loop(self) -> None:
        while True:
            await self._clock.sleep(EVERY_SECONDS)
            if self._came or self._left or self._signed:
                await self._quietly()


def _drop[K, V](noted: dict[K, V], written: dict[K, V]) -> None:
    for key, value in written.items():
        if noted.get(key) == value:
            del noted[key]


async def _write(
    tx: Tx,
    numbers: list[int],
    came: dict[int, _Row],
    left: dict[int, int],
    signed: dict[int, tuple[int, int | None]],
) -> None:
    stored = {row[0]: _Row(*row) for row in await _stored.all(tx, nos=numbers)}
    rows: list[dict[str, Any]] = []
    for number in numbers:
        before, row = stored.get(number), came.get(number)
        if row is None:
            row = before
        elif before is not None:
            row = msgspec.structs.replace(
                row,
                first_plain_ms=before.first_plain_ms or row.first_plain_ms,
                last_plain_ms=row.last_plain_ms or before.last_plain_ms,
                last_stale_ms=before.last_stale_ms,
                signed_ms=before.signed_ms,
            )
        if row is None:
            continue  # proved itself, and did not get in
        newest, stale = signed.get(number, (0, None))
        ended = left.get(number) if row.security == PLAIN else None
        row = msgspec.structs.replace(
            row,
            last_plain_ms=ended or row.last_plain_ms,
            last_stale_ms=stale or row.last_stale_ms,
            signed_ms=max(newest, row.signed_ms or 0) or None,
        )
        rows.append(msgspec.structs.asdict(row))
    await tx.upsert(device_connections, rows, keys=("device_no",), update=_COLUMNS[1:])


async def forget_connection(tx: Tx, *, device_no: int) -> None:
    """The device is gone."""
    await _forget.run(tx, device_no=device_no)
