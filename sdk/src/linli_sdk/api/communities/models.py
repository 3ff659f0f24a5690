"""What the methods of `communities` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class AssetAdd(Model, kw_only=True):
    house_id: str | int = field(name="houseId")
    """房屋（空间）id / house (space) id"""
    type: int
    """1 车位 2 车库 3 储藏室 / 1 parking space, 2 garage, 3 storage room"""
    name: str
    """编号 / number of the parking space, garage or storage room"""


class AssetNamed(Model, kw_only=True):
    house_id: str | int = field(name="houseId")
    """房屋（空间）id / house (space) id"""
    asset_id: str | int = field(name="assetId")
    """资产 id / asset id"""


class AssetsOfHouse(Model, kw_only=True):
    house_id: str | int = field(name="houseId")
    """房屋（空间）id / house (space) id"""


class AssetInfo(Model, kw_only=True):
    asset_id: int = field(name="assetId")
    """资产 id / asset id"""
    type: int
    """1 车位 2 车库 3 储藏室 / 1 parking space, 2 garage, 3 storage room"""
    name: str
    """编号 / number of the parking space, garage or storage room"""


class AssetUpdate(Model, kw_only=True):
    house_id: str | int = field(name="houseId")
    """房屋（空间）id / house (space) id"""
    asset_id: str | int = field(name="assetId")
    """资产 id / asset id"""
    type: int | None = None
    """1 车位 2 车库 3 储藏室 / type"""
    name: str | None = None
    """编号 / number"""


class FileSave(Model, kw_only=True):
    tmp_oss_key: str = field(name="tmpOssKey")
    """临时文件的 key / key of the temporary file"""
    biz_code: str = field(name="bizCode")
    """DEFAULT, COMMUNITY_FILE, HOUSEHOLD_FACE"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""
    url_timeout: int | None = field(default=None, name="urlTimeout")
    """地址有效期，秒，默认 300 / URL validity, s"""


class FileSaved(Model, kw_only=True):
    upload_id: str = field(name="uploadId")
    """上传 id / upload id"""
    url: str
    """访问地址 / access URL"""
    url_timeout: int = field(name="urlTimeout")
    """有效期，秒 / validity, s"""


class TicketGet(Model, kw_only=True):
    type: str
    """凭证类型，picture 为图片，最大 2MB / picture: images, at most 2 MB"""


class Ticket(Model, kw_only=True):
    access_id: str = field(name="accessId")
    policy: str
    signature: str
    dir: str
    host: str
    expire: int


class CommunityApplyOlder(Model, kw_only=True):
    poid: str
    """地点 id（poid） / POI id"""
    name: str
    """小区名称 / community name"""
    address: str
    """地址 / address"""
    service_start_time: str = field(name="serviceStartTime")
    """服务开始日期 / service start, yyyy-MM-dd"""
    service_end_time: str = field(name="serviceEndTime")
    """服务结束日期 / service end, yyyy-MM-dd"""
    certificate: str
    """证明图片地址或 ossKey / address or key of the uploaded picture of the certificate"""


class CommunityApplied(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""


class CommunityApply(Model, kw_only=True):
    poid: str
    """地点 id（poid） / POI id"""
    name: str
    """小区名称 / community name"""
    address: str
    """地址 / address"""
    service_start_time: str = field(name="serviceStartTime")
    """服务开始日期 / service start, yyyy-MM-dd"""
    service_end_time: str = field(name="serviceEndTime")
    """服务结束日期 / service end, yyyy-MM-dd"""
    certificate_upload_id: str = field(name="certificateUploadId")
    """证明文件 uploadId（bizCode=COMMUNITY_FILE） / uploadId of the certificate"""
    certificate_upload_id2: str | None = field(default=None, name="certificateUploadId2")
    """第二个证明文件 / second certificate"""
    certificate_upload_id3: str | None = field(default=None, name="certificateUploadId3")
    """第三个证明文件 / third certificate"""


class CommunityNamed(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""


class CommunityDetail(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""
    name: str
    """小区名称 / name"""
    apply_status: int = field(name="applyStatus")
    """审批状态：1 审批中 2 已审批 3 拒绝 / review state"""
    address: str
    """地址 / address"""
    service_start_time: str = field(name="serviceStartTime")
    """服务开始日期 / service start, yyyy-MM-dd"""
    service_end_time: str = field(name="serviceEndTime")
    """服务结束日期 / service end, yyyy-MM-dd"""
    poi_code: str = field(name="poiCode")
    """poid"""
    space_id: str | None = field(name="spaceId")
    """小区根空间 id / root space id"""
    project_id: str | None = field(name="projectId")
    """小区的项目 id / project id of the community"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    gmt_modified: int = field(name="gmtModified")
    """修改时间，毫秒 / changed, ms"""


class CommunityQuery(Model, kw_only=True):
    project_id: str | None = field(default=None, name="projectId")
    """项目 id / project id"""
    apply_status: int | None = field(default=None, name="applyStatus")
    """审批状态：1 审批中 2 已审批 3 拒绝 / 1 under review, 2 approved, 3 rejected"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，默认 20 / page size, default 20"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，默认 1 / page, default 1"""


class CommunityInfo(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""
    name: str
    """小区名称 / name"""
    apply_status: int = field(name="applyStatus")
    """审批状态 / review state"""
    project_id: str | None = field(name="projectId")
    """小区的项目 id / project id of the community"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    poi_code: str = field(name="poiCode")
    """poid"""


class DeviceNamed(Model, kw_only=True):
    device_identity: DeviceIdentity = field(name="deviceIdentity")
    """设备标识 / device identity"""


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


class CommunityOfDevice(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 id / community id"""
    name: str
    """小区名称 / name"""
    img_oss_url: str | None = field(name="imgOssUrl")
    """证明文件地址 / certificate file"""
    apply_status: int = field(name="applyStatus")
    """审批状态 / review state"""
    address: str
    """地址 / address"""
    service_start_time: str = field(name="serviceStartTime")
    """服务开始日期 / service start, yyyy-MM-dd"""
    service_end_time: str = field(name="serviceEndTime")
    """服务结束日期 / service end, yyyy-MM-dd"""
    poi_code: str = field(name="poiCode")
    """poid"""
    space_id: str = field(name="spaceId")
    """小区根空间 id / root space id"""
    space_type: str = field(name="spaceType")
    """空间类型 / space type"""
    project_id: str | None = field(name="projectId")
    """小区的项目 id / project id of the community"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    gmt_modified: int = field(name="gmtModified")
    """修改时间，毫秒 / changed, ms"""


class PoiQuery(Model, kw_only=True):
    keywords: str
    """关键字 / keyword"""
    city: str
    """城市 / city"""
    citylimit: bool | None = None
    """仅返回该城市数据 / only data of that city"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，默认 20 / rows per page, default 20"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，默认 1 / page, default 1"""


class SpaceNamed(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """空间 id / space id"""


class SpacesNamed(Model, kw_only=True):
    space_ids: list[str | int] = field(name="spaceIds")
    """空间 id 列表，最多 100 / space ids, at most 100"""


class SpaceDetail(Model, kw_only=True):
    space_id: str = field(name="spaceId")
    """空间 id / space id"""
    name: str
    """空间名称 / space name"""
    type_code: str = field(name="typeCode")
    """area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道 / area, building, unit, house, parking_area, parking_space_channel (lane)"""
    parent_id: str | None = field(name="parentId")
    """父空间 id / parent space id"""
    name_path: str = field(name="namePath")
    """名称路径，以 / 分隔 / names from the root down, joined by /"""
    path_ids: list[str] = field(name="pathIds")
    """路径上的空间 id / ids from the root down"""
    path: str
    """id 路径 / path of ids"""
    direction: int | None = None
    """方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit"""


class SpaceChildren(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """父空间 id / parent space id"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    type_code_list: list[str] | None = field(default=None, name="typeCodeList")
    """按类型过滤 / only these types"""


class SpacePage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[SpaceInfo]


class SpaceInfo(Model, kw_only=True):
    space_id: str = field(name="spaceId")
    """空间 id / space id"""
    name: str
    """空间名称 / space name"""
    type_code: str = field(name="typeCode")
    """area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道 / area, building, unit, house, parking_area, parking_space_channel (lane)"""
    parent_id: str | None = field(name="parentId")
    """父空间 id / parent space id"""
    direction: int | None = None
    """方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit"""


class SpaceCreate(Model, kw_only=True):
    name: str
    """空间名称 / space name"""
    parent_id: str | int = field(name="parentId")
    """父空间 id，一级空间填小区根空间 / parent; the root space for the first level"""
    type_code: str = field(name="typeCode")
    """area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道 / area, building, unit, house, parking_area, parking_space_channel (lane)"""
    direction: int | None = None
    """方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit"""


class SpaceCreated(Model, kw_only=True):
    space_id: str = field(name="spaceId")
    """新空间 id / new space id"""


class SpacesOfType(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    type_code: str = field(name="typeCode")
    """area 区域，building 幢，unit 单元，house 房屋，parking_area 停车区域，parking_space_channel 车道 / area, building, unit, house, parking_area, parking_space_channel (lane)"""


class SpaceUpdate(Model, kw_only=True):
    name: str
    """空间名称 / space name"""
    space_id: str | int = field(name="spaceId")
    """空间 id / space id"""
    direction: int | None = None
    """方向，仅车道：0 进口 1 出口 / lanes only: 0 entrance, 1 exit"""


class UserFaces(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user"""


class GroupOnDevice(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """AI 一体机或人脸设备 / device"""
    user_group_id: str = field(name="userGroupId")
    """用户组 / group"""


class DeploymentQuery(Model, kw_only=True):
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，最多 100，默认 20 / page size"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 1 起 / page, from 1"""
    user_group_id: str | None = field(default=None, name="userGroupId")
    """用户组 / group"""
    iot_id: str | None = field(default=None, name="iotId")
    """设备 / device"""
    community_id: int | None = field(default=None, name="communityId")
    """小区，旧写法，可代替 cloudToken / community, as older samples say it"""


class DeploymentRow(Model, kw_only=True):
    deploy_time: int = field(name="deployTime")
    """最近一次布防时间，毫秒 / latest deployment, ms"""
    user_group_id: str = field(name="userGroupId")
    """用户组 / group"""
    user_group_name: str | None = field(name="userGroupName")
    """用户组名称 / its name"""
    user_group_type: str | None = field(name="userGroupType")
    """用户组类型 / its type"""
    iot_id: str = field(name="iotId")
    """设备 / device"""
    deploy_status: str = field(name="deployStatus")
    """SUCCESS、DEPLOYING、FAILED、UNDEPLOYED / how it stands"""
    schedule: int
    """进度 0-100 / progress"""
