"""What the methods of `devices` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class DevicesOfProject(Model, kw_only=True):
    project_id: str = field(name="projectId")
    """项目 id / project id"""
    iot_ids: list[str] = field(name="iotIds")
    """设备 id 列表，最多 1000 / device ids, at most 1,000"""


class DeviceAlias(Model, kw_only=True):
    device_identity: DeviceIdentity = field(name="deviceIdentity")
    """设备标识 / device identity"""
    nick_name: str = field(name="nickName")
    """别名 / alias"""


class DeviceIdentity(Model, kw_only=True):
    """A device, by iotId, by product key and device name, or by the serial number on its back."""

    type: str
    """IOT_ID、PK_AND_DN 或 SN / IOT_ID, PK_AND_DN or SN"""
    iot_id: str | None = field(default=None, name="iotId")
    """设备 id（type=IOT_ID） / device id"""
    product_key: str | None = field(default=None, name="productKey")
    """产品 PK（type=PK_AND_DN） / product key"""
    device_name: str | None = field(default=None, name="deviceName")
    """设备名称 DN（type=PK_AND_DN） / device name"""
    sn: str | None = None
    """设备序列号（type=SN） / serial number"""


class DeviceAddTo(Model, kw_only=True):
    device_identity: DeviceIdentity = field(name="deviceIdentity")
    """设备标识 / device identity"""
    nick_name: str | None = field(default=None, name="nickName")
    """别名 / alias"""
    community_id: int = field(name="communityId")
    """小区 id / community id"""


class DeviceAdd(Model, kw_only=True):
    device_identity: DeviceIdentity = field(name="deviceIdentity")
    """设备标识 / device identity"""
    nick_name: str | None = field(default=None, name="nickName")
    """别名 / alias"""


class DevicesOfOne(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    category_key: str | None = field(default=None, name="categoryKey")
    """设备品类 / device category"""
    community_id: int = field(name="communityId")
    """小区 id / community id"""


class DeviceInfo(Model, kw_only=True):
    """DeviceDTO."""

    iot_id: str = field(name="iotId")
    """设备 id / device id"""
    product_image: str | None = field(name="productImage")
    """产品图片 / product picture"""
    device_name: str = field(name="deviceName")
    """设备名称 / device name"""
    nick_name: str = field(name="nickName")
    """别名 / alias"""
    product_key: str = field(name="productKey")
    """产品 PK / product key"""
    product_name: str = field(name="productName")
    """产品名称 / product name"""
    node_type: str = field(name="nodeType")
    """0 设备 1 网关 / 0 device, 1 gateway"""
    status: int
    """0 离线 1 在线 -1 未激活 / 0 offline, 1 online, -1 not activated"""
    category_name: str = field(name="categoryName")
    """品类名称 / category name"""
    category_key: str = field(name="categoryKey")
    """品类 key / category key"""
    thing_type: str = field(name="thingType")
    """VIRTUAL, WEB, APP, DEVICE"""
    last_online_time: str | None = field(name="lastOnlineTime")
    """最后上线时间 / last time online"""


class DevicesOfCommunity(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    category_key: str | None = field(default=None, name="categoryKey")
    """设备品类 / device category"""


class DeviceNamed(Model, kw_only=True):
    device_identity: DeviceIdentity = field(name="deviceIdentity")
    """设备标识 / device identity"""


class DevicesOfTenant(Model, kw_only=True):
    query_type: str = field(name="queryType")
    """OWNED 自有设备，AUTHORIZED 被授权设备 / own or granted devices"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
