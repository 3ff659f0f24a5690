"""Console: commands to a camera by GB/T 28181 beside steering: guard, alarm, recording at the device, restart."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.live.orders import Outcome
from linli.domains.video.queries import cameras as camera_queries
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.service.looks import Look, note_look
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.protocols import gb28181 as gb

SEE, STEER, MANAGE = Right.DEVICES_SEE.value, Right.CAMERAS_STEER.value, Right.DEVICES_MANAGE.value
RAISES = (NotFound, errors.NoWay, errors.VideoOff, errors.CameraAway, errors.CameraLockedOut)


class OrderForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    order: Annotated[
        Literal["guard", "unguard", "reset_alarm", "record", "stop_record"],
        Meta(
            description="guard, unguard and reset_alarm are to the whole device, the others to this camera."
        ),
    ]


class OrderOutcome(msgspec.Struct, rename="camel", frozen=True):
    result: Annotated[
        Literal["done", "sent", "refused", "silent"],
        Meta(
            description="done: the device says so; sent: it took it, and no more is known; silent: no answer in 5 s."
        ),
    ]
    status: Annotated[int, Meta(description="Of a refusal by SIP; 0: by its answer.")]


class DutyRow(msgspec.Struct, rename="camel", frozen=True):
    code: str
    duty: Annotated[
        Literal["on", "off", "alarm", "unknown"], Meta(description="on: it guards; alarm: and has one.")
    ]


class DeviceCondition(msgspec.Struct, rename="camel", frozen=True):
    """What the device says of itself now."""

    answered: bool
    works: bool
    why: str
    records: Annotated[bool | None, Meta(description="At the device; null: it does not say.")]
    duties: list[DutyRow]
    time: Annotated[str, Meta(description="By its clock; empty: it does not say.")]


order_routes = Routes("/communities/{community_id:int}/cameras/{camera_id:int}", tags=("cameras",))


async def _camera(
    scope: Scope, db: Database, video: VideoDesk, community_id: int, camera_id: int, *, whole: bool
) -> Camera:
    """`whole`: the device itself is meant, and it has to be this community's. Raises NotFound, NoWay."""
    row = await camera_queries.camera(scope, db, camera_id, community_id=community_id)
    camera = await video.camera(scope, db, row.iot_id)
    if whole:
        device = await queries.device(
            Scope.system(camera.channel.tenant_id, "video"), db, camera.channel.device_id
        )
        if device.community_id != community_id:
            raise NotFound(what="gb_device", id=device.device_id)
    return camera


async def _give(
    scope: Scope,
    db: Database,
    video: VideoDesk,
    clock: Clock,
    community_id: int,
    camera: Camera,
    order: gb.Order,
) -> OrderOutcome:
    outcome: Outcome = await video.order(camera, order)
    look = Look(camera.iot_id, "order", 0, 0, f"{order}: {outcome.result}", "console")
    now_ms = clock.now_ms()
    await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=now_ms))
    return OrderOutcome(outcome.result, outcome.status)


@order_routes.post("/orders", right=STEER, status=200, raises=RAISES)
async def order_camera(
    community_id: int,
    camera_id: int,
    data: OrderForm,
    scope: Scope,
    db: Database,
    video: VideoDesk,
    clock: Clock,
) -> OrderOutcome:
    """Have it guard or not, reset its alarm, or record at the device; what it answers. Who did it is kept."""
    whole = data.order not in gb.OF_CAMERAS
    camera = await _camera(scope, db, video, community_id, camera_id, whole=whole)
    return await _give(scope, db, video, clock, community_id, camera, data.order)


@order_routes.post("/restart", right=MANAGE, status=200, raises=RAISES)
async def restart_camera(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk, clock: Clock
) -> OrderOutcome:
    """Restart the device that the camera belongs to, with all its cameras. Who did it is kept."""
    camera = await _camera(scope, db, video, community_id, camera_id, whole=True)
    return await _give(scope, db, video, clock, community_id, camera, "restart")


@order_routes.get("/device-condition", right=SEE, raises=RAISES)
async def device_condition(
    community_id: int, camera_id: int, scope: Scope, db: Database, video: VideoDesk
) -> DeviceCondition:
    """Ask the device how it is, and whether it guards."""
    camera = await _camera(scope, db, video, community_id, camera_id, whole=True)
    condition = await video.ask_condition(camera)
    if condition is None:
        return DeviceCondition(False, False, "", None, [], "")
    rows = [DutyRow(code, duty) for code, duty in condition.duties]
    return DeviceCondition(True, condition.works, condition.why, condition.records, rows, condition.time)


__all__ = ["order_routes"]
