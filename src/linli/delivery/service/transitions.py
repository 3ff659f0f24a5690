"""A desired row's content, and how its transitions are written: state, history, and word to the other rooms."""

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam

from linli.delivery.models import desired, desired_history
from linli.delivery.schemas import Content, DeliverySettled, DesiredRow
from linli.kernel.db import INT, Database, Tx, update_of
from linli.kernel.events import emit
from linli.sync import ABSENT, Item, State, wire_status

DUE: Final = "delivery"
"""The signal that wakes the reconciler (`Database.wakers`)."""
_save_state = update_of(
    desired,
    (
        "generation",
        "wanted",
        "reported",
        "state",
        "failures",
        "next_try_ms",
        "reason",
        "detail",
        "changed_ms",
        "confirmed_ms",
    ),
    desired.c.id == bindparam("row_id", type_=INT),
    unscoped="the rows were read in scope or by a worker",
)


def wake_worker(db: Database) -> None:
    """Have the reconciler of this process look at once."""
    db.wakers.wake(DUE)


def content_hash(content: str) -> str:
    """How `wanted` and `reported` name a content; ABSENT for none."""
    return hashlib.sha256(content.encode()).hexdigest()[:32] if content else ABSENT


async def save(tx: Tx, row: DesiredRow, item: Item, *, caller: str, now_ms: int, quiet: bool = False) -> None:
    """Write a transition, its history (unless `quiet`), and tell the other rooms and the worker."""
    await save_many(tx, [(row, item)], caller=caller, now_ms=now_ms, quiet=quiet)


async def save_many(
    tx: Tx, moves: Sequence[tuple[DesiredRow, Item]], *, caller: str, now_ms: int, quiet: bool = False
) -> None:
    """`rows.save` for several rows: those that did not change are left out."""
    moved = [(row, item) for row, item in moves if item != row.item]
    if not moved:
        return
    await _save_state.run_many(tx, [_binds(row, item, now_ms) for row, item in moved])
    if quiet:
        return
    if any(item.next_try_ms is not None for _, item in moved):
        tx.after_commit(lambda: wake_worker(tx.db))
    await tx.insert_many(desired_history, [_history_line(row, item, caller, now_ms) for row, item in moved])
    for row, item in moved:
        await emit(tx, _settled(row, item, now_ms), key=row.device)


def _binds(row: DesiredRow, item: Item, now_ms: int) -> dict[str, Any]:
    confirmed = item.state in (State.HELD, State.REMOVED) and row.state == State.SENDING
    return {
        "row_id": row.id,
        "generation": item.generation,
        "wanted": item.wanted,
        "reported": item.reported,
        "state": str(item.state),
        "failures": item.failures,
        "next_try_ms": item.next_try_ms,
        "reason": item.reason,
        "detail": item.detail,
        "changed_ms": now_ms,
        "confirmed_ms": now_ms if confirmed else row.confirmed_ms,
    }


def _history_line(row: DesiredRow, item: Item, caller: str, now_ms: int) -> dict[str, Any]:
    return {
        "desired_id": row.id,
        "tenant_id": row.tenant_id,
        "community_id": row.community_id,
        "generation": item.generation,
        "state": str(item.state),
        "deleting": int(item.deleting),
        "reason": item.reason,
        "detail": item.detail,
        "caller": caller,
        "at_ms": now_ms,
        "schedule": _schedule_of(row.content),
    }


def _schedule_of(content: str) -> str:
    return msgspec.json.decode(content, type=Content).schedule if '"schedule"' in content else ""


def _settled(row: DesiredRow, item: Item, now_ms: int) -> DeliverySettled:
    return DeliverySettled(
        row_id=row.id,
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        device=row.device,
        kind=row.kind,
        credential=row.credential,
        subject=row.subject,
        status=wire_status(item.state, deleting=item.deleting, reason=item.reason),
        before=row.status,
        reason=item.reason,
        at_ms=now_ms,
    )


def fresh_row(item: Item, tenant_id: str, community_id: int, subject: str, now_ms: int) -> dict[str, Any]:
    columns = DesiredRow(
        id=0,
        tenant_id=tenant_id,
        community_id=community_id,
        device=item.device,
        kind=item.kind,
        credential=item.credential,
        subject=subject,
        content="",
        generation=item.generation,
        wanted=item.wanted,
        reported=item.reported,
        state=str(item.state),
        failures=item.failures,
        next_try_ms=item.next_try_ms,
        reason="",
        detail="",
        recheck_ms=None,
        created_ms=now_ms,
        changed_ms=now_ms,
        confirmed_ms=None,
    )._asdict()
    del columns["id"]
    return columns
