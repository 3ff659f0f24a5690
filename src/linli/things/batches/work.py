"""The work on a batch: a few devices at a time, so that device messages never wait long for the database."""

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update

from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.errors import NotFound
from linli.kernel.ids import Ids
from linli.kernel.outbox import Jobs
from linli.kernel.scope import Caller, Scope
from linli.kernel.secrets import Secrets
from linli.things.batches.models import device_batch_rows, device_batches
from linli.things.batches.plan import taken_names
from linli.things.batches.service import STEP, Step, next_step
from linli.things.queries.devices import find_devices
from linli.things.serials.queries import find_serial_numbers, serial_numbers_of
from linli.things.serials.service import SerialNumberEntry, delete_serial_numbers, list_serial_numbers
from linli.things.service import devices as service

AT_ONCE: Final = 25

_b, _r = device_batches.c, device_batch_rows.c
_UNSCOPED = "the batch was begun or undone in its scope"


class _Batch(NamedTuple):
    tenant_id: str
    product_key: str
    community_id: int | None
    project_id: str | None
    state: str


class _Row(NamedTuple):
    row_no: int
    device_name: str
    nickname: str
    remark: str
    sn: str
    iot_id: str | None


_batch = Query(
    select(_b.tenant_id, _b.product_key, _b.community_id, _b.project_id, _b.state).where(
        _b.batch_no == bindparam("no", type_=INT)
    ),
    _Batch,
    unscoped=_UNSCOPED,
)
_next = Query(
    select(_r.row_no, _r.device_name, _r.nickname, _r.remark, _r.sn, _r.iot_id)
    .where(_r.batch_no == bindparam("no", type_=INT), _r.state == bindparam("state"))
    .order_by(_r.row_no)
    .limit(AT_ONCE),
    _Row,
)
_settle = Command(
    update(device_batch_rows)
    .where(_r.batch_no == bindparam("no", type_=INT), _r.row_no == bindparam("row", type_=INT))
    .values(state=bindparam("to_state"), iot_id=bindparam("made"), reason=bindparam("why"))
)
_count = Command(
    update(device_batches)
    .where(_b.batch_no == bindparam("no", type_=INT))
    .values(
        done=_b.done + bindparam("more", type_=INT),
        failed=_b.failed + bindparam("bad", type_=INT),
        undone=_b.undone + bindparam("gone", type_=INT),
    ),
    unscoped=_UNSCOPED,
)
_finish = Command(
    update(device_batches)
    .where(_b.batch_no == bindparam("no", type_=INT))
    .values(state=bindparam("to_state"), finished_ms=bindparam("now", type_=INT)),
    unscoped=_UNSCOPED,
)


class BatchWork:
    """Makes and unmakes the devices of batches, for one process."""

    def __init__(self, db: Database, ids: Ids, secrets: Secrets) -> None:
        self._db = db
        self._ids = ids
        self._secrets = secrets

    def register(self, work: Jobs) -> None:
        work.on(STEP, Step, self.step)

    async def step(self, step: Step) -> None:
        """The next few rows in one transaction; done twice, it finds them settled."""

        async def work(tx: Tx) -> None:
            batch = await _batch.one(tx, no=step.batch_no)
            if batch is None or batch.state not in ("running", "undoing"):
                return
            undoing = batch.state == "undoing"
            rows = await _next.all(tx, no=step.batch_no, state="made" if undoing else "waiting")
            if not rows:
                to_state = "undone" if undoing else "done"
                now = tx.db.clock.now_ms()
                await _finish.run(tx, no=step.batch_no, to_state=to_state, now=now)
                return
            scope = Scope(batch.tenant_id, Caller("system", f"batch {step.batch_no}"))
            if undoing:
                await self._unmake(scope, tx, step.batch_no, rows)
            else:
                await self._make(scope, tx, step.batch_no, batch, rows)
            await next_step(tx, step.batch_no)

        await self._db.run(work)

    async def _make(self, scope: Scope, tx: Tx, no: int, batch: _Batch, rows: list[_Row]) -> None:
        names = [row.device_name for row in rows]
        taken = await taken_names(tx, product_key=batch.product_key, names=names)
        bad, good = 0, []
        for row in rows:
            why, iot_id = "", None
            if row.device_name in taken:
                why = "batch_taken"  # by somebody else, since the file was looked at
            else:
                try:
                    iot_id = await self._make_one(scope, tx, batch, row)
                except NotFound:
                    why = "batch_gone"  # product or project; refused before anything of the row was written
            if iot_id is None:
                bad += 1
            else:
                good.append(row)
                if batch.community_id is not None:
                    await service.assign_community(scope, tx, iot_id=iot_id, community_id=batch.community_id)
            await _settle.run(
                tx, no=no, row=row.row_no, to_state="failed" if why else "made", made=iot_id, why=why
            )
        await self._number(scope, tx, batch.product_key, good)
        await _count.run(tx, no=no, more=len(rows), bad=bad, gone=0)

    async def _make_one(self, scope: Scope, tx: Tx, batch: _Batch, row: _Row) -> str:
        triple = await service.create_device(
            scope,
            tx,
            values=service.DeviceValues(
                product_key=batch.product_key,
                device_name=row.device_name,
                nickname=row.nickname,
                remark=row.remark,
                project_id=batch.project_id,
            ),
            ids=self._ids,
            secrets=self._secrets,
        )
        return triple.iot_id

    async def _number(self, scope: Scope, tx: Tx, product_key: str, rows: list[_Row]) -> None:
        """List the serial numbers that are still free."""
        wanted = [row for row in rows if row.sn]
        if not wanted:
            return
        listed = await find_serial_numbers(scope, tx, sns=[row.sn for row in wanted])
        names = [row.device_name for row in wanted]
        numbered = await serial_numbers_of(scope, tx, product_key=product_key, device_names=names)
        entries = [
            SerialNumberEntry(row.sn, product_key, row.device_name)
            for row in wanted
            if row.sn not in listed and row.device_name not in numbered
        ]
        await list_serial_numbers(scope, tx, entries=entries, now_ms=tx.db.clock.now_ms())

    async def _unmake(self, scope: Scope, tx: Tx, no: int, rows: list[_Row]) -> None:
        device_rows = await find_devices(scope, tx, iot_ids=[row.iot_id for row in rows if row.iot_id])
        devices = {device.iot_id: device for device in device_rows}
        gone = 0
        for row in rows:
            device = devices.get(row.iot_id or "")
            if device is not None and device.active_ms is not None:
                await _settle.run(tx, no=no, row=row.row_no, to_state="kept", made=row.iot_id, why="")
                continue
            if device is not None:
                await service.delete_device(scope, tx, iot_id=device.iot_id)
                if row.sn:
                    await delete_serial_numbers(scope, tx, sns=[row.sn])
            gone += 1
            await _settle.run(tx, no=no, row=row.row_no, to_state="undone", made=None, why="")
        await _count.run(tx, no=no, more=0, bad=0, gone=gone)
