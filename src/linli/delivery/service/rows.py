"""Desired rows: derived from the live grants, changed only through the transitions of `linli.sync`."""

import asyncio
import hashlib
from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, update

from linli.delivery import queries
from linli.delivery.models import desired, desired_history
from linli.delivery.schemas import Content, DeliverySettled, DesiredRow, Support
from linli.kernel.db import INT, Command, Database, Tx, any_of
from linli.kernel.events import emit
from linli.kernel.scope import Scope
from linli.sync import (
    ABSENT,
    Item,
    State,
    Window,
    new_item,
    next_change,
    want,
    window_now,
    wire_status,
)
from linli.sync import report as sync_report
from linli.sync import resend as sync_resend
from linli.sync import retry as sync_retry

LINGER_MS = 86_400_000
"""An ended right stays on the device for a day, so that the door says "expired" and not "unknown", then goes."""

_wakers: dict[int, list[asyncio.Event]] = {}

_save = Command(
    update(desired)
    .where(desired.c.id == bindparam("row_id", type_=INT))
    .values(
        generation=bindparam("to_generation", type_=INT),
        wanted=bindparam("to_wanted"),
        reported=bindparam("to_reported"),
        state=bindparam("to_state"),
        failures=bindparam("to_failures", type_=INT),
        next_try_ms=bindparam("to_next_try", type_=INT),
        reason=bindparam("to_reason"),
        detail=bindparam("to_detail"),
        changed_ms=bindparam("to_changed", type_=INT),
        confirmed_ms=bindparam("to_confirmed", type_=INT),
    ),
    unscoped="the row was read in scope or by the worker",
)
_save_content = Command(
    update(desired)
    .where(desired.c.id == bindparam("row_id", type_=INT))
    .values(
        community_id=bindparam("to_community", type_=INT),
        subject=bindparam("to_subject"),
        content=bindparam("to_content"),
        recheck_ms=bindparam("to_recheck", type_=INT),
    ),
    unscoped="the row was read in scope or by the worker",
)
_come_back = Command(
    update(desired)
    .where(desired.c.device == bindparam("on_device"), any_of(desired.c.state, "states"))
    .values(state=str(State.WAITING), next_try_ms=bindparam("now", type_=INT)),
    unscoped="the device's own rows",
)
_waiting_for_device = [str(State.OFFLINE), str(State.TIMED_OUT), str(State.FAILED)]


def watch(db: Database, event: asyncio.Event) -> None:
    """Have `event` set whenever this process makes a row due."""
    _wakers.setdefault(id(db), []).append(event)


def unwatch(db: Database, event: asyncio.Event) -> None:
    if event in (events := _wakers.get(id(db), [])):
        events.remove(event)


def wake_worker(db: Database) -> None:
    for event in _wakers.get(id(db), ()):
        event.set()


def content_hash(content: str) -> str:
    """How `wanted` and `reported` name a content; ABSENT for none."""
    return hashlib.sha256(content.encode()).hexdigest()[:32] if content else ABSENT


def unite(supports: list[Support], now_ms: int) -> tuple[str, int | None]:
    """What a device should hold for these grants now, and when that changes by time alone.

    The window is the union's current or next piece (never a gap between two grants); the body is that of the
    newest grant in the piece. Returns ("", None) when nothing is to be held.
    """
    if not supports:
        return "", None
    windows = [Window(support.starts_ms, support.ends_ms) for support in supports]
    window = window_now(windows, now_ms)
    if window is None:
        last = max(supports, key=lambda support: (support.ends_ms, support.grant_id))
        if now_ms > last.ends_ms + LINGER_MS:
            return "", None
        return _content(last, Window(last.starts_ms, last.ends_ms)), last.ends_ms + LINGER_MS + 1
    inside = [s for s in supports if s.starts_ms <= window.ends_ms and s.ends_ms >= window.starts_ms]
    newest = max(inside, key=lambda support: support.grant_id)
    return _content(newest, window), next_change(windows, now_ms)


def _content(support: Support, window: Window) -> str:
    body = msgspec.Raw(support.content.encode())
    return msgspec.json.encode(Content(window.starts_ms, window.ends_ms, support.subject, body)).decode()


async def refresh(tx: Tx, *, device: str, kind: str, credential: str, caller: str, now_ms: int) -> None:
    """Bring one desired row in line with its live grants."""
    # The row is locked before the grants are read: of two transactions that grant at once, the second sees both.
    row = await queries.row_by_key.one(tx, device=device, kind=kind, credential=credential)
    supports = await queries.supports.all(tx, device=device, kind=kind, credential=credential)
    if row is None:
        if not supports:
            return
        row = await _insert(tx, new_item(device, kind, credential), supports[-1], now_ms)
        supports = await queries.supports.all(tx, device=device, kind=kind, credential=credential)
    content, recheck_ms = unite(supports, now_ms)
    community_id, subject = supports[-1][2:4] if supports else (row.community_id, row.subject)
    if (community_id, subject, content, recheck_ms) != (
        row.community_id, row.subject, row.content, row.recheck_ms,
    ):  # fmt: skip
        await _save_content.run(
            tx,
            row_id=row.id,
            to_community=community_id,
            to_subject=subject,
            to_content=content,
            to_recheck=recheck_ms,
        )
    await save(tx, row, want(row.item, content_hash(content), now_ms=now_ms), caller=caller, now_ms=now_ms)


async def _insert(tx: Tx, item: Item, support: Support, now_ms: int) -> DesiredRow:
    fresh = DesiredRow(
        0, support.tenant_id, support.community_id, item.device, item.kind, item.credential, support.subject,
        "", item.generation, item.wanted, item.reported, item.state, item.failures, item.next_try_ms, "", "",
        None, now_ms, now_ms, None,
    )._asdict()  # fmt: skip
    del fresh["id"]
    await tx.upsert(desired, [fresh], keys=("device", "kind", "credential"))
    row = await queries.row_by_key.one(tx, device=item.device, kind=item.kind, credential=item.credential)
    assert row is not None
    return row


async def save(tx: Tx, row: DesiredRow, item: Item, *, caller: str, now_ms: int, quiet: bool = False) -> None:
    """Write a transition, its history (unless `quiet`), and tell the other rooms and the worker."""
    if item == row.item:
        return
    confirmed = item.state in (State.HELD, State.REMOVED) and row.state == State.SENDING
    await _save.run(
        tx,
        row_id=row.id,
        to_generation=item.generation,
        to_wanted=item.wanted,
        to_reported=item.reported,
        to_state=str(item.state),
        to_failures=item.failures,
        to_next_try=item.next_try_ms,
        to_reason=item.reason,
        to_detail=item.detail,
        to_changed=now_ms,
        to_confirmed=now_ms if confirmed else row.confirmed_ms,
    )
    if item.next_try_ms is not None and not quiet:
        tx.after_commit(lambda: wake_worker(tx.db))
    if quiet:
        return
    await tx.insert(
        desired_history,
        {
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
        },
    )
    settled = DeliverySettled(
        row_id=row.id,
        tenant_id=row.tenant_id,
        community_id=row.community_id,
        device=row.device,
        kind=row.kind,
        credential=row.credential,
        subject=row.subject,
        status=wire_status(item.state, deleting=item.deleting),
        before=row.status,
        reason=item.reason,
        at_ms=now_ms,
    )
    await emit(tx, settled, key=row.device)


async def device_online(tx: Tx, *, device: str, now_ms: int) -> None:
    """A device came back: everything that waits for it is due at once."""
    if await _come_back.run(tx, on_device=device, states=_waiting_for_device, now=now_ms):
        tx.after_commit(lambda: wake_worker(tx.db))


async def resend(tx: Tx, *, device: str, kind: str, credential: str, now_ms: int) -> None:
    """Have a row sent again although the device once confirmed it. Nothing happens when there is no such row."""
    row = await queries.row_by_key.one(tx, device=device, kind=kind, credential=credential)
    if row is not None:
        await save(tx, row, sync_resend(row.item, now_ms=now_ms), caller="system", now_ms=now_ms)


async def retry(scope: Scope, tx: Tx, *, row_ids: Iterable[int], now_ms: int) -> int:
    """A person asks for another try, with all its retries; how many rows are due now. Raises NotFound."""
    due = 0
    for row_id in row_ids:
        row = await queries.get_row(scope, tx, row_id=row_id)
        item = sync_retry(row.item, now_ms=now_ms)
        due += item.next_try_ms is not None
        await save(tx, row, item, caller=caller_of(scope), now_ms=now_ms)
    return due


async def check_row(tx: Tx, row: DesiredRow, *, held: str, now_ms: int) -> bool:
    """Take what a device read back (a content hash, ABSENT for nothing); True when the row is due because of it."""
    item = sync_report(row.item, held, now_ms=now_ms)
    await save(tx, row, item, caller="system", now_ms=now_ms)
    return item is not row.item and item.next_try_ms is not None


def caller_of(scope: Scope) -> str:
    return f"{scope.caller.kind}:{scope.caller.id}"
