"""Open API: which door calls which lift (spec E F1-F4)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.errors import TooManyRules
from linli.domains.elevators.errors import LinkageUnknown, PairTaken, ProjectKeyNeeded
from linli.domains.elevators.openapi.fields import SERVICE, DataId
from linli.domains.elevators.service import linkages as service
from linli.domains.elevators.service import shafts
from linli.domains.elevators.service.linkages import EDGE, Change, Wish
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.openapi.registry import Contract, method
from linli.things.downlink.invoker import Invoker

PATH = "/elevator/entrance/device"
ControlMode = Annotated[
    str,
    Meta(
        description="CALL_ONLY 仅呼梯，CALL_WITH_TARGET 呼梯并点亮或释放目标楼层，RELEASE_ONLY 仅释放楼层，"
        "ACTIVATE_ONLY 仅点亮楼层 / the car comes; it comes and the targets are lit or freed; floors "
        "are freed; one floor is lit"
    ),
]
LiftId = Annotated[str, Meta(description="梯控设备 iotId / lift device")]
TriggerId = Annotated[
    str, Meta(description="触发设备 iotId，如门禁 / device that people pass, such as a door")
]
TriggerFloor = Annotated[
    str | None,
    Meta(
        description="触发设备所在楼层，CALL_ONLY 和 CALL_WITH_TARGET 下必填 / floor of the trigger; required by "
        "CALL_ONLY and CALL_WITH_TARGET"
    ),
]
TriggerRoomNo = Annotated[
    str | None, Meta(description="触发设备在所在楼层的房间号 / on which side of the car the trigger is")
]
TriggerElevatorId = Annotated[
    str | None,
    Meta(
        description="触发设备所在轿厢编号，RELEASE_ONLY 和 ACTIVATE_ONLY 下必填 / car that the trigger is in; "
        "required by RELEASE_ONLY and ACTIVATE_ONLY"
    ),
]
DelaySeconds = Annotated[
    int | None,
    Meta(description="延迟执行的秒数 0..300，为空则立即执行 / seconds to wait, 0..300; empty: none"),
]
ExecutionNode = Annotated[str | None, Meta(description="执行节点，只支持 EDGE / where it runs, EDGE only")]


class LinkageAdd(msgspec.Struct, rename="camel"):
    control_mode: ControlMode
    elevator_iot_id: LiftId
    trigger_iot_id: TriggerId
    trigger_floor: TriggerFloor = None
    trigger_room_no: TriggerRoomNo = None
    trigger_elevator_id: TriggerElevatorId = None
    delay_seconds: DelaySeconds = None
    execution_node: ExecutionNode = None


class LinkageUpdate(msgspec.Struct, rename="camel"):
    data_id: DataId
    trigger_floor: TriggerFloor = None
    trigger_room_no: TriggerRoomNo = None
    delay_seconds: DelaySeconds = None
    control_mode: Annotated[str | None, Meta(description="不可修改 / cannot be changed")] = None
    elevator_iot_id: Annotated[str | None, Meta(description="不可修改 / cannot be changed")] = None
    trigger_iot_id: Annotated[str | None, Meta(description="不可修改 / cannot be changed")] = None
    trigger_elevator_id: Annotated[str | None, Meta(description="不可修改 / cannot be changed")] = None


class LinkageNamed(msgspec.Struct, rename="camel"):
    data_id: DataId


class LinkageOut(msgspec.Struct, rename="camel"):
    data_id: DataId
    control_mode: ControlMode
    elevator_iot_id: LiftId
    trigger_iot_id: TriggerId
    trigger_floor: TriggerFloor
    trigger_room_no: TriggerRoomNo
    trigger_elevator_id: TriggerElevatorId
    delay_seconds: Annotated[int, Meta(description="延迟执行的秒数 / seconds to wait")]
    execution_node: Annotated[str, Meta(description="执行节点 / where it runs")]

    @staticmethod
    def of(linkage: service.Linkage) -> "LinkageOut":
        rule, door, lift = linkage
        return LinkageOut(
            str(rule.rule_id),
            rule.mode,
            lift.iot_id,
            door.iot_id,
            rule.start_floor or None,
            rule.start_room or None,
            rule.elevator or None,
            rule.delay_s,
            EDGE,
        )


@method(
    f"{PATH}/add",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, ProjectKeyNeeded, PairTaken, TooManyRules),
    title="新增人梯联动",
    title_en="Let a door call a lift",
    contract=Contract(source="spec E F1"),
)
async def add_linkage(
    data: LinkageAdd, scope: Scope, db: Database, ids: Ids, clock: Clock, invoker: Invoker
) -> str:
    """The box carries it out, for those persons and credentials only that are saved under the dataId answered."""
    wish = Wish(
        data.control_mode,
        data.elevator_iot_id,
        data.trigger_iot_id,
        data.trigger_floor or "",
        data.trigger_room_no or "",
        data.trigger_elevator_id or "",
        data.delay_seconds or 0,
        data.execution_node or "",
    )
    now_ms = clock.now_ms()
    await shafts.read_once(db, invoker, scope, iot_id=wish.lift, now_ms=now_ms)
    return await db.run(lambda tx: service.create(scope, tx, wish=wish, ids=ids, now_ms=now_ms))


@method(
    f"{PATH}/update",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="更新人梯联动",
    title_en="Change where and when a linkage calls",
    contract=Contract(source="spec E F2"),
)
async def update_linkage(
    data: LinkageUpdate, scope: Scope, db: Database, clock: Clock, invoker: Invoker
) -> None:
    """Floor, room and delay; what is left out stays. Mode, devices and car stay for as long as the linkage does."""
    linkage = await service.get(scope, db, data.data_id)
    there = LinkageOut.of(linkage)
    for field, given, kept in (
        ("controlMode", data.control_mode, there.control_mode),
        ("elevatorIotId", data.elevator_iot_id, there.elevator_iot_id),
        ("triggerIotId", data.trigger_iot_id, there.trigger_iot_id),
        ("triggerElevatorId", data.trigger_elevator_id, there.trigger_elevator_id),
    ):
        if given is not None and given != (kept or ""):
            raise BadInput(field=field, rule="elevator.fixed")
    change = Change(data.trigger_floor, data.trigger_room_no, data.delay_seconds)
    now_ms = clock.now_ms()
    if change.floor or change.room:
        await shafts.read_once(db, invoker, scope, iot_id=linkage.lift.iot_id, now_ms=now_ms)
    await db.run(lambda tx: service.change(scope, tx, data_id=data.data_id, change=change, now_ms=now_ms))


@method(
    f"{PATH}/delete",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="删除人梯联动",
    title_en="Delete a linkage",
    contract=Contract(source="spec E F3"),
)
async def delete_linkage(data: LinkageNamed, scope: Scope, tx: Tx, clock: Clock) -> None:
    """With all persons and credentials under it. Rights at doors stay."""
    await service.remove(scope, tx, data_id=data.data_id, now_ms=clock.now_ms())


@method(
    f"{PATH}/query",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, LinkageUnknown, ProjectKeyNeeded),
    title="查询人梯联动",
    title_en="Get a linkage",
    contract=Contract(source="spec E F4"),
)
async def get_linkage(data: LinkageNamed, scope: Scope, db: Database) -> LinkageOut:
    """One, by its dataId."""
    return LinkageOut.of(await service.get(scope, db, data.data_id))
