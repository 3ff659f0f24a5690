"""Open API: pages of devices, by filter and of one product with their values. Spec D 3.1 API-01, API-12, and 3.4."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.kernel import tenancy
from linli.kernel.db import Database, Reader
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.settings import Settings
from linli.openapi.registry import Call, Contract, method
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.inbox.messages import batch_id
from linli.things.openapi.wire import (
    MAX_PAGE,
    SERVICE,
    AppUnknown,
    DeviceQueryFailed,
    LpInstance,
    PageNo,
    PageSize,
    Rows,
    TenantGone,
    answer_busy,
    local_time,
    utc_time,
)
from linli.things.queries.devices import (
    STATUS_TEXT,
    DeviceRow,
    count_children,
)
from linli.things.queries.products import get_product_by_no
from linli.things.queries.timelines import PresentValue, present_values_of
from linli.tsl import ThingModel, type_name, unit_of

MAX_TAGS = 10
MAX_KEYS = 100


class DeviceBrief(msgspec.Struct, rename="camel", kw_only=True):
    """SimpleDeviceInfo. Times a device never had are left out; `utc…` is the same time in UTC."""

    iot_id: Annotated[str, Meta(description="设备 id / device id")]
    product_key: Annotated[str, Meta(description="产品 key / product key")]
    product_name: Annotated[str, Meta(description="产品名称 / product name")]
    device_name: Annotated[str, Meta(description="设备名称 / device name")]
    node_type: Annotated[int, Meta(description="0 设备 1 网关 / device, gateway")]
    status: Annotated[str, Meta(description="UNACTIVE, ONLINE, OFFLINE, DISABLE")]
    child_device_count: Annotated[int, Meta(description="子设备数 / sub-devices of a gateway")]
    create_time: Annotated[str, Meta(description="创建时间 / created, yyyy-MM-dd HH:mm:ss")]
    utc_create_time: Annotated[str, Meta(description="创建时间 UTC / created, ISO 8601")]
    active_time: Annotated[str | UnsetType, Meta(description="激活时间 / first time online")] = UNSET
    utc_active_time: Annotated[str | UnsetType, Meta(description="激活时间 UTC / the same, ISO 8601")] = UNSET
    last_online_time: Annotated[str | UnsetType, Meta(description="最近上线时间 / last time online")] = UNSET
    utc_last_online_time: Annotated[
        str | UnsetType, Meta(description="最近上线时间 UTC / the same, ISO 8601")
    ] = UNSET


def _brief(row: DeviceRow, children: int, zone: str) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "iot_id": row.iot_id,
        "product_key": row.product_key,
        "product_name": row.product_name,
        "device_name": row.device_name,
        "node_type": row.node_type,
        "status": STATUS_TEXT[row.state],
        "child_device_count": children,
    }
    times = {
        "create_time": row.created_ms,
        "active_time": row.active_ms,
        "last_online_time": row.last_online_ms,
    }
    for name, ms in times.items():
        if ms is not None:
            facts |= {name: local_time(ms, zone), f"utc_{name}": utc_time(ms)}
    return facts


class Tag(msgspec.Struct):
    key: Annotated[str, Meta(description="标签键 / tag key", min_length=1)]
    value: Annotated[str, Meta(description="标签值 / tag value")]


class DeviceList(msgspec.Struct, rename="camel", kw_only=True):
    tag_list: Annotated[
        Annotated[list[Tag], Meta(max_length=MAX_TAGS)] | None,
        Meta(description="标签，须全部符合，最多 10 / tags, all must match, at most 10"),
    ] = None
    product_key_list: Annotated[
        Annotated[list[str], Meta(max_length=MAX_KEYS)] | None,
        Meta(description="产品 key，符合其一 / product keys, any of them"),
    ] = None
    category_key_list: Annotated[
        Annotated[list[str], Meta(max_length=MAX_KEYS)] | None,
        Meta(description="品类编码全路径或末段，符合其一 / category codes or their last parts, any"),
    ] = None
    page_no: PageNo = 1
    page_size: PageSize = 20
    app_id: Annotated[
        str | None, Meta(description="AppKey，缺省为调用者 / an AppKey, the caller's if left out")
    ] = None
    lp_instance_id: LpInstance = None


@method(
    "/app/thing/list",
    "1.0.4",
    service=SERVICE,
    token="optional",
    raises=(BadInput, AppUnknown, TenantGone, DeviceQueryFailed),
    title="查询应用物的列表",
    title_en="List the devices of an app",
    contract=Contract(source="spec D 3.1 API-12"),
)
@answer_busy(DeviceQueryFailed)
async def list_things(
    data: DeviceList, scope: Scope, db: Database, call: Call, settings: Settings
) -> Rows[DeviceBrief]:
    """Devices in sight that fit every filter given, the newest first."""
    page = PageRequest.of(data.page_no, data.page_size, max_size=MAX_PAGE)
    where = DeviceFilter(
        product_keys=tuple(data.product_key_list or ()),
        categories=tuple(data.category_key_list or ()),
        tags=tuple((tag.key, tag.value) for tag in data.tag_list or ()),
        project_id=await project_of_app(db, call, data.app_id),
    )
    devices = await list_devices(scope, db, page=page, where=where)
    children = await _children(scope, db, devices.data)
    rows = [
        DeviceBrief(**_brief(row, children.get(row.device_no, 0), settings.timezone)) for row in devices.data
    ]
    return Rows(devices.total, page.page_no, page.page_size, rows)


class PropertyShown(msgspec.Struct, rename="camel", kw_only=True):
    """A property of the thing model, with its value where the device has one."""

    identifier: Annotated[str, Meta(description="属性标识 / property identifier")]
    name: Annotated[str, Meta(description="属性名称 / name")]
    data_type: Annotated[
        str, Meta(description="数据类型 / int, float, double, text, date, bool, enum, struct, array")
    ]
    unit: Annotated[str, Meta(description="单位，无则为空 / unit, empty without one")]
    iot_id: Annotated[str | UnsetType, Meta(description="设备 id / device id")] = UNSET
    attribute: Annotated[str | UnsetType, Meta(description="同 identifier / as identifier")] = UNSET
    value: Annotated[Any, Meta(description="当前值 / present value")] = UNSET
    batch_id: Annotated[str | UnsetType, Meta(description="同次上报的属性相同 / shared by one report")] = (
        UNSET
    )
    gmt_modified: Annotated[int | UnsetType, Meta(description="值的时间，毫秒 / time of the value, ms")] = (
        UNSET
    )
    group: Annotated[int | UnsetType, Meta(description="固定为 0 / always 0")] = UNSET


class DeviceSnapshot(DeviceBrief, rename="camel", kw_only=True):
    """SimpleDeviceInfoAndPropert (as spelt)."""

    range_query_dto: Annotated[
        list[PropertyShown], msgspec.Meta(description="物模型的全部属性 / every property of the thing model")
    ] = msgspec.field(name="rangeQueryDTO")


class Snapshot(msgspec.Struct, rename="camel", kw_only=True):
    product_key: Annotated[str, Meta(description="产品 key / product key")]
    page_no: PageNo
    page_size: PageSize
    lp_instance_id: LpInstance = None


@method(
    "/app/thing/properties/batch/get",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput,),
    title="批量获取应用的产品所有设备属性状态",
    title_en="Page through a product's devices with their values",
    contract=Contract(source="spec D 3.1 API-01"),
)
async def get_snapshots(
    data: Snapshot, scope: Scope, db: Database, settings: Settings
) -> Rows[DeviceSnapshot]:
    """A product that does not exist, or has no device in sight, is an empty page."""
    page = PageRequest.of(data.page_no, data.page_size, max_size=MAX_PAGE)
    devices = await list_devices(scope, db, page=page, where=DeviceFilter(product_keys=(data.product_key,)))
    if not devices.data:
        return Rows(devices.total, page.page_no, page.page_size, [])
    first = devices.data[0]
    product = await get_product_by_no(Scope.system(first.tenant_id), db, product_no=first.product_no)
    model = product.model()
    present_values = await present_values_of(
        db, device_nos=[row.device_no for row in devices.data], product=product
    )
    children = await _children(scope, db, devices.data)
    rows = [
        DeviceSnapshot(
            **_brief(row, children.get(row.device_no, 0), settings.timezone),
            range_query_dto=_shown(row, model, present_values.get(row.device_no, {})),
        )
        for row in devices.data
    ]
    return Rows(devices.total, page.page_no, page.page_size, rows)


async def project_of_app(db: Reader, call: Call, app_id: str | None) -> str | None:
    """The project whose devices `appId` means; None without one. Raises AppUnknown, TenantGone."""
    try:
        await tenancy.get_tenant(db, call.tenant_id)
    except NotFound as error:
        raise TenantGone() from error
    if not app_id:
        return None
    key = await tenancy.find_app_key(db, app_id)
    if key is None or key.project_id != call.project_id:
        raise AppUnknown()
    return key.project_id


async def _children(scope: Scope, db: Database, rows: list[DeviceRow]) -> dict[int, int]:
    return await count_children(scope, db, gateway_nos=[row.device_no for row in rows if row.node_type == 1])


def _shown(
    device: DeviceRow, model: ThingModel, present_values: dict[str, PresentValue]
) -> list[PropertyShown]:
    rows = []
    for item in model.properties:
        row = PropertyShown(
            identifier=item.identifier,
            name=item.name,
            data_type=type_name(item.type),
            unit=unit_of(item.type),
        )
        if (now := present_values.get(item.identifier)) is not None:
            row.iot_id, row.attribute, row.value = device.iot_id, item.identifier, now.value
            row.batch_id, row.gmt_modified, row.group = batch_id(device.device_no, now.seq), now.ts, 0
        rows.append(row)
    return rows
