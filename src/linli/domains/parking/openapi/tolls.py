"""Open API: the device of a lane (spec B A095-A097)."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.domains.parking.errors import (
    DeviceTaken,
    LaneDeviceUnknown,
    LaneEmpty,
    LaneTaken,
    NoLaneDevice,
    OtherProvider,
    ServiceOff,
)
from linli.domains.parking.openapi.fields import SERVICE, IotId, LaneId, space_number
from linli.domains.parking.queries import lanes as queries
from linli.domains.parking.service import lanes
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.errors import DeviceBoundElsewhere
from linli.things.queries.devices import STATUS, get_device

PATH = "/parking/paas/toll"


class TollBind(msgspec.Struct, rename="camel"):
    iot_id: IotId
    space_id: LaneId


class TollUnbind(msgspec.Struct, rename="camel"):
    iot_id: IotId


class TollQuery(msgspec.Struct, rename="camel"):
    space_id: LaneId
    get_device_status: Annotated[
        bool | None,
        Meta(description="是否查询设备状态，默认 false / the device's state as well; default false"),
    ] = None


class TollOut(msgspec.Struct, rename="camel"):
    iot_id: IotId
    name: Annotated[str, Meta(description="设备名称 / name of the device")]
    product_key: Annotated[str, Meta(description="产品 PK / product key")]
    status: Annotated[
        int | UnsetType,
        Meta(
            description="0 未激活，1 在线，3 离线，8 禁用 / "
            "0 not activated, 1 online, 3 offline, 8 disabled; only when asked"
        ),
    ] = UNSET


@method(
    f"{PATH}/bind",
    "1.0.0",
    service=SERVICE,
    raises=(
        BadInput,
        NotFound,
        LaneDeviceUnknown,
        NoLaneDevice,
        LaneTaken,
        DeviceTaken,
        DeviceBoundElsewhere,
        ServiceOff,
        OtherProvider,
    ),
    title="绑定停车设备",
    title_en="Bind a parking device to a lane",
    contract=Contract(source="spec B 3.18 A095"),
)
async def bind_toll(data: TollBind, scope: Scope, tx: Tx, clock: Clock) -> None:
    """One device a lane. What may pass the lane is brought to it at once."""
    await lanes.bind(
        scope,
        tx,
        iot_id=data.iot_id,
        lane_id=space_number(data.space_id, "spaceId"),
        now_ms=clock.now_ms(),
    )


@method(
    f"{PATH}/unbind",
    "1.0.0",
    service=SERVICE,
    raises=(LaneDeviceUnknown,),
    title="解绑停车设备",
    title_en="Take a parking device off its lane",
    contract=Contract(source="spec B 3.18 A096"),
)
async def unbind_toll(data: TollUnbind, scope: Scope, tx: Tx) -> None:
    """What it held is taken off it."""
    await lanes.unbind(scope, tx, iot_id=data.iot_id)


@method(
    f"{PATH}/query",
    "1.0.0",
    service=SERVICE,
    raises=(BadInput, NotFound, LaneEmpty),
    title="查询停车设备",
    title_en="Get the parking device of a lane",
    contract=Contract(source="spec B 3.18 A097"),
)
async def query_toll(data: TollQuery, scope: Scope, db: Database) -> TollOut:
    """One object: a lane has one device."""
    lane = await queries.lane(scope, db, space_number(data.space_id, "spaceId"))
    row = await queries.device_at(scope, db, lane_id=lane.space_id)
    status: int | UnsetType = UNSET
    if data.get_device_status:
        status = STATUS[(await get_device(scope, db, iot_id=row.iot_id)).state]
    return TollOut(row.iot_id, row.name, row.product_key, status)
