"""Open API: user groups deployed to devices (spec B A085 to A087), and where a face was seen (A088)."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.errors import DoorUnknown
from linli.domains.faces.ports import DevicePlaces
from linli.domains.faces.queries import deployments as queries
from linli.domains.faces.queries import traces
from linli.domains.faces.service import groups as service
from linli.domains.people.queries import persons
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.openapi.registry import Call, Contract, method


class GroupOnDevice(msgspec.Struct, rename="camel"):
    iot_id: Annotated[str, Meta(description="AI 一体机或人脸设备 / device")]
    user_group_id: Annotated[str, Meta(description="用户组 / group")]


class DeploymentQuery(msgspec.Struct, rename="camel"):
    page_size: Annotated[int | None, Meta(description="每页数量，最多 100，默认 20 / page size")] = None
    page_no: Annotated[int | None, Meta(description="页码，从 1 起 / page, from 1")] = None
    user_group_id: Annotated[str | None, Meta(description="用户组 / group")] = None
    iot_id: Annotated[str | None, Meta(description="设备 / device")] = None
    community_id: Annotated[
        int | None, Meta(description="小区，旧写法，可代替 cloudToken / community, as older samples say it")
    ] = None


class DeploymentRow(msgspec.Struct, rename="camel"):
    deploy_time: Annotated[int, Meta(description="最近一次布防时间，毫秒 / latest deployment, ms")]
    user_group_id: Annotated[str, Meta(description="用户组 / group")]
    user_group_name: Annotated[str | None, Meta(description="用户组名称 / its name")]
    user_group_type: Annotated[str | None, Meta(description="用户组类型 / its type")]
    iot_id: Annotated[str, Meta(description="设备 / device")]
    deploy_status: Annotated[str, Meta(description="SUCCESS、DEPLOYING、FAILED、UNDEPLOYED / how it stands")]
    schedule: Annotated[int, Meta(description="进度 0-100 / progress")]


class TraceQuery(msgspec.Struct):
    start_tm: Annotated[int, Meta(description="开始时间，毫秒 / from, ms")] = msgspec.field(name="startTM")
    end_tm: Annotated[int, Meta(description="结束时间，毫秒 / to, ms")] = msgspec.field(name="endTM")
    face_id: Annotated[str, Meta(description="人脸 id，可以是陌生人的 / face, perhaps a stranger's")] = (
        msgspec.field(name="faceId")
    )


class Trace(msgspec.Struct, rename="camel"):
    face_id: Annotated[str, Meta(description="人脸 id / face")]
    time_series: Annotated[
        str, Meta(description="JSON 文本：毫秒时间 → 设备序号 / JSON text: ms → index of the device")
    ]
    position_map: Annotated[
        str, Meta(description="JSON 文本：设备序号 → iotId、经纬度 / JSON text: index → where it is")
    ]


@method(
    "/solution/community/paas/user/group/deploy",
    "1.0.0",
    service="community",
    token="optional",
    raises=(DoorUnknown, NotFound, BadInput),
    title="用户组布防",
    title_en="Deploy a group's faces to a device",
    contract=Contract(source="spec B A085"),
)
async def deploy_group(data: GroupOnDevice, scope: Scope, tx: Tx, clock: Clock) -> None:
    """The device follows the group from now on."""
    await service.deploy(scope, tx, iot_id=data.iot_id, group_id=data.user_group_id, now_ms=clock.now_ms())


@method(
    "/solution/community/paas/user/group/undeploy",
    "1.0.0",
    service="community",
    token="optional",
    raises=(NotFound,),
    title="用户组撤防",
    title_en="Withdraw a group from a device",
    contract=Contract(source="spec B A086"),
)
async def undeploy_group(data: GroupOnDevice, scope: Scope, tx: Tx, clock: Clock) -> None:
    await service.undeploy(scope, tx, iot_id=data.iot_id, group_id=data.user_group_id, now_ms=clock.now_ms())


@method(
    "/solution/community/paas/user/group/deploy/query",
    "1.0.0",
    service="community",
    token="optional",
    raises=(NotFound, BadInput),
    title="布防记录查询",
    title_en="Deployments and their progress",
    contract=Contract(source="spec B A087"),
)
async def query_deployments(
    data: DeploymentQuery, call: Call, scope: Scope, db: Database
) -> list[DeploymentRow]:
    page = PageRequest.of(data.page_no, data.page_size)
    community_id = data.community_id if data.community_id is not None else call.community_id
    if community_id is not None:
        scope.allow(community_id)
    deployments = await queries.list_deployments(
        scope,
        db,
        page=page,
        community_id=community_id,
        iot_id=data.iot_id or "",
        group_id=data.user_group_id or "",
    )
    rows = []
    for row in deployments.data:
        try:
            group = await persons.group(scope, db, row.user_group_id)
        except NotFound:
            group = None
        how = await queries.progress(scope, db, row)
        rows.append(
            DeploymentRow(
                row.deployed_ms,
                row.user_group_id,
                group.name if group else None,
                group.type if group else None,
                row.iot_id,
                how.status,
                how.schedule,
            )
        )
    return rows


@method(
    "/home/face/user/trace/query",
    "1.0.0",
    service="face",
    token="optional",
    raises=(BadInput,),
    title="人行轨迹检索",
    title_en="Where a face was seen",
    contract=Contract(source="spec B A088"),
)
async def query_trace(data: TraceQuery, scope: Scope, db: Database, places: DevicePlaces) -> Trace:
    """At most 100,000 points, the most recent ones."""
    if not data.face_id.strip():
        raise BadInput(field="faceId", rule="blank")
    if data.end_tm < data.start_tm:
        raise BadInput(field="endTM", rule="after", other="startTM")
    sightings = await traces.seen(scope, db, face_id=data.face_id, start_ms=data.start_tm, end_ms=data.end_tm)
    iot_ids = list(dict.fromkeys(sighting.iot_id for sighting in sightings))
    index = {iot_id: str(number) for number, iot_id in enumerate(iot_ids)}
    where = await places.positions(scope, db, iot_ids=iot_ids)
    positions = {
        index[iot_id]: {
            "iotId": iot_id,
            "latitude": where[iot_id].latitude if iot_id in where else None,
            "longitude": where[iot_id].longitude if iot_id in where else None,
        }
        for iot_id in iot_ids
    }
    series = {str(sighting.at_ms): index[sighting.iot_id] for sighting in sightings}
    return Trace(data.face_id, msgspec.json.encode(series).decode(), msgspec.json.encode(positions).decode())
