"""Open API: devices of a community. Spec B §3.4 A008, §3.13 A062-A065 and A071-A073.

The older versions of §3.22 name the community themselves; a cloudToken may come along, and must then be that community's.
"""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.communities import space_rules as rules
from linli.domains.communities.openapi.wire import CommunityId, DeviceIdentity, device_of
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.service.uploads import UploadPlace
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zones_of
from linli.openapi.registry import Call, Contract, method
from linli.rules.schedules import zone_named
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.errors import DeviceBoundElsewhere
from linli.things.queries.devices import DeviceRow
from linli.things.service import devices as things

IMAGE_URL_SECONDS = 3600


class DeviceNamed(msgspec.Struct, rename="camel"):
    device_identity: Annotated[DeviceIdentity, Meta(description="设备标识 / device identity")]


class DeviceAdd(msgspec.Struct, rename="camel"):
    device_identity: Annotated[DeviceIdentity, Meta(description="设备标识 / device identity")]
    nick_name: Annotated[str | None, Meta(description="别名 / alias")] = None


@method(
    "/solution/community/paas/device/add",
    "1.0.2",
    service="device",
    raises=(NotFound, BadInput, DeviceBoundElsewhere),
    title="添加设备到小区",
    title_en="Add a device to the community",
    contract=Contract(source="spec B 3.13 A062"),
)
async def add_device(data: DeviceAdd, call: Call, scope: Scope, tx: Tx) -> None:
    """The device must be bound to the project first."""
    device = await device_of(scope, tx, data.device_identity)
    await things.assign_community(scope, tx, iot_id=device.iot_id, community_id=call.community_id)
    if data.nick_name is not None:
        await things.label_device(scope, tx, iot_id=device.iot_id, nickname=data.nick_name)


class DeviceAddTo(DeviceAdd, rename="camel", kw_only=True):
    community_id: CommunityId


@method(
    "/solution/community/paas/device/add",
    "1.0.0",
    service="device",
    token="optional",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput, DeviceBoundElsewhere),
    title="添加设备到小区（旧版）",
    title_en="Add a device to a community (older version)",
)
async def add_device_to(data: DeviceAddTo, scope: Scope, tx: Tx) -> None:
    """The device must be bound to the project first."""
    scope.allow(data.community_id)
    device = await device_of(scope, tx, data.device_identity)
    await things.assign_community(scope, tx, iot_id=device.iot_id, community_id=data.community_id)
    if data.nick_name is not None:
        await things.label_device(scope, tx, iot_id=device.iot_id, nickname=data.nick_name)


@method(
    "/solution/community/paas/device/remove",
    "1.0.1",
    service="device",
    raises=(NotFound, BadInput),
    title="从小区删除设备",
    title_en="Remove a device from the community",
    contract=Contract(source="spec B 3.13 A063"),
)
async def remove_device(data: DeviceNamed, call: Call, scope: Scope, tx: Tx) -> None:
    device = await device_of(scope, tx, data.device_identity)
    if device.community_id != call.community_id:
        raise NotFound(what="device", id=device.iot_id)
    await things.assign_community(scope, tx, iot_id=device.iot_id, community_id=None)


class DevicesOfCommunity(msgspec.Struct, rename="camel"):
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    category_key: Annotated[str | None, Meta(description="设备品类 / device category")] = None


class DeviceInfo(msgspec.Struct, rename="camel"):
    """DeviceDTO."""

    iot_id: Annotated[str, Meta(description="设备 id / device id")]
    product_image: Annotated[str | None, Meta(description="产品图片 / product picture")]
    device_name: Annotated[str, Meta(description="设备名称 / device name")]
    nick_name: Annotated[str, Meta(description="别名 / alias")]
    product_key: Annotated[str, Meta(description="产品 PK / product key")]
    product_name: Annotated[str, Meta(description="产品名称 / product name")]
    node_type: Annotated[str, Meta(description="0 设备 1 网关 / 0 device, 1 gateway")]
    status: Annotated[
        int, Meta(description="0 离线 1 在线 -1 未激活 / 0 offline, 1 online, -1 not activated")
    ]
    category_name: Annotated[str, Meta(description="品类名称 / category name")]
    category_key: Annotated[str, Meta(description="品类 key / category key")]
    thing_type: Annotated[str, Meta(description="VIRTUAL, WEB, APP, DEVICE")]
    last_online_time: Annotated[str | None, Meta(description="最后上线时间 / last time online")]

    @staticmethod
    def of(row: DeviceRow, zone: str) -> "DeviceInfo":
        status = -1 if row.active_ms is None else int(bool(row.online))
        return DeviceInfo(
            iot_id=row.iot_id,
            product_image=None,
            device_name=row.device_name,
            nick_name=row.nickname,
            product_key=row.product_key,
            product_name=row.product_name,
            node_type=str(row.node_type),
            status=status,
            category_name=row.category_name,
            category_key=row.category_code.rpartition("/")[2],
            thing_type="DEVICE",
            last_online_time=None if row.last_online_ms is None else _local(row.last_online_ms, zone),
        )


async def _infos(db: Reader, rows: list[DeviceRow]) -> list[DeviceInfo]:
    zones = await zones_of(db, (row.community_id for row in rows))
    return [DeviceInfo.of(row, zones[row.community_id]) for row in rows]


def _categories(data: DevicesOfCommunity) -> tuple[str, ...]:
    return (data.category_key,) if data.category_key else ()


def _local(ms: int, zone: str) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone(zone_named(zone)).strftime("%Y-%m-%d %H:%M:%S")


@method(
    "/solution/community/paas/device/query",
    "1.0.2",
    service="device",
    raises=(BadInput,),
    title="小区设备列表",
    title_en="List the devices of the community",
    contract=Contract(source="spec B 3.13 A064"),
)
async def query_devices(data: DevicesOfCommunity, call: Call, scope: Scope, db: Database) -> list[DeviceInfo]:
    page = await list_devices(
        scope,
        db,
        page=PageRequest.of(data.page_no, data.page_size),
        where=DeviceFilter(community_id=call.community_id, categories=_categories(data)),
    )
    return await _infos(db, page.data)


class DevicesOfOne(DevicesOfCommunity, rename="camel", kw_only=True):
    community_id: CommunityId


@method(
    "/solution/community/paas/device/query",
    "1.0.0",
    service="device",
    token="optional",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput),
    title="小区设备列表（旧版）",
    title_en="List the devices of a community (older version)",
)
async def query_devices_of(data: DevicesOfOne, scope: Scope, db: Database) -> list[DeviceInfo]:
    scope.allow(data.community_id)
    page = await list_devices(
        scope,
        db,
        page=PageRequest.of(data.page_no, data.page_size),
        where=DeviceFilter(community_id=data.community_id, categories=_categories(data)),
    )
    return await _infos(db, page.data)


class DevicesOfTenant(msgspec.Struct, rename="camel"):
    query_type: Annotated[
        str, Meta(description="OWNED 自有设备，AUTHORIZED 被授权设备 / own or granted devices")
    ]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]


@method(
    "/solution/community/paas/tenant/device/query",
    "1.0.0",
    service="device",
    token="optional",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(BadInput,),
    title="租户设备列表（旧版）",
    title_en="List the devices of the tenant (older version)",
)
@method(
    "/solution/community/paas/tenant/device/query",
    "1.0.1",
    service="device",
    raises=(BadInput,),
    title="租户设备列表",
    title_en="List the devices of the tenant",
    contract=Contract(source="spec B 3.13 A065"),
)
async def query_tenant_devices(
    data: DevicesOfTenant, call: Call, scope: Scope, db: Database
) -> list[DeviceInfo]:
    """OWNED: devices bound to the caller's project. AUTHORIZED: devices of granted communities bound elsewhere, of the
    cloudToken's community where one is sent."""
    page = PageRequest.of(data.page_no, data.page_size)
    if data.query_type == "OWNED":
        devices = await list_devices(scope, db, page=page, where=DeviceFilter(project_id=call.project_id))
        return await _infos(db, devices.data)
    if data.query_type != "AUTHORIZED":
        raise BadInput(field="queryType", rule="one_of", allowed="OWNED, AUTHORIZED")
    where = DeviceFilter(community_id=call.community_id, not_project_id=call.project_id)
    devices = await list_devices(scope, db, page=page, where=where)
    return await _infos(db, devices.data)


class DevicesOfProject(msgspec.Struct, rename="camel"):
    project_id: Annotated[str, Meta(description="项目 id / project id")]
    iot_ids: Annotated[
        list[str], Meta(description="设备 id 列表，最多 1000 / device ids, at most 1,000", max_length=1000)
    ]


@method(
    "/project/device/bind",
    "1.0.0",
    service="device",
    token="none",
    raises=(NotFound, BadInput, DeviceBoundElsewhere),
    title="SI项目下绑定设备",
    title_en="Bind devices to a project",
    contract=Contract(source="spec B 3.13 A071"),
)
async def bind_devices(data: DevicesOfProject, scope: Scope, tx: Tx) -> None:
    """All of them or none."""
    await things.bind_project(scope, tx, project_id=data.project_id, iot_ids=data.iot_ids)


@method(
    "/project/device/unbind",
    "1.0.0",
    service="device",
    token="none",
    raises=(NotFound, BadInput, DeviceBoundElsewhere),
    title="SI项目下解绑设备",
    title_en="Unbind devices from a project",
    contract=Contract(source="spec B 3.13 A072"),
)
async def unbind_devices(data: DevicesOfProject, scope: Scope, tx: Tx) -> None:
    """All of them or none."""
    await things.unbind_project(scope, tx, project_id=data.project_id, iot_ids=data.iot_ids)


class DeviceAlias(msgspec.Struct, rename="camel"):
    device_identity: Annotated[DeviceIdentity, Meta(description="设备标识 / device identity")]
    nick_name: Annotated[str, Meta(description="别名 / alias")]


@method(
    "/solution/community/device/nickname/update",
    "1.0.0",
    service="device",
    raises=(NotFound, BadInput),
    title="修改设备别名",
    title_en="Change the alias of a device",
    contract=Contract(source="spec B 3.13 A073"),
)
async def rename_device(data: DeviceAlias, scope: Scope, tx: Tx) -> None:
    device = await device_of(scope, tx, data.device_identity)
    await things.label_device(scope, tx, iot_id=device.iot_id, nickname=data.nick_name)


class CommunityOfDevice(msgspec.Struct, rename="camel"):
    community_id: Annotated[int, Meta(description="小区 id / community id")]
    name: Annotated[str, Meta(description="小区名称 / name")]
    img_oss_url: Annotated[str | None, Meta(description="证明文件地址 / certificate file")]
    apply_status: Annotated[int, Meta(description="审批状态 / review state")]
    address: Annotated[str, Meta(description="地址 / address")]
    service_start_time: Annotated[str, Meta(description="服务开始日期 / service start, yyyy-MM-dd")]
    service_end_time: Annotated[str, Meta(description="服务结束日期 / service end, yyyy-MM-dd")]
    poi_code: Annotated[str, Meta(description="poid")]
    space_id: Annotated[str, Meta(description="小区根空间 id / root space id")]
    space_type: Annotated[str, Meta(description="空间类型 / space type")]
    project_id: Annotated[str | None, Meta(description="小区的项目 id / project id of the community")]
    gmt_create: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]
    gmt_modified: Annotated[int, Meta(description="修改时间，毫秒 / changed, ms")]


@method(
    "/solution/community/paas/device/community/get",
    "1.0.0",
    service="community",
    token="optional",
    contract=Contract(legacy=True, source="spec B 3.22"),
    raises=(NotFound, BadInput),
    title="根据设备查询小区信息（旧版）",
    title_en="Find the community of a device (older version)",
)
@method(
    "/solution/community/paas/device/community/get",
    "1.0.3",
    service="community",
    token="optional",
    raises=(NotFound, BadInput),
    title="根据设备查询小区信息",
    title_en="Find the community of a device",
    contract=Contract(source="spec B 3.4 A008"),
)
async def get_community_of_device(
    data: DeviceNamed, scope: Scope, db: Database, place: UploadPlace
) -> CommunityOfDevice:
    device = await device_of(scope, db, data.device_identity)
    if device.community_id is None:
        raise NotFound(what="community", id=device.iot_id)
    row = await queries.community(scope, db, device.community_id)
    proofs = await queries.certificates(db, row)
    image = place.store.url(proofs[0].object_key, expires_s=IMAGE_URL_SECONDS) if proofs else None
    return CommunityOfDevice(
        community_id=row.community_id,
        name=row.name,
        img_oss_url=image,
        apply_status=row.apply_status,
        address=row.address,
        service_start_time=row.service_start,
        service_end_time=row.service_end,
        poi_code=row.poid,
        space_id=str(row.root_space_id),
        space_type=rules.COMMUNITY,
        project_id=row.scope_id,
        gmt_create=row.created_ms,
        gmt_modified=row.changed_ms,
    )
