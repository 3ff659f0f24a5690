"""What the methods of `access` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from msgspec import field

from linli_sdk.methods import Model


class CardsOfDoor(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""


class CardHeldPage(Model, kw_only=True):
    total: int
    page_no: int = field(name="pageNo")
    page_size: int = field(name="pageSize")
    data: list[CardHeld]


class CardHeld(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    card_id: str = field(name="cardId")
    """卡号 / card number"""
    expiry_time: str = field(name="expiryTime")
    """失效时间 / valid until"""
    expiry_date: str = field(name="expiryDate")
    """同 expiryTime / the same, as old samples spell it"""


class BleCardsDelete(Model, kw_only=True):
    list: list[BleCardNamed]
    """要删除的权限，最多 200 条 / permissions, at most 200"""


class BleCardNamed(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    ble_card_id: str = field(name="bleCardId")
    """蓝牙卡号 / Bluetooth card number"""


class BleCardProblem(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    ble_card_id: str = field(name="bleCardId")
    """蓝牙卡号 / Bluetooth card number"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    code: int
    """失败码 / code of the failure"""
    message: str
    """失败原因 / why"""


class BleCardsModify(Model, kw_only=True):
    cards: list[BleCardIn]
    """蓝牙卡权限，最多 200 条 / permissions, at most 200"""


class BleCardIn(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    ble_card_id: str = field(name="bleCardId")
    """蓝牙卡号，最多 255 个字符 / Bluetooth card number"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    expiry_time: str = field(name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss / valid until"""


class CardsDelete(Model, kw_only=True):
    list: list[CardNamed]
    """要删除的权限，最多 200 条 / permissions, at most 200"""


class CardNamed(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    card_id: str = field(name="cardId")
    """卡号 / card number"""


class CardProblem(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    card_id: str = field(name="cardId")
    """卡号 / card number"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    code: int
    """失败码 / code of the failure"""
    message: str
    """失败原因 / why"""


class CardsModify(Model, kw_only=True):
    cards: list[CardIn]
    """门禁卡权限，最多 200 条 / permissions, at most 200"""


class CardIn(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    card_id: str = field(name="cardId")
    """卡号，最多 255 个字符 / card number, at most 255 characters"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    expiry_time: str = field(name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss / valid until"""


class QrConfig(Model, kw_only=True):
    qr_code: str = field(name="qrCode")
    """二维码内容 / code"""
    iot_ids: list[str] = field(name="iotIds")
    """门禁设备，最多 10 个 / doors, at most 10"""
    identity_id: str = field(name="identityId")
    """申请人 / applicant"""
    expiry_time: str = field(name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss，须晚于当前 / valid until, later than now"""
    effective_time: str | None = field(default=None, name="effectiveTime")
    """生效时间，默认当前 / valid from, default now"""
    max_scan_times: int | None = field(default=None, name="maxScanTimes")
    """最多扫码次数，-1 不限 / most scans, -1 without limit"""
    max_scan_scope: str | None = field(default=None, name="maxScanScope")
    """DEVICE 每台设备各计（默认），SHARE 共计 / DEVICE: each door counts alone; SHARE"""


class DoorOutcome(Model, kw_only=True):
    code: int
    """200 成功 / 200: done"""
    message: str
    """失败原因 / why not"""
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""


class QrEncrypt(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """人员 / person"""
    qr_code: str = field(name="qrCode")
    """二维码内容，最多 42 个字符 / code, at most 42 characters"""
    expiry_time: str = field(name="expiryTime")
    """图片失效时间 yyyy-MM-dd HH:mm:ss / the picture is valid until"""


class QrRemove(Model, kw_only=True):
    qr_code: str = field(name="qrCode")
    """二维码内容 / code"""
    iot_ids: list[str] = field(name="iotIds")
    """门禁设备，最多 10 个 / doors, at most 10"""
    identity_id: str = field(name="identityId")
    """申请人 / applicant"""


class ServerNamed(Model, kw_only=True):
    server_id: str = field(name="serverId")
    """服务器 id / server"""


class SipServer(Model, kw_only=True):
    server_id: str = field(name="serverId")
    """服务器 id / server"""
    host_ip: str = field(name="hostIp")
    """服务器地址 / server address"""


class GroupsAdd(Model, kw_only=True):
    count: int
    """数量，最多 100 / how many, at most 100"""


class SipGroup(Model, kw_only=True):
    group_id: str = field(name="groupID")
    """SIP组 / SIP group"""
    create_time: int = field(name="createTime")
    """创建时间，毫秒 / created, ms"""


class GroupsNamed(Model, kw_only=True):
    group_list: list[str] = field(name="groupList")
    """SIP组列表，最多 200 个 / SIP groups, at most 200"""


class MembersNamed(Model, kw_only=True):
    group_id: str = field(name="groupID")
    """SIP组 / SIP group"""
    sip_number_list: list[str] = field(name="sipNumberList")
    """SIP号列表，最多 200 个 / SIP numbers, at most 200"""


class GroupNamed(Model, kw_only=True):
    group_id: str = field(name="groupID")
    """SIP组 / SIP group"""


class SipMember(Model, kw_only=True):
    sip_number: str = field(name="sipNumber")
    """SIP号 / SIP number"""
    sip_password: str = field(name="sipPassword")
    """SIP密码 / SIP password"""
    sip_host: str = field(name="sipHost")
    """SIP服务器地址 / SIP server address"""
    sip_port: int = field(name="sipPort")
    """SIP服务器端口 / SIP server port"""
    type: int
    """0 APP 1 门禁机 / 0 app, 1 door station"""
    create_time: int = field(name="createTime")
    """创建时间，毫秒 / created, ms"""
    server_port: int = field(default=0, name="serverPort")
    """同 sipPort / the same, as the sample spells it"""


class AccountsAdd(Model, kw_only=True):
    count: int
    """数量，最多 100 / how many, at most 100"""
    type: int
    """0 APP 1 门禁机 / 0 app, 1 door station"""


class SipAccount(Model, kw_only=True):
    sip_number: str = field(name="sipNumber")
    """SIP号 / SIP number"""
    sip_password: str = field(name="sipPassword")
    """SIP密码 / SIP password"""
    sip_host: str = field(name="sipHost")
    """SIP服务器地址 / SIP server address"""
    sip_port: int = field(name="sipPort")
    """SIP服务器端口 / SIP server port"""
    type: int
    """0 APP 1 门禁机 / 0 app, 1 door station"""
    create_time: int = field(name="createTime")
    """创建时间，毫秒 / created, ms"""


class NumbersNamed(Model, kw_only=True):
    sip_number_list: list[str] = field(name="sipNumberList")
    """SIP号列表，最多 200 个 / SIP numbers, at most 200"""


class NumberNamed(Model, kw_only=True):
    sip_number: str = field(name="sipNumber")
    """SIP号 / SIP number"""


class NewPassword(Model, kw_only=True):
    sip_password: str = field(name="sipPassword")
    """新的SIP密码 / new SIP password"""


class UserNamed(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / unified identity id"""


class UserOut(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / unified identity id"""
    name: str
    """姓名 / name"""
    ext_info: str = field(name="extInfo")
    """自定义信息 / custom data, as text"""


class UserModify(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / unified identity id"""
    name: str | None = None
    """姓名，新增时必填 / name, required when new"""
    ext_info: str | dict[str, Any] | None = field(default=None, name="extInfo")
    """自定义信息，文本或对象 / custom data, text or object"""


class CardsOfUsers(Model, kw_only=True):
    perm_query_list: list[CardNamed] = field(name="permQueryList")
    """要查的人员、卡、设备，最多 200 条 / what to look up, at most 200"""


class CardStatus(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    card_id: str = field(name="cardId")
    """卡号 / card number"""
    status: str
    """下发状态，如 transferred / delivery status, e.g. transferred, deviceOffline"""
    expiry_time: str = field(name="expiryTime")
    """失效时间 / valid until"""


class UserQuery(Model, kw_only=True):
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""


class UserOutPage(Model, kw_only=True):
    total: int
    page_no: int = field(name="pageNo")
    page_size: int = field(name="pageSize")
    data: list[UserOut]


class RoomsOfDoor(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door station"""
    maps: list[RoomOfGroup]
    """映射关系，最多 500 条 / rooms and groups, at most 500"""


class RoomOfGroup(Model, kw_only=True):
    room_id: str = field(name="roomId")
    """房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, building-unit-house or period-building-unit-house, at most 1-3-4-5 signs"""
    group_id: str = field(name="groupId")
    """SIP组 / SIP group"""


class RoomsQuery(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door station"""
    room_id: str | None = field(default=None, name="roomId")
    """房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, building-unit-house or period-building-unit-house, at most 1-3-4-5 signs"""
    group_id: str | None = field(default=None, name="groupId")
    """SIP组 / SIP group"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int | None = field(default=None, name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""


class RoomPage(Model, kw_only=True):
    total: int
    """总数 / total rows"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[RoomOfGroup]


class DoorNamed(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door station"""


class IssuedNumber(Model, kw_only=True):
    sip_number: str = field(name="sipNumber")
    """SIP号 / SIP number"""
    host: str
    """SIP服务器地址 / SIP server address"""
    port: str
    """SIP服务器端口 / SIP server port"""


class NumberIssue(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """门禁设备 / door station"""
    sip_number: str = field(name="sipNumber")
    """SIP号 / SIP number"""
    password: str
    """SIP密码 / SIP password"""
    host: str
    """SIP服务器地址 / SIP server address"""
    port: str
    """SIP服务器端口 / SIP server port"""


class HouseOfGroup(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """房屋空间 / house space"""
    group_id: str = field(name="groupId")
    """SIP组 / SIP group"""
    room_id: str = field(name="roomId")
    """房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, building-unit-house or period-building-unit-house, at most 1-3-4-5 signs"""


class HouseNamed(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """房屋空间 / house space"""


class HouseOrGroup(Model, kw_only=True):
    space_id: str | int | None = field(default=None, name="spaceId")
    """房屋空间，与SIP组二选一 / house space, if groupId is absent"""
    group_id: str | None = field(default=None, name="groupId")
    """SIP组，与房屋空间二选一 / SIP group, if spaceId is absent"""


class HouseBinding(Model, kw_only=True):
    space_id: str = field(name="spaceId")
    """房屋空间 / house space"""
    group_id: str = field(name="groupId")
    """SIP组 / SIP group"""
    room_id: str = field(name="roomId")
    """房间编号：房号、楼幢-单元-房号，或期-楼幢-单元-房号，最长 1-3-4-5 位 / room: house, building-unit-house or period-building-unit-house, at most 1-3-4-5 signs"""
    roomid: str
    """同 roomId / the same, as the sample spells it"""


class QrGenerate(Model, kw_only=True):
    identity_id: str = field(name="identityId")
    """申请人 / applicant"""
    code_length: int | None = field(default=None, name="codeLength")
    """长度 8 到 42，默认 16 / length 8 to 42, default 16"""
    iot_ids: list[str] | None = field(default=None, name="iotIds")
    """本平台扩展：要扫此码的门禁设备。设备设置了自定义码制时按其码制生成，忽略 codeLength / an extension: the doors that will scan it; where they read codes of a form of their own, it is of that form"""
