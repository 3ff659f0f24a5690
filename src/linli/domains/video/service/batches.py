"""Imports and clearings. The changes of each batch are stored, so that it can be undone."""

import json
from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import bindparam, update

from linli.domains.video.errors import BatchUndone, CountChanged
from linli.domains.video.models import camera_batch_rows, camera_batches
from linli.domains.video.queries import cameras as queries
from linli.domains.video.rows import Batch, BatchRow, Camera
from linli.domains.video.service import cameras as service
from linli.kernel import history
from linli.kernel.db import INT, Command, Tx, in_scope
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.things.queries.devices import find_devices

IMPORT: Final = "import"
CLEAR: Final = "clear"
DONE, UNDONE = "done", "undone"

type Pair = tuple[Camera | None, Camera | None]
"""(before, after); None: there was, or is, nothing."""

_undone = Command(
    update(camera_batches)
    .where(camera_batches.c.batch_id == bindparam("row", type_=INT), in_scope(camera_batches))
    .values(state=UNDONE, kept=bindparam("left", type_=INT), undone_ms=bindparam("now", type_=INT))
)


async def clear(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    camera_ids: Sequence[int] | None,
    expected: int | None,
    ids: Ids,
    now_ms: int,
) -> Batch:
    """Delete the information of these cameras; None: of all in the community. The devices stay.

    `expected` is the number that the person confirmed. Raises NotFound, CountChanged.
    """
    await service.lock(scope, tx, community_id)
    if camera_ids is None:
        gone = await queries.all_of_community(scope, tx, community_id)
    else:
        cameras = await queries.cameras_by_id(scope, tx, community_id, list(camera_ids))
        gone = [
            cameras.get(camera_id) or await _missing(scope, tx, camera_id, community_id)
            for camera_id in dict.fromkeys(camera_ids)
        ]
    if expected is not None and expected != len(gone):
        raise CountChanged(count=len(gone), expected=expected)
    batch = await record(
        scope, tx, CLEAR, [(row, None) for row in gone], community_id=community_id, ids=ids, now_ms=now_ms
    )
    await service.drop(scope, tx, community_id, gone, now_ms=now_ms, action="deleted")
    return batch


async def _missing(scope: Scope, tx: Tx, camera_id: int, community_id: int) -> Camera:
    """Raises NotFound."""
    return await queries.camera(scope, tx, camera_id, community_id=community_id)


async def record(
    scope: Scope,
    tx: Tx,
    kind: str,
    pairs: Sequence[Pair],
    *,
    community_id: int,
    ids: Ids,
    now_ms: int,
    file_name: str = "",
) -> Batch:
    """Store what a batch changes."""
    created = sum(before is None for before, _ in pairs)
    removed = sum(after is None for _, after in pairs)
    batch = Batch(
        batch_id=ids.number(),
        tenant_id=scope.tenant,
        community_id=community_id,
        kind=kind,
        file_name=file_name[:200],
        created=created,
        changed=len(pairs) - created - removed,
        removed=removed,
        kept=0,
        state=DONE,
        by_id=scope.caller.id,
        created_ms=now_ms,
        undone_ms=0,
    )
    await tx.insert(camera_batches, batch._asdict())
    rows = [
        BatchRow(
            batch_id=batch.batch_id,
            position=position,
            tenant_id=scope.tenant,
            community_id=community_id,
            camera_id=_either(pair).camera_id,
            iot_id=_either(pair).iot_id,
            before=_kept(pair[0]),
            after=_kept(pair[1]),
            before_sealed=_sealed(pair[0]),
            after_sealed=_sealed(pair[1]),
        )
        for position, pair in enumerate(pairs)
    ]
    await tx.insert_many(camera_batch_rows, [row._asdict() for row in rows])
    return batch


async def undo(scope: Scope, tx: Tx, *, community_id: int, batch_id: int, now_ms: int) -> Batch:
    """Undo a batch. Cameras that were changed since keep their information, and are counted in `kept`.

    Raises NotFound, BatchUndone.
    """
    await service.lock(scope, tx, community_id)
    batch = await queries.batch(scope, tx, batch_id, community_id=community_id)
    if batch.state != DONE:
        raise BatchUndone()
    rows = await queries.batch_rows(scope, tx, batch_id)
    there = await queries.of_devices(scope, tx, community_id, [row.iot_id for row in rows])
    gone = [row for row in rows if row.before and not row.after]
    here = {
        device.iot_id
        for device in await find_devices(scope, tx, iot_ids=[row.iot_id for row in gone])
        if device.community_id == community_id
    }
    cameras: list[Camera] = []
    back: list[tuple[Camera, Camera]] = []
    lost: list[Camera] = []
    for row in rows:
        now = there.get(row.iot_id)
        if not row.after:
            if now is None and row.iot_id in here:
                cameras.append(_restored(row, now_ms))
        elif now is not None and _unchanged(now, row):
            if row.before:
                back.append((now, _before(now, row, now_ms)))
            else:
                lost.append(now)
    if lost:
        await service.drop(scope, tx, community_id, lost, now_ms=now_ms, action="import_undone")
    await service.rewrite(scope, tx, back, now_ms=now_ms, action="import_undone")
    await _bring_back(scope, tx, community_id, cameras, now_ms)
    kept = len(rows) - len(cameras) - len(back) - len(lost)
    await _undone.run(tx, scope, row=batch_id, left=kept, now=now_ms)
    return batch._replace(state=UNDONE, kept=kept, undone_ms=now_ms)


async def _bring_back(
    scope: Scope, tx: Tx, community_id: int, cameras: Sequence[Camera], now_ms: int
) -> None:
    if not cameras:
        return
    await service.insert(tx, cameras)
    await history.note_many(
        scope,
        tx,
        service.HISTORY,
        [row.camera_id for row in cameras],
        "restored",
        community_id=community_id,
        now_ms=now_ms,
    )
    await service.tell(scope, tx, community_id, written=cameras)


def _either(pair: Pair) -> Camera:
    row = pair[0] or pair[1]
    assert row is not None
    return row


def _kept(row: Camera | None) -> str:
    if row is None:
        return ""
    facts = row._asdict()
    del facts["password_sealed"]
    return json.dumps(facts, ensure_ascii=False)


def _sealed(row: Camera | None) -> str:
    return row.password_sealed if row is not None else ""


def _read_values(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


def _unchanged(now: Camera, row: BatchRow) -> bool:
    """Whether a camera was not changed since the batch."""
    after = Camera(**_read_values(row.after), password_sealed=row.after_sealed)
    return now.values == after.values and now.password_sealed == after.password_sealed


def _restored(row: BatchRow, now_ms: int) -> Camera:
    return Camera(**_read_values(row.before), password_sealed=row.before_sealed)._replace(changed_ms=now_ms)


def _before(now: Camera, row: BatchRow, now_ms: int) -> Camera:
    before = _restored(row, now_ms)
    return now._replace(**before.values, password_sealed=before.password_sealed, changed_ms=now_ms)
