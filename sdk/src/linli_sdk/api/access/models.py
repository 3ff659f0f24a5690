"""What the methods of `access` take and answer. Made from the platform's registry by scripts/sdk_generate.py; do not edit."""

from __future__ import annotations

from typing import Any

from msgspec import field

from linli_sdk.methods import Model


class LiftCall(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """梯控设备 iotId / lift device"""
    start_floor: str = field(name="startFloor")
    """起始楼层 / floor to start from, as the lift names it"""
    start_room_no: str | None = field(default=None, name="startRoomNo")
    """起始楼层的房间号 / which side of the car opens there"""
    target_floor: str | None = field(default=None, name="targetFloor")
    """目标楼层 / floor to go to"""
    target_room_no: str | None = field(default=None, name="targetRoomNo")
    """目标楼层的房间号 / which side of the car opens there"""


class LinkageAdd(Model, kw_only=True):
    control_mode: str = field(name="controlMode")
    """CALL_ONLY 仅呼梯，CALL_WITH_TARGET 呼梯并点亮或释放目标楼层，RELEASE_ONLY 仅释放楼层，ACTIVATE_ONLY 仅点亮楼层 / the car comes; it comes and the targets are lit or freed; floors are freed; one floor is lit"""
    elevator_iot_id: str = field(name="elevatorIotId")
    """梯控设备 iotId / lift device"""
    trigger_iot_id: str = field(name="triggerIotId")
    """触发设备 iotId，如门禁 / device that people pass, such as a door"""
    trigger_floor: str | None = field(default=None, name="triggerFloor")
    """触发设备所在楼层，CALL_ONLY 和 CALL_WITH_TARGET 下必填 / floor of the trigger; required by CALL_ONLY and CALL_WITH_TARGET"""
    trigger_room_no: str | None = field(default=None, name="triggerRoomNo")
    """触发设备在所在楼层的房间号 / on which side of the car the trigger is"""
    trigger_elevator_id: str | None = field(default=None, name="triggerElevatorId")
    """触发设备所在轿厢编号，RELEASE_ONLY 和 ACTIVATE_ONLY 下必填 / car that the trigger is in; required by RELEASE_ONLY and ACTIVATE_ONLY"""
    delay_seconds: int | None = field(default=None, name="delaySeconds")
    """延迟执行的秒数 0..300，为空则立即执行 / seconds to wait, 0..300; empty: none"""
    execution_node: str | None = field(default=None, name="executionNode")
    """执行节点，只支持 EDGE / where it runs, EDGE only"""


class LinkageNamed(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""


class LinkageOut(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    control_mode: str = field(name="controlMode")
    """CALL_ONLY 仅呼梯，CALL_WITH_TARGET 呼梯并点亮或释放目标楼层，RELEASE_ONLY 仅释放楼层，ACTIVATE_ONLY 仅点亮楼层 / the car comes; it comes and the targets are lit or freed; floors are freed; one floor is lit"""
    elevator_iot_id: str = field(name="elevatorIotId")
    """梯控设备 iotId / lift device"""
    trigger_iot_id: str = field(name="triggerIotId")
    """触发设备 iotId，如门禁 / device that people pass, such as a door"""
    trigger_floor: str | None = field(name="triggerFloor")
    """触发设备所在楼层，CALL_ONLY 和 CALL_WITH_TARGET 下必填 / floor of the trigger; required by CALL_ONLY and CALL_WITH_TARGET"""
    trigger_room_no: str | None = field(name="triggerRoomNo")
    """触发设备在所在楼层的房间号 / on which side of the car the trigger is"""
    trigger_elevator_id: str | None = field(name="triggerElevatorId")
    """触发设备所在轿厢编号，RELEASE_ONLY 和 ACTIVATE_ONLY 下必填 / car that the trigger is in; required by RELEASE_ONLY and ACTIVATE_ONLY"""
    delay_seconds: int = field(name="delaySeconds")
    """延迟执行的秒数 / seconds to wait"""
    execution_node: str = field(name="executionNode")
    """执行节点 / where it runs"""


class LinkageUpdate(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    trigger_floor: str | None = field(default=None, name="triggerFloor")
    """触发设备所在楼层，CALL_ONLY 和 CALL_WITH_TARGET 下必填 / floor of the trigger; required by CALL_ONLY and CALL_WITH_TARGET"""
    trigger_room_no: str | None = field(default=None, name="triggerRoomNo")
    """触发设备在所在楼层的房间号 / on which side of the car the trigger is"""
    delay_seconds: int | None = field(default=None, name="delaySeconds")
    """延迟执行的秒数 0..300，为空则立即执行 / seconds to wait, 0..300; empty: none"""
    control_mode: str | None = field(default=None, name="controlMode")
    """不可修改 / cannot be changed"""
    elevator_iot_id: str | None = field(default=None, name="elevatorIotId")
    """不可修改 / cannot be changed"""
    trigger_iot_id: str | None = field(default=None, name="triggerIotId")
    """不可修改 / cannot be changed"""
    trigger_elevator_id: str | None = field(default=None, name="triggerElevatorId")
    """不可修改 / cannot be changed"""


class CredentialNamed(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    param_type: str = field(name="paramType")
    """IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card"""
    param_value: str = field(name="paramValue")
    """按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card number, at most 1024 characters"""


class PersonNamed(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""


class CredentialTargets(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    param_type: str = field(name="paramType")
    """IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card"""
    param_value: str = field(name="paramValue")
    """按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card number, at most 1024 characters"""
    expiry_time: str | None = field(name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always"""
    user_target_list: list[TargetFloor] = field(name="userTargetList")
    """目标楼层 / floors to go to"""


class TargetFloor(Model, kw_only=True):
    target_floor: str = field(name="targetFloor")
    """目标楼层 / floor to go to, as the lift names it"""
    target_room_no: str | None = field(default=None, name="targetRoomNo")
    """目标楼层的房间号 / which side of the car opens there"""


class PersonTargets(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    expiry_time: str | None = field(name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always"""
    user_target_list: list[TargetFloor] = field(name="userTargetList")
    """目标楼层 / floors to go to"""


class CredentialSave(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    param_type: str = field(name="paramType")
    """IDENTITY 人脸用户，QRCODE 二维码，CARD 卡 / a face's person, a QR code, a card"""
    param_value: str = field(name="paramValue")
    """按 paramType 为 identityId、二维码字符串或卡号，最多 1024 个字符 / identityId, QR string or card number, at most 1024 characters"""
    user_target_list: list[TargetFloor] = field(name="userTargetList")
    """目标楼层，最多 100 条；ACTIVATE_ONLY 下恰好一条；CALL_ONLY 下可为空 / floors to go to, at most 100; exactly one in ACTIVATE_ONLY; may be empty in CALL_ONLY"""
    expiry_time: str | None = field(default=None, name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always"""


class PersonSave(Model, kw_only=True):
    data_id: str = field(name="dataId")
    """联动数据 id / id of the linkage"""
    identity_id: str = field(name="identityId")
    """统一身份 id / person"""
    expiry_time: str | None = field(default=None, name="expiryTime")
    """失效时间 yyyy-MM-dd HH:mm:ss，为空则永久有效 / counts until then; empty: always"""
    user_target_list: list[TargetFloor] | None = field(default=None, name="userTargetList")
    """目标楼层，最多 100 条；ACTIVATE_ONLY 下恰好一条；CALL_ONLY 下可为空 / floors to go to, at most 100; exactly one in ACTIVATE_ONLY; may be empty in CALL_ONLY"""


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


class LedContent(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 iotId / device"""
    type: int
    """0 固定场景，1 临时场景，2 个性化场景 / 0 fixed scene, 1 temporary, 2 personal"""
    screen_line_num: int = field(name="screenLineNum")
    """屏幕行数，默认 4 / lines of the screen, default 4"""
    context_list: list[LedContext] = field(name="contextList")
    """每行一个元素 / one for each line"""
    situation: int | None = None
    """固定场景：0 空闲（默认），1 普通权限和白名单，2 黑名单，3 临时车，4 无牌车 / fixed scene: 0 idle (default), 1 ordinary and whitelist, 2 blacklist, 3 temporary, 4 no plate"""
    show_time: int | None = field(default=None, name="showTime")
    """显示秒数，默认 10 / seconds shown, default 10"""
    audio_context_info: str | None = field(default=None, name="audioContextInfo")
    """自定义语音内容 / words to speak"""


class LedContext(Model, kw_only=True):
    custom_context: str = field(name="customContext")
    """内容，0 到 128 字；通配符 #T 当前时间，#t 车辆有效期，#p 车牌 / content, 0 to 128 characters; wildcards #T now, #t end of the vehicle's right, #p plate"""
    run_type: int | None = field(default=None, name="runType")
    """移动方式 0 不移动（默认）1 从右向左 2 从左向右 3 从下向上 4 从上向下 / 0 still (default), 1 to the left, 2 to the right, 3 up, 4 down"""
    color_type: int | None = field(default=None, name="colorType")
    """1 红，2 绿（默认） / 1 red, 2 green (default)"""
    audio: int | None = None
    """0 不播报（默认），1 播报 / 0 silent (default), 1 spoken"""


class TollBind(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 iotId / device"""
    space_id: str | int = field(name="spaceId")
    """车道空间 id / lane"""


class TollQuery(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """车道空间 id / lane"""
    get_device_status: bool | None = field(default=None, name="getDeviceStatus")
    """是否查询设备状态，默认 false / the device's state as well; default false"""


class TollOut(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 iotId / device"""
    name: str
    """设备名称 / name of the device"""
    product_key: str = field(name="productKey")
    """产品 PK / product key"""
    status: int | None = None
    """0 未激活，1 在线，3 离线，8 禁用 / 0 not activated, 1 online, 3 offline, 8 disabled; only when asked"""


class TollUnbind(Model, kw_only=True):
    iot_id: str = field(name="iotId")
    """设备 iotId / device"""


class PermissionAdd(Model, kw_only=True):
    perm_list: list[VehiclePermission] = field(name="permList")
    """车辆权限，最多 500 条 / permissions, at most 500"""


class VehiclePermission(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """空间 id：小区、区域、停车区域或车道，其下所有车道生效 / space: a community's root, an area or a lane; it holds on every lane below"""
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""
    effective_date: str = field(name="effectiveDate")
    """生效时间 yyyy-MM-dd HH:mm:ss / valid from"""
    expiry_date: str = field(name="expiryDate")
    """失效时间 yyyy-MM-dd HH:mm:ss / valid until"""


class PermissionDelete(Model, kw_only=True):
    perm_list: list[VehicleNamed] = field(name="permList")
    """车辆权限，最多 500 条 / permissions, at most 500"""


class VehicleNamed(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """空间 id：小区、区域、停车区域或车道，其下所有车道生效 / space: a community's root, an area or a lane; it holds on every lane below"""
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""


class PermissionQuery(Model, kw_only=True):
    space_ids: list[str | int] = field(name="spaceIds")
    """空间 id，最多 100 个 / spaces, at most 100"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    plate_numbers: list[str] | None = field(default=None, name="plateNumbers")
    """车牌号，最多 100 个，为空则不限 / plates, at most 100; empty: any"""
    status: str | None = None
    """toBeTransferred 等待同步，transferring 同步中，transferred 同步成功，deviceOffline 设备离线，transferTimeout 同步超时，unknownError 同步失败；多个车道取最差者 / of several lanes that of the worst"""


class PermissionRowPage(Model, kw_only=True):
    total: int
    page_no: int = field(name="pageNo")
    page_size: int = field(name="pageSize")
    data: list[PermissionRow]


class PermissionRow(Model, kw_only=True):
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""
    effective_date: str = field(name="effectiveDate")
    """生效时间 yyyy-MM-dd HH:mm:ss / valid from"""
    expiry_date: str = field(name="expiryDate")
    """失效时间 yyyy-MM-dd HH:mm:ss / valid until"""
    space_id: str = field(name="spaceId")
    """空间 id / space"""
    space_name: str = field(name="spaceName")
    """空间名称 / name of the space"""
    status: str
    """toBeTransferred 等待同步，transferring 同步中，transferred 同步成功，deviceOffline 设备离线，transferTimeout 同步超时，unknownError 同步失败；多个车道取最差者 / of several lanes that of the worst"""


class ListAdd(Model, kw_only=True):
    perm_list: list[ListEntry] = field(name="permList")
    """名单，最多 500 条 / entries, at most 500"""


class ListEntry(Model, kw_only=True):
    space_id: str | int = field(name="spaceId")
    """空间 id：小区、区域、停车区域或车道，其下所有车道生效 / space: a community's root, an area or a lane; it holds on every lane below"""
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""
    type: str
    """WHITELIST 白名单，BLACKLIST 黑名单 / always passes; never passes"""
    brand: str | None = None
    """品牌 / brand"""
    color: int | None = None
    """颜色 0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / colour: 0 other, 1 white, 2 grey, 3 yellow, 4 pink, 5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"""


class ListQuery(Model, kw_only=True):
    space_ids: list[str | int] = field(name="spaceIds")
    """空间 id，最多 100 个 / spaces, at most 100"""
    type: str
    """WHITELIST 白名单，BLACKLIST 黑名单 / always passes; never passes"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    plate_numbers: list[str] | None = field(default=None, name="plateNumbers")
    """车牌号，最多 100 个，为空则不限 / plates, at most 100; empty: any"""


class ListRowPage(Model, kw_only=True):
    total: int
    page_no: int = field(name="pageNo")
    page_size: int = field(name="pageSize")
    data: list[ListRow]


class ListRow(Model, kw_only=True):
    plate_number: str = field(name="plateNumber")
    """车牌号 / plate"""
    brand: str | None
    """品牌 / brand"""
    color: int | None
    """颜色 0 其他 1 白 2 灰 3 黄 4 粉 5 红 6 紫 7 绿 8 蓝 9 棕 10 黑 11 青 / colour: 0 other, 1 white, 2 grey, 3 yellow, 4 pink, 5 red, 6 purple, 7 green, 8 blue, 9 brown, 10 black, 11 cyan"""
    space_id: str = field(name="spaceId")
    """空间 id / space"""
    status: str
    """toBeTransferred 等待同步，transferring 同步中，transferred 同步成功，deviceOffline 设备离线，transferTimeout 同步超时，unknownError 同步失败；多个车道取最差者 / of several lanes that of the worst"""


class TerminalBind(Model, kw_only=True):
    paas_identity_id: str | None = field(default=None, name="paasIdentityId")
    """用户的 identityId，必填 / identityId of the person; required"""
    qr_code: str = field(name="qrCode")
    """终端显示的绑定ID / the code that the terminal shows"""
    house_space_id: str | int = field(name="houseSpaceId")
    """房屋空间 / house space"""
    device_nick_name: str = field(name="deviceNickName")
    """设备别名，最长 64 位，中文、字母、数字、横线、下划线、点 / alias, at most 64 Chinese characters, letters, digits, hyphens, underscores, dots"""


class NewBinding(Model, kw_only=True):
    bind_id: str = field(name="bindId")
    """绑定ID / binding"""


class TerminalNamed(Model, kw_only=True):
    device_id: str = field(name="deviceId")
    """对讲设备标识，最长 64 位 / intercom device, at most 64 signs"""
    device_type: str | None = field(default=None, name="deviceType")
    """对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE"""


class Channel(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 / community"""
    house_name: str = field(name="houseName")
    """房号；物业终端为空 / house; empty: the property's"""
    unit_space_id: str = field(name="unitSpaceId")
    """单元空间；没有则为空 / unit space; empty: none"""
    house_space_id: str = field(name="houseSpaceId")
    """房屋空间；物业终端为空 / house space; empty: the property's"""
    sip_group_id: str = field(name="sipGroupId")
    """房屋的SIP组；物业终端为空 / SIP group; empty: the property's"""
    sip_number: str = field(name="sipNumber")
    """本终端的SIP号 / SIP number of this terminal"""
    sip_password: str = field(name="sipPassword")
    """SIP密码 / SIP password"""
    sip_host: str = field(name="sipHost")
    """SIP服务器地址 / SIP server address"""
    sip_port: str = field(name="sipPort")
    """SIP服务器端口 / SIP server port"""


class ByPerson(Model, kw_only=True):
    paas_identity_id: str | None = field(default=None, name="paasIdentityId")
    """用户的 identityId，必填 / identityId of the person; required"""


class HomeTerminal(Model, kw_only=True):
    bind_id: str = field(name="bindId")
    """绑定ID / binding"""
    intercom_device_id: str = field(name="intercomDeviceId")
    """脱敏的对讲设备标识 / device, masked"""
    intercom_device_type: str = field(name="intercomDeviceType")
    """对讲设备类型 / kind of device"""
    house_space_id: str = field(name="houseSpaceId")
    """房屋空间 / house space"""
    house_name: str = field(name="houseName")
    """房号 / house"""
    device_nick_name: str = field(name="deviceNickName")
    """本平台扩展：设备别名 / an extension: alias"""


class CodeAsked(Model, kw_only=True):
    device_id: str = field(name="deviceId")
    """对讲设备标识，最长 64 位 / intercom device, at most 64 signs"""
    device_type: str | None = field(default=None, name="deviceType")
    """对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE"""
    ts: int
    """请求时间戳，毫秒，与服务器相差不超过 1 小时 / ms, within an hour of the server"""
    sign: str
    """md5({appKey}-{ts}-{deviceId}{deviceType})，十六进制 / hex; deviceType as sent, or its default"""


class BindingCode(Model, kw_only=True):
    qr_code: str = field(name="qrCode")
    """绑定ID，5 分钟内可用一次 / what the QR code holds, good once for 5 minutes"""
    expire_time: str = field(name="expireTime")
    """失效时间 yyyy-MM-dd HH:mm:ss / valid until"""
    qr_code_url: str = field(name="qrCodeUrl")
    """二维码图片（data: 地址，SVG）/ picture of the QR code (a data: address, SVG)"""


class TerminalRename(Model, kw_only=True):
    paas_identity_id: str | None = field(default=None, name="paasIdentityId")
    """用户的 identityId，必填 / identityId of the person; required"""
    bind_id: str = field(name="bindId")
    """绑定ID / binding"""
    device_nick_name: str = field(name="deviceNickName")
    """设备别名，最长 64 位，中文、字母、数字、横线、下划线、点 / alias, at most 64 Chinese characters, letters, digits, hyphens, underscores, dots"""


class TerminalStatus(Model, kw_only=True):
    bind_status: bool = field(name="bindStatus")
    """true 已绑定 / whether it is bound"""
    bind_id: str | None = field(default=None, name="bindId")
    """绑定ID，已绑定时有值 / binding"""
    house_name: str | None = field(default=None, name="houseName")
    """绑定房号，绑定房屋时有值 / house, if it is bound to one"""
    community_id: int | None = field(default=None, name="communityId")
    """小区 / community"""
    bind_type: int | None = field(default=None, name="bindType")
    """0 业主 1 物业 / 0 owner, 1 property"""


class TerminalOfPerson(Model, kw_only=True):
    paas_identity_id: str | None = field(default=None, name="paasIdentityId")
    """用户的 identityId，必填 / identityId of the person; required"""
    bind_id: str = field(name="bindId")
    """绑定ID / binding"""


class DoorsAsked(Model, kw_only=True):
    device_id: str = field(name="deviceId")
    """对讲设备标识，最长 64 位 / intercom device, at most 64 signs"""
    device_type: str | None = field(default=None, name="deviceType")
    """对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE"""
    page_size: int = field(name="pageSize")
    """每页数量，最多 100 / page size, at most 100"""
    page_no: int | None = field(default=None, name="pageNo")
    """页码，从 1 起 / page, from 1"""


class DoorPage(Model, kw_only=True):
    total: int
    """门禁设备总数 / doors in all"""
    page_no: int = field(name="pageNo")
    """页码，从 1 起 / page, from 1"""
    page_size: int = field(name="pageSize")
    """每页数量 / page size"""
    data: list[UsableDoor]


class UsableDoor(Model, kw_only=True):
    community_id: int = field(name="communityId")
    """小区 / community"""
    iot_id: str = field(name="iotId")
    """门禁设备 / door"""
    device_name: str = field(name="deviceName")
    """设备名称 / device name"""
    nick_name: str = field(name="nickName")
    """设备昵称 / alias"""
    product_key: str = field(name="productKey")
    """产品 PK / product key"""
    product_name: str = field(name="productName")
    """产品名称 / product name"""
    thing_type: str = field(name="thingType")
    """DEVICE"""
    status: int
    """0 初始化 1 在线 3 离线 8 禁用 / inactive, online, offline, disabled"""
    node_type: int = field(name="nodeType")
    """0 设备 1 网关 / 0 device, 1 gateway"""
    category_name: str = field(name="categoryName")
    """品类名称 / category name"""


class DoorAsked(Model, kw_only=True):
    device_id: str = field(name="deviceId")
    """对讲设备标识，最长 64 位 / intercom device, at most 64 signs"""
    device_type: str | None = field(default=None, name="deviceType")
    """对讲设备类型，默认 TMALL_GENIE / kind of device, default TMALL_GENIE"""
    iot_id: str | None = field(default=None, name="iotId")
    """目标门禁设备，默认所绑房屋的单元门 / door; default: the door of the house's unit"""
