"""What the methods of `households` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class VisitorApplyAdd(Model, kw_only=True):
    house_id: str | int = field(name="houseId")
    """房屋 id / house"""
    start_time: str = field(name="startTime")
    """到访开始 yyyy-MM-dd HH:mm:ss / from"""
    end_time: str = field(name="endTime")
    """到访结束 yyyy-MM-dd HH:mm:ss，须晚于当前 / until, later than now"""
    visitors: list[NewVisitor]
    """访客，最多 20 人 / visitors, at most 20"""


class NewVisitor(Model, kw_only=True):
    name: str
    """姓名 / name"""
    type: str | int
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    id_card: str | None = field(default=None, name="idCard")
    """身份证号 / ID-card number"""
    phone: str | None = None
    """手机号，填写后会收到短信 / phone; it is sent the pass"""
    gender: int | None = None
    """1 男 2 女 / 1 male, 2 female"""
    plate_num: str | None = field(default=None, name="plateNum")
    """车牌号 / plate"""


class AppliedVisitor(Model, kw_only=True):
    apply_id: str = field(name="applyId")
    """访客申请 id / application id"""


class VisitorApplyId(Model, kw_only=True):
    apply_id: str | int = field(name="applyId")
    """访客申请 id / application id"""


class VisitorDetail(Model, kw_only=True):
    apply_id: str = field(name="applyId")
    """访客申请 id / application id"""
    name: str
    """访客姓名 / visitor's name"""
    community_name: str = field(name="communityName")
    """小区名称 / community"""
    house_name: str = field(name="houseName")
    """房屋名称 / house"""
    type: int
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    phone: str | None
    """手机号，脱敏 / phone, masked"""
    id_card: str | None = field(name="idCard")
    """身份证号，脱敏 / ID-card number, masked"""
    identity_id: str | None = field(name="identityId")
    """提交人用户 id / who submitted it, if a resident"""
    gender: int | None
    """1 男 2 女 / 1 male, 2 female"""
    plate_num: str | None = field(name="plateNum")
    """车牌号 / plate"""
    start_time: str = field(name="startTime")
    """到访开始 / from"""
    end_time: str = field(name="endTime")
    """到访结束 / until"""
    check_status: int = field(name="checkStatus")
    """0 未到访 1 已到访 2 废弃 / 0 not arrived, 1 arrived, 2 void"""
    visitor_id: str = field(name="visitorId")
    """访客用户 id / identity id of the visitor"""


class VisitorApplyQuery(Model, kw_only=True):
    start_time: str = field(name="startTime")
    """从 yyyy-MM-dd HH:mm:ss / from"""
    end_time: str = field(name="endTime")
    """到 yyyy-MM-dd HH:mm:ss / until"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    house_id: str | int | None = field(default=None, name="houseId")
    """房屋 id / house"""


class VisitorPage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[VisitorRow]


class VisitorRow(Model, kw_only=True):
    apply_id: str = field(name="applyId")
    """访客申请 id / application id"""
    name: str
    """访客姓名 / visitor's name"""
    community_name: str = field(name="communityName")
    """小区名称 / community"""
    house_name: str = field(name="houseName")
    """房屋名称 / house"""
    type: int
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    phone: str | None
    """手机号，脱敏 / phone, masked"""
    id_card: str | None = field(name="idCard")
    """身份证号，脱敏 / ID-card number, masked"""
    identity_id: str | None = field(name="identityId")
    """提交人用户 id / who submitted it, if a resident"""
    gender: int | None
    """1 男 2 女 / 1 male, 2 female"""
    plate_num: str | None = field(name="plateNum")
    """车牌号 / plate"""
    start_time: str = field(name="startTime")
    """到访开始 / from"""
    end_time: str = field(name="endTime")
    """到访结束 / until"""
    check_status: int = field(name="checkStatus")
    """0 未到访 1 已到访 2 废弃 / 0 not arrived, 1 arrived, 2 void"""


class VehicleAdd(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user"""
    vehicle_list: list[NewVehicle] = field(name="vehicleList")
    """每人每小区最多 10 辆 / at most 10 a person and community"""


class NewVehicle(Model, kw_only=True):
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""
    brand: str | None = None
    """品牌，最多 32 字 / brand, at most 32 characters"""
    color: int | None = None
    """0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / 0 other, 1 white, 2 grey, 3 yellow, 4 pink, 5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"""


class VehicleDelete(Model, kw_only=True):
    vehicle_list: list[VehicleName] = field(name="vehicleList")
    """最多 10 辆 / at most 10"""


class VehicleName(Model, kw_only=True):
    id: int
    """车辆 id / vehicle id"""


class VehicleQuery(Model, kw_only=True):
    identity_id: str | None = field(default=None, name="identityId")
    """用户 id，与车牌至少填一项 / user; this or the plate must be given"""
    plate_number: str | None = field(default=None, name="plateNumber")
    """车牌号 / plate"""


class VehicleInfo(Model, kw_only=True):
    id: int
    """车辆 id / vehicle id"""
    identity_id: str = field(name="identityId")
    """用户 id / user"""
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""
    brand: str
    """品牌 / brand"""
    color: int | None
    """0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / 0 other, 1 white, 2 grey, 3 yellow, 4 pink, 5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"""


class VehicleUpdate(Model, kw_only=True):
    vehicle_list: list[ChangedVehicle] = field(name="vehicleList")
    """最多 10 辆 / at most 10"""


class ChangedVehicle(Model, kw_only=True):
    id: int
    """车辆 id / vehicle id"""
    plate_number: str | None = field(default=None, name="plateNumber")
    """车牌号，不填不改 / plate; stays if absent"""
    brand: str | None = None
    """品牌，最多 32 字 / brand, at most 32 characters"""
    color: int | None = None
    """0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / 0 other, 1 white, 2 grey, 3 yellow, 4 pink, 5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"""


class MemberDelete(Model, kw_only=True):
    house_space_id: str | int = field(name="houseSpaceId")
    """房屋空间 id / house space id"""
    identity_id: str = field(name="identityId")
    """成员 id / member"""


class MemberList(Model, kw_only=True):
    house_space_id: str | int = field(name="houseSpaceId")
    """房屋空间 id / house space id"""
    identity_id: str | None = field(default=None, name="identityId")
    """用户 id / user id"""
    community_id: str | int | None = field(default=None, name="communityId")
    """小区 id / community id"""
    types: list[int] | None = None
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""


class MemberInfo(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    type: int
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    user_name: str = field(name="userName")
    """姓名 / name"""
    sex: int | None
    """1 男 2 女 / 1 male, 2 female"""
    id_no: str | None = field(name="idNo")
    """身份证号 / ID-card number"""
    mobile: str | None
    """手机号 / phone"""
    face_image_url: str | None = field(name="faceImageUrl")
    """人脸图片 OSS key / key of the face picture"""
    source: str
    """QRCODE 扫码, INPUT 录入 / how the record arose"""
    age: int | None
    """年龄 / age"""
    degree: int | None
    """学历 0-9 / degree"""
    health: str | None
    """健康状况 / health"""
    marriage: int | None
    """0 未婚 1 已婚 2 离异 / marriage"""
    politics: int | None
    """政治面貌 0-5 / politics"""
    company: str | None
    """工作单位 / employer"""
    registry: str | None
    """籍贯 / native place"""
    residence_address: str | None = field(name="residenceAddress")
    """户籍所在地 / registered residence"""
    registry_code: str | None = field(name="registryCode")
    """籍贯编码 / native place code"""
    residence_address_code: str | None = field(name="residenceAddressCode")
    """户籍编码 / residence code"""
    nationality: str | None
    """国家（地区） / country or region"""
    ext: str | None
    """自定义字段，JSON 文本 / custom fields, JSON text"""
    alipay_uid: str | None = field(name="alipayUid")
    """支付宝用户 id，自建平台为空 / empty when self-hosted"""
    approve_comment: str | None = field(name="approveComment")
    """审核意见 / reason of rejection"""
    status: int
    """1 已认证 2 待审核 3 未通过 4 已迁出 / 1 certified, 2 under review, 3 refused, 4 moved out"""


class MemberSave(Model, kw_only=True):
    house_space_id: str | int = field(name="houseSpaceId")
    """房屋空间 id / house space id"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""
    identity_id: str | None = field(default=None, name="identityId")
    """成员 id，有值时为修改 / member; its presence makes the call an update"""
    type: int | None = None
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    name: str | None = None
    """姓名，新增必填，不可修改 / name; required on create"""
    sex: int | None = None
    """1 男 2 女 / 1 male, 2 female"""
    id_num: str | None = field(default=None, name="idNum")
    """身份证号 / ID-card number"""
    phone_num: str | None = field(default=None, name="phoneNum")
    """手机号，仅新增 / phone, create only"""
    face_img_upload_id: str | None = field(default=None, name="faceImgUploadId")
    """人脸图片 uploadId / face picture"""
    age: int | None = None
    """年龄 / age"""
    degree: int | None = None
    """学历 0-9 / degree"""
    health: str | None = None
    """健康状况 / health"""
    marriage: int | None = None
    """0 未婚 1 已婚 2 离异 / marriage"""
    politics: int | None = None
    """政治面貌 0-5 / politics"""
    company: str | None = None
    """工作单位 / employer"""
    registry: str | None = None
    """籍贯 / native place"""
    residence_address: str | None = field(default=None, name="residenceAddress")
    """户籍所在地 / registered residence"""
    registry_code: str | None = field(default=None, name="registryCode")
    """籍贯编码 / native place code"""
    residence_address_code: str | None = field(default=None, name="residenceAddressCode")
    """户籍编码 / residence code"""
    nationality: str | None = None
    """国家（地区） / country or region"""
    ext: str | None = None
    """自定义字段，JSON 文本 / custom fields, JSON text"""


class MemberSaved(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""


class HousesOfUser(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""


class HouseOfUser(Model, kw_only=True):
    community_space_id: str = field(name="communitySpaceId")
    """小区根空间 id / root space id of the community"""
    house_space_id: str = field(name="houseSpaceId")
    """房屋空间 id / house space id"""
    community_id: str = field(name="communityId")
    """小区 id / community id"""


class HouseholdQuery(Model, kw_only=True):
    community_id: int | None = field(default=None, name="communityId")
    """小区 id / community id"""
    house_space_id: str | int | None = field(default=None, name="houseSpaceId")
    """房屋空间 id / house space"""
    mobile: str | None = None
    """手机号 / phone"""
    type: int | None = None
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    user_name: str | None = field(default=None, name="userName")
    """姓名 / name"""
    modified_start: int | None = field(default=None, name="modifiedStart")
    """修改时间起，毫秒，含 / changed from, ms"""
    modified_end: int | None = field(default=None, name="modifiedEnd")
    """修改时间止，毫秒，含 / changed to, ms"""
    order_by: OrderBy | None = field(default=None, name="orderBy")
    """排序，默认 gmt_create 倒序 / sort rule"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，默认 1 / page, default 1"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，默认 20 / page size, default 20"""


class OrderBy(Model, kw_only=True):
    column_name: str = field(name="columnName")
    """gmt_create 或 gmt_modified / gmt_create or gmt_modified"""
    direction: str
    """只支持 desc / desc alone"""


class HouseholdPage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[HouseholdRow]


class HouseholdRow(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """用户 id / user id"""
    type: int
    """1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, 4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"""
    user_name: str = field(name="userName")
    """姓名 / name"""
    sex: int | None
    """1 男 2 女 / 1 male, 2 female"""
    id_no: str | None = field(name="idNo")
    """身份证号 / ID-card number"""
    mobile: str | None
    """手机号 / phone"""
    face_image_url: str | None = field(name="faceImageUrl")
    """人脸图片 OSS key / key of the face picture"""
    source: str
    """QRCODE 扫码, INPUT 录入 / how the record arose"""
    age: int | None
    """年龄 / age"""
    degree: int | None
    """学历 0-9 / degree"""
    health: str | None
    """健康状况 / health"""
    marriage: int | None
    """0 未婚 1 已婚 2 离异 / marriage"""
    politics: int | None
    """政治面貌 0-5 / politics"""
    company: str | None
    """工作单位 / employer"""
    registry: str | None
    """籍贯 / native place"""
    residence_address: str | None = field(name="residenceAddress")
    """户籍所在地 / registered residence"""
    registry_code: str | None = field(name="registryCode")
    """籍贯编码 / native place code"""
    residence_address_code: str | None = field(name="residenceAddressCode")
    """户籍编码 / residence code"""
    nationality: str | None
    """国家（地区） / country or region"""
    ext: str | None
    """自定义字段，JSON 文本 / custom fields, JSON text"""
    gmt_create: int = field(name="gmtCreate")
    """创建时间，毫秒 / created, ms"""
    gmt_modified: int = field(name="gmtModified")
    """修改时间，毫秒 / changed, ms"""
