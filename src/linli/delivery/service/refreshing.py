"""Targets of grants, and the desired rows derived from them, for one credential or by the hundred.

A pass scope that changes reaches thousands of rows: one statement a row would hold the database's only writer.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from linli.delivery.capabilities import keeps_schedules
from linli.delivery.models import LOCK_ORDER, desired, holds, targets
from linli.delivery.schemas import DesiredRow, GrantRow, Support, Target
from linli.delivery.service.transitions import content_hash, fresh_row, save_many, wake_worker
from linli.delivery.service.uniting import unite
from linli.kernel.db import INT, Command, Query, Tx, any_of
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of
from linli.sync import new_item, want

_HERE = "the rows of one device, found by a grant that was read in scope or by a worker"
_rows = Query(
    select(desired)
    .where(
        desired.c.device == bindparam("device"),
        desired.c.kind == bindparam("kind"),
        any_of(desired.c.credential, "credentials"),
    )
    .order_by(*LOCK_ORDER)
    .with_for_update(),
    DesiredRow,
    unscoped=_HERE,
)
_supports = Query(
    select(*(targets.c[name] for name in Support._fields))
    .where(
        targets.c.device == bindparam("device"),
        targets.c.kind == bindparam("kind"),
        any_of(targets.c.credential, "credentials"),
        ~select(holds.c.id)
        .where(
            holds.c.subject == targets.c.subject,
            holds.c.subject != "",
            holds.c.community_id == targets.c.community_id,
            holds.c.tenant_id == targets.c.tenant_id,
            holds.c.lifted_ms.is_(None),
        )
        .correlate(targets)
        .exists(),
    )
    .order_by(targets.c.grant_id),
    Support,
    unscoped=_HERE,
)
_drop_target = Command(
    delete(targets).where(
        targets.c.grant_id == bindparam("of_grant", type_=INT),
        targets.c.device == bindparam("on_device"),
        targets.c.kind == bindparam("of_kind"),
        targets.c.credential == bindparam("of_credential"),
    ),
    unscoped=_HERE,
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
    unscoped=_HERE,
)
_ask_hours_again = Command(
    update(desired)
    .where(
        desired.c.id.in_(
            select(desired.c.id)
            .where(
                desired.c.community_id == bindparam("of_community", type_=INT),
                desired.c.tenant_id == bindparam("of_tenant"),
                select(targets.c.grant_id)
                .where(
                    targets.c.device == desired.c.device,
                    targets.c.kind == desired.c.kind,
                    targets.c.credential == desired.c.credential,
                    targets.c.schedule != "",
                )
                .correlate(desired)
                .exists(),
            )
            .order_by(*LOCK_ORDER)
            .with_for_update()
        )
    )
    .values(recheck_ms=bindparam("now", type_=INT)),
    unscoped="a job of the community's own tenant",
)


async def hours_moved(tx: Tx, *, tenant_id: str, community_id: int, now_ms: int) -> None:
    """The community's clocks go otherwise: the worker derives again what has hours."""
    await _ask_hours_again.run(tx, of_tenant=tenant_id, of_community=community_id, now=now_ms)
    tx.after_commit(lambda: wake_worker(tx.db))


type Reach = tuple[GrantRow, Target]
"""A grant and one place that it reaches."""


async def set_targets(
    tx: Tx, *, added: Sequence[Reach] = (), removed: Sequence[Reach] = (), caller: str, now_ms: int
) -> None:
    """Add or change and remove targets of grants, and bring their desired rows in line, device by device."""
    if removed:
        await _drop_target.run_many(
            tx,
            [
                {
                    "of_grant": row.id,
                    "on_device": target.device,
                    "of_kind": row.kind,
                    "of_credential": target.credential,
                }
                for row, target in sorted(removed, key=_key_of)
            ],
        )
    if added:
        await tx.upsert(
            targets,
            [
                {**row.support(target)._asdict(), "kind": row.kind}
                for row, target in sorted(added, key=_key_of)
            ],
            keys=("grant_id", "device", "kind", "credential"),
            update=("community_id", "subject", "starts_ms", "ends_ms", "content", "schedule"),
        )
    by_device: dict[tuple[str, str], list[str]] = {}
    for row, target in (*removed, *added):
        by_device.setdefault((target.device, row.kind), []).append(target.credential)
    for (device, kind), credentials in sorted(by_device.items()):
        await refresh_many(
            tx, device=device, kind=kind, credentials=credentials, caller=caller, now_ms=now_ms
        )


def _key_of(reach: Reach) -> tuple[int, str, str, str]:
    row, target = reach
    return row.id, target.device, row.kind, target.credential


async def refresh(tx: Tx, *, device: str, kind: str, credential: str, caller: str, now_ms: int) -> None:
    """Bring one desired row in line with its live grants."""
    await refresh_many(tx, device=device, kind=kind, credentials=[credential], caller=caller, now_ms=now_ms)


async def refresh_many(
    tx: Tx, *, device: str, kind: str, credentials: Iterable[str], caller: str, now_ms: int
) -> None:
    """`refresh` for several credentials of one device and kind."""
    wanted = sorted(set(credentials))
    binds: dict[str, Any] = {"device": device, "kind": kind, "credentials": wanted}
    # Rows are locked before the grants are read: of two transactions that grant at once, the second sees both.
    rows = {row.credential: row for row in await _rows.all(tx, **binds)}
    supports = await _supported(tx, binds)
    missing = [credential for credential in wanted if credential in supports and credential not in rows]
    if missing:
        await _insert(tx, device, kind, missing, supports, now_ms)
        rows = {row.credential: row for row in await _rows.all(tx, **binds)}
        supports = await _supported(tx, binds)
    contents, moves = [], []
    keeps, zone = await _hours(tx, device, supports)
    for credential, row in rows.items():
        supporting = supports.get(credential, [])
        content, recheck_ms = unite(supporting, now_ms, keeps_schedules=keeps, zone=zone)
        newest: DesiredRow | Support = supporting[-1] if supporting else row
        community_id, subject = newest.community_id, newest.subject
        refreshed = (community_id, subject, content, recheck_ms)
        if refreshed != (row.community_id, row.subject, row.content, row.recheck_ms):
            contents.append(
                {
                    "row_id": row.id,
                    "to_community": community_id,
                    "to_subject": subject,
                    "to_content": content,
                    "to_recheck": recheck_ms,
                }
            )
            row = row._replace(community_id=community_id, subject=subject, content=content)
        moves.append((row, want(row.item, content_hash(content), now_ms=now_ms)))
    if contents:
        await _save_content.run_many(tx, contents)
    await save_many(tx, moves, caller=caller, now_ms=now_ms)


async def _hours(tx: Tx, device: str, supports: dict[str, list[Support]]) -> tuple[bool, str]:
    """Whether a device keeps schedules itself, and in which zone they are; not asked where there are none."""
    scheduled = next(
        (support_row for support in supports.values() for support_row in support if support_row.schedule),
        None,
    )
    if scheduled is None:
        return True, ""
    keeps = await keeps_schedules(Scope.system(scheduled.tenant_id, "delivery"), tx, device=device)
    return keeps, await zone_of(tx, scheduled.community_id)


async def _supported(tx: Tx, binds: dict[str, Any]) -> dict[str, list[Support]]:
    supports: dict[str, list[Support]] = {}
    for support in await _supports.all(tx, **binds):
        supports.setdefault(support.credential, []).append(support)
    return supports


async def _insert(
    tx: Tx, device: str, kind: str, missing: list[str], supports: dict[str, list[Support]], now_ms: int
) -> None:
    fresh = []
    for credential in missing:
        support = supports[credential][-1]
        item = new_item(device, kind, credential)
        columns = fresh_row(item, support.tenant_id, support.community_id, support.subject, now_ms)
        fresh.append(columns)
    await tx.upsert(desired, fresh, keys=("device", "kind", "credential"))
