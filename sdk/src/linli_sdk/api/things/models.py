"""What the methods of `things` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from msgspec import field

from linli_sdk.methods import Model


class Address(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""


class EventTimeline(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""
    identifier: str
    """标识符 / identifier"""
    start: int
    """开始时间，毫秒 / from, ms"""
    end: int
    """结束时间，毫秒 / to, ms"""
    page_size: int = field(name="pageSize")
    """每页数量，1 到 200 / rows a page, 1 to 200"""
    ordered: bool
    """true 升序，false 降序 / oldest first if true"""
    event_type: str = field(name="eventType")
    """info、alert 或 error，空为全部 / empty for all"""


class EventPage(Model, kw_only=True):
    timestamp: int
    """最后一条的时间；空页为 end / time of the last row, or `end`"""
    items: list[EventItem]
    """事件 / events"""


class EventItem(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    event_code: str = field(name="eventCode")
    """事件标识 / event identifier"""
    event_name: str = field(name="eventName")
    """事件名称 / name of the event"""
    event_type: str = field(name="eventType")
    """info、alert 或 error / kind of the event"""
    timestamp: int
    """毫秒 / ms"""
    event_body: Any = field(name="eventBody")
    """输出参数 / outputs by identifier"""
    batch_id: str = field(name="batchId")
    """所属消息 / the message it came with"""


class DeviceInfoNamed(Model, kw_only=True):
    """The same with the names that only `info/get` tells."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    product_key: str = field(name="productKey")
    """产品 key / product key"""
    name: str
    """设备名称 / device name"""
    device_secret: str = field(name="deviceSecret")
    """设备密钥 / device secret"""
    device_key: str = field(name="deviceKey")
    """iotId 的前 20 位 / the first 20 characters of iotId"""
    thing_type: str = field(name="thingType")
    """DEVICE"""
    region: str
    """区域，固定 / region, always the same"""
    rbac_tenant_id: str = field(name="rbacTenantId")
    """租户 id / tenant id"""
    status: int
    """0 未激活 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled"""
    status_last: int = field(name="statusLast")
    """上一个状态 / the status before"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    gmt_modified: int = field(name="gmtModified")
    """修改时间，毫秒 / changed, ms"""
    active_time: int | None = field(default=None, name="activeTime")
    """激活时间，毫秒 / first time online, ms"""
    nickname: str
    """备注名 / alias"""
    product_name: str = field(name="productName")
    """产品名称 / product name"""


class InfoList(Model, kw_only=True):
    iot_ids: list[str] | None = field(default=None, name="iotIds")
    """设备 id 列表，最多 200 / device ids, at most 200"""
    product_key: str | None = field(default=None, name="productKey")
    """与 deviceName 一起 / with deviceName"""
    device_name: list[str] | None = field(default=None, name="deviceName")
    """设备名称列表 / device names of the product"""
    app_id: str | None = field(default=None, name="appId")
    """AppKey：其项目的设备，最多 200 / an AppKey: the devices of its project"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""


class DeviceInfo(Model, kw_only=True):
    """DeviceDTO. Times are ms since the epoch; absent fields are left out."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    product_key: str = field(name="productKey")
    """产品 key / product key"""
    name: str
    """设备名称 / device name"""
    device_secret: str = field(name="deviceSecret")
    """设备密钥 / device secret"""
    device_key: str = field(name="deviceKey")
    """iotId 的前 20 位 / the first 20 characters of iotId"""
    thing_type: str = field(name="thingType")
    """DEVICE"""
    region: str
    """区域，固定 / region, always the same"""
    rbac_tenant_id: str = field(name="rbacTenantId")
    """租户 id / tenant id"""
    status: int
    """0 未激活 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled"""
    status_last: int = field(name="statusLast")
    """上一个状态 / the status before"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    gmt_modified: int = field(name="gmtModified")
    """修改时间，毫秒 / changed, ms"""
    active_time: int | None = field(default=None, name="activeTime")
    """激活时间，毫秒 / first time online, ms"""


class DeviceList(Model, kw_only=True):
    tag_list: list[Tag] | None = field(default=None, name="tagList")
    """标签，须全部符合，最多 10 / tags, all must match, at most 10"""
    product_key_list: list[str] | None = field(default=None, name="productKeyList")
    """产品 key，符合其一 / product keys, any of them"""
    category_key_list: list[str] | None = field(default=None, name="categoryKeyList")
    """品类编码全路径或末段，符合其一 / category codes or their last parts, any"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，1 到 200 / rows a page, 1 to 200"""
    app_id: str | None = field(default=None, name="appId")
    """AppKey，缺省为调用者 / an AppKey, the caller's if left out"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""


class Tag(Model, kw_only=True):
    key: str
    """标签键 / tag key"""
    value: str
    """标签值 / tag value"""


class DeviceBriefRows(Model, kw_only=True):
    """A page as these APIs shape it, inside the envelope's data."""

    total: int
    """总记录数 / records in all"""
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / rows a page"""
    data: list[DeviceBrief]
    """记录 / rows"""


class DeviceBrief(Model, kw_only=True):
    """SimpleDeviceInfo. Times a device never had are left out; `utc…` is the same time in UTC."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    product_key: str = field(name="productKey")
    """产品 key / product key"""
    product_name: str = field(name="productName")
    """产品名称 / product name"""
    device_name: str = field(name="deviceName")
    """设备名称 / device name"""
    node_type: int = field(name="nodeType")
    """0 设备 1 网关 / device, gateway"""
    status: str
    """UNACTIVE, ONLINE, OFFLINE, DISABLE"""
    child_device_count: int = field(name="childDeviceCount")
    """子设备数 / sub-devices of a gateway"""
    create_time: str = field(name="createTime")
    """创建时间 / created, yyyy-MM-dd HH:mm:ss"""
    utc_create_time: str = field(name="utcCreateTime")
    """创建时间 UTC / created, ISO 8601"""
    active_time: str | None = field(default=None, name="activeTime")
    """激活时间 / first time online"""
    utc_active_time: str | None = field(default=None, name="utcActiveTime")
    """激活时间 UTC / the same, ISO 8601"""
    last_online_time: str | None = field(default=None, name="lastOnlineTime")
    """最近上线时间 / last time online"""
    utc_last_online_time: str | None = field(default=None, name="utcLastOnlineTime")
    """最近上线时间 UTC / the same, ISO 8601"""


class Snapshot(Model, kw_only=True):
    product_key: str = field(name="productKey")
    """产品 key / product key"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，1 到 200 / rows a page, 1 to 200"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""


class DeviceSnapshotRows(Model, kw_only=True):
    """A page as these APIs shape it, inside the envelope's data."""

    total: int
    """总记录数 / records in all"""
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / rows a page"""
    data: list[DeviceSnapshot]
    """记录 / rows"""


class DeviceSnapshot(Model, kw_only=True):
    """SimpleDeviceInfoAndPropert (as spelt)."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    product_key: str = field(name="productKey")
    """产品 key / product key"""
    product_name: str = field(name="productName")
    """产品名称 / product name"""
    device_name: str = field(name="deviceName")
    """设备名称 / device name"""
    node_type: int = field(name="nodeType")
    """0 设备 1 网关 / device, gateway"""
    status: str
    """UNACTIVE, ONLINE, OFFLINE, DISABLE"""
    child_device_count: int = field(name="childDeviceCount")
    """子设备数 / sub-devices of a gateway"""
    create_time: str = field(name="createTime")
    """创建时间 / created, yyyy-MM-dd HH:mm:ss"""
    utc_create_time: str = field(name="utcCreateTime")
    """创建时间 UTC / created, ISO 8601"""
    active_time: str | None = field(default=None, name="activeTime")
    """激活时间 / first time online"""
    utc_active_time: str | None = field(default=None, name="utcActiveTime")
    """激活时间 UTC / the same, ISO 8601"""
    last_online_time: str | None = field(default=None, name="lastOnlineTime")
    """最近上线时间 / last time online"""
    utc_last_online_time: str | None = field(default=None, name="utcLastOnlineTime")
    """最近上线时间 UTC / the same, ISO 8601"""
    range_query_dto: list[PropertyShown] = field(name="rangeQueryDTO")
    """物模型的全部属性 / every property of the thing model"""


class PropertyShown(Model, kw_only=True):
    """A property of the thing model, with its value where the device has one."""

    identifier: str
    """属性标识 / property identifier"""
    name: str
    """属性名称 / name"""
    data_type: str = field(name="dataType")
    """数据类型 / int, float, double, text, date, bool, enum, struct, array"""
    unit: str
    """单位，无则为空 / unit, empty without one"""
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    attribute: str | None = None
    """同 identifier / as identifier"""
    value: Any = None
    """当前值 / present value"""
    batch_id: str | None = field(default=None, name="batchId")
    """同次上报的属性相同 / shared by one report"""
    gmt_modified: int | None = field(default=None, name="gmtModified")
    """值的时间，毫秒 / time of the value, ms"""
    group: int | None = None
    """固定为 0 / always 0"""


class PropertyNow(Model, kw_only=True):
    """DeviceStatusDTO."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    batch_id: str = field(name="batchId")
    """同次上报的属性相同 / shared by all values of one report"""
    attribute: str
    """属性标识 / property identifier"""
    value: Any
    """值，按物模型的类型 / the value in its own type"""
    gmt_modified: int = field(name="gmtModified")
    """值的时间，毫秒 / time of the value, ms"""


class PropertiesSet(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""
    items: dict[str, Any]
    """属性标识到值 / values by property identifier"""


class PropertyTimeline(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""
    identifier: str
    """标识符 / identifier"""
    start: int
    """开始时间，毫秒 / from, ms"""
    end: int
    """结束时间，毫秒 / to, ms"""
    page_size: int = field(name="pageSize")
    """每页数量，1 到 2000 / rows a page, 1 to 2000"""
    ordered: bool
    """true 升序，false 降序 / oldest first if true"""


class PropertyPage(Model, kw_only=True):
    timestamp: int
    """最后一条的时间；空页为 end / time of the last row, or `end`"""
    items: list[PropertyPoint]
    """属性值 / values"""


class PropertyPoint(Model, kw_only=True):
    batch_id: str = field(name="batchId")
    """同次上报的属性相同 / shared by all values of one report"""
    data: Any
    """值，按物模型的类型 / the value in its own type"""
    property: str
    """属性标识 / property identifier"""
    timestamp: int
    """毫秒 / ms"""


class Timeline(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""
    identifier: str
    """标识符 / identifier"""
    start: int
    """开始时间，毫秒 / from, ms"""
    end: int
    """结束时间，毫秒 / to, ms"""
    page_size: int = field(name="pageSize")
    """每页数量，1 到 200 / rows a page, 1 to 200"""
    ordered: bool
    """true 升序，false 降序 / oldest first if true"""


class ServicePage(Model, kw_only=True):
    list: list[ServiceItem]
    """调用记录 / calls"""
    next_time: int = field(name="nextTime")
    """下一页的开始时间 / where the next page starts"""
    next_valid: bool = field(name="nextValid")
    """是否还有下一页 / whether there is one"""


class ServiceItem(Model, kw_only=True):
    identifier: str
    """服务标识 / service identifier"""
    name: str
    """服务名称 / name of the service"""
    time: int
    """毫秒 / ms"""
    input_data: str = field(name="inputData")
    """入参的 JSON 文本 / inputs, JSON text"""
    output_data: str = field(name="outputData")
    """设备应答的 JSON 文本 / the device's reply, JSON text"""


class ServiceCall(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""
    identifier: str
    """服务标识 / service identifier"""
    args: dict[str, Any]
    """入参 / inputs"""


class ServiceResult(Model, kw_only=True):
    message_id: str = field(name="messageId")
    """消息 id / id of the message to the device"""
    data: dict[str, Any] | None = None
    """同步服务的出参 / outputs of a synchronous service"""


class StatusBatch(Model, kw_only=True):
    product_key: str = field(name="productKey")
    """产品 key / product key"""
    device_names: list[str] = field(name="deviceNames")
    """设备名称，最多 10 个 / device names, at most 10"""
    lp_instance_id: str | None = field(default=None, name="lpInstanceId")
    """LP 实例 id，不使用 / instance id, accepted and not used"""


class DeviceStatus(Model, kw_only=True):
    device_name: str = field(name="deviceName")
    """设备名称 / device name"""
    status: int
    """0 未激活 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled"""


class Topology(Model, kw_only=True):
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，1 到 200 / rows a page, 1 to 200"""


class SubDeviceRows(Model, kw_only=True):
    """A page as these APIs shape it, inside the envelope's data."""

    total: int
    """总记录数 / records in all"""
    page_no: int = field(name="pageNo")
    """页码 / page"""
    page_size: int = field(name="pageSize")
    """每页数量 / rows a page"""
    data: list[SubDevice]
    """记录 / rows"""


class SubDevice(Model, kw_only=True):
    """SimpleDeviceDTO."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    device_name: str = field(name="deviceName")
    """设备名称 / device name"""
    device_secret: str = field(name="deviceSecret")
    """设备密钥 / device secret"""
    product_key: str = field(name="productKey")
    """产品 key / product key"""


class ServiceInvoke(Model, kw_only=True):
    identifier: str
    """服务标识 / service identifier"""
    args: dict[str, Any] | str
    """入参，对象或其 JSON 文本 / inputs, an object or its JSON"""
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 key / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 / device name"""
