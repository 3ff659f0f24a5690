"""Reads of privacy masks."""

from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from linli.domains.video.models import camera_masks
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.scope import Scope
from linli.media.stills import Box

_boxes: Final = msgspec.json.Decoder(list[Box])


class Masks(NamedTuple):
    """A row of `camera_masks`, in the order of the columns."""

    iot_id: str
    tenant_id: str
    community_id: int
    boxes: str
    changed_ms: int


_one = Query(
    select(camera_masks).where(in_scope(camera_masks), camera_masks.c.iot_id == bindparam("camera")), Masks
)


_masked = Query(
    select(camera_masks.c.iot_id).where(
        in_scope(camera_masks), camera_masks.c.community_id == bindparam("community_id", type_=INT)
    )
)


async def masked(scope: Scope, db: Reader, community_id: int) -> set[str]:
    """The cameras of a community that have some."""
    whole = Scope.system(scope.tenant, "video")
    return {str(iot_id) for (iot_id,) in await _masked.all(db, whole, community_id=community_id)}


async def of_camera(scope: Scope, db: Reader, iot_id: str) -> list[Box]:
    """Empty: it has none."""
    row = await _one.one(db, Scope.system(scope.tenant, "video"), camera=iot_id)
    return _boxes.decode(row.boxes) if row is not None else []
