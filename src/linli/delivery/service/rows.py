"""Desired rows, changed only through the transitions of `linli.sync`."""

from collections.abc import Iterable

from sqlalchemy import bindparam, select, update

from linli.delivery import queries
from linli.delivery.models import LOCK_ORDER, desired, devices
from linli.delivery.service.transitions import save, wake_worker
from linli.kernel.db import INT, Command, Tx, any_of
from linli.kernel.scope import Scope
from linli.sync import State
from linli.sync import resend as sync_resend
from linli.sync import retry as sync_retry

_come_back = Command(
    update(desired)
    .where(
        desired.c.id.in_(
            select(desired.c.id)
            .where(desired.c.device == bindparam("on_device"), any_of(desired.c.state, "states"))
            .order_by(*LOCK_ORDER)
            .with_for_update()
        )
    )
    .values(state=str(State.WAITING), next_try_ms=bindparam("now", type_=INT)),
    unscoped="the device's own rows",
)
_compare_soon = Command(
    update(devices)
    .where(devices.c.device == bindparam("on_device"))
    .values(compare_ms=bindparam("now", type_=INT))
)
_waiting_for_device = [str(State.OFFLINE), str(State.TIMED_OUT), str(State.FAILED)]


async def device_online(tx: Tx, *, device: str, now_ms: int) -> None:
    """A device came back: everything that waits for it is due at once, and it is asked what it still holds."""
    compared = await _compare_soon.run(tx, on_device=device, now=now_ms)
    if compared + await _come_back.run(tx, on_device=device, states=_waiting_for_device, now=now_ms):
        tx.after_commit(lambda: wake_worker(tx.db))


async def compare_soon(tx: Tx, *, device: str, now_ms: int) -> None:
    """Have a device asked what it holds. The surface has checked its scope."""
    await tx.upsert(
        devices,
        [{"device": device, "lease_until_ms": 0, "lease_by": "", "compare_ms": now_ms}],
        keys=("device",),
        update=("compare_ms",),
    )
    tx.after_commit(lambda: wake_worker(tx.db))


async def resend(tx: Tx, *, device: str, kind: str, credential: str, now_ms: int) -> None:
    """Have a row sent again although the device once confirmed it. Nothing happens when there is no such row."""
    row = await queries.row_by_key.one(tx, device=device, kind=kind, credential=credential)
    if row is not None:
        await save(tx, row, sync_resend(row.item, now_ms=now_ms), caller="system", now_ms=now_ms)


async def retry(scope: Scope, tx: Tx, *, row_ids: Iterable[int], now_ms: int) -> int:
    """A person asks for another try, with all its retries; how many rows are due now. Raises NotFound."""
    due = 0
    for row in await queries.lock_rows(scope, tx, row_ids=list(row_ids)):
        item = sync_retry(row.item, now_ms=now_ms)
        due += item.next_try_ms is not None
        await save(tx, row, item, caller=caller_of(scope), now_ms=now_ms)
    return due


def caller_of(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"
