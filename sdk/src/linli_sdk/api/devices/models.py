"""What the methods of `devices` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

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


class RecordQuery(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""
    begin_time: int | None = field(default=None, name="beginTime")
    """开始时间，秒 / seconds since 1970"""
    end_time: int | None = field(default=None, name="endTime")
    """结束时间，秒 / seconds since 1970"""
    stream_type: int | None = field(default=None, name="streamType")
    """码流：0 主码流，1 子码流 / 0 main, 1 sub stream"""
    record_type: int | None = field(default=None, name="recordType")
    """录像类型：0 计划，1 报警，2 主动，3 观看即录，99 全部 / 0 plan, 1 alarm, 2 active, 99 all"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 0 开始 / page, from 0"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页条数，至多 100 / page size, at most 100"""
    need_snapshot: bool | None = field(default=None, name="needSnapshot")
    """是否需要缩略图 / want thumbnails"""


class RecordFiles(Model, kw_only=True):
    record_file_list: list[RecordFile] = field(name="recordFileList")
    next_valid: bool = field(name="nextValid")
    next_begin_time: int = field(name="nextBeginTime")


class RecordFile(Model, kw_only=True):
    begin_time: str = field(name="beginTime")
    end_time: str = field(name="endTime")
    record_type: int = field(name="recordType")
    stream_type: int = field(name="streamType")
    file_name: str = field(name="fileName")
    file_size: int = field(name="fileSize")
    snapshot_url: str = field(default="", name="snapshotUrl")


class LiveOlder(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""


class LivePath(Model, kw_only=True):
    path: str
    """播放地址，只能播放一次 / address, for one session"""


class LiveQuery(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""
    stream_type: int | None = field(default=None, name="streamType")
    """码流：0 主码流，1 子码流 / 0 main, 1 sub stream"""
    encrypted: bool | None = None
    """是否加密 / encrypt"""
    encrypt_type: int | None = field(default=None, name="encryptType")
    """加密方式：0 关键帧加密 / 0: key frames"""
    force_i_frame: bool | None = field(default=None, name="forceIFrame")
    """是否强制 I 帧 / force a key frame at the start"""
    scheme: str | None = None
    """rtmp、hls 或 flv / rtmp, hls or flv"""
    cache_duration: Any = field(default=None, name="cacheDuration")
    """缓存秒数，原样写入地址 / cache seconds, echoed in the address"""
    enable_pre_play: Any = field(default=None, name="enablePrePlay")
    """是否预热 / link pre-heating; not needed here"""
    need_domain_name: Any = field(default=None, name="needDomainName")
    """地址是否用域名 / domain name in the address"""
    play_unlimited: Any = field(default=None, name="playUnlimited")
    """不限播放时长 / no limit of play time; there is none"""


class LiveOut(Model, kw_only=True):
    path: str
    """播放地址，只能播放一次 / address, for one session"""
    decrypt_key: DecryptKey | None = field(default=None, name="decryptKey")


class DecryptKey(Model, kw_only=True):
    iv: str
    """IV，Base64 / base64"""
    key: str
    """密钥，Base64 / base64"""


class LiveOutNewer(Model, kw_only=True):
    path: str
    """播放地址，只能播放一次 / address, for one session"""
    support_relay_pre_play: bool | None = field(default=None, name="supportRelayPrePlay")
    """是否支持预热 / whether links are pre-heated"""
    decrypt_key: DecryptKey | None = field(default=None, name="decryptKey")


class StopForm(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""
    stream_type: int | None = field(default=None, name="streamType")
    """码流：0 主码流，1 子码流 / 0 main, 1 sub stream"""


class Stopped(Model, kw_only=True):
    """Nothing."""


class FileQuery(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""
    file_name: str = field(name="fileName")
    """文件名，来自录像记录 / from the list of recordings"""


class PastUrl(Model, kw_only=True):
    vod_url: str = field(name="vodUrl")
    """播放地址，只能播放一次 / address; cannot be played twice"""


class NamedFileQuery(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""
    file_name: str = field(name="fileName")
    """文件名，来自录像记录 / from the list of recordings"""
    encrypted: bool | None = None
    """是否加密 / encrypt"""
    encrypt_type: int | None = field(default=None, name="encryptType")
    """加密方式：0 关键帧加密 / 0: key frames"""
    scheme: str | None = None
    """rtmp、hls 或 flv / rtmp, hls or flv"""
    seek_time: int | None = field(default=None, name="seekTime")
    """从录像开始起的秒数 / seconds after the begin"""


class PastOut(Model, kw_only=True):
    vod_url: str = field(name="vodUrl")
    """播放地址，只能播放一次 / address; cannot be played twice"""
    decrypt_key: DecryptKey | None = field(default=None, name="decryptKey")


class SpanQuery(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """摄像头 iotId / camera"""
    begin_time: int = field(name="beginTime")
    """开始时间，秒 / seconds since 1970"""
    end_time: int = field(name="endTime")
    """结束时间，秒 / seconds since 1970"""
    encrypted: bool | None = None
    """是否加密 / encrypt"""
    encrypt_type: int | None = field(default=None, name="encryptType")
    """加密方式：0 关键帧加密 / 0: key frames"""
    seek_time: int | None = field(default=None, name="seekTime")
    """从 beginTime 起的秒数 / seconds after beginTime"""
    scheme: str | None = None
    """rtmp、hls 或 flv / rtmp, hls or flv"""
    record_type: int | None = field(default=None, name="recordType")
    """录像类型 / kind of recording"""
