"""Open API: calling a lift from afar (spec E F8)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.elevators.errors import LiftOut, LiftRefused, LiftUnreadable, ProjectKeyNeeded
from linli.domains.elevators.openapi.fields import SERVICE
from linli.domains.elevators.service import calls as service
from linli.domains.elevators.service.calls import Ride
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker
from linli.things.errors import DeviceOffline, DeviceRefused, DeviceSilent


class LiftCall(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="梯控设备 iotId / lift device")]
    start_floor: Annotated[str, Meta(description="起始楼层 / floor to start from, as the lift names it")]
    start_room_no: Annotated[
        str | None, Meta(description="起始楼层的房间号 / which side of the car opens there")
    ] = None
    target_floor: Annotated[str | None, Meta(description="目标楼层 / floor to go to")] = None
    target_room_no: Annotated[
        str | None, Meta(description="目标楼层的房间号 / which side of the car opens there")
    ] = None


@method(
    "/elevator/control/elevator/call",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(
        BadInput,
        ProjectKeyNeeded,
        LiftOut,
        LiftRefused,
        LiftUnreadable,
        DeviceOffline,
        DeviceSilent,
        DeviceRefused,
    ),
    title="远程呼梯",
    title_en="Call a lift",
    contract=Contract(source="spec E F8"),
)
async def call_lift(data: LiftCall, scope: Scope, db: Database, clock: Clock, invoker: Invoker) -> None:
    """Answers once the lift has taken the call; which car comes is the lift's choice."""
    ride = Ride(
        data.start_floor, data.start_room_no or "", data.target_floor or "", data.target_room_no or ""
    )
    await service.call(scope, db, invoker, iot_id=data.iot_id, ride=ride, now_ms=clock.now_ms())
