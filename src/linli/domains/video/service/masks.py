"""Privacy masks of a camera: boxes of its picture that only some see through."""

from typing import Final

import msgspec
from sqlalchemy import bindparam, delete

from linli.domains.people.rights import Right
from linli.domains.people.service import accounts
from linli.domains.video.models import camera_masks
from linli.domains.video.queries.masks import Masks, of_camera
from linli.domains.video.service import uppers
from linli.kernel import history
from linli.kernel.db import Command, Database, Tx, in_scope
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.media.stills import Box

SEE_THROUGH: Final = Right.RECORDINGS_MANAGE
HISTORY: Final = "camera_masks"
WHOLE: Final = 10_000
"""Of a picture's width or height."""
MOST: Final = 8
LEAST: Final = 100
_m = camera_masks.c


_drop = Command(delete(camera_masks).where(in_scope(camera_masks), _m.iot_id == bindparam("camera")))


async def sees_through(scope: Scope, db: Database, community_id: int) -> bool:
    """Of staff by right; a program never does."""
    if scope.caller.kind != "staff":
        return False
    try:
        rights = await accounts.rights(db, int(scope.caller.id))
    except NotFound:
        return False
    return rights.may(SEE_THROUGH, tenant_id=scope.tenant, community_id=community_id)


async def hidden(scope: Scope, db: Database, iot_id: str, community_id: int) -> list[Box]:
    """What this caller must not see of a camera."""
    boxes = await of_camera(scope, db, iot_id)
    return [] if boxes and await sees_through(scope, db, community_id) else boxes


def check(boxes: list[Box]) -> None:
    """Raises BadInput."""
    if len(boxes) > MOST:
        raise BadInput(field="boxes", rule="at_most", limit=MOST)
    for number, box in enumerate(boxes):
        if min(box.width, box.height) < LEAST:
            raise BadInput(field=f"boxes.{number}", rule="at_least", limit=LEAST)
        if box.left + box.width > WHOLE or box.top + box.height > WHOLE or min(box.left, box.top) < 0:
            raise BadInput(field=f"boxes.{number}", rule="video.outside")


async def keep(
    scope: Scope, tx: Tx, *, community_id: int, iot_id: str, boxes: list[Box], now_ms: int
) -> None:
    """In place of those there were; none: nothing is hidden any more. Raises BadInput."""
    check(boxes)
    before = await of_camera(scope, tx, iot_id)
    if boxes == before:
        return
    row = Masks(iot_id, scope.tenant, community_id, msgspec.json.encode(boxes).decode(), now_ms)._asdict()
    if boxes:
        await tx.upsert(camera_masks, [row], keys=("iot_id",), update=("community_id", "boxes", "changed_ms"))
    else:
        await _drop.run(tx, scope, camera=iot_id)
    record = history.Record(HISTORY, iot_id, community_id)
    after = {"masks": words(boxes)}
    if boxes and (names := await uppers.take_back(scope, tx, iot_id)):
        after["hidden_from"] = ", ".join(names)
    await history.note(
        scope, tx, record, "changed", now_ms=now_ms, before={"masks": words(before)}, after=after
    )  # fmt: skip


def words(boxes: list[Box]) -> str:
    """For the history: left, top, width, height of each, in hundredths."""
    return "; ".join(
        ", ".join(f"{side / 100:g}%" for side in (box.left, box.top, box.width, box.height)) for box in boxes
    )


async def forget(tx: Tx, *, tenant_id: str, iot_id: str) -> None:
    """A camera that is gone."""
    await _drop.run(tx, Scope.system(tenant_id, "video"), camera=iot_id)
