"""Open API: the facts and the state of a device. Spec D 3.1; `/cloud/thing/properties/get` spec B A099."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from linli.kernel.audit import note_secret_reads
from linli.kernel.db import Database, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.openapi.registry import Call, Contract, method
from linli.things.device_lists import DeviceFilter, list_devices
from linli.things.inbox.messages import batch_id
from linli.things.openapi.lists import project_of_app
from linli.things.openapi.wire import (
    SERVICE,
    Address,
    AppUnknown,
    DeviceUnknown,
    LpInstance,
    SystemBusy,
    answer_busy,
    device_at,
)
from linli.things.queries.devices import (
    STATUS,
    DeviceRow,
    find_devices,
    find_named_devices,
)
from linli.things.queries.products import get_product, get_product_by_no
from linli.things.queries.timelines import present_values
from linli.tsl import export_json

REGION = "cn-hangzhou"
"""As the closed platform always answered."""
MAX_STATUS_NAMES = 10
MAX_INFO = 200


class DeviceInfo(msgspec.Struct, rename="camel", kw_only=True):
    """DeviceDTO. Times are ms since the epoch; absent fields are left out."""

    iot_id: Annotated[str, Meta(description="设备 id / device id")]
    product_key: Annotated[str, Meta(description="产品 key / product key")]
    name: Annotated[str, Meta(description="设备名称 / device name")]
    device_secret: Annotated[str, Meta(description="设备密钥 / device secret")]
    device_key: Annotated[str, Meta(description="iotId 的前 20 位 / the first 20 characters of iotId")]
    thing_type: Annotated[str, Meta(description="DEVICE")]
    region: Annotated[str, Meta(description="区域，固定 / region, always the same")]
    rbac_tenant_id: Annotated[str, Meta(description="租户 id / tenant id")]
    status: Annotated[
        int, Meta(description="0 未激活 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled")
    ]
    status_last: Annotated[int, Meta(description="上一个状态 / the status before")]
    gmt_create: Annotated[int, Meta(description="创建时间，毫秒 / created, ms")]
    gmt_modified: Annotated[int, Meta(description="修改时间，毫秒 / changed, ms")]
    active_time: Annotated[int | UnsetType, Meta(description="激活时间，毫秒 / first time online, ms")] = (
        UNSET
    )

    @staticmethod
    def of(row: DeviceRow, secrets: Secrets) -> "DeviceInfo":
        return DeviceInfo(**_facts(row, secrets))


class DeviceInfoNamed(DeviceInfo, rename="camel", kw_only=True):
    """The same with the names that only `info/get` tells."""

    nickname: Annotated[str, Meta(description="备注名 / alias")]
    product_name: Annotated[str, Meta(description="产品名称 / product name")]

    @staticmethod
    def of(row: DeviceRow, secrets: Secrets) -> "DeviceInfoNamed":
        return DeviceInfoNamed(
            **_facts(row, secrets), nickname=row.nickname or row.device_name, product_name=row.product_name
        )


def _facts(row: DeviceRow, secrets: Secrets) -> dict[str, Any]:
    return {
        "iot_id": row.iot_id,
        "product_key": row.product_key,
        "name": row.device_name,
        "device_secret": secrets.open(row.secret, about=f"device:{row.iot_id}"),
        "device_key": row.iot_id[:20],
        "thing_type": "DEVICE",
        "region": REGION,
        "rbac_tenant_id": row.tenant_id,
        "status": STATUS[row.state],
        "status_last": _status_before(row),
        "gmt_create": row.created_ms,
        "gmt_modified": row.modified_ms,
        "active_time": UNSET if row.active_ms is None else row.active_ms,
    }


@method(
    "/app/thing/info/get",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, DeviceUnknown),
    title="获取物的基本信息",
    title_en="Get the facts of a device",
    contract=Contract(source="spec D 3.1 API-04"),
)
async def get_info(
    data: Address, scope: Scope, tx: Tx, call: Call, ids: Ids, secrets: Secrets
) -> DeviceInfoNamed:
    """The secret is told to those who may set the device up; each time is noted, and the request log masks it."""
    try:
        row = await device_at(scope, tx, data)
    except NotFound as error:
        raise DeviceUnknown(**error.facts) from error
    await note_secret_reads(scope, tx, "device", [row.iot_id], ids=ids, request_id=call.request_id)
    return DeviceInfoNamed.of(row, secrets)


class InfoList(msgspec.Struct, rename="camel", kw_only=True):
    iot_ids: Annotated[list[str], Meta(description="设备 id 列表，最多 200 / device ids, at most 200")] = []
    product_key: Annotated[str | None, Meta(description="与 deviceName 一起 / with deviceName")] = None
    device_name: Annotated[list[str], Meta(description="设备名称列表 / device names of the product")] = []
    app_id: Annotated[
        str | None, Meta(description="AppKey：其项目的设备，最多 200 / an AppKey: the devices of its project")
    ] = None
    lp_instance_id: LpInstance = None


@method(
    "/app/thing/info/list/get",
    "1.4.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput, AppUnknown),
    title="批量获取设备信息",
    title_en="Get the facts of several devices",
    contract=Contract(source="spec D 3.1 API-03"),
)
async def list_info(
    data: InfoList, scope: Scope, tx: Tx, call: Call, ids: Ids, secrets: Secrets
) -> list[DeviceInfo]:
    """Devices that do not exist, or not for the caller, are left out. With `appId` the other parameters do not count."""
    rows = await _asked_for(data, scope, tx, call)
    await note_secret_reads(
        scope, tx, "device", (row.iot_id for row in rows), ids=ids, request_id=call.request_id
    )
    return [DeviceInfo.of(row, secrets) for row in rows]


async def _asked_for(data: InfoList, scope: Scope, tx: Tx, call: Call) -> list[DeviceRow]:
    if data.app_id:
        where = DeviceFilter(project_id=await project_of_app(tx, call, data.app_id))
        page = PageRequest.of(1, MAX_INFO, max_size=MAX_INFO)
        return (await list_devices(scope, tx, page=page, where=where)).data
    if len(data.iot_ids) + len(data.device_name) > MAX_INFO:
        raise BadInput(field="iotIds", rule="too_many_items", limit=MAX_INFO)
    if data.device_name and not data.product_key:
        raise BadInput(field="productKey", rule="required")
    if not data.iot_ids and not data.device_name:
        raise BadInput(field="iotIds", rule="required")
    rows = await find_devices(scope, tx, iot_ids=data.iot_ids) if data.iot_ids else []
    if data.product_key and data.device_name:
        named = await find_named_devices(
            scope, tx, product_key=data.product_key, device_names=data.device_name
        )
        rows += [row for row in named if row not in rows]
    return rows


class DeviceStatus(msgspec.Struct, rename="camel"):
    device_name: Annotated[str, Meta(description="设备名称 / device name")]
    status: Annotated[
        int, Meta(description="0 未激活 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled")
    ]


@method(
    "/app/thing/status/get",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, SystemBusy),
    title="获取物的连接状态",
    title_en="Get a device's state",
    contract=Contract(source="spec D 3.1 API-07"),
)
@answer_busy()
async def get_status(data: Address, scope: Scope, db: Database) -> DeviceStatus:
    row = await device_at(scope, db, data)
    return DeviceStatus(row.device_name, STATUS[row.state])


class StatusBatch(msgspec.Struct, rename="camel", kw_only=True):
    product_key: Annotated[str, Meta(description="产品 key / product key")]
    device_names: Annotated[list[str], Meta(description="设备名称，最多 10 个 / device names, at most 10")]
    lp_instance_id: LpInstance = None


@method(
    "/app/thing/status/batch/get",
    "1.0.3",
    service=SERVICE,
    token="optional",
    raises=(BadInput, SystemBusy),
    title="批量获取物的状态",
    title_en="Get the state of several devices",
    contract=Contract(source="spec D 3.1 API-11"),
)
@answer_busy()
async def get_statuses(data: StatusBatch, scope: Scope, db: Database) -> list[DeviceStatus]:
    """The devices that exist, in the requested order."""
    if len(data.device_names) > MAX_STATUS_NAMES:
        raise BadInput(field="deviceNames", rule="too_many_items", limit=MAX_STATUS_NAMES)
    rows = await find_named_devices(scope, db, product_key=data.product_key, device_names=data.device_names)
    return [DeviceStatus(row.device_name, STATUS[row.state]) for row in rows]


@method(
    "/app/thing/dsl/get",
    "1.0.1",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound),
    title="获取物的模板",
    title_en="Get a device's thing model",
    contract=Contract(source="spec D 3.1 API-05, 3.5"),
)
async def get_thing_model(data: Address, scope: Scope, db: Database) -> str:
    """The TSL document as a JSON string, its generated members included."""
    device = await device_at(scope, db, data)
    product = await get_product_by_no(Scope.system(device.tenant_id), db, product_no=device.product_no)
    return export_json(product.model(), device.product_key, device.device_name)


class PropertyNow(msgspec.Struct, rename="camel"):
    """DeviceStatusDTO."""

    iot_id: Annotated[str, Meta(description="设备 id / device id")]
    batch_id: Annotated[str, Meta(description="同次上报的属性相同 / shared by all values of one report")]
    attribute: Annotated[str, Meta(description="属性标识 / property identifier")]
    value: Annotated[Any, Meta(description="值，按物模型的类型 / the value in its own type")]
    gmt_modified: Annotated[int, Meta(description="值的时间，毫秒 / time of the value, ms")]


@method(
    "/app/thing/properties/get",
    "1.0.4",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, SystemBusy),
    title="获取物的属性",
    title_en="Get a device's present values",
    contract=Contract(source="spec D 3.1 API-13"),
)
@method(
    "/cloud/thing/properties/get",
    "1.0.2",
    service=SERVICE,
    token="optional",
    raises=(BadInput, NotFound, SystemBusy),
    title="获取物的属性",
    title_en="Get a device's present values",
    contract=Contract(source="spec B 3.13 A099"),
)
@answer_busy()
async def get_properties(data: Address, scope: Scope, db: Database) -> list[PropertyNow]:
    """Properties that have a value, the newest first."""
    device = await device_at(scope, db, data)
    product = await get_product(Scope.system(device.tenant_id), db, product_key=device.product_key)
    rows = await present_values(db, device=device, product=product)
    rows.sort(key=lambda row: -row.ts)
    return [
        PropertyNow(device.iot_id, batch_id(device.device_no, row.seq), row.identifier, row.value, row.ts)
        for row in rows
    ]


def _status_before(row: DeviceRow) -> int:
    match row.state:
        case "online":
            return STATUS["unactive"] if row.last_offline_ms is None else STATUS["offline"]
        case "offline":
            return STATUS["online"]
        case "disabled":
            return STATUS["unactive"] if row.active_ms is None else STATUS["offline"]
    return STATUS["unactive"]
