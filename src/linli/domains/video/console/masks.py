"""Console: privacy masks of a camera."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video.cascade.room import UpperRoom
from linli.domains.video.queries import cameras as camera_queries
from linli.domains.video.queries import uppers as uppers_queries
from linli.domains.video.queries.masks import of_camera
from linli.domains.video.service import masks
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope
from linli.media.stills import Box

SEE = Right.DEVICES_SEE.value
DRAW = masks.SEE_THROUGH.value
"""Who could take a mask away without it would see what lies under it."""
MASK_HISTORY = Kind(name=masks.HISTORY, see=SEE, manage=DRAW)
Side = Annotated[int, Meta(ge=0, le=masks.WHOLE)]


class MaskBox(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """In ten-thousandths of the picture's width and height."""

    left: Side
    top: Side
    width: Side
    height: Side

    @classmethod
    def of(cls, box: Box) -> "MaskBox":
        return cls(*box)


class MaskUpper(msgspec.Struct, rename="camel", frozen=True):
    name: str
    unmasked: Annotated[
        bool, Meta(description="It goes there without its masks; else it is not shown there.")
    ]


class CameraMasks(msgspec.Struct, rename="camel", frozen=True):
    boxes: list[MaskBox]
    sees_through: Annotated[bool, Meta(description="You see what lies under them.")]
    uppers: Annotated[
        list[MaskUpper], Meta(description="The upper platforms that the camera was chosen for.")
    ]


class MasksForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    boxes: Annotated[list[MaskBox], Meta(max_length=masks.MOST, description="In place of those there were.")]


mask_routes = Routes("/communities/{community_id:int}/cameras/{camera_id:int}/masks", tags=("cameras",))


@mask_routes.get(right=SEE, raises=(NotFound,))
async def camera_masks(community_id: int, camera_id: int, scope: Scope, db: Database) -> CameraMasks:
    """What of its picture is hidden from those who do not manage recordings."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    boxes = await of_camera(scope, db, row.iot_id)
    chosen = await uppers_queries.of_camera(scope.narrowed(community_id), db, row.iot_id) if boxes else []
    return CameraMasks(
        [MaskBox.of(box) for box in boxes],
        await masks.sees_through(scope, db, community_id),
        [MaskUpper(name, unmasked) for name, unmasked in chosen],
    )


@mask_routes.put(right=DRAW, status=204, raises=(NotFound, BadInput))
async def set_camera_masks(
    community_id: int,
    camera_id: int,
    data: MasksForm,
    scope: Scope,
    tx: Tx,
    clock: Clock,
    uppers: UpperRoom,
) -> None:
    """Hide these parts of its picture, and no others. Upper platforms see the camera no more before somebody says that it
    goes out without masks."""
    row = await camera_queries.camera(scope, tx, camera_id, community_id=community_id)
    boxes = [Box(each.left, each.top, each.width, each.height) for each in data.boxes]
    await masks.keep(
        scope, tx, community_id=community_id, iot_id=row.iot_id, boxes=boxes, now_ms=clock.now_ms()
    )
    tx.after_commit(uppers.look)


__all__ = ["mask_routes"]
