"""What the methods of `face` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from msgspec import field

from linli_sdk.methods import Model


class ImageNamed(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id"""
    user_id: str = field(name="userId")
    """用户 id / user id"""


class ImageGet(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id"""
    user_id: str = field(name="userId")
    """用户 id / user id"""
    image_format: str | None = field(default=None, name="imageFormat")
    """URL（默认）或 BASE64 / how the picture comes"""


class ImageTold(Model, kw_only=True):
    image_url: str | None = field(name="imageUrl")
    """图片地址 / address of the picture"""
    image_base64: str | None = field(name="imageBase64")
    """图片 base64 / the picture itself"""
    face_id: str = field(name="faceId")
    """人脸 id / face id"""
    user_id: str = field(name="userId")
    """用户 id / user id"""
    user_type: str = field(name="userType")
    """用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id"""
    user_name: str | None = field(name="userName")
    """姓名 / name"""
    expire_time: str | None = field(name="expireTime")
    """有效期 / valid until"""
    policy: str
    """识别后的动作 / what a match means"""


class ImageSave(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id"""
    user_id: str = field(name="userId")
    """用户 id / user id"""
    image_url: str | None = field(default=None, name="imageUrl")
    """图片地址，与 imageBase64 二选一，同时给出时以它为准 / address, wins"""
    image_base64: str | None = field(default=None, name="imageBase64")
    """图片 base64 / the picture itself"""
    face_ext_info: str | None = field(default=None, name="faceExtInfo")
    """同步到设备的扩展信息，最多 1024 个字符 / goes to devices"""
    user_name: str | None = field(default=None, name="userName")
    """姓名，最多 64 个字符 / name"""
    expired_time: str | None = field(default=None, name="expiredTime")
    """有效期 yyyy-MM-dd HH:mm:ss / valid until"""
    user_ext_info: str | None = field(default=None, name="userExtInfo")
    """云端扩展信息，随通行记录推送，最多 1024 个字符 / comes with records"""
    user_role: int | None = field(default=None, name="userRole")
    """用户角色 / role"""
    mobile: str | None = None
    """手机号 / mobile number"""
    policy: str | None = None
    """识别后的动作：PERMISSION 放行（默认）、DENY 拒绝 / what a match means"""


class ImageSaved(Model, kw_only=True):
    """Beyond the source, which answers with the envelope alone."""

    verdict: str
    """good 合格；poor 已保存但不能识别；unchecked 未检测 / not looked at"""
    reasons: list[str]
    """不合格原因：count, size, pose, blur, light / why it is poor"""
    note: str
    """以文字说明 / in words"""


class FacesOnDevices(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型：IDENTITY、OPEN、YUNDUN、PHONE / kind of user id"""
    user_id_list: list[str] = field(name="userIdList")
    """用户 id，最多 10 个 / users, at most 10"""
    scope_type: str = field(name="scopeType")
    """IOT_ID 设备，SPACE_ID 空间下全部人脸设备 / devices, or every face device of spaces"""
    scope_id_list: list[str] = field(name="scopeIdList")
    """设备或空间 id，最多 10 个 / at most 10"""


class StatusOfDevice(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 / device"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，最多 100 / page size"""
    status_list: list[str] | None = field(default=None, name="statusList")
    """只查这些状态 / only these statuses"""


class FaceOnDevicePage(Model, kw_only=True):
    total: int
    page_no: int = field(name="pageNo")
    page_size: int = field(name="pageSize")
    data: list[FaceOnDevice]


class FaceOnDevice(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型 / kind of user id"""
    user_id: str = field(name="userId")
    """用户 id / user"""
    user_name: str | None = field(name="userName")
    """姓名 / name"""
    expired_time: str | None = field(name="expiredTime")
    """图片有效期 / the picture is valid until"""
    ext_info: str | None = field(name="extInfo")
    """扩展信息 / extension"""
    sync_time: str = field(name="syncTime")
    """下发时间 / when that was"""
    status: str
    """下发状态 / delivery status"""
    cron: str | None = None
    """有效期表达式 / validity expression"""


class StatusOfUser(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型 / kind of user id"""
    user_id: str = field(name="userId")
    """用户 id / user"""
    device_list_page_no: int | None = field(default=None, name="deviceListPageNo")
    """页码，从 1 起 / page, from 1"""
    device_list_page_size: int | None = field(default=None, name="deviceListPageSize")
    """每页数量，最多 100 / page size"""
    status_list: list[str] | None = field(default=None, name="statusList")
    """只查这些状态 / only these statuses"""


class UserStatus(Model, kw_only=True):
    user_type: str = field(name="userType")
    """用户类型 / kind of user id"""
    user_id: str = field(name="userId")
    """用户 id / user"""
    user_name: str | None = field(name="userName")
    """姓名 / name"""
    expired_time: str | None = field(name="expiredTime")
    """图片有效期 / the picture is valid until"""
    ext_info: str | None = field(name="extInfo")
    """扩展信息 / extension"""
    device_list_total: int = field(name="deviceListTotal")
    """曾下发的设备数 / devices ever delivered to"""
    device_list_page_no: int = field(name="deviceListPageNo")
    """页码 / page"""
    device_list_page_size: int = field(name="deviceListPageSize")
    """每页数量 / page size"""
    device_list: list[DeviceStatus] = field(name="deviceList")
    """设备 / devices"""


class DeviceStatus(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 / device"""
    sync_time: str = field(name="syncTime")
    """下发时间 / when that was"""
    status: str
    """下发状态 / delivery status"""
    sync_status: str = field(name="syncStatus")
    """同 status / the same, as a sample spells it"""
    device_nick_name: str = field(name="deviceNickName")
    """设备别名 / alias"""
    cron: str | None = None
    """有效期表达式 / validity expression"""


class QualityQuery(Model, kw_only=True):
    face_url: str = field(name="faceUrl")
    """人脸图片的 HTTP 地址 / HTTP address of the picture"""
    provider: str
    """算法提供方：Alipay, IoT, Damo / algorithm provider"""


class Quality(Model, kw_only=True):
    request_id: str = field(name="requestId")
    """请求 id / request id"""
    face_num: int = field(name="faceNum")
    """人脸数 / number of faces"""
    face_rect: list[int] = field(name="faceRect")
    """每张人脸 left, top, width, height / per face"""
    face_prob: list[float] = field(name="faceProb")
    """人脸概率 0-1 / face probability"""
    pose: list[float]
    """每张人脸 yaw, pitch, roll，度，右、上、顺时针为正 / degrees"""
    landmark_num: int = field(name="landmarkNum")
    """每张人脸的关键点数，固定为 5 / landmarks per face"""
    landmark: list[float]
    """每张人脸 x0, y0, x1, y1 …：双眼、鼻尖、嘴角 / eyes, nose, mouth"""
    gender: list[int]
    """性别；不评估，恒为空 / not assessed: always empty"""
    age: list[int]
    """年龄；不评估，恒为空 / not assessed: always empty"""
    expression: list[int]
    """表情；不评估，恒为空 / not assessed: always empty"""
    glass: list[int]
    """眼镜；不评估，恒为空 / not assessed: always empty"""
    iris: None | None = None


class TraceQuery(Model, kw_only=True):
    start_tm: int = field(name="startTM")
    """开始时间，毫秒 / from, ms"""
    end_tm: int = field(name="endTM")
    """结束时间，毫秒 / to, ms"""
    face_id: str = field(name="faceId")
    """人脸 id，可以是陌生人的 / face, perhaps a stranger's"""


class Trace(Model, kw_only=True):
    face_id: str = field(name="faceId")
    """人脸 id / face"""
    time_series: str = field(name="timeSeries")
    """JSON 文本：毫秒时间 → 设备序号 / JSON text: ms → index of the device"""
    position_map: str = field(name="positionMap")
    """JSON 文本：设备序号 → iotId、经纬度 / JSON text: index → where it is"""
